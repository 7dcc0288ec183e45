"""Writing to Graph by msgraph-sdk: its builders make the requests, its adapter sends them, through our gate and over our connections.

Loaded with the first write: 196 modules and 6 MB that a bot which is only asked things never needs.
"""

from __future__ import annotations

from typing import Any

import httpx
from httpx_aiohttp import AiohttpTransport
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.request_option import RequestOption
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import BaseMiddleware
from kiota_http.middleware.middleware import REQUEST_OPTIONS_KEY
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from bot.domain.change import Change
from bot.domain.pass_terms import WantedPass
from bot.domain.secret import Secret
from bot.errors import NotAuthorised, Unavailable
from bot.graph import writes
from bot.graph.answers import Answer, challenged
from bot.graph.call import Call
from bot.graph.connections import USER_AGENT, Connections, certificates, fresh_request_id
from bot.graph.errors import SILENCES, Unheard, translate
from bot.graph.notice_requests import installation_request, mail_request
from bot.graph.taken import taken
from bot.graph.throttle import BACKGROUND, Patience, ThrottleGate
from bot.tokens import Tokens

_WHOLE_ANSWER = ResponseHandlerOption(NativeResponseHandler())


class Writing:
    """What a client writes with.

    Args:
        connections, tokens, gate: those of the client.
        base_url, beta_url: below which Graph is.
    """

    def __init__(self, connections: Connections, tokens: Tokens, gate: ThrottleGate, base_url: str, beta_url: str) -> None:
        connect, read = connections.seconds.sock_connect, connections.seconds.sock_read
        self._http = httpx.AsyncClient(
            transport=AiohttpTransport(verify=certificates(), client=connections.session),
            timeout=httpx.Timeout(read, connect=connect, pool=connect),
            headers={"User-Agent": USER_AGENT},
        )
        KiotaClientFactory.create_with_custom_middleware([Gated(gate)], client=self._http)
        self._bearer = _Bearer(tokens, base_url, beta_url)
        self._adapter = GraphRequestAdapter(self._bearer, self._http)
        self._adapter.base_url = base_url  # httpx adds a slash to its own, which would double
        self._builders = GraphServiceClient(request_adapter=self._adapter)
        self._base_url = base_url
        self._beta_url = beta_url

    def change(self, user_id: str, change: Change) -> RequestInformation:
        """The request that makes one change."""
        return writes.beta_request(self._beta_url, user_id, change) or writes.write_request(self._builders, user_id, change)

    def new_pass(self, user_id: str, wanted: WantedPass) -> RequestInformation:
        """The request that makes a pass."""
        return writes.pass_request(self._builders, user_id, wanted)

    def new_password(self, user_id: str, password: Secret) -> RequestInformation:
        """The request that sets a temporary password."""
        return writes.password_request(self._builders, user_id, password)

    def mail(self, mailbox: str, address: str, subject: str, text: str) -> RequestInformation:
        """The request that sends a mail."""
        return mail_request(self._base_url, mailbox, address, subject, text)

    def installation(self, user_id: str, app_id: str) -> RequestInformation:
        """The request that installs an app for somebody."""
        return installation_request(self._base_url, user_id, app_id)

    async def send(self, request: RequestInformation, patience: Patience, *, permission: str = "", request_id: str = "") -> Answer:
        """Sends one write.

        Args:
            request: one of those above.
            patience: how long it may wait for its turn.
            permission: the least application permission of the call, named when Graph refuses it.
            request_id: client-request-id; a fresh one when empty.

        Returns:
            A 2xx answer.

        Raises:
            DirectoryError: the fitting one. `Unavailable` means that the write may or may not have happened; also when an answer says
                "success" that is none Graph has for this write.
        """
        request.path_parameters["baseurl"] = self._adapter.base_url
        request.url = str(request.url)  # made of its template once, and not wherever the SDK and we look at it
        request.headers.try_add("client-request-id", request_id or fresh_request_id())
        for name, value in patience.headers.items():
            request.headers.try_add(name, value)
        request.add_request_options([Waits(patience), _WHOLE_ANSWER])
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

    async def close(self) -> None:
        """Lets the SDK's client go; the connections are not its own."""
        await self._http.aclose()

    async def _attempt(self, request: RequestInformation) -> Answer:
        try:
            response: Any = await self._adapter.send_primitive_async(request, "bytes", {})
        except APIError as error:
            raise Unheard(error) from error
        return Answer.of(response.status_code, response.headers, response.content)


class Waits(RequestOption):
    """A request's patience, on its way through the SDK."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience

    @staticmethod
    def get_key() -> str:
        """The name the SDK keeps it under."""
        return "doorman.patience"


class Gated(BaseMiddleware):
    """Our gate as a middleware of the SDK."""

    def __init__(self, gate: ThrottleGate) -> None:
        super().__init__()
        self._gate = gate

    async def send(self, request: httpx.Request, transport: httpx.AsyncBaseTransport) -> httpx.Response:
        """Lets the request through when it is its turn; the response's body has been read."""
        waits = (request.extensions.get(REQUEST_OPTIONS_KEY) or {}).get(Waits.get_key())
        responses = []

        async def attempt() -> Answer:
            try:
                response = await super(Gated, self).send(request, transport)
                try:
                    await response.aread()
                except (httpx.HTTPError, OSError):
                    await response.aclose()
                    raise
            except httpx.HTTPError as error:
                raise Unheard(error) from error
            responses.append(response)
            return Answer.of(response.status_code, response.headers, response.content)

        await self._gate.let_through(attempt, waits.patience if waits else BACKGROUND, Call.of(request.method, str(request.url)))
        return responses[-1]


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
            await self.renew(request, challenged(challenge))

    async def renew(self, request: RequestInformation, claims: str | None = None) -> None:
        """Gives the request a token other than the one it has, if it has one."""
        held = "".join(request.headers.get("Authorization")).removeprefix("Bearer ")
        token = await self._tokens.get(claims, refused=held)
        request.headers.remove("Authorization")
        request.headers.add("Authorization", f"Bearer {token}")
