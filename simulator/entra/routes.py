"""From a request target to the code that answers it. The templates are spelt as in the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from simulator.entra import (
    applications,
    audits,
    catalogue,
    conditional_access,
    groups,
    installations,
    mail,
    method_routes,
    methods,
    new_groups,
    owning,
    phones,
    principals,
    profile,
    risk,
    roles,
    sign_in_log,
    users,
)
from simulator.entra.message import Answer, Call
from simulator.entra.method_permissions import BETA
from simulator.entra.method_permissions import DELEGATED as OF_METHODS
from simulator.entra.permissions import APPLICATION
from simulator.entra.registering_permissions import (
    APP,
    APPS,
    ASSIGNMENTS,
    CATALOGUE,
    GROUPS,
    PRINCIPAL_BY_CLIENT,
    PRINCIPALS,
    VERSIONS,
)
from simulator.entra.registering_permissions import DELEGATED as OF_REGISTERING
from simulator.entra.state import Tenant

Handler = Callable[[Tenant, Call], Answer]

_USER = "/users/{user-id}"
_APPS = f"{_USER}/teamwork/installedApps"
_APP = f"{_APPS}/{{userScopeTeamsAppInstallation-id}}"
_METHODS = f"{_USER}/authentication/methods"
METHOD = f"{_METHODS}/{{authenticationMethod-id}}"
_PHONES = f"{_USER}/authentication/phoneMethods"
_PHONE = f"{_PHONES}/{{phoneAuthenticationMethod-id}}"

#: What an administrator does who sets an application up.
REGISTERING: dict[tuple[str, str], Handler] = {
    ("GET", APPS): applications.list_applications,
    ("POST", APPS): applications.create_application,
    ("GET", APP): applications.get_by_id,
    ("PATCH", APP): applications.update_application,
    ("POST", f"{APP}/addPassword"): applications.add_password,
    ("POST", f"{APP}/removePassword"): applications.remove_password,
    ("POST", PRINCIPALS): principals.create_principal,
    ("GET", PRINCIPAL_BY_CLIENT): principals.get_principal,
    ("GET", ASSIGNMENTS): principals.list_assignments,
    ("POST", ASSIGNMENTS): principals.assign,
    ("POST", GROUPS): new_groups.create_group,
    ("GET", CATALOGUE): catalogue.list_apps,
    ("POST", CATALOGUE): catalogue.publish,
    ("POST", VERSIONS): catalogue.update,
}
HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/users"): users.list_users,
    ("GET", _USER): users.get_user,
    ("GET", f"{_USER}/manager"): users.get_manager,
    ("GET", f"{_USER}/photos/{{profilePhoto-id}}/$value"): profile.get_photo,
    ("POST", f"{_USER}/sendMail"): mail.send_mail,
    ("GET", _APPS): installations.list_installed,
    ("POST", _APPS): installations.install,
    ("GET", _APP): installations.get_installed,
    ("DELETE", _APP): installations.uninstall,
    ("POST", f"{_USER}/checkMemberGroups"): groups.check_member_groups,
    ("GET", f"{_USER}/transitiveMemberOf"): groups.member_of,
    ("GET", f"{_USER}/transitiveMemberOf/graph.group"): groups.member_of_groups,
    ("GET", f"{_USER}/transitiveMemberOf/graph.directoryRole"): groups.member_of_roles,
    ("GET", "/groups"): groups.list_groups,
    ("GET", "/groups/{group-id}"): groups.get_group,
    ("GET", "/groups/{group-id}/transitiveMembers/graph.user"): groups.member_users,
    ("GET", f"{_USER}/ownedObjects"): owning.owned_objects,
    ("GET", "/groups/{group-id}/owners"): owning.owners,
    ("GET", "/groups/{group-id}/members"): owning.members,
    ("GET", "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"): owning.list_group_eligibilities,
    ("GET", "/roleManagement/directory/roleAssignments"): roles.list_role_assignments,
    ("GET", "/roleManagement/directory/roleEligibilityScheduleInstances"): roles.list_role_eligibilities,
    ("GET", "/auditLogs/directoryAudits"): audits.list_audits,
    ("GET", "/auditLogs/signIns"): sign_in_log.list_sign_ins,
    ("GET", "/identityProtection/riskyUsers/{riskyUser-id}"): risk.get_risky_user,
    ("GET", "/applications(appId='{appId}')"): applications.get_application,
    ("GET", "/identity/conditionalAccess/authenticationContextClassReferences"): conditional_access.list_contexts,
    ("GET", "/identity/conditionalAccess/policies"): conditional_access.list_policies,
    ("GET", _METHODS): methods.list_methods,
    ("GET", METHOD): methods.get_method,
    ("GET", _PHONES): phones.list_phones,
    ("POST", _PHONES): phones.create_phone,
    ("GET", _PHONE): phones.get_phone,
    ("PATCH", _PHONE): phones.update_phone,
    ("DELETE", _PHONE): phones.delete_phone,
    ("POST", f"{_PHONE}/enableSmsSignIn"): phones.enable_sms,
    ("POST", f"{_PHONE}/disableSmsSignIn"): phones.disable_sms,
    **method_routes.HANDLERS,
    **REGISTERING,
}
BETA_HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/auditLogs/signIns"): sign_in_log.list_sign_ins,
    ("GET", _METHODS): methods.list_methods,
    ("GET", METHOD): methods.get_method,
    **method_routes.BETA_HANDLERS,
}

# verbs that the metadata has and the service answers with the body of another framework
FOREIGN = frozenset((_METHODS, METHOD))
BATCH = "/$batch"
TAKES_ZIP = frozenset({("POST", CATALOGUE), ("POST", VERSIONS)})
DELEGATED = OF_METHODS | OF_REGISTERING
_KEY = re.compile(r"(?<==')(?:[^']|'')+(?='\)$)")  # of `applications(appId='…')`


@dataclass(frozen=True, slots=True)
class Route:
    handler: Handler
    permissions: frozenset[str]
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed request target. `routes` is by method; empty with `unknown` naming the segment that does not exist."""

    path: str
    template: str | None
    params: tuple[str, ...]
    raw_query: str
    query: Mapping[str, str]
    routes: Mapping[str, Route]
    unknown: str = ""


class _Node:
    __slots__ = ("children", "routes", "template", "wildcard")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.wildcard: _Node | None = None
        self.routes: dict[str, Route] = {}
        self.template: str | None = None


def _tree(handlers: Mapping[tuple[str, str], Handler], permissions: Mapping[tuple[str, str], frozenset[str]]) -> _Node:
    root = _Node()
    for (method, template), handler in handlers.items():
        node = root
        for segment in template.split("/")[1:]:
            if segment.startswith("{"):
                node.wildcard = node.wildcard or _Node()
                node = node.wildcard
            else:
                node = node.children.setdefault(_KEY.sub("", segment).lower(), _Node())
        node.template = template
        node.routes[method] = Route(handler, permissions[method, template], DELEGATED.get((method, template), frozenset()))
    root.children["$batch"] = batch = _Node()
    batch.template = BATCH
    return root


_ROOTS = {"v1.0": _tree(HANDLERS, APPLICATION), "beta": _tree(BETA_HANDLERS, BETA)}


@lru_cache(maxsize=16384)
def resolve(target: str, version: str = "v1.0") -> Target:
    """Finds the routes for a raw target behind the version, such as `/users/a%40b.c?$select=id`. Never raises."""
    raw_path, _, raw_query = target.partition("?")
    segments = [unquote(segment) for segment in raw_path.strip("/").split("/")]
    query = dict(parse_qsl(raw_query, keep_blank_values=True))
    path = "/" + "/".join(segments)
    params: list[str] = []
    node = _ROOTS[version]
    for segment in segments:
        name = _KEY.sub("", segment).lower().replace("microsoft.graph.", "graph.")
        if name in node.children:
            node = node.children[name]
            params.extend(key[0].replace("''", "'") for key in _KEY.finditer(segment))
        elif node.wildcard is not None and segment:
            node = node.wildcard
            params.append(segment)
        else:
            return Target(path, None, tuple(params), raw_query, query, {}, segment)
    if node.template is None:
        return Target(path, None, tuple(params), raw_query, query, {}, segments[-1])
    return Target(path, node.template, tuple(params), raw_query, query, node.routes)
