"""What is known of somebody, in one line of a card; and whether any of it is bad. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.said import Said, join, say, say_count, say_each, together
from bot.domain.signals import Signals

#: So many failed sign-ins in 24 hours are no longer a slip of the finger.
MANY_FAILED = 5
_RISKS = say_each(
    {
        "none": "no risk known",
        "low": "risk low",
        "medium": "risk medium",
        "high": "risk high",
        "": "risk dismissed or remedied",
    }
)
_BAD_RISKS = frozenset(("medium", "high"))


def bad(signals: Signals) -> bool:
    """Whether more is to be asked of whoever calls (`if_risk` of a policy).

    Risk that could not be seen is taken for the graver; of the others only what was seen counts, because they need permissions and
    licences of their own and have room for few callers at once.
    """
    return signals.risk is None or any(speaks_against for _, speaks_against in _seen(signals))


def told(signals: Signals, *, lost: bool = False) -> Said:
    """What was seen, for a card: in few words where it is good; what is bad comes first and is called so.

    Args:
        lost: as `in_one_line`.
    """
    if not bad(signals):
        return say("Signs: {seen}.", seen=join(", ", (*_shortly(signals), _unseen(signals, lost=lost))))
    seen = _seen(signals)
    against = [words for words, speaks_against in seen if speaks_against]
    if signals.risk is None:
        against.insert(0, say("risk not seen, which counts as high"))
    known = replace(signals, risk=signals.risk or "")
    others = [*(words for words, speaks_against in seen if not speaks_against), _unseen(known, lost=lost)]
    first = say_count(len(against), "Bad sign: {signs}.", "Bad signs: {signs}.", signs=together(against))
    rest = join(" · ", others)
    return join(" ", (first, say("Otherwise: {seen}.", seen=rest) if rest else ""))


def in_one_line(signals: Signals, *, lost: bool = False) -> Said:
    """What was seen, and last what was not: "risk high · 4 failed sign-ins in 24 hours · not seen: registration dates".

    Args:
        lost: a device is said to be lost, so that it is told whether that could not be seen.
    """
    parts = [*(words for words, _ in _seen(signals)), _unseen(signals, lost=lost)]
    return join(" · ", parts)


def _seen(signals: Signals) -> list[tuple[str, bool]]:
    """What was seen, in words, and whether it is bad."""
    seen: list[tuple[str, bool]] = []
    if signals.risk is not None:
        seen.append((_RISKS.get(signals.risk) or say("risk of an unknown level"), signals.risk in _BAD_RISKS))
    if signals.failed_sign_ins is not None:
        failed = say_count(signals.failed_sign_ins, "{count} failed sign-in in 24 hours", "{count} failed sign-ins in 24 hours")
        seen.append((failed, signals.failed_sign_ins >= MANY_FAILED))
    if signals.registered is not None:
        registered = say_count(
            signals.registered, "{count} method registered in the last 7 days", "{count} methods registered in the last 7 days"
        )
        seen.append((registered, signals.registered > 0))
    if signals.lost_active is not None:
        used = say("a phone was used to sign in within 24 hours"), say("no phone was used to sign in within 24 hours")
        seen.append((used[0] if signals.lost_active else used[1], signals.lost_active))
    return seen


def _shortly(signals: Signals) -> Iterator[str]:
    """What is not bad."""
    yield _RISKS.get(signals.risk or "") or say("risk of an unknown level")
    if signals.failed_sign_ins is not None:
        yield say_count(signals.failed_sign_ins, "{count} failed sign-in", "{count} failed sign-ins")
    if signals.registered is not None:
        yield say("no new method")
    if signals.lost_active is not None:
        yield say("no phone sign-in")


def _unseen(signals: Signals, *, lost: bool) -> str:
    missing = [
        word
        for word, value in (
            (say("risk"), signals.risk),
            (say("failed sign-ins"), signals.failed_sign_ins),
            (say("new methods"), signals.registered),
            (say("sign-ins by phone"), signals.lost_active if lost else False),
        )
        if value is None
    ]
    return say("not seen: {what}", what=together(missing)) if missing else ""
