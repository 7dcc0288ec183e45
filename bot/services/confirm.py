"""Step 7: the requester's own click, confirm or cancel. Exactly one wins; everybody else is told what happened."""

from __future__ import annotations

from bot.domain.audit import AuditEvent, Tag
from bot.domain.exchange import CardAction, Verb
from bot.domain.operation import Operation, State
from bot.errors import Refusal
from bot.ports import Clock, Operations

_SAID = {
    State.QUEUED: "already confirmed",
    State.RUNNING: "already confirmed and running",
    State.SUCCEEDED: "already done",
    State.PARTIAL: "already finished",
    State.FAILED: "already finished",
    State.STALE: "already finished",
    State.CANCELLED: "cancelled",
    State.DENIED: "denied",
    State.EXPIRED: "expired",
}


async def confirm(operations: Operations, action: CardAction, operation: Operation, clock: Clock) -> Operation:
    """Moves a proposed operation on to execution.

    Raises:
        Refusal: somebody was quicker, or it is too late; the text says which.
    """
    now = clock()
    event = AuditEvent(Tag.OPERATION_CONFIRMED, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
    moved = await operations.move(operation.id, "confirm", State.QUEUED, event, at=now, decided_by=action.actor.name, in_time=True)
    return moved or await _too_late(operations, operation, clock)


async def cancel(operations: Operations, action: CardAction, operation: Operation, clock: Clock) -> Operation:
    """Ends a waiting operation.

    Raises:
        Refusal: it is no longer waiting; the text says why.
    """
    now = clock()
    event = AuditEvent(Tag.OPERATION_CANCELLED, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
    outcome = f"Cancelled by {action.actor.name}. Nothing was changed."
    moved = await operations.move(
        operation.id, "cancel", State.CANCELLED, event, at=now, outcome=outcome, decided_by=action.actor.name, in_time=True
    )
    return moved or await _too_late(operations, operation, clock)


async def _too_late(operations: Operations, operation: Operation, clock: Clock) -> Operation:
    latest = await operations.get(operation.id) or operation
    if latest.state.waiting and latest.expires_at <= clock():
        raise Refusal("This card has expired, so nothing was changed.", "Type the command again for a new one.", code="expired")
    raise Refusal(f"{latest.id} is {_SAID.get(latest.state, latest.state.value)}, so this click did nothing.", code="too_late")


def check_presser(action: CardAction, operation: Operation) -> None:
    """Only the requester's own press counts.

    Raises:
        Refusal: somebody else pressed.
    """
    if action.actor.id != operation.requester.id:
        verb = "confirm or cancel" if action.verb in (Verb.CONFIRM, Verb.CANCEL) else "use"
        raise Refusal(
            f"Only {operation.requester.name} can {verb} {operation.id}.",
            "Type the command yourself for a card of your own.",
            code="not_requester",
        )
