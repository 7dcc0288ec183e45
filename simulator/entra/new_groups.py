"""Making a security group: https://learn.microsoft.com/graph/api/group-post-groups"""

from __future__ import annotations

import re
import uuid
from typing import Any

from simulator import cast
from simulator.entra.administrators import MAKES_GROUPS, need_role
from simulator.entra.errors import bad_request, no_such_object
from simulator.entra.groups import GROUP
from simulator.entra.listing import allow_only
from simulator.entra.message import Answer, Call
from simulator.entra.state import GroupState, Tenant

_REQUIRED = {"displayName": str, "mailEnabled": bool, "mailNickname": str, "securityEnabled": bool}
_MEMBERS = "members@odata.bind"
_USER = re.compile(r"(?:https://[^/]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?)/v1\.0/(?:users|directoryObjects)/([0-9a-f-]{36})")
_NICKNAME = re.compile(r"[!-~]{1,64}")
_NOT_IN_NICKNAMES = frozenset('@()\\[]";:<>, ')


def create_group(tenant: Tenant, call: Call) -> Answer:
    """201; whoever is signed in owns it. Two groups may have one name."""
    allow_only(call)
    need_role(tenant, call, *MAKES_GROUPS)
    body = _checked(call.body)
    members = [_member(tenant, each) for each in body.get(_MEMBERS, [])]
    group = GroupState(cast.Group(name=body["displayName"]), group_id=str(uuid.uuid4()), description=body.get("description"))
    tenant.groups[group.id] = group
    for member in members:
        tenant.join(group, member)
    group.owners |= {call.user_id} - {""}
    context = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups/$entity"}
    return Answer(201, context | {name: get(group) for name, get in GROUP.getters.items()})


def _checked(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or not body.keys() <= {*_REQUIRED, "description", "groupTypes", _MEMBERS}:
        raise bad_request("This is no body of a group.")
    for name, kind in _REQUIRED.items():
        if not isinstance(body.get(name), kind):
            raise bad_request(f"A value is required for property '{name}' of resource 'Group'.")
    nickname = body["mailNickname"]
    if not _NICKNAME.fullmatch(nickname) or _NOT_IN_NICKNAMES & set(nickname):
        raise bad_request("Invalid value specified for property 'mailNickname' of resource 'Group'.")
    if body["mailEnabled"] or not body["securityEnabled"] or body.get("groupTypes"):
        raise bad_request("This tenant makes security groups alone.")
    if not body["displayName"] or len(body["displayName"]) > 256 or not isinstance(body.get(_MEMBERS, []), list):
        raise bad_request("Invalid value specified for property 'displayName' of resource 'Group'.")
    return body


def _member(tenant: Tenant, bound: Any) -> str:
    found = _USER.fullmatch(bound) if isinstance(bound, str) else None
    if found is None:
        raise bad_request(f"{_MEMBERS} names no object.")
    if found[1] not in tenant.people:
        raise no_such_object(found[1])
    return found[1]
