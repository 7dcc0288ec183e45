"""Who is calling: validation of the Bot Connector's signed token on every inbound request.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
import structlog

log = structlog.get_logger()

#: Allowed difference between the clocks, as the documentation above says.
CLOCK_SKEW = 300
#: Keys change rarely; the documentation asks for a daily look at least.
KEYS_KEPT = 24 * 3600
#: An unknown key id makes us look again, but not more often than this.
KEYS_AGAIN_AFTER = 60
#: Without any keys nobody is let in, so then we look again sooner.
NO_KEYS_AGAIN_AFTER = 5
_CACHE_LIMIT = 1_000


class TokenRefused(Exception):
    """The token does not prove that the Bot Connector is calling. Answer 401."""


class KeysUnavailable(Exception):
    """The signing keys cannot be fetched, so nothing can be proved. Answer 503."""


@dataclass(frozen=True, slots=True)
class _Key:
    public: Any
    endorsements: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proven:
    """A token whose signature, issuer, audience and times are right."""

    claims: dict[str, Any]
    endorsements: frozenset[str]
    expires: float


class InboundTokens:
    """Checks `Authorization` headers against the published keys.

    Args:
        session: for fetching the keys.
        metadata_url: the OpenID document of the Bot Connector.
        issuer: the only accepted `iss`.
        app_id: the only accepted `aud`.
        tenant_id: a `tid` claim, where there is one, has to be this.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        metadata_url: str,
        issuer: str,
        app_id: str,
        tenant_id: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._metadata_url = metadata_url
        self._issuer = issuer
        self._app_id = app_id
        self._tenant_id = tenant_id
        self._now = now
        self._keys: dict[str, _Key] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._proven: dict[str, Proven] = {}

    async def prove(self, header: str | None) -> Proven:
        """What is proven by an Authorization header alone, whatever it came with.

        Raises:
            TokenRefused: whatever is wrong with the token.
            KeysUnavailable: the keys cannot be fetched.
        """
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenRefused("no bearer token")
        proven = await self._prove(token.strip())
        if proven.expires + CLOCK_SKEW <= self._now():
            raise TokenRefused("expired")
        if str(proven.claims.get("tid", self._tenant_id)).lower() != self._tenant_id.lower():
            raise TokenRefused("other tenant")
        return proven

    async def verify(self, header: str | None, service_url: str, channel: str) -> dict[str, Any]:
        """The token's claims.

        Args:
            header: the Authorization header as received.
            service_url: the activity's serviceUrl, which the token has to name.
            channel: the activity's channelId, which the key has to be endorsed for.

        Raises:
            TokenRefused: whatever is wrong with the token.
            KeysUnavailable: the keys cannot be fetched.
        """
        proven = await self.prove(header)
        if channel not in proven.endorsements:
            raise TokenRefused("key is not endorsed for this channel")
        named = proven.claims.get("serviceurl") or proven.claims.get("serviceUrl")
        if not isinstance(named, str) or named.rstrip("/").lower() != service_url.rstrip("/").lower():
            raise TokenRefused("service URL differs from the token's")
        return proven.claims

    async def _prove(self, token: str) -> Proven:
        if known := self._proven.get(token):
            return known
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:  # bytes that are no text, JSON nested without end
            raise TokenRefused("not a token") from error
        key = await self._key(header.get("kid"))
        try:
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=self._issuer,
                leeway=CLOCK_SKEW,
                options={"require": ["exp", "iss", "aud"]},
            )
            proven = Proven(claims, key.endorsements, float(claims["exp"]))
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
            raise TokenRefused(type(error).__name__) from error
        if len(self._proven) >= _CACHE_LIMIT:
            self._proven.clear()
        self._proven[token] = proven
        return proven

    async def _key(self, kid: object) -> _Key:
        if not isinstance(kid, str):
            raise TokenRefused("no key id")
        if self._due(kid) and not (kid in self._keys and self._fetching.locked()):
            async with self._fetching:
                if self._due(kid):
                    await self._fetch_keys()
        if not self._keys:
            raise KeysUnavailable(f"no keys from {self._metadata_url}")
        if kid not in self._keys:
            raise TokenRefused("unknown key")
        return self._keys[kid]

    def _due(self, kid: str) -> bool:
        """Whether the keys should be fetched now; a failed try counts as a try, so that a dead key server slows nobody down."""
        pause = KEYS_AGAIN_AFTER if self._keys else NO_KEYS_AGAIN_AFTER
        stale = self._now() - self._fetched_at > KEYS_KEPT
        return (stale or kid not in self._keys) and self._now() - self._tried_at > pause

    async def _fetch_keys(self) -> None:
        try:
            document = await self._json(self._metadata_url)
            fresh = _readable((await self._json(document["jwks_uri"]))["keys"])
        except (aiohttp.ClientError, TimeoutError, LookupError, TypeError, ValueError, RecursionError) as error:
            if self._keys and self._now() - self._fetched_at < 2 * KEYS_KEPT:
                log.warning("keys not renewed", action="keys_not_renewed", error=type(error).__name__)
                return
            self._keys = {}
            self._proven.clear()
            raise KeysUnavailable(f"{type(error).__name__} at {self._metadata_url}") from error
        finally:
            self._tried_at = self._now()
        self._keys, self._fetched_at = fresh, self._now()
        self._proven.clear()

    async def _json(self, url: str) -> Any:
        async with self._session.get(url, timeout=aiohttp.ClientTimeout(total=10), raise_for_status=True) as response:
            return await response.json(content_type=None)

    async def ready(self) -> None:
        """Fetches the keys unless they are there; raises KeysUnavailable."""
        if not self._keys:
            async with self._fetching:
                await self._fetch_keys()


def _readable(published: list[dict[str, Any]]) -> dict[str, _Key]:
    """The signing keys by their id; keys of kinds we cannot use are passed over. ValueError when none is left."""
    keys: dict[str, _Key] = {}
    for key in published:
        with contextlib.suppress(jwt.PyJWTError, AttributeError, LookupError, TypeError, ValueError):
            keys[key["kid"]] = _Key(jwt.PyJWK(key, algorithm="RS256").key, frozenset(key.get("endorsements") or ()))
    if not keys:
        raise ValueError("no usable key")
    return keys
