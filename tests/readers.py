"""The processes that read files, without their start: each is forked from one that has imported everything, and then does what it is told
by the same code under the same limits. How they are started as served is looked at in tests/sheets.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from functools import cache
from typing import Any

from bot.sheets import apart

#: A descriptor each: what the reader is told, what it says, and how it ended.
PIPES = 3


def serve(link: socket.socket) -> None:
    """Forks a reader for every request, until nobody can ask any more."""
    from bot.sheets import child

    while True:
        word, pipes, _, _ = socket.recv_fds(link, 1, PIPES)
        if not word:
            return
        if os.fork() == 0:
            link.close()
            told, says, ended = pipes
            if (reader := os.fork()) == 0:
                os.nice(10)
                os.dup2(told, 0)
                os.dup2(says, 1)
                os.closerange(3, max(pipes) + 1)
                child.main()
            os.close(told)
            os.close(says)
            os.write(ended, f"{reader}\n".encode())
            os.write(ended, f"{os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1])}\n".encode())
            os._exit(0)
        for pipe in pipes:
            os.close(pipe)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


@cache
def server() -> socket.socket:
    """Where to ask for a reader; one for this process."""
    ours, its = socket.socketpair()
    environment = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "1"}
    start = f"import socket; from tests.readers import serve; serve(socket.socket(fileno={its.fileno()}))"
    process = subprocess.Popen([sys.executable, "-c", start], env=environment, pass_fds=(its.fileno(),), stdin=subprocess.DEVNULL)
    its.close()

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait()

    return ours


class Reader:
    """As much of a process as its user needs."""

    def __init__(self, told: int) -> None:
        self._told = told
        self._pid = 0
        self._status: asyncio.Task[int]
        self._open: list[asyncio.BaseTransport] = []
        self.stdout: asyncio.StreamReader

    async def begin(self, says: int, ended: int) -> None:
        self.stdout, how = await self._stream(says), await self._stream(ended)
        self._pid = int(await how.readline())
        self._status = asyncio.create_task(self._end(how))

    async def _stream(self, pipe: int) -> asyncio.StreamReader:
        stream = asyncio.StreamReader(limit=apart.MOST_OF_A_LINE)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(pipe))
        self._open.append(transport)
        return stream

    async def _end(self, how: asyncio.StreamReader) -> int:
        return int(await how.readline())

    def kill(self) -> None:
        if not self._status.done():
            os.kill(self._pid, signal.SIGKILL)

    async def wait(self) -> int:
        status = await asyncio.shield(self._status)
        if self._told:
            os.close(self._told)
            self._told = 0
        for transport in self._open:
            transport.close()
        return status


async def started(wanted: dict[str, Any]) -> Reader:
    """Stands in for `apart._started`."""
    (its_told, told), (says, its_says), (ended, its_ended) = os.pipe(), os.pipe(), os.pipe()
    socket.send_fds(server(), [b"r"], [its_told, its_says, its_ended])
    for pipe in (its_told, its_says, its_ended):
        os.close(pipe)
    os.write(told, json.dumps(wanted).encode() + b"\n")
    reader = Reader(told)
    await reader.begin(says, ended)
    return reader
