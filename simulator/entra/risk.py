"""Risky users: what Entra ID Protection holds against somebody.

https://learn.microsoft.com/graph/api/resources/riskyuser and riskyuser-get
No authentic body of the 404 of somebody without a risk was found: it is the one that the directory has for objects that are not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.entra.errors import iso, no_such_object
from simulator.entra.listing import allow_only
from simulator.entra.message import Answer, Call, GraphError

if TYPE_CHECKING:
    from simulator.entra.state import Tenant

LEVELS = ("low", "medium", "high", "hidden", "none")


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk of a user; `level` and `state` are words of the resource, `at` is in seconds since the epoch."""

    level: str
    state: str = "atRisk"
    detail: str = "none"
    at: float = 0.0


def get_risky_user(tenant: Tenant, call: Call) -> Answer:
    """What is held against somebody, by object id alone; 404 when that is nothing."""
    allow_only(call)
    if tenant.licence != "P2":  # text and code as seen of this service in tenants without the licence
        raise GraphError(403, "Forbidden", "Your tenant is not licensed for this feature.")
    person = tenant.people.get(call.params[0].lower())
    if person is None or person.risk is None:
        raise no_such_object(call.params[0])
    risk = person.risk
    body = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identityProtection/riskyUsers/$entity",
        "id": person.id,
        "isDeleted": False,
        "isProcessing": False,
        "riskLevel": risk.level,
        "riskState": risk.state,
        "riskDetail": risk.detail,
        "riskLastUpdatedDateTime": f"{iso(risk.at)}Z",
        "userDisplayName": person.display_name,
        "userPrincipalName": person.upn,
    }
    return Answer(200, body)
