"""The audit trail in the database: appended at its end, shortened at its beginning, read without holding it in memory."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, delete, insert, select, type_coerce, update
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.audit import AuditEvent, Tag
from bot.domain.chain import Head, StoredEvent, canonical, seal, verify
from bot.domain.life import State
from bot.store.prepared import Prepared
from bot.store.tables import audit_events, audit_head, operations

#: Rows fetched at a time, and so about as many as are ever in memory.
CHUNK = 1_000
#: Events removed in one transaction: others wait for it.
REMOVED_AT_ONCE = 5_000

_COLUMNS = tuple(type_coerce(column, String) if column.name == "at" else column for column in audit_events.c)
HEAD = select(audit_head.c.number, audit_head.c.hash, audit_head.c.removed, audit_head.c.removed_hash)
_LOCKED_HEAD = Prepared(HEAD.with_for_update())
_APPEND = Prepared(insert(audit_events))
_MOVE_HEAD = Prepared(update(audit_head))
_UNFINISHED = [state.value for state in State if not state.finished]


class TrailLost(SQLAlchemyError):
    """The head of the trail is gone: nothing can be recorded, so nothing may be done."""


class Trail:
    """The end of the trail inside one transaction, which it locks: whoever appends next, on any replica, waits for the commit.

    To be made before the transaction locks anything else; otherwise two of them could wait for each other.

    Raises:
        TrailLost: the row that says where the trail ends is not there.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        found = _LOCKED_HEAD(connection).first()
        if found is None:
            raise TrailLost("the head of the audit trail is missing; `python app.py audit verify` says more")
        self.head = self._stored = Head(*found)
        self._rows: list[dict[str, Any]] = []

    def about_to_say(self, tag: Tag, operation_id: str) -> bool:
        """Whether such an event was appended in this transaction; no query finds it before `store`."""
        return any(row["tag"] == tag.value and row["operation_id"] == operation_id for row in self._rows)

    def append(self, event: AuditEvent) -> None:
        """Seals an event behind the last one; it is written by `store`."""
        number, at = self.head.number + 1, event.at.astimezone(UTC)
        row: dict[str, Any] = {
            "number": number,
            "at": at.isoformat(timespec="microseconds"),
            "tag": event.tag.value,
            "actor_id": event.actor_id,
            "actor_name": event.actor_name,
            "operation_id": event.operation_id,
            "target_id": event.target_id,
            "facts": canonical(dict(event.facts)),
            "previous": self.head.hash,
        }
        sealed = seal(StoredEvent(**row))
        self._rows.append(row | {"at": at, "hash": sealed})
        self.head = Head(number, sealed, self.head.removed, self.head.removed_hash)

    def appended(self) -> list[dict[str, Any]]:
        """The rows that are not in the database yet: what this transaction has to add to whatever it counts there."""
        return self._rows

    def removed(self, number: int, last_hash: str) -> None:
        """Notes that the trail now begins behind this event."""
        self.head = Head(self.head.number, self.head.hash, number, last_hash)

    def store(self) -> None:
        """Writes what was appended, and the new head: last thing before the commit."""
        if self._rows:
            _APPEND.many(self._connection, self._rows)
        if self.head != self._stored:
            head = self.head
            ends = {"number": head.number, "hash": head.hash, "removed": head.removed, "removed_hash": head.removed_hash}
            _MOVE_HEAD(self._connection, ends)


def events(connection: Connection, *conditions: Any, chunk: int = CHUNK) -> Generator[StoredEvent, None, None]:
    """The trail in order, as it is stored; `chunk` rows are fetched at a time. To be closed by whoever may leave off before the end."""
    query = select(*_COLUMNS).where(*conditions).order_by(audit_events.c.number)
    with connection.execute(query, execution_options={"stream_results": True, "yield_per": chunk}) as rows:
        for number, *texts in rows:
            # What is no text any more (SQLite takes anything) is not what was sealed.
            yield StoredEvent(number, *(text if isinstance(text, str) else repr(text) for text in texts))


def remove_older(connection: Connection, trail: Trail, now: datetime, days: int) -> int:
    """Replaces the oldest events by a checkpoint, at most `REMOVED_AT_ONCE` of them.

    Removes from the beginning up to the first event that is younger than `days` or belongs to an operation that is not finished.

    Returns:
        How many were removed; 0 also when they do not verify, because then they are evidence.
    """
    begin = trail.head.removed
    young = select(audit_events.c.number).where(audit_events.c.at >= now - timedelta(days=days)).order_by(audit_events.c.number).limit(1)
    busy = (
        select(audit_events.c.number)
        .join(operations, operations.c.id == audit_events.c.operation_id)
        .where(operations.c.state.in_(_UNFINISHED))
        .order_by(audit_events.c.number)
        .limit(1)
    )
    kept = [found for query in (young, busy) if (found := connection.execute(query).scalar()) is not None]
    last: int = min(*kept, trail.head.number + 1, begin + REMOVED_AT_ONCE + 1) - 1
    if last <= begin:
        return 0
    last_hash = connection.execute(select(audit_events.c.hash).where(audit_events.c.number == last)).scalar()
    part = Head(last, str(last_hash), begin, trail.head.removed_hash)
    with closing(events(connection, audit_events.c.number <= last)) as oldest:
        if verify(oldest, part, partial=True).broken:
            return 0
    connection.execute(delete(audit_events).where(audit_events.c.number <= last))
    trail.removed(last, part.hash)
    # `first` and `count` speak of everything that was ever removed, so that the newest checkpoint stands for those before it.
    facts = {"first": 1, "last": last, "count": last, "last_hash": part.hash, "days": days}
    trail.append(AuditEvent(Tag.TRAIL_CHECKPOINT, now, facts=facts))
    return last - begin
