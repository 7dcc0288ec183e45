"""Which people get their last code on which day, and what ends, in sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from bot.domain.report import Counts, PhoneOnlyReport
from bot.domain.retirement import Channel, Retirement, spoken
from bot.domain.said import join, said_day, say, say_count


@dataclass(frozen=True, slots=True)
class Until:
    """A day from which on this many people with only a phone get no code."""

    day: date
    people: int


def untils(report: PhoneOnlyReport, retirement: Retirement) -> list[Until]:
    """The days that matter to anybody, in order; none where the day is not known, or the organisation's own provider reaches everybody."""
    found: Counter[date] = Counter()
    for population, counts in report.populations.items():
        if (day := retirement.day(population)) and (people := _unreached(counts, retirement)):
            found[day] += people
    return [Until(day, people) for day, people in sorted(found.items())]


def _unreached(counts: Counts, retirement: Retirement) -> int:
    """How many of those with only a phone the organisation's own provider does not reach; every phone can be called."""
    if Channel.VOICE in retirement.provider:
        return 0
    return counts.voice_only if Channel.SMS in retirement.provider else counts.phone_only


def what_ends(retirement: Retirement, today: date) -> str:
    """The end, how far away it is, and what goes on."""
    if (day := retirement.sooner) is None:
        return say("No day is known on which Microsoft's own texts and calls end here.")
    left = (day - today).days
    if left > 0:
        first = say_count(
            left,
            "Microsoft's own texts and calls for sign-in end on {day}, in {count} day.",
            "Microsoft's own texts and calls for sign-in end on {day}, in {count} days.",
            day=said_day(day),
        )
    else:
        first = say("Microsoft's own texts and calls for sign-in ended on {day}.", day=said_day(day))
    later = retirement.later if retirement.later != day else None
    return join(
        " ",
        (
            first,
            say("For Global Administrators and external users that day is {day}.", day=said_day(later)) if later else "",
            say("{Channels} go on, through the organisation's own telephony provider.", channels=spoken(retirement.provider))
            if retirement.provider
            else "",
        ),
    )
