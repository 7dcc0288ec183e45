"""Directory role assignments, direct ones only, and eligibilities, as the unified role management API shows them.

https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments and rbacapplication-list-roleeligibilityscheduleinstances
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from simulator import cast
from simulator.entra.errors import bad_request
from simulator.entra.groups import directory_object
from simulator.entra.listing import allow_only, page
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.state import Person, Tenant, role_template
from simulator.entra.users import DEFAULT

_FILTER = re.compile(r"\s*(principalId|roleDefinitionId)\s+eq\s+'([^']*)'\s*")
_OF_PRINCIPALS = (*DEFAULT, "accountEnabled", "userType")


def list_role_assignments(tenant: Tenant, call: Call) -> Answer:
    """Assignments of one principal or of one role; a filter by either is mandatory."""
    allow_only(call, "$filter", "$expand", "$top", "$skiptoken")
    match = _FILTER.fullmatch(call.query.get("$filter", ""))
    if match is None:
        raise GraphError(400, "Request_BadRequest", "A filter by principalId or by roleDefinitionId is required.")
    expanded = _expanded(call, "roleDefinition", "principal")
    key = match[2].lower()
    if match[1] == "principalId":
        holder = tenant.people.get(key) or tenant.groups.get(key)
        found = [(key, role) for role in holder.roles] if holder else []
    else:
        found = [(principal, role) for principal, role in tenant.role_assignments() if role_template(role) == key]
    return page(call, found, lambda pair: _shown(tenant, call, pair[0], pair[1], expanded), "roleManagement/directory/roleAssignments")


def list_role_eligibilities(tenant: Tenant, call: Call) -> Answer:
    """What people may activate (Privileged Identity Management), of all or of one principal or role."""
    allow_only(call, "$filter", "$expand", "$top", "$skiptoken")
    need_governance(tenant)
    holders: Iterable[Person] = tenant.people.values()
    role_id = None
    if "$filter" in call.query:
        match = _FILTER.fullmatch(call.query["$filter"])
        if match is None:
            raise bad_request("Invalid filter clause.")
        key = match[2].lower()
        if match[1] == "principalId":
            holders = [tenant.people[key]] if key in tenant.people else []
        else:
            role_id = key
    found = [(person.id, role) for person in holders for role in person.eligible_roles if role_id in (None, role_template(role))]
    expanded = _expanded(call, "roleDefinition")
    where = "roleManagement/directory/roleEligibilityScheduleInstances"
    return page(call, found, lambda pair: _eligibility(tenant, call, pair[0], pair[1], expanded), where)


def need_governance(tenant: Tenant) -> None:
    """Raises GraphError where the tenant has no licence for Privileged Identity Management."""
    if tenant.licence != "P2":  # as seen in github.com/maester365/maester/issues/1421
        text = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."
        raise GraphError(400, "AadPremiumLicenseRequired", text)


def _expanded(call: Call, *known: str) -> str | None:
    """Which of these is to be shown whole; the service takes one at a time."""
    expand = call.query.get("$expand")
    if expand is not None and expand not in known:
        raise bad_request(f"Parsing OData Select and Expand failed: '{expand}' cannot be expanded.")
    return expand


def _eligibility(tenant: Tenant, call: Call, principal: str, role: str, expanded: str | None) -> dict[str, Any]:
    return _shown(tenant, call, principal, role, expanded) | {
        "id": cast.stable_id(f"eligibility of {principal} for {role}"),
        "memberType": "Direct",
        "startDateTime": "2026-01-05T08:00:00Z",
        "endDateTime": None,
        "roleEligibilityScheduleId": cast.stable_id(f"eligibility schedule of {principal} for {role}"),
    }


def _shown(tenant: Tenant, call: Call, principal: str, role: str, expanded: str | None) -> dict[str, Any]:
    definition = role_template(role)
    body: dict[str, Any] = {
        "id": cast.stable_id(f"assignment of {role} to {principal}"),
        "principalId": principal,
        "roleDefinitionId": definition,
        "directoryScopeId": "/",
        "appScopeId": None,
    }
    if expanded == "roleDefinition":
        body["roleDefinition"] = {
            "id": definition,
            "displayName": role,
            "description": None,
            "isBuiltIn": True,
            "isEnabled": True,
            "templateId": definition,
        }
    if expanded == "principal":
        body["principal"] = directory_object(call, tenant.principal(principal), _OF_PRINCIPALS)
    return body
