"""The rows that the durable engine keeps of queued work, as far as Doorman writes them itself: put in, taken, ended.

The engine would write just the same, and reads them wherever it looks after what was cut off; through its client a row costs ten times as
much, and each change puts four. Columns: https://docs.dbos.dev/explanations/system-tables. `tests/store/test_queued.py` holds each value.
"""

from __future__ import annotations

import base64
import pickle
import time
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    TableClause,
    Text,
    Tuple,
    bindparam,
    column,
    literal_column,
    or_,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.prepared import Prepared

_TEXTS = (
    "workflow_uuid", "status", "name", "queue_name", "queue_partition_key", "executor_id", "application_version", "serialization",
    "creator_xid",
)  # fmt: skip
_NUMBERS = (
    "priority", "recovery_attempts", "created_at", "updated_at", "started_at_epoch_ms", "completed_at", "delay_until_epoch_ms",
)  # fmt: skip
#: Words of the statement and not its parameters: indexes of such rows alone are used only so.
_ENQUEUED, _PENDING = (literal_column(f"'{word}'", Text()) for word in ("ENQUEUED", "PENDING"))


class Taking(NamedTuple):
    """How work of one queue is taken: a piece of a given `id`, or what waits longest, at most `room`. Each returns the ids it took."""

    this: Prepared
    longest: Prepared


class Queued:
    """The statements on the engine's rows; made once for each database there is."""

    def __init__(self, *, replicated: bool) -> None:
        schema, dialect = ("dbos", postgresql) if replicated else (None, sqlite)
        self._rows = table(
            "workflow_status",
            *(column(name, Text()) for name in _TEXTS),
            *(column(name, BigInteger()) for name in _NUMBERS),
            column("attributes", JSON().with_variant(postgresql.JSONB(), "postgresql")),
            column("is_debounced", Boolean()),
            schema=schema,
        )
        inputs = table("workflow_input", column("workflow_uuid", Text()), column("inputs", Text()), schema=schema)
        self._put = Prepared(dialect.insert(self._rows).on_conflict_do_nothing())
        self._give = Prepared(dialect.insert(inputs).on_conflict_do_nothing())
        over = {"status": "SUCCESS", "completed_at": bindparam("now"), "updated_at": bindparam("now")}
        self._end = Prepared(update(self._rows).where(self._rows.c.workflow_uuid == bindparam("id")).values(over))
        self._waiting = Prepared(select(self._rows.c.queue_name).where(*_enqueued(self._rows)).distinct())
        self._ways = {per: _taking(self._rows, per) for per in ("process", "key", "queue")}

    def put(self, connection: Connection, workflow: str, id: str, subject: str, *, delay: float = 0, key: str = "") -> None:
        """Puts one piece into the queue of its workflow, unless it is or was there."""
        row = {
            "workflow_uuid": id,
            "status": "DELAYED" if delay else "ENQUEUED",
            "name": workflow,
            "queue_name": workflow,
            "queue_partition_key": key or None,
            "serialization": "py_pickle",
            "creator_xid": str(uuid.uuid4()),
            "priority": 0,
            "recovery_attempts": 0,
            "delay_until_epoch_ms": int((time.time() + delay) * 1000) if delay else None,
            "attributes": None,
            "is_debounced": False,
        }
        self._put(connection, row)
        given = base64.b64encode(pickle.dumps({"args": (subject,), "kwargs": {}})).decode()
        self._give(connection, {"workflow_uuid": id, "inputs": given})

    def end(self, connection: Connection, id: str) -> None:
        """Says that it is done."""
        self._end(connection, {"id": id, "now": now()})

    def waiting(self, connection: Connection) -> list[str]:
        """Queues in which something waits whose time has come."""
        return self._waiting(connection).scalars()

    def taking(self, limit: Mapping[str, int]) -> Taking:
        """How work is taken out of a queue with such a limit."""
        return self._ways[_per(limit)]


@cache
def queued(*, replicated: bool) -> Queued:
    """Those of a database that other processes use too, or of one that is ours alone."""
    return Queued(replicated=replicated)


def now() -> int:
    """As the engine counts time."""
    return int(time.time() * 1000)


def _per(limit: Mapping[str, int]) -> str:
    """Of what one piece goes at a time in all processes: its key, or its whole queue; else its limit is that of the process alone."""
    return "key" if "partition_concurrency" in limit else "queue" if "global_concurrency" in limit else "process"


def _taking(rows: TableClause, per: str) -> Taking:
    found, other = rows.alias("found"), rows.alias("other")
    may = select(found.c.workflow_uuid).where(found.c.queue_name == bindparam("queue"), *_enqueued(found))
    may = may.where(or_(found.c.application_version.is_(None), found.c.application_version == bindparam("version")))
    if per != "process":
        beside = (other.c.queue_name == found.c.queue_name) & _in_flight(other)
        if per == "key":
            beside &= other.c.queue_partition_key == found.c.queue_partition_key
        first = (other.c.status == _PENDING) | (_place(other) < _place(found))
        may = may.where(~select(other.c.workflow_uuid).where(beside, first).exists())

    def taken(which: Select[Any]) -> Prepared:
        return Prepared(
            update(rows)
            .where(rows.c.workflow_uuid.in_(which.order_by(*_place(found)).limit(bindparam("room"))))
            .where(rows.c.status == _ENQUEUED)  # another process may have been quicker, and the row is locked only now
            .values(
                status=_PENDING,
                executor_id=bindparam("me"),
                application_version=bindparam("version"),
                started_at_epoch_ms=bindparam("now"),
                updated_at=bindparam("now"),
            )
            .returning(rows.c.workflow_uuid)
        )

    return Taking(taken(may.where(found.c.workflow_uuid == bindparam("id"))), taken(may))


def _enqueued(rows: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What waits, with what follows from that: the condition of the engine's index of such rows."""
    return rows.c.status == _ENQUEUED, _in_flight(rows)


def _in_flight(rows: FromClause) -> ColumnElement[bool]:
    """In the words and the order of that index: SQLite would go through all rows of the table for any others."""
    return rows.c.status.in_((_ENQUEUED, _PENDING))


def _place(rows: FromClause) -> Tuple:
    """In which order a queue is emptied."""
    return tuple_(rows.c.priority, rows.c.created_at, rows.c.workflow_uuid)
