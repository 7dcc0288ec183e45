"""The login host: OpenID documents and the token endpoint (client credentials, codes of people who signed in).

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
Error numbers: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt
from cryptography import x509

from simulator import cast
from simulator.entra.authorize import SignInPages
from simulator.entra.code_grant import CodeGrant
from simulator.entra.device_code import GRANT, DeviceCodes
from simulator.entra.message import Answer
from simulator.entra.permissions import DEFAULT_GRANTS
from simulator.entra.refused import LoginError
from simulator.entra.state import Tenant
from simulator.entra.tokens import LIFETIME, AppRegistration, Tokens

GRAPH = "https://graph.microsoft.com"
CONNECTOR = "https://api.botframework.com"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ANYBODYS = ("organizations", "common")
_TENANT_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


class Login:
    """The apps of the tenant and the tokens they can get."""

    def __init__(self, tenant: Tenant, clock: Callable[[], float]) -> None:
        self._tenant = tenant
        self._clock = clock
        self.tokens = Tokens(tenant.id, clock)
        self.apps = tenant.apps
        self.pages = SignInPages(tenant, clock)
        self.codes = CodeGrant(tenant, self.tokens, self.pages, clock)
        self.devices = DeviceCodes(tenant, self.tokens, clock)
        graph = self.register(cast.GRAPH_APP_ID, secret=cast.GRAPH_SECRET)
        graph.permissions.update(DEFAULT_GRANTS)
        graph.optional_claims.update(("auth_time", "acrs"))
        self.register(cast.BOT_APP_ID, secret=cast.BOT_SECRET)

    def register(self, app_id: str, secret: str | None = None, certificate_pem: str | bytes | None = None) -> AppRegistration:
        """Adds an app, or gives a known one these credentials; what is None stays as it was.

        Raises:
            ValueError: `certificate_pem` holds no certificate.
        """
        app = self.apps.setdefault(app_id.lower(), AppRegistration(app_id.lower()))
        if secret is not None:
            app.secret = secret
        if certificate_pem is not None:
            pem = certificate_pem.encode() if isinstance(certificate_pem, str) else certificate_pem
            app.certificate = x509.load_pem_x509_certificate(pem)
        return app

    def authorize(self, tenant_name: str, query: Mapping[str, str]) -> Answer:
        """The page on which somebody signs in to an app; LoginError for another tenant."""
        self._known(tenant_name)
        return self.pages.authorize(query)

    def openid_configuration(self, tenant_name: str, host: str) -> Answer:
        """The discovery document. Endpoints are https on the host asked: MSAL accepts nothing else."""
        tenant_id = self._known(tenant_name, anybodys=True)
        root = f"https://{host}/{tenant_id}"
        body = {
            "issuer": f"https://{host}/{'{tenantid}' if tenant_id in _ANYBODYS else tenant_id}/v2.0",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "tenant_region_scope": "EU",
        }
        return Answer(200, body)

    def instance(self, authorization_endpoint: str, host: str) -> Answer:
        """Instance discovery, which MSAL asks for hosts it does not know; it names our own host whatever the question."""
        tenant_name = urlsplit(authorization_endpoint).path.strip("/").partition("/")[0]
        document = f"https://{host}/{self._known(tenant_name)}/v2.0/.well-known/openid-configuration"
        alias = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        return Answer(200, {"tenant_discovery_endpoint": document, "api-version": "1.1", "metadata": [alias]})

    def device_code(self, tenant_name: str, form: Mapping[str, str], host: str) -> Answer:
        """A code with which somebody signs in elsewhere; LoginError for another tenant, an unknown client or resource."""
        self._known(tenant_name, anybodys=True)
        return self.devices.begin(form, self.graph_audiences(host))

    def token(self, tenant_name: str, form: Mapping[str, str], headers: Mapping[str, str], host: str) -> Answer:
        """Client credentials: app id plus secret or signed assertion, for `<resource>/.default`; or with these the code of a sign-in.

        Raises:
            LoginError: with the number the service uses for that mistake.
        """
        grant = form.get("grant_type")
        self._known(tenant_name, anybodys=grant == GRANT)
        if grant is None:
            raise LoginError(900144, "The request body must contain the following parameter: 'grant_type'.", "invalid_request", 400)
        if grant == GRANT:
            return self.devices.redeem(form, host)
        if grant == "authorization_code":
            return self.codes.redeem(self._authenticate(form, headers), form, host)
        if grant != "client_credentials":
            raise LoginError(70003, f"The app requested an unsupported grant type '{grant}'.", "unsupported_grant_type", 400)
        app = self._authenticate(form, headers)
        audience = self._audience(form.get("scope"), host)
        roles = app.permissions if audience != CONNECTOR else ()
        token = self.tokens.issue(app, audience, roles=roles)
        return Answer(200, {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token})

    def graph_audiences(self, host: str) -> tuple[str, ...]:
        """What `aud` may be for Graph on this host."""
        return (GRAPH, f"http://{host}", f"https://{host}")

    def _known(self, tenant_name: str, *, anybodys: bool = False) -> str:
        """The tenant that is meant; with `anybodys` that may be left to whoever signs in."""
        if anybodys and tenant_name.lower() in _ANYBODYS:
            return tenant_name.lower()
        if not _TENANT_NAME.fullmatch(tenant_name):
            text = f"Specified tenant identifier '{tenant_name}' is neither a valid DNS name, nor a valid external domain."
            raise LoginError(900023, text, "invalid_request", 400)
        if tenant_name.lower() not in (self._tenant.id, self._tenant.domain):
            text = f"Tenant '{tenant_name}' not found. Check to make sure you have the correct tenant ID."
            raise LoginError(90002, text, "invalid_request", 400)
        return self._tenant.id

    def _authenticate(self, form: Mapping[str, str], headers: Mapping[str, str]) -> AppRegistration:
        app_id, secret = form.get("client_id", ""), form.get("client_secret")
        authorization = headers.get("Authorization", "")
        if authorization.startswith("Basic "):
            app_id, secret = _basic(authorization)
        if not app_id:
            raise LoginError(900144, "The request body must contain the following parameter: 'client_id'.", "invalid_request", 400)
        app = self.apps.get(app_id.lower())
        if app is None:
            text = f"Application with identifier '{app_id}' was not found in the directory '{self._tenant.id}'."
            raise LoginError(700016, text, "unauthorized_client", 400)
        if not app.principal:
            text = f"The client application {app_id} is missing service principal in the tenant {self._tenant.id}."
            raise LoginError(7000229, text, "unauthorized_client", 400)
        if "client_assertion" in form:
            self._check_assertion(app, form)
        elif not secret:
            raise LoginError(7000216, "'client_assertion', 'client_secret' or 'request' is required for this grant type.")
        elif not app.takes(secret):
            raise LoginError(7000215, f"Invalid client secret provided for app '{app_id}'.")
        return app

    def _check_assertion(self, app: AppRegistration, form: Mapping[str, str]) -> None:
        """A certificate credential: https://learn.microsoft.com/entra/identity-platform/certificate-credentials"""
        if form.get("client_assertion_type") != _ASSERTION_TYPE:
            raise LoginError(
                900144, "The request body must contain the following parameter: 'client_assertion_type'.", "invalid_request", 400
            )
        assertion = form["client_assertion"]
        try:
            header = jwt.get_unverified_header(assertion)
            named = str(header.get("x5t#S256") or header.get("x5t")).rstrip("=")  # MSAL pads it
            if named not in app.certificates():
                raise LoginError(
                    700027, "The certificate with identifier used to sign the client assertion is not registered on application."
                )
            claims: dict[str, Any] = jwt.decode(
                assertion,
                app.certificates()[named].public_key(),  # type: ignore[arg-type]
                algorithms=["RS256", "PS256"],
                options={
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "require": ["exp", "aud", "iss", "sub"],
                },
            )
        except jwt.PyJWTError as error:
            raise LoginError(700027, f"Client assertion failed signature validation. {error}.") from None
        if not str(claims["aud"]).endswith("/oauth2/v2.0/token"):
            raise LoginError(700023, "Client assertion audience claim does not match Realm issuer.")
        if {str(claims["iss"]).lower(), str(claims["sub"]).lower()} != {app.app_id}:
            raise LoginError(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
        if claims["exp"] <= self._clock():
            raise LoginError(700024, "Client assertion is not within its valid time range.")

    def _audience(self, scope: str | None, host: str) -> str:
        if not scope:
            raise LoginError(900144, "The request body must contain the following parameter: 'scope'.", "invalid_request", 400)
        resource, slash, rest = scope.rpartition("/")
        if (slash, rest) != ("/", ".default") or " " in scope:
            text = f"The provided value for scope {scope} is not valid. Client credential flows must have a scope with /.default suffixed."
            raise LoginError(1002012, text, "invalid_scope", 400)
        resource = resource.rstrip("/")
        if resource not in (CONNECTOR, *self.graph_audiences(host)):
            text = f"The resource principal named {resource} was not found in the tenant named {self._tenant.id}."
            raise LoginError(500011, text, "invalid_resource", 400)
        return resource


def _basic(authorization: str) -> tuple[str, str]:
    try:
        app_id, _, secret = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise LoginError(900144, "The authorization header is malformed.", "invalid_request", 400) from None
    return unquote(app_id), unquote(secret)
