"""`python app.py audit`: the trail checked from end to end, written to standard output, or held against Entra's own audit log."""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, astuple, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, BinaryIO

from bot.domain.chain import StoredEvent
from bot.domain.heads import heads_of
from bot.domain.reconcile import MOST_LOOK_BACK, Comparison
from bot.errors import DirectoryError
from bot.graph import GraphClient, GraphDirectory
from bot.graph.throttle import BACKGROUND
from bot.services.explain import directory_sentence
from bot.services.reconcile import reconcile as reconciled
from bot.settings.environment import Settings, database_url
from bot.sheets.write import safe
from bot.store.operations import StoredOperations
from bot.store.trail_reader import TrailReader, open_existing, open_trail
from bot.store.transactions import Transactions
from bot.token_sources import make_graph_tokens

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_TIME = re.compile(r"(\d{1,5}) ?([mhd])", re.ASCII)
_HEAD = "Head of the trail, to be kept where nobody who can write to the database can write"
_COLUMNS = tuple(field.name for field in fields(StoredEvent))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Teaches the command line `audit verify`, `audit export` and `audit reconcile`."""
    what = parser.add_subparsers(dest="audit", required=True)
    verify = what.add_parser("verify", help="check the whole trail and name the first break; exit status 1 when there is one")
    verify.add_argument("--head", dest="heads", action="append", default=[], metavar="NUMBER:HASH",
                        help="a head from the log channel or an export, which the trail has to contain; may be repeated")  # fmt: skip
    export = what.add_parser("export", help="write events to standard output, oldest first")
    export.add_argument("--from", dest="first", default="", metavar="DAY", help="first day, such as 2026-01-31, in UTC; from the beginning")
    export.add_argument("--to", dest="last", default="", metavar="DAY", help="last day, included; to the end")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="jsonl (default), or csv for a spreadsheet")
    reconcile = what.add_parser("reconcile", help="compare with Entra's audit log, both ways; exit status 1 when they differ")
    reconcile.add_argument("--since", default="24h", metavar="TIME", help="how far to look back, such as 90m, 24h (default) or 7d")


def run(given: argparse.Namespace, environ: Mapping[str, str], out: BinaryIO, say: Callable[[str], None]) -> int:
    """Does what the command line asks.

    Args:
        out: takes the export, as UTF-8.
        say: takes one line for people at a time.

    Returns:
        The exit status: 0 when all is well, 1 when the trail is broken, differs from Entra's log, or the reader went away, 2 when a day,
        a time or a head is none, a head is too old to be compared, or Entra's log cannot be read.

    Raises:
        ConfigurationError: DATABASE_URL is none; for `reconcile`, any setting is wrong.
        StoreUnavailable: the trail cannot be read.
    """
    if given.audit == "reconcile":
        return asyncio.run(reconcile(given.since, environ, say))
    with open_trail(database_url(environ)) as trail:
        try:
            if given.audit == "verify":
                return verify(trail, heads_of(given.heads), say)
            first, last = _day("--from", given.first, date.min), _day("--to", given.last, date.max)
            if first > last:
                raise ValueError(f"--from {first} is after --to {last}: exchange the two.")
        except ValueError as error:
            say(str(error))
            return 2
        try:
            export(trail, first, last, given.format, out, say)
        except BrokenPipeError:  # whoever read it, such as `head`, has seen enough; Python's own last flush must not fail over it
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
            return 1
        return 0


def verify(trail: TrailReader, known: Mapping[int, str], say: Callable[[str], None]) -> int:
    """Says whether the trail is whole and has these earlier heads in it, or where it first is not; returns the exit status."""
    verdict = trail.verify(known)
    if found := verdict.broken:
        when = f" of {found.at}" if found.at else ""
        say(f"BROKEN at event {found.number}{when}: {found.fault}: {found.text}.")
        say(f"{verdict.count} events before it are in order. What comes after it proves nothing until this is explained.")
        return 1
    say(f"The trail is whole: {verdict.count} events, the last one is number {verdict.head.number}.")
    if verdict.head.removed:
        say(f"Events 1 to {verdict.head.removed} were removed by age; a checkpoint in the trail stands for them.")
    since = f"from event {verdict.head.removed + 1} " if verdict.head.removed else ""
    for number in sorted(known.keys() - set(verdict.untold)):
        say(f"It has the head of event {number} in it: nothing {since}up to that event was changed or removed since.")
    for number in verdict.untold:
        say(f"NOT COMPARED: event {number} was removed by age, so this head tells nothing any more. Take a later one.")
    say(f"{_HEAD}: {verdict.head.said}")
    return 2 if verdict.untold else 0


def export(trail: TrailReader, first: date, last: date, form: str, out: BinaryIO, say: Callable[[str], None]) -> None:
    """Writes the events of these days (UTC, both included), one line each; says the head of the trail as it was at that moment."""
    with trail.exporting(datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC)) as (head, events):
        lines = _csv(events) if form == "csv" else (json.dumps(_as_object(event), ensure_ascii=False) + "\n" for event in events)
        for line in lines:
            out.write(line.encode("utf-8", "backslashreplace"))
    out.flush()
    say(f"{_HEAD}: {head.said}")


async def reconcile(since: str, environ: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Says how the trail and Entra's audit log differ; returns the exit status.

    Raises:
        ConfigurationError, StoreUnavailable: as for `run`.
    """
    settings = Settings.from_env(environ)
    now = datetime.now(UTC)
    try:
        begin = now - _time("--since", since)
    except ValueError as error:
        say(str(error))
        return 2
    async with AsyncExitStack() as stack:
        engine = open_existing(settings.database_url)
        stack.callback(engine.dispose)
        transactions = Transactions(engine)
        stack.callback(transactions.close)
        tokens = make_graph_tokens(settings)
        stack.callback(tokens.close)
        directory = GraphDirectory(GraphClient(settings.graph_endpoint, tokens), patience=BACKGROUND)
        stack.push_async_callback(directory.close)
        try:
            found = await reconciled(StoredOperations(transactions, _starts_nothing), directory, begin, now)
        except DirectoryError as error:
            say(" ".join(directory_sentence(error)))
            return 2
    return _differences(found, now, say)


def _starts_nothing(*_: Any, **__: Any) -> None:
    raise AssertionError("a comparison only looks")


def _differences(found: Comparison, now: datetime, say: Callable[[str], None]) -> int:
    say(f"Compared from {_minute(found.since)} to {_minute(now)}.")
    say(f"Changes in the trail: {found.changes}. Records of Doorman in Entra's log: {found.records}.")
    if found.recent:
        say(f"Too recent to tell: {found.recent}. Entra's log is late by minutes; look again an hour after the change.")
    if found.unknown:
        say(f"NOT IN THE TRAIL, but done with Doorman's app registration: {len(found.unknown)}")
    for record in found.unknown:
        about = record.target_upn or record.target_id or "no account"
        say(f"  {_minute(record.at)}  {record.activity}  {about}  {record.result}  correlation id {record.correlation_id}")
    if found.missing:
        say(f"NOT IN ENTRA'S LOG, but in the trail: {len(found.missing)}")
    for one in found.missing:
        ended = _minute(one.ended or one.began)
        say(f"  {ended}  {one.operation_id}  {one.target_upn}  {one.state}  request ids {', '.join(one.request_ids)}")
    if found.agrees:
        say("Both agree.")
    return 0 if found.agrees else 1


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _as_object(event: StoredEvent) -> dict[str, Any]:
    try:
        return asdict(event) | {"facts": json.loads(event.facts)}
    except ValueError:  # no longer what was sealed: exported as it stands
        return asdict(event)


def _csv(events: Iterable[StoredEvent]) -> Iterable[str]:
    """RFC 4180, with apostrophes before whatever a spreadsheet would compute."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    yield line.getvalue()
    for event in events:
        line.seek(0)
        line.truncate()
        writer.writerow([safe(str(cell)) for cell in astuple(event)])
        yield line.getvalue()


def _day(option: str, given: str, otherwise: date) -> date:
    if not given:
        return otherwise
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise ValueError(f"{option} is {given!r}, which is no day: write it like 2026-01-31.") from None


def _time(option: str, given: str) -> timedelta:
    found = _TIME.fullmatch(given.strip().lower())
    if found is None or not int(found[1]):
        raise ValueError(f"{option} is {given!r}, which is no time: write it like 90m, 24h or 7d.")
    time_back = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if time_back > MOST_LOOK_BACK:
        raise ValueError(
            f"{option} is {given!r}, but Entra keeps its audit log for {MOST_LOOK_BACK.days} days: write {MOST_LOOK_BACK.days}d or less."
        )
    return time_back
