"""Access tokens: signed RS256, verified once per token and then remembered."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator import cast

LIFETIME = 3599  # seconds, as the service grants to app-only clients by default
KEY_ID = "entra-simulator-1"
_MOST_REMEMBERED = 4096


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """One key per process: making it is slow, and tenants of one process may share it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class InvalidToken(Exception):
    """The token does not open this resource; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Password:
    """A client secret that was made through Graph; times as Graph prints them."""

    key_id: str
    name: str | None
    value: str
    starts: str
    ends: str


@dataclass(frozen=True)
class Key:
    """A certificate that was registered through Graph."""

    key_id: str
    name: str | None
    certificate: x509.Certificate
    identifier: str | None


@dataclass
class AppRegistration:
    """An app of the tenant: its credentials, its granted application permissions, and how people sign in to it.

    `redirect_uris` are those of the platform "Web"; `optional_claims` are names of claims its ID tokens have besides the usual ones.
    Without its service principal (`principal`) it gets no token. So many calls (`unseen`) still meet a part of the service that knows
    neither of the two; `owner` is the object id of whoever made it.
    """

    app_id: str
    secret: str | None = None
    certificate: x509.Certificate | None = None
    permissions: set[str] = field(default_factory=set)
    name: str = ""
    redirect_uris: list[str] = field(default_factory=list)
    optional_claims: set[str] = field(default_factory=set)
    passwords: list[Password] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    required_access: list[dict[str, Any]] = field(default_factory=list)
    principal: bool = True
    unseen: int = 0
    owner: str = ""

    @property
    def object_id(self) -> str:
        """The id of the registration, which is another than the client id."""
        return cast.stable_id(f"application {self.app_id}")

    @property
    def principal_id(self) -> str:
        """The object id of the service principal."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"service principal of {self.app_id}"))

    def hidden(self) -> bool:
        """Whether a call made now meets a part of the service that does not know it; such a call counts."""
        if self.unseen == 0:
            return False
        self.unseen -= 1
        return True

    def takes(self, secret: str) -> bool:
        """Whether this is one of its secrets."""
        return secret == self.secret or any(secret == password.value for password in self.passwords)

    def certificates(self) -> dict[str, x509.Certificate]:
        """By what a client assertion may name them (x5t, x5t#S256)."""
        held = [key.certificate for key in self.keys] + ([self.certificate] if self.certificate else [])
        prints = [(one, one.fingerprint(algorithm())) for one in held for algorithm in (hashes.SHA1, hashes.SHA256)]
        return {base64.urlsafe_b64encode(value).decode().rstrip("="): one for one, value in prints}


class Tokens:
    """Issues and verifies the tokens of one tenant."""

    def __init__(self, tenant_id: str, clock: Callable[[], float]) -> None:
        self._tenant_id = tenant_id
        self._clock = clock
        self._claims: dict[str, dict[str, Any]] = {}

    def issue(self, app: AppRegistration, audience: str, *, roles: Iterable[str] = (), lifetime: int = LIFETIME) -> str:
        """A token for the app; `roles` are the application permissions at this moment, later grants need a new token."""
        now = int(self._clock())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self._tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "appid": app.app_id,
            "azp": app.app_id,
            "idtyp": "app",
            "oid": app.principal_id,
            "roles": sorted(roles),
            "tid": self._tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": KEY_ID})

    def issue_to_user(self, app: AppRegistration, audience: str, user_id: str, scopes: Iterable[str]) -> str:
        """A token for somebody signed in to the app, as at the end of the on-behalf-of flow."""
        now = int(self._clock())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self._tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "appid": app.app_id,
            "idtyp": "user",
            "oid": user_id,
            "scp": " ".join(sorted(scopes)),
            "tid": self._tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": KEY_ID})

    def issue_id(self, claims: dict[str, Any]) -> str:
        """An ID token, signed like the others."""
        return jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": KEY_ID})

    def verify(self, token: str, audiences: Iterable[str]) -> dict[str, Any]:
        """The claims of a token of this tenant.

        Raises:
            InvalidToken: not a token, wrong signature, expired, or made for another audience.
        """
        claims = self._claims.get(token)
        if claims is None:
            try:
                claims = jwt.decode(
                    token,
                    signing_key().public_key(),
                    algorithms=["RS256"],
                    options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
                )
            except jwt.InvalidSignatureError:
                raise InvalidToken("Access token validation failure. Signature is invalid.") from None
            except jwt.PyJWTError:
                raise InvalidToken("IDX14100: JWT is not well formed.") from None
            if len(self._claims) >= _MOST_REMEMBERED:
                self._claims.clear()
            self._claims[token] = claims
        if not claims["nbf"] - 300 <= self._clock() < claims["exp"]:
            raise InvalidToken("Lifetime validation failed, the token is expired.")
        if claims["aud"] not in audiences:
            raise InvalidToken("Access token validation failure. Invalid audience.")
        if claims["tid"] != self._tenant_id:
            raise InvalidToken("Access token validation failure. Invalid issuer.")
        return claims


def key_set() -> dict[str, Any]:
    """The public key as a JSON Web Key Set, in the shape of the service."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(signing_key().public_key(), as_dict=True)
    return {"keys": [{**key, "use": "sig", "kid": KEY_ID, "x5t": KEY_ID, "alg": "RS256"}]}
