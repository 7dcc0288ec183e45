"""What waits for the reader's agreement, with buttons, and what the reader waits for: one row each, so that twenty stay readable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.exchange import Pending, Verb
from bot.domain.operation import Operation
from cards.elements import Element, box, button, buttons, card, columns, heading, line, run
from cards.wording import approved_by, difference_text, many, private, time_left, title

#: More rows than these are counted: the card has to stay below the limit of `cards.size`.
MOST_TO_DECIDE = 20
MOST_ASKED = 5


def render(pending: Pending) -> tuple[Element, str]:
    """The card and its summary. Numbers are masked."""
    deciding, asked = len(pending.deciding), len(pending.asked)
    body: list[Element] = [heading("Waiting for your approval" if deciding else "Nothing waits for your approval", size="Medium")]
    for operation in pending.deciding[:MOST_TO_DECIDE]:
        row = columns(("stretch", _words(private(operation), pending.now)), ("auto", [buttons(*_actions(operation), spacing="None")]))
        body.append(box([row], line_above=True, spacing="Small"))
    body += _more(deciding - MOST_TO_DECIDE, "Decide these first, or look in the approval channel.")
    if asked:
        body.append(heading("You asked for, and others decide", size="Medium", spacing="Large"))
        body += [box(_words(private(each), pending.now), line_above=True, spacing="Small") for each in pending.asked[:MOST_ASKED]]
        body += _more(asked - MOST_ASKED, "`history` lists all you asked for.")
    summary = f"{many(deciding, 'request')} for you to decide, {asked} of your own waiting for others."
    return card(body, fallback=summary), summary


def _words(operation: Operation, now: datetime) -> Iterable[Element]:
    yield line(run(operation.id, mono=True), run(f" {title(operation)}", limit=90, bold=True), spacing="None")
    parts = (
        operation.target.upn[:60],
        "; ".join(difference_text(change) for change in operation.changes[:1]),
        f"by {operation.requester.name[:40]}",
        operation.ticket[:30],
        f"approved by {approved_by(operation)}" if operation.approvals else "",
        time_left(now, operation.expires_at),
    )
    yield line(run(" · ".join(filter(None, parts)), limit=220, subtle=True), spacing="None")


def _actions(operation: Operation) -> Iterable[Element]:
    yield button("Approve", Verb.APPROVE, operation.id)
    if not operation.need.deny_reason:  # there is no room for the question: its own card asks it
        yield button("Deny", Verb.DENY, operation.id)


def _more(number: int, hint: str) -> list[Element]:
    return [line(run(f"and {number} more. {hint}", subtle=True), spacing="Medium")] if number > 0 else []
