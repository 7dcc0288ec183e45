"""What differs is reported once, by whichever replica; and what the trail knows of executions."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy

from bot.domain.audit import AuditEvent, Tag
from bot.domain.reconcile import Comparison, Execution
from bot.errors import StoreUnavailable
from bot.store import executions
from bot.store.discrepancies import KEPT, StoredDiscrepancies
from bot.store.operations import StoredOperations
from bot.store.trail_reader import TrailReader
from bot.store.transactions import Transactions
from tests.store.replicas import most, replicas
from tests.store.trail_rows import NOW, append, change, rows

pytestmark = pytest.mark.storage


def differs(*operation_ids: str) -> Comparison:
    found = tuple(Execution(one, "alice", NOW, "alice@fabrikam.example", NOW, "succeeded", ("r-1",)) for one in operation_ids)
    return Comparison(NOW, (), found, 0, len(found), 0)


def started(operation_id: str, hours: float) -> AuditEvent:
    return AuditEvent(Tag.OPERATION_STARTED, NOW - timedelta(hours=hours), operation_id=operation_id, target_id="ALICE")


def finished(operation_id: str, hours: float, state: str = "succeeded") -> AuditEvent:
    facts = {"state": state, "outcome": "", "request_ids": ["r-1"], "target_upn": "alice@fabrikam.example"}
    return AuditEvent(Tag.OPERATION_FINISHED, NOW - timedelta(hours=hours), operation_id=operation_id, target_id="ALICE", facts=facts)


async def test_replicas_report_the_same_once(database_url: str, database: sqlalchemy.Engine) -> None:
    async with replicas(database_url, most(database_url)) as writers:
        stores = [StoredDiscrepancies(writer, lambda *_, **__: None) for writer in writers]
        async with asyncio.timeout(30):
            told = await asyncio.gather(*(stores[n % len(stores)].report(differs("7QXF", "7QXG"), NOW) for n in range(20)))
            assert sorted(told)[-2:] == [0, 2]
            assert await stores[0].report(differs("7QXG", "7QXH"), NOW) == 1
            assert await stores[0].report(differs("7QXF"), NOW + KEPT + timedelta(days=1)) == 1, "forgotten by then"
    assert [row["tag"] for row in rows(database)] == ["trail:directory:differs"] * 3
    assert TrailReader(database).verify().broken is None
    with database.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT count(*) FROM log_posts")).scalar() == 3


def test_executions(database: sqlalchemy.Engine) -> None:
    append(
        database,
        started("OLD", 50), finished("OLD", 49),
        started("LONG", 30), started("LONG", 26), finished("LONG", 23),
        started("DONE", 3), finished("DONE", 2, "partial"),
        started("RUNS", 40),
    )  # fmt: skip
    with database.connect() as connection:
        known = executions.read(connection, NOW - timedelta(hours=24))
    found = {one.operation_id: one for one in known.executions}
    assert set(found) == {"LONG", "DONE", "RUNS"}
    assert (found["LONG"].began, found["LONG"].ended) == (NOW - timedelta(hours=30), NOW - timedelta(hours=23))
    assert (found["DONE"].state, found["DONE"].request_ids, found["DONE"].target_upn) == ("partial", ("r-1",), "alice@fabrikam.example")
    assert (found["RUNS"].ended, found["RUNS"].target_id) == (None, "alice")
    assert [one.operation_id for one in known.changes] == ["LONG", "DONE"]


async def test_nothing_is_known_of_what_was_removed_by_age(database: sqlalchemy.Engine) -> None:
    append(database, started("OLD", 50), finished("OLD", 49), started("DONE", 3), finished("DONE", 2))
    transactions = Transactions(database)
    operations = StoredOperations(transactions, lambda *_, **__: None)
    assert (await operations.executions(NOW - timedelta(hours=72))).since == NOW - timedelta(hours=72)
    await operations.purge(NOW, 1)
    known = await operations.executions(NOW - timedelta(hours=72))
    transactions.close()
    assert known.since == NOW - timedelta(hours=3)
    assert [one.operation_id for one in known.executions] == ["DONE"]


@pytest.mark.parametrize("facts", ["{", "{}", "[]"])
def test_an_event_that_cannot_be_read(database: sqlalchemy.Engine, facts: str) -> None:
    append(database, started("DONE", 3), finished("DONE", 2))
    change(database, "UPDATE audit_events SET facts = :facts WHERE number = 2", facts=facts)
    with database.connect() as connection, pytest.raises(StoreUnavailable, match="event 2"):
        executions.read(connection, NOW - timedelta(hours=24))
