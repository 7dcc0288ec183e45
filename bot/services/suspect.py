"""A suspicious call: one click freezes the person, ends the card's operation and alerts the log channel. Nothing is asked."""

from __future__ import annotations

from bot.domain.audit import AuditEvent, Tag
from bot.domain.exchange import CardAction, Notice, Tone
from bot.domain.operation import Operation, State
from bot.domain.people import Person
from bot.domain.stop import FREEZE_FOR, freeze_of, said_at
from bot.errors import Refusal
from bot.ports import Clock, Operations, Stops


async def suspect(
    operations: Operations, stops: Stops, action: CardAction, target: Person, operation: Operation | None, clock: Clock
) -> Operation | Notice:
    """Freezes the target for 24 hours and cancels the operation of the pressed card if it still waits.

    Args:
        target: whom the card is about.
        operation: the one of the card; None for a `show` card.

    Returns:
        The cancelled operation, or what to tell whoever pressed.

    Raises:
        Refusal: a suspicious call about this person was reported before.
    """
    now = clock()
    freeze, begun = await stops.freeze(freeze_of(target, action.actor, now, now + FREEZE_FOR, suspicious=True))
    cancelled = await _cancel(operations, action, operation, clock) if operation and operation.state.waiting else None
    until = said_at(freeze.until)
    if begun and cancelled:
        return cancelled
    if begun:
        return Notice(
            f"{freeze.name} is frozen until {until}, and the log channel has been told. A change that was already under way may have "
            "been made: look with show.",
            f"If it was a mistake, type `unfreeze {freeze.upn}`.",
            Tone.DONE,
            "Suspicious call reported",
        )
    raise Refusal(
        f"{freeze.name} is frozen already, until {until}: {freeze.by_name} reported a suspicious call."
        f"{f' I have cancelled {cancelled.id}.' if cancelled else ''}",
        f"Type `freeze {freeze.upn}` to prolong it.",
        code="frozen",
    )


async def _cancel(operations: Operations, action: CardAction, operation: Operation, clock: Clock) -> Operation | None:
    now = clock()
    event = AuditEvent(Tag.OPERATION_CANCELLED, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
    outcome = f"{action.actor.name} reported a suspicious call, so nobody can change this person for now. Nothing was changed."
    return await operations.move(operation.id, "cancel", State.CANCELLED, event, at=now, outcome=outcome, decided_by=action.actor.name)
