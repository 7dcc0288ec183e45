"""The approvers' card, through its whole life: who asks for what about whom, what policy demands, and who has decided.

Read by everybody in a channel, so numbers are masked. The card that everybody gets has the buttons, because each press is checked; a
reader who cannot decide gets a view that says why instead.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.exchange import ApprovalShown, Verb, Viewer
from bot.domain.operation import Operation, State
from cards.confirm import question as warnings
from cards.elements import (
    Element,
    ask_then,
    band,
    box,
    button,
    card,
    facts,
    heading,
    line,
    link,
    mentions,
    moment,
    question,
    refresh,
    run,
    suspicious_call,
)
from cards.operation import listed
from cards.wording import LOOKS, approved_by, difference_text, identity, many, private, time_left, title

#: What may be written when denying; the bot takes no more.
REASON_LIMIT = 200


def render(shown: ApprovalShown) -> tuple[Element, str]:
    """The card and its summary."""
    operation = private(shown.operation)
    look = LOOKS[operation.state]
    waiting = operation.state is State.AWAITING_APPROVAL
    notified, entities = _notified(shown) if waiting and shown.mentioned else ([], [])
    body: list[Element] = [
        band(look.icon, _word(operation, look.word), look.style, operation.id),
        heading(title(operation)),
        *identity(operation.target, name=False),
        *_result(operation),
        box(listed(operation), style="emphasis", spacing="Medium"),
        *(warnings(replace(operation, notes=())) if waiting else ()),  # the notes are for whoever speaks with the person
        *facts(
            (
                ("Requested by", operation.requester.name or "somebody without a name"),
                ("Ticket", operation.ticket[:80]),
                ("Reason", operation.reason),
                ("Policy", "; ".join(operation.need.rules)),
                ("Needs", f"{many(operation.need.approvals, 'approval')} by {operation.need.group_names}"),
                ("Approved by", approved_by(operation)),
            )
        ),
        *_time(shown),
        *_concerning(shown),
        *notified,
    ]
    summary = _summary(operation)
    refreshing = refresh(operation.id, shown.refreshing, Verb.VIEW) if waiting and shown.refreshing else None
    return card(body, fallback=summary, actions=_actions(shown), refreshing=refreshing, mentioning=entities), summary


def _word(operation: Operation, usual: str) -> str:
    if operation.state is State.AWAITING_APPROVAL and operation.approvals:
        return f"Approved by {approved_by(operation)}"
    return usual


def _result(operation: Operation) -> list[Element]:
    if operation.state.finished:
        return [line(run(operation.outcome, limit=500), spacing="Medium")] if operation.outcome else []
    if operation.state in (State.READY, State.REVEALING):
        who = operation.requester.name or "the requester"
        return [line(run(f"Agreed. It is made when {who} presses Reveal.", limit=200), spacing="Medium")]
    return [] if operation.state.waiting else [line("It is being carried out.", spacing="Medium")]


def _time(shown: ApprovalShown) -> list[Element]:
    operation = shown.operation
    if operation.state in (State.AWAITING_APPROVAL, State.READY):
        return [moment("Expires at ", operation.expires_at, f" · {time_left(shown.now, operation.expires_at)}", spacing="Medium")]
    return [moment("Finished at ", operation.finished_at, spacing="Medium")] if operation.finished_at else []


def _concerning(shown: ApprovalShown) -> list[Element]:
    """Why this reader has no buttons."""
    operation = shown.operation
    groups = operation.need.group_names
    said = {
        Viewer.REQUESTER: f"You asked for this. {groups} decide.",
        Viewer.AGREED: "You agreed already; somebody else has to agree too.",
        Viewer.TARGET: "This is about your own account, so others decide.",
        Viewer.ONLOOKER: f"{groups} decide this.",
    }
    if operation.state is not State.AWAITING_APPROVAL or shown.viewer not in said:
        return []
    return [line(run(said[shown.viewer], limit=200, bold=True), spacing="Medium")]


def _notified(shown: ApprovalShown) -> tuple[list[Element], list[Element]]:
    text, entities = mentions(((member.chat_id, member.name) for member in shown.mentioned), " – please decide.")
    return [text], entities


def _actions(shown: ApprovalShown) -> list[Element]:
    operation = shown.operation
    where = [link("Open conversation", shown.link)] if shown.link else []
    if operation.state is not State.AWAITING_APPROVAL:
        return where
    suspicious = suspicious_call(operation.id)
    match shown.viewer:
        case Viewer.ANYBODY:
            return [button("Approve", Verb.APPROVE, operation.id, style="positive"), _deny(operation), *where, suspicious]
        case Viewer.REQUESTER:
            return [button("Cancel", Verb.CANCEL, operation.id), *where, suspicious]
        case Viewer.AGREED:
            return [_deny(operation), *where, suspicious]
        case _:
            return where


def _deny(operation: Operation) -> Element:
    missing = "Say why: the policy wants to know." if operation.need.deny_reason else ""
    why = question("reason", "Why not?" if missing else "Why not? (optional)", limit=REASON_LIMIT, missing=missing)
    return ask_then("Deny", why, button("Deny it", Verb.DENY, operation.id, style="destructive"))


def _summary(operation: Operation) -> str:
    """One line for notifications; the operation in it is masked already."""
    word = _word(operation, LOOKS[operation.state].word)
    changes = "; ".join(difference_text(change) for change in operation.changes[:2])
    return f"{word}: {title(operation)} ({changes}), asked by {operation.requester.name}. {operation.id}"
