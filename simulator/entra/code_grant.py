"""The second half of the authorisation code flow: a code becomes tokens, once.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#redeem-a-code-for-an-access-token
Claims: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference and optional-claims-reference. `auth_time` is there
only for an app that declares it. `amr` is a claim of v1.0 tokens and in no v2.0 token (access-token-claims-reference says so); an app of
this tenant that declares it gets it only with `amr_in_v2`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from simulator.entra.authorize import Grant, SignInPages, wanted_contexts
from simulator.entra.message import Answer
from simulator.entra.refused import LoginError
from simulator.entra.state import Tenant
from simulator.entra.tokens import LIFETIME, AppRegistration, Tokens

CODE_SECONDS = 600  # "typically, they expire after about 10 minutes"
_GRAPH_APP = "00000003-0000-0000-c000-000000000000"


class CodeGrant:
    """What the token endpoint gives for a code.

    Attributes:
        amr_in_v2: ID tokens say how somebody signed in, where the app declares it.
        signed_in_ago: seconds that `auth_time` lies behind the sign-in: that of a session that was there before.
        instead: claims that ID tokens have instead of those they should have; None for one that is left out.
    """

    def __init__(self, tenant: Tenant, tokens: Tokens, pages: SignInPages, clock: Callable[[], float]) -> None:
        self._tenant = tenant
        self._tokens = tokens
        self._pages = pages
        self._clock = clock
        self.amr_in_v2 = False
        self.signed_in_ago = 0.0
        self.instead: dict[str, Any] = {}

    def redeem(self, app: AppRegistration, form: Mapping[str, str], host: str) -> Answer:
        """Tokens for the code of a form.

        Raises:
            LoginError: it has none that this app may redeem here and now.
        """
        grant = self._grant(app, form)
        self._pages.codes[form["code"]] = None
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(sorted(grant.request.scopes - {"offline_access"})),
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self._tokens.issue_to_user(app, _GRAPH_APP, grant.person.id, grant.request.scopes - {"offline_access"}),
            "id_token": self._tokens.issue_id(self._claims(app, grant, wanted_contexts(form.get("claims")), host)),
        }
        if "offline_access" in grant.request.scopes:
            body["refresh_token"] = f"1.{secrets.token_urlsafe(64)}"
        return Answer(200, body)

    def _grant(self, app: AppRegistration, form: Mapping[str, str]) -> Grant:
        for name in ("code", "redirect_uri", "code_verifier"):
            if not form.get(name):
                text = f"The request body must contain the following parameter: '{name}'."
                raise LoginError(900144, text, "invalid_request", 400)
        if form["code"] not in self._pages.codes:
            raise LoginError(70000, "Provided grant is invalid or malformed.", "invalid_grant", 400)
        grant = self._pages.codes[form["code"]]
        if grant is None:
            text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
            raise LoginError(54005, text, "invalid_grant", 400)
        if grant.request.app_id != app.app_id:
            raise LoginError(70000, "Provided grant is invalid or malformed.", "invalid_grant", 400)
        if self._clock() >= grant.at + CODE_SECONDS:
            raise LoginError(70008, "The provided authorization code or refresh token has expired.", "invalid_grant", 400)
        if form["redirect_uri"] != grant.request.redirect_uri:
            text = f"The reply address '{form['redirect_uri']}' does not match the one provided when requesting Authorization code."
            raise LoginError(500112, text, "invalid_client", 400)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if not hmac.compare_digest(base64.urlsafe_b64encode(digest).decode().rstrip("="), grant.request.challenge):
            text = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
            raise LoginError(501481, text, "invalid_grant", 400)
        return grant

    def _claims(self, app: AppRegistration, grant: Grant, wanted: tuple[str, ...], host: str) -> dict[str, Any]:
        now, person = int(self._clock()), grant.person
        claims: dict[str, Any] = {
            "aud": app.app_id,
            "iss": f"https://{host}/{self._tenant.id}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "nonce": grant.request.nonce,
            "sub": base64.urlsafe_b64encode(hashlib.sha256(f"{app.app_id} {person.id}".encode()).digest()).decode().rstrip("="),
            "tid": self._tenant.id,
            "uti": base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="),
            "ver": "2.0",
        }
        if "profile" in grant.request.scopes:
            claims |= {"oid": person.id, "name": person.display_name, "preferred_username": person.upn}
        declared = app.optional_claims
        if "auth_time" in declared:
            claims["auth_time"] = int(grant.at - self.signed_in_ago)
        if "amr" in declared and self.amr_in_v2:
            claims["amr"] = ["pwd", "mfa"] if grant.mfa else ["pwd"]
        contexts = self._tenant.access.satisfied(person.id, {*grant.request.wanted, *wanted}, mfa=grant.mfa, implicit="acrs" in declared)
        if contexts:
            claims["acrs"] = contexts
        return {name: value for name, value in (claims | self.instead).items() if value is not None}
