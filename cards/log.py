"""The log channel's cards: one finished operation, or one notice, on as few lines as will do."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.exchange import LogEntry, LogNotice
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from cards.elements import Element, address, band, card, columns, line, moment, run
from cards.operation import MOST_CHANGES
from cards.wording import LOOKS, difference_line, difference_text, private, result_line, title


def render(entry: LogEntry) -> tuple[Element, str]:
    """The card and its summary. Masks once more what should be masked already: this is read by many."""
    operation = private(entry.operation)
    look = LOOKS[operation.state]
    first = line(
        run(f"{look.icon} {look.word}", bold=True, colour=look.colour),
        run(" · "),
        run(title(operation), limit=160, bold=True),
        spacing="None",
    )
    body: list[Element] = [
        columns(("stretch", [first]), ("auto", [line(run(operation.id, mono=True), spacing="None", align="Right")]), spacing="None"),
        address(operation.target.upn or "no user name"),
        *_changes(operation),
    ]
    if len(operation.changes) > MOST_CHANGES:
        body.append(line(run(f"and {len(operation.changes) - MOST_CHANGES} more changes", subtle=True)))
    if operation.outcome:  # also of a success, which may carry a warning
        body.append(line(run(operation.outcome)))
    body.append(line(*_asked(operation)))
    if operation.finished_at:
        body.append(moment("", operation.finished_at, date=True, spacing="None"))
    summary = _summary(operation)
    return card(body, fallback=summary), summary


def _changes(operation: Operation) -> Iterable[Element]:
    for index, change in enumerate(operation.changes[:MOST_CHANGES]):
        yield difference_line(change, operation.state, label=True)
        if operation.results and not operation.results[index].fate.good:
            yield result_line(change, operation.results[index])


def announce(notice: LogNotice) -> tuple[Element, str]:
    """The card of a pause, a freeze, an alarm or the like, and its summary."""
    text, hint = mask_text(notice.text), mask_text(notice.hint)
    body: list[Element] = [
        band("⚠" if notice.grave else "ℹ", notice.title[:80], "attention" if notice.grave else "emphasis"),
        line(run(text, limit=800), spacing="Default"),
    ]
    if hint:
        body.append(line(run(hint, limit=500, subtle=True)))
    if notice.ticket:
        body.append(line(run("Ticket ", subtle=True), run(notice.ticket, limit=80)))
    if notice.at:
        body.append(moment("", notice.at, date=True, spacing="None"))
    summary = f"{notice.title}: {text}"
    return card(body, fallback=summary), summary


def _asked(operation: Operation) -> list[Element]:
    """By whom, for which ticket and why, on one line."""
    runs = [run("By ", subtle=True), run(_requester(operation), limit=80)]
    if operation.approvals:
        runs += [run(" · Approved by ", subtle=True), run(operation.approvers, limit=200)]
    if operation.ticket:
        runs += [run(" · Ticket ", subtle=True), run(operation.ticket, limit=80)]
    if operation.reason:
        runs += [run(" · Reason ", subtle=True), run(operation.reason)]
    return runs


def _requester(operation: Operation) -> str:
    """Who asked."""
    return operation.requester.name or "somebody without a name"


def _summary(operation: Operation) -> str:
    changes = "; ".join(difference_text(change) for change in operation.changes[:2])
    return (
        f"{LOOKS[operation.state].word}: {title(operation)} ({operation.target.upn})"
        f"{f', {changes}' if changes else ''}, by {_requester(operation)}. {operation.id}"
    )
