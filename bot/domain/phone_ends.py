"""What the end of texts and calls comes to for those who have only a phone: how many lose them on which day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.report import Class, Counts, Forecast, Registered
from bot.domain.retirement import Channel, Population, Retirement, channels_in_words
from bot.domain.said import join, number, said_day, say, say_each

#: Whom a day is about.
POPULATIONS = say_each({
    Population.MEMBER: "members",
    Population.ADMINISTRATOR: "administrators",
    Population.GLOBAL_ADMINISTRATOR: "Global Administrators",
    Population.INTERNAL_GUEST: "internal guests",
    Population.EXTERNAL: "external users",
})  # fmt: skip
CLASSES = say_each({
    Class.PHONE_ONLY: "only a phone",
    Class.PHONE_DEFAULT: "something better, but asked for the phone first",
    Class.PHONE_TOO: "something better, and a phone too",
    Class.STRONG: "something better, and no phone",
    Class.NOTHING: "nothing beside the password",
    Class.UNKNOWN: "not known",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class End:
    """Who loses the only way in on a day.

    Attributes:
        people: how many.
        populations: of whom, in the order of the words.
    """

    day: date
    people: int
    populations: tuple[Population, ...]


def ends(populations: Mapping[Population, Counts], retirement: Retirement) -> tuple[End, ...]:
    """How many of those who have only a phone lose it on which day, the first day first; nobody for whom a provider carries on."""
    found: dict[date, list[tuple[Population, int]]] = {}
    for population in Population:
        counts = populations.get(population)
        if counts is None:
            continue
        by_voice = counts.voice_only, retirement.ends(population, {Channel.VOICE})
        by_text = counts.phone_only - counts.voice_only, retirement.ends(population, set(Channel))
        days = {day for people, day in (by_voice, by_text) if day and people}
        for day in days:
            people = sum(people for people, last in (by_voice, by_text) if last == day)
            found.setdefault(day, []).append((population, people))
    return tuple(
        End(day, sum(people for _, people in those), tuple(population for population, _ in those)) for day, those in sorted(found.items())
    )


def reached(person: Registered) -> str:
    """What somebody's phones are for; empty without one."""
    if not person.channels:
        return ""
    return channels_in_words(person.channels) if Channel.SMS in person.channels else say("calls only")


def foreseen(pace: Forecast, ends: Iterable[date], today: date) -> str:
    """Where it goes at this pace, in a sentence or two; the second when something ends before it comes to that."""
    a_week = round(pace.a_week)
    if a_week < 0:
        return say("They become {count} more each week.", count=number(-a_week))
    if pace.none_left is None:
        return say("At the pace of the last weeks they do not come to an end within two years.") if a_week else say("They become no fewer.")
    gone = say("At {count} fewer a week, nobody is left on {day}.", count=number(max(1, a_week)), day=said_day(pace.none_left))
    late = next((day for day in ends if today < day < pace.none_left), None)
    return join(" ", (gone, say("That is after {day}.", day=said_day(late)) if late else ""))
