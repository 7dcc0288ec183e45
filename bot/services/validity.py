"""When a pass that was revealed is good: as Graph made it, which may be later than was agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.change import Change
from bot.domain.operation import Operation
from bot.domain.pass_terms import window
from bot.domain.said import join, say
from bot.domain.secret import Issued
from bot.planning.passes import lasting

#: Graph counts whole minutes: a pass that ends within one of the agreed end ends with it.
_TO_THE_MINUTE = timedelta(minutes=1)


def as_made(change: Change, issued: Issued, now: datetime) -> Change:
    """The change with the times that Graph gave; with those it was asked for where it does not say."""
    asked = change.wanted
    if asked is None:
        return change
    start = (issued.start or asked.start or now).replace(second=0, microsecond=0)
    return replace(change, wanted=replace(asked, minutes=issued.minutes or asked.minutes, start=start))


def validity(operation: Operation, made: Change, minimum: int) -> str:
    """From when until when, and why it ends later than was agreed, if it does; empty for what has no end.

    Args:
        operation: as it was agreed to.
        made: as it came to be.
        minimum: the shortest life the tenant allows, in minutes.
    """
    wanted, asked = made.wanted, operation.changes[0].wanted
    if wanted is None or asked is None:
        return ""
    assert wanted.start is not None, "`as_made` says when"
    _, end = window(wanted, wanted.start)
    _, agreed = window(asked, operation.created_at)
    said = say("Valid from {start} until {end}.", start=wanted.start, end=end)
    if end <= agreed + _TO_THE_MINUTE:
        return said
    later = say("Agreed was until {agreed}; the tenant gives no pass for less than {least}.", agreed=agreed, least=lasting(minimum))
    return join(" ", (said, later))
