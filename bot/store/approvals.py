"""What others have to agree to, in the database: who has agreed, what was shown to them, and the workflows that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from bot.domain.audit import AuditEvent
from bot.domain.bulk import OVER
from bot.domain.life import (
    CODE_STANDS,
    REVEAL_FOR,
    TRANSITIONS,
    State,
)
from bot.domain.operation import Approval, Operation
from bot.domain.people import Person
from bot.domain.policy import Reason
from bot.store import bulk_read, records
from bot.store.tables import operations
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

#: When approvers are reminded, counted from the confirmation: with growing pauses, and not for ever.
REMINDERS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=35))
#: The occasion of the message to the requester that says how it ended; the others are numbers of approvals.
ENDED = "ended"
#: More operations than this are never read at once.
MOST_AWAITING = 500


def to_be_shown(operation: Operation, verb: str) -> bool:
    """Whether the cards have to follow a move. While a code is being made they do not: its requester looks at the answer to the press."""
    if verb in ("reveal", "put_back"):
        return False
    return operation.state.finished or bool(operation.need.approvals) or operation.state is State.READY or operation.bulk is not None


def announce(connection: Connection, enqueue: Enqueue, operation: Operation) -> None:
    """Has the cards of an operation brought to its present state, by one announcement at a time; the one with a code later, too."""
    enqueue(connection, "announce", operation.id, occasion=str(operation.version), key=operation.id)
    if operation.revealed_at:
        occasion, delay = f"{operation.version}-after-code", CODE_STANDS.total_seconds()
        enqueue(connection, "announce", operation.id, occasion=occasion, delay=delay, key=operation.id)


def follow(connection: Connection, enqueue: Enqueue, operation: Operation, verb: str, event: AuditEvent) -> None:
    """Starts what a move of an operation means for those who wait: its end, the reminders, a message to the requester."""
    if operation.state is State.AWAITING_APPROVAL and verb == "confirm":
        lasting = operation.expires_at - event.at
        enqueue(connection, "expire", operation.id, occasion="approval", delay=lasting.total_seconds())
        for number, after in enumerate(REMINDERS, 1):
            if after < lasting:
                enqueue(connection, "remind", operation.id, occasion=str(number), delay=after.total_seconds())
    if operation.state is State.READY and verb in ("confirm", "approve"):
        enqueue(connection, "expire", operation.id, occasion="reveal", delay=(operation.expires_at - event.at).total_seconds())
    if verb == "reveal":
        delay = (operation.expires_at - event.at).total_seconds()
        enqueue(connection, "expire", operation.id, occasion=f"revealing-{operation.version}", delay=delay)
    if operation.bulk and verb in ("finish", "stop"):
        enqueue(connection, "tell", operation.id, occasion=OVER)
    if verb == "approve":
        enqueue(connection, "tell", operation.id, occasion=str(len(operation.approvals)))
        return
    lost = operation.state is State.FAILED and event.facts.get("code") == Reason.AGREEMENT_LOST.value
    ended_by_others = operation.state.finished and (verb not in ("finish", "stop") or lost) and event.actor_id != operation.requester.id
    if operation.confirmed and ended_by_others and (operation.need.approvals or verb == "lose"):
        enqueue(connection, "tell", operation.id, occasion=ENDED)


def approve(
    connection: Connection, trail: Trail, enqueue: Enqueue, operation_id: str, approval: Approval, event: AuditEvent
) -> Operation | None:
    """Counts one person's agreement; with the last one needed the operation is queued. See `ports.Operations.approve`."""
    found = connection.execute(select(operations).where(operations.c.id == operation_id).with_for_update()).first()
    if found is None:
        return None
    operation = records.operation(found)
    allowed_from, _ = TRANSITIONS["approve"]
    if operation.state not in allowed_from or operation.expires_at <= approval.at or approval.approver_id in operation.agreed:
        return None
    if operation.bulk and bulk_read.changed(connection, operation_id, [approval.approver_id]):
        return None
    agreed = (*operation.approvals, approval)
    state = operation.agreed_state if len(agreed) >= operation.need.approvals else State.AWAITING_APPROVAL
    ends = approval.at + REVEAL_FOR if state is State.READY else operation.expires_at
    operation = replace(operation, approvals=agreed, state=state, version=operation.version + 1, expires_at=ends)
    _store(connection, operation, approvals=[records.approval_row(one) for one in agreed], expires_at=ends)
    trail.append(replace(event, facts={**event.facts, "approvals": f"{len(agreed)} of {operation.need.approvals}"}))
    if state is State.QUEUED and not operation.bulk:
        enqueue(connection, "execute", operation.id, key=operation.target.id)
    announce(connection, enqueue, operation)
    follow(connection, enqueue, operation, "approve", event)
    return operation


def renew_target(connection: Connection, enqueue: Enqueue, seen: Operation, target: Person, warning: str) -> Operation | None:
    """Puts the account as it is now on the cards. See `ports.Operations.renew_target`."""
    found = connection.execute(select(operations).where(operations.c.id == seen.id).with_for_update()).first()
    if found is None or found.state != State.AWAITING_APPROVAL or found.version != seen.version:
        return None
    operation = replace(seen, target=target, warnings=(*seen.warnings, warning), version=seen.version + 1)
    _store(connection, operation, request=records.renewed(found.request, target, warning))
    announce(connection, enqueue, operation)
    return operation


def _store(connection: Connection, operation: Operation, **changed: object) -> None:
    """Writes an operation that this transaction has locked."""
    values = {"state": operation.state.value, "version": operation.version, **changed}
    connection.execute(update(operations).where(operations.c.id == operation.id).values(values))


def awaiting(connection: Connection, now: datetime) -> tuple[Operation, ...]:
    """What waits for somebody's agreement, the next to expire first."""
    waiting = (operations.c.state == State.AWAITING_APPROVAL.value) & (operations.c.expires_at > now)
    query = select(operations).where(waiting).order_by(operations.c.expires_at).limit(MOST_AWAITING)
    return tuple(records.operation(found) for found in connection.execute(query))
