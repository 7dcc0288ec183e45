"""The typed collections of methods: list, get, delete. One row per family; phones, mail and passes have modules of their own.

https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.entra import phones
from simulator.entra.defaults import check_deletable, forget_if_gone
from simulator.entra.errors import method_error
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.sign_in import HeldMethod
from simulator.entra.state import Person, Tenant
from simulator.entra.writes import note
from simulator.registered import KINDS

Handler = Callable[[Tenant, Call], Answer]

# kind to collection; the first ones are in both versions, the others in beta alone
COLLECTIONS = {
    "authenticator": "microsoftAuthenticatorMethods",
    "fido2": "fido2Methods",
    "otp": "softwareOathMethods",
    "email": "emailMethods",
    "hello": "windowsHelloForBusinessMethods",
    "platform": "platformCredentialMethods",
    "external": "externalAuthenticationMethods",
}
BETA_COLLECTIONS = {"hardware": "hardwareOathMethods", "passwordless": "passwordlessMicrosoftAuthenticatorMethods"}
_SEGMENTS = COLLECTIONS | BETA_COLLECTIONS


def templates(kind: str) -> tuple[str, str]:
    """The collection of a kind and an element of it, as the contract spells them."""
    collection = f"/users/{{user-id}}/authentication/{_SEGMENTS[kind]}"
    return collection, f"{collection}/{{{KINDS[kind].type_name}AuthenticationMethod-id}}"


def lister(kind: str) -> Handler:
    """Answers GET on the collection. No query option is offered: the reference pages name none."""
    segment = _SEGMENTS[kind]

    def list_methods(tenant: Tenant, call: Call) -> Answer:
        person = phones.person_in(tenant, call)
        no_options(call)
        value = [_untyped(method, call) for method in person.seen(tenant.clock()).methods if method.kind == kind]
        return Answer(200, {"@odata.context": context(person, call, segment), "value": value})

    return list_methods


def getter(kind: str) -> Handler:
    """Answers GET on an element."""
    segment = _SEGMENTS[kind]

    def get_method(tenant: Tenant, call: Call) -> Answer:
        person = phones.person_in(tenant, call)
        no_options(call)
        for method in person.seen(tenant.clock()).methods:
            if method.kind == kind and method.id == call.params[1]:
                return Answer(200, {"@odata.context": context(person, call, segment, "/$entity"), **_untyped(method, call)})
        raise absent()

    return get_method


def deleter(kind: str) -> Handler:
    """Answers DELETE on an element."""

    def delete_method(tenant: Tenant, call: Call) -> Answer:
        person = phones.person_in(tenant, call)
        remove(tenant, call, person, find(person, kind, call.params[1]))
        return Answer(204)

    return delete_method


def deactivate_hardware(tenant: Tenant, call: Call) -> Answer:
    """The token stays assigned but no longer signs anybody in."""
    person = phones.person_in(tenant, call)
    method = find(person, "hardware", call.params[1])
    if call.body:
        raise method_error("The action takes no parameters.")
    note(tenant, call, person, what="hardware.deactivate", before=method.id)
    give(person, method, device=method.shown("beta")["device"] | {"status": "assigned"})
    return Answer(204)


def get_qr_code(tenant: Tenant, call: Call) -> Answer:
    """The one QR code method of a person; the codes themselves are other resources, which this tenant does not offer."""
    person = phones.person_in(tenant, call)
    no_options(call)
    for method in person.seen(tenant.clock()).methods:
        if method.kind == "qr":
            return Answer(200, {"@odata.context": context(person, call, "qrCodePinMethod", "/$entity"), **_untyped(method, call)})
    raise absent()


def delete_qr_code(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    remove(tenant, call, person, find(person, "qr", None))
    return Answer(204)


def find(person: Person, kind: str, method_id: str | None) -> HeldMethod:
    """The method of that kind, with that id unless it is None; GraphError 404 when it is gone, whatever reads still show."""
    for method in person.holding().methods:
        if method.kind == kind and method_id in (None, method.id):
            return method
    raise absent()


def remove(tenant: Tenant, call: Call, person: Person, method: HeldMethod) -> None:
    """Deletes a method under the rule for the default one; GraphError 400 when that forbids it."""
    check_deletable(tenant, person, method.id)
    note(tenant, call, person, what=f"{method.kind}.delete", before=method.id)
    take_away(person, method)
    forget_if_gone(person)


def take_away(person: Person, method: HeldMethod) -> None:
    """Removes a method, wherever it is kept."""
    if method in person.sign_in.methods:
        person.sign_in.methods = tuple(held for held in person.sign_in.methods if held != method)
    else:
        person.strong.remove(method.kind)


def give(person: Person, method: HeldMethod, **facts: Any) -> HeldMethod:
    """Changes facts of a method; its id stays."""
    changed = HeldMethod(method.id, replace(method.method, facts={**method.method.facts, **facts}))
    if method in person.sign_in.methods:
        person.sign_in.methods = tuple(changed if held == method else held for held in person.sign_in.methods)
    else:
        person.strong.remove(method.kind)
        person.sign_in.methods = (*person.sign_in.methods, changed)
    return changed


def context(person: Person, call: Call, segment: str, tail: str = "") -> str:
    """The metadata link of an answer about the methods of a person."""
    return f"https://graph.microsoft.com/{call.version}/$metadata#users('{person.id}')/authentication/{segment}{tail}"


def absent() -> GraphError:
    return method_error("The authentication method was not found.", status=404, code="resourceNotFound")


def _untyped(method: HeldMethod, call: Call) -> dict[str, Any]:
    """As `HeldMethod.shown`; a typed collection leaves the type out."""
    body = method.shown(call.version)
    del body["@odata.type"]
    return body


def no_options(call: Call) -> None:
    """Raises GraphError 400 when the call has a query option: this back end takes none."""
    if call.query:
        raise method_error("The query option is not supported.")
