"""A small client for the tests of the Entra simulator: a tenant, a token and short verbs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from simulator import cast
from simulator.entra import Entra
from simulator.entra.method_permissions import BETA
from simulator.entra.permissions import APPLICATION
from tests.contracts.graph import response_violations

GRAPH = "https://graph.microsoft.com"
AUTHENTICATION = "/authentication/phoneMethods"
MOBILE = "3179e48a-750b-4051-897c-87b9720928f7"
ALTERNATE = "b6332ec1-7057-4abe-9331-3d72feddfe41"
OFFICE = "e37fc753-ff3b-4958-9484-eaa9425c82bc"


class Clock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Reply:
    status: int
    headers: Any
    body: Any
    text: str

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])

    @property
    def values(self) -> list[Any]:
        return list(self.body["value"])


class Client:
    def __init__(self, entra: Entra, session: ClientSession, clock: Clock) -> None:
        self.entra = entra
        self.session = session
        self.clock = clock
        self.renew()

    def renew(self) -> None:
        """A fresh token, with the permissions granted by now."""
        self.token = self.entra.issue_token(cast.GRAPH_APP_ID, GRAPH)

    async def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, version: str = "v1.0", **more: Any) -> Reply:
        """One request behind the version; `path` is sent as it is."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return await self.raw(method, f"/{version}{path.replace(' ', '%20')}", headers=sent, **more)

    async def raw(self, method: str, path: str, **more: Any) -> Reply:
        async with self.session.request(method, URL(f"{self.entra.url}{path}", encoded=True), **more) as response:
            text = await response.text()
            body = await response.json() if response.content_type == "application/json" and text else None
            return Reply(response.status, response.headers, body, text)

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.send("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.send("POST", path, json=body, **more)

    async def patch(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.send("PATCH", path, json=body, **more)

    async def delete(self, path: str, **more: Any) -> Reply:
        return await self.send("DELETE", path, **more)

    async def state_of(self, user: str) -> str | None:
        """smsSignInState of the mobile phone, read through Graph."""
        body: dict[str, str] = (await self.get(f"/users/{self.entra.person(user).id}{AUTHENTICATION}/{MOBILE}")).body
        return body.get("smsSignInState")

    def hold(self, *permissions: str) -> None:
        """A token with these application permissions and no others."""
        app = self.entra.login.apps[cast.GRAPH_APP_ID]
        app.permissions.clear()
        app.permissions.update(permissions)
        self.renew()


@asynccontextmanager
async def open_granted() -> AsyncIterator[Client]:
    """As `open_tenant`, with every permission the routes know; at the end every answer is held against the contract."""
    async with open_tenant() as client:
        client.hold(*(name for table in (APPLICATION, BETA) for names in table.values() for name in names))
        yield client
        assert [problem for request in client.entra.requests for problem in response_violations(request)] == []


@asynccontextmanager
async def open_tenant() -> AsyncIterator[Client]:
    """A running tenant of its own, with a clock that stands still."""
    clock = Clock()
    entra = Entra(clock=clock)
    await entra.start()
    async with ClientSession() as session:
        yield Client(entra, session, clock)
    await entra.stop()
