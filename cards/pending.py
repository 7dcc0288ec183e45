"""What waits for the reader's agreement, with buttons, and what the reader waits for: readable on a telephone too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.difference import difference_text
from bot.domain.incoming import Verb
from bot.domain.operation import Operation
from bot.domain.replies import Pending
from bot.domain.said import join, say, say_count, ticket_link
from cards import elements
from cards.bulk_words import changing_text
from cards.buttons import button, buttons
from cards.elements import (
    Element,
    box,
    heading,
    line,
    run,
)
from cards.size import LIMIT, size
from cards.tickets import linked
from cards.wording import approved_by, private, time_left, title

#: More rows than these are counted, and fewer are shown when long names would make the card larger than `cards.size.LIMIT`.
MOST_TO_DECIDE = 14
FEWEST_TO_DECIDE = 5
MOST_ASKED = 5
#: Of one request; more are counted.
MOST_CHANGES = 3


def render(pending: Pending) -> tuple[Element, str]:
    """The card and its summary. Numbers are masked."""
    deciding = [_row(private(operation), pending.now) for operation in pending.deciding[:MOST_TO_DECIDE]]
    asked = [box(_words(private(each), pending.now), line_above=True, spacing="Small") for each in pending.asked[:MOST_ASKED]]
    for rows in range(MOST_TO_DECIDE, FEWEST_TO_DECIDE, -1):
        card, summary = _with(deciding[:rows], asked, pending)
        if size(card) <= LIMIT:
            break
    return card, summary


def _with(rows: list[Element], asked_rows: list[Element], pending: Pending) -> tuple[Element, str]:
    deciding, asked = len(pending.deciding), len(pending.asked)
    body: list[Element] = [heading(say("Waiting for your approval") if deciding else say("Nothing waits for your approval"), size="Medium")]
    body += rows
    body += _more(deciding - len(rows), say("Decide these first, or those that have a card of their own."))
    if asked:
        body.append(heading(say("You asked for, and others decide"), size="Medium", spacing="Large"))
        body += asked_rows
        body += _more(asked - MOST_ASKED, say("`history` lists all you asked for."))
    summary = say(
        "{requests} for you to decide, {asked} of your own waiting for others.",
        requests=say_count(deciding, "{count} request", "{count} requests"),
        asked=asked,
    )
    return elements.card(body, fallback=summary), summary


def _row(operation: Operation, now: datetime) -> Element:
    """What it is about, and below that its buttons in one row: beside each other there is no room for both on a telephone."""
    return box([*_words(operation, now), buttons(*_actions(operation), spacing="Small")], line_above=True, spacing="Small")


def _words(operation: Operation, now: datetime) -> Iterable[Element]:
    yield line(run(operation.id, mono=True), run(f" {title(operation)}", limit=90, bold=True), spacing="None")
    more = len(operation.changes) - MOST_CHANGES
    changes = join("; ", map(difference_text, operation.changes[:MOST_CHANGES])) or (operation.bulk and changing_text(operation.bulk))
    told = (changes or "", say("and {count} more", count=more) if more > 0 else "")
    why = say("Reason: {reason}", reason=operation.reason[:120]) if operation.reason else ""
    if said := join(" · ", (join(" ", told), why)):
        yield line(run(said, limit=330), spacing="None")
    parts = (
        operation.target.upn[:60],
        say("by {name}", name=operation.requester.name[:40]),
        "" if ticket_link(operation.ticket) else operation.ticket[:30],
        say("approved by {who}", who=approved_by(operation)) if operation.approvals else "",
        time_left(now, operation.expires_at),
    )
    yield line(run(join(" · ", parts), limit=200, subtle=True), spacing="None")
    if url := ticket_link(operation.ticket):
        yield linked(say("Ticket {ticket}", ticket=operation.ticket[:30]), "ticket", url, subtle=True, spacing="None")


def _actions(operation: Operation) -> Iterable[Element]:
    yield button(say("Approve"), Verb.APPROVE, operation.id)
    if not operation.need.deny_reason:  # there is no room for the question: its own card asks it
        yield button(say("Deny"), Verb.DENY, operation.id)


def _more(number: int, hint: str) -> list[Element]:
    return [line(run(join(" ", (say("and {count} more.", count=number), hint)), subtle=True), spacing="Medium")] if number > 0 else []
