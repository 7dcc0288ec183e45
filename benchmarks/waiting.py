"""Many requests that nobody confirms. To ask for each in chat would take minutes, so one is, and the others are written as that one was."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert, select

from bot.domain.life import State
from bot.store.queued import queued
from bot.store.tables import operations
from bot.store.transactions import close_for_good, open_engine


def ask_again(database_url: str, count: int) -> None:
    """Writes so many more like the request that waits in a database that no bot uses now, each with the work that lets it expire."""
    database = open_engine(database_url)
    with database.begin() as connection:
        asked = connection.execute(select(operations).where(operations.c.state == State.PROPOSED.value)).mappings().one()
        ids = [f"W{number}" for number in range(count)]
        connection.execute(insert(operations), [{**asked, "id": id} for id in ids])
        left = (asked["expires_at"] - datetime.now(UTC)).total_seconds()
        for id in ids:
            queued(replicated=False).put(connection, "expire", f"expire:{id}", id, delay=left)
    close_for_good(database)
