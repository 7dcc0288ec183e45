"""A database of an earlier version is refused at the start, before anything in it is touched."""

from __future__ import annotations

import pytest
import sqlalchemy

from bot.errors import StoreUnavailable
from bot.store.operations import create_tables
from bot.store.tables import metadata


def tables(database: sqlalchemy.Engine) -> set[str]:
    return set(sqlalchemy.inspect(database).get_table_names())


def test_a_database_that_lacks_columns_is_refused_with_what_to_do(database: sqlalchemy.Engine) -> None:
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("DROP INDEX operations_by_department"))
        connection.execute(sqlalchemy.text("ALTER TABLE operations DROP COLUMN department"))
        connection.execute(sqlalchemy.text("ALTER TABLE freezes DROP COLUMN shared"))
        connection.execute(sqlalchemy.text("DROP TABLE numbers"))
    with pytest.raises(StoreUnavailable) as refused:
        create_tables(database)
    told = str(refused.value)
    assert "made by an earlier version of Doorman" in told
    assert "table operations has no department" in told
    assert "table freezes has no shared" in told
    assert "Give a new database in DATABASE_URL" in told
    if database.url.password:
        assert database.url.password not in told
    assert "numbers" not in tables(database)  # not even what could have been made was made


def test_a_database_that_lacks_tables_gets_them(database: sqlalchemy.Engine) -> None:
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE numbers"))
    create_tables(database)
    assert set(metadata.tables) <= tables(database)
    create_tables(database)
