"""Step 7: the requester's own click, confirm or cancel. Exactly one wins; everybody else is told who did what.

Who may press stands in `check_presser`; that they still have the right is asked anew at every press (`services.requester`).
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import DRY_RUN_DONE
from bot.domain.change import Change, ChangeKind, change_facts
from bot.domain.file_found import NO_ANSWERS
from bot.domain.incoming import CardAction, Verb
from bot.domain.life import State
from bot.domain.methods import PhoneType
from bot.domain.operation import Operation, cancelled_by
from bot.domain.phone import mask_text
from bot.domain.proving import Terms, next_step
from bot.domain.recovery import Recovery, Situation
from bot.domain.said import join, said_at, say
from bot.errors import Refusal
from bot.ports import Clock, Operations

_DRY_RUN_HINT = say("Send the file without `dry run` to have it done.")


async def confirm(
    operations: Operations, action: CardAction, operation: Operation, clock: Clock, terms: Terms | None = None
) -> Operation:  # fmt: skip
    """Moves a proposed operation on: to execution, or to those who have to agree.

    Whether what has to be proved of the caller is proved is asked in the transaction of the move.

    Args:
        terms: on which a proof counts; None for what nobody can be proved for, a file.

    Raises:
        Refusal: somebody was quicker, it is too late, or a proof is missing; the text says which.
    """
    now = clock()
    _require_seen(action, operation)
    changes = _kept(action, operation)
    facts = {"changes": change_facts(changes)} if changes != operation.changes else {}
    event = AuditEvent(Tag.OPERATION_CONFIRMED, now, action.actor.id, action.actor.name, operation.id, operation.target.id, facts)
    operation = replace(operation, changes=changes)
    to, expires_at = next_step(operation, operation.need, now)
    moved = await operations.move(
        operation.id,
        "confirm",
        to,
        event,
        at=now,
        decided_by=action.actor.name,
        in_time=True,
        expires_at=expires_at,
        changes=changes,
        version=operation.version if operation.bulk else None,  # an answer given meanwhile may have made another plan of it
        terms=terms if operation.provable else None,
        reason=mask_text(action.reason),
    )
    return moved or await too_late(operations, operation, clock)


def _require_seen(action: CardAction, operation: Operation) -> None:
    """Raises Refusal when the pressed card shows another plan of a file than there is now, or nothing of it is to be done."""
    bulk = operation.bulk
    if bulk is None or operation.state is not State.PROPOSED:
        return
    if bulk.dry_run:
        raise Refusal(say("{id} is a dry run, so there is nothing to confirm.", id=operation.id), _DRY_RUN_HINT, code="nothing_to_do")
    if not bulk.to_change:
        raise Refusal(say("No row of {id} changes anything, so there is nothing to confirm.", id=operation.id), code="nothing_to_do")
    if action.plan == bulk.mark or (not action.plan and bulk.answers == NO_ANSWERS):  # older cards say nothing, and knew no answers
        return
    raise Refusal(
        say("The file was read anew since this card was made, so it shows another plan. Nothing was confirmed."),
        say("Look at the card of {id} as it is now, and press Confirm there.", id=operation.id),
        code="old_card",
    )


def _kept(action: CardAction, operation: Operation) -> tuple[Change, ...]:
    """What is left of the list once its requester has taken some off; as proposed where the client does not say.

    Raises:
        Refusal: nothing is left, Entra would keep a part of it, or nobody said which of several devices is gone.
    """
    if not operation.editable or operation.recovery is None:
        return operation.changes
    case, changes = operation.recovery, operation.changes
    gone = _gone(action, case)
    ticks = case.ticked if action.kept is None else [index in action.kept for index in range(len(changes))]
    chosen = [device in gone if (device := case.device(change)) else tick for change, tick in zip(changes, ticks, strict=True)]
    kept = tuple(change for change, wanted in zip(changes, chosen, strict=True) if wanted)
    if not kept:
        text = say("Nothing is ticked, so there is nothing to do.")
        raise Refusal(text, say("Tick what should be done, or press Cancel."), code="nothing_ticked")
    if case.situation is Situation.LOST and not case.found and kept != changes:  # proposed by an earlier version
        text = say("This card was made by an earlier version of me, and no later card could say what stays. Nothing was changed.")
        raise Refusal(text, say("Begin anew with `recover {upn}`.", upn=operation.target.upn), code="old_card")
    _require_possible(changes, kept)
    return kept


def _gone(action: CardAction, case: Recovery) -> tuple[str, ...]:
    """The devices that are gone, as the presser says: one of them, or all, which is what comes last on the card."""
    devices = case.devices
    if not devices or action.pick == len(devices):
        return devices
    if action.pick is None or not 0 <= action.pick < len(devices):
        raise Refusal(
            say("Several devices are registered, and nobody has said which one is gone. Nothing was changed."),
            say("Pick it on the card, or all of them, and press Confirm again; an old Teams may not show the choice."),
            code="which_device",
        )
    return (devices[action.pick],)


def _require_possible(changes: tuple[Change, ...], kept: tuple[Change, ...]) -> None:
    """Raises Refusal when the mobile phone is to go and its alternate is not, which Entra does not do."""
    phones = {change.phone for change in kept if change.kind is ChangeKind.REMOVE_PHONE}
    staying = {change.phone for change in changes if change.kind is ChangeKind.REMOVE_PHONE} - phones
    if PhoneType.MOBILE in phones and PhoneType.ALTERNATE_MOBILE in staying:
        raise Refusal(
            say("Entra ID does not delete the mobile phone while there is an alternate mobile."),
            say("Tick both, or neither of them."),
            code="alternate_exists",
        )


async def cancel(operations: Operations, action: CardAction, operation: Operation, clock: Clock) -> Operation:
    """Ends a waiting operation.

    Raises:
        Refusal: it is no longer waiting; the text says why.
    """
    now = clock()
    event = AuditEvent(Tag.OPERATION_CANCELLED, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
    outcome = how_cancelled(action.actor.name, operation)
    moved = await operations.move(
        operation.id, "cancel", State.CANCELLED, event, at=now, outcome=outcome, decided_by=action.actor.name, in_time=True
    )
    return moved or await too_late(operations, operation, clock)


def how_cancelled(name: str, operation: Operation) -> str:
    """How an operation ends that somebody cancels: a dry run has only been looked at."""
    if operation.bulk and operation.bulk.looked_at:
        return DRY_RUN_DONE
    return cancelled_by(name)


async def too_late(operations: Operations, operation: Operation, clock: Clock) -> Operation:
    """For whoever's press came too late.

    Raises:
        Refusal: always; the text says what happened to the operation, and who did it.
    """
    latest = await operations.get(operation.id) or operation
    if latest.state is State.EXPIRED or (latest.state.waiting and latest.expires_at <= clock()):
        raise Refusal(
            say("{id} expired at {at}, so this click did nothing and nothing was changed.", id=latest.id, at=said_at(latest.expires_at)),
            code="expired",
        )
    raise Refusal(say("{what}, so this click did nothing.", what=_what_happened(latest)), code="too_late")


def _what_happened(operation: Operation) -> str:
    by = operation.decided_by or operation.requester.name
    match operation.state:
        case State.CANCELLED:
            return say("{by} cancelled {id}", by=by, id=operation.id)
        case State.DENIED:
            return say("{by} denied {id}", by=by, id=operation.id)
        case State.CHECKING:
            return say("The file of {id} is being read and checked", id=operation.id)
        case State.PROPOSED:
            return say("{id} waits for {requester} to confirm it", id=operation.id, requester=operation.requester.name)
        case State.AWAITING_APPROVAL:
            return say("{id} is confirmed already and waits for {group_names}", id=operation.id, group_names=operation.need.group_names)
        case State.READY:
            return say(
                "{id} is confirmed already and waits for {requester} to press Reveal", id=operation.id, requester=operation.revealer.name
            )
        case State.REVEALING:
            return say("{requester} has just pressed Reveal on {id}", requester=operation.revealer.name, id=operation.id)
    did = (
        say("{approvers} approved {id} already", approvers=operation.approvers, id=operation.id)
        if operation.approvals
        else say("{id} is already confirmed", id=operation.id)
    )
    states = {State.QUEUED: "", State.RUNNING: say(" and it is running"), State.SUCCEEDED: say(" and it is done")}
    return join("", (did, states.get(operation.state, say(" and it has ended"))))


def reveals(action: CardAction, operation: Operation | None) -> bool:
    """Whether this is the manager whom an operation is handed over to, pressing Reveal."""
    handed = operation is not None and operation.handed_over and action.verb is Verb.REVEAL
    return handed and operation is not None and action.actor.id.lower() == operation.revealer.id.lower()


def check_presser(action: CardAction, operation: Operation) -> None:
    """Only the requester's own press counts; on Reveal, where it is handed over, the manager's.

    Raises:
        Refusal: somebody else pressed.
    """
    if action.verb is Verb.REVEAL and operation.handed_over:
        if not reveals(action, operation):
            text = say("{id} is handed over: {name}, the manager, alone can reveal it.", id=operation.id, name=operation.revealer.name)
            raise Refusal(text, say("They have a card for it in a chat of their own with me."), code="not_the_manager")
        return
    if action.actor.id != operation.requester.id:
        name, id = operation.requester.name, operation.id
        match action.verb:
            case Verb.CONFIRM | Verb.CANCEL:
                text = say("Only {name} can confirm or cancel {id}.", name=name, id=id)
            case Verb.SHEET | Verb.COLUMNS | Verb.HIDDEN | Verb.REGION | Verb.NAMES:
                text = say("Only {name} can say what the file of {id} means.", name=name, id=id)
            case Verb.REVEAL:
                text = say("Only {name} can reveal {id}.", name=name, id=id)
            case _:
                text = say("Only {name} can use {id}.", name=name, id=id)
        hint = say("For a card of your own begin with `show {upn}`.", upn=operation.target.upn)
        raise Refusal(text, say("Send the file yourself for a job of your own.") if operation.bulk else hint, code="not_requester")
