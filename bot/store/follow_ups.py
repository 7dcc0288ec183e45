"""Recoveries after their end: when to look whether something new was registered, and what is tidied up then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from bot.domain.audit import AuditEvent, Tag
from bot.domain.operation import Operation, State
from bot.domain.recovery import LOOKS
from bot.store import records
from bot.store.ids import fresh_id
from bot.store.tables import audit_events, operations
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.operations import Enqueue


def schedule(connection: Connection, enqueue: Enqueue, operation: Operation) -> None:
    """Puts off the looks at somebody for whom a recovery did at least a part."""
    if operation.recovery is None or operation.state not in (State.SUCCEEDED, State.PARTIAL):
        return
    for number, after in enumerate(LOOKS, start=1):
        enqueue(connection, "follow_up", operation.id, occasion=str(number), delay=after.total_seconds())


def closed(connection: Connection, operation_id: str) -> bool:
    """Whether the trail says that it was closed."""
    closing = (audit_events.c.operation_id == operation_id) & (audit_events.c.tag == Tag.RECOVERY_CLOSED.value)
    return connection.execute(select(audit_events.c.number).where(closing).limit(1)).first() is not None


def close(
    connection: Connection, trail: Trail, enqueue: Enqueue, operation_id: str, event: AuditEvent, tidying: Operation | None
) -> bool:
    """See `bot.ports.Operations.close_recovery`. The trail is locked here, so that of two looks one closes."""
    if closed(connection, operation_id):
        return False
    trail.append(event)
    if tidying:
        stored = replace(tidying, id=fresh_id(connection, trail))
        row = records.row(stored) | {"decided_by": stored.decided_by, "approvals": [records.approval_row(one) for one in stored.approvals]}
        connection.execute(insert(operations).values(row))
        trail.append(replace(event, tag=Tag.OPERATION_PROPOSED, operation_id=stored.id, facts=_proposed(stored)))
        enqueue(connection, "execute", stored.id, key=stored.target.id)
    return True


def _proposed(operation: Operation) -> dict[str, object]:
    changes = [{"kind": change.kind.value, "before": change.before, "after": change.after} for change in operation.changes]
    return {"command": operation.command, "target_upn": operation.target.upn, "changes": changes, "reason": operation.notes[0]}
