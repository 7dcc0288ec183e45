"""The tables at the start: brought up to this version, by one process at a time; what cannot be worked with is refused with what to do."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy

from bot.errors import StoreUnavailable
from bot.store import schema, transactions
from bot.store.tables import metadata
from bot.store.transactions import open_engine

pytestmark = pytest.mark.storage


@pytest.fixture
def untouched(untouched_url: str) -> Iterator[sqlalchemy.Engine]:
    """A database without tables."""
    engine = open_engine(untouched_url)
    yield engine
    engine.dispose()


@pytest.fixture
def of_the_first(untouched: sqlalchemy.Engine) -> sqlalchemy.Engine:
    """A database as it was before there were migrations: tables, and no record."""
    assert schema._next(untouched) == schema.known()[0]
    run(untouched, "DROP TABLE alembic_version")
    return untouched


def run(database: sqlalchemy.Engine, *statements: str) -> None:
    with database.begin() as connection:
        for statement in statements:
            connection.execute(sqlalchemy.text(statement))


def tables(database: sqlalchemy.Engine) -> set[str]:
    return set(sqlalchemy.inspect(database).get_table_names())


def indexes(database: sqlalchemy.Engine, table: str) -> set[str | None]:
    return {index["name"] for index in sqlalchemy.inspect(database).get_indexes(table)}


def refused(database: sqlalchemy.Engine) -> str:
    with pytest.raises(StoreUnavailable) as error:
        schema.upgrade(database)
    if database.url.password:
        assert database.url.password not in str(error.value)
    return str(error.value)


def test_a_new_database_gets_every_table(untouched: sqlalchemy.Engine) -> None:
    assert schema.standing(untouched) == schema.Standing("", False, schema.known())
    assert schema.upgrade(untouched) == schema.known()
    assert set(metadata.tables) <= tables(untouched)
    assert schema.upgrade(untouched) == ()
    assert schema.standing(untouched) == schema.Standing(schema.known()[-1], True, ())


def test_looking_makes_nothing(untouched: sqlalchemy.Engine) -> None:
    schema.standing(untouched)
    if untouched.dialect.name == "sqlite":
        file = schema._file(untouched)
        assert file is not None
        assert not file.exists()
    assert tables(untouched) == set()


def test_a_database_of_before_the_migrations_is_taken_as_it_is(of_the_first: sqlalchemy.Engine) -> None:
    run(of_the_first, "UPDATE audit_head SET number = 7")
    assert schema.standing(of_the_first) == schema.Standing("", True, schema.known())
    assert "alembic_version" not in tables(of_the_first)
    assert schema.upgrade(of_the_first) == schema.known()
    with of_the_first.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT number FROM audit_head")).scalars().all() == [7]


@pytest.mark.parametrize("harm", ["ALTER TABLE freezes DROP COLUMN shared", "DROP TABLE numbers"])
def test_tables_of_a_draft_or_of_others_are_left_alone(of_the_first: sqlalchemy.Engine, harm: str) -> None:
    run(of_the_first, "DROP INDEX operations_by_department", "ALTER TABLE operations DROP COLUMN department", harm)
    before = tables(of_the_first)
    told = refused(of_the_first)
    assert "was made by a draft of Doorman 0.1.0, or holds tables of another program" in told
    assert "table operations has no department" in told
    assert "table freezes has no shared" in told or "there is no table numbers" in told
    assert "Give a new database in DATABASE_URL" in told
    assert tables(of_the_first) == before  # not even what could have been made was made
    with pytest.raises(StoreUnavailable, match="no department"):
        schema.standing(of_the_first)


@pytest.mark.parametrize("revision", [schema.known()[-1], "ffff"])
def test_columns_that_are_needed_and_not_there_are_named(untouched: sqlalchemy.Engine, revision: str) -> None:
    schema.upgrade(untouched)
    run(untouched, f"UPDATE alembic_version SET version_num = '{revision}'", "ALTER TABLE freezes DROP COLUMN shared")
    told = refused(untouched)
    assert "table freezes has no shared" in told
    if revision == "ffff":
        assert "is at ffff, of a newer version of Doorman" in told
        assert "Start that version." in told
    else:
        assert "restore a backup" in told


def test_a_database_of_a_newer_version_is_worked_with(untouched: sqlalchemy.Engine, caplog: pytest.LogCaptureFixture) -> None:
    schema.upgrade(untouched)
    run(untouched, "UPDATE alembic_version SET version_num = 'ffff'")
    run(untouched, "ALTER TABLE freezes ADD COLUMN mood TEXT", "CREATE TABLE moods (id TEXT)")
    with caplog.at_level(logging.WARNING):
        assert schema.upgrade(untouched) == ()
    assert f"is at ffff, of a newer version; this one knows {schema.known()[-1]}" in caplog.text
    assert schema.standing(untouched) == schema.Standing("ffff", True, (), newer=True)


def test_processes_that_start_together_take_turns(untouched: sqlalchemy.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the migrations of another one take: longer than a person would be kept waiting."""
    monkeypatch.setattr(transactions, "BUSY_MS", 1)
    url = untouched.url.render_as_string(hide_password=False)
    engines = [open_engine(url) for _ in range(4)]
    with ThreadPoolExecutor(len(engines)) as pool:
        made = list(pool.map(schema.upgrade, engines))
    for engine in engines:
        engine.dispose()
    assert sorted(revision for each in made for revision in each) == list(schema.known())


def test_a_migration_that_fails_leaves_nothing_and_can_be_made_again(untouched: sqlalchemy.Engine) -> None:
    schema._next(untouched)
    run(untouched, "CREATE INDEX bulk_rows_by_person ON bulk_rows (job)")
    assert "already exists" in refused(untouched)
    assert schema.standing(untouched).revision == "0001"
    run(untouched, "DROP INDEX bulk_rows_by_person")
    assert schema.upgrade(untouched) == schema.known()[1:]
    assert "bulk_rows_by_person" in indexes(untouched, "bulk_rows")


def test_a_migration_does_not_wait_for_ever(untouched_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants the table next waits behind it."""
    database = open_engine(untouched_database("postgresql"))
    monkeypatch.setattr(schema, "TABLE_MS", 50)
    schema._next(database)
    with database.connect() as other:
        other.execute(sqlalchemy.text("UPDATE bulk_rows SET number = number"))
        assert "lock timeout" in refused(database)
        assert schema.standing(database).revision == "0001"
    assert schema.upgrade(database) == schema.known()[1:]
    database.dispose()


def test_a_start_with_nothing_due_does_not_load_alembic(untouched: sqlalchemy.Engine) -> None:
    schema.upgrade(untouched)
    url = untouched.url.render_as_string(hide_password=False)
    code = (
        "import sys; import bot.bootstrap; from bot.store import schema, transactions; "
        f"assert schema.upgrade(transactions.open_engine({url!r})) == (); "
        "sys.exit(bool({'alembic', 'mako'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("content", [b"no database at all" * 100, None])
def test_what_cannot_be_opened_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "there" / "doorman.db"
    if content:
        file.parent.mkdir()
        file.write_bytes(content)
    engine = open_engine(f"sqlite:///{file}")
    for look in (schema.upgrade, schema.standing):
        with pytest.raises(StoreUnavailable, match="not a database" if content else "unable to open database file"):
            look(engine)
    engine.dispose()
