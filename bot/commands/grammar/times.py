"""A time of day as an argument: `14:00`, `9pm`, `tomorrow at 9:30`, `noon`, `monday 8 uur`, `2026-09-14 08:00`, `in 2 hours`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.commands.grammar.dutch import ways
from bot.commands.grammar.kinds import Match, Token, Word
from bot.commands.grammar.lengths import length_in
from bot.domain.characters import plain_digits
from bot.domain.said import said_day, say
from bot.errors import Readings, Refusal

#: More words than these say no time: "the day after tomorrow at 9 o'clock".
MOST_WORDS = 7
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:(?:[:.]|h|u)(?P<minute>[0-5]\d)(?::[0-5]\d)?)? ?(?P<rest>[ap]\.?m\.?|h|hrs?|hours|u|uur|o'?clock)?", re.ASCII
)
_FOUR_FIGURES = re.compile(r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<rest> ?(?:h|hrs?|hours|uur))?", re.ASCII)
_FIXED = re.compile(r"Etc/GMT([+-]\d{1,2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: As most of the world writes a date, and, with the month first, America.
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_NOON, _MIDNIGHT = ("noon", "midday", "12 noon"), ("midnight", "middernacht", "24:00", "24.00", "24 uur", "12 midnight")
_NUMBERS = "one een two twee three drie four vier five vijf six zes seven zeven eight acht nine negen ten tien eleven elf twelve twaalf"
_HOURS = _NUMBERS.split()
TOMORROW, TODAY = "tomorrow", "today"
AFTER_TOMORROW = "the day after tomorrow"
#: Languages in which a date begins with its day.
DAY_FIRST = frozenset(("nl",))
#: Monday first, as days are counted.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {way: day for day in (TOMORROW, TODAY, *WEEKDAYS) for way in ways(day)} | dict.fromkeys(
    (AFTER_TOMORROW, "day after tomorrow", "overmorgen"), AFTER_TOMORROW
)
#: Between a day and its time.
_AT = ("at ", "om ", "@ ", "from ", "vanaf ")
_IN = ("in ", "over ", "within ", "binnen ")
#: With these a time or a length of time begins where it goes on so; and with these in any case, when they are written small.
_MAY_OPEN = frozenset(("in", "on", "op", "over", "within", "binnen"))
_OPENS = (ways("for") | ways("at") | {"from", "until", "till", "tot", "during"}) - _MAY_OPEN
#: Further ahead it is a slip of the finger.
FURTHEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TwoDays:
    """A date that is another one with the month first: as it was typed, and both."""

    said: str
    day_first: date
    month_first: date


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of day, and the day if one was said; or how much later than now.

    Attributes:
        day: `tomorrow`, `today`, `the day after tomorrow`, a day of the week, a date, or what may be either of two.
        later: counts from now; then there is neither.
    """

    time: time
    day: str | date | TwoDays = ""
    later: timedelta | None = None


@dataclass(frozen=True, slots=True)
class At(Word):
    """The word before a time, which may be missing where a day begins it."""

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        yield from Word.match(self, tokens, at, near)
        if at < len(tokens) and (f"{tokens[at].word} " in _IN or _begins_day(tokens, at)):
            yield Match(at, said=(self.text,))


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
        for end in range(min(len(tokens), at + MOST_WORDS), at, -1):
            said = " ".join(token.word for token in tokens[at:end])
            if all(token.word for token in tokens[at:end]) and (moment := moment_in(said)):
                yield Match(end, ((self.name, moment),), (said,))

    def wrong(self, found: str) -> str:
        return say("“{found}” is no time: say `14:00`, `9pm`, `tomorrow 9:30`, `monday 9:00` or `2026-09-14 08:00`.", found=found)


def starts_time(tokens: Sequence[Token], at: int) -> bool:
    """Whether a time or a length of time begins here, or what somebody takes for one: nobody's name goes on with it in small letters."""
    token = tokens[at]
    if not token.word or any(map(str.isupper, token.text)):
        return False
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if token.word in _OPENS or _begins_day(tokens, at):
        return True
    if token.word in _MAY_OPEN:
        return following in _DAYS or following[:1].isdecimal() or length_in(f"{following} hours") is not None
    if token.word.isdecimal():
        return length_in(f"{token.word} {following}") is not None or _time_in(f"{token.word} {following}") is not None
    return length_in(token.word) is not None or _time_in(token.word) is not None


def _begins_day(tokens: Sequence[Token], at: int) -> bool:
    said = " ".join(token.word for token in tokens[at : at + 4])
    return any(said == day or said.startswith(f"{day} ") for day in _DAYS) or bool(_DATE.match(said) or _YEAR_LAST.match(said))


def moment_in(text: str) -> Moment | None:
    """The moment that these words say, in small letters; None when they say none."""
    text = plain_digits(text)
    if opened := next((word for word in _IN if text.startswith(word)), ""):
        later = length_in(text.removeprefix(opened))
        return Moment(time(), later=later) if later is not None else None
    if text in _MIDNIGHT:
        return Moment(time(), TOMORROW)
    if alone := _time_in(text):
        return Moment(alone)
    if _DATE.match(text) and text[10:11] == "t":
        text = f"{text[:10]} {text[11:]}"
    words = text.split()
    for cut in range(1, len(words)):
        first, last = " ".join(words[:cut]), " ".join(words[cut:])
        for said, clock in ((first, last), (last, first)):
            day = _day_in(said.removeprefix("on ").removeprefix("op "))
            if day and (found := _time_in(clock.removeprefix(next((word for word in _AT if clock.startswith(word)), "")))):
                return Moment(found, day)
    return None


def _time_in(text: str) -> time | None:
    if text in _NOON:
        return time(12)
    bare = re.sub(r" (?:o'?clock|uur)$", "", text)
    if bare in _HOURS:
        return time((_HOURS.index(bare) // 2 + 1) % 24)
    found = _CLOCK.fullmatch(text) or _FOUR_FIGURES.fullmatch(text)
    if not found:
        return None
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["rest"] or "")[:1]
    if half in ("a", "p"):
        return time(hour % 12 + (12 if half == "p" else 0), minute) if 1 <= hour <= 12 else None
    return time(hour, minute) if hour < 24 else None


def _day_in(text: str) -> str | date | TwoDays:
    if text in _DAYS:
        return _DAYS[text]
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        day_first, month_first = _date(year, second, first), _date(year, first, second)
        if day_first and month_first and day_first != month_first:
            return TwoDays(text, day_first, month_first)
        return day_first or month_first or ""
    return (_DATE.fullmatch(text) and _date(*map(int, text.split("-")))) or ""


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def zone_of(name: str) -> tuple[tzinfo, str]:
    """The time zone of somebody's Teams and what to call it; UTC when Teams did not say.

    A zone of a fixed number of hours is called by them: the sign in its name is the other way round.
    """
    if not name:
        return UTC, "UTC"
    hours = _FIXED.fullmatch(name)
    return ZoneInfo(name), f"UTC{-int(hours[1]):+d}" if hours else name


def in_zone(zone: str) -> str:
    """In which zone a time that was typed is read, in a sentence."""
    if not zone:
        return say("Your Teams does not say which time zone you are in, so I read the time as UTC.")
    return say("I read the time as that of your Teams: {zone}.", zone=zone_of(zone)[1])


def resolve(moment: Moment, now: datetime, zone: str, *, day_first: bool = False) -> datetime:
    """The moment meant, in UTC.

    Args:
        day_first: in the language of whoever says it a date begins with the day.

    Raises:
        Refusal: it is past, too far ahead, or the clocks are changed at that time; `Readings` where it may be one of two days.
    """
    if isinstance(moment.day, TwoDays):
        if not day_first:
            raise _either(moment.day)
        moment = replace(moment, day=moment.day.day_first)
    place, spoken = zone_of(zone)
    if moment.later is not None:
        meant = (now + moment.later).replace(second=0, microsecond=0).astimezone(place)
    else:
        meant = datetime.combine(_day_of(moment, now.astimezone(place)), moment.time, place)
    said = say("{time} on {day} ({zone})", time=f"{meant:%H:%M}", day=f"{meant:%Y-%m-%d}", zone=spoken)
    if moment.later is None and (shift := _clocks_change(meant)):
        raise Refusal(
            say("{said} does not exist: the clocks go forward then.", said=said)
            if shift > timedelta()
            else say("{said} comes twice: the clocks go back then.", said=said),
            say("Say an earlier or a later time."),
            code="clocks_change",
        )
    if meant <= now:
        raise Refusal(say("{said} is past.", said=said), say("Say a later time, or `tomorrow {time}`.", time=f"{meant:%H:%M}"), code="past")
    if meant > now + FURTHEST:
        raise Refusal(
            say("{said} is more than {days} days ahead.", said=said, days=FURTHEST.days),
            say("Ask for it nearer to that day."),
            code="too_far_ahead",
        )
    return meant.astimezone(UTC)


def _either(days: TwoDays) -> Readings:
    both = days.day_first, days.month_first
    first, second = map(said_day, both)
    return Readings(
        say("“{said}” may be {first} or {second}.", said=days.said, first=first, second=second),
        say("Say which one: {first} is {written}.", first=first, written=days.day_first.isoformat()),
        said=days.said,
        readings=tuple((day.isoformat(), said_day(day)) for day in both),
    )


def _day_of(moment: Moment, here: datetime) -> date:
    """The day meant; a day of the week is the next one, today if the time is still to come."""
    if not isinstance(moment.day, str):
        assert isinstance(moment.day, date), "of two days one was chosen"
        return moment.day
    today = here.date()
    if moment.day in WEEKDAYS:
        ahead = (WEEKDAYS.index(moment.day) - today.weekday()) % 7
        return today + timedelta(days=ahead or (0 if moment.time > here.time() else 7))
    return today + timedelta(days={TOMORROW: 1, AFTER_TOMORROW: 2}.get(moment.day, 0))


def _clocks_change(meant: datetime) -> timedelta:
    """By how much the clocks are changed at a time of day that therefore does not exist (forward) or comes twice (back)."""
    offsets = [meant.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    return offsets[1] - offsets[0]
