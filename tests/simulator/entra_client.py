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
        return self.body["error"]["code"]

    @property
    def message(self) -> str:
        return self.body["error"]["message"]

    @property
    def values(self) -> list[Any]:
        return self.body["value"]


class Client:
    def __init__(self, entra: Entra, session: ClientSession, clock: Clock) -> None:
        self.entra = entra
        self.session = session
        self.clock = clock
        self.renew()

    def renew(self) -> None:
        """A fresh token, with the permissions granted by now."""
        self.token = self.entra.issue_token(cast.GRAPH_APP_ID, GRAPH)

    async def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Reply:
        """One request behind the version; `path` is sent as it is."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return await self.raw(method, f"/v1.0{path.replace(' ', '%20')}", headers=sent, **more)

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
        return (await self.get(f"/users/{self.entra.person(user).id}{AUTHENTICATION}/{MOBILE}")).body.get("smsSignInState")


@asynccontextmanager
async def open_tenant() -> AsyncIterator[Client]:
    """A running tenant of its own, with a clock that stands still."""
    clock = Clock()
    entra = Entra(clock=clock)
    await entra.start()
    async with ClientSession() as session:
        yield Client(entra, session, clock)
    await entra.stop()
