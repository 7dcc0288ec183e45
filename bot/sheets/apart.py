"""A file is read in a process of its own (`child`), which ends with whoever wanted its rows.

So no file, whatever is in it, holds the bot's event loop, its memory or its secrets: what a file costs is bounded by limits on that
process, and what becomes of it is a sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from bot.domain.bulk import MOST_ROWS
from bot.domain.file_found import Answers, Found
from bot.domain.rows import FileRow
from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.child import DEFECT, NO_MEMORY, START, Limits
from bot.sheets.told import MOST_OF_A_LINE, Unbelievable, heard

log = structlog.get_logger()

#: So many files at once in one process of the bot; each agent has three at the most, so nobody keeps all of the others waiting.
AT_ONCE = 4
#: Rows handed over together: people in chat wait while they are looked at and stored.
TOGETHER = 250
#: A reader that says nothing for so long stands still; its processor time is over far sooner.
SILENCE_SECONDS = 300.0
#: Exit statuses of what the system ended; Windows knows neither.
_KILLED, _OUT_OF_TIME = (-getattr(signal, name, 0) or None for name in ("SIGKILL", "SIGXCPU"))
_ROOT = Path(__file__).parents[2]
#: Of our own environment the reader gets what Python and the system need; secrets are not among it.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_INSTEAD = say("Copy the table into a new workbook, or save it as CSV, and send that.")


class ReaderProcesses:
    """The processes that read files, each with these limits."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - it does not change
        self._limits = limits
        self._free = asyncio.Semaphore(AT_ONCE)

    async def rows(self, path: Path, name: str, region: str, answers: Answers) -> AsyncGenerator[list[FileRow] | Found, None]:
        """The rows of a file, some at a time, and at last what else it holds; closing the iterator ends the process.

        Raises:
            Refusal: the file cannot be used; also in the middle of it.
        """
        wanted = {"path": str(path), "name": name, "region": region, "answers": asdict(answers), "limits": asdict(self._limits)}
        async with self._free:
            reader = await _started(wanted)
            try:
                count, found = 0, None
                while found is None:
                    chunk, found = await _next(reader)
                    count += len(chunk)
                    if count > MOST_ROWS:
                        raise Unbelievable
                    if chunk:
                        yield chunk
                yield found
            except Unbelievable:
                raise await _broken(reader) from None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    reader.kill()
                await reader.wait()


async def _started(wanted: dict[str, Any]) -> Process:
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    environment |= {
        "PYTHONPATH": os.pathsep.join((str(_ROOT), *filter(None, sys.path))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": tempfile.gettempdir(),
        "MALLOC_ARENA_MAX": "1",  # its threads would each set memory aside, which counts
    }
    try:
        reader = await asyncio.create_subprocess_exec(
            sys.executable, "-c", START, stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, env=environment, limit=MOST_OF_A_LINE
        )
    except OSError as error:
        log.error("no process to read a file with", action="reader_not_started", error=type(error).__name__)
        raise _unreadable() from error
    assert reader.stdin is not None, "it was asked for"
    reader.stdin.write(json.dumps(wanted).encode() + b"\n")
    return reader


async def _next(reader: Process) -> tuple[list[FileRow], Found | None]:
    """More rows, and after the last of them what else was found.

    Raises:
        Refusal: that the reader tells of.
        Unbelievable: it says what it never would, or nothing any more.
    """
    assert reader.stdout is not None, "it was asked for"
    rows: list[FileRow] = []
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            while len(rows) < TOGETHER:
                said = heard(await reader.stdout.readline())
                if isinstance(said, Found):
                    return rows, said
                if isinstance(said, Refusal):
                    raise said
                rows.append(said)
    except (TimeoutError, ValueError) as problem:  # a ValueError: the line is too long
        raise Unbelievable from problem
    return rows, None


async def _broken(reader: Process) -> Refusal:
    """What to say of a reader that did not come to its end."""
    try:
        async with asyncio.timeout(1.0):
            status = await reader.wait()  # its end is seen after that of what it says
    except TimeoutError:
        status = None
    log.warning("the reader of a file did not come to its end", action="reader_broken", status=status)
    if status in (NO_MEMORY, _KILLED):  # the system kills whoever takes the most
        return Refusal(say("To read this file takes far more memory than a table of people: I gave up."), _INSTEAD, code="file_too_heavy")
    if status in (_OUT_OF_TIME, None):
        return Refusal(say("To read this file takes far longer than a table of people: I gave up."), _INSTEAD, code="file_too_slow")
    if status == DEFECT:
        log.error("a defect in the reader of files", action="reader_defect")
    return _unreadable()


def _unreadable() -> Refusal:
    return Refusal(say("I could not read this file: the program that reads it ended too soon."), _INSTEAD, code="file_unreadable")
