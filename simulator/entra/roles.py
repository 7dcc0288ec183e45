"""Directory role assignments: direct ones only, as the unified role management API shows them.

https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
"""

from __future__ import annotations

import re
from typing import Any

from simulator import cast
from simulator.entra.errors import GraphError, bad_request
from simulator.entra.listing import allow_only, page
from simulator.entra.message import Answer, Call
from simulator.entra.state import Tenant, role_template

_FILTER = re.compile(r"\s*(principalId|roleDefinitionId)\s+eq\s+'([^']*)'\s*")


def list_role_assignments(tenant: Tenant, call: Call) -> Answer:
    """Assignments of one principal or of one role; a filter by either is mandatory."""
    allow_only(call, "$filter", "$expand", "$top", "$skiptoken")
    match = _FILTER.fullmatch(call.query.get("$filter", ""))
    if match is None:
        raise GraphError(400, "Request_BadRequest", "A filter by principalId or by roleDefinitionId is required.")
    expand = call.query.get("$expand")
    if expand not in (None, "roleDefinition"):
        raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{expand}'.")
    key = match[2].lower()
    if match[1] == "principalId":
        holder = tenant.people.get(key) or tenant.groups.get(key)
        found = [(key, role) for role in holder.roles] if holder else []
    else:
        found = [(principal, role) for principal, role in tenant.role_assignments() if role_template(role) == key]
    return page(call, found, lambda pair: _shown(*pair, with_definition=expand is not None), "roleManagement/directory/roleAssignments")


def _shown(principal: str, role: str, *, with_definition: bool) -> dict[str, Any]:
    definition = role_template(role)
    body: dict[str, Any] = {
        "id": cast.stable_id(f"assignment of {role} to {principal}"),
        "principalId": principal,
        "roleDefinitionId": definition,
        "directoryScopeId": "/",
        "appScopeId": None,
    }
    if with_definition:
        body["roleDefinition"] = {
            "id": definition,
            "displayName": role,
            "description": None,
            "isBuiltIn": True,
            "isEnabled": True,
            "templateId": definition,
        }
    return body
