"""The organisation's catalogue of Teams apps: looked through, and added to.

https://learn.microsoft.com/graph/api/teamsapp-publish
"""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from typing import Any

from simulator.entra.administrators import PUBLISHES, need_role
from simulator.entra.errors import bad_request
from simulator.entra.listing import allow_only, page
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.state import Tenant
from simulator.entra.teamwork import CatalogueApp

_FILTER = re.compile(r"(id|externalId|distributionMethod) eq '([^']*)'")


def list_apps(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$filter", "$top", "$skiptoken")
    shown = [_shown(app) for app in tenant.teamwork.apps()]
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
    if not isinstance(call.body, bytes):
        raise bad_request("The body has to be a Teams app package.")
    app = _read(call.body)
    if any(other.external_id == app.external_id for other in tenant.teamwork.apps()):
        raise GraphError(409, "Conflict", f"App with same id already exists in the tenant. ExternalId: {app.external_id}", repeat=True)
    tenant.teamwork.add(app)
    return Answer(201, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#appCatalogs/teamsApps/$entity", **_shown(app)})


def _read(package: bytes) -> CatalogueApp:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as files:
            manifest = json.loads(files.read("manifest.json"))
            files.read(manifest["icons"]["color"])
            files.read(manifest["icons"]["outline"])
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
