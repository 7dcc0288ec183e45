"""A database as SQLAlchemy sees it, once of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy

from bot.store.transactions import open_engine


@pytest.fixture
def database(database_url: str) -> Iterator[sqlalchemy.Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()
