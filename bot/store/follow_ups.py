"""What follows from an operation: others that were agreed to with it, and looks at whoever was recovered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from bot.domain.audit import AuditEvent, Tag
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.recovery import LOOKS
from bot.store import approvals, records
from bot.store.ids import fresh_id
from bot.store.tables import audit_events, operations
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.engine import Enqueue


def begin(connection: Connection, trail: Trail, enqueue: Enqueue, operation: Operation, event: AuditEvent) -> None:
    """Stores an operation that is confirmed already, and has it carried out, or shown with its Reveal."""
    stored = records.with_id(operation, fresh_id(connection, trail))
    agreed = [records.approval_row(one) for one in stored.approvals]
    connection.execute(insert(operations).values(records.row(stored) | {"decided_by": stored.decided_by, "approvals": agreed}))
    trail.append(records.about(event, stored.id))
    if stored.state is State.QUEUED:
        enqueue(connection, "execute", stored.id, key=stored.target.id)
        return
    enqueue(connection, "expire", stored.id, occasion="reveal", delay=(stored.expires_at - event.at).total_seconds())
    approvals.announce(connection, enqueue, stored)


def schedule(connection: Connection, enqueue: Enqueue, operation: Operation, at: datetime) -> None:
    """Puts off the looks at somebody for whom a recovery did at least a part, until something may have been registered."""
    if operation.recovery is None or not operation.recovery.followed or operation.state not in (State.SUCCEEDED, State.PARTIAL):
        return
    starts = [change.wanted.start for change in operation.changes if change.wanted and change.wanted.start]
    wait = max(0.0, *((start - at).total_seconds() for start in starts), 0.0)
    for number, after in enumerate(LOOKS, start=1):
        enqueue(connection, "follow_up", operation.id, occasion=str(number), delay=wait + after.total_seconds())


def closed(connection: Connection, operation_id: str) -> bool:
    """Whether the trail says that it was closed."""
    closing = (audit_events.c.operation_id == operation_id) & (audit_events.c.tag == Tag.RECOVERY_CLOSED.value)
    return connection.execute(select(audit_events.c.number).where(closing).limit(1)).first() is not None


def close(
    connection: Connection,
    trail: Trail,
    enqueue: Enqueue,
    event: AuditEvent,
    successor: tuple[Operation, AuditEvent] | None,
) -> bool:
    """See `bot.ports.Operations.close_recovery`. The trail is locked here, so that of two looks one closes, in one group of writes too."""
    if trail.about_to_say(event.tag, event.operation_id) or closed(connection, event.operation_id):
        return False
    trail.append(event)
    if successor:
        begin(connection, trail, enqueue, *successor)
    return True
