"""App registrations: as Graph shows them, made, changed, and given secrets and certificates.

https://learn.microsoft.com/graph/api/resources/application
"""

from __future__ import annotations

import base64
import re
import secrets
import uuid
from typing import TYPE_CHECKING, Any

from cryptography import x509

from simulator.entra.administrators import APPLICATIONS, REGISTERS, need_role
from simulator.entra.errors import bad_request, iso, no_such_object
from simulator.entra.listing import allow_only, matched, page, selection
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.query import Schema
from simulator.entra.tokens import AppRegistration, Key, Password

if TYPE_CHECKING:
    from simulator.entra.state import Tenant

_ENTITY = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity"}
_TWO_YEARS = 730 * 86400.0
_AUDIENCES = ("AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")
_WRITABLE = ("displayName", "signInAudience", "tags", "requiredResourceAccess", "keyCredentials")
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


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


def _password(password: Password, secret: str | None = None) -> dict[str, Any]:
    """A secret's value is shown once, in the answer that makes it."""
    return {
        "customKeyIdentifier": None,
        "displayName": password.name,
        "endDateTime": password.ends,
        "hint": password.value[:3],
        "keyId": password.key_id,
        "secretText": secret,
        "startDateTime": password.starts,
    }


def _key(key: Key) -> dict[str, Any]:
    """The certificate itself is not shown again."""
    return {
        "customKeyIdentifier": key.identifier,
        "displayName": key.name,
        "endDateTime": iso(key.certificate.not_valid_after_utc.timestamp()) + "Z",
        "key": None,
        "keyId": key.key_id,
        "startDateTime": iso(key.certificate.not_valid_before_utc.timestamp()) + "Z",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


APPLICATION = Schema(
    type_name="application",
    getters={
        "id": lambda app: app.object_id,
        "appId": lambda app: app.app_id,
        "displayName": lambda app: app.name,
        "signInAudience": lambda app: "AzureADMyOrg",
        "tags": lambda app: list(app.tags),
        "requiredResourceAccess": lambda app: app.required_access,
        "passwordCredentials": lambda app: [_password(each) for each in app.passwords],
        "keyCredentials": lambda app: [_key(each) for each in app.keys],
        "web": _web,
        "optionalClaims": _optional_claims,
    },
    equals=frozenset(("id", "appId", "displayName")),
    starts_with=frozenset(("displayName",)),
)


def get_application(tenant: Tenant, call: Call) -> Answer:
    """One of them by its client id."""
    return _shown(call, _seen(tenant.apps.get(call.params[0].lower()), call.params[0]))


def get_by_id(tenant: Tenant, call: Call) -> Answer:
    return _shown(call, _app(tenant, call))


def list_applications(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$select", "$filter", "$orderby", "$top", "$count", "$skiptoken")
    names = selection(call.query.get("$select"), APPLICATION, tuple(APPLICATION.getters))
    found, _ = matched(call, list(tenant.apps.values()), APPLICATION)
    return page(call, found, lambda app: {name: APPLICATION.getters[name](app) for name in names}, "applications")


def create_application(tenant: Tenant, call: Call) -> Answer:
    """201; whoever is signed in owns it, and the service principal is made by itself."""
    allow_only(call)
    need_role(tenant, call, *REGISTERS)
    wanted = _checked(call.body)
    if not wanted.get("displayName"):
        raise bad_request("One or more properties contains invalid values: displayName is required.")
    app = AppRegistration(str(uuid.uuid4()), principal=False, owner=call.user_id, unseen=tenant.unseen_calls)
    _write(app, wanted)
    tenant.apps[app.app_id] = app
    return Answer(201, _ENTITY | {name: get(app) for name, get in APPLICATION.getters.items()})


def update_application(tenant: Tenant, call: Call) -> Answer:
    """What is named takes the place of what was there, lists as a whole."""
    allow_only(call)
    app = _app(tenant, call)
    need_role(tenant, call, *APPLICATIONS, owner=app.owner)
    _write(app, _checked(call.body))
    return Answer(204)


def add_password(tenant: Tenant, call: Call) -> Answer:
    allow_only(call)
    app = _app(tenant, call)
    need_role(tenant, call, *APPLICATIONS, owner=app.owner)
    body = _object(call.body, "passwordCredential")
    asked = _object(body.get("passwordCredential") or {}, "displayName", "startDateTime", "endDateTime")
    if not all(_WHEN.fullmatch(str(asked[name])) for name in ("startDateTime", "endDateTime") if name in asked):
        raise bad_request("Cannot convert the literal to the expected type 'Edm.DateTimeOffset'.")
    if not tenant.secrets_allowed:
        # https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
        raise GraphError(403, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type is not allowed as per assigned policy.")
    now = tenant.clock()
    password = Password(
        key_id=str(uuid.uuid4()),
        name=asked.get("displayName"),
        value=secrets.token_urlsafe(24).replace("-", "~"),
        starts=asked.get("startDateTime", iso(now) + "Z"),
        ends=asked.get("endDateTime", iso(now + _TWO_YEARS) + "Z"),
    )
    app.passwords.append(password)
    context = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.passwordCredential"}
    return Answer(200, context | _password(password, password.value))


def remove_password(tenant: Tenant, call: Call) -> Answer:
    allow_only(call)
    app = _app(tenant, call)
    need_role(tenant, call, *APPLICATIONS, owner=app.owner)
    key_id = _object(call.body, "keyId").get("keyId")
    if key_id not in {password.key_id for password in app.passwords}:
        raise GraphError(400, "Request_BadRequest", f"No password credential found with keyId {key_id}.")
    app.passwords = [password for password in app.passwords if password.key_id != key_id]
    return Answer(204)


def _app(tenant: Tenant, call: Call) -> AppRegistration:
    app = next((app for app in tenant.apps.values() if app.object_id == call.params[0].lower()), None)
    return _seen(app, call.params[0])


def _seen(app: AppRegistration | None, key: str) -> AppRegistration:
    """What was made a moment ago is not known everywhere: github.com/microsoftgraph/msgraph-sdk-dotnet/issues/3108"""
    if app is None or app.hidden():
        raise no_such_object(key)
    return app


def _shown(call: Call, app: AppRegistration) -> Answer:
    allow_only(call, "$select")
    names = selection(call.query.get("$select"), APPLICATION, tuple(APPLICATION.getters))
    return Answer(200, _ENTITY | {name: APPLICATION.getters[name](app) for name in names})


def _object(body: Any, *names: str) -> dict[str, Any]:
    if not isinstance(body, dict) or not body.keys() <= set(names):
        raise bad_request(f"The request body has {', '.join(names)}, and nothing else.")
    return body


def _checked(body: Any) -> dict[str, Any]:
    """The body of an application; GraphError 400 for what it cannot have."""
    wanted = _object(body, *_WRITABLE)
    name, tags = wanted.get("displayName", "Doorman"), wanted.get("tags", [])
    if not isinstance(name, str) or not 0 < len(name) <= 256:
        raise bad_request("Invalid value specified for property 'displayName' of resource 'Application'.")
    if wanted.get("signInAudience", _AUDIENCES[0]) not in _AUDIENCES:
        raise bad_request("Invalid value specified for property 'signInAudience' of resource 'Application'.")
    if not isinstance(tags, list) or not all(isinstance(tag, str) and 0 < len(tag) <= 256 and " " not in tag for tag in tags):
        raise bad_request("Invalid value specified for property 'tags' of resource 'Application'.")
    access = wanted.get("requiredResourceAccess", [])
    if not isinstance(access, list) or not all(_is_access(each) for each in access):
        raise bad_request("Invalid value specified for property 'requiredResourceAccess' of resource 'Application'.")
    return wanted


def _is_access(each: Any) -> bool:
    if not isinstance(each, dict):
        return False
    listed: Any = each.get("resourceAccess")
    return bool(
        isinstance(listed, list)
        and each.keys() == {"resourceAppId", "resourceAccess"}
        and _is_id(each["resourceAppId"])
        and all(isinstance(one, dict) and _is_id(one.get("id")) and one.get("type") in ("Role", "Scope") for one in listed)
        and len({one["id"] for one in listed}) == len(listed)
    )


def _is_id(text: Any) -> bool:
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _write(app: AppRegistration, wanted: dict[str, Any]) -> None:
    keys = [_read_key(app, each) for each in wanted["keyCredentials"]] if "keyCredentials" in wanted else app.keys
    app.name = wanted.get("displayName", app.name)
    app.tags = wanted.get("tags", app.tags)
    app.required_access = wanted.get("requiredResourceAccess", app.required_access)
    app.keys = keys


def _read_key(app: AppRegistration, each: Any) -> Key:
    """One certificate of a list that takes the place of the old one: one that is there, by its id, or a new one with its content."""
    if not isinstance(each, dict) or each.get("type") != "AsymmetricX509Cert" or each.get("usage") != "Verify":
        raise bad_request("A key credential is of type AsymmetricX509Cert and for Verify.")
    if each.get("key") is None:
        there = next((key for key in app.keys if key.key_id == each.get("keyId")), None)
        if there is None:
            raise bad_request("New key credentials need a key.")
        return there
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(each["key"], validate=True))
    except (ValueError, TypeError):
        raise bad_request("Key credential is not a valid certificate.") from None
    key_id = each.get("keyId") or str(uuid.uuid4())
    if not _is_id(key_id):
        raise bad_request("Invalid value specified for property 'keyId' of resource 'KeyCredential'.")
    return Key(key_id, each.get("displayName"), certificate, each.get("customKeyIdentifier"))
