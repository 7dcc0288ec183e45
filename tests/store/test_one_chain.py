"""Replicas that write at the same time make one chain, and its old part gives way to a checkpoint."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
import sqlalchemy

from bot.domain.audit import Tag
from bot.domain.chain import Fault
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.store.operations import StoredOperations
from bot.store.trail import Trail, remove_older
from bot.store.trail_reader import TrailReader
from bot.store.transactions import Transactions
from tests.store.replicas import most, replicas
from tests.store.trail_rows import NOW, append, change, event, found, operation, put, rows

pytestmark = pytest.mark.storage


async def test_replicas_that_write_at_the_same_time_make_one_chain(database_url: str, database: sqlalchemy.Engine) -> None:
    """200 mixed pieces of work; on PostgreSQL from two engines, several of them moving the same operation or waiting for the same row."""
    async with replicas(database_url, most(database_url)) as writers:
        stores = [StoredOperations(writer, lambda *_, **__: None) for writer in writers]
        ids = [(await stores[0].propose(operation(n), event(n))).id for n in range(20)]
        confirmed: list[Operation | None] = []

        async def one(n: int) -> None:
            store, operation_id = stores[n % len(stores)], ids[n // 4 % len(ids)]
            match n % 5:
                case 0:
                    await store.record(event(n))
                case 1:
                    await store.propose(operation(n), event(n))
                case 2 | 3:
                    confirmed.append(await store.move(operation_id, "confirm", State.QUEUED, event(n), at=NOW))
                case _:
                    await asyncio.gather(store.set_card(operation_id, f"card-{n}"), store.set_setting("log_channel", str(n), event(n)))

        async with asyncio.timeout(60):
            await asyncio.gather(*(one(n) for n in range(200)))

    won = [moved.id for moved in confirmed if moved is not None]
    assert len(won) == len(set(won)) == len({ids[n // 4 % len(ids)] for n in range(200) if n % 5 in (2, 3)})
    verdict = TrailReader(database).verify()
    assert verdict.broken is None
    assert verdict.count == verdict.head.number == 20 + 3 * 40 + len(won)


class Purge:
    """Retention by hand."""

    def __init__(self, database: sqlalchemy.Engine) -> None:
        self._database = database

    def __call__(self, days: int = 30) -> int:
        with self._database.begin() as connection:
            trail = Trail(connection)
            removed = remove_older(connection, trail, NOW, days)
            trail.store()
            return removed


@pytest.fixture
def aged(database: sqlalchemy.Engine) -> sqlalchemy.Engine:
    """Six events of last year and two of today."""
    append(database, *(event(n, NOW - timedelta(days=100 - n)) for n in range(6)), event(6), event(7))
    return database


def test_what_is_too_old_gives_way_to_a_checkpoint(aged: sqlalchemy.Engine) -> None:
    last_hash = rows(aged)[5]["hash"]
    assert Purge(aged)() == 6
    assert [row["number"] for row in rows(aged)] == [7, 8, 9]
    checkpoint = rows(aged)[-1]
    assert checkpoint["tag"] == Tag.TRAIL_CHECKPOINT
    assert json.loads(checkpoint["facts"]) == {"first": 1, "last": 6, "count": 6, "last_hash": last_hash, "days": 30}
    assert found(aged) is None
    assert Purge(aged)() == 0
    append(aged, event(9))
    assert found(aged) is None


def test_the_newest_checkpoint_stands_for_those_before_it(aged: sqlalchemy.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.trail.REMOVED_AT_ONCE", 4)
    assert [Purge(aged)(), Purge(aged)(), Purge(aged)()] == [4, 2, 0]
    assert found(aged) is None
    assert [json.loads(row["facts"])["last"] for row in rows(aged) if row["tag"] == Tag.TRAIL_CHECKPOINT] == [4, 6]


def test_the_beginning_cut_off_without_a_checkpoint_is_found(aged: sqlalchemy.Engine) -> None:
    Purge(aged)()
    seventh = rows(aged)[0]
    change(aged, "DELETE FROM audit_events WHERE number = 7")
    assert found(aged) == (7, Fault.MISSING)
    change(aged, "UPDATE audit_head SET removed = 7, removed_hash = :hash", hash=seventh["hash"])
    assert found(aged) == (8, Fault.NO_CHECKPOINT)


def test_a_removed_event_put_back_is_found(aged: sqlalchemy.Engine) -> None:
    sixth = rows(aged)[5]
    Purge(aged)()
    put(aged, sixth)
    assert found(aged) == (7, Fault.REORDERED)


def test_what_does_not_verify_is_evidence_and_stays(aged: sqlalchemy.Engine) -> None:
    change(aged, "UPDATE audit_events SET actor_name = 'Nobody' WHERE number = 2")
    assert Purge(aged)() == 0
    assert len(rows(aged)) == 8


async def test_the_events_of_an_unfinished_operation_stay(database: sqlalchemy.Engine) -> None:
    long_ago = NOW - timedelta(days=100)
    transactions = Transactions(database)
    store = StoredOperations(transactions, lambda *_, **__: None)
    try:
        await store.record(event(0, long_ago))
        stored = await store.propose(operation(1), event(1, long_ago))
        await store.record(event(2, long_ago))
        await store.purge(NOW, 30)
        assert [row["number"] for row in rows(database)] == [2, 3, 4]
        await store.move(stored.id, "cancel", State.CANCELLED, event(3, long_ago, stored.id), at=NOW)
        await store.purge(NOW, 0)
        assert len(rows(database)) == 4
        await store.purge(NOW, 30)
        assert [row["number"] for row in rows(database)] == [4, 5, 6]
    finally:
        transactions.close()
    assert found(database) is None


async def test_replicas_that_remove_at_the_same_time_leave_one_checkpoint(aged: sqlalchemy.Engine, database_url: str) -> None:
    async with replicas(database_url) as writers:
        await asyncio.gather(*(StoredOperations(writer, lambda *_, **__: None).purge(NOW, 30) for writer in writers))
    assert [row["tag"] for row in rows(aged)].count(Tag.TRAIL_CHECKPOINT) == 1
    assert found(aged) is None
