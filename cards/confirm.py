"""The parts of an operation's card that ask: what to know before the click, and who may click until when."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.replies import OperationShown
from bot.domain.said import say, say_count
from cards.elements import Element, box, line, moment, run, woven
from cards.wording import bullets, expires, needed, waiting_for

#: More warnings than this are counted, not listed.
MOST_WARNINGS = 6
#: The same of notes; those of a file are about everybody in it.
MOST_NOTES, MOST_OF_A_FILE = 6, 12


def question(operation: Operation) -> list[Element]:
    """Warnings first, then what is merely worth knowing."""
    shown: list[Element] = []
    if operation.warnings:
        shown.append(box(_warnings(operation.warnings), style="warning", spacing="Small"))
    return shown + bullets(operation.notes, most=MOST_OF_A_FILE if operation.bulk else MOST_NOTES)


def closing(shown: OperationShown) -> list[Element]:
    """Until when it can be decided, and by whom."""
    operation = shown.operation
    ends = moment(expires(operation, shown.now), spacing="Medium")
    if operation.state is State.AWAITING_APPROVAL:
        return [ends, line(run(waiting_for(operation), limit=400, subtle=True))]
    if operation.state is State.READY:
        return [ends]
    agreement = say("After your confirmation it needs {approvals}.", approvals=needed(operation))
    asks = operation.need.approvals and not (shown.proving and (shown.proving.spares_everybody or shown.proving.stands_in))
    wanted = [line(run(agreement, limit=400))] if asks else []
    if shown.own:
        return [*wanted, ends]
    only = say("Only {name} can confirm or cancel.", name=operation.requester.name or say("the requester"))
    return [*wanted, ends, line(*woven(only, subtle=True, name={"limit": 60, "bold": True}))]


def _warnings(warnings: tuple[str, ...]) -> Iterable[Element]:
    for warning in warnings[:MOST_WARNINGS]:
        yield line(run(say("⚠ Warning: "), bold=True), run(warning))
    if len(warnings) > MOST_WARNINGS:
        yield line(say_count(len(warnings) - MOST_WARNINGS, "and {count} more warning", "and {count} more warnings"))
