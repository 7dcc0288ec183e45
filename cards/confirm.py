"""The parts of an operation's card that ask: what to know before the click, and who may click until when."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.replies import OperationShown
from bot.domain.retirement import Ending
from bot.domain.said import say, say_count
from cards.elements import Element, box, line, moment, run, woven
from cards.proving import proving_section
from cards.wording import approvals_by, bullets, expires, needed, waiting_for

#: More warnings than this are counted, not listed.
MOST_WARNINGS = 6
#: The same of notes of a file, which are about everybody in it.
MOST_OF_A_FILE = 12


def question(operation: Operation, ending: Ending | None = None) -> list[Element]:
    """Warnings first, then what is merely worth knowing of this very change; what ends in full, where it is to be read so."""
    shown: list[Element] = []
    if operation.warnings:
        shown.append(box(_warnings(operation.warnings), style="warning", spacing="Small"))
    if operation.bulk:
        return shown + bullets(operation.notes, most=MOST_OF_A_FILE)
    notes = [each for note in operation.notes for each in (ending.sentences if ending and note == ending.mark else (note,))]
    return shown + [line(run(note, limit=400, subtle=True)) for note in notes]


def agreement(shown: OperationShown) -> list[Element]:
    """Who else has to agree."""
    operation = shown.operation
    if operation.state is State.AWAITING_APPROVAL:
        return [line(run(waiting_for(operation), limit=400, subtle=True))]
    if operation.state is State.READY or not _asks(shown):
        return []
    proof = shown.proving if operation.need.eased else None
    if proof and proving_section(operation, proof):
        return []  # there it is said what spares them
    approvals = approvals_by(operation.need)
    wanted = say("After your confirmation it needs {approvals}.", approvals=approvals)
    if proof:
        wanted = say("After your confirmation it needs {approvals}; a proof spares that.", approvals=approvals)
    return [line(run(wanted, limit=400))]


def closing(shown: OperationShown) -> list[Element]:
    """Until when it can be decided; where others read along too, by whom."""
    operation = shown.operation
    if operation.state is not State.PROPOSED:
        return [moment(expires(operation, shown.now), spacing="None")]
    if shown.own:
        return [moment(say("Expires at {at}", at=operation.expires_at), spacing="None")]
    only = say("Only {name} can confirm or cancel.", name=operation.requester.name or say("the requester"))
    ends = moment(expires(operation, shown.now), spacing="None")
    return [ends, line(*woven(only, subtle=True, name={"limit": 60, "bold": True}))]


def demands(shown: OperationShown) -> list[str]:
    """Which rules want others to agree, for the details."""
    asks = shown.operation.state is State.AWAITING_APPROVAL or (shown.operation.state is State.PROPOSED and _asks(shown))
    return [say("Policy: {approvals}.", approvals=needed(shown.operation))] if asks else []


def _asks(shown: OperationShown) -> bool:
    return bool(shown.operation.need.approvals and not (shown.proving and (shown.proving.spares_everybody or shown.proving.stands_in)))


def _warnings(warnings: tuple[str, ...]) -> Iterable[Element]:
    for warning in warnings[:MOST_WARNINGS]:
        yield line(run(say("⚠ Warning: "), bold=True), run(warning))
    if len(warnings) > MOST_WARNINGS:
        yield line(say_count(len(warnings) - MOST_WARNINGS, "and {count} more warning", "and {count} more warnings"))
