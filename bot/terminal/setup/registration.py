"""The app registration, its service principal, the permissions it asks for and the consent to them.

Setup knows its own registration by the client id in `.env`, and before that by its name and tag.
https://learn.microsoft.com/graph/api/application-post-applications
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.commands.needs import OPTIONAL_PERMISSIONS, needed_permissions
from bot.terminal.setup.answers import Ask, choose
from bot.terminal.setup.calls import Calls, Refused, Stopped, quoted
from bot.terminal.setup.progress import Progress

#: What tells a registration that setup made from one that somebody called the same.
TAG = "DoormanSetup"
NEW = "new"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
_FIELDS = "$select=id,appId,displayName,tags,requiredResourceAccess,passwordCredentials,keyCredentials"
_OFF = ("", "off", "0", "false", "no", "n", "f")


@dataclass(frozen=True)
class App:
    """The registration: its own id, its client id, and the rest as Graph shows it."""

    id: str
    client_id: str
    fields: Mapping[str, Any]


def wanted_permissions(values: Mapping[str, str], optional: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Permission -> its reasons, from the table that the documents and `doctor` have them from; with what goes with the Teams app."""
    settings = ["TEAMS_CATALOG_APP_ID"]
    if values.get("PER_USER_MFA", "").lower() not in _OFF:
        settings.append("PER_USER_MFA")
    needed = needed_permissions(settings)
    return needed | {name: (extra.why,) for name, extra in OPTIONAL_PERMISSIONS.items() if name in optional and name not in needed}


def register(calls: Calls, progress: Progress, *, wanted: str, name: str, ask: Ask) -> App:
    """Finds the registration, or makes it.

    Args:
        wanted: a client id, NEW, or empty.

    Raises:
        Refused: this administrator may not.
        Stopped: it cannot be told which it is.
    """
    known = wanted if wanted and wanted != NEW else progress.values.get("MicrosoftAppId", "")
    found = _by_client_id(calls, known) if known else None if wanted == NEW else _by_name(calls, name, ask)
    if found:
        app = App(str(found["id"]), str(found["appId"]).lower(), found)
        progress.there(f"app registration {str(found.get('displayName'))!r}, {app.client_id}")
    else:
        body = {"displayName": name, "signInAudience": "AzureADMyOrg", "tags": [TAG]}
        made = calls.post("/applications", body, "register the app, for this tenant alone")
        app = App(str(made.get("id", "<object id of the app>")), str(made.get("appId", "<client id of the app>")).lower(), made)
        progress.made(f"app registration {name!r}, {app.client_id}")
    return app


def _by_client_id(calls: Calls, client_id: str) -> Mapping[str, Any]:
    try:
        return calls.get(f"/applications(appId={quoted(client_id.lower())})?{_FIELDS}", "find the app registration", settles=True)
    except Refused as error:
        if not error.missing:
            raise
        raise Stopped(
            f"There is no app registration {client_id} in this tenant. If it is of another one, give that with --tenant; if it was "
            "deleted, take MicrosoftAppId and the secret out of the file."
        ) from error


def _by_name(calls: Calls, name: str, ask: Ask) -> Mapping[str, Any] | None:
    path = f"/applications?$filter=displayName eq {quoted(name)}&{_FIELDS}"
    found = calls.rows(path, "see whether the app is registered already")
    ours = [app for app in found if TAG in (app.get("tags") or ())]
    if not found or len(ours) == 1:
        return ours[0] if ours else None
    count = "An app registration is" if len(found) == 1 else f"{len(found)} app registrations are"
    what = f"{count} called {name!r}"
    candidates = [(str(app.get("appId")), "made by setup" if app in ours else "not made by setup") for app in found]
    picked = choose(ask, what, candidates, f"--app (its id, or {NEW} for one more), or take another name with --name")
    return next(app for app in found if str(app.get("appId")).lower() == picked)


def principal(calls: Calls, progress: Progress, app: App) -> str:
    """The object id of the service principal, made where there is none. Raises Refused."""
    path = f"/servicePrincipals(appId='{app.client_id}')?$select=id,appId"
    try:
        found = calls.get(path, "see whether the app has a service principal")
        progress.there("its service principal")
    except Refused as error:
        if not error.missing:
            raise
        found = _made(calls, app, path)
        progress.made("its service principal")
    return str(found.get("id", "<object id of the service principal>"))


def _made(calls: Calls, app: App, path: str) -> dict[str, Any]:
    try:
        return calls.post("/servicePrincipals", {"appId": app.client_id}, "make the app known in this tenant", settles=True)
    except Refused as error:
        if error.status != 409:
            raise
        return calls.get(path, "find the service principal that was made a moment ago", settles=True)


class Permissions:
    """The application permissions of Graph that Doorman needs, as app roles of this tenant's Graph."""

    def __init__(self, calls: Calls, progress: Progress, wanted: Mapping[str, tuple[str, ...]]) -> None:
        self._calls = calls
        self._progress = progress
        self._wanted = wanted
        graph = calls.get(f"/servicePrincipals(appId='{GRAPH_APP}')?$select=id,appRoles", "read the ids of permissions")
        roles = [role for role in graph.get("appRoles") or () if "Application" in (role.get("allowedMemberTypes") or ())]
        offered = {str(role.get("value")): str(role.get("id")) for role in roles}
        self._graph_id = str(graph.get("id"))
        self._roles = {name: offered[name] for name in wanted if name in offered}
        for name in wanted:
            if name not in offered:
                progress.leave(f"permission {name}: Microsoft Graph does not offer it in this cloud.")

    def ask(self, app: App) -> None:
        """Enters them in the registration, beside whatever stands there. Raises Refused."""
        required = [entry for entry in app.fields.get("requiredResourceAccess") or () if isinstance(entry, dict)]
        others = [entry for entry in required if str(entry.get("resourceAppId")).lower() != GRAPH_APP]
        there = [access for entry in required if entry not in others for access in entry.get("resourceAccess") or ()]
        have = {str(access.get("id")).lower() for access in there if access.get("type") == "Role"}
        missing = [role_id for role_id in self._roles.values() if role_id.lower() not in have]
        if not missing:
            self._progress.there(f"the {len(self._roles)} permissions in the registration")
            return
        access = [*there, *({"id": role_id, "type": "Role"} for role_id in missing)]
        body = {"requiredResourceAccess": [*others, {"resourceAppId": GRAPH_APP, "resourceAccess": access}]}
        self._calls.patch(f"/applications/{app.id}", body, f"enter {len(missing)} permissions in the registration", settles=True)
        self._progress.made(f"{len(missing)} permissions in the registration")

    def consent(self, principal_id: str) -> None:
        """Grants them for everybody, one by one. Raises Refused."""
        path = f"/servicePrincipals/{principal_id}/appRoleAssignments"
        try:
            rows = self._calls.rows(path, "see what is granted already", settles=True)
        except Refused as error:
            if "<" not in principal_id:
                raise error
            rows = []
        held = {str(row.get("appRoleId")).lower() for row in rows if str(row.get("resourceId")).lower() == self._graph_id.lower()}
        missing = {name: role_id for name, role_id in self._roles.items() if role_id.lower() not in held}
        for name, role_id in missing.items():
            body = {"principalId": principal_id, "resourceId": self._graph_id, "appRoleId": role_id}
            try:
                self._calls.post(path, body, f"grant {name}, to {'; '.join(self._wanted[name])}", settles=True)
            except Refused as error:
                if "already exists" not in error.text:
                    raise
            self._progress.made(f"consent to {name}, to {'; '.join(self._wanted[name])}")
        if not missing:
            self._progress.there(f"the consent to all {len(self._roles)} of them")
