"""What became of the rows of bulk jobs: the files beside the directory, the writes, the trail, the cards and the log channel."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from benchmarks.bulk_people import Somebody
from benchmarks.kill_count import LOG, Count
from benchmarks.kill_people import texts
from bot.domain.audit import Tag
from bot.domain.chain import Head, verify
from bot.domain.life import State
from bot.domain.rows import Row, row_operation_id
from bot.graph.methods import client_request_id
from bot.store import records
from bot.store.tables import audit_events, bulk_rows, log_posts
from bot.store.trail import HEAD, events
from simulator import crowd
from simulator.world import World

_COLUMNS = {"mobile": "mobile", "alternateMobile": "alternate mobile", "office": "office"}


@dataclass(frozen=True)
class Wanted:
    """A row and what is to come of it: phones that are set, or removed (None), and the account's phones afterwards."""

    upn: str
    phones: Mapping[str, str | None]
    after: Mapping[str, str]


def wanted_of(world: World, first: int, rows: int) -> list[Wanted]:
    """For so many people of the crowd a new mobile number, an alternate and an office phone now and then, and some removals."""
    found = []
    for number, member in itertools.islice(enumerate(crowd.members(first + rows, mixed=False)), first, None):
        before = {kind: phone.number for kind, phone in world.entra.person(member.upn).phones.items()}
        phones: dict[str, str | None]
        if number % 8 == 5 and before and not ("office" in before and member.synced):
            phones = dict.fromkeys(before)
        else:
            phones = {"mobile": f"+31 62{number:07}"}
            if number % 5 == 1:
                phones["alternateMobile"] = f"+31 68{number:07}"
            if number % 6 == 2 and not member.synced:
                phones["office"] = f"+31 208{number % 1_000_000:06}"
        after = {kind: value for kind, value in {**before, **phones}.items() if value}
        found.append(Wanted(member.upn, phones, after))
    return found


def file_of(rows: Sequence[Wanted]) -> bytes:
    """As somebody would bring it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(("user", *_COLUMNS.values(), "action"))
    for row in rows:
        cells = [value or "x" if kind in row.phones else "" for kind in _COLUMNS for value in [row.phones.get(kind)]]
        writer.writerow((row.upn, *cells, "remove" if None in row.phones.values() else "set"))
    return text.getvalue().encode()


def count(world: World, engine: Engine, somebody: Somebody, files: Mapping[str, Sequence[Wanted]]) -> Count:
    """Compares everything; `files` are the rows by job."""
    result = Count()
    with engine.connect().execution_options(read_only=True) as connection:
        rows = [(found.job, records.bulk_row(found)) for found in connection.execute(select(bulk_rows).where(bulk_rows.c.job.in_(files)))]
        trail = Counter(
            (found.tag, found.operation_id) for found in connection.execute(select(audit_events.c.tag, audit_events.c.operation_id))
        )
        posts = Counter(connection.execute(select(log_posts.c.operation_id)).scalars())
        verdict = verify(events(connection), Head(*connection.execute(HEAD).one()))
    writes = Counter(write.client_request_id for write in world.entra.writes)
    wanted = [one for several in files.values() for one in several]

    result.figures["jobs"] = len(files)
    result.figures["rows"] = len(rows)
    result.figures["writes"] = writes.total()
    result.must("jobs not done", (job for job in files if not trail[Tag.BULK_JOB_FINISHED.value, job]))
    result.must("jobs ended twice", (job for job in files if trail[Tag.BULK_JOB_FINISHED.value, job] > 1))
    result.must("people not as the file wants them", _differences(world, wanted))
    result.must("rows not done", (_told(job, row) for job, row in rows if row.state is not State.SUCCEEDED))
    result.must(
        "rows without one outcome",
        (_told(job, row) for job, row in rows if trail[Tag.BULK_ROW_FINISHED.value, row_operation_id(job, row.number)] != 1),
    )
    own = [(change, client_request_id(row_operation_id(job, row.number), change)) for job, row in rows for change in row.changes]
    result.must("changes not written", (key for change, key in own if not change.follows and not writes[key]))
    result.must("changes written twice", (f"{key}, {times} times" for key, times in writes.items() if times > 1))
    result.must("writes of no row", writes.keys() - {key for _, key in own})
    result.must("cards that do not say so", (job for job in files if not somebody.shows(job, "Done")))
    result.must("jobs not posted once to the log", (job for job in files if posts[job] != 1 or not _logged(world, job)))
    result.must("breaks in the trail", [verdict.broken.text] if verdict.broken else [])
    return result


def _differences(world: World, wanted: Sequence[Wanted]) -> Iterator[str]:
    for one in wanted:
        held = {kind: phone.number for kind, phone in world.entra.person(one.upn).phones.items()}
        if held != one.after:
            yield f"{one.upn} has {held} instead of {one.after}"


def _told(job: str, row: Row) -> str:
    return f"{row_operation_id(job, row.number)} {row.kind} {row.state}: {row.reason or row.outcome}"


def _logged(world: World, job: str) -> bool:
    return any(job in " ".join(texts(message.card() or {})) for message in world.teams.thread(LOG) if message.by_bot)
