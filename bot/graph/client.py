"""Sending to Graph, through the throttle gate, on one set of connections.

Writes go out through msgraph-sdk's request adapter, on httpx over those connections. Reads, of which every turn makes several, have
addresses from the SDK's builders (`reads.py`) and go out by aiohttp alone: 0.09 ms of processor time per call instead of 0.34. Answers
come back as parsed JSON, because the SDK's typed parsing costs 5–11 ms per object.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import functools
import random
import ssl
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from yarl import URL

from bot.errors import NotAuthorised, Unavailable
from bot.graph.answers import Answer
from bot.graph.call import Call, Limit
from bot.graph.errors import SILENCES, translate
from bot.graph.grants import Grants
from bot.graph.taken import taken
from bot.graph.throttle import Patience, ThrottleGate
from bot.ports import Clock
from bot.tokens import Tokens

API_VERSION, BETA = "v1.0", "beta"
CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
KEEP_ALIVE_SECONDS = 30.0
USER_AGENT = "Doorman"
GRACE_SECONDS = 0.5  # the gate, which knows why it waits, is the first to give up

_WHOLE_ANSWER = ResponseHandlerOption(NativeResponseHandler())


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Whom we trust; loaded once in the life of the process, because it takes 50 ms."""
    return httpx.create_ssl_context()


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for an address. Asked once: aiohttp would ask two threads of others at every call, one of them
    for the passwords in somebody's `.netrc`."""
    to = urlsplit(url)
    return None if to.scheme == "http" or proxy_bypass(to.hostname or "") else getproxies().get(to.scheme)


def fresh_request_id() -> str:
    """A client-request-id, by which Graph's support finds a call. It is no secret, so any randomness will do."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


class GraphClient:
    """One client for the life of the process.

    Args:
        endpoint: such as `https://graph.microsoft.com`; `http://` on loopback is the caller's to allow.
        tokens: for `<endpoint>/.default`.
        gate: the throttle gate; one of its own when None.
        connect_seconds, read_seconds: time-outs of one attempt.
        now: the time of day, for telling how old something is.
    """

    def __init__(
        self,
        endpoint: str,
        tokens: Tokens,
        *,
        gate: ThrottleGate | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        now: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self.base_url = f"{endpoint.rstrip('/')}/{API_VERSION}"
        #: For what v1.0 does not have; msgraph-sdk makes no addresses below it.
        self.beta_url = f"{endpoint.rstrip('/')}/{BETA}"
        self.gate = gate or ThrottleGate()
        self.tokens = tokens
        self.grants = Grants(tokens, self.gate.clock)
        self.now = now
        self._seconds = aiohttp.ClientTimeout(sock_connect=connect_seconds, sock_read=read_seconds)
        self._session: aiohttp.ClientSession | None = None
        http = httpx.AsyncClient(
            transport=AiohttpTransport(verify=_certificates(), client=self._connections),
            timeout=httpx.Timeout(read_seconds, connect=connect_seconds, pool=connect_seconds),
            headers={"User-Agent": USER_AGENT},
        )
        KiotaClientFactory.create_with_custom_middleware([self.gate], client=http)
        self._http = http
        self._bearer = _Bearer(tokens, self.base_url, self.beta_url)
        self.adapter = GraphRequestAdapter(self._bearer, http)
        self.adapter.base_url = self.base_url  # httpx adds a slash to its own, which would double
        self.builders = GraphServiceClient(request_adapter=self.adapter)

    def _connections(self) -> aiohttp.ClientSession:
        """The connections, made at the first call because they belong to the running event loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS, ssl=_certificates()),
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=_proxy(self.base_url),
            )
            self._session._retry_connection = False  # aiohttp would repeat a DELETE on a lost connection by itself
        return self._session

    async def send(self, request: RequestInformation, patience: Patience, *, permission: str = "", request_id: str = "") -> Answer:
        """Sends one write.

        Args:
            request: from a request builder of the SDK.
            patience: how long it may wait for its turn.
            permission: the least application permission of the call, named when Graph refuses it.
            request_id: client-request-id; a fresh one when empty.

        Returns:
            A 2xx answer.

        Raises:
            DirectoryError: the fitting one. `Unavailable` means that the write may or may not have happened; also when an answer says
                "success" that is none Graph has for this write.
        """
        request.headers.try_add("client-request-id", request_id or fresh_request_id())
        for name, value in patience.headers.items():
            request.headers.try_add(name, value)
        request.add_request_options([patience, _WHOLE_ANSWER])
        try:
            answer = await self._attempt(request)
            if answer.status == 401 and not answer.claims:  # with claims the adapter has tried again already
                await self._bearer.renew(request)
                answer = await self._attempt(request)
        except SILENCES as error:
            raise translate(error, permission) from error
        if not answer.ok:
            raise translate(answer, permission)
        if not taken(request, answer):
            raise Unavailable("the answer to a write is not Graph's", status=answer.status, request_id=answer.request_id)
        return answer

    async def read(
        self,
        url: str,
        patience: Patience,
        *,
        permission: str = "",
        eventual: bool = False,
        post: bytes | None = None,
        gate: ThrottleGate | None = None,
        units: int = 1,
        limits: frozenset[Limit] | None = None,
    ) -> Answer:
        """Asks for what is below one of this client's two base URLs, such as a next link, and changes nothing.

        Args:
            url: whole, and encoded.
            patience: how long it may take, waits included.
            permission: as for `send`.
            eventual: an advanced query: https://learn.microsoft.com/graph/aad-advanced-queries
            post: JSON to be sent, for reads that are a POST.
            gate: instead of the client's own, for what Graph limits apart from all the rest.
            units: what it costs of the budget, where `patience` has one.
            limits: what it counts against, where the address does not say so.

        Returns:
            A 2xx answer.

        Raises:
            DirectoryError: the fitting one; `Unavailable` for an address that is not Graph's, too.
        """
        if not url.startswith((f"{self.base_url}/", f"{self.beta_url}/")):
            raise Unavailable("a link leads away from Graph")
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT, "client-request-id": fresh_request_id()}
        headers |= patience.headers
        if eventual:
            headers["ConsistencyLevel"] = "eventual"
        if post is not None:
            headers["Content-Type"] = "application/json"
        call = Call.of("GET" if post is None else "POST", url, reads=True, limits=limits)
        through = gate or self.gate
        try:
            async with asyncio.timeout(patience.seconds + GRACE_SECONDS):
                token = await self.tokens.get()
                answer = await self._read_once(url, call, patience, headers, token, post, through, units)
                if answer.status == 401:
                    token = await self.tokens.get(_decoded(answer.claims), refused=token)
                    answer = await self._read_once(url, call, patience, headers, token, post, through, units)
                if not answer.ok:
                    raise translate(await self.grants.weighed(answer, permission), permission)
        except SILENCES as error:
            raise translate(error, permission) from error
        return answer

    async def _read_once(
        self,
        url: str,
        call: Call,
        patience: Patience,
        headers: dict[str, str],
        token: str,
        post: bytes | None,
        gate: ThrottleGate,
        units: int,
    ) -> Answer:
        where = URL(url, encoded=True)
        headers = headers | {"Authorization": f"Bearer {token}"}

        async def attempt() -> Answer:
            session, verb = self._connections(), call.method
            asked = session.request(verb, where, headers=headers, data=post, timeout=self._seconds, allow_redirects=False)
            async with asked as response:
                return Answer.of(response.status, response.headers, await response.read())

        return await gate.let_through(attempt, patience, call, units=units)

    async def renew_token(self, challenge: str) -> None:
        """Gets a new token because Graph refuses the present one: with the claims of a challenge (base64), or for no reason given."""
        await self.tokens.get(_decoded(challenge), refused=await self.tokens.get())

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()
        if self._session:
            await self._session.close()

    async def _attempt(self, request: RequestInformation) -> Answer:
        response: Any = await self.adapter.send_primitive_async(request, "bytes", {})
        return Answer.of(response.status_code, response.headers, response.content)


class _Bearer(AuthenticationProvider):
    """Puts the token on requests to our Graph host, and on no other."""

    def __init__(self, tokens: Tokens, *base_urls: str) -> None:
        self._tokens = tokens
        self._prefixes = tuple(f"{base_url}/" for base_url in base_urls)

    async def authenticate_request(
        self, request: RequestInformation, additional_authentication_context: dict[str, Any] | None = None
    ) -> None:
        """Adds the Authorization header; with the claims of a challenge, replaces it by one with a token that meets them."""
        if not request.url.startswith(self._prefixes):
            raise NotAuthorised("the address is not on the Graph host, so it gets no token")
        challenge = (additional_authentication_context or {}).get("claims")
        if challenge or not request.headers.contains("Authorization"):
            await self.renew(request, _decoded(challenge))

    async def renew(self, request: RequestInformation, claims: str | None = None) -> None:
        """Gives the request a token other than the one it has, if it has one."""
        held = "".join(request.headers.get("Authorization")).removeprefix("Bearer ")
        token = await self._tokens.get(claims, refused=held)
        request.headers.remove("Authorization")
        request.headers.add("Authorization", f"Bearer {token}")


def _decoded(challenge: str | None) -> str | None:
    """The JSON in the base64 of a claims challenge; None when there is none or it cannot be read."""
    if not challenge:
        return None
    try:
        return base64.b64decode(challenge + "=" * (-len(challenge) % 4), altchars=b"-_").decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
