"""The pace of bulk jobs with replicas on one database: never above the ceiling, hardly below it, and what one learns all keep to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy

from bot.domain.pace import FARTHEST, LATENESS, QUOTAS, Factor, Traffic
from bot.errors import StoreUnavailable
from bot.graph.budget import SharedBudget
from bot.store.budget import StoredTurns
from bot.store.transactions import Transactions, open_engine
from tests.graph.paced import Watched, World, most_in_any

pytestmark = pytest.mark.storage

WRITES = QUOTAS[Traffic.WRITES]
ALLOWED = 2_400  # four fifths of 3,000
START = 1_750_000_000.0


class Office:
    """Replicas with a database, each with workers that write as fast as they may."""

    def __init__(self, database_url: str) -> None:
        self.world = World(START)
        self.writes: list[float] = []
        self._engines = [open_engine(database_url) for _ in range(2)]
        self._transactions = [Transactions(engine) for engine in self._engines]
        self.turns = [Watched(StoredTurns(each), self.world) for each in self._transactions]
        self.tasks: list[asyncio.Task[None]] = []

    def budget(self, replica: int = 0, ceiling: int = 80, scale: float = 1.0) -> SharedBudget:
        return SharedBudget(self.turns[replica], ceiling, scale=scale, clock=self.world, sleep=self.world.sleep)

    def work(self, budget: SharedBudget, workers: int, latency: float = 0.1) -> None:
        async def worker() -> None:
            while True:
                await budget.write()
                self.writes.append(self.world.now)
                await self.world.sleep(latency)

        self.tasks += [asyncio.create_task(worker()) for _ in range(workers)]

    async def run(self, seconds: float) -> None:
        await self.world.run(self.world.now + seconds)

    def since(self, moment: float) -> int:
        return sum(at >= moment for at in self.writes)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for each in self._transactions:
            each.close()
        for engine in self._engines:
            engine.dispose()


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    office = Office(database_url)
    try:
        yield office
    finally:
        await office.close()


@pytest.mark.parametrize("replicas", [1, 2])
async def test_no_window_holds_more_than_the_ceiling_and_all_of_it_is_used(office: Office, replicas: int) -> None:
    for replica in range(replicas):
        office.work(office.budget(replica), 16)
    await office.run(100)
    assert most_in_any(office.writes, WRITES.seconds) <= ALLOWED
    assert len(office.writes) >= 0.99 * ALLOWED * 100 / WRITES.seconds
    assert most_in_any(office.writes, 1.0) <= 17  # no bursts
    assert all(turns.asked <= 2 * 100 for turns in office.turns)


async def test_a_replica_with_little_to_do_leaves_the_rest_to_the_other(office: Office) -> None:
    office.work(office.budget(0), 16)
    office.work(office.budget(1), 1, latency=1.0)
    await office.run(160)
    assert len(office.writes) >= 0.97 * ALLOWED * 160 / WRITES.seconds


async def test_windows_a_tenth_as_long_and_late_wakers(office: Office) -> None:
    office.world.late = 0.15
    office.work(office.budget(scale=10), 64)
    await office.run(40)
    assert most_in_any(office.writes, WRITES.seconds / 10) <= ALLOWED
    assert len(office.writes) >= 0.95 * ALLOWED * 40 / (WRITES.seconds / 10)


async def test_turns_that_were_slept_through_are_not_caught_up_on(office: Office) -> None:
    office.work(office.budget(), 16)
    await office.run(10)
    office.world.now += 30  # the machine stood still
    woke = office.world.now
    await office.run(10)
    assert most_in_any([at for at in office.writes if at >= woke], 1.0) <= 20
    assert office.since(woke) >= 0.9 * 10 * ALLOWED / WRITES.seconds


async def test_reads_cost_their_units(office: Office) -> None:
    budget, spent = office.budget(), []

    async def reader(units: int) -> None:
        while True:
            await budget.read(units)
            spent.extend([office.world.now] * units)
            await office.world.sleep(0.1)

    office.tasks += [asyncio.create_task(reader(units)) for units in (20, 27, 27, 20, 1, 27, 20, 20) * 4]
    await office.run(25)
    assert most_in_any(spent, 10.0) <= 6_400 + 27  # a call's units are spent at its turn, not over the time until the next
    assert len(spent) >= 0.9 * 6_400 * 25 / 10
    assert office.turns[0].asked <= 2 * 25


async def test_after_a_refusal_nothing_is_sent_for_as_long_as_graph_said_and_less_after_it(office: Office) -> None:
    budget = office.budget()
    office.work(budget, 16)
    await office.run(20)
    full = budget.rate
    refused_at = office.world.now
    for _ in range(10):  # as they come: in a swarm
        budget.refused(7.0)
    await office.run(7 + 2)
    assert [at for at in office.writes if refused_at < at < refused_at + 7.0] == []
    assert budget.rate < 0.9 * full
    assert office.since(refused_at + 7.0) > 10
    await office.run(60)
    before = office.world.now
    assert budget.rate == pytest.approx(full)
    await office.run(10)
    assert office.since(before) == pytest.approx(10 * full, rel=0.05)


async def test_what_one_replica_learns_the_other_keeps_to(office: Office) -> None:
    one, other = office.budget(0), office.budget(1)
    office.work(other, 16)
    await office.run(5)
    one.refused(20.0)
    refused_at = office.world.now
    await office.run(20)
    assert [at for at in office.writes if refused_at + 2.5 < at < refused_at + 20] == []  # turns that it had already last so long
    await office.run(2)
    assert other.rate == pytest.approx(one.rate)


async def test_pressure_slows_and_passes(office: Office) -> None:
    budget = office.budget()
    full = budget.rate
    budget.pressure(0.85)
    await office.run(1)
    assert budget.rate == full
    for _ in range(5):
        budget.pressure(0.95)
    await office.run(1)
    assert 0.65 * full < budget.rate < 0.75 * full  # once for the five of them
    for _ in range(20):
        await office.run(6)
        budget.pressure(1.2)
    await office.run(1)
    assert budget.rate > 0.02 * full  # never to nothing
    await office.run(61)
    assert budget.rate == pytest.approx(full)


async def test_a_ceiling_near_the_limit_is_no_pressure(office: Office) -> None:
    budget = office.budget(ceiling=100)
    full = budget.rate
    budget.pressure(1.0)
    await office.run(1)
    assert budget.rate == full
    budget.pressure(1.2)
    await office.run(1)
    assert budget.rate < full


async def test_the_turn_of_whoever_was_cancelled_goes_to_the_next(office: Office) -> None:
    budget = office.budget()
    office.work(budget, 40)
    await office.run(1)
    for task in office.tasks:  # who slept until turns of the next seconds
        task.cancel()
    begun = office.world.now
    office.work(budget, 16)
    await office.run(10)
    assert office.since(begun) >= 0.98 * 10 * ALLOWED / WRITES.seconds
    assert min(at for at in office.writes if at > begun) < begun + 0.1


async def test_a_clock_that_was_wrong_once_does_not_stop_everybody(office: Office) -> None:
    await office.turns[0].reserve(Traffic.WRITES, 1, 16.0, START + 10 * FARTHEST)
    await office.turns[0].lower(START + 10 * FARTHEST, START + 11 * FARTHEST)
    office.work(office.budget(1), 4)
    await office.run(5)
    assert len(office.writes) > 10


async def test_who_cannot_ask_the_database_is_told(office: Office, database: sqlalchemy.Engine) -> None:
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE graph_turns"))
    budget = office.budget()
    budget.refused(1.0)
    with pytest.raises(StoreUnavailable):
        await asyncio.gather(*(budget.write() for _ in range(5)))


@pytest.mark.parametrize("traffic", Traffic)
def test_the_pace_leaves_room_for_late_calls(traffic: Traffic) -> None:
    quota = QUOTAS[traffic]
    for scale in (1.0, 10.0, 50.0):
        assert quota.rate(80, scale) * (quota.seconds / scale + LATENESS) + 1 == pytest.approx(0.8 * quota.amount)
    assert quota.rate(80) > 0.95 * 0.8 * quota.amount / quota.seconds


def test_the_factor_comes_back_by_itself() -> None:
    factor = Factor().lowered(100.0)
    assert factor == Factor(0.7, 100.0)
    assert factor.lowered(104.0) is factor
    assert factor.now(100.0) == 0.7
    assert factor.now(50.0) == 0.7  # a clock that goes backwards
    assert factor.now(112.0) == pytest.approx(0.9)
    assert factor.now(200.0) == 1.0


async def test_the_database_reckons_as_the_domain_does(office: Office) -> None:
    factor, now = Factor(), START
    for wait in (0.0, 3.0, 5.0, 1.0, 20.0, 5.0, 5.0, 5.0, 100.0):
        now += wait
        factor = factor.lowered(now)
        lowered = await office.turns[0].lower(now, 0.0)
        assert lowered.lowest == pytest.approx(factor.lowest)
        assert lowered.at == factor.at
        run = await office.turns[0].reserve(Traffic.WRITES, 3, 16.0, now)
        assert run.gap == pytest.approx(1 / (16.0 * factor.now(now)))
