"""Installing an app in somebody's own Teams, seeing whether it is there, and taking it away.

https://learn.microsoft.com/graph/api/userteamwork-post-installedapps
https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages

What a refusal says was seen with others (OfficeDev/microsoft-teams-apps-company-communicator#1537 and #285,
microsoftgraph/microsoft-graph-docs-contrib#478); the texts of the 404 and the 409 are assumed.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from simulator.entra.errors import bad_request
from simulator.entra.listing import allow_only
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.state import Person, Tenant
from simulator.entra.teamwork import CatalogueApp, Presence

# These let an app manage itself and no other: the one whose manifest names it in webApplicationInfo.
_ONLY_ITSELF = frozenset(("TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All"))
_BIND = "teamsApp@odata.bind"
_TYPES = ("#microsoft.graph.userScopeTeamsAppInstallation", "#microsoft.graph.teamsAppInstallation")
_APP = re.compile(
    r"(https://[^/]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?)/(?:v1\.0|beta)/appCatalogs/teamsApps(?:/|\(')([^/')]+)(?:'\))?"
)
_FILTER = re.compile(r"teamsApp/(id|externalId) eq '([^']*)'")
_EXPANSIONS = ("teamsApp", "teamsAppDefinition")


def list_installed(tenant: Tenant, call: Call) -> Answer:
    """Those that the caller may see; an app that may see itself alone sees nothing of others."""
    allow_only(call, "$expand", "$filter")
    person, expanded = _person(tenant, call), _expanded(call)
    wanted = _FILTER.fullmatch(call.query["$filter"]) if "$filter" in call.query else None
    if "$filter" in call.query and wanted is None:
        raise bad_request("The filter is not supported: teamsApp/id or teamsApp/externalId can be asked for.")
    app = _visible(tenant, call, person)
    if app is not None and wanted is not None and {"id": app.id, "externalId": app.external_id}[wanted[1]].lower() != wanted[2].lower():
        app = None
    context = f"https://graph.microsoft.com/v1.0/$metadata#users('{call.params[0]}')/teamwork/installedApps"
    return Answer(200, {"@odata.context": context, "value": [] if app is None else [_shown(person, app, expanded)]})


def get_installed(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$expand")
    person, expanded = _person(tenant, call), _expanded(call)
    app = _visible(tenant, call, person)
    if app is None or call.params[1] != _installation_id(person, app):
        raise _not_found("The app installation was not found.")
    context = f"https://graph.microsoft.com/v1.0/$metadata#users('{call.params[0]}')/teamwork/installedApps/$entity"
    return Answer(200, {"@odata.context": context, **_shown(person, app, expanded)})


def install(tenant: Tenant, call: Call) -> Answer:
    """201 without a body; the bot hears of it from Teams."""
    allow_only(call)
    person = _person(tenant, call)
    app = tenant.teamwork.app
    if app is None or _wanted(call.body).lower() != app.id.lower():
        raise _not_found("The requested app was not found in the catalog.")
    _check_own(call, app)
    if person.app_blocked:
        raise _forbidden(
            f"App is blocked by app permission policy. TenantId: {tenant.id}, UserObjectId: {person.id}, AppId: {app.id}, AppType: Private"
        )
    presence = tenant.teamwork.places.presence(person.id)
    if presence is Presence.UNOPENED:
        raise _not_found("Not Found")
    if presence is Presence.INSTALLED:
        raise GraphError(409, "Conflict", "The app is already installed for the user.", repeat=True)
    tenant.teamwork.places.install(person.id)
    return Answer(201)


def uninstall(tenant: Tenant, call: Call) -> Answer:
    allow_only(call)
    person, app = _person(tenant, call), tenant.teamwork.app
    if app is None or call.params[1] != _installation_id(person, app) or not _is_there(tenant, person):
        raise _not_found("The app installation was not found.")
    _check_own(call, app)
    tenant.teamwork.places.uninstall(person.id)
    return Answer(204)


def _person(tenant: Tenant, call: Call) -> Person:
    person = tenant.find(call.params[0])
    if person is None:
        raise _not_found(f"No user was found for '{call.params[0]}'.")
    if not person.teams_licence:
        raise _forbidden("Failed to get license information for the user. Ensure user has a valid Office365 license assigned to them.")
    return person


def _wanted(body: Any) -> str:
    """The id in the catalogue of the app to be installed."""
    if not isinstance(body, dict) or not body.keys() <= {_BIND, "@odata.type"} or body.get("@odata.type", _TYPES[0]) not in _TYPES:
        raise bad_request(f"An installation has {_BIND}.")
    bound = body.get(_BIND)
    match = _APP.fullmatch(bound) if isinstance(bound, str) else None
    if match is None:
        raise bad_request(f"Bad Request: {_BIND} is no address of an app in the catalog.")
    return match[2]


def _itself_only(call: Call, app: CatalogueApp) -> bool:
    """Whether the caller may manage itself alone, and this is another."""
    managing = {name for name in call.permissions if name.startswith("TeamsAppInstallation.")}
    return managing <= _ONLY_ITSELF and call.app_id.lower() != app.web_application_id.lower()


def _check_own(call: Call, app: CatalogueApp) -> None:
    if _itself_only(call, app):
        raise _forbidden(f"AAD App Id '{call.app_id}' is not allowed to manage the Teams App '{app.id}'.")


def _is_there(tenant: Tenant, person: Person) -> bool:
    return tenant.teamwork.places.presence(person.id) is Presence.INSTALLED


def _visible(tenant: Tenant, call: Call, person: Person) -> CatalogueApp | None:
    app = tenant.teamwork.app
    return app if app is not None and _is_there(tenant, person) and not _itself_only(call, app) else None


def _installation_id(person: Person, app: CatalogueApp) -> str:
    return base64.urlsafe_b64encode(f"{person.id}##{app.id}".encode()).decode().rstrip("=")


def _expanded(call: Call) -> list[str]:
    names = [name.strip() for name in call.query["$expand"].split(",")] if "$expand" in call.query else []
    for name in names:
        if name not in _EXPANSIONS:
            raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{name}'.")
    return names


def _shown(person: Person, app: CatalogueApp, expanded: list[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"id": _installation_id(person, app)}
    if "teamsApp" in expanded:
        body["teamsApp"] = {
            "id": app.id,
            "externalId": app.external_id,
            "displayName": app.name,
            "distributionMethod": "organization",
        }
    if "teamsAppDefinition" in expanded:
        body["teamsAppDefinition"] = {
            "id": f"{app.id}##{app.version}",
            "teamsAppId": app.id,
            "displayName": app.name,
            "version": app.version,
        }
    return body


def _not_found(message: str) -> GraphError:
    return GraphError(404, "NotFound", message, repeat=True)


def _forbidden(message: str) -> GraphError:
    return GraphError(403, "Forbidden", message, repeat=True)
