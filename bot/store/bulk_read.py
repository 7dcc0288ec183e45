"""The rows of bulk jobs as they are read: page by page, counted, and by what went wrong; inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Text, case, cast, func, select

from bot.domain.bulk import FAILING_WINDOW, Bulk, PlanDigest, too_many
from bot.domain.hindrance import Hindrance
from bot.domain.life import State
from bot.domain.people import Person
from bot.domain.rows import Row, RowKind, Sample, masked
from bot.domain.said import from_store
from bot.store import records
from bot.store.tables import bulk_numbers, bulk_rows

#: Rows read at a time where all are gone through.
PAGE = 500
#: Over this time the present rate is counted.
RATE_OVER = timedelta(seconds=30)

_rows = bulk_rows.c


def cut_off(connection: Connection, job_id: str) -> int:
    """How many rows a dead process left under way."""
    left = (_rows.job == job_id) & (_rows.taken_by == "") & (_rows.state == State.RUNNING.value)
    return connection.execute(select(func.count()).where(left)).scalar_one()


def takers(connection: Connection, job_id: str) -> set[str]:
    """Which processes work on rows of a job."""
    return set(connection.execute(select(_rows.taken_by).where((_rows.job == job_id) & (_rows.taken_by != "")).distinct()).scalars())


def doubles(connection: Connection, job_id: str) -> tuple[dict[int, int], dict[int, int]]:
    """Rows about a person, and rows with a number, that an earlier or later row has too.

    Returns:
        Two of row -> the other row's number.
    """
    known = (_rows.job == job_id) & (_rows.target_id != "")
    several = select(_rows.target_id).where(known).group_by(_rows.target_id).having(func.count() > 1)
    people = connection.execute(select(_rows.target_id, _rows.number).where(known & _rows.target_id.in_(several)).order_by(_rows.number))
    numbers = bulk_numbers.c
    twice = select(numbers.digest).where(numbers.job == job_id).group_by(numbers.digest).having(func.count() > 1)
    same = connection.execute(
        select(numbers.digest, numbers.number).where((numbers.job == job_id) & numbers.digest.in_(twice)).order_by(numbers.number)
    )
    return _others(people), _others(same)


def _others(found: Any) -> dict[int, int]:
    """Each row with another one that shares its key."""
    groups: dict[str, list[int]] = {}
    for key, number in found:
        groups.setdefault(key, []).append(number)
    return {number: rows[1] if number == rows[0] else rows[0] for rows in groups.values() for number in rows}


def counts(connection: Connection, job_id: str) -> tuple[dict[RowKind, int], int]:
    """How many rows there are of each kind, and in how many something was put right."""
    found = connection.execute(select(_rows.kind, func.count()).where(_rows.job == job_id).group_by(_rows.kind)).all()
    put_right = (_rows.job == job_id) & (cast(_rows.repaired, Text) != "[]")
    repaired: int = connection.execute(select(func.count()).where(put_right)).scalar_one()
    return {RowKind(kind): count for kind, count in found if kind}, repaired


def digest(connection: Connection, job_id: str, bulk: Bulk) -> PlanDigest:
    """Of what every row would do, and how the file was read."""
    made = PlanDigest(bulk)
    made.add(every(connection, job_id))
    return made


def every(connection: Connection, job_id: str) -> Iterator[Row]:
    """All rows in order; no more than a page of them in memory."""
    for rows in pages(connection, job_id):
        yield from rows


def pages(connection: Connection, job_id: str) -> Iterator[tuple[Row, ...]]:
    """The same, a page at a time."""
    after = 0
    while rows := page(connection, job_id, after):
        yield rows
        after = rows[-1].number


def page(connection: Connection, job_id: str, after: int, most: int = PAGE) -> tuple[Row, ...]:
    """The next rows behind number `after`."""
    query = select(bulk_rows).where((_rows.job == job_id) & (_rows.number > after)).order_by(_rows.number).limit(most)
    return tuple(records.bulk_row(found) for found in connection.execute(query))


def samples(connection: Connection, job_id: str, each: int) -> tuple[Sample, ...]:
    """The first rows of every kind, masked; those with a warning before those without."""
    found = []
    warned_first = case((cast(_rows.warned, Text).not_in(("[]", "null")), 0), else_=1)
    for kind in RowKind:
        query = select(bulk_rows).where((_rows.job == job_id) & (_rows.kind == kind.value)).order_by(warned_first, _rows.number).limit(each)
        if rows := tuple(masked(records.bulk_row(row)) for row in connection.execute(query)):
            found.append(Sample(kind, rows))
    return tuple(found)


def states(connection: Connection, job_id: str) -> dict[str, int]:
    """How many rows there are in each state."""
    query = select(_rows.state, func.count().label("count")).where((_rows.job == job_id) & (_rows.state != "")).group_by(_rows.state)
    return {row.state: row._mapping["count"] for row in connection.execute(query)}


def first_ended(connection: Connection, job_id: str, most: int) -> tuple[Row, ...]:
    """The first rows that were carried out."""
    query = select(bulk_rows).where((_rows.job == job_id) & _rows.ended_at.is_not(None) & (_rows.state != "")).order_by(_rows.number)
    return tuple(records.bulk_row(found) for found in connection.execute(query.limit(most)))


def changed(connection: Connection, job_id: str, object_ids: Collection[str]) -> tuple[Person, ...]:
    """Those of these people whose account a row is to change, or has changed."""
    about = _rows.target_id.in_({object_id.lower() for object_id in object_ids})
    query = select(_rows.target).where((_rows.job == job_id) & about & (_rows.state != "")).order_by(_rows.number)
    return tuple(Person(**target) for target in connection.execute(query).scalars())


def unchecked(connection: Connection, job_id: str) -> int:
    """How many rows nobody has looked at."""
    return connection.execute(select(func.count()).where((_rows.job == job_id) & (_rows.kind == ""))).scalar_one()


def codes(connection: Connection, job_id: str) -> tuple[tuple[str, int], ...]:
    """What went wrong how often, the most first, each with the sentence of one row."""
    query = (
        select(func.min(_rows.outcome), func.count().label("often"))
        .where((_rows.job == job_id) & (_rows.code != ""))
        .group_by(_rows.code)
        .order_by(func.count().desc())
        .limit(5)
    )
    return tuple((from_store(said), often) for said, often in connection.execute(query))


def rate(connection: Connection, job_id: str, now: datetime) -> float:
    """Rows a minute of late."""
    since = now - RATE_OVER
    ended_since = (_rows.job == job_id) & (_rows.ended_at > since) & (_rows.state != "")
    query = select(func.count(), func.min(_rows.ended_at)).where(ended_since)
    count, first = connection.execute(query).one()
    if not count or first is None:
        return 0.0
    seconds: float = (now - first).total_seconds()
    return float(count) * 60.0 / max(1.0, seconds)


def failing(connection: Connection, job_id: str, percent: int, since: datetime | None) -> tuple[int, str] | None:
    """How many of the last rows failed for one reason, and which, when that is `too_many`."""
    query = select(_rows.code, _rows.outcome).where((_rows.job == job_id) & _rows.ended_at.is_not(None) & (_rows.state != ""))
    if since:
        query = query.where(_rows.ended_at > since)
    last = connection.execute(query.order_by(_rows.ended_at.desc(), _rows.number.desc()).limit(FAILING_WINDOW))
    found = too_many(((code, outcome) for code, outcome in last), percent)
    return found and (found[0], from_store(found[1]))


def hindrance(job: Any) -> Hindrance | None:
    """What keeps a job from going on, as it is stored with it."""
    if job.silent_since:
        return Hindrance(job.silent_since, silent=True)
    return Hindrance(job.slow_since) if job.slow_since else None


def hindered(by: Hindrance | None) -> dict[str, datetime | None]:
    """The same as it is stored."""
    return {"slow_since": by.since if by and not by.silent else None, "silent_since": by.since if by and by.silent else None}
