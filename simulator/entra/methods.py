"""The list of all authentication methods of a user, and one of them by id. Read-only.

https://learn.microsoft.com/graph/api/authentication-list-methods
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.entra import families, passes, phones
from simulator.entra.errors import bad_request
from simulator.entra.message import Answer, Call, RawError
from simulator.entra.sign_in import Seen
from simulator.entra.state import Person, Tenant
from simulator.registered import CREATED

# https://learn.microsoft.com/graph/api/resources/passwordauthenticationmethod: the same id for everybody
PASSWORD_ID = "28c10230-6103-485e-b985-444c60001490"
_PASSWORD: dict[str, Any] = {"id": PASSWORD_ID, "password": None, "createdDateTime": CREATED}


def list_methods(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    families.no_options(call)
    value = list(all_methods(tenant, person, person.seen(tenant.clock()), call.version))
    return Answer(200, {"@odata.context": families.context(person, call, "methods"), "value": value})


def get_method(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    wanted = call.params[1]
    if wanted == "$count":  # in the metadata, not in the service: microsoftgraph/msgraph-metadata#648
        raise bad_request("The query specified in the URI is not valid.")
    for method in all_methods(tenant, person, person.seen(tenant.clock()), call.version):
        if method["id"].lower() == wanted.lower():
            return Answer(200, {"@odata.context": families.context(person, call, "methods", "/$entity"), **method})
    raise families.absent()


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


def all_methods(tenant: Tenant, person: Person, held: Seen, version: str) -> Iterator[dict[str, Any]]:
    """Every method with its `@odata.type`, of an account that holds these; the password is always there."""
    last_used: dict[str, Any] = {"lastUsedDateTime": None} if version == "beta" else {}
    yield _typed("password", id=PASSWORD_ID, password=None, createdDateTime=CREATED, **last_used)
    for kind, phone in held.phones.items():
        yield _typed("phone", **phones.shown(kind, phone), **last_used)
    for method in held.methods:
        yield method.shown(version)
    if held.temporary_pass is not None:
        yield _typed("temporaryAccessPass", **passes.shown(tenant, person, held.temporary_pass, version), **last_used)


def list_passwords(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    families.no_options(call)
    return Answer(200, {"@odata.context": families.context(person, call, "passwordMethods"), "value": [_PASSWORD]})


def get_password(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    families.no_options(call)
    if call.params[1].lower() != PASSWORD_ID:
        raise families.absent()
    return Answer(200, {"@odata.context": families.context(person, call, "passwordMethods", "/$entity"), **_PASSWORD})


def _typed(name: str, **fields: Any) -> dict[str, Any]:
    return {"@odata.type": f"#microsoft.graph.{name}AuthenticationMethod", **fields}
