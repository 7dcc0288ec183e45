"""`python app.py audit`: the trail checked from end to end, or written to standard output."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, astuple, fields
from datetime import UTC, date, datetime, time
from typing import Any, BinaryIO

from bot.config import database_url
from bot.domain.chain import StoredEvent
from bot.store.trail_reader import TrailReader, open_trail

#: A cell that begins so is a formula to a spreadsheet: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS = tuple(field.name for field in fields(StoredEvent))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Teaches the command line `audit verify` and `audit export`."""
    what = parser.add_subparsers(dest="audit", required=True)
    what.add_parser("verify", help="check the whole trail and name the first break; exit status 1 when there is one")
    export = what.add_parser("export", help="write events to standard output, oldest first")
    export.add_argument("--from", dest="first", default="", metavar="DAY", help="first day, such as 2026-01-31, in UTC; from the beginning")
    export.add_argument("--to", dest="last", default="", metavar="DAY", help="last day, included; to the end")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="jsonl (default), or csv for a spreadsheet")


def run(given: argparse.Namespace, environ: Mapping[str, str], out: BinaryIO, say: Callable[[str], None]) -> int:
    """Does what the command line asks.

    Args:
        out: takes the export, as UTF-8.
        say: takes one line for people at a time.

    Returns:
        The exit status: 0 when all is well, 1 when the trail is broken or the reader went away, 2 when a day is none.

    Raises:
        ConfigurationError: DATABASE_URL is none.
        StoreUnavailable: the trail cannot be read.
    """
    with open_trail(database_url(environ)) as trail:
        if given.audit == "verify":
            return verify(trail, say)
        try:
            first, last = _day("--from", given.first, date.min), _day("--to", given.last, date.max)
            if first > last:
                raise ValueError(f"--from {first} is after --to {last}: exchange the two.")
        except ValueError as error:
            say(str(error))
            return 2
        try:
            export(trail, first, last, given.format, out)
        except BrokenPipeError:  # whoever read it, such as `head`, has seen enough; Python's own last flush must not fail over it
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
            return 1
        return 0


def verify(trail: TrailReader, say: Callable[[str], None]) -> int:
    """Says whether the trail is whole, or where it first is not; returns the exit status."""
    verdict = trail.verify()
    if found := verdict.broken:
        when = f" of {found.at}" if found.at else ""
        say(f"BROKEN at event {found.number}{when}: {found.fault}: {found.text}.")
        say(f"{verdict.count} events before it are in order. What comes after it proves nothing until this is explained.")
        return 1
    say(f"The trail is whole: {verdict.count} events, the last one is number {verdict.head.number}.")
    if verdict.head.removed:
        say(f"Events 1 to {verdict.head.removed} were removed by age; a checkpoint in the trail stands for them.")
    say(f"Hash of the last event, to be kept elsewhere: {verdict.head.hash}")
    return 0


def export(trail: TrailReader, first: date, last: date, form: str, out: BinaryIO) -> None:
    """Writes the events of these days (UTC, both included), one line each."""
    events = trail.export(datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC))
    lines = _csv(events) if form == "csv" else (json.dumps(_as_object(event), ensure_ascii=False) + "\n" for event in events)
    for line in lines:
        out.write(line.encode("utf-8", "backslashreplace"))
    out.flush()


def _as_object(event: StoredEvent) -> dict[str, Any]:
    try:
        return asdict(event) | {"facts": json.loads(event.facts)}
    except ValueError:  # no longer what was sealed: exported as it stands
        return asdict(event)


def _csv(events: Iterable[StoredEvent]) -> Iterable[str]:
    """RFC 4180, with an apostrophe before whatever a spreadsheet would compute."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    yield line.getvalue()
    for event in events:
        line.seek(0)
        line.truncate()
        writer.writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in astuple(event)])
        yield line.getvalue()


def _day(option: str, given: str, otherwise: date) -> date:
    if not given:
        return otherwise
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise ValueError(f"{option} is {given!r}, which is no day: write it like 2026-01-31.") from None
