"""Readings of the registration report: seen whole or not at all, counted the same on both databases, remembered day by day."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy
from sqlalchemy import Connection

from bot.domain.report import Class, Counts, Day, Listed, Registered, ReportRow, Reread, Scope, classify
from bot.domain.retirement import Channel, Population
from bot.domain.said import say
from bot.store import readings
from bot.store.registrations import PAGE, StoredRegistrations
from bot.store.transactions import Transactions
from tests.store.replicas import most, replicas

pytestmark = pytest.mark.storage

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
METHODS: dict[str, tuple[str, ...] | None] = {
    "mobile": ("mobilePhone",),
    "office": ("officePhone", "email"),
    "both": ("mobilePhone", "passKeySynced"),
    "key": ("passKeySynced",),
    "none": (),
    "new": ("somethingNew",),
    "unsaid": None,
}
DEPARTMENTS = ("Sales", "Été", "", "zeta", "O'Brien; DROP TABLE")


#: An account, its population without a role, and what the report says of it.
Known = tuple[Listed, Population, ReportRow | None]
EVERYBODY = Scope()


class MovedClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Kept:
    """A store, its clock, and what it has handed to the durable engine: workflow, subject, delay."""

    store: StoredRegistrations
    clock: MovedClock
    enqueued: list[tuple[str, str, float]]

    async def read(self, people: dict[str, Known], reading_id: str = "", pages: int = 3) -> int | None:
        """A whole reading."""
        reading_id = reading_id or f"r{self.clock.now.timestamp()}"
        run = await self.store.begin(reading_id, self.clock.now)
        listed = [(account, of) for account, of, _ in people.values()]
        rows = [row for _, _, row in people.values() if row]
        for page in range(pages):
            await self.store.add(run, listed[page::pages])
        for page in range(pages):
            await self.store.judge(run, rows[page::pages])
        return await self.store.finish(reading_id, run, self.clock.now.date(), self.clock.now)


@pytest.fixture
async def kept(database_url: str) -> AsyncIterator[Kept]:
    async with replicas(database_url, 1) as (writer,):
        yield kept_by(writer)


def kept_by(writer: Transactions) -> Kept:
    enqueued: list[tuple[str, str, float]] = []
    clock = MovedClock()

    def enqueue(connection: Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = "") -> None:
        enqueued.append((workflow, operation_id, delay))

    return Kept(StoredRegistrations(writer, enqueue, clock), clock, enqueued)


def somebody(name: str, held: str | None, department: str = "Sales", of: Population = Population.MEMBER, *, admin: bool = False) -> Known:
    account = Listed(name, f"{name}@fabrikam.example", name.title(), department)
    row = ReportRow(name, METHODS[held], admin=admin, as_of=NOW - timedelta(hours=len(name))) if held else None
    return account, of, row


async def phone_only(kept: Kept, scope: Scope = EVERYBODY) -> list[Registered]:
    return [each async for each in kept.store.phone_only(scope)]


async def test_before_the_first_reading_there_is_nothing(kept: Kept) -> None:
    assert await kept.store.read_at() is None
    assert await kept.store.report(EVERYBODY) is None
    assert await kept.store.departments() == []
    assert await phone_only(kept) == []
    assert await kept.store.trouble() == ""


async def test_what_a_reading_says(kept: Kept) -> None:
    people = {
        "ann": somebody("ann", "mobile"),
        "ben": somebody("ben", "office", "Été"),
        "cleo": somebody("cleo", "office", "", Population.EXTERNAL, admin=True),
        "dirk": somebody("dirk", "both", admin=True),
        "eve": somebody("eve", "key", of=Population.GLOBAL_ADMINISTRATOR, admin=True),
        "fay": somebody("fay", None),
        "gus": somebody("gus", "none", "Été", Population.INTERNAL_GUEST, admin=True),
    }
    assert await kept.read(people) == 7
    report = await kept.store.report(EVERYBODY)
    assert report is not None
    assert (await kept.store.read_at(), report.read_at, report.oldest) == (NOW, NOW, NOW - timedelta(hours=4))
    assert report.populations == {
        Population.MEMBER: Counts({Class.PHONE_ONLY: 2, Class.UNKNOWN: 1}, 1),
        Population.ADMINISTRATOR: Counts({Class.PHONE_TOO: 1, Class.NOTHING: 1}),
        Population.GLOBAL_ADMINISTRATOR: Counts({Class.STRONG: 1}),
        Population.EXTERNAL: Counts({Class.PHONE_ONLY: 1}, 1),
    }
    assert list(report.populations) == [of for of in Population if of in report.populations]
    assert [(name, counts.phone_only, counts.all) for name, counts in report.departments] == [("", 1, 1), ("Sales", 1, 4), ("Été", 1, 2)]
    assert report.days == [Day(NOW.date(), 3, 7)]
    assert await kept.store.departments() == ["Sales", "Été"]
    assert [(one.id, one.channels) for one in await phone_only(kept)] == [
        ("cleo", frozenset({Channel.VOICE})),
        ("ann", frozenset(Channel)),
        ("ben", frozenset({Channel.VOICE})),
    ]
    (ann,) = await phone_only(kept, Scope(department="Sales"))
    assert ann == Registered(
        "ann", "ann@fabrikam.example", "Ann", "Sales", Population.MEMBER, Class.PHONE_ONLY, frozenset(Channel), ("mobilePhone",),
        NOW - timedelta(hours=3),
    )  # fmt: skip
    group = Scope(group="Some", members=frozenset({"ben", "fay", "stranger"}))
    assert [one.id for one in await phone_only(kept, group)] == ["ben"]
    of_group = await kept.store.report(group)
    assert of_group is not None
    assert of_group.total == Counts({Class.PHONE_ONLY: 1, Class.UNKNOWN: 1}, 1)
    assert of_group.days == [Day(NOW.date(), 1, 2)]
    nobody = await kept.store.report(Scope(group="Empty", members=frozenset()))
    assert nobody is not None
    assert (nobody.total, nobody.oldest, nobody.departments) == (Counts(), None, [])


async def test_days_are_counted_as_if_each_had_its_rows(kept: Kept) -> None:
    """A hundred days of people who come, go, move and register, against a plain count."""
    chance = random.Random(11)
    people: dict[str, Known] = {}
    plain: dict[date, dict[str, Class]] = {}
    for day in range(100):
        kept.clock.now = NOW + timedelta(days=day, minutes=chance.randrange(60))
        for name in (f"p{chance.randrange(40)}" for _ in range(6)):
            if chance.random() < 0.25:
                people.pop(name, None)
            else:
                people[name] = somebody(name, chance.choice([*METHODS, None]), chance.choice(DEPARTMENTS))
        if chance.random() < 0.2 or not people:
            continue  # nothing was read
        for _ in range(chance.choice([1, 1, 2])):  # on some days twice
            await kept.read(people)
            kept.clock.now += timedelta(minutes=20)
        plain[kept.clock.now.date()] = {name: classify(row)[0] for name, (_, _, row) in people.items()}
    current = {name: account.department for name, (account, _, _) in people.items()}
    members = frozenset(sorted(people)[::2])
    scopes = [EVERYBODY, *(Scope(department=name) for name in DEPARTMENTS if name), Scope(group="Half", members=members)]
    for scope in scopes:
        report = await kept.store.report(scope)
        assert report is not None
        among = {
            name for name, department in current.items()
            if department == (scope.department or department) and (scope.members is None or name in scope.members)
        }  # fmt: skip
        expected = [
            Day(day, sum(of is Class.PHONE_ONLY for of in theirs.values()), len(theirs))
            for day, theirs in ((day, _only(each, among, scope)) for day, each in sorted(plain.items()))
        ]
        assert report.days == expected, scope
        last = _only(plain[max(plain)], among, scope)
        assert report.total.people == dict(Counter(last.values()))
        assert {one.id for one in await phone_only(kept, scope)} == {name for name, of in last.items() if of is Class.PHONE_ONLY}
    await _forgets(kept, plain)


def _only(theirs: dict[str, Class], among: set[str], scope: Scope) -> dict[str, Class]:
    return {name: of for name, of in theirs.items() if scope == EVERYBODY or name in among}


async def _forgets(kept: Kept, plain: dict[date, dict[str, Class]]) -> None:
    """What is left is counted as before, and whoever left long ago is nowhere."""
    before = await kept.store.report(EVERYBODY)
    for days in (0, 200, 60, 10):
        await kept.store.forget(kept.clock.now, days)
        after = await kept.store.report(EVERYBODY)
        assert before is not None
        assert after is not None
        kept_from = kept.clock.now - timedelta(days=days or 1000)
        assert [day for day in after.days if day.day > kept_from.date()] == [day for day in before.days if day.day > kept_from.date()]
        assert all(day.day >= kept_from.date() for day in after.days)
    known = {name for day, theirs in plain.items() if day >= kept_from.date() - timedelta(days=1) for name in theirs}

    def ids(connection: sqlalchemy.Connection) -> set[str]:
        return set(connection.execute(sqlalchemy.text("SELECT person_id FROM registrations")).scalars())

    assert await kept.store._transactions.read(ids) <= known
    kept.clock.now += timedelta(days=300)
    await kept.store.forget(kept.clock.now, 100)
    assert await kept.store.report(EVERYBODY) is None
    assert await kept.store._transactions.read(ids) == set()


async def test_half_a_reading_is_never_seen(kept: Kept) -> None:
    await kept.read({"ann": somebody("ann", "mobile")})
    kept.clock.now += timedelta(days=1)
    run = await kept.store.begin("cut off", kept.clock.now)
    await kept.store.add(run, [somebody("ben", None)[:2]])
    whole = await kept.store.report(EVERYBODY)
    assert whole is not None
    assert whole.total == Counts({Class.PHONE_ONLY: 1})
    again = await kept.store.begin("cut off", kept.clock.now)  # by another process, which takes the first for dead
    await kept.store.add(run, [somebody("cleo", None)[:2]])
    await kept.store.add(again, [somebody("dirk", None)[:2]])
    assert await kept.store.finish("cut off", run, NOW.date(), kept.clock.now) is None
    assert (await phone_only(kept))[0].id == "ann"
    assert await kept.store.finish("cut off", again, kept.clock.now.date(), kept.clock.now) == 1
    assert await kept.store.begin("cut off", kept.clock.now) == "", "it is over"
    report = await kept.store.report(EVERYBODY)
    assert report is not None
    assert report.days == [Day(NOW.date(), 1, 1), Day(kept.clock.now.date(), 0, 1)]


async def test_a_list_goes_on_when_the_next_reading_ends(kept: Kept) -> None:
    people = {f"p{number:05}": somebody(f"p{number:05}", "mobile", DEPARTMENTS[number % 5]) for number in range(2 * PAGE + 1)}
    await kept.read(people)
    found = []
    async for one in kept.store.phone_only(EVERYBODY):
        found.append(one)
        if len(found) == 1:
            kept.clock.now += timedelta(minutes=16)
            await kept.read({"ann": somebody("ann", "key")})
    assert {one.id for one in found} == people.keys()
    assert len(found) == len(people)
    assert found == sorted(found, key=lambda one: (_order(found, one.department), one.name))
    assert await phone_only(kept) == []


def _order(found: list[Registered], department: str) -> int:
    """Each database sorts in its own way; each department stands together."""
    return next(number for number, one in enumerate(found) if one.department == department)


async def test_old_runs_are_removed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "REMOVED_AT_ONCE", 2)
    people = {f"p{number}": somebody(f"p{number}", "mobile") for number in range(7)}
    for _ in range(4):
        await kept.read(people)
        kept.clock.now += timedelta(days=1)

    def runs(connection: sqlalchemy.Connection) -> list[int]:
        return list(connection.execute(sqlalchemy.text("SELECT count(*) FROM registered_people GROUP BY run")).scalars())

    assert await kept.store._transactions.read(runs) == [7, 7]


async def test_at_most_one_reading_and_not_too_often(kept: Kept) -> None:
    assert await kept.store.read_now() is Reread.STARTED
    ((workflow, reading_id, delay),) = kept.enqueued
    assert (workflow, delay) == ("registrations", 0)
    assert await kept.store.read_now() is Reread.UNDER_WAY
    await kept.read({"ann": somebody("ann", "mobile")}, reading_id)
    kept.clock.now += timedelta(minutes=14)
    assert await kept.store.read_now() is Reread.TOO_SOON
    kept.clock.now += timedelta(minutes=1)
    assert await kept.store.read_now() is Reread.STARTED
    reading_id = kept.enqueued[-1][1]
    run = await kept.store.begin(reading_id, kept.clock.now)
    await kept.store.fail(reading_id, run, say("Entra {what}", what="sleeps"), kept.clock.now, None)
    assert await kept.store.trouble() == "Entra sleeps"
    assert await kept.store.read_now() is Reread.TOO_SOON
    kept.clock.now += timedelta(minutes=1)
    assert await kept.store.read_now() is Reread.STARTED
    kept.clock.now += timedelta(days=1)
    assert await kept.store.read_now() is Reread.STARTED, "the one before was lost"
    await kept.read({"ann": somebody("ann", "key")}, kept.enqueued[-1][1])
    assert await kept.store.trouble() == ""


async def test_a_night_is_scheduled_once_and_repeated_after_trouble(kept: Kept) -> None:
    for _ in range(2):
        await kept.store.schedule(NOW.date(), kept.clock.now)
    assert kept.enqueued == [("registrations", "2026-11-29.1", 0)]
    run = await kept.store.begin("2026-11-29.1", kept.clock.now)
    for _ in range(2):  # the second one is a process that was taken for dead
        await kept.store.fail("2026-11-29.1", run, say("no"), kept.clock.now, timedelta(minutes=15))
    assert kept.enqueued[1:] == [("registrations", "2026-11-29.2", 900)]
    assert await kept.store.begin("2026-11-29.1", kept.clock.now) == ""
    assert await kept.store.begin("2026-11-29.2", kept.clock.now)


async def test_replicas_begin_one_reading(database_url: str) -> None:
    async with replicas(database_url, most(database_url)) as writers:
        all_kept = [kept_by(writer) for writer in writers]
        async with asyncio.timeout(30):
            told = await asyncio.gather(*(all_kept[n % len(all_kept)].store.read_now() for n in range(10)))
            await asyncio.gather(*(all_kept[n % len(all_kept)].store.schedule(NOW.date(), NOW) for n in range(10)))
    assert Counter(told) == {Reread.STARTED: 1, Reread.UNDER_WAY: 9}
    assert sum(len(each.enqueued) for each in all_kept) == 2


async def test_whoever_is_listed_twice_is_one_person(kept: Kept) -> None:
    account, of, row = somebody("ann", "mobile")
    assert row is not None
    run = await kept.store.begin("r", NOW)
    await kept.store.add(run, [(account, of), (replace(account, name="Anna"), of)])
    await kept.store.judge(run, [row, row])
    assert await kept.store.finish("r", run, NOW.date(), NOW) == 1
    assert [one.name for one in await phone_only(kept)] == ["Anna"]
