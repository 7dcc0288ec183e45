"""App registrations as Graph shows them: their redirect addresses and optional claims.

https://learn.microsoft.com/graph/api/application-get
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator import cast
from simulator.entra.errors import no_such_object
from simulator.entra.listing import allow_only, selection
from simulator.entra.message import Answer, Call
from simulator.entra.query import Schema
from simulator.entra.tokens import AppRegistration

if TYPE_CHECKING:
    from simulator.entra.state import Tenant


def _web(app: AppRegistration) -> dict[str, Any]:
    return {
        "homePageUrl": None,
        "logoutUrl": None,
        "redirectUris": list(app.redirect_uris),
        "implicitGrantSettings": {"enableIdTokenIssuance": False, "enableAccessTokenIssuance": False},
    }


def _optional_claims(app: AppRegistration) -> dict[str, Any] | None:
    if not app.optional_claims:
        return None
    named: list[dict[str, Any]] = [
        {"name": name, "source": None, "essential": False, "additionalProperties": []} for name in sorted(app.optional_claims)
    ]
    return {"idToken": named, "accessToken": [], "saml2Token": []}


APPLICATION = Schema(
    type_name="application",
    getters={
        "id": lambda app: cast.stable_id(f"application {app.app_id}"),
        "appId": lambda app: app.app_id,
        "displayName": lambda app: app.name,
        "signInAudience": lambda app: "AzureADMyOrg",
        "web": _web,
        "optionalClaims": _optional_claims,
    },
    equals=frozenset(("id", "appId", "displayName")),
    starts_with=frozenset(("displayName",)),
)


def get_application(tenant: Tenant, call: Call) -> Answer:
    """One of them by its client id."""
    allow_only(call, "$select")
    names = selection(call.query.get("$select"), APPLICATION, tuple(APPLICATION.getters))
    app = tenant.apps.get(call.params[0].lower())
    if app is None:
        raise no_such_object(call.params[0])
    context = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity"}
    return Answer(200, context | {name: APPLICATION.getters[name](app) for name in names})
