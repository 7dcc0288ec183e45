"""Processes that a test starts, forked from one that has loaded their modules: to load these is most of what a start costs.

What runs, how it is killed and what it leaves behind is the same. That a process starts from nothing is looked at where that is the
subject: `tests/sheets/test_apart.py` for the reader of files, `tests/test_image.py` for `app.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

ROOT = Path(__file__).parents[1]
_MOST = 1 << 17
_SERVE = "from tests.forks import serve; serve()"


class Loaded:
    """A process that has loaded a module and forks a new one at every `start`, which calls the module's `main`.

    Args:
        module: such as `app`.
        more: modules that it would load only later.
        environment: what it is loaded with; each fork has one of its own.
    """

    def __init__(self, module: str, *more: str, environment: Mapping[str, str] | None = None) -> None:
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(there.fileno()), module, *more],
                cwd=ROOT, env=environment, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def close(self) -> None:
        """Ends it; what it forked runs on."""
        self._here.close()
        self._process.wait()

    async def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, output: tuple[int, int] | None = None, limit: int = 1 << 16
    ) -> Forked:
        """A new process.

        Args:
            arguments: its `sys.argv`.
            output: where standard output and errors go; None for `Forked.stdout`, and nowhere for errors.
            limit: most bytes of a line of `Forked.stdout`.
        """
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        ours = self.fork(arguments, environment, (theirs_in, *(output or (theirs_out, nowhere))))
        for handed_over in (theirs_in, theirs_out, nowhere):
            os.close(handed_over)
        ends = await _reader(ours, limit)
        return Forked(int(await ends.readline()), ends, await _writer(ours_in), await _reader(ours_out, limit))

    def fork(self, arguments: Sequence[str], environment: Mapping[str, str], three: Sequence[int]) -> int:
        """A new process with these for its standard input, output and errors.

        Returns:
            The end of a pipe that tells its number and, once it has ended, its exit status: a line each.
        """
        ours, status = os.pipe()
        told = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
        socket.send_fds(self._here, [told], [*three, status])
        os.close(status)
        return ours

    async def run(self, arguments: Sequence[str], environment: Mapping[str, str], answer: bytes = b"") -> Said:
        """What a process said that has ended, to which this was typed."""
        with tempfile.TemporaryFile() as shown, tempfile.TemporaryFile() as errors:
            process = await self.start(arguments, environment, output=(shown.fileno(), errors.fileno()))
            process.stdin.write(answer)
            process.stdin.write_eof()
            status = await process.wait()
            shown.seek(0)
            errors.seek(0)
            return Said(status, shown.read(), errors.read())


class Said(NamedTuple):
    """Exit status, standard output and standard error of a process."""

    status: int
    shown: bytes
    errors: bytes


class Forked:
    """What is asked of an `asyncio.subprocess.Process`."""

    def __init__(self, pid: int, ends: asyncio.StreamReader, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self._end = asyncio.create_task(self._status(ends))

    async def _status(self, ends: asyncio.StreamReader) -> int:
        status = int(await ends.readline())
        self.stdin.close()
        return status

    @property
    def returncode(self) -> int | None:
        """As of `subprocess.Popen`."""
        return self._end.result() if self._end.done() else None

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        return await asyncio.shield(self._end)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if not self._end.done():
            os.kill(self.pid, number)


async def _reader(number: int, limit: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), _pipe(number, "rb"))
    return reader


async def _writer(number: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, _pipe(number, "wb"))
    return asyncio.StreamWriter(transport, protocol, None, loop)


def _pipe(number: int, mode: str) -> IO[bytes]:
    """An end of a pipe that the event loop closes, and nobody else: uvloop closes the number and the file after it, and between the two
    the number may be another's, such as a database's (https://github.com/MagicStack/uvloop, `uvloop/handles/handle.pyx`)."""
    return os.fdopen(number, mode, 0, closefd=False)


def serve() -> None:
    """The process that has loaded the module: forks when it is told to, and ends with whoever tells it."""
    here, (main, *_) = socket.socket(fileno=int(sys.argv[1])), [importlib.import_module(name) for name in sys.argv[2:]]
    gc.freeze()
    while True:
        told, given, *_ = socket.recv_fds(here, _MOST, 4)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # so that what they took is counted as the tests'
                pass
        if not told:
            return
        if os.fork() == 0:
            here.close()
            _wait_for_one(main.main, json.loads(told), given)
        for number in given:
            os.close(number)


def _wait_for_one(main: Callable[[], int | None], wanted: Mapping[str, Any], given: Sequence[int]) -> None:
    """Forks the process that was asked for, and tells its number and how it ended."""
    *three, status = given
    child = os.fork()
    if child == 0:
        os.close(status)
        for standard, number in enumerate(three):
            os.dup2(number, standard)
            os.close(number)
        os.environ.clear()
        os.environ.update(wanted["environment"])
        sys.argv = wanted["arguments"]
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it runs beside itself ignore it
        os._exit(_ran(main))
    for number in three:
        os.close(number)
    os.write(status, f"{child}\n".encode())
    _, how = os.waitpid(child, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(how)}\n".encode())
    os._exit(0)


def _ran(main: Callable[[], int | None]) -> int:
    try:
        return main() or 0
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
