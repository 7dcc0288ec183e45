"""Which workflows run side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial

import pytest

from bot.store.engine import DurableEngine
from bot.store.schema import upgrade
from bot.store.transactions import Transactions, close_for_good, open_engine

pytestmark = pytest.mark.storage


async def test_one_account_is_changed_by_one_operation_at_a_time(database_url: str) -> None:
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    order: list[str] = []
    begun = {"A": asyncio.Event(), "B": asyncio.Event()}

    async def change(operation_id: str) -> None:
        order.append(operation_id)
        for what in (operation_id[0], "all"):
            running[what] += 1
            most[what] = max(most[what], running[what])
        begun[operation_id[0]].set()
        for account in begun.values():  # A and B meet, or nothing goes on
            await account.wait()
        running.subtract((operation_id[0], "all"))

    async def nothing() -> None: ...

    database = open_engine(database_url)
    upgrade(database)
    transactions = Transactions(database)
    engine = DurableEngine(database, transactions, {"execute": change}, nothing)
    await engine.start()
    try:
        for operation_id in ("A1", "A2", "A3", "B1"):
            await transactions.write(partial(engine.enqueue, workflow="execute", operation_id=operation_id, key=operation_id[0]))
        async with asyncio.timeout(10):
            while len(order) < 4 or running["all"]:  # noqa: ASYNC110 - two things to wait for
                await asyncio.sleep(0.02)
    finally:
        await engine.close()
        transactions.close()
        close_for_good(database)

    assert most == {"A": 1, "B": 1, "all": 2}
    assert [operation_id for operation_id in order if operation_id[0] == "A"] == ["A1", "A2", "A3"]
