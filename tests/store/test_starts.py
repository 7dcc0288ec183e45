"""Work starts with the commit that called for it, wherever it came from, and no limit is broken by it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, text

from bot.store import engine as durable
from bot.store import starts
from bot.store.engine import QUEUES, WORKFLOW_VERSION, DurableEngine
from bot.store.schema import upgrade
from bot.store.starts import Starts
from bot.store.transactions import Transactions, close_for_good, open_engine

pytestmark = pytest.mark.storage


@pytest.fixture(autouse=True)
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever begins here does so because of a commit: nobody looks at a queue again within a test."""
    monkeypatch.setattr(starts, "LOOK_SECONDS", 3600.0)


async def nothing(_: str = "") -> None: ...


class Work:
    """A step that notes what runs, and ends when it is told to.

    Attributes:
        begun: what it was given, in the order in which it began.
        most: how many ran at once, at the most.
    """

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.most = self.running = 0
        self.go = asyncio.Event()

    async def __call__(self, subject: str) -> None:
        self.begun.append(subject)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go.wait()
        finally:
            self.running -= 1

    async def has_begun(self, *subjects: str) -> None:
        async with asyncio.timeout(10):
            while sorted(self.begun) != sorted(subjects):  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.01)


class Life:
    """One life of a process on a database."""

    def __init__(self, database: Engine, steps: dict[str, Callable[[str], Awaitable[None]]]) -> None:
        self.transactions = Transactions(database)
        self.engine = DurableEngine(database, self.transactions, steps, nothing)

    async def put(self, queue: str, *subjects: str, key: str = "") -> None:
        """Puts work into a queue, all of it in one transaction."""

        def enqueued(connection: Connection) -> None:
            for subject in subjects:
                self.engine.enqueue(connection, queue, subject, key=key)

        await self.transactions.write(enqueued)


@asynccontextmanager
async def life(database: Engine, **steps: Callable[[str], Awaitable[None]]) -> AsyncIterator[Life]:
    one = Life(database, steps)
    await one.engine.start()
    try:
        yield one
    finally:
        await one.engine.close()
        one.transactions.close()


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(durable, "CLOSE_SECONDS", 0.1)
    opened = open_engine(database_url)
    upgrade(opened)
    yield opened
    close_for_good(opened)


async def test_it_begins_with_the_commit_and_ends_in_the_books(database: Engine) -> None:
    work = Work()
    async with life(database, remind=work) as one:
        await one.put("remind", "A")
        await work.has_begun("A")
        assert states(database) == {"remind:A": "PENDING"}
        work.go.set()
        await ended(database, "remind:A")


async def test_what_was_not_committed_does_not_begin(database: Engine) -> None:
    work = Work()
    work.go.set()
    async with life(database, remind=work) as one:

        def failing(connection: Connection) -> None:
            one.engine.enqueue(connection, "remind", "A")
            raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011 - its own
            await one.transactions.write(failing)
        await one.put("remind", "B")
        await work.has_begun("B")


async def test_the_same_work_twice_begins_once(database: Engine) -> None:
    work = Work()
    async with life(database, remind=work) as one:
        await one.put("remind", "A", "A")
        await work.has_begun("A")
        await one.put("remind", "A")
        work.go.set()
        await ended(database, "remind:A")
        await one.put("remind", "A")
        await one.put("remind", "B")
        await work.has_begun("A", "B")


async def test_what_there_is_no_room_for_begins_when_something_ends(database: Engine) -> None:
    work = Work()
    async with life(database, remind=work) as one:
        await one.put("remind", *"ABCDE")
        await one.put("remind", "F")
        work.go.set()
        await work.has_begun(*"ABCDEF")
        assert work.most == QUEUES["remind"]["worker_concurrency"]


async def test_one_key_goes_one_at_a_time_and_keeps_nobody_else_waiting(database: Engine) -> None:
    work = Work()
    async with life(database, execute=work) as one:
        await one.put("execute", "A1", "A2", "A3", key="A")
        await one.put("execute", "B1", key="B")
        async with asyncio.timeout(10):
            while len(work.begun) < 2:  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.01)
        assert {subject[0] for subject in work.begun} == {"A", "B"}
        work.go.set()
        await work.has_begun("A1", "A2", "A3", "B1")
        assert work.most == 2


async def test_what_waits_for_one_of_its_key_begins_when_that_ends_whatever_else_has_ended_before(database: Engine) -> None:
    begun: list[str] = []
    may_end = {subject: asyncio.Event() for subject in ("A1", "A2", "B1")}

    async def work(subject: str) -> None:
        begun.append(subject)
        await may_end[subject].wait()

    async with life(database, execute=work) as one:
        await one.put("execute", "A1", "A2", key="A")
        await one.put("execute", "B1", key="B")
        may_end["B1"].set()
        await ended(database, "execute:B1")
        (first,) = {"A1", "A2"} & set(begun)
        (second,) = {"A1", "A2"} - {first}
        may_end[first].set()
        await ended(database, f"execute:{first}")
        async with asyncio.timeout(10):
            while second not in begun:  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.01)
        may_end[second].set()


async def test_a_step_that_fails_is_tried_again(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "FIRST_PAUSE", 0.01)
    tries: Counter[str] = Counter()

    async def failing(subject: str) -> None:
        tries[subject] += 1
        if tries[subject] < 3:
            raise ConnectionError

    async with life(database, remind=failing) as one:
        await one.put("remind", "A")
        await ended(database, "remind:A")
    assert tries == {"A": 3}


async def test_what_was_cut_off_begins_again_in_the_next_life(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(durable, "ADOPT_SECONDS", 0.05)
    first, second = Work(), Work()
    async with life(database, execute=first) as one:
        await one.put("execute", "A1", "A2", key="A")
        async with asyncio.timeout(10):
            while not first.begun:  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.01)
    second.go.set()
    async with life(database, execute=second):
        await second.has_begun("A1", "A2")
        await ended(database, "execute:A1", "execute:A2")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_replicas_keep_the_limits_together(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four processes put work for one account and posts for one channel into the queues, all at the same moment, again and again."""
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    done: list[str] = []

    async def step(subject: str) -> None:
        running[subject[0]] += 1
        most[subject[0]] = max(most[subject[0]], running[subject[0]])
        await asyncio.sleep(0)
        running[subject[0]] -= 1
        done.append(subject)

    monkeypatch.setattr(starts, "LOOK_SECONDS", 0.05)
    steps: dict[str, Callable[[str], Awaitable[None]]] = {"execute": step, "log": step}
    limits = {name: QUEUES[name] for name in steps}
    async with life(database, **steps) as one:
        others: list[Starts] = []
        for name in "234":
            transactions = Transactions(database)
            others.append(Starts(transactions, steps, limits, f"replica-{name}", WORKFLOW_VERSION, replicated=True))
            transactions.claims = others[-1]

        def put(number: int, replica: int, connection: Connection) -> None:
            one.engine.enqueue(connection, "execute", f"e{replica}.{number}", key="same")
            one.engine.enqueue(connection, "log", f"l{replica}.{number}")

        processes = [one.transactions, *(each.transactions for each in others)]
        for number in range(10):
            await asyncio.gather(*(each.write(partial(put, number, replica)) for replica, each in enumerate(processes)))
        for each in others:
            each.watch()
        async with asyncio.timeout(30):
            while len(done) < 80:  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.01)
        for each in others:
            await each.close(1)
            each.transactions.close()
    assert most == {"e": 1, "l": 1}
    assert len(set(done)) == len(done) == 80


def states(database: Engine) -> dict[str, str]:
    rows = "dbos.workflow_status" if database.dialect.name == "postgresql" else "workflow_status"
    with database.connect() as connection:
        return {row.workflow_uuid: row.status for row in connection.execute(text(f"SELECT workflow_uuid, status FROM {rows}"))}


async def ended(database: Engine, *ids: str) -> None:
    async with asyncio.timeout(10):
        while any(states(database).get(id) != "SUCCESS" for id in ids):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)
