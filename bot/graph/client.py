"""Sending to Graph, through the throttle gate, on one set of connections.

Writes go out through msgraph-sdk's request adapter, on httpx over those connections (`writing.py`). Reads, of which every turn makes
several, have their addresses written out (`reads.py`) and go out by aiohttp alone: 0.09 ms of processor time per call instead of 0.34.
Answers come back as parsed JSON, because the SDK's typed parsing costs 5–11 ms per object.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from yarl import URL

from bot.errors import Unavailable
from bot.graph.answers import Answer, challenged
from bot.graph.call import Call, Limit
from bot.graph.connections import USER_AGENT, Connections, fresh_request_id
from bot.graph.errors import SILENCES, translate
from bot.graph.grants import Grants
from bot.graph.throttle import Patience, ThrottleGate
from bot.ports import Clock
from bot.tokens import Tokens

if TYPE_CHECKING:
    from bot.graph.writing import Writing

API_VERSION, BETA = "v1.0", "beta"
CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
GRACE_SECONDS = 0.5  # the gate, which knows why it waits, is the first to give up


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
        self._connections = Connections(self.base_url, connect_seconds, read_seconds)
        self._writing: Writing | None = None

    @property
    def writing(self) -> Writing:
        """What writes are made and sent with."""
        if self._writing is None:
            from bot.graph.writing import Writing  # noqa: PLC0415 - msgraph-sdk is loaded with the first write

            self._writing = Writing(self._connections, self.tokens, self.gate, self.base_url, self.beta_url)
        return self._writing

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
            async with asyncio.timeout(patience.left + GRACE_SECONDS):
                token = await self.tokens.get()
                answer = await self._read_once(url, call, patience, headers, token, post, through, units)
                if answer.status == 401:
                    token = await self.tokens.get(challenged(answer.claims), refused=token)
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
            session, verb = self._connections.session(), call.method
            asked = session.request(verb, where, headers=headers, data=post, timeout=self._connections.seconds, allow_redirects=False)
            async with asked as response:
                return Answer.of(response.status, response.headers, await response.read())

        return await gate.let_through(attempt, patience, call, units=units)

    async def renew_token(self, challenge: str) -> None:
        """Gets a new token because Graph refuses the present one: with the claims of a challenge (base64), or for no reason given."""
        await self.tokens.get(challenged(challenge), refused=await self.tokens.get())

    async def close(self) -> None:
        """Closes the connections."""
        if self._writing:
            await self._writing.close()
        await self._connections.close()
