"""The tables of a database, brought up to this version: at the start, or by `python app.py database upgrade`.

Each migration (`bot.store.migrations`) is one transaction that holds a lock, so that processes that start together take turns. They are
written in Alembic's operations, and that is loaded only when there is one to make.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreUnavailable
from bot.store.tables import metadata
from bot.store.transactions import PATIENT_MS, open_engine

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
#: Also what the version before migrations took its turn by. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
TURN = 8200
#: Milliseconds after which a migration gives up: whoever wants its table next waits behind it.
TABLE_MS = 10_000

#: As Alembic makes it and finds it.
_RECORD = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
#: Table and column of all there are: one statement, where SQLAlchemy's inspector asks for one table after the other.
#: https://www.sqlite.org/pragma.html#pragfunc and https://www.postgresql.org/docs/current/catalog-pg-attribute.html
_COLUMNS = {
    "sqlite": text("SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"),
    "postgresql": text(
        "SELECT t.relname, c.attname FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid WHERE t.relkind IN ('r', 'p') "
        "AND t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.attnum > 0 AND NOT c.attisdropped"
    ),
}
_MAY_MAKE_TABLES = select(func.has_schema_privilege(func.current_schema(), "CREATE"))
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a database is.

    Attributes:
        revision: the last migration made in it; empty when it has no record of any.
        there: whether it has tables of ours.
        due: revisions to be made, oldest first.
        newer: its last migration is one that this version does not know.
    """

    revision: str
    there: bool
    due: tuple[str, ...]
    newer: bool = False


def known() -> tuple[str, ...]:
    """The revisions of this version, oldest first: the numbers that the files' names begin with."""
    return tuple(sorted(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*.py")))


def upgrade(engine: Engine) -> tuple[str, ...]:
    """Makes the migrations that are due, and looks whether every table and column is there.

    A database of a newer version is used as it is: that version only added to it.

    Returns:
        The revisions made.

    Raises:
        StoreUnavailable: the database cannot be opened or not be worked with; the text is for whoever starts the bot.
    """
    made: list[str] = []
    try:
        with _patient(engine) as patient:
            while revision := _next(patient):
                made.append(revision)
    except SQLAlchemyError as error:
        raise _unusable(engine, error) from error
    return tuple(made)


def standing(engine: Engine) -> Standing:
    """How far a database is; nothing is changed or made.

    Raises:
        StoreUnavailable: as for `upgrade`.
    """
    file = _file(engine)
    if file and not file.exists():
        if not os.access(file.parent, os.W_OK):
            raise StoreUnavailable(f"DATABASE_URL: unable to open database file {file}: its folder does not exist or cannot be written to.")
        return Standing("", False, known())
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            found = _look(connection)
            if found.due and not found.revision and found.there:
                _check(connection, _first(), found)
            if not found.due:
                _check(connection, metadata, found)
            if not found.there and engine.dialect.name == "postgresql" and not connection.execute(_MAY_MAKE_TABLES).scalar():
                raise StoreUnavailable(f"DATABASE_URL: {_shown(engine)}: this user may not make tables in it.")
            return found
    except SQLAlchemyError as error:
        raise _unusable(engine, error) from error


def title(revision: str) -> str:
    """What a migration does, in a few words."""
    return str(_script(revision).__doc__).strip()


def _next(engine: Engine) -> str | None:
    """Makes the oldest migration that is due and returns its revision; None when the database can be worked with."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({TURN})"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{TABLE_MS}ms'"))
        found = _look(connection)
        if not found.due:
            _check(connection, metadata, found)
            if found.newer:
                _log.warning("the database is at %s, of a newer version; this one knows %s and works on", found.revision, known()[-1])
            return None
        revision = found.due[0]
        _make(connection, revision, found)
    _log.info("database: %s made: %s", revision, title(revision))
    return revision


@contextlib.contextmanager
def _patient(engine: Engine) -> Iterator[Engine]:
    """An engine that waits for its turn for as long as others may need for their migrations, which is longer than a person waits."""
    if _file(engine) is None:  # PostgreSQL's turns have no end
        yield engine
        return
    patient = open_engine(engine.url.render_as_string(hide_password=False), busy_ms=PATIENT_MS)
    try:
        yield patient
    finally:
        patient.dispose()


def _look(connection: Connection) -> Standing:
    inspector = inspect(connection)
    names = set(inspector.get_table_names())
    revision = str(connection.execute(select(_RECORD.c.version_num)).scalar() or "") if _RECORD.name in names else ""
    there, revisions = not names.isdisjoint(metadata.tables), known()
    if not revision:
        return Standing("", there, revisions)
    if revision not in revisions:
        return Standing(revision, there, (), newer=True)
    return Standing(revision, there, revisions[revisions.index(revision) + 1 :])


def _make(connection: Connection, revision: str, found: Standing) -> None:
    from alembic.migration import MigrationContext  # noqa: PLC0415 - most starts have nothing to make
    from alembic.operations import Operations  # noqa: PLC0415

    if found.there and not found.revision:  # written before there were migrations
        _check(connection, _first(), found)
    else:
        with Operations.context(MigrationContext.configure(connection)):
            _script(revision).upgrade()
    _RECORD.create(connection, checkfirst=True)
    connection.execute(delete(_RECORD))
    connection.execute(insert(_RECORD).values(version_num=revision))


def _script(revision: str) -> Any:
    """The module of a migration. Alembic's own way to it reads every one of them, and again for each that is made."""
    (file,) = _VERSIONS.glob(f"{revision}_*.py")
    return import_module(f"bot.store.migrations.versions.{file.stem}")


def _first() -> MetaData:
    """What a database of the version before migrations has."""
    tables = _script(known()[0]).metadata
    assert isinstance(tables, MetaData)
    return tables


def _check(connection: Connection, wanted: MetaData, found: Standing) -> None:
    """Without this, the bot would serve until the first statement that needs the missing column.

    Raises:
        StoreUnavailable: tables or columns are missing.
    """
    columns: dict[str, set[str]] = {}
    for table_name, column_name in connection.execute(_COLUMNS[connection.dialect.name]):
        columns.setdefault(table_name, set()).add(column_name)
    lacking = []
    for table in wanted.sorted_tables:
        if table.name not in columns:
            lacking.append(f"there is no table {table.name}")
        elif missing := [column.name for column in table.columns if column.name not in columns[table.name]]:
            lacking.append(f"table {table.name} has no {', '.join(missing)}")
    if not lacking:
        return
    if found.newer:
        whose = f"is at {found.revision}, of a newer version of Doorman"
        remedy = "Nothing was changed in it. Start that version."
    elif found.revision:
        whose = f"is at {found.revision} by its own record, but not complete"
        remedy = "Somebody changed its tables by hand: restore a backup (docs/storage.md)."
    else:
        whose = "was made by a draft of Doorman 0.1.0, or holds tables of another program"
        remedy = (
            "Nothing was changed in it. Give a new database in DATABASE_URL, and keep the old one as an archive: "
            "`python app.py audit export` still reads its trail."
        )
    raise StoreUnavailable(
        f"DATABASE_URL: {_shown(connection.engine)} {whose}, and this version cannot go on with it: {'; '.join(lacking)}. {remedy}"
    )


def _file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for another one."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _unusable(engine: Engine, error: SQLAlchemyError) -> StoreUnavailable:
    said = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StoreUnavailable(
        f"DATABASE_URL: {_shown(engine)} cannot be used ({said}). Check that it exists, may be written to, and is not kept locked."
    )


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
