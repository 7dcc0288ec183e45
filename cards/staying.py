"""What a recovery of a lost phone leaves: said on every card, so that nobody takes a phone for harmless whose methods stay."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.change import Change
from bot.domain.life import Fate, State
from bot.domain.operation import Operation
from bot.domain.recovery import Recovery
from bot.domain.said import join, say
from cards.elements import Element, choices, line, run

_NOTHING = say("Nothing that is registered stays.")
#: Nothing was changed then, so everything stays, and the card says so.
_NOTHING_DONE = frozenset({State.FAILED, State.STALE, State.CANCELLED, State.DENIED, State.EXPIRED})


def staying(operation: Operation) -> list[Element]:
    """What stays: beside ticks what is not on the list, later whatever its requester took off as well."""
    case = operation.recovery
    if case is None or not case.found or operation.state in _NOTHING_DONE:
        return []
    left = case.stays(_gone(operation))
    risky, other = _named(one.name for one in left if one.on_it), _named(one.name for one in left if not one.on_it)
    shown = [line(run(say("Stays, although it could be on the phone: {methods}.", methods=risky), bold=True, limit=1200))] if risky else []
    if other:
        shown.append(line(run(say("Stays as it is: {methods}.", methods=other), limit=1200)))
    if not left and not operation.editable:  # there it stands above the ticks
        shown.append(line(run(_NOTHING)))
    return shown


def nothing_stays(operation: Operation) -> str:
    """That nothing stays, if the list is confirmed as it is proposed; else empty."""
    case = operation.recovery
    return _NOTHING if case and case.found and not case.stays(operation.changes) else ""


def _gone(operation: Operation) -> Iterable[Change]:
    """What goes; once it is over what is gone, and a pass only takes another one's place when it is revealed."""
    if not operation.results:
        return operation.changes
    over = zip(operation.changes, operation.results, strict=True)
    return tuple(change for change, result in over if result.fate.good and result.fate is not Fate.HANDED_ON)


def which_device(case: Recovery) -> Iterable[Element]:
    """The question which of several devices is gone. No answer is given beforehand, so that nobody confirms one without having asked."""
    devices = case.devices
    if not devices:
        return
    told = [
        say("{device}: {methods}", device=device, methods=_named(one.name for one in case.found if one.device == device))
        for device in devices
    ]
    everything = say("All of them, or nobody can say which")
    yield choices("pick", say("Which device is gone?"), (*told, everything), say("Ask which device is gone, and pick it."))


def _named(names: Iterable[str]) -> str:
    return join("; ", names)
