"""Changes to an account itself: enabled or not, password (by an app), sessions.

https://learn.microsoft.com/graph/api/user-update and user-revokesigninsessions
"""

from __future__ import annotations

from typing import Any

from simulator.entra.errors import INSUFFICIENT, bad_request, iso
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.permissions import FULL_PROFILE
from simulator.entra.rank import APP_PASSWORD_ROLES, SENSITIVE_ROLES, privileged, reaches
from simulator.entra.state import Person, Tenant
from simulator.entra.users import person_in
from simulator.entra.writes import note

_ENABLE_ALL = frozenset(("User.ReadWrite.All", "Directory.ReadWrite.All"))
_ON_PREMISES = (
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration."
)
_PROFILE = ("password", "forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa")


def update_user(tenant: Tenant, call: Call) -> Answer:
    """Sets `accountEnabled` or `passwordProfile`, each under permissions of its own; both or neither take effect."""
    if call.query:
        raise bad_request("The query options are not supported.")
    person = person_in(tenant, call)
    body = _object(call.body)
    if person.management_restricted:
        raise _insufficient()
    if "accountEnabled" in body:
        _check_enabling(tenant, call, person, body["accountEnabled"])
    if "passwordProfile" in body:
        _check_password(tenant, call, person, body["passwordProfile"])
    if "accountEnabled" in body:
        enabled = body["accountEnabled"]
        note(tenant, call, person, what="account.enable" if enabled else "account.disable")
        person.account_enabled = enabled
        if not person.synced:  # else the next synchronisation brings the old value back
            person.sign_in.enabled_on_premises = enabled
    if "passwordProfile" in body:
        change_password(tenant, call, person)
    return Answer(204)


def revoke_sessions(tenant: Tenant, call: Call) -> Answer:
    """True whatever became of it: sessions of an external account live in its home tenant and go on."""
    person = person_in(tenant, call)
    if call.query or call.body:
        raise bad_request("The action takes no parameters.")
    if person.management_restricted:
        raise _insufficient()
    if not person.external:
        now = iso(tenant.clock()) + "Z"
        note(tenant, call, person, what="sessions.revoke", before=person.sign_in.sessions_valid_from, after=now)
        person.sign_in.sessions_valid_from = now
    return Answer(200, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean", "value": True})


def change_password(tenant: Tenant, call: Call, person: Person) -> None:
    """Notes the moment; the password itself is kept nowhere. A change ends the sessions."""
    now = iso(tenant.clock()) + "Z"
    note(tenant, call, person, what="password.reset")
    person.sign_in.password_changed = person.sign_in.sessions_valid_from = now


def check_complexity(password: Any) -> None:
    """Raises GraphError 400 for a password the directory would not take: 8 to 256 characters of three of four kinds."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())
    if (
        not isinstance(password, str)
        or not 8 <= len(password) <= 256
        or sum(any(kind(character) for character in password) for kind in kinds) < 3
    ):
        text = "The specified password does not comply with password complexity requirements. Please provide a different password."
        raise GraphError(400, "Request_BadRequest", text)


def _check_enabling(tenant: Tenant, call: Call, person: Person, enabled: Any) -> None:
    if not isinstance(enabled, bool):
        raise bad_request("The value of 'accountEnabled' must be a boolean.")
    granular = "User.EnableDisableAccount.All" in call.permissions and call.permissions & FULL_PROFILE
    if not granular and not call.permissions & _ENABLE_ALL:
        raise _insufficient()
    if privileged(tenant, person) and not reaches(tenant, _roles(tenant, call), SENSITIVE_ROLES, person):
        raise _insufficient()


def _check_password(tenant: Tenant, call: Call, person: Person, profile: Any) -> None:
    if not isinstance(profile, dict) or not set(profile) <= {*_PROFILE, "@odata.type"} or "password" not in profile:
        raise bad_request("A passwordProfile with a password is expected.")
    if not all(isinstance(profile.get(name, True), bool) for name in _PROFILE[1:]):
        raise bad_request("The flags of a passwordProfile must be booleans.")
    if "User-PasswordProfile.ReadWrite.All" not in call.permissions or not reaches(
        tenant, _roles(tenant, call), APP_PASSWORD_ROLES, person
    ):
        raise _insufficient()
    if person.synced:
        raise GraphError(400, "Request_BadRequest", _ON_PREMISES)
    if person.sign_in.federated or person.external:
        raise GraphError(400, "Request_BadRequest", "The password of a federated user cannot be changed.")
    check_complexity(profile["password"])


def _roles(tenant: Tenant, call: Call) -> set[str]:
    return tenant.sign_in.app_roles.get(call.app_id, set())


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or not body:
        raise bad_request("A user with the properties to change is expected in the body.")
    for name in body:
        if name not in ("accountEnabled", "passwordProfile", "@odata.type"):
            raise bad_request(f"The property '{name}' cannot be changed in this tenant.")
    return body


def _insufficient() -> GraphError:
    return GraphError(403, "Authorization_RequestDenied", INSUFFICIENT)
