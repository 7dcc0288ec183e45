"""Who owns groups, what is in one directly, and who may activate membership or ownership (Privileged Identity Management for groups).

https://learn.microsoft.com/graph/api/user-list-ownedobjects, group-list-owners and privilegedaccessgroup-list-eligibilityscheduleinstances
"""

from __future__ import annotations

import re
from typing import Any

from simulator import cast
from simulator.entra import users
from simulator.entra.errors import bad_request
from simulator.entra.groups import GROUP, WHOLE, directory_object, group_in, inner
from simulator.entra.listing import allow_only, page, selection
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.roles import need_governance
from simulator.entra.state import GroupState, Tenant
from simulator.entra.users import person_in

_FILTER = re.compile(r"\s*(principalId|groupId)\s+eq\s+'([^']*)'\s*")
_EXPANDABLE = ("group", "principal")

#: (object id of the principal, the group, "member" or "owner")
Eligibility = tuple[str, GroupState, str]


def owned_objects(tenant: Tenant, call: Call) -> Answer:
    """What a user owns; groups are all that can be owned here, each shown whole, or by its id where the app may not read groups."""
    allow_only(call, "$top", "$skiptoken")
    person = person_in(tenant, call)
    owned = sorted((group for group in tenant.groups.values() if person.id in group.owners), key=lambda group: group.name)
    return page(call, owned, lambda group: directory_object(call, group), "directoryObjects")


def owners(tenant: Tenant, call: Call) -> Answer:
    """The owners of a group."""
    allow_only(call, "$select", "$top", "$skiptoken")
    names = selection(call.query.get("$select"), users.SCHEMA, users.DEFAULT)
    held_by = tenant.people.ordered(tenant.people[owner] for owner in group_in(tenant, call).owners if owner in tenant.people)
    return page(call, held_by, lambda person: directory_object(call, person, names), "directoryObjects")


def members(tenant: Tenant, call: Call) -> Answer:
    """What is in a group directly, groups first; the ids and types alone of what the app may not read."""
    allow_only(call, "$select", "$top", "$skiptoken")
    wanted = call.query.get("$select")
    names = selection(wanted, users.SCHEMA, users.DEFAULT), selection(wanted, GROUP, WHOLE)
    inside = group_in(tenant, call).members
    groups = sorted((tenant.groups[each] for each in inside if each in tenant.groups), key=lambda group: group.name)
    people = tenant.people.ordered(tenant.people[each] for each in inside if each in tenant.people)
    return page(call, [*groups, *people], lambda item: directory_object(call, item, *names), "directoryObjects")


def list_group_eligibilities(tenant: Tenant, call: Call) -> Answer:
    """Eligibilities of one principal or for one group, the direct ones; a filter by either is mandatory."""
    allow_only(call, "$filter", "$expand")
    need_governance(tenant)
    match = _FILTER.fullmatch(call.query.get("$filter", ""))
    if match is None:
        raise GraphError(400, "MissingParameters", "The required parameters GroupId or PrincipalId is missing.")
    expanded = call.query["$expand"].split(",") if "$expand" in call.query else []
    if unknown := set(expanded) - set(_EXPANDABLE):
        raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{min(unknown)}'.")
    key = match[2].lower()
    found: list[Eligibility] = [
        (principal, group, access)
        for group in sorted(tenant.groups.values(), key=lambda group: group.name)
        for principal, access in sorted(group.eligible)
        if key == (principal if match[1] == "principalId" else group.id)
    ]
    where = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
    return page(call, found, lambda one: _eligibility(tenant, call, one, expanded), where)


def _eligibility(tenant: Tenant, call: Call, one: Eligibility, expanded: list[str]) -> dict[str, Any]:
    principal, group, access = one
    body: dict[str, Any] = {
        "id": f"{group.id}_{access}_{cast.stable_id(f'eligibility of {principal} as {access} of {group.id}')}",
        "startDateTime": "2026-01-05T08:00:00Z",
        "endDateTime": None,
        "principalId": principal,
        "accessId": access,
        "groupId": group.id,
        "memberType": "direct",
        "eligibilityScheduleId": f"{group.id}_{access}_{cast.stable_id(f'eligibility schedule of {principal} as {access} of {group.id}')}",
    }
    if "group" in expanded:
        body["group"] = inner(call, group)
    if "principal" in expanded:
        who = tenant.people.get(principal) or tenant.groups.get(principal)
        body["principal"] = directory_object(call, who) if who else None
    return body
