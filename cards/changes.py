"""What an operation changes, as its cards list it: to be confirmed, to be ticked, and as it was made."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.change import Change, ChangeKind
from bot.domain.incoming import KEEP
from bot.domain.life import Fate, State
from bot.domain.operation import Operation, Result
from bot.domain.said import join, say, say_count
from bot.domain.sms import asked_for
from cards.elements import Element, line, run
from cards.inputs import switch
from cards.staying import nothing_stays, which_device
from cards.wording import bullets, difference_line, read_out, result_line, result_text

#: More changes than this are counted, not listed.
MOST_CHANGES = 16


def listed(operation: Operation) -> Iterable[Element]:
    """Every change with its before and after, and what became of it; more than `MOST_CHANGES` are counted."""
    for index, change in enumerate(operation.changes[:MOST_CHANGES]):
        yield difference_line(change, operation.state, label=True, told=bool(operation.results))
        if operation.results:
            yield result_line(change, operation.results[index])
    yield from _more(operation)


def made(operation: Operation) -> Iterable[Element]:
    """What is now, of an operation that succeeded: what was before is with the details. The heading says what one change is about."""
    alone = len(asked_for(operation.changes)) == 1
    results = operation.results or (Result(Fate.DONE),) * len(operation.changes)
    for change, result in list(zip(operation.changes, results, strict=False))[:MOST_CHANGES]:
        tells_itself = alone and result.fate is Fate.DONE and not change.follows and change.kind is not ChangeKind.RESET_PASSWORD
        label = [] if tells_itself else [run(say("{label}: ", label=change.label))]
        yield line(*label, run(_now(change, result), limit=300, bold=True))
    yield from _more(operation)


def ticked(operation: Operation) -> Iterable[Element]:
    """Every change with a tick that its requester may take off; what is on one of several devices is chosen by the device."""
    assert operation.recovery is not None, "lists of recoveries alone are edited"
    yield from which_device(operation.recovery)
    yield line(run(join(" ", (say("Take the tick off what should stay."), nothing_stays(operation))), subtle=True))
    for index, (change, on) in enumerate(zip(operation.changes, operation.recovery.ticked, strict=True)):
        if not operation.recovery.device(change):
            before, after = read_out(change)
            yield switch(f"{KEEP}{index}", f"{before} → {after}", on=on, label=change.label) | {"spacing": "Small"}


def to_be_ticked(operation: Operation) -> Iterable[Element]:
    """What is proposed, where nobody may confirm yet: ticks set now would be lost with the next state of the card."""
    assert operation.recovery is not None, "lists of recoveries alone are edited"
    proposed = [change for change, on in zip(operation.changes, operation.recovery.ticked, strict=True) if on]
    yield from bullets((join(": ", (change.label, join(" → ", read_out(change)))) for change in proposed), most=MOST_CHANGES)
    yield line(run(say("What stays, you choose after the proof."), subtle=True))


def shown(operation: Operation, *, ticks: bool = True) -> Iterable[Element]:
    """The changes as the requester's card has them in the state in which the operation is.

    Args:
        ticks: where some may be taken off, they may be now.
    """
    if operation.editable:
        return ticked(operation) if ticks else to_be_ticked(operation)
    return made(operation) if operation.state is State.SUCCEEDED else listed(operation)


def _now(change: Change, result: Result) -> str:
    """How it is now; what was so already, or has a card of its own, is said."""
    return read_out(change)[1] if result.fate is Fate.DONE else result_text(change, result)


def _more(operation: Operation) -> Iterable[Element]:
    if (more := len(operation.changes) - MOST_CHANGES) > 0:
        yield line(run(say_count(more, "and {count} more change", "and {count} more changes"), subtle=True))
