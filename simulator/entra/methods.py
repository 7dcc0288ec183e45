"""The list of all authentication methods of a user, and one of them by id. Read-only.

https://learn.microsoft.com/graph/api/authentication-list-methods
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from simulator import cast
from simulator.entra import phones
from simulator.entra.errors import bad_request, method_error
from simulator.entra.message import Answer, Call, RawError
from simulator.entra.state import Person, PhoneState, Tenant

# https://learn.microsoft.com/graph/api/resources/passwordauthenticationmethod and emailauthenticationmethod: fixed ids
PASSWORD_ID = "28c10230-6103-485e-b985-444c60001490"
EMAIL_ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
_CREATED = "2025-03-02T08:11:00Z"


def list_methods(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    if call.query:
        raise method_error("The query option is not supported.")
    return Answer(200, {"@odata.context": _context(person, ""), "value": list(all_methods(person, person.visible_phones(tenant.clock())))})


def get_method(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    wanted = call.params[1]
    if wanted == "$count":  # in the metadata, not in the service: microsoftgraph/msgraph-metadata#648
        raise bad_request("The query specified in the URI is not valid.")
    for method in all_methods(person, person.visible_phones(tenant.clock())):
        if method["id"].lower() == wanted.lower():
            return Answer(200, {"@odata.context": _context(person, "/$entity"), **method})
    raise method_error("The authentication method was not found.", status=404, code="resourceNotFound")


def no_such_operation() -> RawError:
    """What comes back for verbs on `/methods` that only the metadata knows: a body from another web framework.

    microsoftgraph/msgraph-sdk-powershell#937
    """
    uri = "https://mface.windowsazure.com/odata/users(..)/authentication/methods(..)"
    return RawError(
        404,
        {
            "Message": f"No HTTP resource was found that matches the request URI '{uri}'.",
            "MessageDetail": "No type was found that matches the controller named 'users'.",
        },
    )


def all_methods(person: Person, held: Mapping[str, PhoneState]) -> Iterator[dict[str, Any]]:
    """Every method with its `@odata.type`, of an account that holds these phones; the password is always there."""
    yield _typed("password", id=PASSWORD_ID, password=None, createdDateTime=_CREATED)
    for kind, phone in held.items():
        yield _typed("phone", **phones.shown(kind, phone))
    for kind in person.strong:
        yield _strong(person, kind)


def _strong(person: Person, kind: str) -> dict[str, Any]:
    made_up = base64.urlsafe_b64encode(uuid.UUID(cast.stable_id(f"{kind} of {person.upn}")).bytes).decode().rstrip("=")
    if kind == "authenticator":
        return _typed(
            "microsoftAuthenticator",
            id=made_up,
            displayName="Pixel 8",
            deviceTag="SoftwareTokenActivated",
            phoneAppVersion="6.2407.5108",
            createdDateTime=_CREATED,
        )
    if kind == "fido2":
        return _typed(
            "fido2",
            id=made_up,
            displayName="Blue security key",
            model="YubiKey 5 NFC",
            aaGuid="2fc0579f-8113-47ea-b116-bb5a8db9202a",
            attestationCertificates=[],
            attestationLevel="attested",
            passkeyType="deviceBound",
            createdDateTime=_CREATED,
        )
    if kind == "hello":
        return _typed("windowsHelloForBusiness", id=made_up, displayName="LAPTOP-01", keyStrength="normal", createdDateTime=_CREATED)
    if kind == "otp":
        return _typed("softwareOath", id=made_up, secretKey=None, createdDateTime=None)
    if kind == "email":
        return _typed("email", id=EMAIL_ID, emailAddress=f"{person.id[:8]}@mail.example", createdDateTime=None)
    raise ValueError(f"the cast knows no method called {kind!r}")


def _typed(name: str, **fields: Any) -> dict[str, Any]:
    return {"@odata.type": f"#microsoft.graph.{name}AuthenticationMethod", **fields}


def _context(person: Person, tail: str) -> str:
    return f"https://graph.microsoft.com/v1.0/$metadata#users('{person.id}')/authentication/methods{tail}"
