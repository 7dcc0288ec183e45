"""The audit trail for whoever examines it: checked and exported as it was at one moment, without holding it in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from bot.domain.chain import NOTHING_KNOWN, Break, Fault, Head, StoredEvent, Verdict, verify
from bot.errors import StoreUnavailable
from bot.store.tables import audit_events
from bot.store.trail import CHUNK, HEAD, events
from bot.store.transactions import open_engine


class TrailReader:
    """The trail for whoever examines it, beside a running bot or without one.

    Args:
        engine: the database; nothing is ever written.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._local = engine.dialect.name == "sqlite"

    def verify(self, known: Mapping[int, str] = NOTHING_KNOWN) -> Verdict:
        """Checks the whole trail as it was at one moment, in constant memory.

        Args:
            known: numbers and hashes of earlier heads, kept elsewhere.

        Raises:
            StoreUnavailable: there is no trail, or the database does not answer.
        """
        with self._reading() as connection:
            found = connection.execute(HEAD).first()
            head = Head(*found) if found else Head()
            if found is None:
                return Verdict(0, head, Break(0, "", Fault.WRONG_HEAD, "the row that says where the trail ends is missing"))
            for chunk in (CHUNK, 1):  # what cannot be read is looked for row by row, to tell which one it is
                try:
                    with closing(events(connection, chunk=chunk)) as stored:
                        seen = _Seen(stored)
                        return verify(seen, head, _place_of(connection), known=known)
                except DatabaseError as error:  # SQLite: text that is none, a page that is none
                    if error.connection_invalidated or not self._local:
                        raise
                    said = str(error.orig).splitlines()[0]
            return Verdict(seen.count, head, Break(head.removed + seen.count + 1, "", Fault.UNREADABLE, f"it cannot be read ({said})"))

    @contextmanager
    def exporting(self, first: datetime, last: datetime) -> Iterator[tuple[Head, Iterator[StoredEvent]]]:
        """The events of a time, both ends included, in order, and the head of the whole trail at that moment.

        Raises:
            StoreUnavailable: as for `verify`.
        """
        with self._reading() as connection:
            head = connection.execute(HEAD).first()
            with closing(events(connection, audit_events.c.at >= first, audit_events.c.at <= last)) as found:
                yield Head(*head) if head else Head(), found

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One moment of the database, however long the reading takes."""
        level = {} if self._local else {"isolation_level": "REPEATABLE READ"}
        try:
            with self._engine.connect().execution_options(read_only=True, **level) as connection:
                yield connection
        except SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or error).splitlines()[0]
            where = self._engine.url.render_as_string(hide_password=True)
            raise StoreUnavailable(f"DATABASE_URL: the audit trail in {where} cannot be read ({said}).") from error


class _Seen:
    """Counts what passes through."""

    def __init__(self, passing: Iterator[StoredEvent]) -> None:
        self._passing = passing
        self.count = 0

    def __iter__(self) -> Iterator[StoredEvent]:
        for event in self._passing:
            yield event
            self.count += 1  # when the next one is asked for, this one was in order


def _place_of(connection: Connection) -> Callable[[str], int | None]:
    def place_of(hash_: str) -> int | None:
        return connection.execute(select(audit_events.c.number).where(audit_events.c.hash == hash_).limit(1)).scalar()

    return place_of


@contextmanager
def open_trail(database_url: str) -> Iterator[TrailReader]:
    """The trail of this database.

    Raises:
        StoreUnavailable: there is no such SQLite file; opening one would make it.
    """
    engine = open_existing(database_url)
    try:
        yield TrailReader(engine)
    finally:
        engine.dispose()


def open_existing(database_url: str) -> Engine:
    """An engine for a database that is there already.

    Raises:
        StoreUnavailable: there is no such SQLite file; opening one would make it.
    """
    engine = open_engine(database_url)
    file = engine.url.database
    if engine.dialect.name == "sqlite" and not (file and Path(file).is_file()):
        raise StoreUnavailable(f"DATABASE_URL: there is no file {file}, so there is no audit trail in it.")
    return engine
