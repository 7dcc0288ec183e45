"""Who is registered how, as read from Entra last, and how many on each day before.

Implements `ports.Registrations` and `ports.Readings`.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, and_, any_, case, func, literal, select, text, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from bot.domain.report import Class, Counts, Day, Listed, PhoneOnlyReport, Registered, ReportRow, Reread, Scope
from bot.domain.retirement import Channel, Population
from bot.domain.said import from_store
from bot.ports import Clock
from bot.store import readings
from bot.store.engine import Enqueue
from bot.store.readings import LEFT
from bot.store.tables import readings as readings_table
from bot.store.tables import registered, registrations
from bot.store.transactions import Transactions

#: The queue of the durable engine.
WORKFLOW = "registrations"
PAGE = 1_000

_is_phone_only = registered.c["class"] == Class.PHONE_ONLY.value
_voice_only = _is_phone_only & (registered.c.channels == Channel.VOICE.value)
_by_place = (registered.c.department, registered.c.name, registered.c.person_id)


class StoredRegistrations:
    """`ports.Registrations` and `ports.Readings` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue, clock: Clock) -> None:
        self._transactions = transactions
        self._enqueue = enqueue
        self._clock = clock
        self._forgotten_on: date | None = None

    async def read_at(self) -> datetime | None:
        """See `bot.ports.RegistrationReports`."""
        found = await self._transactions.read(readings.last)
        return found.ended_at if found else None

    async def departments(self) -> Sequence[str]:
        """See `bot.ports.RegistrationReports`."""

        def work(connection: Connection) -> list[str]:
            whole = readings.last(connection)
            named = (registered.c.run == (whole.run if whole else "")) & (registered.c.department != "")
            return list(connection.execute(select(registered.c.department).where(named).distinct()).scalars())

        return sorted(await self._transactions.read(work), key=str.casefold)

    async def report(self, scope: Scope) -> PhoneOnlyReport | None:
        """See `bot.ports.RegistrationReports`. Earlier days count those of the present people who were there then, for a scope."""

        def work(connection: Connection) -> PhoneOnlyReport | None:
            if connection.dialect.name == "postgresql":  # all of it from one moment, as on SQLite
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            whole = readings.last(connection)
            return _report(connection, whole, scope) if whole else None

        return await self._transactions.read(work)

    async def phone_only(self, scope: Scope) -> AsyncIterator[Registered]:
        """See `bot.ports.RegistrationReports`. A reading that ends meanwhile changes nothing: it is the next but one that removes this."""
        whole = await self._transactions.read(readings.last)
        after: tuple[str, ...] = ()
        while whole is not None:
            page = await self._transactions.read(partial(_page, run=whole.run, scope=scope, after=after))
            for row in page:
                yield _registered(row)
            if len(page) < PAGE:
                return
            after = (page[-1].department, page[-1].name, page[-1].person_id)

    async def read_now(self) -> Reread:
        """See `bot.ports.Registrations`."""
        now, reading_id = self._clock(), uuid.uuid4().hex

        def work(connection: Connection) -> Reread:
            answer = readings.asked(connection, now)
            if answer is Reread.STARTED:
                readings.open_one(connection, reading_id, now)
                self._enqueue(connection, WORKFLOW, reading_id)
            return answer

        return await self._transactions.write(work)

    async def trouble(self) -> str:
        """See `bot.ports.Registrations`."""
        found = await self._transactions.read(readings.latest)
        return from_store(found.trouble) if found and found.trouble else ""

    async def schedule(self, night: date, at: datetime) -> None:
        """See `bot.ports.Readings`."""

        def work(connection: Connection) -> None:
            readings.take_turn(connection)
            reading_id = f"{night.isoformat()}.1"
            if readings.open_one(connection, reading_id, at):
                self._enqueue(connection, WORKFLOW, reading_id)

        await self._transactions.write(work)

    async def begin(self, reading_id: str, at: datetime) -> str:
        """See `bot.ports.Readings`."""
        run = await self._transactions.write(lambda connection: readings.begin(connection, reading_id, at))
        if run:
            while await self._transactions.alone(partial(readings.remove_old, run=run)):
                pass
        return run

    async def add(self, run: str, people: Sequence[tuple[Listed, Population]]) -> None:
        """See `bot.ports.Readings`."""
        await self._transactions.alone(lambda connection: readings.add(connection, run, people))

    async def judge(self, run: str, rows: Sequence[ReportRow]) -> None:
        """See `bot.ports.Readings`."""
        await self._transactions.alone(lambda connection: readings.judge(connection, run, rows))

    async def finish(self, reading_id: str, run: str, day: date, at: datetime) -> int | None:
        """See `bot.ports.Readings`."""
        return await self._transactions.alone(lambda connection: readings.finish(connection, reading_id, run, day, at))

    async def fail(self, reading_id: str, run: str, why: str, at: datetime, again_in: timedelta | None) -> None:
        """See `bot.ports.Readings`."""
        night, _, attempt = reading_id.partition(".")

        def work(connection: Connection) -> None:
            if readings.fail(connection, reading_id, run, why, at) and again_in:
                self._enqueue(connection, WORKFLOW, f"{night}.{int(attempt) + 1}", delay=again_in.total_seconds())

        await self._transactions.write(work)

    async def forget(self, now: datetime, days: int) -> None:
        """See `bot.ports.Readings`. Once a day is enough."""
        before = now - timedelta(days=days)
        if days and before.date() != self._forgotten_on:
            await self._transactions.alone(lambda connection: readings.forget(connection, before.date(), before))
            self._forgotten_on = before.date()


def _report(connection: Connection, whole: Row[Any], scope: Scope) -> PhoneOnlyReport:
    within = _within(connection, whole.run, scope)
    by = (registered.c.population, registered.c.department, registered.c["class"])
    voice = func.sum(case((_voice_only, 1), else_=0)).label("voice")
    populations: dict[Population, _Sums] = defaultdict(_Sums)
    departments: dict[str, _Sums] = defaultdict(_Sums)
    for row in connection.execute(select(*by, func.count().label("people"), voice).where(within).group_by(*by)).mappings():
        for sums in (populations[Population(row["population"])], departments[row["department"]]):
            sums.add(Class(row["class"]), row["people"], row["voice"])
    oldest = connection.execute(select(func.min(registered.c.as_of)).where(within, _is_phone_only)).scalar()
    counted = {name: sums.counts for name, sums in departments.items()}
    return PhoneOnlyReport(
        scope,
        whole.ended_at,
        oldest,
        {of: populations[of].counts for of in Population if of in populations},
        sorted(counted.items(), key=lambda one: (-one[1].phone_only, one[0].casefold())),
        _days(connection, within, everybody=scope == Scope()),
    )


class _Sums:
    def __init__(self) -> None:
        self._people: dict[Class, int] = defaultdict(int)
        self._voice_only = 0

    def add(self, of: Class, people: int, voice_only: int) -> None:
        self._people[of] += people
        self._voice_only += voice_only

    @property
    def counts(self) -> Counts:
        return Counts(dict(self._people), self._voice_only)


def _within(connection: Connection, run: str, scope: Scope) -> ColumnElement[bool]:
    """Whom a report is about, of those of a run."""
    conditions = [registered.c.run == run]
    if scope.department:
        conditions.append(registered.c.department == scope.department)
    if scope.members is not None:
        conditions.append(_among(connection, scope.members))
    return and_(*conditions)


def _among(connection: Connection, members: Collection[str]) -> ColumnElement[bool]:
    """In one parameter, however many they are."""
    if connection.dialect.name == "postgresql":
        return registered.c.person_id == any_(literal(sorted(members), ARRAY(String)))
    every = func.json_each(json.dumps(sorted(members))).table_valued("value")
    return registered.c.person_id.in_(select(every.c.value))


def _days(connection: Connection, within: ColumnElement[bool], *, everybody: bool) -> list[Day]:
    """What was counted on each day on which Entra was read: the sum of all changes up to then."""
    of = registrations.c["class"]
    before = func.lag(of).over(partition_by=registrations.c.person_id, order_by=registrations.c.seen_on)
    theirs = true() if everybody else registrations.c.person_id.in_(select(registered.c.person_id).where(within))
    changes = select(registrations.c.seen_on, of.label("now"), before.label("before")).where(theirs).subquery()
    now, then = changes.c.now, changes.c.before

    def more(one: Any) -> Any:
        return func.sum(case((one(now), 1), else_=0) - case((one(then), 1), else_=0))

    phones, people = more(lambda each: each == Class.PHONE_ONLY.value), more(lambda each: each.is_not(None) & (each != LEFT))
    rows = connection.execute(select(changes.c.seen_on, phones, people).group_by(changes.c.seen_on)).all()
    by_day = {day: (more_phones, more_people) for day, more_phones, more_people in rows}
    read = set(connection.execute(select(readings_table.c.day).where(readings.WHOLE).distinct()).scalars())
    days, phone_only, everyone = [], 0, 0
    for day in sorted(by_day.keys() | read):
        more_phones, more_people = by_day.get(day, (0, 0))
        phone_only, everyone = phone_only + more_phones, everyone + more_people
        if day in read:
            days.append(Day(date.fromisoformat(day), phone_only, everyone))
    return days


def _page(connection: Connection, run: str, scope: Scope, after: tuple[str, ...]) -> Sequence[Row[Any]]:
    wanted = select(registered).where(_within(connection, run, scope), _is_phone_only).order_by(*_by_place).limit(PAGE)
    if after:
        wanted = wanted.where(tuple_(*_by_place) > tuple_(*(literal(each) for each in after)))
    return connection.execute(wanted).all()


def _registered(row: Row[Any]) -> Registered:
    return Registered(
        id=row.person_id,
        upn=row.upn,
        name=row.name,
        department=row.department,
        population=Population(row.population),
        of=Class(row._mapping["class"]),
        channels=frozenset(Channel(each) for each in row.channels.split(",") if each),
        methods=tuple(row.methods),
        as_of=row.as_of,
    )
