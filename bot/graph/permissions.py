"""Which application permissions the calls need, the least of them, and which broader ones do as well.

https://github.com/microsoftgraph/microsoft-graph-devx-content/blob/dev/permissions/new/permissions.json
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.domain.change import KINDS
from bot.errors import NotAuthorised

READ_USERS = "User.Read.All"
READ_GROUPS = "GroupMember.Read.All"
READ_ROLES = "RoleManagement.Read.Directory"
READ_ELIGIBLE = "RoleEligibilitySchedule.Read.Directory"
READ_GROUP_ELIGIBLE = "PrivilegedEligibilitySchedule.Read.AzureADGroup"
READ_AUDITS = "AuditLog.Read.All"
READ_RISK = "IdentityRiskyUser.Read.All"
READ_METHODS = "UserAuthenticationMethod.Read.All"
READ_PHONES = "UserAuthMethod-Phone.Read.All"
READ_POLICIES = "Policy.Read.All"
READ_CONTEXTS = "AuthenticationContext.Read.All"
READ_APPLICATIONS = "Application.Read.All"
CHANGE_METHODS = "UserAuthenticationMethod.ReadWrite.All"
READ_PASSES = "UserAuthMethod-TAP.Read.All"
SEND_MAIL = "Mail.Send"
INSTALL_APP = "TeamsAppInstallation.ReadWriteSelfForUser.All"
READ_POLICY = "Policy.Read.AuthenticationMethod"

_DIRECTORY = ("Directory.Read.All", "Directory.ReadWrite.All")
_BROADER: dict[str, tuple[str, ...]] = {
    INSTALL_APP: ("TeamsAppInstallation.ReadWriteForUser.All",),
    READ_USERS: ("User.ReadWrite.All", *_DIRECTORY),
    READ_GROUPS: ("Group.Read.All", "Group.ReadWrite.All", *_DIRECTORY),
    READ_ROLES: ("RoleManagement.ReadWrite.Directory", *_DIRECTORY),
    READ_ELIGIBLE: (
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "RoleManagement.Read.All",
        READ_ROLES,
        "RoleManagement.ReadWrite.Directory",
    ),
    READ_GROUP_ELIGIBLE: ("PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",),
    READ_AUDITS: ("Directory.Read.All",),
    READ_METHODS: (CHANGE_METHODS,),
    READ_POLICY: (READ_POLICIES, "Policy.ReadWrite.AuthenticationMethod"),
    READ_PHONES: ("UserAuthMethod-Phone.ReadWrite.All", READ_METHODS, CHANGE_METHODS),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """One application permission and what it is for, as docs/install-by-hand.md says it."""

    name: str
    why: str


#: Without these something is lost, and Doorman works; `bot.commands.needs` says what.
OPTIONAL = (READ_ELIGIBLE, READ_GROUP_ELIGIBLE, READ_AUDITS, READ_RISK, CHANGE_METHODS)

_WRITES = tuple(
    Permission(name, ", ".join(facts.why for facts in KINDS.values() if facts.permission == name))
    for name in dict.fromkeys(facts.permission for facts in KINDS.values() if facts.permission and not facts.setting)
    if name not in OPTIONAL
)

NEEDED: tuple[Permission, ...] = (
    Permission(READ_USERS, "find people and read their account"),
    Permission(READ_GROUPS, "see whether an agent is in the approved group, and whether a person is in a protected one"),
    Permission(READ_ROLES, "see whether a person is an administrator"),
    Permission(READ_METHODS, "show a person's sign-in methods"),
    Permission(READ_POLICY, "see what the tenant allows for passes"),
    *_WRITES,
)

#: Their names alone.
NAMES = tuple(needed.name for needed in NEEDED)


def missing(roles: Iterable[str], needed: Iterable[str] = NAMES) -> tuple[str, ...]:
    """Those of `needed` that neither are among `roles` nor are covered by a broader one there."""
    held = {role.lower() for role in roles}
    return tuple(name for name in needed if not held & {name.lower(), *(broader.lower() for broader in _covering(name))})


def roles_in(token: str) -> tuple[str, ...]:
    """The application permissions in our own access token; it is for Graph to verify, we only look.

    Raises:
        NotAuthorised: the token cannot be read.
    """
    return tuple(str(role) for role in _claims(token).get("roles") or ())


def app_in(token: str) -> str:
    """The application id our own access token is for: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference

    Raises:
        NotAuthorised: the token cannot be read, or names no application.
    """
    claims = _claims(token)
    if app_id := str(claims.get("appid") or claims.get("azp") or ""):
        return app_id.lower()
    raise NotAuthorised("the access token for Graph does not say which application it is for")


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error) as error:
        raise NotAuthorised("the access token for Graph is not a JSON Web Token") from error
    if not isinstance(claims, dict):
        raise NotAuthorised("the access token for Graph is not a JSON Web Token")
    return claims


def _covering(name: str) -> tuple[str, ...]:
    if name.startswith("UserAuthMethod-") and name.endswith(".ReadWrite.All"):
        return (CHANGE_METHODS,)
    return _BROADER.get(name, ())
