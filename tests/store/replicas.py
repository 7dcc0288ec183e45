"""Several processes on one database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.store.transactions import Transactions, open_engine


def most(database_url: str) -> int:
    """How many bots may share it: a SQLite file belongs to one."""
    return 2 if database_url.startswith("postgresql") else 1


@asynccontextmanager
async def replicas(database_url: str, count: int = 2) -> AsyncIterator[list[Transactions]]:
    """What each of them writes with; closed afterwards."""
    engines = [open_engine(database_url) for _ in range(count)]
    writers = [Transactions(engine) for engine in engines]
    try:
        yield writers
    finally:
        for writer in writers:
            writer.close()
        for engine in engines:
            engine.dispose()
