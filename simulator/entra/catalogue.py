"""The organisation's catalogue of Teams apps: looked through, added to, and brought up to date.

https://learn.microsoft.com/graph/api/teamsapp-publish and teamsapp-update; that a version that is not newer is a conflict was seen with
others (OfficeDev/microsoft-365-agents-toolkit#4686 and #12345), its text is assumed.
"""

from __future__ import annotations

import base64
import io
import json
import re
import uuid
import zipfile
from dataclasses import replace
from typing import Any

from simulator.entra.administrators import PUBLISHES, need_role
from simulator.entra.errors import bad_request
from simulator.entra.listing import allow_only, page
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.state import Tenant
from simulator.entra.teamwork import CatalogueApp

_FILTER = re.compile(r"(id|externalId|distributionMethod) eq '([^']*)'")
_VERSION = re.compile(r"\d{1,5}\.\d{1,5}\.\d{1,5}")


def list_apps(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$filter", "$expand", "$top", "$skiptoken")
    expanded = call.query.get("$expand")
    if expanded not in (None, "appDefinitions"):
        raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{expanded}'.")
    shown = [_shown(app) | ({"appDefinitions": [_definition(app)]} if expanded else {}) for app in tenant.teamwork.apps()]
    for clause in call.query.get("$filter", "").split(" and ") if "$filter" in call.query else ():
        found = _FILTER.fullmatch(clause.strip())
        if found is None:
            raise bad_request("Invalid filter clause.")
        shown = [app for app in shown if app[found[1]].lower() == found[2].lower()]
    return page(call, shown, lambda app: app, "appCatalogs/teamsApps")


def publish(tenant: Tenant, call: Call) -> Answer:
    """201 with the app in the organisation's catalogue; its package is the body."""
    allow_only(call, "requiresReview")
    need_role(tenant, call, *PUBLISHES)
    app = _read(call.body)
    if any(other.external_id == app.external_id for other in tenant.teamwork.apps()):
        raise GraphError(409, "Conflict", f"App with same id already exists in the tenant. ExternalId: {app.external_id}", repeat=True)
    tenant.teamwork.add(app)
    return Answer(201, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#appCatalogs/teamsApps/$entity", **_shown(app)})


def update(tenant: Tenant, call: Call) -> Answer:
    """204; the app keeps its id, and its newest package is the body."""
    allow_only(call)
    need_role(tenant, call, *PUBLISHES)
    app = next((app for app in tenant.teamwork.apps() if app.id == call.params[0].lower()), None)
    if app is None:
        raise GraphError(404, "NotFound", f"No app was found in the catalog with the id '{call.params[0]}'.", repeat=True)
    new = _read(call.body)
    if new.external_id != app.external_id:
        raise bad_request("The id of the manifest is not that of the app.")
    if _number(new.version) <= _number(app.version):
        raise GraphError(409, "Conflict", f"The version {new.version} is not newer than {app.version}.", repeat=True)
    tenant.teamwork.put(replace(new, id=app.id))
    return Answer(204)


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _read(package: Any) -> CatalogueApp:
    if not isinstance(package, bytes):
        raise bad_request("The body has to be a Teams app package.")
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as files:
            manifest = json.loads(files.read("manifest.json"))
            files.read(manifest["icons"]["color"])
            files.read(manifest["icons"]["outline"])
        if not _VERSION.fullmatch(manifest["version"]):
            raise ValueError("no version")
        return CatalogueApp(
            id=str(uuid.uuid4()),
            external_id=manifest["id"],
            name=manifest["name"]["short"],
            version=manifest["version"],
            web_application_id=manifest.get("webApplicationInfo", {}).get("id", ""),
        )
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        raise bad_request("The Teams app package is not valid: manifest.json and both icons have to be in it.") from None


def _shown(app: CatalogueApp) -> dict[str, Any]:
    return {"id": app.id, "externalId": app.external_id, "displayName": app.name, "distributionMethod": "organization"}


def _definition(app: CatalogueApp) -> dict[str, Any]:
    """Its newest version, which is the one that people use."""
    return {
        "id": base64.b64encode(f"1#{app.id}##{app.version}##Published".encode()).decode(),
        "teamsAppId": app.id,
        "displayName": app.name,
        "version": app.version,
        "publishingState": "published",
        "shortDescription": None,
        "description": None,
        "lastModifiedDateTime": None,
    }
