"""Who is registered how, read every night by the running bot: once over all replicas, caught up after a downtime, whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from benchmarks.kill_bots import Bot
from bot.bootstrap import REGISTRATIONS, utc_now
from bot.domain.report import Day, PhoneOnlyReport, Reread, Scope
from bot.ports import Registrations
from bot.store.registrations import StoredRegistrations
from bot.store.transactions import Transactions, open_engine
from simulator import doorman
from simulator.entra import Fault
from simulator.world import World
from tests.desk import HANNA, Desk
from tests.scenarios.registered import told
from tests.scenarios.test_forgetting import rows, until

pytestmark = pytest.mark.storage

ZONE = ZoneInfo("Europe/Amsterdam")
NIGHTLY: dict[str, Any] = {"REPORT_HOUR": "3", "TIME_ZONE": "Europe/Amsterdam"}
REPORT = "userRegistrationDetails"
EVERYBODY = Scope()


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A desk in the evening, whose bot reads at three in the night."""
    desk = Desk(database_url, **NIGHTLY)
    now = desk.clock().astimezone(ZONE)
    desk.clock.forward(seconds=(now.replace(hour=20, minute=0, second=0) - now).total_seconds())
    async with desk:
        yield desk


def reports(desk: Desk) -> Registrations:
    """What the running bot knows."""
    assert desk._runner
    return desk._runner.app[REGISTRATIONS]


def readings(database_url: str, *, over: bool = True) -> list[dict[str, Any]]:
    found = rows(database_url, "registration_readings")
    return sorted((row for row in found if row["ended_at"] or not over), key=lambda row: row["begun_at"])


def pages(desk: Desk) -> int:
    """How often the report was asked for."""
    return sum(request.path.endswith(REPORT) for request in desk.entra.requests)


def today(desk: Desk) -> Any:
    return desk.clock().astimezone(ZONE).date()


async def report(desk: Desk) -> PhoneOnlyReport:
    found = await reports(desk).report(EVERYBODY)
    assert found is not None
    return found


async def read(desk: Desk, database_url: str, count: int) -> PhoneOnlyReport:
    """Waits until so many readings are over."""
    await until(lambda: len(readings(database_url)) == count)
    return await report(desk)


async def test_a_night_is_read_once_and_caught_up_after_a_downtime(desk: Desk, database_url: str) -> None:
    first = await read(desk, database_url, 1)  # this installation is new: the hour of this day was missed
    assert told(first, desk.entra)
    assert pages(desk) == 1
    for _ in range(2):
        await desk.restart_bot()
    desk.later(hours=6)
    await desk.restart_bot()
    await desk.say(HANNA, "help")
    assert len(readings(database_url, over=False)) == 1, "it is two o'clock"
    desk.later(hours=2)
    second = await read(desk, database_url, 2)  # it goes on running
    assert [day.day for day in second.days] == [first.days[0].day, today(desk)]
    await desk.stop_bot()
    desk.clock.forward(days=5)
    desk.entra.person("Alice Jansen").account_enabled = False
    await desk.start_bot()
    third = await read(desk, database_url, 3)
    assert told(third, desk.entra)
    assert third.days == [*second.days, Day(today(desk), third.total.phone_only, third.total.all)]
    assert third.total.all == second.total.all - 1
    assert len(readings(database_url, over=False)) == 3


async def test_trouble_leaves_what_was_read_and_is_tried_again_in_the_same_night(desk: Desk, database_url: str) -> None:
    before = await read(desk, database_url, 1)
    desk.entra.faults.add(Fault(effect="empty", status=500, path="/users$", regex=True))
    desk.clock.forward(days=1)
    after = await read(desk, database_url, 2)
    assert after == before
    assert "Entra ID does not answer properly" in await reports(desk).trouble()
    desk.entra.faults.clear()
    desk.later(minutes=16)
    found = await read(desk, database_url, 3)
    assert told(found, desk.entra)
    assert [day.day for day in found.days] == [before.days[0].day, today(desk)]
    assert await reports(desk).trouble() == ""
    async with aiohttp.ClientSession() as session, session.get(f"{desk.url}/metrics") as response:
        shown = await response.text()
    assert f"doorman_registered_people {found.total.all}.0" in shown
    assert 'doorman_registration_readings_total{result="failed"}' in shown


async def test_on_demand(database_url: str) -> None:
    async with Desk(database_url) as desk:
        kept = reports(desk)
        assert await kept.report(EVERYBODY) is None
        assert await kept.read_at() is None
        assert await kept.read_now() is Reread.STARTED
        assert await kept.read_now() is Reread.UNDER_WAY
        assert told(await read(desk, database_url, 1), desk.entra)
        assert await kept.read_now() is Reread.TOO_SOON
        desk.clock.forward(minutes=16)
        assert await kept.read_now() is Reread.STARTED
        await read(desk, database_url, 2)
        desk.clock.forward(days=200)
        await desk.restart_bot()
        await until(lambda: readings(database_url) == [])
        assert rows(database_url, "registrations") == []
        assert await reports(desk).report(EVERYBODY) is None


async def test_a_stop_in_the_middle_is_made_good_by_the_next_start(desk: Desk, database_url: str) -> None:
    before = await read(desk, database_url, 1)
    held = desk.entra.faults.add(Fault(effect="hold", path="/users$", regex=True))
    desk.clock.forward(days=1)
    await asyncio.wait_for(held.met.wait(), 10)
    assert await report(desk) == before, "half of it is not seen"
    await desk.stop_bot()
    desk.entra.faults.clear()
    await desk.start_bot()
    after = await read(desk, database_url, 2)
    assert told(after, desk.entra)
    assert len(after.days) == 2


@pytest.mark.usefixtures("forked_bots")
async def test_what_a_killed_process_was_reading_is_read_by_another(database_url: str, tmp_path: Path) -> None:
    """On PostgreSQL by one that ran beside it, and had nothing to read as long as it lived."""
    world = World(limits=False)
    held = world.entra.faults.add(Fault(effect="hold", path="/users$", regex=True))
    await world.start()
    environment = doorman.environment(world, database_url, HEAD_HOUR="none", RECONCILE_HOURS="0", REPORT_HOUR="3")
    killed, other = (Bot(environment, tmp_path / f"{name}.log") for name in ("killed", "other"))
    beside = database_url.startswith("postgresql")
    try:
        await killed.start()
        await asyncio.wait_for(held.met.wait(), 30)
        if beside:
            await other.start()
            await other.wait_ready()
        assert len(readings(database_url, over=False)) == 1
        await killed.kill()
        world.entra.faults.clear()
        if not beside:
            await other.start()
        async with asyncio.timeout(30):
            while not readings(database_url):  # noqa: ASYNC110 - the store tells nobody
                await asyncio.sleep(0.1)
        assert len(readings(database_url, over=False)) == 1
        assert sum(request.path.endswith(REPORT) for request in world.entra.requests) == 2, "one was killed over it"
        engine = open_engine(database_url)
        transactions = Transactions(engine)
        assert told(await StoredRegistrations(transactions, _nothing, utc_now).report(EVERYBODY), world.entra)
        transactions.close()
        engine.dispose()
    finally:
        for bot in (killed, other):
            await bot.kill()
        await world.stop()


def _nothing(*_: Any, **__: Any) -> None:
    raise AssertionError("it only looks")
