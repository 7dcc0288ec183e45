"""The database locked or gone, and the bot's own health."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import aiohttp
import pytest
import sqlalchemy

from bot.domain.audit import FIELDS, AuditEvent, Tag
from simulator.entra import Fault
from tests.desk import ALICE, HANNA, OSCAR, Desk

pytestmark = pytest.mark.storage

SET = "set mobile for alice +31 6 12345678"


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """Somebody else holds the SQLite file."""
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def gone(database_url: str) -> Iterator[None]:
    """The PostgreSQL database takes no connections and has dropped those it had."""
    url = sqlalchemy.make_url(database_url)
    engine = sqlalchemy.create_engine(url.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.execute(sqlalchemy.text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false"))
        server.execute(
            sqlalchemy.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": url.database}
        )
        try:
            yield
        finally:
            server.execute(sqlalchemy.text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true"))
    engine.dispose()


async def test_without_its_database_the_bot_does_nothing_and_says_so(desk: Desk, database_url: str) -> None:
    trouble: Callable[[str], AbstractContextManager[None]] = locked if database_url.startswith("sqlite") else gone
    waiting = await desk.say(HANNA, SET)
    with trouble(database_url):
        answer = await desk.say(HANNA, "set office for alice +31 20 1234567")
        assert "cannot reach my own database" in answer.text
        told = await desk.press(HANNA, waiting, "confirm")
        assert "cannot reach my own database" in told.message
        assert desk.phones(ALICE) == {}
        desk.clock.forward(seconds=6)  # what is known of its health is that old at the most
        if trouble is gone:
            assert (await get(desk, "/readyz"))[0] == 503

    await desk.press(HANNA, waiting, "confirm")
    await desk.settled(waiting, "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}


async def get(desk: Desk, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(desk.url + path) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_health_readiness_and_metrics(desk: Desk) -> None:
    assert await get(desk, "/healthz") == (200, "alive\n")
    assert await get(desk, "/readyz") == (200, "ready\n")
    await desk.change(HANNA, SET)
    status, text = await get(desk, "/metrics")
    assert status == 200
    assert 'doorman_operations_total{state="succeeded"}' in text
    assert "doorman_turn_seconds_bucket" in text

    desk.entra.faults.add(Fault(effect="unavailable", path="/v1.0/"))
    assert await get(desk, "/readyz") == (200, "ready\n")  # as it was a moment ago
    desk.clock.forward(seconds=6)
    status, text = await get(desk, "/readyz")
    assert status == 503
    assert text.startswith("graph:")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("effect", ["", "unavailable"])
async def test_probes_of_anybody_cost_graph_one_look_every_few_seconds(desk: Desk, effect: str) -> None:
    if effect:
        desk.entra.faults.add(Fault(effect=effect, path="/v1.0/"))
    await get(desk, "/readyz")  # the first has to get a token too
    before = len(desk.entra.requests)
    desk.clock.forward(seconds=6)
    await asyncio.gather(*(get(desk, "/readyz") for _ in range(20)))
    look = len(desk.entra.requests) - before
    assert 1 <= look <= 5  # with the retries of a failing one
    await asyncio.gather(*(get(desk, "/readyz") for _ in range(20)))
    assert len(desk.entra.requests) - before == look
    desk.clock.forward(seconds=6)
    assert (await get(desk, "/readyz"))[0] == (503 if effect else 200)
    assert len(desk.entra.requests) - before == 2 * look


async def test_every_step_leaves_its_event_and_no_number(desk: Desk, database_url: str) -> None:
    await desk.say(OSCAR, "show alice")
    answer = await desk.say(HANNA, f"{SET} ticket INC-7 because lost +31 6 55555555")
    await desk.press(OSCAR, answer, "confirm", action={"type": "Action.Execute", "verb": "confirm", "data": {"id": answer.operation_id}})
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    await desk.logged("Alice Jansen")
    await desk.stop_bot()  # which ends the step that records the log post
    engine = sqlalchemy.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT tag, actor_name, operation_id, facts FROM audit_events ORDER BY number")).all()
    engine.dispose()
    tags = [row.tag for row in rows]
    assert tags[:6] == [
        Tag.CHAT_COMMAND_REFUSED,
        Tag.OPERATION_PROPOSED,
        Tag.CHAT_CARD_REFUSED,
        Tag.OPERATION_CONFIRMED,
        Tag.OPERATION_STARTED,
        Tag.OPERATION_FINISHED,
    ]
    assert Tag.LOG_POST_DELIVERED in tags
    assert [row.actor_name for row in rows[:4]] == [OSCAR.name, HANNA.name, OSCAR.name, HANNA.name]
    trail = "".join(str(row.facts) for row in rows)
    assert "INC-7" in trail
    assert "12345678" not in trail
    assert "55555555" not in trail
    write = desk.entra.writes[0]
    assert write.request_id in trail
    assert write.client_request_id


def test_an_event_with_an_unlisted_fact_cannot_be_made() -> None:
    assert "number" not in FIELDS
    with pytest.raises(ValueError, match="number"):
        AuditEvent(Tag.CHAT_COMMAND_ASKED, datetime.now(UTC), facts={"number": "+31 612345678"})
