"""A row that takes the place of the one with the same key, in the words of either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.prepared import Prepared


class Upsert:
    """Made once for a table, since it is part of every turn.

    Args:
        table: its primary key tells which row gives way; every other column is taken from the new one.
    """

    def __init__(self, table: Table) -> None:
        self._statements = {"postgresql": Prepared(_upsert(postgresql, table)), "sqlite": Prepared(_upsert(sqlite, table))}

    def __call__(self, connection: Connection, row: dict[str, Any]) -> None:
        """Stores a whole row."""
        self._statements[connection.dialect.name](connection, row)

    def all(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Stores whole rows, one at least."""
        self._statements[connection.dialect.name].many(connection, rows)


def _upsert(dialect: Any, table: Table) -> Any:
    new = dialect.insert(table)
    latest = {column.name: new.excluded[column.name] for column in table.columns if not column.primary_key}
    return new.on_conflict_do_update(index_elements=list(table.primary_key), set_=latest)
