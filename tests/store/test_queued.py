"""What Doorman writes of queued work is what the durable engine itself writes, column for column."""

from __future__ import annotations

import time
from typing import Any

import pytest
from dbos import DBOSClient
from sqlalchemy import Engine, text

from bot.store.engine import DurableEngine
from bot.store.queued import queued
from bot.store.schema import upgrade
from bot.store.transactions import Transactions, close_for_good, open_engine, open_engine_for_dbos

pytestmark = pytest.mark.storage

#: Of each piece alone: its id, a random token, and when it was written; these are looked at by themselves.
_OWN = {"workflow_uuid", "creator_xid", "created_at", "updated_at", "delay_until_epoch_ms", "retention_timestamp"}


async def nothing(_: str = "") -> None: ...


def rows(database: Engine, id: str) -> tuple[dict[str, Any], ...]:
    schema = "dbos." if database.dialect.name == "postgresql" else ""
    with database.connect() as connection:
        each = [
            connection.execute(text(f"SELECT * FROM {schema}{name} WHERE workflow_uuid = :id"), {"id": id}).one()
            for name in ("workflow_status", "workflow_input")
        ]
    return tuple(dict(found._mapping) for found in each)


def plans(database: Engine) -> list[str]:
    """How SQLite goes about everything that looks into the queues."""
    steps: list[str] = []
    with database.begin() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(steps.append)
        look = queued(replicated=False)
        look.waiting(connection)
        values = {"queue": "log", "room": 1, "now": 0, "me": "us", "version": "1"}
        for limit in ({}, {"partition_concurrency": 1}, {"global_concurrency": 1}):
            look.taking(limit).this(connection, {**values, "id": "log:A"})
            look.taking(limit).longest(connection, values)
        driver.set_trace_callback(None)
        return [found[3] for said in steps for found in driver.execute(f"EXPLAIN QUERY PLAN {said}")]


@pytest.mark.parametrize(("delay", "key"), [(0, ""), (0, "account"), (90, "")])
async def test_it_is_what_the_engine_writes(database_url: str, delay: float, key: str) -> None:
    database = open_engine(database_url)
    upgrade(database)
    transactions = Transactions(database)
    engine, theirs = DurableEngine(database, transactions, {}, nothing), open_engine_for_dbos(database)
    await engine.start()
    client = DBOSClient(system_database_url=database_url, system_database_engine=theirs, use_listen_notify=False)
    options: dict[str, Any] = {"workflow_name": "tell", "queue_name": "tell", "workflow_id": "tell:theirs"}
    options |= ({"delay_seconds": delay} if delay else {}) | ({"queue_partition_key": key} if key else {})
    try:
        with theirs.begin() as connection:
            client.enqueue_in_transaction(connection, options, "A:1")  # type: ignore[arg-type]
        put = queued(replicated=engine.replicated).put
        for _ in "twice":  # the second one finds it there
            await transactions.write(lambda connection: put(connection, "tell", "tell:ours", "A:1", delay=delay, key=key))
        for ours, wanted in zip(rows(database, "tell:ours"), rows(database, "tell:theirs"), strict=True):
            assert {name: ours[name] for name in ours.keys() - _OWN} == {name: wanted[name] for name in wanted.keys() - _OWN}
            assert {name for name in _OWN & ours.keys() if ours[name] is None} == {
                name for name in _OWN & wanted.keys() if wanted[name] is None
            }
            for name in _OWN & ours.keys() - {"workflow_uuid", "creator_xid"}:
                assert ours[name] == pytest.approx(wanted[name], abs=60_000) if wanted[name] else True, name
        if database.dialect.name == "sqlite":
            assert not [step for step in plans(database) if step.startswith("SCAN") and "INDEX" not in step]  # not through all rows
        if delay:
            assert rows(database, "tell:ours")[0]["delay_until_epoch_ms"] > time.time() * 1000
    finally:
        client.destroy()
        await engine.close()
        transactions.close()
        close_for_good(theirs)
        close_for_good(database)
