"""What people register to sign in with, apart from phones: the kinds, and the facts Graph prints of each.

https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CREATED = "2025-03-02T08:11:00Z"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One type of method: `type_name` is Graph's, without "AuthenticationMethod".

    `facts` are what is printed besides id and dates, with values for those not given; `beta_facts` are printed by beta alone. A type that
    `beta_only` describes shows in v1.0 without facts, as types do that no description knows.
    """

    type_name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    beta_facts: Mapping[str, Any] = field(default_factory=dict)
    beta_only: bool = False
    dated: bool = True


KINDS = {
    "authenticator": Kind(
        type_name="microsoftAuthenticator",
        facts={"displayName": "Pixel 8", "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.2407.5108"},
        beta_facts={"clientAppName": "microsoftAuthenticator"},
    ),
    "passwordless": Kind(
        type_name="passwordlessMicrosoftAuthenticator", beta_facts={"displayName": "Pixel 5", "creationDateTime": CREATED}, beta_only=True
    ),
    "fido2": Kind(
        type_name="fido2",
        facts={
            "displayName": "Blue security key",
            "model": "YubiKey 5 NFC",
            "aaGuid": "2fc0579f-8113-47ea-b116-bb5a8db9202a",
            "attestationCertificates": [],
            "attestationLevel": "attested",
            "passkeyType": "deviceBound",
        },
    ),
    "hello": Kind(type_name="windowsHelloForBusiness", facts={"displayName": "LAPTOP-01", "keyStrength": "normal"}),
    "platform": Kind(type_name="platformCredential", facts={"displayName": "MacBook Air", "keyStrength": "normal", "platform": "macOS"}),
    "otp": Kind(type_name="softwareOath", facts={"secretKey": None}, dated=False),
    "hardware": Kind(
        type_name="hardwareOath",
        beta_facts={"device": {"manufacturer": "Feitian", "model": "c200", "serialNumber": "2601234567890", "status": "activated"}},
        beta_only=True,
    ),
    "email": Kind(type_name="email", facts={"emailAddress": "private@mail.example"}, dated=False),
    "external": Kind(type_name="external", facts={"displayName": "Fabrikam ID", "configurationId": "b0a5b8f0-7b0a-4b6e-9a3c-3f1f5a7f0c11"}),
    "qr": Kind(type_name="qrCodePin"),
    "unknown": Kind(type_name="resourceKey"),  # listed in the permissions data, described nowhere
}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One method of a person; `facts` override those of its kind, `used` is when it was last used to sign in."""

    kind: str
    created: str | None
    used: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def registered(kind: str, created: str | None = None, used: str | None = None, **facts: Any) -> Registered:
    """A method of this kind, with the kind's usual facts where none are given.

    Raises:
        ValueError: no such kind, or a fact its type does not have.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of method; there are {', '.join(KINDS)}")
    known = KINDS[kind]
    unknown = facts.keys() - known.facts.keys() - known.beta_facts.keys()
    if unknown:
        raise ValueError(f"a method of kind {kind!r} has no {', '.join(sorted(unknown))}")
    return Registered(kind=kind, created=created or (CREATED if known.dated else None), used=used, facts=facts)
