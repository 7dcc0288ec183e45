"""Single values of the policy file: each is read, and what is wrong with it is noted with its place, its line and what to do."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from difflib import get_close_matches
from typing import Any

from bot.domain.rules import DAYS, Hours
from bot.domain.wall_clock import zone_called

LONGEST_PATTERN, MOST_REPEATS = 200, 5
_DAYS = {day[:3].lower(): number for number, day in enumerate(DAYS)}


@dataclass(frozen=True)
class Place:
    """Where something stands: a table, perhaps the number of a rule, perhaps a key."""

    table: str
    number: int = 0
    key: str = ""
    name: str = ""

    def at(self, key: str) -> Place:
        """A key of the same table."""
        return Place(self.table, self.number, key, self.name)

    def __str__(self) -> str:
        if self.table == "rule":
            where = f"rule {self.number}" + (f" (“{self.name}”)" if self.name else "")
        else:
            where = f"[{self.table}]" if self.table else "the file"
        return f"{where}, {self.key}" if self.key else where


def line_numbers(text: str) -> dict[tuple[str, int, str], int]:
    """(table, number of the rule, key) -> line, as far as looking at the beginnings of lines can tell."""
    found: dict[tuple[str, int, str], int] = {}
    table, rules = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[\[?\s*\"?([\w.-]+)\"?\s*\]", line):
            table = head[1]
            rules += table == "rule"
            found.setdefault((table, rules if table == "rule" else 0, ""), number)
        elif key := re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w-]+))\s*=", line):
            found.setdefault((table, rules if table == "rule" else 0, key[1] or key[2] or key[3]), number)
    return found


def slow(pattern: str) -> bool:
    """Whether a ticket could be made that this pattern takes long to refuse.

    What makes a search explode is a repeated group, or many repeats in a row; a ticket pattern needs neither. The slowest that is let
    through takes some hundredths of a second for the longest ticket.
    """
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "x", pattern)  # an escaped character or a class is one character
    repeats = re.findall(r"(?<!\()[*+?{]", bare)
    return len(pattern) > LONGEST_PATTERN or bool(re.search(r"\)[*+{]", bare)) or len(repeats) > MOST_REPEATS


@dataclass
class Values:
    """Reads values; what is wrong is noted, and something harmless takes its place until all has been read.

    Attributes:
        file: name of the file, for the sentences.
        lines: where keys stand, from `line_numbers`.
        problems: (line, sentence), in the order of finding.
    """

    file: str
    lines: Mapping[tuple[str, int, str], int]
    problems: list[tuple[int, str]] = field(default_factory=list)

    def problem(self, place: Place, what: str) -> None:
        """Notes what is wrong somewhere, and what to do."""
        table, number, key = place.table, place.number, place.key
        tried = ((table, number, key), (table, number, ""), ("", 0, table), (key, 0, "")) if table else (("", 0, key), (key, 0, ""))
        line = next((self.lines[at] for at in tried if at in self.lines), 0)
        self.problems.append((line, f"{self.file}{f':{line}' if line else ''}: {place}: {what}."))

    def unknown_keys(self, found: Mapping[str, Any], known: Collection[str], place: Place) -> None:
        """Every key has to be one of the known ones."""
        for key in found:
            if key not in known:
                self.problem(place.at(key), f"there is no such {'key' if place.table else 'table'}{meant(key, known)}")

    def object_id(self, given: object, place: Place, what: str) -> str:
        """An object id in small letters, or empty."""
        try:
            if isinstance(given, str) and str(uuid.UUID(given)) == given.lower():
                return given.lower()
        except ValueError:
            pass
        self.problem(place, f"{given!r} is not an id like 00000000-0000-0000-0000-000000000000: copy {what} from the Entra admin centre")
        return ""

    def required_words(self, table: Mapping[str, Any], place: Place, known: Collection[str]) -> set[str]:
        """The known words in a list that has to be there."""
        if not table.get(place.key):
            self.problem(place, f"say which, from {listed(sorted(known))}")
            return set()
        words = set(self.words(table, place))
        for word in sorted(words - set(known)):
            self.problem(place, f"{word!r} is none of {listed(sorted(known))}{meant(word, known)}")
        return words & set(known)

    def words(self, table: Mapping[str, Any], place: Place) -> list[str]:
        """The texts in a list; none when it is absent."""
        given = table.get(place.key, [])
        if isinstance(given, list) and all(isinstance(one, str) for one in given):
            return given
        self.problem(place, 'this has to be a list in square brackets, such as ["one", "other"]')
        return []

    def yes_or_no(self, table: Mapping[str, Any], key: str, place: Place) -> bool:
        """True or false; false when it is absent."""
        given = table.get(key, False)
        if not isinstance(given, bool):
            self.problem(place.at(key), f"{given!r} is neither true nor false")
        return given is True

    def minutes(self, table: Mapping[str, Any], key: str, most: int, place: Place) -> timedelta | None:
        """A time in whole minutes, or None."""
        given = table.get(key)
        if given is None:
            return None
        if not is_number(given, 1, most):
            self.problem(place.at(key), f"{given!r} is no number of minutes from 1 to {most:,}")
            return None
        return timedelta(minutes=given)

    def pattern(self, table: Mapping[str, Any], place: Place) -> str:
        """The pattern of a ticket, which compiles, is quick, and refuses no ticket at all; or empty."""
        given, place = table.get("ticket", ""), place.at("ticket")
        try:
            re.compile(given)
        except (re.error, TypeError, OverflowError, RecursionError) as error:
            self.problem(place, f"{given!r} is no pattern ({error}): write one such as 'INC-[0-9]+', in single quotation marks")
            return ""
        if not isinstance(given, str) or slow(given):
            self.problem(place, f"this pattern could take too long: repeat characters, not groups, and {MOST_REPEATS} times at most")
            return ""
        if given and re.fullmatch(given, ""):
            self.problem(place, "this pattern is content with no ticket at all: let it ask for one character at least")
        return given

    def ticket_example(self, table: Mapping[str, Any], place: Place) -> str:
        """A ticket that the pattern beside it accepts, or empty."""
        given, pattern = table.get("ticket_example", ""), table.get("ticket", "")
        if not isinstance(given, str) or (given and not (isinstance(pattern, str) and pattern)):
            self.problem(place.at("ticket_example"), "this goes with a pattern: add ticket = '…', or remove it")
            return ""
        try:
            fits = not given or slow(pattern) or re.fullmatch(pattern, given)
        except re.error:
            return ""  # said of the pattern
        if not fits:
            self.problem(place.at("ticket_example"), f"{given!r} does not match the pattern {pattern}")
        return given

    def hours(self, table: Mapping[str, Any], place: Place) -> Hours | None:
        """When a rule holds, or None."""
        given, place = table.get("hours"), place.at("hours")
        if given is None:
            return None
        shape = 'write hours = { days = ["mon", "tue"], from = "07:00", to = "19:00", zone = "Europe/Amsterdam" }'
        if not isinstance(given, dict) or set(given) != {"days", "from", "to", "zone"}:
            self.problem(place, shape)
            return None
        days = given["days"] if isinstance(given["days"], list) else []
        strange = [day for day in days if not isinstance(day, str) or day not in _DAYS]
        if not days or strange:
            self.problem(place, f"days: {f'{strange[0]!r} is none of' if strange else 'choose from'} {listed(_DAYS)}")
        start, end = self._time(given, "from", place), self._time(given, "to", place)
        zone = zone_called(given["zone"])
        if zone is None:
            self.problem(place, f"zone: {given['zone']!r} is no time zone: those look like Europe/Amsterdam")
            return None
        if start is None or end is None or strange or not days:
            return None
        return Hours(frozenset(_DAYS[day] for day in days), start, end, zone)

    def _time(self, given: Mapping[str, Any], key: str, place: Place) -> time | None:
        said = given[key]
        if isinstance(said, str) and re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", said):
            return time.fromisoformat(said)
        self.problem(place, f"{key}: {said!r} is no time of day: those look like 07:00")
        return None


def is_number(given: object, least: int, most: int) -> bool:
    """Whether it is a whole number within these bounds."""
    return isinstance(given, int) and not isinstance(given, bool) and least <= given <= most


def listed(words: Collection[str]) -> str:
    """ "a, b or c"."""
    *most, last = map(str, words)
    return f"{', '.join(most)} or {last}" if most else last


def meant(word: str, known: Collection[str]) -> str:
    """The known word that was probably meant, as the rest of a sentence; empty when there is none."""
    close = get_close_matches(word.lower(), known, n=1) or get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
