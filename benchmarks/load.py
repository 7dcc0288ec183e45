"""The load generator: many clients over kept connections, each waiting for its answer before it sends the next.

Requests are built before the clock starts, down to the bytes of the header; only the id of the activity is new each time. A client
costs some 40 µs a request, so that the generator is never what limits.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_ID = "@@ACTIVITY-ID@@"
_numbers = itertools.count(int(time.time() * 1000))


class Post:
    """One kind of request, ready to be sent any number of times."""

    def __init__(self, url: str, activity: dict[str, Any], bearer: str = "") -> None:
        parts = urlsplit(url)
        body = json.dumps(activity | {"id": _ID.ljust(16, "-")}, ensure_ascii=False).encode()
        head = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Content-Type: application/json; charset=utf-8"]
        if bearer:
            head.append(f"Authorization: Bearer {bearer}")
        head.append(f"Content-Length: {len(body)}")
        whole = ("\r\n".join(head) + "\r\n\r\n").encode() + body
        self._before, self._after = whole.split(_ID.ljust(16, "-").encode())

    def bytes(self) -> bytes:
        """The request with an id that no other has."""
        return b"%b%016d%b" % (self._before, next(_numbers), self._after)


class Client(asyncio.Protocol):
    """One kept connection; answers come whole, with their Content-Length."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: Any = None

    @classmethod
    async def to(cls, port: int) -> Client:
        """Connects to a server of this machine."""
        _, client = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return client

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; ConnectionError when the server hangs up."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Hangs up."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        if len(rest) >= length and self._waiting and not self._waiting.done():
            self._buffer = rest[length:]
            self._waiting.set_result((int(head[9:12]), rest[:length]))

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the server hung up"))


@dataclass
class Figures:
    """What one round of load measured.

    Attributes:
        turns: seconds of each turn that was answered with 200.
        failed: turns answered otherwise.
        seconds: the whole round.
        parts: seconds of parts of a turn, by name.
    """

    turns: list[float] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0
    parts: dict[str, list[float]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.turns) / self.seconds if self.seconds else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """In milliseconds; 0 when there is nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


async def messages(port: int, posts: Sequence[Post], clients: int, seconds: float, most: int | None = None) -> Figures:
    """All clients send messages in turn until the time is up, or so many are answered; a turn ends with the answer to its request."""
    figures, until = Figures(), time.perf_counter() + seconds
    turn = itertools.cycle(posts)

    async def one(client: Client) -> None:
        while (sent := time.perf_counter()) < until and (most is None or len(figures.turns) < most):
            status, _ = await client.ask(next(turn).bytes())
            if status in (200, 201, 202):
                figures.turns.append(time.perf_counter() - sent)
            else:
                figures.failed += 1

    connected = [await Client.to(port) for _ in range(clients)]
    began = time.perf_counter()
    await asyncio.gather(*map(one, connected))
    figures.seconds = time.perf_counter() - began
    for client in connected:
        client.close()
    return figures


class Cards:
    """Follows what the bot posts, through the stream of the `world` process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._expected: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self.ended: dict[str, int] = {}
        self.logged = 0

    async def __aenter__(self) -> Cards:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._task = asyncio.create_task(self._follow(reader))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        self._writer.close()

    def expect(self, words: str) -> Awaitable[dict[str, Any]]:
        """The next new card that asks for confirmation and has these words in its summary."""
        return self._expected.setdefault(words, asyncio.get_running_loop().create_future())

    async def all_ended(self, count: int) -> None:
        """Waits until so many operations have shown how they ended, and the log channel has them all."""
        async with self._changed:
            await self._changed.wait_for(lambda: sum(self.ended.values()) >= count and self.logged >= count)

    async def _follow(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            post = json.loads(line)
            if post["operation"] and post["kind"] == "message":
                for words in [words for words in self._expected if words in post["summary"]]:
                    self._expected.pop(words).set_result(post)
            elif post["kind"] == "update":
                outcome = post["summary"].partition(":")[0]
                self.ended[outcome] = self.ended.get(outcome, 0) + 1
            self.logged += post["log"]
            async with self._changed:
                self._changed.notify_all()


@dataclass(frozen=True)
class Change:
    """One change to be typed and confirmed.

    Attributes:
        message: the typed line. press: makes the press of the card that came: (operation id, card id) → request.
        words: what the card's summary says.
    """

    message: Post
    press: Callable[[str, str], Post]
    words: str


async def changes(port: int, todo: Sequence[Change], clients: int, cards: Cards) -> Figures:
    """All clients type a change, wait for its card and press Confirm; a turn ends with the answer to the press."""
    figures, left = Figures(parts={"message": [], "press": []}), iter(todo)

    async def one(client: Client) -> None:
        for change in left:
            sent, shown = time.perf_counter(), cards.expect(change.words)
            status, _ = await client.ask(change.message.bytes())
            answered = time.perf_counter()
            if status != 200:
                figures.failed += 1
                continue
            card = await asyncio.wait_for(shown, 10)
            press = change.press(card["operation"], card["card"]).bytes()
            pressed = time.perf_counter()
            status, body = await client.ask(press)
            ended = time.perf_counter()
            if status != 200 or b"AdaptiveCard" not in body:
                figures.failed += 1
                continue
            figures.parts["message"].append(answered - sent)
            figures.parts["press"].append(ended - pressed)
            figures.turns.append(answered - sent + ended - pressed)

    connected = [await Client.to(port) for _ in range(clients)]
    began = time.perf_counter()
    await asyncio.gather(*map(one, connected))
    figures.seconds = time.perf_counter() - began
    for client in connected:
        client.close()
    return figures
