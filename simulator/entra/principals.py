"""Service principals, and the admin consent to application permissions: their app role assignments.

https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments
"""

from __future__ import annotations

from functools import cache
from typing import Any

from simulator import cast
from simulator.entra.administrators import CONSENTS, REGISTERS, need_role
from simulator.entra.errors import bad_request, iso, no_such_object
from simulator.entra.listing import allow_only, page, selection
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.query import Schema
from simulator.entra.state import Tenant
from simulator.entra.tokens import AppRegistration

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
_GRAPH = AppRegistration(GRAPH_APP, name="Microsoft Graph")


@cache
def app_roles() -> dict[str, str]:
    """Every application permission of Graph that this tenant knows, by the id of its app role."""
    from simulator.entra.method_permissions import BETA  # noqa: PLC0415 - their tables name our handlers' calls
    from simulator.entra.permissions import APPLICATION  # noqa: PLC0415

    names = {name for table in (APPLICATION, BETA) for opened in table.values() for name in opened}
    return {cast.stable_id(f"app role {name}"): name for name in sorted(names)}


def _roles(app: AppRegistration) -> list[dict[str, Any]]:
    if app is not _GRAPH:
        return []
    return [
        {
            "allowedMemberTypes": ["Application"],
            "description": name,
            "displayName": name,
            "id": role_id,
            "isEnabled": True,
            "origin": "Application",
            "value": name,
        }
        for role_id, name in app_roles().items()
    ]


PRINCIPAL = Schema(
    type_name="servicePrincipal",
    getters={
        "id": lambda app: app.principal_id,
        "appId": lambda app: app.app_id,
        "displayName": lambda app: app.name,
        "accountEnabled": lambda app: True,
        "servicePrincipalType": lambda app: "Application",
        "appRoles": _roles,
    },
    equals=frozenset(("id", "appId", "displayName")),
    starts_with=frozenset(("displayName",)),
)
_ENTITY = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity"}


def get_principal(tenant: Tenant, call: Call) -> Answer:
    """One of them by the client id of its application."""
    allow_only(call, "$select")
    names = selection(call.query.get("$select"), PRINCIPAL, tuple(PRINCIPAL.getters))
    app = _GRAPH if call.params[0].lower() == GRAPH_APP else tenant.apps.get(call.params[0].lower())
    if app is None or not app.principal:
        raise no_such_object(call.params[0])
    return Answer(200, _ENTITY | {name: PRINCIPAL.getters[name](app) for name in names})


def create_principal(tenant: Tenant, call: Call) -> Answer:
    allow_only(call)
    if not isinstance(call.body, dict) or not call.body.keys() <= {"appId", "tags"} or not isinstance(call.body.get("appId"), str):
        raise bad_request("A service principal is made of an appId.")
    app = tenant.apps.get(call.body["appId"].lower())
    need_role(tenant, call, *REGISTERS, owner=app.owner if app else "")
    if app is None or app.hidden():  # github.com/microsoftgraph/msgraph-sdk-dotnet/issues/3108
        text = f"The appId '{call.body['appId']}' of the service principal does not reference a valid application object."
        raise GraphError(400, "Request_BadRequest", text)
    if app.principal:
        text = f"The service principal cannot be created because the service principal name {app.app_id} is already in use."
        raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", text)
    app.principal, app.unseen = True, tenant.unseen_calls
    return Answer(201, _ENTITY | {name: get(app) for name, get in PRINCIPAL.getters.items()})


def list_assignments(tenant: Tenant, call: Call) -> Answer:
    """Which app roles it was given."""
    allow_only(call, "$top", "$skiptoken")
    app = _principal(tenant, call)
    held = [role_id for role_id, name in app_roles().items() if name in app.permissions]
    return page(call, held, lambda role_id: _assignment(tenant, app, role_id), f"servicePrincipals('{call.params[0]}')/appRoleAssignments")


def assign(tenant: Tenant, call: Call) -> Answer:
    """The admin consent to one application permission; tokens issued from now on have it."""
    allow_only(call)
    app, body = _principal(tenant, call), call.body
    need_role(tenant, call, *CONSENTS)
    if not isinstance(body, dict) or body.keys() != {"principalId", "resourceId", "appRoleId"} or body["principalId"] != app.principal_id:
        raise bad_request("An assignment has principalId, resourceId and appRoleId.")
    if body["resourceId"] != _GRAPH.principal_id:
        raise no_such_object(str(body["resourceId"]))
    name = app_roles().get(body["appRoleId"])
    if name is None:
        raise GraphError(400, "Request_BadRequest", "Permission being assigned was not found on application 'Microsoft Graph'.")
    if name in app.permissions:
        raise GraphError(400, "Request_BadRequest", "Permission being assigned already exists on the object")
    app.permissions.add(name)
    context = f"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('{app.principal_id}')/appRoleAssignments/$entity"
    return Answer(201, {"@odata.context": context, **_assignment(tenant, app, body["appRoleId"])})


def _principal(tenant: Tenant, call: Call) -> AppRegistration:
    app = next((app for app in tenant.apps.values() if app.principal_id == call.params[0].lower()), None)
    if app is None or not app.principal or app.hidden():
        raise no_such_object(call.params[0])
    return app


def _assignment(tenant: Tenant, app: AppRegistration, role_id: str) -> dict[str, Any]:
    return {
        "id": cast.stable_id(f"{role_id} of {app.app_id}"),
        "deletedDateTime": None,
        "appRoleId": role_id,
        "createdDateTime": iso(tenant.clock()) + "Z",
        "principalDisplayName": app.name,
        "principalId": app.principal_id,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": _GRAPH.name,
        "resourceId": _GRAPH.principal_id,
    }
