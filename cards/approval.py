"""The approvers' card, through its whole life: who asks for what about whom, what policy demands, and who has decided.

Read by everybody in a channel, so numbers are masked. The card that everybody gets has the buttons, because each press is checked; a
reader who cannot decide gets a view that says why instead.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.conversations import Member
from bot.domain.difference import difference_text
from bot.domain.hand_over import the_manager
from bot.domain.incoming import OPENED, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.replies import ApprovalShown, Viewer
from bot.domain.said import join, say
from cards.bulk_found import found_facts
from cards.bulk_parts import FEWER, ROOM, counted, digests, samples, warned
from cards.bulk_words import changing_text
from cards.buttons import (
    ask_then,
    button,
    buttons,
    link,
    suspicious_call,
)
from cards.changes import listed
from cards.confirm import question as warnings
from cards.elements import (
    Element,
    band,
    box,
    card,
    details,
    facts,
    heading,
    line,
    mentions,
    moment,
    question,
    refresh,
    run,
)
from cards.for_ticket import copied
from cards.proving import proof_facts
from cards.size import LIMIT, size
from cards.staying import staying
from cards.tickets import ticket_value
from cards.wording import approvals_by, approved_by, badge_of, expires, identity, private, title, window_lines

#: Whoever agrees has to know it.
STANDS_IN = say("Nothing could be proved of the caller: your agreement stands in for that.")
#: What may be written when denying; the bot takes no more.
REASON_LIMIT = 200
#: So many are notified where a card has no room for more.
FEW_NOTIFIED = 10


def render(shown: ApprovalShown) -> tuple[Element, str]:
    """The card and its summary."""
    operation = private(shown.operation)
    waiting = operation.state is State.AWAITING_APPROVAL
    summary = _summary(operation)
    opened = OPENED if shown.opened else ""
    refreshing = refresh(operation.id, shown.refreshing, Verb.VIEW, opened) if waiting and shown.refreshing else None
    rows = FEWER if shown.samples else FEWER[-1:]
    words, copy = copied(operation)
    for most, to in (*((each, shown.mentioned) for each in rows), (rows[-1], shown.mentioned[:FEW_NOTIFIED])):
        notified, entities = _notified(to) if waiting and to else ([], [])
        body = [*_top(operation), *_asked_for(operation, shown), *notified, *samples(shown.samples, *most), *words]
        made = card(body, fallback=summary, actions=[*_actions(shown), *copy], refreshing=refreshing, mentioning=entities)
        if size(made) <= (ROOM if most[1] else LIMIT):
            break
    return made, summary


def _top(operation: Operation) -> list[Element]:
    badge = badge_of(operation)
    return [
        band(badge.icon, _word(operation, badge.word), badge.style, operation.id),
        heading(title(operation), size="Large" if operation.bulk else "Medium"),
        *([] if operation.bulk else identity(operation.target, name=False)),
        *_result(operation),
    ]


def _asked_for(operation: Operation, shown: ApprovalShown) -> list[Element]:
    """The changes, or of a bulk job how many rows there are of each kind; below these the buttons, above the many words about a file."""
    waiting = operation.state is State.AWAITING_APPROVAL
    closing = [*_time(shown), *_concerning(shown)]
    made = _deciding(shown) if waiting else []
    pressed = [buttons(*made, spacing="Medium")] if made else []
    if not operation.bulk:
        changes = [box(listed(operation), spacing="Small"), *staying(operation)]
        facts_first = [
            *_stood_in(operation),
            *changes,
            *(warnings(operation) if waiting else ()),
            *facts(_told(operation), spacing="Small"),
        ]
        return [
            *facts_first,
            *_concerning(shown),
            *pressed,
            *details((*window_lines(operation), *facts(_folded(operation), spacing="Small")), *_time(shown)),
        ]
    counts = [*counted(operation.bulk), *(warned(operation.bulk) if waiting else ())]
    if not waiting:
        return [*counts, *_facts(operation), *closing]
    bound = say("Exactly this file and this plan are agreed to: a row that stands otherwise when its turn comes is not changed.")
    return [
        *counts,
        *closing,
        *pressed,
        line(run(bound, subtle=True)),
        *found_facts(operation.bulk),
        *warnings(operation),
        *_facts(operation),
    ]


def _stood_in(operation: Operation) -> list[Element]:
    """Whoever agrees in place of a proof has to know it."""
    if not operation.need.stood_in:
        return []
    return [box([line(run(STANDS_IN, bold=True))], style="warning")]


def _told(operation: Operation) -> list[tuple[str, str | Element]]:
    """What whoever decides goes by."""
    return [
        (say("Requested by"), operation.requester.name or say("somebody without a name")),
        (say("Reason"), operation.reason),
        (say("Ticket"), ticket_value(operation.ticket)),
        *proof_facts(operation.proofs),
        (say("Approved by"), approved_by(operation)),
        (say("Revealed by"), the_manager(operation.manager)),
    ]


def _folded(operation: Operation) -> list[tuple[str, str]]:
    """What is the same on many cards: whose policy it is."""
    return [(say("Policy"), join("; ", operation.need.rules)), (say("Needs"), approvals_by(operation.need))]


def _facts(operation: Operation) -> list[Element]:
    """Of a bulk job."""
    return [*facts((*_told(operation), *_folded(operation))), *digests(operation)]


def _word(operation: Operation, usual: str) -> str:
    if operation.state is State.AWAITING_APPROVAL and operation.approvals:
        return say("Approved by {who}", who=approved_by(operation))
    return usual


def _result(operation: Operation) -> list[Element]:
    if operation.state.finished:
        return [line(run(operation.outcome, limit=500), spacing="Medium")] if operation.outcome else []
    if operation.state in (State.READY, State.REVEALING):
        who = operation.revealer.name or say("the requester")
        return [line(run(say("Agreed. It is made when {name} presses Reveal.", name=who), limit=200), spacing="Medium")]
    return [] if operation.state.waiting else [line(say("It is being carried out."), spacing="Medium")]


def _time(shown: ApprovalShown) -> list[Element]:
    operation = shown.operation
    if operation.state in (State.AWAITING_APPROVAL, State.READY):
        return [moment(expires(operation, shown.now), spacing="Small")]
    return [moment(say("Finished at {at}", at=operation.finished_at), spacing="Medium")] if operation.finished_at else []


def _concerning(shown: ApprovalShown) -> list[Element]:
    """Why this reader has no buttons."""
    operation = shown.operation
    groups = operation.need.group_names
    said = {
        Viewer.REQUESTER: say("You asked for this. {groups} decide.", groups=groups),
        Viewer.AGREED: say("You agreed already; somebody else has to agree too."),
        Viewer.TARGET: say("This is about your own account, so others decide."),
        Viewer.ONLOOKER: say("{groups} decide this.", groups=groups),
    }
    if operation.state is not State.AWAITING_APPROVAL or shown.viewer not in said:
        return []
    return [line(run(said[shown.viewer], limit=200, bold=True), spacing="Medium")]


def _notified(members: Iterable[Member]) -> tuple[list[Element], list[Element]]:
    text, entities = mentions(((member.chat_id, member.name) for member in members), say(" – please decide."))
    return [text], entities


def _actions(shown: ApprovalShown) -> list[Element]:
    """The buttons below everything; those that decide stand higher up, so that nobody has to look for them on a telephone."""
    operation = shown.operation
    where = [link(say("Open conversation"), shown.link)] if shown.link else []
    if operation.state is not State.AWAITING_APPROVAL or operation.bulk or not _deciding(shown):
        return where
    return [*where, suspicious_call(operation.id)]


def _deciding(shown: ApprovalShown) -> list[Element]:
    operation = shown.operation
    preview = [button(say("Preview as a file"), Verb.PREVIEW, operation.id)] if operation.bulk else []
    match shown.viewer:
        case Viewer.ANYBODY:
            return [button(say("Approve"), Verb.APPROVE, operation.id, style="positive"), _deny(operation), *preview]
        case Viewer.REQUESTER:
            return [button(say("Cancel"), Verb.CANCEL, operation.id), *preview]
        case Viewer.AGREED:
            return [_deny(operation), *preview]
        case _:
            return []


def _deny(operation: Operation) -> Element:
    missing = say("Say why: the policy wants to know.") if operation.need.deny_reason else ""
    why = question("reason", say("Why not?") if missing else say("Why not? (optional)"), limit=REASON_LIMIT, missing=missing)
    return ask_then(say("Deny"), why, button(say("Deny it"), Verb.DENY, operation.id, style="destructive"))


def _summary(operation: Operation) -> str:
    """One line for notifications; the operation in it is masked already."""
    return say(
        "{state}: {title} ({changes}), asked by {requester}. {id}",
        state=_word(operation, badge_of(operation).word),
        title=title(operation),
        changes=changing_text(operation.bulk) if operation.bulk else join("; ", map(difference_text, operation.changes[:2])),
        requester=operation.requester.name,
        id=operation.id,
    )
