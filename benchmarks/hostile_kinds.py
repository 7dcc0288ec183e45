"""What hostile visitors do, one request each: all of it small, to this machine alone, and over within half a minute."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from simulator import cast
from simulator.teams.activities import Activities, Scene
from simulator.teams.threads import Threads

#: How long one of them stays at the most.
STAY_SECONDS = 25.0
OUTSIDER = cast.person("Oscar Outsider")
_VERBS = ("confirm", "approve", "suspect", "take_back", "bulk_pause", "reveal", "refresh", "choose", "made-up")
_LINES = ("show alice", "set mobile for alice +31 6 12345678", "bulk", "help", "x" * 20_000, "<a " * 5_000, "status 7Q2F", "\ud800\0")
_numbers = itertools.count(int(time.time() * 1000))


class Attack:
    """Makes hostile requests.

    Args:
        bearer: a good token, for what somebody in the tenant may send.
    """

    def __init__(self, port: int, bearer: str, activities: Activities, choices: random.Random) -> None:
        self._port = port
        self._bearer = bearer
        self._activities = activities
        self._random = choices
        threads = Threads()
        self._scene = Scene(OUTSIDER, *threads.find(OUTSIDER), threads.now())

    async def make(self, kind: str) -> str:
        """Makes one; the status it was answered with, empty when the bot hung up without a word. Raises OSError, EOFError."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**16)
        try:
            async with asyncio.timeout(STAY_SECONDS):
                await KINDS[kind](self, writer)
                with contextlib.suppress(ConnectionError):
                    return (await reader.readuntil(b"\r\n")).split(b" ")[1].decode()
        except TimeoutError:
            return "held"
        finally:
            writer.transport.abort()
        return ""

    # ── before anybody is known ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def half_head(self, writer: asyncio.StreamWriter) -> None:
        """And then nothing."""
        head = self._head("", 10)
        writer.write(head[: self._random.randrange(len(head) - 2)])

    async def dripping_head(self, writer: asyncio.StreamWriter) -> None:
        """A line a second, without end."""
        writer.write(self._head("", 10)[:-2])
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"X-A: b\r\n")
                await writer.drain()
                await asyncio.sleep(1)

    async def half_body(self, writer: asyncio.StreamWriter) -> None:
        """With a good token or without one."""
        writer.write(self._head(self._random.choice(("", self._bearer)), 1000) + b'{"type": ')

    async def huge_head(self, writer: asyncio.StreamWriter) -> None:
        """Long fields, or many."""
        writer.write(self._head("", 2)[:-2] + self._random.choice((b"X: " + b"a" * 60_000 + b"\r\n", b"X: y\r\n" * 1_000)) + b"\r\n{}")

    async def noise(self, writer: asyncio.StreamWriter) -> None:
        """Bytes."""
        writer.write(self._random.randbytes(self._random.randrange(1, 2_000)) + b"\r\n\r\n")

    async def idle(self, writer: asyncio.StreamWriter) -> None:
        """A kept connection on which nothing more comes."""
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(self._random.uniform(0, STAY_SECONDS / 2))

    async def probe(self, writer: asyncio.StreamWriter) -> None:
        """As anybody may."""
        path = self._random.choice(("/readyz", "/readyz", "/metrics", "/healthz", "/.env"))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * self._random.choice((1, 1, 30)))

    async def unread(self, writer: asyncio.StreamWriter) -> None:
        """Many answers asked for, none read."""
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
        await asyncio.sleep(self._random.uniform(0, STAY_SECONDS / 2))

    # ── with a good token, by somebody in the tenant ─────────────────────────────────────────────────────────────────────────────

    async def no_activity(self, writer: asyncio.StreamWriter) -> None:
        """JSON that is none, is nested without end, or unpacks into far more."""
        bodies = (b"[" * 90_000, b"{}", b"1" * 9_000, b"\xff\xfe", json.dumps({"type": "message", "from": []}).encode())
        if self._random.random() < 0.2:
            bomb = gzip.compress(b" " * 20_000_000)
            writer.write(self._head(self._bearer, len(bomb), b"Content-Encoding: gzip\r\n") + bomb)
        else:
            self._post(writer, self._random.choice(bodies))

    async def press(self, writer: asyncio.StreamWriter) -> None:
        """A forged button."""
        about = "".join(self._random.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=4))
        action = {"type": "Action.Execute", "verb": self._random.choice(_VERBS), "data": {"id": about}}
        self._post(writer, self._activities.execute(self._scene, "1", action, "manual"))

    async def line(self, writer: asyncio.StreamWriter) -> None:
        """Something typed."""
        self._post(writer, self._activities.message(self._scene, "", self._random.choice(_LINES)))

    async def crowd(self, writer: asyncio.StreamWriter) -> None:
        """Hundreds of mentions in a long text."""
        message = self._activities.message(self._scene, "", "a" * 60_000)
        crowd = [{"type": "mention", "text": "a" * n + "b", "mentioned": {"id": f"29:{n}", "name": "b"}} for n in range(1, 300)]
        self._post(writer, message | {"entities": crowd})

    def _post(self, writer: asyncio.StreamWriter, body: bytes | dict[str, Any]) -> None:
        if isinstance(body, dict):
            body = json.dumps(body | {"id": str(next(_numbers))}).encode()
        writer.write(self._head(self._bearer, len(body)) + body)

    def _head(self, bearer: str, length: int, more: bytes = b"") -> bytes:
        authorization = f"Authorization: Bearer {bearer}\r\n" if bearer else ""
        head = f"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{authorization}"
        return head.encode() + more + b"\r\n"


KINDS: dict[str, Callable[[Attack, asyncio.StreamWriter], Awaitable[None]]] = {
    one.__name__: one
    for one in (
        Attack.half_head,
        Attack.dripping_head,
        Attack.half_body,
        Attack.huge_head,
        Attack.noise,
        Attack.idle,
        Attack.probe,
        Attack.unread,
        Attack.no_activity,
        Attack.press,
        Attack.line,
        Attack.crowd,
    )
}
