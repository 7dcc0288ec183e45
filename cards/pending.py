"""What waits for the reader's agreement, with buttons, and what the reader waits for: readable on a telephone too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.difference import difference_text
from bot.domain.incoming import OPENED, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.replies import Pending
from bot.domain.said import join, say, say_count, ticket_link
from cards import elements
from cards.approval import STANDS_IN
from cards.bulk_words import changing_text
from cards.buttons import button, buttons
from cards.elements import (
    Element,
    box,
    heading,
    line,
    run,
)
from cards.proving import proof_facts
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
    body = [*_decided(private(pending.decided))] if pending.decided else []
    nothing = say("Nothing else waits for your approval") if pending.decided else say("Nothing waits for your approval")
    body.append(heading(say("Waiting for your approval") if deciding else nothing, size="Medium"))
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


def _decided(operation: Operation) -> Iterable[Element]:
    """What the reader has just done, and who goes on with it."""
    parts: Mapping[str, str] = {"what": title(operation), "id": operation.id, "requester": operation.requester.name}
    if operation.state is State.DENIED:
        told = say("You denied: {what} ({id}), asked for by {requester}. Nothing is changed.", **parts)
    else:
        told = join(" ", (say("You agreed: {what} ({id}), asked for by {requester}.", **parts), _next(operation)))
    yield box([line(run("✓ ", bold=True, colour="Good"), run(told, limit=400))], style="emphasis")


def _next(operation: Operation) -> str:
    if operation.state is State.AWAITING_APPROVAL:
        return say("{count} of {needed} have agreed.", count=len(operation.approvals), needed=operation.need.approvals)
    if operation.state in (State.READY, State.REVEALING):
        return say("It is made when {name} presses Reveal.", name=operation.revealer.name or say("the requester"))
    return say("Doorman carries it out and tells {name}.", name=operation.requester.name)


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
    yield from _proved(operation)
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


def _proved(operation: Operation) -> Iterable[Element]:
    """What is known of the caller, as on the request's own card."""
    if operation.need.stood_in:
        yield line(run(STANDS_IN, bold=True), spacing="None")
    for about, told in proof_facts(operation.proofs):
        if told:
            yield line(run(join(": ", (about, told)), limit=200, bold=operation.doubted), spacing="None")


def _actions(operation: Operation) -> Iterable[Element]:
    """Where the caller is doubted, nobody agrees in passing; where a denial has to be explained, there is no room for the question here."""
    if not operation.doubted:
        yield button(say("Approve"), Verb.APPROVE, operation.id)
    if operation.doubted or operation.need.deny_reason:
        yield button(say("Open"), Verb.VIEW, operation.id, kind=OPENED)
    else:
        yield button(say("Deny"), Verb.DENY, operation.id)


def _more(number: int, hint: str) -> list[Element]:
    return [line(run(join(" ", (say("and {count} more.", count=number), hint)), subtle=True), spacing="Medium")] if number > 0 else []
