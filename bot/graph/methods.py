"""Authentication methods: what Graph lists, as our own.

https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.change import Change
from bot.domain.methods import SYNCED, Family, Method, Phone, PhoneType, SmsSignIn
from bot.domain.phone import digits
from bot.domain.said import say
from bot.domain.sign_in import PassFacts, SmsTerms
from bot.errors import Unavailable
from bot.graph.shape import of_graph

#: The same in every tenant.
PHONE_IDS = {
    PhoneType.MOBILE: "3179e48a-750b-4051-897c-87b9720928f7",
    PhoneType.ALTERNATE_MOBILE: "b6332ec1-7057-4abe-9331-3d72feddfe41",
    PhoneType.OFFICE: "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}

_PREFIX, _SUFFIX = "#microsoft.graph.", "AuthenticationMethod"
_PHONE = f"{_PREFIX}phone{_SUFFIX}"
_PASSWORD = f"{_PREFIX}password{_SUFFIX}"

#: https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview; one that is missing here is shown by its own name.
_FAMILIES = {
    "email": Family.EMAIL,
    "external": Family.EXTERNAL,
    "fido2": Family.PASSKEY,
    "hardwareOath": Family.HARDWARE_TOKEN,
    "microsoftAuthenticator": Family.AUTHENTICATOR,
    "passwordlessMicrosoftAuthenticator": Family.PASSWORDLESS,
    "platformCredential": Family.PLATFORM_CREDENTIAL,
    "qrCodePin": Family.QR_CODE,
    "softwareOath": Family.CODES,
    "temporaryAccessPass": Family.PASS,
    "windowsHelloForBusiness": Family.WINDOWS_HELLO,
}

#: What a record of Graph's is derived from; any fixed GUID does.
_NAMESPACE = uuid.UUID("0d6cf0c4-5a0e-4a6c-8a0a-3f1a7f6f2a11")


def client_request_id(operation_id: str, change: Change) -> str:
    """The client-request-id under which a change is written.

    Graph wants a GUID there (https://learn.microsoft.com/graph/best-practices-concept#reliability-and-support), so it is made from the
    operation's id and what is changed. It is the same at every attempt, and whoever knows the operation can work it out again.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{operation_id}/{change.kind}/{change.phone or change.method}"))


@of_graph
def phones_in(rows: Iterable[dict[str, Any]]) -> dict[PhoneType, Phone]:
    """The phones among the methods; a phone of a type we do not know is left out.

    Raises:
        Unavailable: a row is no method, or a phone without its number, which must not be taken for no phone.
    """
    found: dict[PhoneType, Phone] = {}
    for row in rows:
        if not row.get("id"):
            raise Unavailable("a method without id")
        if _is_known_phone(row):
            kind = PhoneType(row["phoneType"])
            if not digits(str(row.get("phoneNumber") or "")):
                raise Unavailable("a phone without its number")
            found[kind] = Phone(kind, str(row["phoneNumber"]), SmsSignIn.of(row.get("smsSignInState")), _day(row))
    return found


@of_graph
def others_in(rows: Iterable[dict[str, Any]]) -> tuple[Method, ...]:
    """Every method that is not one of our phones, unknown kinds included; the password, which everybody has, left out."""
    return tuple(_method(row) for row in rows if row.get("@odata.type") != _PASSWORD and not _is_known_phone(row))


@of_graph
def sms_terms_in(policy: dict[str, Any]) -> SmsTerms:
    """What the tenant's policy says of text messages, from Graph's own object.

    Raises:
        Unavailable: the policy lacks what decides.
    """
    try:
        included = {str(row["id"]).lower(): row.get("isUsableForSignIn") is not False for row in policy["includeTargets"]}
        excluded = frozenset(str(row["id"]).lower() for row in policy.get("excludeTargets") or ())
        return SmsTerms(policy["state"] == "enabled", included, excluded)
    except (KeyError, TypeError, AttributeError) as error:
        raise Unavailable("the policy for text messages is malformed") from error


def _is_known_phone(row: dict[str, Any]) -> bool:
    """Whether `phones_in` takes the row; a row of `phoneMethods` does not name its type."""
    return row.get("@odata.type", _PHONE) == _PHONE and row.get("phoneType") in PhoneType._value2member_map_


def _method(row: dict[str, Any]) -> Method:
    kind = str(row.get("@odata.type") or "unknown").removeprefix(_PREFIX).removesuffix(_SUFFIX)
    name = row.get("emailAddress") or row.get("displayName") or row.get("model") or row.get("phoneType") or ""
    family = _FAMILIES.get(kind)
    return Method(
        family.in_words if family else kind,
        str(name),
        _day(row),
        str(row.get("id") or ""),
        family,
        type=kind,
        known=family is not None,
        details=_details(kind, row),
        pass_facts=_pass_facts(row) if family is Family.PASS else None,
    )


def _day(row: dict[str, Any]) -> str:
    return str(row.get("createdDateTime") or "")[:10]


def _details(kind: str, row: dict[str, Any]) -> tuple[str, ...]:
    """What an agent may ask the caller about, beside the name."""
    model, version = str(row.get("model") or ""), row.get("phoneAppVersion")
    said = {
        "microsoftAuthenticator": (say("app version {version}", version=str(version)) if version else "",),
        "fido2": (model if model != row.get("displayName") else "", SYNCED if row.get("passkeyType") == "synced" else ""),
        "platformCredential": (str(row.get("platform") or ""),),
    }
    return tuple(filter(None, said.get(kind, ())))


def _pass_facts(row: dict[str, Any]) -> PassFacts | None:
    """When a pass is good; None when Graph does not say so in a way that we can read."""
    try:
        start = datetime.fromisoformat(str(row["startDateTime"]))
        end = start + timedelta(minutes=int(row["lifetimeInMinutes"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if start.tzinfo is None:
        return None
    return PassFacts(start, end, row.get("isUsableOnce") is True, row.get("isUsable") is True, str(row.get("methodUsabilityReason") or ""))
