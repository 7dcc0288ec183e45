"""Groups, and who is in them: get, list, checkMemberGroups, transitiveMemberOf, transitiveMembers.

https://learn.microsoft.com/graph/api/resources/group
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator import cast
from simulator.entra import users
from simulator.entra.errors import bad_request, no_such_object, unsupported
from simulator.entra.listing import allow_only, matched, page, selection
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.permissions import FULL_PROFILE, READ_ANY_GROUP, READ_ANY_ROLE
from simulator.entra.query import Schema
from simulator.entra.state import GroupState, Person, Tenant, role_template
from simulator.entra.users import person_in

MOST_GROUP_IDS = 20  # https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups

GROUP = Schema(
    type_name="group",
    getters={
        "id": lambda g: g.id,
        "displayName": lambda g: g.name,
        "description": lambda g: g.description,
        "mail": lambda g: None,
        "mailEnabled": lambda g: False,
        "mailNickname": lambda g: g.name.lower().replace(" ", "."),
        "securityEnabled": lambda g: True,
        "groupTypes": lambda g: [],
        "isAssignableToRole": lambda g: g.role_assignable or None,
        "visibility": lambda g: None,
        "onPremisesSyncEnabled": lambda g: None,
        "createdDateTime": lambda g: "2025-01-06T08:00:00Z",
    },
    equals=frozenset(["id", "displayName", "mailNickname", "mailEnabled", "securityEnabled", "isAssignableToRole"]),
    starts_with=frozenset(("displayName", "mailNickname")),
    searchable=frozenset(("displayName", "description")),
    tokenized=frozenset(("displayName", "description")),
)
ROLE = Schema(
    type_name="directoryRole",
    getters={
        "id": lambda role: cast.stable_id(f"directory role {role}"),
        "displayName": lambda role: role,
        "description": lambda role: None,
        "roleTemplateId": role_template,
    },
    equals=frozenset(("id", "displayName", "roleTemplateId")),
    starts_with=frozenset(("displayName",)),
)
WHOLE = tuple(GROUP.getters)
_READ_ANY = {"group": READ_ANY_GROUP, "directoryRole": READ_ANY_ROLE, "user": FULL_PROFILE}
_COLLECTION = ("$select", "$filter", "$search", "$orderby", "$top", "$count", "$skiptoken")


def list_groups(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, *_COLLECTION)
    names = selection(call.query.get("$select"), GROUP, WHOLE)
    found, _ = matched(call, list(tenant.groups.values()), GROUP)
    return page(call, found, lambda group: _shown(GROUP, group, names), "groups")


def get_group(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$select")
    group = group_in(tenant, call)
    names = selection(call.query.get("$select"), GROUP, WHOLE)
    return Answer(200, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups/$entity", **_shown(GROUP, group, names)})


def member_users(tenant: Tenant, call: Call) -> Answer:
    """The people in a group and in the groups inside it; who may not read users sees ids alone."""
    _check_cast(call)
    names = selection(call.query.get("$select"), users.SCHEMA, users.DEFAULT)
    found, _ = matched(call, tenant.transitive_people(group_in(tenant, call)), users.SCHEMA)
    return page(call, found, lambda person: visible(call, users.SCHEMA, person, names), "users")


def group_in(tenant: Tenant, call: Call) -> GroupState:
    """The group of the address; GraphError 404 when there is none."""
    group = tenant.groups.get(call.params[0].lower())
    if group is None:
        raise no_such_object(call.params[0])
    return group


def check_member_groups(tenant: Tenant, call: Call) -> Answer:
    """Which of the named groups the user is in, directly or not; unknown ids are simply not among them."""
    person = person_in(tenant, call)
    wanted = call.body.get("groupIds") if isinstance(call.body, dict) else None
    if not isinstance(wanted, list) or not all(isinstance(group_id, str) for group_id in wanted) or set(call.body) != {"groupIds"}:
        raise bad_request("The action takes one parameter, groupIds, a list of strings.")
    if len(wanted) > MOST_GROUP_IDS:
        raise GraphError(400, "Request_BadRequest", f"The number of group ids exceeds the maximum of {MOST_GROUP_IDS}.")
    held = tenant.transitive_groups(person.id)
    value = [group_id for group_id in dict.fromkeys(group_id.lower() for group_id in wanted) if group_id in held]
    return Answer(200, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)", "value": value})


def member_of(tenant: Tenant, call: Call) -> Answer:
    """Groups and directory roles of a user together, each with its type."""
    allow_only(call, "$select", "$top", "$count", "$skiptoken")
    person = person_in(tenant, call)
    wanted = set(call.query["$select"].split(",")) if "$select" in call.query else None

    def render(item: GroupState | str) -> dict[str, Any]:
        schema = ROLE if isinstance(item, str) else GROUP
        names = tuple(name for name in schema.getters if wanted is None or name in wanted)
        return {"@odata.type": f"#microsoft.graph.{schema.type_name}", **visible(call, schema, item, names)}

    unknown = (wanted or set()) - GROUP.getters.keys() - ROLE.getters.keys()
    if unknown:
        raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{min(unknown)}'.")
    found = [*_groups_of(tenant, person), *_roles_of(tenant, person)]
    return page(call, found, render, "directoryObjects")


def member_of_groups(tenant: Tenant, call: Call) -> Answer:
    person = _cast_target(tenant, call)
    return _cast_page(call, _groups_of(tenant, person), GROUP)


def member_of_roles(tenant: Tenant, call: Call) -> Answer:
    person = _cast_target(tenant, call)
    return _cast_page(call, _roles_of(tenant, person), ROLE)


def _check_cast(call: Call) -> None:
    """A cast together with any other query option is an advanced query."""
    allow_only(call, *_COLLECTION)
    if call.query.keys() - {"$count"} and not (call.advanced and call.counted):
        raise unsupported()


def _cast_target(tenant: Tenant, call: Call) -> Person:
    _check_cast(call)
    return person_in(tenant, call)


def _cast_page(call: Call, items: list[Any], schema: Schema) -> Answer:
    names = selection(call.query.get("$select"), schema, tuple(schema.getters))
    found, _ = matched(call, items, schema)
    return page(call, found, lambda item: visible(call, schema, item, names), f"{schema.type_name}s")


def _groups_of(tenant: Tenant, person: Person) -> list[GroupState]:
    return sorted(tenant.transitive_groups(person.id).values(), key=lambda group: group.name)


def _roles_of(tenant: Tenant, person: Person) -> list[str]:
    """Roles held directly or through a role-assignable group."""
    held: Iterator[str] = (role for group in tenant.transitive_groups(person.id).values() for role in group.roles)
    return sorted({*person.roles, *held})


def _shown(schema: Schema, item: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: schema.getters[name](item) for name in names}


def directory_object(
    call: Call, item: GroupState | Person, names: tuple[str, ...] = users.DEFAULT, of_groups: tuple[str, ...] = WHOLE
) -> dict[str, Any]:
    """A group or a user with its type, as far as the caller may see it."""
    kind = "group" if isinstance(item, GroupState) else "user"
    return {"@odata.type": f"#microsoft.graph.{kind}", **inner(call, item, names, of_groups)}


def inner(
    call: Call, item: GroupState | Person, names: tuple[str, ...] = users.DEFAULT, of_groups: tuple[str, ...] = WHOLE
) -> dict[str, Any]:
    """As `directory_object`, where the type goes without saying."""
    if isinstance(item, GroupState):
        return visible(call, GROUP, item, of_groups)
    return visible(call, users.SCHEMA, item, names)


def visible(call: Call, schema: Schema, item: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """All the names, but only the id has a value when the caller may not read this kind of object."""
    body = _shown(schema, item, names)
    if not call.permissions & _READ_ANY[schema.type_name]:
        body = {name: value if name == "id" else None for name, value in body.items()}
    return body
