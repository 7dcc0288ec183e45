"""The durable engine as cheap as a test can have it: what stands is read once in a process, and what is due is due at once.

Every boot of the bot would otherwise read and write the engine's queues and build its statements anew. What is asked, taken and carried
out here is the same, by the same code. Processes that a test starts run as they are served.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import dbos._dbos as engine
import sqlalchemy
from dbos._sys_db import SystemDatabase
from dbos._sys_db_postgres import PostgresSystemDatabase
from dbos._sys_db_sqlite import SQLiteSystemDatabase
from sqlalchemy.engine.default import DefaultDialect

from bot import bootstrap
from bot.store import transactions

#: What is kept of a queue, by what it is called when it is registered.
_LIMITS = {
    "concurrency": "_concurrency",
    "worker_concurrency": "_worker_concurrency",
    "partition_concurrency": "_partition_concurrency",
    "partition_worker_concurrency": "_partition_worker_concurrency",
    "polling_interval_sec": "_polling_interval_sec",
    "rate_limit_max": "_limiter",
    "partition_rate_limit_max": "_partition_limiter",
}


#: How a commit reaches the disk where Doorman is served.
FLUSH_AS_SERVED = transactions.FLUSH

#: Databases (files and names) copied from one that a first start has left: theirs are the tables of this version.
_WITH_TABLES: set[str] = set()


def has_tables(database_url: str) -> str:
    """Returns the same; whoever starts on this copy looks no more whether its tables are there, the bot as little as its engine."""
    _WITH_TABLES.add(str(sqlalchemy.make_url(database_url).database))
    return database_url


def take_tables_as_copied() -> None:
    """Starts on such a copy make no migrations."""

    def unless_copied(make: Callable[[Any], Any], engine_of: Callable[[Any], sqlalchemy.Engine]) -> Callable[[Any], Any]:
        @wraps(make)
        def made(one: Any) -> Any:
            return () if engine_of(one).url.database in _WITH_TABLES else make(one)

        return made

    for kind in (SQLiteSystemDatabase, PostgresSystemDatabase):
        kind.run_migrations = unless_copied(kind.run_migrations, lambda database: database.engine)  # type: ignore[method-assign, assignment]
    bootstrap.upgrade = unless_copied(bootstrap.upgrade, lambda engine: engine)  # type: ignore[attr-defined, assignment]


def flush_nothing() -> None:
    """Commits do not wait for the disk: what is killed here is a process, and never the machine."""
    transactions.FLUSH = "OFF"


def look() -> None:
    """Time has passed: what was put off until now is due, and not at the engine's next round."""
    if (running_now := engine._dbos_global_instance) and running_now._sys_db_field:
        running_now._sys_db.transition_delayed_workflows()


def remember_what_stands() -> None:
    """Which version is the newest and how each queue is limited is read once by each bot, and not with every look at a queue; a queue
    that stands as it is wanted is not written again."""
    newest, read, write = SystemDatabase._latest_application_version, SystemDatabase.get_queue, SystemDatabase.upsert_queue

    @wraps(newest)
    def newest_known(self: SystemDatabase, connection: sqlalchemy.Connection, application: str | None) -> Any:
        known = self.__dict__.setdefault("_known_versions", {})
        if known.get(application) is None:
            known[application] = newest(self, connection, application)
        return known[application]

    @wraps(read)
    def read_once(self: SystemDatabase, name: str, **more: Any) -> Any:
        known = self.__dict__.setdefault("_known_queues", {})
        if name not in known and not more:
            known.update({queue.name: queue for queue in self.list_queues()})
        return known.get(name) or read(self, name, **more)

    @wraps(write)
    def written_once(self: SystemDatabase, **wanted: Any) -> bool:
        stands = read_once(self, wanted["name"])
        if (
            stands is not None
            and stands.application_name == self.app_name
            and all(getattr(stands, attribute) == wanted.get(name) for name, attribute in _LIMITS.items())
        ):
            return False
        self.__dict__.pop("_known_queues", None)
        return write(self, **wanted)

    SystemDatabase._latest_application_version = newest_known  # type: ignore[method-assign, assignment]
    SystemDatabase.get_queue = read_once  # type: ignore[method-assign]
    SystemDatabase.upsert_queue = written_once  # type: ignore[method-assign]


def share_statements() -> None:
    """Engines of one kind share what they have compiled: a statement becomes text once in a process, and not once in every test."""
    compiled: Any = sqlalchemy.util.LRUCache(10_000)
    begin = sqlalchemy.Engine.__init__

    @wraps(begin)
    def begun(self: sqlalchemy.Engine, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        self._compiled_cache = compiled

    sqlalchemy.Engine.__init__ = begun  # type: ignore[method-assign]
    # Part of the key under which a statement is found again.
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
