"""The log channel's cards: one finished operation, or one remark, on as few lines as will do."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.difference import difference_text
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.proof import ProofState
from bot.domain.remarks import LogNote
from bot.domain.replies import LogEntry
from bot.domain.said import Said, join, said_at, say, say_count, ticket_link, together
from cards.bulk_words import counts_text
from cards.buttons import take_back
from cards.changes import MOST_CHANGES
from cards.elements import (
    Element,
    address,
    band,
    card,
    columns,
    line,
    moment,
    run,
    woven,
)
from cards.staying import staying
from cards.tickets import linked
from cards.wording import badge_of, difference_line, private, result_line, title


def render(entry: LogEntry) -> tuple[Element, str]:
    """The card and its summary. Masks once more what should be masked already: this is read by many."""
    operation = private(entry.operation)
    badge = badge_of(operation)
    first = line(
        run(join(" ", (badge.icon, badge.word)), bold=True, colour=badge.colour),
        run(" · "),
        run(title(operation), limit=160, bold=True),
        spacing="None",
    )
    body: list[Element] = [
        columns(("stretch", [first]), ("auto", [line(run(operation.id, mono=True), spacing="None", align="Right")]), spacing="None"),
        *([] if operation.bulk else [address(operation.target.upn or say("no user name"))]),
        *_changes(operation),
    ]
    body += staying(operation)
    if len(operation.changes) > MOST_CHANGES:
        more = say_count(len(operation.changes) - MOST_CHANGES, "and {count} more change", "and {count} more changes")
        body.append(line(run(more, subtle=True)))
    if operation.bulk and not operation.outcome:
        body.append(line(run(counts_text(operation.bulk.counts))))
    if operation.outcome:  # also of a success, which may carry a warning
        body.append(line(run(operation.outcome)))
    body.append(line(*_asked(operation)))
    if operation.ticket and ticket_link(operation.ticket):
        body.append(_ticket(operation.ticket[:80]))
    if operation.finished_at:
        body.append(moment(said_at(operation.finished_at), date=True, spacing="None"))
    summary = _summary(operation)
    return card(body, fallback=summary), summary


def _changes(operation: Operation) -> Iterable[Element]:
    for index, change in enumerate(operation.changes[:MOST_CHANGES]):
        yield difference_line(change, operation.state, label=True)
        if operation.results and not operation.results[index].fate.good:
            yield result_line(change, operation.results[index])


def announce(remark: LogNote) -> tuple[Element, str]:
    """The card of a pause, a freeze, an alarm or the like, and its summary."""
    text, hint = mask_text(remark.text), mask_text(remark.hint)
    body: list[Element] = [
        band("⚠" if remark.grave else "ℹ", remark.title, "attention" if remark.grave else "emphasis"),
        _stated(text),
    ]
    if hint:
        body.append(line(run(hint, limit=500, subtle=True)))
    if remark.ticket:
        body.append(_ticket(remark.ticket))
    if remark.at:
        body.append(moment(said_at(remark.at), date=True, spacing="None"))
    summary = join(": ", (remark.title, text))
    return card(body, fallback=summary, actions=[take_back(remark.take_back)] if remark.take_back else []), summary


def _stated(text: str) -> Element:
    """What a remark says; one with the head of a trail in it is there to be copied, so no letter of it is touched."""
    if isinstance(text, Said) and "head" in text.parts:
        return address(text, limit=200)
    return line(run(text, limit=800), spacing="Default")


def _asked(operation: Operation) -> list[Element]:
    """By whom, for which ticket and why, on one line."""
    said = [say("By {name}", name=_requester(operation)[:80])]
    if given := [proof.kind.in_words for proof in operation.proofs if proof.state is ProofState.GIVEN]:
        said.append(say("Proved by {what}", what=together(given)))
    if operation.approvals:
        said.append(say("Approved by {who}", who=operation.approvers))
    if operation.ticket and not ticket_link(operation.ticket):  # a link has a line of its own
        said.append(say("Ticket {ticket}", ticket=operation.ticket[:80]))
    if operation.reason:
        said.append(say("Reason {reason}", reason=operation.reason))
    first, *others = map(_labelled, said)
    for other in others:
        other[0]["text"] = f" · {other[0]['text']}"
    return first + [each for other in others for each in other]


def _ticket(ticket: str) -> Element:
    said = say("Ticket {ticket}", ticket=ticket)
    url = ticket_link(ticket)
    return linked(said, "ticket", url, subtle=True) if url else line(*_labelled(said))


def _labelled(said: Said) -> list[Element]:
    """What is said quietly, but for its part."""
    return woven(said, subtle=True, **{name: {} for name in said.parts})


def _requester(operation: Operation) -> str:
    """Who asked."""
    return operation.requester.name or say("somebody without a name")


def _summary(operation: Operation) -> str:
    changes = join("; ", map(difference_text, operation.changes[:2]))
    what = title(operation)
    if not operation.bulk:
        what = say("{title} ({upn})", title=what, upn=operation.target.upn)
    return say(
        "{state}: {what}, by {requester}. {id}",
        state=badge_of(operation).word,
        what=join(", ", (what, changes)),
        requester=_requester(operation),
        id=operation.id,
    )
