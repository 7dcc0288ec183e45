"""An operation's card, from the question to the result. The same card is edited in place as the operation moves on.

Every state shows the same things in the same places — how it stands, what, for whom, the change, who asked — so that a reader
who has seen one card finds their way on all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.change import ChangeKind
from bot.domain.difference import difference, difference_text
from bot.domain.hand_over import the_manager
from bot.domain.incoming import KEEP, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.replies import OperationShown
from bot.domain.said import join, say, say_count
from bot.languages import NAMES
from cards import bulk
from cards.buttons import button, suspicious_call, without_inputs
from cards.confirm import closing, question
from cards.elements import (
    Element,
    band,
    box,
    card,
    facts,
    heading,
    line,
    moment,
    refresh,
    run,
)
from cards.for_ticket import copying, for_ticket
from cards.inputs import switch
from cards.instructions import language_of, steps
from cards.proving import may_confirm, proof_facts, proving_button, proving_section
from cards.revealed import replace_button
from cards.staying import staying, which_device
from cards.wording import (
    approved_by,
    badge_of,
    bullets,
    change_label,
    difference_line,
    identity,
    private,
    result_line,
    title,
    window_lines,
)

#: More changes than this are counted, not listed.
MOST_CHANGES = 16

#: After these the person has to register anew, and may not be let in to do so.
_OFFER_A_PASS = frozenset({ChangeKind.RESET_MFA, ChangeKind.RESET_EVERYTHING})

_NOTHING_CHANGED = say("Nothing was changed.")
_REPLACE = say("Not seen? “Replace it” shows a card for a new one, which takes the place of this one.")


def render(shown: OperationShown, refresh_for: tuple[str, ...] = ()) -> tuple[Element, str]:
    """The card and its summary. Numbers stand in full only when `shown.own`, and never in the summary."""
    if shown.operation.bulk:
        return bulk.plain(shown)
    operation = shown.operation if shown.own else private(shown.operation)
    badge = badge_of(operation)
    word = badge.word
    if operation.state is State.PROPOSED:
        waits = say("Waiting for your confirmation") if shown.own else badge.word
        word = waits if may_confirm(shown.proving) else say("Waiting for a proof of the caller")
    body: list[Element] = [
        band(badge.icon, word, badge.style, operation.id),
        heading(title(operation)),
        *identity(operation.target, name=False),
        *_result(operation),
        box(_changes(shown, operation), style="emphasis", spacing="Medium"),
        *staying(operation),
    ]
    if operation.state.waiting:
        body += question(operation)
    if shown.proving:
        body += proving_section(operation, shown.proving)
    body += _instructions(operation)
    body += facts(
        (
            (say("Requested by"), operation.requester.name or say("somebody without a name")),
            (say("Confirmed by"), _confirmed_by(operation)),
            *proof_facts(operation.proofs),
            (say("Approved by"), approved_by(operation)),
            (say("Revealed by"), the_manager(operation.manager)),
            (say("Ticket"), operation.ticket[:80]),
            (say("Reason"), operation.reason),
        )
    )
    body += closing(shown) if operation.state.waiting else _ended(operation)
    actions = _actions(shown, operation)
    if operation.state.finished:
        body.append(for_ticket(operation))
        actions.append(copying())
    summary = _summary(private(shown.operation))
    refreshing = refresh(operation.id, refresh_for) if refresh_for and not operation.state.finished else None
    return card(body, fallback=summary, actions=actions, refreshing=refreshing), summary


def _changes(shown: OperationShown, operation: Operation) -> Iterable[Element]:
    """With ticks where the card has a Confirm: those set before a proof is asked for would be lost with the next state of the card."""
    if not operation.editable:
        return listed(operation)
    return ticked(operation) if may_confirm(shown.proving) else _to_be_ticked(operation)


def _to_be_ticked(operation: Operation) -> Iterable[Element]:
    assert operation.recovery is not None, "lists of recoveries alone are edited"
    proposed = [change for change, on in zip(operation.changes, operation.recovery.ticked, strict=True) if on]
    yield from bullets((join(": ", (change.label, join(" → ", difference(change)))) for change in proposed), most=MOST_CHANGES)
    yield line(run(say("What of this should stay, you choose once it is proved who is calling."), subtle=True))


def listed(operation: Operation) -> Iterable[Element]:
    """Every change with its before and after; more than `MOST_CHANGES` are counted."""
    changes, results = operation.changes, operation.results
    for index, change in enumerate(changes[:MOST_CHANGES]):
        yield line(run(change_label(change, operation.state, told=bool(results)), bold=True))
        yield difference_line(change, operation.state)
        yield from window_lines(operation, change)
        if results:
            yield result_line(change, results[index])
    if len(changes) > MOST_CHANGES:
        yield line(run(say_count(len(changes) - MOST_CHANGES, "and {count} more change", "and {count} more changes"), subtle=True))


def ticked(operation: Operation) -> Iterable[Element]:
    """Every change with a tick that its requester may take off; what is on one of several devices is chosen by the device."""
    assert operation.recovery is not None, "lists of recoveries alone are edited"
    yield from which_device(operation.recovery)
    yield line(run(say("Take the tick off whatever should stay, before you confirm."), subtle=True))
    for index, (change, on) in enumerate(zip(operation.changes, operation.recovery.ticked, strict=True)):
        if operation.recovery.device(change):
            continue
        before, after = difference(change)
        yield switch(f"{KEEP}{index}", f"{before} → {after}", on=on, label=change.label)


def _instructions(operation: Operation) -> list[Element]:
    """What the person is told, where a pass of a recovery is about to be revealed or was."""
    told_by_requester = operation.once_only and not operation.handed_over
    if not operation.recovery or not told_by_requester or operation.state not in (State.READY, State.REVEALING, State.SUCCEEDED):
        return []
    preferred = operation.recovery.language
    language = NAMES[language_of(preferred)]
    told = steps(operation.recovery.situation, operation.target.upn, preferred)
    return [line(run(say("To read out or send ({language}):", language=language), bold=True), spacing="Medium"), *bullets(told)]


def _result(operation: Operation) -> list[Element]:
    """What became of it and what to do next, in sentences."""
    told = _told(operation)
    if not told:
        return []
    first, *others = told
    return [line(run(first, limit=500), spacing="Medium"), *(line(run(each)) for each in others)]


def _told(operation: Operation) -> tuple[str, ...]:
    usual, next_step = _usually(operation)
    return tuple(filter(None, (operation.outcome if operation.state.finished and operation.outcome else usual, next_step)))


def _usually(operation: Operation) -> tuple[str, str]:
    """What is said when the outcome is silent, and what the reader can do now."""
    by = operation.decided_by
    cancelled = say("Cancelled by {name}.", name=by) if by else say("Cancelled.")
    denied = say("Denied by {name}.", name=by) if by else say("Denied.")
    nobody = say("Nobody approved it in time.") if operation.confirmed else say("Nobody confirmed it in time.")
    told: dict[State, tuple[str, str]] = {
        State.QUEUED: (say("This usually takes a few seconds. The result will appear here; you can carry on."), ""),
        State.READY: (join(" ", (say("Everything it needs is there."), _who_reveals(operation))), ""),
        State.REVEALING: (say("{name} has just pressed Reveal.", name=operation.revealer.name), ""),
        State.SUCCEEDED: (say("The change was made and checked."), _REPLACE if operation.once_only else ""),
        State.PARTIAL: (
            say("Only a part of this was done."),
            _REPLACE if operation.once_only else say("Use “show” to see how the account stands now."),
        ),
        State.FAILED: (say("This could not be done."), say("“Try again” reads the account afresh and shows a new card.")),
        State.STALE: (
            say("The account was changed by somebody else after this card was shown, so nothing was written."),
            say("“Show a new card” shows what would change now."),
        ),
        State.CANCELLED: (join(" ", (cancelled, _NOTHING_CHANGED)), ""),
        State.DENIED: (join(" ", (denied, _NOTHING_CHANGED)), say("Ask why before you try again.")),
        State.EXPIRED: (join(" ", (nobody, _NOTHING_CHANGED)), say("Still needed? Send the command again.")),
    }
    told[State.RUNNING] = told[State.QUEUED]
    return told.get(operation.state, ("", ""))


def _who_reveals(operation: Operation) -> str:
    name = operation.revealer.name or say("the requester")
    if operation.handed_over:
        return say("{Name}, the manager, gets a card in a chat of their own with me, and reveals it there.", name=name)
    if operation.conversation.kind == "personal":
        return say("{Name} presses Reveal here, and alone sees what is made then.", name=name)
    return say(
        "{Name} presses Reveal in a personal chat with me, after typing status {id} there, and alone sees what is made then.",
        name=name,
        id=operation.id,
    )


def _confirmed_by(operation: Operation) -> str:
    """Somebody other than the requester confirmed; the usual case is not worth a line."""
    confirmed = operation.state in (State.READY, State.QUEUED, State.RUNNING, State.SUCCEEDED, State.PARTIAL, State.FAILED, State.STALE)
    return operation.decided_by if confirmed and operation.decided_by != operation.requester.name else ""


def _ended(operation: Operation) -> list[Element]:
    worth = bullets(operation.warnings) if operation.state in (State.SUCCEEDED, State.PARTIAL) else []
    shown = [line(run(say("To bear in mind"), bold=True), spacing="Medium"), *worth] if worth else []
    shown += [line(run(each, subtle=True), spacing="Small" if index else "Medium") for index, each in enumerate(operation.told)]
    if operation.finished_at:
        shown.append(moment(say("Finished at {at}", at=operation.finished_at), spacing="Medium"))
    return shown


def _actions(shown: OperationShown, operation: Operation) -> list[Element]:
    suspicious = suspicious_call(operation.id)
    match operation.state:
        case State.PROPOSED:
            confirm = [button(say("Confirm"), Verb.CONFIRM, operation.id, style="positive")] if may_confirm(shown.proving) else []
            cancel, offers = button(say("Cancel"), Verb.CANCEL, operation.id), proving_button(operation, shown.proving)
            if operation.recovery and operation.recovery.devices:
                cancel, suspicious = without_inputs(cancel), without_inputs(suspicious)
            return [*confirm, cancel, *offers, suspicious]
        case State.AWAITING_APPROVAL:
            return [button(say("Cancel"), Verb.CANCEL, operation.id), suspicious]
        case State.READY:
            reveal = [button(say("Reveal"), Verb.REVEAL, operation.id, style="positive")] if shown.own and not operation.handed_over else []
            return [*reveal, button(say("Cancel"), Verb.CANCEL, operation.id), suspicious]
        case State.SUCCEEDED | State.PARTIAL if operation.once_only:
            return [replace_button(operation.id)]
        case State.STALE:
            return [button(say("Show a new card"), Verb.AGAIN, operation.id, style="positive")]
        case State.FAILED:
            return [button(say("Try again"), Verb.AGAIN, operation.id)]
        case State.SUCCEEDED | State.PARTIAL if operation.bundle in _OFFER_A_PASS:
            left = [button(say("Plan what is left"), Verb.AGAIN, operation.id)] if operation.may_be_asked_again else []
            tooltip = say("With it the person registers anew; you are asked first")
            return [*left, button(say("Make a pass"), Verb.STRONGER, operation.id, tooltip=tooltip)]
        case State.PARTIAL if operation.may_be_asked_again:
            return [button(say("Plan what is left"), Verb.AGAIN, operation.id)]
        case _:
            return []


def _summary(operation: Operation) -> str:
    """One line for notifications; the operation in it is masked already."""
    what = title(operation)
    if operation.state.waiting:
        changes = join("; ", map(difference_text, operation.changes[:2]))
        return say("{state}: {what} ({changes}). {id}", state=badge_of(operation).word, what=what, changes=changes, id=operation.id)
    if operation.state.finished:
        return say("{state}: {what}. {id}", state=badge_of(operation).word, what=what, id=operation.id)
    return say("Working on it: {what}. {id}", what=what, id=operation.id)
