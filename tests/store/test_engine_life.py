"""How replicas know of each other that they live, and what is left of their sessions when they end."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy

from bot.store import engine as durable
from bot.store.engine import DurableEngine
from bot.store.schema import upgrade
from bot.store.transactions import Transactions, close_for_good, open_engine

pytestmark = pytest.mark.storage

LOCKS = sqlalchemy.text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 8201")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_proof_of_life_is_given_again_after_the_database_dropped_the_session(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "ADOPT_SECONDS", 0.05)
    database = open_engine(database_url)
    upgrade(database)

    async def nothing(_: str = "") -> None: ...

    transactions = Transactions(database)
    engine = DurableEngine(database, transactions, {"execute": nothing}, nothing)
    await engine.start()
    try:
        with database.connect() as connection:
            (first,) = connection.execute(LOCKS).scalars()
            connection.execute(sqlalchemy.text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
            connection.commit()
            async with asyncio.timeout(10):
                while not (again := [pid for pid in connection.execute(LOCKS).scalars() if pid != first]):
                    connection.commit()
                    await asyncio.sleep(0.02)
        assert len(again) == 1
    finally:
        await engine.close()
        transactions.close()
        close_for_good(database)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_session_that_comes_back_after_the_end_is_closed(database_url: str) -> None:
    """As a thread of the engine does that was noting something down while the process closed."""
    database = open_engine(database_url)
    late = database.connect()
    sessions = [late.connection.dbapi_connection]
    close_for_good(database)
    late.close()
    with database.connect() as even_later:
        sessions.append(even_later.connection.dbapi_connection)
    assert [session and session.closed for session in sessions] == [True, True]
