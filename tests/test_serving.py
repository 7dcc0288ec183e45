"""The HTTP server as `python app.py` runs it: nobody keeps a connection who sends nothing, sends slowly or does not read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from aiohttp import web

from bot.serving import SERVER_LIMITS, Limits, listening

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Small, so that no test waits.
LIMITS = Limits(head_seconds=0.2, answer_seconds=0.2, connections=4)
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HUGE = b"x" * 20_000_000


class Server:
    """A small application under the limits."""

    def __init__(self) -> None:
        self.url = ""
        self.go_on = asyncio.Event()
        self.seen: list[web.RequestHandler] = []
        self.clients: list[Client] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append(request.protocol)
        if request.path == "/slow":
            await self.go_on.wait()
        return web.Response(body=HUGE if request.path == "/huge" else b"ok")

    async def connect(self) -> Client:
        host, port = self.url.removeprefix("http://").split(":")
        self.clients.append(Client(*await asyncio.open_connection(host, int(port))))
        return self.clients[-1]


class Client:
    """One connection to it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, request: bytes) -> None:
        self.writer.write(request)
        await self.writer.drain()

    async def ask(self, request: bytes = REQUEST) -> bytes:
        """The status of the answer, and the connection ready for the next."""
        await self.send(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        await self.reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        return head.split(b" ")[1]

    async def cut_off(self) -> bytes:
        """Waits until the server ends the connection; what it said before that."""
        with contextlib.suppress(ConnectionError):
            return await self.reader.read()
        return b""


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application(handler_args=SERVER_LIMITS)
    app.router.add_get("/{tail:.*}", made.answer)
    async with listening(app, "127.0.0.1", 0, LIMITS, shutdown_timeout=0.1) as made.url:
        yield made
        for client in made.clients:
            client.writer.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - nobody tells when a connection is gone
            await asyncio.sleep(0.01)


HALVES = {"nothing": b"", "a letter": b"G", "half a line": b"GET / HT", "a line": b"GET / HTTP/1.1\r\n", "half a head": REQUEST[:-2]}


@pytest.mark.parametrize("name", HALVES)
async def test_a_head_that_never_ends_is_cut_off(server: Server, name: str) -> None:
    client = await server.connect()
    await client.send(HALVES[name])
    assert await client.cut_off() == b""


@pytest.mark.parametrize("name", [name for name in HALVES if name != "nothing"])
async def test_so_is_one_on_a_connection_that_has_asked_before(server: Server, name: str) -> None:
    client = await server.connect()
    assert await client.ask() == b"200"
    await client.send(HALVES[name])
    assert await client.cut_off() == b""


async def test_a_head_byte_by_byte_is_cut_off_all_the_same(server: Server) -> None:
    client = await server.connect()

    async def drip() -> None:
        await client.send(REQUEST[:-2])
        with contextlib.suppress(ConnectionError):
            while True:
                await client.send(b"X-A: b\r\n")
                await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    assert await client.cut_off() == b""
    dripping.cancel()


async def test_a_kept_connection_outlives_the_limit_for_heads(server: Server) -> None:
    kept = await server.connect()
    assert await kept.ask() == b"200"
    for _ in range(2):
        await (await server.connect()).cut_off()  # so long at least
    assert await kept.ask() == b"200"


@pytest.mark.parametrize("times", [1, 40])
async def test_who_does_not_read_the_answer_is_cut_off(server: Server, times: int) -> None:
    client = await server.connect()
    await client.send(REQUEST.replace(b"/ ", b"/huge ", 1) * times)
    await until(lambda: bool(server.seen) and not server.seen[0].connected)
    assert len(await client.cut_off()) < len(HUGE)


async def test_with_no_room_left_whoever_waits_longest_makes_it(server: Server) -> None:
    crowd = [await server.connect() for _ in range(20)]
    ordinary = await server.connect()
    assert await ordinary.ask() == b"200"
    for one in crowd[: 20 - LIMITS.connections]:
        assert await one.cut_off() == b""
    assert await ordinary.ask() == b"200"


async def test_a_request_under_way_is_never_what_makes_room(server: Server) -> None:
    slow = await server.connect()
    asking = asyncio.create_task(slow.ask(REQUEST.replace(b"/ ", b"/slow ", 1)))
    await until(lambda: bool(server.seen))
    for _ in range(20):
        await server.connect()
    server.go_on.set()
    assert await asking == b"200"


async def test_when_everybody_is_being_answered_newcomers_are_not(server: Server) -> None:
    working = [await server.connect() for _ in range(LIMITS.connections)]
    asking = [asyncio.create_task(one.ask(REQUEST.replace(b"/ ", b"/slow ", 1))) for one in working]
    await until(lambda: len(server.seen) == len(working))
    assert await (await server.connect()).cut_off() == b""
    server.go_on.set()
    assert await asyncio.gather(*asking) == [b"200"] * len(working)


HEADS = {
    "a long line": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long field": REQUEST[:-2] + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "many fields": REQUEST[:-2] + b"X: y\r\n" * 100 + b"\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two lengths": REQUEST[:-2] + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
}


@pytest.mark.parametrize("name", HEADS)
async def test_a_head_that_is_none_is_400_and_no_traceback(server: Server, name: str, caplog: pytest.LogCaptureFixture) -> None:
    client = await server.connect()
    await client.send(HEADS[name])
    assert (await client.cut_off()).split(b" ")[1] == b"400"
    assert caplog.records == []
