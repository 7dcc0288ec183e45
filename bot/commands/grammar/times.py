"""A time of day as an argument: `14:00`, `tomorrow 9:30`, `2026-09-14 08:00`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.commands.grammar.dutch import ways
from bot.commands.grammar.kinds import Match, Token
from bot.domain.said import say
from bot.errors import Refusal

_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:h|hrs?)?", re.ASCII)
_FIXED = re.compile(r"Etc/GMT([+-]\d{1,2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TOMORROW, TODAY = "tomorrow", "today"
_DAYS = {way: day for day in (TOMORROW, TODAY) for way in ways(day)}
#: Further ahead it is a slip of the finger.
FURTHEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of day, and the day if one was said: `tomorrow`, `today` or a date."""

    time: time
    day: str | date = ""


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """When, such as `14:00`, `tomorrow 9:30` or `2026-09-14 08:00`."""

    name: str = "start"

    @property
    def syntax(self) -> str:
        return "<14:00>"

    @property
    def label(self) -> str:
        return say("The time")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        words = [token.word for token in tokens[at : at + 2]]
        day: str | date = ""
        if words and (said := _DAYS.get(words[0])):
            words.pop(0)
            day = said
        elif words and _DAY.fullmatch(words[0]):
            try:
                day = date.fromisoformat(words.pop(0))
            except ValueError:
                return
        if words and (found := _TIME.fullmatch(words[0])):
            moment = Moment(time(int(found["hour"]), int(found["minute"])), day)
            used = 2 if day else 1
            yield Match(at + used, ((self.name, moment),), tuple(token.word for token in tokens[at : at + used]))

    def wrong(self, found: str) -> str:
        return say("“{found}” is no time: say `14:00`, `tomorrow 9:30` or `2026-09-14 08:00`.", found=found)


def zone_of(name: str) -> tuple[tzinfo, str]:
    """The time zone of somebody's Teams and what to call it; UTC when Teams did not say.

    A zone of a fixed number of hours is called by them: the sign in its name is the other way round.
    """
    if not name:
        return UTC, "UTC"
    hours = _FIXED.fullmatch(name)
    return ZoneInfo(name), f"UTC{-int(hours[1]):+d}" if hours else name


def resolve(moment: Moment, now: datetime, zone: str) -> datetime:
    """The moment meant, in UTC.

    Raises:
        Refusal: it is past, or too far ahead.
    """
    place, spoken = zone_of(zone)
    today = now.astimezone(place).date()
    day = {TOMORROW: today + timedelta(days=1)}.get(str(moment.day), moment.day if isinstance(moment.day, date) else today)
    meant = datetime.combine(day, moment.time, place)
    said = say("{time} on {day} ({zone})", time=f"{meant:%H:%M}", day=f"{meant:%Y-%m-%d}", zone=spoken)
    if meant <= now:
        raise Refusal(say("{said} is past.", said=said), say("Say a later time, or `tomorrow {time}`.", time=f"{meant:%H:%M}"), code="past")
    if meant > now + FURTHEST:
        raise Refusal(
            say("{said} is more than {days} days ahead.", said=said, days=FURTHEST.days),
            say("Ask for it nearer to that day."),
            code="too_far_ahead",
        )
    return meant.astimezone(UTC)
