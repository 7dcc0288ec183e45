"""A length of time as an argument: `24 hours`, `90 minutes`, `an hour`, `1h30`, `1 week`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.commands.grammar.kinds import Match, Token
from bot.domain.characters import plain_digits
from bot.domain.said import say

#: More words than these say no length: "1 hour and 30 minutes".
MOST_WORDS = 6
_UNITS = {
    timedelta(minutes=1): "m|min|mins|minute|minutes|minuut|minuten",
    timedelta(minutes=15): "quarter|quarter of an hour|quarters of an hour|kwartier",
    timedelta(hours=1): "h|hr|hrs|hour|hours|u|uur|uren",
    timedelta(days=1): "d|day|days|dag|dagen",
    timedelta(weeks=1): "w|wk|wks|week|weeks|weken",
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split("|")}
_COUNTS: dict[float, str] = {
    0.5: "half|a half|half a|half an|een half|een halve|halve",
    1: "a|an|one|een|één|1",
    1.5: "one and a half|anderhalf|anderhalve",
    2: "two|twee|a couple of",
    3: "three|drie",
    4: "four|vier",
    5: "five|vijf",
    6: "six|zes",
    7: "seven|zeven",
    8: "eight|acht",
    9: "nine|negen",
    10: "ten|tien",
    12: "twelve|twaalf",
    15: "fifteen|vijftien",
    20: "twenty|twintig",
    24: "twenty-four|vierentwintig",
    30: "thirty|dertig",
    45: "forty-five|vijfenveertig",
    48: "forty-eight|achtenveertig",
    60: "sixty|zestig",
    90: "ninety|negentig",
}
_COUNT = {word: count for count, words in _COUNTS.items() for word in words.split("|")}


def _either(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_TERM = rf"(?:(?:{_either([*_COUNT])}) |[0-9]{{1,4}}(?:[.,][0-9]{{1,2}})? ?)(?:{_either([*_UNIT])})(?: and a half)?"
_LENGTH = re.compile(rf"{_TERM}(?:(?: and| en|,)? {_TERM}){{0,2}}")
_PART = re.compile(
    rf"(?:(?P<word>{_either([*_COUNT])}) |(?P<figure>[0-9]{{1,4}}(?:[.,][0-9]{{1,2}})?) ?)(?P<unit>{_either([*_UNIT])})\b"
    r"(?P<half> and a half)?"
)
#: `1:30`, `1h30`, `1u30`.
_CLOCK = re.compile(r"(?P<hours>[0-9]{1,2})(?::|h|u)(?P<minutes>[0-5][0-9])(?: ?(?:h|hrs?|hours?|u|uur))?")


def length_in(text: str) -> timedelta | None:
    """The length that these words say, in small letters; None when they say none."""
    text = plain_digits(text)
    if found := _CLOCK.fullmatch(text):
        return timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    if not _LENGTH.fullmatch(text):
        return None
    return sum((_worth(part) for part in _PART.finditer(text)), timedelta())


def _worth(part: re.Match[str]) -> timedelta:
    count = _COUNT[part["word"]] if part["word"] else float(part["figure"].replace(",", "."))
    return _UNIT[part["unit"]] * (count + (0.5 if part["half"] else 0))


@dataclass(frozen=True, slots=True)
class Duration:
    """How long, such as `24 hours`, `90 minutes` or `2d`."""

    name: str = "time"

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return say("How long")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        for end in range(min(len(tokens), at + MOST_WORDS), at, -1):
            said = " ".join(token.word for token in tokens[at:end])
            if (lasting := length_in(said)) is not None:
                yield Match(end, ((self.name, lasting),), (said,))

    def wrong(self, found: str) -> str:
        return say("“{found}” is no length of time: say `24 hours`, `90 minutes`, `2 days` or `1 week`.", found=found)
