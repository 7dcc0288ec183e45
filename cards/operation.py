"""An operation's card, from the question to the result. The same card is edited in place as the operation moves on.

Every state shows the same things in the same places — how it stands, what, for whom, the change, who asked — so that a reader
who has seen one card finds their way on all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.change import ChangeKind
from bot.domain.difference import difference_text
from bot.domain.hand_over import the_manager
from bot.domain.incoming import Verb
from bot.domain.life import State
from bot.domain.notices import is_as_it_should
from bot.domain.operation import READ_BACK, Operation
from bot.domain.own_change import to_requester
from bot.domain.replies import OperationShown
from bot.domain.said import join, say
from bot.languages import NAMES
from cards import bulk, changes
from cards.buttons import again, button, suspicious_call, without_inputs
from cards.confirm import agreement, closing, demands, question
from cards.elements import (
    Element,
    band,
    box,
    card,
    details,
    facts,
    heading,
    line,
    moment,
    refresh,
    run,
)
from cards.for_ticket import copied
from cards.instructions import language_of, steps
from cards.proving import demanded, may_confirm, proof_facts, proving_button, proving_section
from cards.revealed import replace_button
from cards.staying import staying
from cards.tickets import ticket_value
from cards.wording import (
    approved_by,
    badge_of,
    bullets,
    identity,
    private,
    title,
    window_lines,
    work_of,
)

#: More details than this are counted, not listed.
MOST_DETAILS = 16

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
        word = waits if may_confirm(shown.proving) else say("Prove the caller first")
    succeeded = operation.state is State.SUCCEEDED
    body: list[Element] = [
        band(badge.icon, word, badge.style, operation.id),
        heading(title(operation), size="Medium"),
        *identity(operation.target, name=False, work=not succeeded),
        *_result(operation, own=shown.own, next_step=not shown.onlooker),
        box(changes.shown(operation, ticks=may_confirm(shown.proving)), spacing="Small"),
    ]
    if shown.proving:
        body += proving_section(operation, shown.proving)
    body += staying(operation)
    if operation.state.waiting:
        body += question(operation, shown.ending)
    body += _instructions(operation)
    body += facts(_facts(shown), spacing="Small")
    body += agreement(shown) if operation.state.waiting else _ended(operation)
    body += details(_folded(shown, operation), *(closing(shown) if operation.state.waiting else ()))
    actions = _actions(shown, operation)
    words, copy = copied(operation)
    body += words
    actions += copy
    summary = _summary(private(shown.operation))
    refreshing = refresh(operation.id, refresh_for) if refresh_for and not operation.state.finished else None
    return card(body, fallback=summary, actions=actions, refreshing=refreshing), summary


def _facts(shown: OperationShown) -> list[tuple[str, str]]:
    """What not every reader knows already."""
    operation = shown.operation
    return [
        (say("Requested by"), "" if shown.own else operation.requester.name or say("somebody without a name")),
        (say("Confirmed by"), _confirmed_by(operation)),
        (say("Approved by"), approved_by(operation)),
        (say("Revealed by"), the_manager(operation.manager)),
    ]


def _folded(shown: OperationShown, operation: Operation) -> Iterable[Element]:
    """What is the same on every card of its kind, or was typed a moment ago."""
    succeeded = operation.state is State.SUCCEEDED
    if succeeded:
        if operation.outcome == READ_BACK:
            yield line(run(operation.outcome))
        yield from changes.listed(operation)
        if work := work_of(operation.target):
            yield line(run(work, subtle=True))
    if operation.state.waiting or operation.state is State.REVEALING:
        yield from window_lines(operation)
        told = shown.ending.sentences if shown.ending else ()
        details = (each for each in operation.details if each not in told)
        yield from bullets((*details, *demands(shown)), most=MOST_DETAILS)
    if shown.proving:
        yield from demanded(operation, shown.proving)
    ticket, reason = (say("Ticket"), ticket_value(operation.ticket)), (say("Reason"), operation.reason)
    yield from facts((*proof_facts(operation.proofs), ticket, reason), spacing="Small")
    yield from (line(run(each, subtle=True)) for each in operation.told if is_as_it_should(each))
    if operation.finished_at:
        yield moment(say("Finished at {at}", at=operation.finished_at))


def _instructions(operation: Operation) -> list[Element]:
    """What the person is told, where a pass of a recovery is about to be revealed or was."""
    told_by_requester = operation.once_only and not operation.handed_over
    if not operation.recovery or not told_by_requester or operation.state not in (State.READY, State.REVEALING, State.SUCCEEDED):
        return []
    preferred = operation.recovery.language
    language = NAMES[language_of(preferred)]
    told = steps(operation.recovery.situation, operation.target.upn, preferred)
    return [line(run(say("To read out or send ({language}):", language=language), bold=True), spacing="Medium"), *bullets(told)]


def _result(operation: Operation, *, own: bool, next_step: bool) -> list[Element]:
    """What became of it, and to whoever asked what to do next, in sentences."""
    told = [to_requester(each) if own else each for each in _told(operation, next_step=next_step)]
    if not told:
        return []
    first, *others = told
    return [line(run(first, limit=500), spacing="Medium"), *(line(run(each)) for each in others)]


def _told(operation: Operation, *, next_step: bool) -> tuple[str, ...]:
    if operation.state is State.SUCCEEDED and operation.outcome == READ_BACK:
        return ()  # the strip on top says it
    usual, then = _usually(operation)
    became = operation.outcome if operation.state.finished and operation.outcome else usual
    return tuple(filter(None, (became, then if next_step else "")))


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
        State.EXPIRED: (join(" ", (nobody, _NOTHING_CHANGED)), say("Still needed? “Send again” shows a new card.")),
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
    """What is to be borne in mind, and who could not be told."""
    worth = bullets(operation.warnings) if operation.state in (State.SUCCEEDED, State.PARTIAL) else []
    shown = [line(run(say("To bear in mind"), bold=True), spacing="Medium"), *worth] if worth else []
    return shown + [line(run(each, subtle=True)) for each in operation.told if not is_as_it_should(each)]


def _actions(shown: OperationShown, operation: Operation) -> list[Element]:
    suspicious = suspicious_call(operation.id)
    if shown.onlooker:  # the rest is for whoever asked
        return [suspicious] if operation.state.waiting else []
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
        case State.SUCCEEDED | State.PARTIAL if operation.bundle in _OFFER_A_PASS:
            left = [again(operation)] if operation.may_be_asked_again else []
            tooltip = say("With it the person registers anew; you are asked first")
            return [*left, button(say("Make a pass"), Verb.STRONGER, operation.id, tooltip=tooltip)]
        case _:
            return [again(operation)] if operation.may_be_asked_again else []


def _summary(operation: Operation) -> str:
    """One line for notifications; the operation in it is masked already."""
    what = title(operation)
    if operation.state.waiting:
        changes = join("; ", map(difference_text, operation.changes[:2]))
        return say("{state}: {what} ({changes}). {id}", state=badge_of(operation).word, what=what, changes=changes, id=operation.id)
    if operation.state.finished:
        return say("{state}: {what}. {id}", state=badge_of(operation).word, what=what, id=operation.id)
    return say("Working on it: {what}. {id}", what=what, id=operation.id)
