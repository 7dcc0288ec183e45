"""The process that reads one file and ends: what a stranger's file may take and do is bounded by the operating system, not by us.

The bot starts it with `python -c START`, tells it in one line of JSON on standard input what to read, and gets the rows as lines
(`told`) on standard output. It has none of the bot's settings and secrets, and goes with the bot: its standard input ends then.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bot.domain.bulk import MOST_ROWS
from bot.domain.file_found import Answers, Found
from bot.errors import Refusal
from bot.sheets.read import read
from bot.sheets.told import found_line, refusal_line, row_line

try:
    import resource
except ImportError:  # Windows, where the bot is only tried out
    resource = None  # type: ignore[assignment]

#: Gives way from its very first moment, before it imports anything of ours.
START = "import os; hasattr(os, 'nice') and os.nice(10); from bot.sheets.child import main; main()"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading of one file may take.

    Attributes:
        memory: bytes of address space; Python itself with all that is imported here takes half of it.
        seconds: of processor time until the first row.
        seconds_a_row: and more for every row that was read: it has some numbers that a spreadsheet may have spoilt, and to find out which
            takes milliseconds.
        written: bytes of the file that holds the texts which cells share.
    """

    memory: int = 256 * 1024 * 1024
    seconds: int = 30
    seconds_a_row: float = 0.01
    written: int = 160 * 1024 * 1024


#: Rows between two looks at the limit.
TOGETHER = 250

#: Exit statuses, beside the signals of the system.
NO_MEMORY, DEFECT = 10, 11
#: https://man7.org/linux/man-pages/man5/proc_pid_oom_score_adj.5.html
_FIRST_TO_GO = "1000"


def main() -> None:
    """Reads the file that standard input names."""
    wanted = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_bot, daemon=True).start()
    limits = Limits(**wanted["limits"])
    try:
        _confine(limits)
        _tell(limits, sys.stdout.buffer, wanted)
    except MemoryError:
        os._exit(NO_MEMORY)
    except BrokenPipeError:
        os._exit(0)  # nobody wants to know any more
    except Exception:
        os._exit(DEFECT)  # without a word: a traceback might have numbers in it
    os._exit(0)


def _tell(limits: Limits, out: BinaryIO, wanted: dict[str, Any]) -> None:
    said = read(Path(wanted["path"]), wanted["name"], default_region=wanted["region"], answers=Answers(**wanted["answers"]))
    try:
        for count, each in enumerate(said, 1):
            out.write(found_line(each) if isinstance(each, Found) else row_line(each))
            if count % TOGETHER == 0:
                out.flush()
                _allow(limits, count)
    except Refusal as refusal:
        out.write(refusal_line(refusal))
    out.flush()


def _end_with_the_bot() -> None:
    """Standard input says nothing more, and ends when the bot does, however it does."""
    sys.stdin.buffer.read()
    os._exit(0)


def _confine(limits: Limits) -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    if resource is None:
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.written),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CPU, limits.seconds + int(MOST_ROWS * limits.seconds_a_row)),
    ):
        with contextlib.suppress(OSError, ValueError):  # not every system keeps each of them
            resource.setrlimit(what, (most, most))
    _allow(limits, 0)


def _allow(limits: Limits, rows: int) -> None:
    """The processor time that so many rows may have taken."""
    if resource is not None:
        with contextlib.suppress(OSError, ValueError):
            seconds = limits.seconds + int(rows * limits.seconds_a_row)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
