"""Statements of every turn and every change, made ready once: on SQLite, running one costs a tenth of what SQLAlchemy takes for it.

What SQLAlchemy does around a statement (finding it again in its cache, a context, a result with its names) costs ten times what SQLite
takes for the rows of one key. So such a statement is compiled at its first use, and its parameters and rows go through SQLAlchemy's own
types, but nothing else stands between it and the driver. On PostgreSQL the way to the server and back costs more than both, so there
SQLAlchemy runs it as any other.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import TypeEngine

#: How one value is made: of what the driver takes, or gives.
Process = Callable[[Any], Any]


class Rows(list[Any]):
    """What a statement gave; each row is a tuple whose values have the names of their columns."""

    def first(self) -> Any:
        """The first row; None when there is none."""
        return self[0] if self else None

    def scalar(self) -> Any:
        """The first value of the first row; None when there is none."""
        return self[0][0] if self else None

    def scalars(self) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self]


class _Ready(NamedTuple):
    """A statement as the driver takes it.

    Attributes:
        takes: for each parameter in turn its name, and how its value is made.
        stands: those that are part of the statement.
        row: makes a row of its values; None where no rows come back.
        made: which of the values are not as the driver gives them.
    """

    sql: str
    takes: Sequence[tuple[str, Process | None]]
    stands: Mapping[str, Any]
    row: Callable[[Iterable[Any]], Any] | None
    made: Sequence[tuple[int, Process]]

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        given = {**self.stands, **values}
        return [process(given[name]) if process else given[name] for name, process in self.takes]

    def rows(self, fetched: Iterable[Sequence[Any]]) -> Rows:
        if self.row is None:
            return Rows()
        if not self.made:
            return Rows(map(self.row, fetched))
        rows = Rows()
        for each in fetched:
            values = list(each)
            for index, process in self.made:
                values[index] = process(values[index])
            rows.append(self.row(values))
        return rows


class Prepared:
    """One statement, made when its module is loaded. Lists among its parameters are to be part of it, and not given."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._ready: dict[tuple[str, ...], _Ready] = {}

    def __call__(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Rows:
        """Runs it with these parameters (of an INSERT or UPDATE: also values of columns) and returns all rows."""
        values = values or {}
        if connection.dialect.name != "sqlite":
            result = connection.execute(self._statement, values)
            return Rows(result.all() if result.returns_rows else ())
        ready = self._made_ready(connection.dialect, values)
        try:
            return ready.rows(_driver(connection).execute(ready.sql, ready.parameters(values)).fetchall())
        except connection.dialect.loaded_dbapi.Error as error:
            raise _in_words(ready, error, connection.dialect) from error

    def many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Runs it for each of these, one at least; all have the same names."""
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, rows)
            return
        ready = self._made_ready(connection.dialect, rows[0])
        try:
            _driver(connection).executemany(ready.sql, [ready.parameters(values) for values in rows])
        except connection.dialect.loaded_dbapi.Error as error:
            raise _in_words(ready, error, connection.dialect) from error

    def _made_ready(self, dialect: Dialect, values: Mapping[str, Any]) -> _Ready:
        names = tuple(values)
        if (ready := self._ready.get(names)) is None:
            ready = self._ready[names] = _made_ready(self._statement, dialect, names)
        return ready


def _driver(connection: Connection) -> Any:
    """The driver's own connection, in the transaction that SQLAlchemy begins with the first statement."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.driver_connection


def _made_ready(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Ready:
    given = list(names) if statement.is_dml else None
    compiled = statement.compile(dialect=dialect, column_keys=given)
    assert isinstance(compiled, SQLCompiler)
    wanted = {name for name, parameter in compiled.binds.items() if parameter.required}
    written = compiled.construct_expanded_state(dict.fromkeys(wanted))  # lists are written out
    takes = [(name, _bind(compiled.binds.get(name), dialect)) for name in written.positiontup or ()]
    stands = {name: value for name, value in written.parameters.items() if name not in wanted}
    stands |= {column.key: _default(column) for column in (compiled.insert_prefetch if isinstance(statement, Insert) else ())}
    columns = list(statement.exported_columns) if statement.is_select or statement._returning else []
    made = [(index, process) for index, column in enumerate(columns) if (process := _result(column.type, dialect))]
    named: Any = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]
    return _Ready(written.statement, takes, stands, named._make if columns else None, made)


def _default(column: Any) -> Any:
    """What a column holds unless it is said, as its table says: one value for all rows."""
    assert column.default.is_scalar, f"{column} has to be given"
    return column.default.arg


def _bind(parameter: Any, dialect: Dialect) -> Process | None:
    """None also for a value of a list, which is part of the statement and only text."""
    return parameter.type.dialect_impl(dialect).bind_processor(dialect) if parameter is not None else None


def _result(type_: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _in_words(ready: _Ready, error: Exception, dialect: Dialect) -> Exception:
    """The driver's error as SQLAlchemy's, as if it had run the statement; without parameters, which may be numbers."""
    return DBAPIError.instance(ready.sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect)
