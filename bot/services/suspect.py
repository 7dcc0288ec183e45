"""A suspicious call: one click freezes the person, ends the card's operation and alerts the log channel. Nothing is asked."""

from __future__ import annotations

from bot.domain.audit import AuditEvent, Tag
from bot.domain.incoming import CardAction
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.remarks import Remark, Tone
from bot.domain.said import join, said_at, say
from bot.domain.stop import FREEZE_FOR, freeze_of
from bot.errors import Refusal
from bot.ports import Clock, Operations, Stops


async def suspect(
    operations: Operations,
    stops: Stops,
    action: CardAction,
    target: Person,
    operation: Operation | None,
    clock: Clock,
    *,
    take_back: str = "",
) -> Operation | Remark:
    """Freezes the target for 24 hours from now, whatever was before, and cancels the operation of the pressed card if it still waits.

    Args:
        target: whom the card is about.
        operation: the one of the card; None for a `show` card.
        take_back: id of the operation whose additions may be taken back; empty when nothing was given lately.

    Returns:
        The cancelled operation, or what to tell whoever pressed.

    Raises:
        Refusal: a suspicious call about this person was reported before.
    """
    now = clock()
    freeze, begun = await stops.freeze(freeze_of(target, action.actor, now, now + FREEZE_FOR, suspicious=True), take_back=take_back)
    cancelled = await _cancel(operations, action, operation, clock) if operation and operation.state.waiting else None
    until = said_at(freeze.until)
    if begun and cancelled:
        return cancelled
    if begun:
        return Remark(
            say(
                "{name} is frozen until {until}, and the log channel has been told. A change that was already under way may have "
                "been made: look with show.",
                name=freeze.name,
                until=until,
            ),
            _next_step(freeze.upn, take_back),
            Tone.DONE,
            say("Suspicious call reported"),
            take_back=take_back,
        )
    already = say(
        "{name} is frozen already, until {until}: {by} reported a suspicious call.", name=freeze.name, until=until, by=freeze.by_name
    )
    raise Refusal(
        join(" ", (already, say("I have cancelled {id}.", id=cancelled.id) if cancelled else "")),
        say("Type `freeze {upn}` to prolong it.", upn=freeze.upn),
        code="already_frozen",
    )


def _next_step(upn: str, take_back: str) -> str:
    mistake = say("If it was a mistake, type `unfreeze {upn}`.", upn=upn)
    if not take_back:
        return mistake
    offer = say("“Take back” removes what {id} gave, revokes any pass and ends every session.", id=take_back)
    return join(" ", (offer, say("Signing out, revoking a pass and blocking go on."), mistake))


async def _cancel(operations: Operations, action: CardAction, operation: Operation, clock: Clock) -> Operation | None:
    now = clock()
    event = AuditEvent(Tag.OPERATION_CANCELLED, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
    outcome = say(
        "{actor} reported a suspicious call, so nobody can change this person for now. Nothing was changed.", actor=action.actor.name
    )
    return await operations.move(operation.id, "cancel", State.CANCELLED, event, at=now, outcome=outcome, decided_by=action.actor.name)
