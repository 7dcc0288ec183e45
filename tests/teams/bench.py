"""The Connector client by itself, on a server that answers as a test tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest_asyncio
from aiohttp import web

from bot.domain.conversations import ConversationRef
from bot.errors import Unavailable
from bot.teams.outbound import Connector

Step = int | tuple[int, bytes | dict[str, Any], dict[str, str]] | Callable[[web.Request], Any]
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
HELLO = {"type": "message", "text": "hello"}


class Server:
    """Answers as scripted, then with 201."""

    def __init__(self) -> None:
        self.script: list[Step] = []
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.seen.append((request.method, request.raw_path, dict(request.headers)))
        step = self.script.pop(0) if self.script else 201
        if callable(step):
            await step(request)
            return web.Response()
        status, body, headers = (step, {"id": "m1"}, {}) if isinstance(step, int) else step
        if isinstance(body, dict):
            return web.json_response(body, status=status, headers=headers)
        return web.Response(status=status, body=body, headers=headers)


async def served(server: Server) -> AsyncIterator[Server]:
    app = web.Application()
    app.router.add_route("*", r"/{tail:[\s\S]*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[Server]:
    async for one in served(Server()):
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere() -> AsyncIterator[Server]:
    """A host that nobody listed."""
    async for one in served(Server()):
        yield one


class Tokens:
    """Numbered tokens; a new one only after the last was refused."""

    def __init__(self) -> None:
        self.number = 1
        self.asked = 0
        self.broken = False

    async def get(self, *, refused: str = "") -> str:
        self.asked += 1
        if self.broken:
            raise Unavailable("the login host is down")
        self.number += refused == f"token-{self.number}"
        return f"token-{self.number}"


class Bench:
    """A Connector client at work on the server; its pauses are noted and over at once."""

    def __init__(self, session: aiohttp.ClientSession, server: Server) -> None:
        self.session = session
        self.server = server
        self.tokens = Tokens()
        self.naps: list[float] = []
        self.connector = Connector(session, self.tokens.get, (server.host,), self._nap)
        self.where = ConversationRef(f"{server.url}/emea/", "a:1", "personal")

    async def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)

    async def send(self) -> str:
        return await self.connector.send(self.where, HELLO)


@pytest_asyncio.fixture(loop_scope="module")
async def bench(server: Server) -> AsyncIterator[Bench]:
    async with aiohttp.ClientSession() as session:
        yield Bench(session, server)


def failing(status: int, **headers: str) -> Step:
    return status, {"error": {"code": "Oops", "message": "no"}}, {name.replace("_", "-"): value for name, value in headers.items()}


async def drop(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()
