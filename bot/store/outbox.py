"""The log channel's outbox: operations and remarks in one order. `log_posts.operation_id` names either."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, insert, select, text

from bot.domain.life import new_id
from bot.domain.operation import Operation
from bot.domain.remarks import LogNote
from bot.domain.said import from_store, to_store
from bot.store import records
from bot.store.prepared import Prepared
from bot.store.tables import log_notices, log_posts, operations

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

#: No operation's id looks like this.
_NOTE = "n-"
_SENTENCES = ("title", "text", "hint")
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(8202)")
_ADD = Prepared(insert(log_posts))
#: What the log channel has not seen, oldest first.
_WAITING = Prepared(
    select(log_posts.c.number, log_notices.c.notice, log_notices.c.at.label("noticed_at"), operations)
    .outerjoin(operations, operations.c.id == log_posts.c.operation_id)
    .outerjoin(log_notices, log_notices.c.id == log_posts.c.operation_id)
    .where(log_posts.c.delivered.is_(False))
    .order_by(log_posts.c.number)
    .limit(bindparam("most"))
)


def take_turn(connection: Connection) -> None:
    """Until this transaction ends nobody else adds to the outbox: numbers become visible in the order they are given."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TAKE_TURN)


def add(connection: Connection, enqueue: Enqueue, key: str) -> None:
    """Puts an operation (or a remark stored under `key`) at the end of the outbox."""
    take_turn(connection)
    _ADD(connection, {"operation_id": key, "delivered": False})
    enqueue(connection, "log", key)


def add_remark(connection: Connection, enqueue: Enqueue, remark: LogNote, key: str = "") -> str:
    """Puts a remark at the end of the outbox, under a key of its own unless one is given; returns the key."""
    key = key or f"{_NOTE}{new_id(length=10)}"
    stored = asdict(remark) | {"at": None} | {name: to_store(getattr(remark, name)) for name in _SENTENCES}
    if not remark.take_back:
        del stored["take_back"]  # a replica of an earlier version, which does not know the word, can post this too
    connection.execute(insert(log_notices).values(id=key, notice=stored, at=remark.at))
    add(connection, enqueue, key)
    return key


def add_remark_once(connection: Connection, enqueue: Enqueue, remark: LogNote, key: str) -> None:
    """Like `add_remark`, unless there is one under this key; replicas take turns."""
    take_turn(connection)
    if note(connection, key) is None:
        add_remark(connection, enqueue, remark, key)


def note(connection: Connection, key: str) -> LogNote | None:
    """The remark that was put there under this key; None when it is no longer kept."""
    found = connection.execute(select(log_notices).where(log_notices.c.id == key)).first()
    return _note(found.notice, found.at) if found else None


def _note(stored: dict[str, Any], at: datetime | None) -> LogNote:
    return LogNote(**(stored | {"at": at} | {name: from_store(stored[name]) for name in _SENTENCES}))


def read(connection: Connection, limit: int) -> tuple[tuple[int, Operation | LogNote], ...]:
    """What the log channel has not seen, oldest first, with the number of its post."""
    return tuple(
        (found.number, _note(found.notice, found.noticed_at) if found.notice else records.operation(found))
        for found in _WAITING(connection, {"most": limit})
    )
