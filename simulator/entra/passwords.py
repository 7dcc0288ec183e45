"""Resetting a password on behalf of a signed-in administrator, as a long-running operation. No app may do this on its own.

https://learn.microsoft.com/graph/api/authenticationmethod-resetpassword and longrunningoperation-get
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from simulator.entra import families, phones
from simulator.entra.accounts import change_password, check_complexity
from simulator.entra.errors import iso, method_error
from simulator.entra.message import Answer, Call
from simulator.entra.methods import PASSWORD_ID
from simulator.entra.rank import PASSWORD_ROLES, reaches
from simulator.entra.state import Tenant

SECONDS = 5.0  # how long an operation runs


def reset_password(tenant: Tenant, call: Call) -> Answer:
    """Takes a password or makes one up; for a synchronised account it has to be given, and is written back on premises."""
    person = phones.person_in(tenant, call)
    families.no_options(call)
    if call.params[1].lower() != PASSWORD_ID:
        raise families.absent()
    if not isinstance(call.body, dict) or not set(call.body) <= {"newPassword"}:
        raise method_error("The action takes one parameter, newPassword.")
    caller = tenant.people[call.user_id]
    if caller is person or person.management_restricted or not reaches(tenant, caller.roles, PASSWORD_ROLES, person):
        raise method_error("Request Authorization failed", status=403, code="accessDenied")
    if person.sign_in.federated or person.external:
        raise method_error("The password of a federated user cannot be reset.")
    given = call.body.get("newPassword")
    if given is not None:
        check_complexity(given)
    elif person.synced:
        raise method_error("The new password is required for a user synchronized from on-premises.")
    change_password(tenant, call, person)
    operation_id = str(uuid.uuid4())
    tenant.sign_in.operations[person.id, operation_id] = tenant.clock()
    location = f"{call.base_url}/{call.version}/users/{person.id}/authentication/operations/{operation_id}?aadgdc=DUB02P&aadgsu=ssprprod-a"
    body = None if given is not None else {"newPassword": f"Aa1!{secrets.token_urlsafe(9)}"}
    return Answer(202, body, {"Location": location, "Retry-After": "5"})


def get_operation(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    started = tenant.sign_in.operations.get((person.id, call.params[1]))
    if started is None:
        raise method_error("The operation was not found.", status=404, code="resourceNotFound")
    now = tenant.clock()
    done = now >= started + SECONDS
    body: dict[str, Any] = {
        "@odata.context": families.context(person, call, "operations", "/$entity"),
        "id": call.params[1],
        "status": "succeeded" if done else "running",
        "statusDetail": "",
        "createdDateTime": iso(started) + "Z",
        "lastActionDateTime": iso(started + SECONDS if done else now) + "Z",
        "resourceLocation": None,
    }
    return Answer(200, body)
