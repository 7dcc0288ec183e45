"""Transactions off the event loop, grouped: writes that arrive together share one commit and one disk flush."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from bot.errors import StoreUnavailable
from bot.quick_json import loaded
from bot.store.private import keep_private
from bot.store.trail import Trail, TrailLost

T = TypeVar("T")
Work = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of work and who waits for it; `recorded` work also takes the end of the audit trail."""

    work: Callable[..., Any]
    future: asyncio.Future[Any]
    recorded: bool = False


#: More would make the first of a group wait for the last without saving any flush.
GROUP_LIMIT = 64
#: Milliseconds a SQLite connection waits for another one before "database is locked": ours gives up while the person still
#: waits for an answer; the durable engine and migrations, for which nobody waits, do not have to.
BUSY_MS = 3_000
PATIENT_MS = 30_000
#: Every commit waits for the disk: an audit trail must survive a power cut. https://www.sqlite.org/pragma.html#pragma_synchronous
FLUSH = "FULL"


def open_engine(database_url: str, *, busy_ms: int | None = None) -> Engine:
    """An engine for our own transactions on `sqlite:///…` or `postgresql://…`.

    Args:
        busy_ms: milliseconds to wait for another connection to the same SQLite file; a person's patience where none are given.

    On SQLite every transaction begins with BEGIN IMMEDIATE, so that two writers queue instead of failing half-way.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=12,
            max_overflow=4,
            pool_pre_ping=True,
            pool_timeout=5,
            connect_args={"connect_timeout": 5},
            json_deserializer=loaded,
        )
    engine = _sqlite(url, isolation_level=None, busy_ms=busy_ms or BUSY_MS)

    @event.listens_for(engine, "begin")
    def _immediate(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only")
        begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        try:
            cast(sqlite3.Connection, connection.connection.driver_connection).execute(begin)
        except sqlite3.Error as error:
            raise DBAPIError.instance(begin, None, error, sqlite3.Error, dialect=connection.dialect) from error

    return engine


def open_engine_for_dbos(ours: Engine) -> Engine:
    """The engine DBOS works with: on SQLite one of its own, because it begins its transactions the driver's way."""
    return ours if ours.dialect.name == "postgresql" else _sqlite(ours.url, isolation_level="IMMEDIATE", busy_ms=PATIENT_MS)


def close_for_good(engine: Engine) -> None:
    """Closes every session of an engine, also one that a thread still holds: as soon as that gives it back.

    A pool that was disposed of takes back what is out and forgets it open. The durable engine does not wait for its threads, which may be
    noting down what a step came to while the process closes.
    """
    event.listen(engine.pool, "checkin", lambda _, record: record.invalidate())
    engine.dispose()


def _sqlite(url: URL, *, isolation_level: str | None, busy_ms: int) -> Engine:
    """WAL so that readers never wait."""
    arguments = {"isolation_level": isolation_level, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, pool_timeout=10, json_deserializer=loaded)

    @event.listens_for(engine, "do_connect")
    def _private(_: object, __: object, arguments: list[Any], ___: object) -> None:
        if (name := str(arguments[0])) != ":memory:":
            keep_private(Path(name.removeprefix("file:").partition("?")[0] if name.startswith("file:") else name))

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={busy_ms}")
        _write_ahead(connection, busy_ms)
        for pragma in (f"synchronous={FLUSH}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _write_ahead(connection: sqlite3.Connection, busy_ms: int) -> None:
    """Two that open a new file at once both want to change its mode, and SQLite refuses one of them without waiting for the other."""
    late = time.monotonic() + busy_ms / 1_000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > late:
                raise
            time.sleep(0.01)


class Claims(Protocol):
    """What takes work out of queues within the transaction that put it there, and begins it once that is committed."""

    def claim(self, connection: Connection) -> Sequence[Any]: ...

    def begin(self, jobs: Sequence[Any]) -> None: ...


class _Sessions:
    """Sessions for our threads. On SQLite each keeps its own: to take one from the pool costs more than most of what is done with it."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._kept = engine, engine.dialect.name == "sqlite"
        self._own = threading.local()
        self._all: list[Connection] = []

    @contextlib.contextmanager
    def begin(self, *, read_only: bool = False) -> Iterator[Connection]:
        """A transaction; one that only reads is rolled back. A session in which something failed is not used again."""
        session = getattr(self._own, "session", None) if self._kept else None
        if session is None:
            session = self._engine.connect().execution_options(read_only=read_only)
            self._all.append(session)
        self._own.session = None
        try:
            with session.begin() as transaction:
                yield session
                if read_only:
                    transaction.rollback()
        except BaseException:
            self._give_back(session)
            raise
        if self._kept:
            self._own.session = session
        else:
            self._give_back(session)

    def _give_back(self, session: Connection) -> None:
        self._all.remove(session)
        session.close()

    def close(self) -> None:
        """Gives back what the threads kept, which have ended."""
        while self._all:
            self._give_back(self._all[-1])


class Transactions:
    """Runs pieces of work against the database: `write` in groups on one thread, `read` on a few others.

    Attributes:
        claims: comes last in every transaction that writes; None until the durable engine has started.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sessions = _Sessions(engine)
        self.claims: Claims | None = None
        self._waiting: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_groups, name="store-write", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in a transaction and returns its result once that is committed.

        `work` has to be pure database work: it may run twice when a group has to be repeated.

        Raises:
            StoreUnavailable: the database did not take it; nothing was stored.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put(_Piece(work, future))
        return await future

    async def record(self, work: Callable[[Connection, Trail], T]) -> T:
        """Like `write`, for work that may append to the audit trail; what it appends is part of the same transaction."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put(_Piece(work, future, recorded=True))
        return await future

    async def alone(self, work: Callable[[Connection], T]) -> T:
        """Like `write`, for a row that all replicas write all the time.

        PostgreSQL locks it for this work alone: in a group it would be kept until the rest is done, and two groups that lock rows in
        another order would stop each other. SQLite has one writer, so there it goes with the group.
        """
        if self._engine.dialect.name == "sqlite":
            return await self.write(work)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._alone, work)

    def _alone(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._sessions.begin() as connection:
                answer = work(connection)
                begin = self._claimed(connection)
        except SQLAlchemyError as error:
            raise _unavailable(error) from error
        begin()
        return answer

    def _claimed(self, connection: Connection) -> Callable[[], None]:
        """What is to be begun after the commit."""
        if (claims := self.claims) is None:
            return lambda: None
        jobs = claims.claim(connection)
        return lambda: claims.begin(jobs)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in a read-only transaction; raises StoreUnavailable when the database cannot be read."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._sessions.begin(read_only=True) as connection:
                return work(connection)
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Finishes what is waiting, then stops the threads."""
        self._waiting.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._sessions.close()

    def _write_groups(self) -> None:
        while (group := self._next_group()) is not None:
            try:
                self._commit(group)
            except Exception as error:
                if self._is_locked(error):
                    group += self._waiting_now(GROUP_LIMIT)
                if len(group) == 1 or self._is_locked(error):
                    _settle([(piece.future, error) for piece in group])
                    continue
                # One bad piece (a deadlock with another replica, a lost connection) must not fail its neighbours.
                for piece in group:
                    try:
                        self._commit([piece])
                    except Exception as alone:
                        _settle([(piece.future, alone)])

    def _is_locked(self, error: Exception) -> bool:
        """Somebody else holds the SQLite file: whatever waits would wait as long again, and the people with it."""
        return self._engine.dialect.name == "sqlite" and isinstance(error, OperationalError)

    def _next_group(self) -> list[_Piece] | None:
        first = self._waiting.get()
        if first is None:
            return None
        return [first, *self._waiting_now(GROUP_LIMIT - 1)]

    def _waiting_now(self, most: int) -> list[_Piece]:
        group: list[_Piece] = []
        while len(group) < most and not self._waiting.empty():
            item = self._waiting.get()
            if item is None:  # closing: come back to it after this group
                self._waiting.put(None)
                break
            group.append(item)
        return group

    def _commit(self, group: list[_Piece]) -> None:
        """All of a group or nothing of it; without savepoints, which would cost more than the work between them.

        The trail is taken before anything else is locked, and let go by the commit: no two replicas can wait for each other over it.
        """
        with self._sessions.begin() as connection:
            trail = Trail(connection) if any(piece.recorded for piece in group) else None
            answers = [(piece.future, piece.work(connection, trail) if piece.recorded else piece.work(connection)) for piece in group]
            if trail is not None:
                trail.store()
            begin = self._claimed(connection)
        _settle(answers)
        begin()


def _settle(answers: list[tuple[asyncio.Future[Any], Any]]) -> None:
    """Hands results (or exceptions) to whoever waits, with one call into each event loop."""
    for loop in {future.get_loop() for future, _ in answers}:
        here = [(future, answer) for future, answer in answers if future.get_loop() is loop]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_tell, here)


def _tell(answers: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, answer in answers:
        if future.done():
            continue
        if isinstance(answer, SQLAlchemyError):
            future.set_exception(_unavailable(answer))
        elif isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def _unavailable(error: Exception) -> StoreUnavailable:
    """Carries the driver's own words without the statement, which may hold numbers."""
    words = str(error if isinstance(error, TrailLost) else getattr(error, "orig", None) or "").splitlines()
    return StoreUnavailable(f"{type(error).__name__}: {words[0] if words else 'database error'}")
