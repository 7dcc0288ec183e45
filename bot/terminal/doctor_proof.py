"""What the doctor says of proof by sign-in: whether people can come back from one, and whether it proves anything.

Entra ID puts a context that nothing stands behind into everybody's token, with MFA or without, so that it is published and used by a
policy is no formality:
https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from bot.domain.said import spoken
from bot.errors import DirectoryError, NotAuthorised, NotFound
from bot.graph import permissions
from bot.graph.client import GraphClient
from bot.graph.throttle import INTERACTIVE
from bot.settings.environment import Settings
from bot.settings.sign_in import no_sign_in
from bot.terminal.doctor_report import Report
from bot.token_sources import SIGNED_IN

#: What an app registration has to declare for ID tokens; `acrs` is asked for by name each time.
#: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
NEEDED_CLAIM = "auth_time"
_IN_CENTRE = "Entra admin centre, {}"
_BY_HAND = "docs/install-by-hand.md, step 10"
_CONTEXTS = "identity/conditionalAccess/authenticationContextClassReferences"
_MOST_PAGES = 20


async def proof(report: Report, settings: Settings, client: GraphClient) -> None:
    """The app registration that people sign in to, and the authentication context with what stands behind it."""
    if why := spoken(no_sign_in(settings)):
        off = f"proof by sign-in: off. {why}"
        (report.note if settings.proof_context else report.well)(off)
        return
    await _seen(report, "the app registration", permissions.READ_APPLICATIONS, lambda: _registration(report, settings, client))
    await _seen(report, "authentication contexts", permissions.READ_CONTEXTS, lambda: _context(report, settings.proof_context, client))
    await _seen(report, "Conditional Access", permissions.READ_POLICIES, lambda: _policies(report, settings.proof_context, client))


async def _seen(report: Report, what: str, permission: str, look: Callable[[], Awaitable[None]]) -> None:
    """Looks, or says that it cannot be seen; nobody has to grant a permission for the doctor alone."""
    try:
        await look()
    except NotAuthorised:
        report.note(f"proof by sign-in: {what} cannot be seen without {permission}, so look yourself ({_BY_HAND}).")
    except DirectoryError as error:
        report.note(f"proof by sign-in: Graph does not show {what} ({error}), so look yourself ({_BY_HAND}).")


async def _registration(report: Report, settings: Settings, client: GraphClient) -> None:
    app_id, back = settings.graph_client_id, f"{settings.public_url}{SIGNED_IN}"
    url = f"{client.base_url}/applications(appId='{quote(app_id)}')?$select=id,appId,web,optionalClaims"
    try:
        app = (await client.read(url, INTERACTIVE, permission=permissions.READ_APPLICATIONS)).fields
    except NotFound:
        report.problem(f"proof by sign-in: there is no app registration {app_id} in this tenant", "Is AZURE_CLIENT_ID right?")
        return
    if back in (_object(app, "web").get("redirectUris") or ()):
        report.well(f"proof by sign-in: people come back to {back}")
    else:
        report.problem(
            f"proof by sign-in: {back} is no redirect URI of the app registration, so Entra ID lets nobody sign in",
            _IN_CENTRE.format(f"App registrations, {app_id}, Authentication: add it for the platform Web."),
        )
    declared = {str(claim.get("name")) for claim in _object(app, "optionalClaims").get("idToken") or () if isinstance(claim, dict)}
    if NEEDED_CLAIM in declared:
        report.well(f"proof by sign-in: ID tokens say when somebody signed in ({NEEDED_CLAIM})")
    else:
        report.problem(
            f"proof by sign-in: ID tokens do not say when somebody signed in, so no sign-in is a fresh one ({NEEDED_CLAIM} is missing)",
            _IN_CENTRE.format(f"App registrations, {app_id}, Token configuration: add the optional claim {NEEDED_CLAIM} for ID tokens."),
        )


async def _context(report: Report, wanted: str, client: GraphClient) -> None:
    rows = await _all(client, f"{client.base_url}/{_CONTEXTS}", permissions.READ_CONTEXTS)
    found = next((row for row in rows if str(row.get("id", "")).lower() == wanted), None)
    where = _IN_CENTRE.format("Conditional Access, Authentication contexts: make it, and tick *Publish to apps*.")
    if found is None:
        report.problem(f"PROOF_CONTEXT: there is no authentication context {wanted} in this tenant", where)
    elif not found.get("isAvailable"):
        report.problem(f"PROOF_CONTEXT: {wanted} {found.get('displayName')!r} is not published", where)
    else:
        report.well(f"PROOF_CONTEXT: {wanted} {found.get('displayName')!r}, published")


async def _policies(report: Report, wanted: str, client: GraphClient) -> None:
    rows = await _all(client, f"{client.base_url}/identity/conditionalAccess/policies", permissions.READ_POLICIES)
    of_context = [row for row in rows if wanted in _contexts_of(row)]
    asking = [row for row in of_context if row.get("state") == "enabled" and _asks_for_mfa(row)]
    if not asking:
        named = f" ({_names(of_context)} is off, reports only, or asks for no MFA)" if of_context else ""
        report.problem(
            f"PROOF_CONTEXT: no policy asks for MFA where {wanted} is wanted{named}, so Entra ID gives it to everybody, and a sign-in "
            "proves nothing",
            _IN_CENTRE.format(f"Conditional Access, Policies: one for all users, target {wanted}, grant with MFA, on ({_BY_HAND})."),
        )
        return
    report.well(f"PROOF_CONTEXT: {_names(asking)} asks for MFA where {wanted} is wanted")
    if all(_leaves_out(row) for row in asking):
        report.note(
            f"PROOF_CONTEXT: {_names(asking)} is not for everybody. Whoever it leaves out gets {wanted} without MFA, so that their sign-in "
            "proves no more than a password does."
        )


async def _all(client: GraphClient, url: str, permission: str) -> list[dict[str, Any]]:
    """Every row of a collection, page by page."""
    rows: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        answer = await client.read(url, INTERACTIVE, permission=permission)
        rows += answer.rows
        url = str(answer.fields.get("@odata.nextLink") or "")
        if not url:
            break
    return rows


def _contexts_of(policy: Mapping[str, Any]) -> list[str]:
    found = _object(_object(policy, "conditions"), "applications").get("includeAuthenticationContextClassReferences")
    return [str(each).lower() for each in found] if isinstance(found, list) else []


def _asks_for_mfa(policy: Mapping[str, Any]) -> bool:
    """Among alternatives, MFA is demanded only where there is no other."""
    granted = _object(policy, "grantControls")
    controls = granted.get("builtInControls") or []
    ways = len(controls) + len(granted.get("customAuthenticationFactors") or []) + len(granted.get("termsOfUse") or [])
    if granted.get("authenticationStrength"):
        return granted.get("operator") == "AND" or ways == 0
    return "mfa" in controls and (granted.get("operator") == "AND" or ways == 1)


def _leaves_out(policy: Mapping[str, Any]) -> bool:
    users = _object(_object(policy, "conditions"), "users")
    excluded = any(users.get(name) for name in ("excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers"))
    return excluded or "All" not in (users.get("includeUsers") or ())


def _names(policies: list[dict[str, Any]]) -> str:
    return ", ".join(f"the policy {row.get('displayName')!r}" for row in policies)


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}
