"""The parts of an operation's card that ask: what to know before the click, and who may click until when."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.exchange import OperationShown
from bot.domain.operation import Operation, State
from cards.elements import Element, box, line, moment, run
from cards.wording import bullets, needed, time_left

#: More warnings than this are counted, not listed.
MOST_WARNINGS = 6


def question(operation: Operation) -> list[Element]:
    """Warnings first, then what is merely worth knowing."""
    shown: list[Element] = []
    if operation.warnings:
        shown.append(box(_warnings(operation.warnings), style="warning", spacing="Small"))
    return shown + bullets(operation.notes)


def closing(shown: OperationShown) -> list[Element]:
    """Until when it can be decided, and by whom."""
    operation = shown.operation
    ends = moment("Expires at ", operation.expires_at, f" · {time_left(shown.now, operation.expires_at)}", spacing="Medium")
    if operation.state is State.AWAITING_APPROVAL:
        return [ends, line(run(f"Waiting for {needed(operation)}, who can decide in the approval channel.", limit=400, subtle=True))]
    if operation.state is State.READY:
        return [ends]
    wanted = [line(run(f"After your confirmation it needs {needed(operation)}.", limit=400))] if operation.need.approvals else []
    if shown.own:
        return [*wanted, ends]
    return [
        *wanted,
        ends,
        line(
            run("Only ", subtle=True),
            run(operation.requester.name or "the requester", limit=60, bold=True),
            run(" can confirm or cancel.", subtle=True),
        ),
    ]


def _warnings(warnings: tuple[str, ...]) -> Iterable[Element]:
    for warning in warnings[:MOST_WARNINGS]:
        yield line(run("⚠ Warning: ", bold=True), run(warning))
    if len(warnings) > MOST_WARNINGS:
        yield line(f"and {len(warnings) - MOST_WARNINGS} more warnings")
