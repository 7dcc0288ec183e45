"""Who may reset the password of whom, or touch the sensitive properties of whom, by directory role.

https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator.entra.state import Person, Tenant

_PASSWORD, _HELPDESK, _AUTHENTICATION, _USER = (f"{name} Administrator" for name in ("Password", "Helpdesk", "Authentication", "User"))
_ABOVE_ALL = frozenset(("Privileged Authentication Administrator", "Global Administrator"))
PASSWORD_ROLES = _ABOVE_ALL | {_PASSWORD, _HELPDESK, _AUTHENTICATION, _USER}
SENSITIVE_ROLES = _ABOVE_ALL | {_AUTHENTICATION, _USER}
APP_PASSWORD_ROLES = _ABOVE_ALL | {_USER}

_READERS = ("Message Center Reader", "Reports Reader", "Usage Summary Reports Reader", "User Experience Success Manager")
# role of the target to the roles that reach it; for a role not named here only those above all do
_REACHED_BY = {
    "Directory Readers": PASSWORD_ROLES,
    "Guest Inviter": PASSWORD_ROLES,
    _PASSWORD: PASSWORD_ROLES,
    **dict.fromkeys(_READERS, PASSWORD_ROLES - {_PASSWORD}),
    _HELPDESK: _ABOVE_ALL | {_HELPDESK, _USER},
    _AUTHENTICATION: _ABOVE_ALL | {_AUTHENTICATION},
    "Groups Administrator": _ABOVE_ALL | {_USER},
    _USER: _ABOVE_ALL | {_USER},
}


def reaches(tenant: Tenant, callers: Iterable[str], column: frozenset[str], target: Person) -> bool:
    """Whether one of the caller's roles, among those of the column, is enough for this target."""
    needed = _needed(tenant, target)
    return any(role in column and all(role in reached_by for reached_by in needed) for role in callers)


def privileged(tenant: Tenant, target: Person) -> bool:
    """Whether a role or a role-assignable group protects the target."""
    return bool(_needed(tenant, target))


def _needed(tenant: Tenant, target: Person) -> list[frozenset[str]]:
    groups = tenant.transitive_groups(target.id).values()
    roles = [*target.roles, *(role for group in groups for role in group.roles)]
    needed = [frozenset(_REACHED_BY.get(role, _ABOVE_ALL)) for role in roles]
    owned = [group for group in tenant.groups.values() if target.id in group.owners]
    return [*needed, _ABOVE_ALL] if any(group.role_assignable for group in (*groups, *owned)) else needed
