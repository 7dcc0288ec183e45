"""Every migration only adds, so that the version before works on beside it; all of them together make the tables of the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.store import schema
from bot.store.tables import metadata
from bot.store.transactions import open_engine

pytestmark = pytest.mark.storage

Facts = dict[str, Any]


@pytest.fixture
def untouched(untouched_url: str) -> Iterator[sqlalchemy.Engine]:
    """A database without tables."""
    engine = open_engine(untouched_url)
    yield engine
    engine.dispose()


def test_the_files_are_one_line_of_migrations_each_with_a_title() -> None:
    scripts = [schema._script(revision) for revision in schema.known()]
    assert [script.revision for script in scripts] == list(schema.known())
    assert [script.down_revision for script in scripts] == [None, *schema.known()[:-1]]
    for script in scripts:
        assert schema.title(script.revision).endswith(".")
        assert not hasattr(script, "downgrade"), "the way back is a backup, or the version before on the same tables"


def test_all_migrations_together_make_the_tables_of_the_code(untouched: sqlalchemy.Engine) -> None:
    schema.upgrade(untouched)
    with untouched.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(found, metadata) == []


def test_each_migration_only_adds_and_locks_one_table(untouched: sqlalchemy.Engine) -> None:
    schema._next(untouched)
    before = facts(untouched)
    while revision := schema._next(untouched):
        after = facts(untouched)
        assert breaches(before, after) == [], revision
        assert len([name for name, table in before.items() if table != after[name]]) <= 1, f"{revision} changes several tables in use"
        before = after


def facts(database: sqlalchemy.Engine | sqlalchemy.Connection) -> dict[str, Facts]:
    """What an insert, an update or a select of the version before depends on, by table."""
    inspector = sqlalchemy.inspect(database)
    return {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column.get("default")) for column in inspector.get_columns(name)
            },
            "indexes": {index["name"]: (index["column_names"], bool(index["unique"])) for index in inspector.get_indexes(name)},
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(str(each["column_names"]) for each in inspector.get_unique_constraints(name)),
            "checks": sorted(each["sqltext"] for each in inspector.get_check_constraints(name)),
            "references": sorted(str(each["constrained_columns"]) for each in inspector.get_foreign_keys(name)),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def breaches(before: dict[str, Facts], after: dict[str, Facts]) -> list[str]:
    """Where something was renamed, dropped or tightened."""
    found = []
    for name, old in before.items():
        if name not in after:
            found.append(f"table {name} is gone")
            continue
        new = after[name]
        for what in ("columns", "indexes"):
            found += [f"{name}: {each} is gone or another" for each, facts in old[what].items() if new[what].get(each) != facts]
        for column, (_, nullable, default) in new["columns"].items():
            if column not in old["columns"] and not nullable and default is None:
                found.append(f"{name}: {column} has to be given")
        found += [f"{name}: {index} is unique" for index, (_, unique) in new["indexes"].items() if unique and index not in old["indexes"]]
        found += [f"{name}: another {what}" for what in ("key", "unique", "checks", "references") if old[what] != new[what]]
    return found


#: What is done to a database, and what the rule says of it.
DONE: tuple[tuple[str, str | None], ...] = (
    ("ALTER TABLE choices ADD COLUMN mood TEXT", None),
    ("ALTER TABLE choices ADD COLUMN mood TEXT NOT NULL DEFAULT ''", None),
    ("CREATE INDEX choices_by_age ON choices (at)", None),
    ("CREATE TABLE moods (id TEXT NOT NULL)", None),
    ("DROP TABLE choices", "table choices is gone"),
    ("ALTER TABLE choices RENAME TO picks", "table choices is gone"),
    ("ALTER TABLE choices DROP COLUMN text", "choices: text is gone"),
    ("ALTER TABLE choices RENAME COLUMN text TO line", "choices: text is gone"),
    ("DROP INDEX spoken_by_age", "last_spoken_of: spoken_by_age is gone"),
    ("CREATE UNIQUE INDEX one_choice ON choices (actor_id)", "choices: one_choice is unique"),
    ("ALTER TABLE choices ADD COLUMN mood TEXT CHECK (mood <> '')", "choices: another checks"),
)


def test_the_rule_knows_what_breaks_it(untouched: sqlalchemy.Engine) -> None:
    schema.upgrade(untouched)
    before = facts(untouched)
    for statement, told in DONE:
        with untouched.connect() as connection:
            connection.execute(sqlalchemy.text(statement))
            found = breaches(before, facts(connection))
            connection.rollback()
        assert ([each for each in found if told and each.startswith(told)] == found[:1]) if told else (found == []), statement


def test_a_column_that_has_to_be_given_breaks_the_rule() -> None:
    old = {"columns": {}, "indexes": {}, "key": ["id"], "unique": [], "checks": [], "references": []}
    assert breaches({"t": old}, {"t": old | {"columns": {"mood": ("TEXT", False, None)}}}) == ["t: mood has to be given"]
    assert breaches({"t": old}, {"t": old | {"columns": {"mood": ("TEXT", False, "''")}}}) == []
