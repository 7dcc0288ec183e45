"""The bot's HTTP server: aiohttp's, with limits on how long a stranger may keep a connection and on how many there are.

aiohttp bounds the size of a head, and how long a connection may stay idle. It has no time limit for a head that arrives byte by byte or
for an answer that nobody reads, and no limit on connections: https://docs.aiohttp.org/en/stable/deployment.html expects a proxy to have
those. Ours may be the only ones, so they are here, between the event loop and aiohttp's own protocol.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connection may take.

    Attributes:
        head_seconds: until the first request is there from its first byte to the end of its head, and each later one likewise.
        answer_seconds: for which an answer may lie there unread.
        connections: at once: half of the 1,024 descriptors that a process usually may open.
    """

    head_seconds: float = 10.0
    answer_seconds: float = 30.0
    connections: int = 500


class _OnlyOurs(logging.Filter):
    """A head that is no HTTP is answered with 400; that is no traceback's worth, and anybody can send as many as they like."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_http_log = logging.getLogger("aiohttp.server.doorman")
_http_log.addFilter(_OnlyOurs())

#: What aiohttp bounds by itself, for `web.Application(handler_args=…)`. A kept connection outlives the minute after which proxies give one
#: up, so that they never send into one that is just being closed.
#: https://docs.aiohttp.org/en/stable/web_reference.html#aiohttp.web.AppRunner
SERVER_LIMITS: dict[str, Any] = {"keepalive_timeout": 75.0, "lingering_time": 5.0, "max_headers": 64, "logger": _http_log}


class _Connection(asyncio.Protocol):
    """One connection: hands everything on to aiohttp's protocol, and looks at how long it takes.

    Attributes:
        since: when it began to wait for a request, or the request for the end of its head.
        busy: requests of it that are being answered.
        inner: aiohttp's protocol.
    """

    def __init__(self, inner: asyncio.Protocol, connections: Connections) -> None:
        self.inner = inner
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._look: asyncio.TimerHandle | None = None
        self._in_head = True
        self._unread_since: float | None = None
        self._closing = False
        self.since = self._loop.time()
        self.busy = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast(asyncio.Transport, transport)  # by its methods; uvloop's is no subclass
        self._connections.opened(self)
        self.inner.connection_made(transport)
        self._again(self._connections.limits.head_seconds)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if not self._in_head and not self.busy:
            self._in_head, self.since = True, self._loop.time()
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        """See asyncio.Protocol."""
        return self.inner.eof_received()

    def pause_writing(self) -> None:
        """See asyncio.Protocol: more is there than the other side has read."""
        self._unread_since = self._loop.time()
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._unread_since = None
        self.inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self._look:
            self._look.cancel()
        self._connections.closed(self)
        self.inner.connection_lost(exc)

    def began(self) -> None:
        """A request is there with its whole head."""
        self.busy += 1
        self._in_head = False

    def ended(self) -> None:
        """Its answer is made."""
        self.busy -= 1
        self.since = self._loop.time()

    def abort(self) -> None:
        """Gives the descriptor back at once."""
        if self._transport:
            self._transport.abort()

    def _again(self, seconds: float) -> None:
        self._look = self._loop.call_later(seconds, self._check)

    def _check(self) -> None:
        """Ends what took too long; otherwise looks again when the first limit may have been reached."""
        limits, now = self._connections.limits, self._loop.time()
        in_head = now - self.since if self._in_head and not self.busy else 0.0
        unread = 0.0 if self._unread_since is None else now - self._unread_since
        assert self._transport is not None
        lingers = self._closing and not self.busy  # since the last look: somebody does not take the end of their answer
        self._closing = self._transport.is_closing()
        if in_head >= limits.head_seconds or unread >= limits.answer_seconds or lingers:
            self.abort()
        else:
            self._again(max(0.001, min(limits.head_seconds - in_head, limits.answer_seconds - unread)))


class Connections:
    """All connections there are. Where there is no room for one more, the one that has waited longest for a request makes it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._open: dict[asyncio.Protocol, _Connection] = {}
        self._full_since = -math.inf

    def __len__(self) -> int:
        return len(self._open)

    def each(self, inner: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """A protocol factory that watches over what another one makes."""
        return lambda: _Connection(inner(), self)

    def opened(self, connection: _Connection) -> None:
        """One more; perhaps one less."""
        if len(self._open) >= self.limits.connections:
            self._say_full(connection.since)
            waiting = (one for one in self._open.values() if not one.busy)
            longest = min(waiting, key=lambda one: one.since, default=connection)
            longest.abort()
            self.closed(longest)
            if longest is connection:
                return
        self._open[connection.inner] = connection

    def closed(self, connection: _Connection) -> None:
        """One less."""
        self._open.pop(connection.inner, None)

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A connection with a request under way is not waiting for one."""
        connection = self._open.get(request.protocol)
        if connection is None:
            return await handler(request)
        connection.began()
        try:
            return await handler(request)
        finally:
            connection.ended()

    def _say_full(self, now: float) -> None:
        """Once a minute: whoever opens so many would fill the log too."""
        if now - self._full_since >= 60:
            self._full_since = now
            log.warning("no room for more connections: those that wait longest are dropped", action="connections_full", open=len(self))


@contextlib.asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, limits: Limits | None = None, *, shutdown_timeout: float = 10
) -> AsyncIterator[str]:
    """The application on an address, for as long as the context lasts.

    Yields:
        The address, as `http://host:port`.

    Raises:
        OSError: nobody can listen there.
    """
    connections = Connections(limits or Limits())
    app.middlewares.append(connections.watch)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout)
    await runner.setup()
    try:
        assert runner.server is not None
        server = await asyncio.get_running_loop().create_server(connections.each(runner.server), host, port, backlog=128)
        try:
            host, port = server.sockets[0].getsockname()[:2]
            yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def serve(app: web.Application, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serves until the process is told to stop (SIGINT, SIGTERM).

    Raises:
        OSError: nobody can listen there.
    """
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows, where Ctrl+C arrives as KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with listening(app, host, port) as address:
        say(f"Running on {address} (press Ctrl+C to quit)")
        await told.wait()
