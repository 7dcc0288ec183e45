"""Tokens in both directions: the ones Teams signs for the bot, and the check of the ones the bot brings.

Both follow https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import inspect
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.teams.refusals import Refusal

ISSUER = "https://api.botframework.com"
CONNECTOR_AUDIENCE = "https://api.botframework.com"
LIFETIME = 3600  # seconds; Teams reuses a token for about as long


def new_key() -> rsa.RSAPrivateKey:
    """A fresh RSA key, also for tests that sign with a key nobody published."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


# made once per process: a key takes a quarter of a second, and tests start hundreds of simulators
_first_key = functools.cache(new_key)
_webchat_key = functools.cache(new_key)  # a cache of its own, so a key of its own


class ChannelTokens:
    """Signs the JWTs that arrive at the bot and publishes the keys to check them with."""

    def __init__(self, audience: str, clock: Callable[[], float] = time.time) -> None:
        self._audience = audience
        self._clock = clock
        self._serial = 1
        self._cached: dict[str, tuple[float, str]] = {}
        self._webchat_key = _webchat_key()  # published, but endorsed for another channel
        self.fetches = 0  # how often the bot has read the keys
        self.kid = "teams-1"
        self.key = _first_key()

    def rotate(self) -> None:
        """Replace the signing key, as the service does from time to time; tokens signed before no longer verify."""
        self._serial += 1
        self.kid = f"teams-{self._serial}"
        self.key = new_key()
        self._cached.clear()

    def openid_document(self, base_url: str) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com/",
            "jwks_uri": f"{base_url}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    def jwks(self) -> dict[str, Any]:
        """The published keys; each says for which channels it is good."""
        self.fetches += 1
        return {"keys": [_jwk(self.key, self.kid, ["msteams"]), _jwk(self._webchat_key, "webchat-1", ["webchat"])]}

    def bearer(self, service_url: str) -> str:
        """A good token for this service URL, reused until shortly before it ends."""
        now = self._clock()
        until, token = self._cached.get(service_url, (0.0, ""))
        if until <= now:
            until, token = now + LIFETIME - 300, self.token(service_url)
            self._cached[service_url] = (until, token)
        return token

    def token(
        self,
        service_url: str,
        *,
        alg: str = "RS256",
        kid: str | None = "",
        key: rsa.RSAPrivateKey | None = None,
        endorsed: bool = True,
        **claims: Any,
    ) -> str:
        """A signed token, made bad on request.

        Args:
            service_url: the claim `serviceurl`, unless overridden.
            alg: "RS256"; "none" leaves the signature out; "HS256" signs with the *public* key as the secret (key confusion).
            kid: the header's key id; None leaves it out.
            key: sign with this key instead of the published one.
            endorsed: False signs with a published key that is endorsed for another channel only.
            claims: further or other claims; None removes one (`exp=None`).
        """
        now = int(self._clock())
        payload = {"serviceurl": service_url, "nbf": now - 60, "exp": now + LIFETIME, "iss": ISSUER, "aud": self._audience, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        signing_key = key or (self.key if endorsed else self._webchat_key)
        key_id = (self.kid if endorsed else "webchat-1") if kid == "" else kid
        header = {"typ": "JWT", "alg": alg} | ({"kid": key_id} if key_id is not None else {})
        if alg != "RS256":  # PyJWT rightly refuses to make these
            return _by_hand(header, payload, signing_key)
        return jwt.encode(payload, signing_key, algorithm="RS256", headers=header)


def _jwk(key: rsa.RSAPrivateKey, kid: str, endorsements: list[str]) -> dict[str, Any]:
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": public["n"], "e": public["e"], "endorsements": endorsements}


def _by_hand(header: dict[str, Any], payload: dict[str, Any], key: rsa.RSAPrivateKey) -> str:
    signed = b".".join(_b64(json.dumps(part).encode()) for part in (header, payload))
    if header["alg"] == "none":
        return signed.decode() + "."
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return (signed + b"." + _b64(hmac.new(public, signed, hashlib.sha256).digest())).decode()


def _b64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


class BotTokens:
    """Checks the Bearer of the bot's own calls, once per token."""

    def __init__(
        self, app_id: str, verify: Callable[[str], Any] | None, login_url: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        """Args: `verify` decides alone when given; else keys come from the JWKS at `login_url`; with neither any Bearer passes."""
        self._app_id = app_id
        self._verify = verify
        self._login_url = login_url
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._good_until: dict[str, float] = {}

    async def check(self, authorization: str, session: aiohttp.ClientSession) -> None:
        """Pass silently, or refuse.

        Raises:
            Refusal: 401, the header is absent or its token is not a valid one of this bot.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refusal(401, "Unauthorized", "Authorization has been denied for this request.")
        if self._good_until.get(token, 0.0) > self._clock():
            return
        try:
            claims = await self._claims(token, session)
        except (jwt.PyJWTError, ValueError) as error:
            raise Refusal(401, "Unauthorized", f"Authorization has been denied for this request: {error}") from error
        if not claims:
            raise Refusal(401, "Unauthorized", "Authorization has been denied for this request.")
        if isinstance(claims, dict):
            if claims.get("appid", claims.get("azp", self._app_id)) != self._app_id:
                raise Refusal(401, "BotNotRegistered", "No registration found for this bot.")
            self._good_until[token] = float(claims.get("exp", 0))

    async def _claims(self, token: str, session: aiohttp.ClientSession) -> Any:
        if self._verify is not None:
            verdict = self._verify(token)
            return await verdict if inspect.isawaitable(verdict) else verdict
        if self._login_url is None:
            return True
        kid = jwt.get_unverified_header(token).get("kid", "")
        if kid not in self._keys:
            async with session.get(self._login_url) as response:
                self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(await response.json()).keys if key.key_id}
        if kid not in self._keys:
            raise jwt.InvalidKeyError(f"unknown key {kid!r}")
        return jwt.decode(
            token, self._keys[kid].key, algorithms=["RS256"], audience=CONNECTOR_AUDIENCE, options={"require": ["exp", "aud", "iss"]}
        )
