"""A tenant over real HTTP and our directory on it; waits are noted and over at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self

import pytest

from bot import tokens
from bot.graph import GraphClient, GraphDirectory
from bot.graph.throttle import ThrottleGate
from simulator import cast
from simulator.entra import Entra, Fault
from tests.contracts.graph import violations

ALICE, OMAR, THEO, ADA = (cast.person(name) for name in ("Alice Jansen", "Omar Farouk", "Theo Roth", "Ada Admin"))


class FakeTime:
    """A clock that only sleeping moves: whoever sleeps is at once as late as wanted."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


class Bench:
    """The simulated tenant, our directory, and the time between them. At the end of `async with` every request is held against the
    contract."""

    def __init__(self) -> None:
        self.entra = Entra()
        self.time = FakeTime()
        self.client: GraphClient
        self.directory: GraphDirectory

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            assert failure or [problem for request in self.entra.requests for problem in violations(request)] == []
        finally:
            await self.close()

    async def open(self) -> None:
        await self.entra.start()
        self.client = self.connect(gate=ThrottleGate(clock=self.time, sleep=self.time.sleep, chance=lambda: 0.0))
        self.directory = GraphDirectory(self.client)

    @property
    def requests(self) -> list[Any]:
        """What the tenant got, without what is read of its role-assignable groups for whoever is asked about."""
        return [request for request in self.entra.requests if not _of_groups(request)]

    def connect(self, **more: Any) -> GraphClient:
        """A client of its own; close it."""
        return GraphClient(self.entra.url, self.new_tokens(), **more)

    def new_tokens(self, **other: Any) -> tokens.Tokens:
        known = {
            "authority_host": self.entra.url,
            "tenant_id": cast.TENANT_ID,
            "client_id": cast.GRAPH_APP_ID,
            "secret": cast.GRAPH_SECRET,
            "scope": f"{self.entra.url}/.default",
        }
        return tokens.with_secret(**{**known, **other})

    def fault(self, effect: str, path: str = "/users", **more: Any) -> Fault:
        return self.entra.faults.add(Fault(effect=effect, path=path, **more))

    def seen(self, *, outer: bool = False) -> list[str]:
        """Every request the tenant got, as `GET /users/… 200`; with `outer` only whole HTTP requests."""
        return [f"{r.method} {r.path} {r.status}" for r in self.requests if not (outer and r.in_batch)]

    async def close(self) -> None:
        await self.directory.close()
        self.client.tokens.close()
        await self.entra.stop()


def _of_groups(request: Any) -> bool:
    if request.path == "/$batch":
        return all("/owners?" in part["url"] or "groupId%20eq" in part["url"] for part in request.body["requests"])
    return request.path == "/groups" or request.path.endswith("/owners") or "groupId eq" in request.query.get("$filter", "")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with Bench() as bench:
        yield bench
