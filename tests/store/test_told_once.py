"""What is said once a day is said by one of the processes that share a database."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from bot.store import housekeeping
from bot.store.operations import StoredOperations
from bot.store.schema import upgrade
from bot.store.transactions import open_engine
from tests.store.replicas import replicas
from tests.store.trail_rows import NOW

pytestmark = pytest.mark.storage

TODAY = date(2026, 11, 30)


def enqueue(*_: object, **__: object) -> None:
    """Nothing is carried out here."""


async def test_one_process_says_it_once_a_day(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    engine.dispose()
    async with replicas(database_url) as both:
        stores = [StoredOperations(each, enqueue) for each in both]
        for day in (TODAY, TODAY + timedelta(days=1)):
            said = await asyncio.gather(*(store.retirement_told("hanna", day) for store in stores))
            assert sorted(said) == [False, True]
        assert await stores[0].retirement_told("bram", TODAY)
        assert not await StoredOperations(both[0], enqueue).retirement_told("hanna", TODAY), "who travels west has heard it"
        await both[0].write(lambda connection: housekeeping.forget(connection, NOW + timedelta(days=400), 0))
        assert await StoredOperations(both[1], enqueue).retirement_told("hanna", TODAY)
    assert not await stores[0].retirement_told("hanna", TODAY + timedelta(days=1)), "known, so the database is not asked"
