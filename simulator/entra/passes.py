"""Temporary Access Passes: list, get, create, delete. The code is in the answer that creates it and nowhere else.

https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod
"""

from __future__ import annotations

import secrets
import string
import uuid
from datetime import datetime
from typing import Any

from simulator.entra import families, phones
from simulator.entra.errors import iso, method_error
from simulator.entra.message import Answer, Call
from simulator.entra.policies import covered
from simulator.entra.sign_in import TemporaryPass
from simulator.entra.state import Person, Tenant
from simulator.entra.writes import note

_TYPE = "#microsoft.graph.temporaryAccessPassAuthenticationMethod"
_SEGMENT = "temporaryAccessPassMethods"
_LETTERS = string.ascii_letters + string.digits + "+*&=%$#@"
# glueckkanja/MyWorkID#47
_REFUSED = (
    "Converged UserCredentialPolicy does not allow creating or updating this authentication method. AuthMethodType [TemporaryAccessPass]."
)
_FIELDS: dict[str, type] = {"lifetimeInMinutes": int, "isUsableOnce": bool, "startDateTime": str}


def list_passes(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    families.no_options(call)
    held = person.seen(tenant.clock()).temporary_pass
    value = [shown(tenant, person, held, call.version)] if held else []
    return Answer(200, {"@odata.context": families.context(person, call, _SEGMENT), "value": value})


def get_pass(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    families.no_options(call)
    held = person.seen(tenant.clock()).temporary_pass
    if held is None or held.id != call.params[1]:
        raise families.absent()
    return _answer(200, person, call, shown(tenant, person, held, call.version))


def create_pass(tenant: Tenant, call: Call) -> Answer:
    """Replaces the pass there is, valid or not, without a word."""
    person = phones.person_in(tenant, call)
    policy, now = tenant.sign_in.pass_policy, tenant.clock()
    wanted = _wanted(call.body)
    if person.guest and person.external:
        raise method_error("Temporary Access Pass cannot be added to an external guest user.")
    if policy.refuses_creation and not covered(tenant, person):
        raise method_error(_REFUSED)
    lifetime = wanted.get("lifetimeInMinutes", policy.default_lifetime)
    if not policy.minimum_lifetime <= lifetime <= policy.maximum_lifetime:
        raise method_error(f"The lifetime must be between {policy.minimum_lifetime} and {policy.maximum_lifetime} minutes.")
    usable_once = wanted.get("isUsableOnce", policy.usable_once)
    if policy.usable_once and not usable_once:
        raise method_error("The policy allows passes for one-time use only.")
    held = TemporaryPass(str(uuid.uuid4()), now, _start(wanted.get("startDateTime"), now), lifetime, usable_once)
    replaced = person.sign_in.temporary_pass
    note(tenant, call, person, what="pass.create", before=replaced.id if replaced else None, after=held.id)
    person.sign_in.temporary_pass = held
    code = "".join(secrets.choice(_LETTERS) for _ in range(policy.default_length))
    return _answer(201, person, call, shown(tenant, person, held, call.version) | {"temporaryAccessPass": code})


def delete_pass(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    held = person.sign_in.temporary_pass
    if held is None or held.id != call.params[1]:
        raise families.absent()
    note(tenant, call, person, what="pass.delete", before=held.id)
    person.sign_in.temporary_pass = None
    return Answer(204)


def shown(tenant: Tenant, person: Person, held: TemporaryPass, version: str) -> dict[str, Any]:
    """A pass as reads show it: without its code. In beta nothing tells whether it is usable."""
    body: dict[str, Any] = {
        "id": held.id,
        "temporaryAccessPass": None,
        "createdDateTime": iso(held.created) + "Z",
        "startDateTime": iso(held.start) + "Z",
        "lifetimeInMinutes": held.lifetime_minutes,
        "isUsableOnce": held.usable_once,
    }
    if version != "beta":
        reason = usability(tenant, person, held)
        body |= {"isUsable": reason == "EnabledByPolicy", "methodUsabilityReason": reason}
    return body


def usability(tenant: Tenant, person: Person, held: TemporaryPass) -> str:
    """The methodUsabilityReason of a pass at this moment."""
    now = tenant.clock()
    if person.sign_in.unusable_because:
        return person.sign_in.unusable_because
    if not covered(tenant, person):
        return "DisabledByPolicy"
    if held.used and held.usable_once:
        return "OneTimeUsed"
    if now >= held.end:
        return "Expired"
    return "NotYetValid" if now < held.start else "EnabledByPolicy"


def _wanted(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise method_error("A Temporary Access Pass is expected in the body; an empty object asks for what the policy says.")
    for name, value in body.items():
        if (name, value) == ("@odata.type", _TYPE):
            continue
        if name not in _FIELDS:
            raise method_error(f"The property '{name}' cannot be set.")
        if type(value) is not _FIELDS[name]:
            raise method_error(f"The property '{name}' must be of type {_FIELDS[name].__name__}.")
    return body


def _start(text: str | None, now: float) -> float:
    """The moment a pass becomes valid; without one it is now."""
    if text is None:
        return now
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        start = None
    if start is None or start.tzinfo is None:
        raise method_error("The property 'startDateTime' must be a date and time with an offset.")
    if start.timestamp() < int(now):  # microsoftgraph/msgraph-sdk-dotnet#2724
        raise method_error("Invalid StartDateTime specified. It can not be a time in the past.")
    return start.timestamp()


def _answer(status: int, person: Person, call: Call, body: dict[str, Any]) -> Answer:
    return Answer(status, {"@odata.context": families.context(person, call, _SEGMENT, "/$entity"), **body})
