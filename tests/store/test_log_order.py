"""The log's outbox when replicas finish operations at the same time."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.store.operations import StoredOperations
from bot.store.transactions import Transactions, open_engine

pytestmark = pytest.mark.storage

NOW = datetime.now(UTC)


async def _running(operations: StoredOperations) -> str:
    """A new operation, brought as far as running."""
    proposed = Operation(
        id="", command="set-phone", text="", requester=Actor("hanna", "Hanna", "tenant"), changes=(),
        target=Person(id="alice", name="Alice", upn="alice@fabrikam.example"),
        conversation=ConversationRef("https://smba", "chat", "personal"), created_at=NOW, expires_at=NOW + timedelta(minutes=10),
    )  # fmt: skip
    event = AuditEvent(Tag.OPERATION_STARTED, NOW)
    operation_id = (await operations.propose(proposed, event)).id
    await operations.move(operation_id, "confirm", State.QUEUED, event, at=NOW)
    await operations.move(operation_id, "start", State.RUNNING, event, at=NOW)
    return operation_id


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_log_post_is_seen_before_one_with_a_lower_number(database_url: str) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = "") -> None:
        if workflow == "log":  # the number is given, the transaction still open
            reached.set()
            go_on.wait(10)

    engines = [open_engine(database_url), open_engine(database_url)]
    transactions = [Transactions(engine) for engine in engines]
    one, other = StoredOperations(transactions[0], slow), StoredOperations(transactions[1], lambda *_, **__: None)
    event = AuditEvent(Tag.OPERATION_FINISHED, NOW)
    try:
        first, second = await _running(one), await _running(other)
        finishing = asyncio.create_task(one.move(first, "finish", State.SUCCEEDED, event, at=NOW))
        await asyncio.to_thread(reached.wait, 10)
        following = asyncio.create_task(other.move(second, "finish", State.SUCCEEDED, event, at=NOW))
        await asyncio.sleep(0.3)
        assert await other.undelivered_log_posts() == ()
        go_on.set()
        await asyncio.gather(finishing, following)
        assert [told.id for _, told in await other.undelivered_log_posts() if isinstance(told, Operation)] == [first, second]
    finally:
        go_on.set()
        for one_by_one in transactions:
            one_by_one.close()
        for engine in engines:
            engine.dispose()
