"""What the bot says: sentences that read as English and can be said in another language whenever somebody reads them.

`say("I find nobody called “{name}”.", name=name)` is an ordinary string, the English sentence: it is compared, recorded in the trail and
logged as such. It also remembers its template and its parts, so that a card can say it in its reader's language, and say its times in
the reader's own zone. What f-strings, slices and `str.join` make of it is English alone: use `say` and `join` to keep it sayable.

A language is a mapping from English templates to its own; English is the empty one. See docs/decisions/0012-one-catalogue.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

from bot.domain.tickets import Tickets

#: What may stand in a sentence; a `Said` is a str. A datetime is said in the reader's zone where that can be, otherwise in UTC.
Part = str | int | date
Catalogue = Mapping[str, str]
K = TypeVar("K")

ENGLISH: Catalogue = {}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom something is said: in which language, in which time zone where no client can choose it, and where they read tickets."""

    catalogue: Catalogue = field(default_factory=lambda: ENGLISH)
    zone: tzinfo = UTC
    tickets: Tickets = field(default_factory=Tickets)


#: Trail and logs.
NOBODY = Reader()
_READER: ContextVar[Reader] = ContextVar("reader", default=NOBODY)
_PLACE = re.compile(r"\{(\w+)\}")
#: How a stored sentence begins in a column of text; what was stored before there were languages is plain English.
_STORED = '{"say":'


class Said(str):
    """A sentence.

    Attributes:
        template: the English words with `{name}` for each part; `{Name}` begins the part with a capital.
        parts: by name.
        timed: a moment is among the parts, or among theirs.
    """

    __slots__ = ("parts", "template", "timed")
    template: str
    parts: Mapping[str, Part]
    timed: bool

    def __new__(cls, template: str, parts: Mapping[str, Part], english: str | None = None) -> Said:
        if english is None:
            english = _english(template, parts) if parts else template
        made = super().__new__(cls, english)
        made.template = template
        made.parts = parts
        made.timed = False
        for part in parts.values():
            if isinstance(part, datetime) or (isinstance(part, Said) and part.timed):
                made.timed = True
        return made

    def __copy__(self) -> Said:
        return self

    def __deepcopy__(self, memo: object) -> Said:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Said, (self.template, dict(self.parts))

    def __format__(self, spec: str) -> str:
        """In the reader's language while something is said to a reader, otherwise in English."""
        return format(spoken(self), spec)

    def map(self, change: Callable[[str], str]) -> Said:
        """The same sentence with `change` made to every text in it that is not its own; itself where that changes none."""
        changed = {name: now for name, part in self.parts.items() if isinstance(part, str) and (now := change(part)) is not part}
        return Said(self.template, {**self.parts, **changed}) if changed else self


def say(template: str, /, **parts: Part) -> Said:
    """A sentence, or a part of one. The template has to be written out, since a test collects all of them for the catalogue."""
    return Said(template, parts) if parts else _alone(template)


@lru_cache(4096)
def _alone(template: str) -> Said:
    return Said(template, {})


def say_count(count: int, one: str, many: str, /, **parts: Part) -> Said:
    """What is counted: `one` for exactly one, otherwise `many`; both may name `{count}`."""
    return Said(one if count == 1 else many, {"count": number(count), **parts})


def number(count: int) -> Part:
    """A count to be read: from a thousand on with its thousands apart, as the reader's language writes them; no ids, no years."""
    if count < 1000:
        return count
    return say("{thousands},{rest}", thousands=number(count // 1000), rest=f"{count % 1000:03}")


def say_each(words: Mapping[K, str]) -> dict[K, Said]:
    """A table of words or sentences, all of them sayable."""
    return {key: Said(word, {}) for key, word in words.items()}


def join(between: str, parts: Iterable[str]) -> Said:
    """Like `between.join(parts)`, leaving out what is empty; `between` may be sayable itself."""
    kept = [part for part in parts if part]
    if len(kept) == 1 and isinstance(kept[0], Said):
        return kept[0]
    filling = [one for part in kept for one in (between, part)][1:]
    return Said(_row(len(filling)), {str(index): one for index, one in enumerate(filling)}, "".join(filling))


@lru_cache(256)
def _row(count: int) -> str:
    return "".join(f"{{{index}}}" for index in range(count))


def alternatives(words: Iterable[str]) -> Said:
    """ "a, b or c"."""
    *first, last = tuple(words) or ("",)
    return join(say(" or "), (join(", ", first), last))


def together(words: Iterable[str]) -> Said:
    """ "a, b and c"."""
    *first, last = tuple(words) or ("",)
    return join(say(" and "), (join(", ", first), last))


MONTHS = (
    say("January"), say("February"), say("March"), say("April"), say("May"), say("June"), say("July"), say("August"), say("September"),
    say("October"), say("November"), say("December"),
)  # fmt: skip


def said_at(at: datetime) -> Said:
    """A moment: on a card in the zone of whoever looks, elsewhere in words with its zone: "14 September, 09:30 UTC"."""
    return Said("{at}", {"at": at})


def said_day(day: date) -> Said:
    """A day: "14 September 2027"."""
    return Said("{day}", {"day": day if not isinstance(day, datetime) else day.date()})


@contextmanager
def speaking(reader: Reader) -> Iterator[None]:
    """Whatever is said within is said to this reader."""
    token = _READER.set(reader)
    try:
        yield
    finally:
        _READER.reset(token)


def ticket_link(number: str) -> str:
    """Where the present reader reads a ticket; empty where no setting says."""
    return _READER.get().tickets.link(number)


def spoken(text: str) -> str:
    """The text as the present reader reads it; what is not sayable comes back as it is."""
    if not isinstance(text, Said):
        return text
    reader = _READER.get()
    if not reader.catalogue and not text.timed:
        return str(text)
    return _in_words(_pieces(text.template, text.parts, reader.catalogue), reader)


def pieces(text: str) -> list[str | datetime]:
    """The same in pieces: the words, and the moments between them."""
    if not isinstance(text, Said):
        return [text]
    found = _pieces(text.template, text.parts, _READER.get().catalogue)
    said: list[str | datetime] = []
    for moments, several in groupby(found, key=lambda each: isinstance(each, datetime)):
        run = list(several)
        said += run if moments else ["".join(map(str, run))]
    return said


def woven(text: Said) -> list[tuple[str, str]]:
    """The words of a sentence and its parts, in the order in which the present reader's language has them, with the names of the parts."""
    words = _split(_READER.get().catalogue.get(text.template, text.template))
    return [("", each) if index % 2 == 0 else (each, _sayable(text.parts[each])) for index, each in enumerate(words) if each]


def to_store(text: str) -> Any:
    """The text as JSON can hold it; `from_store` gives it back as it was."""
    if not isinstance(text, Said):
        return str(text)
    return {"say": text.template, "with": {name: _part_to_store(part) for name, part in text.parts.items()}}


def from_store(stored: Any) -> str:
    """What `to_store` or `to_column` made something of, or plain text."""
    if isinstance(stored, str):
        return from_store(json.loads(stored)) if stored.startswith(_STORED) else stored
    return Said(stored["say"], {name: _part_from_store(part) for name, part in stored["with"].items()})


def to_column(text: str) -> str:
    """The text for a column of text."""
    return json.dumps(to_store(text), ensure_ascii=False, separators=(",", ":")) if isinstance(text, Said) else text


def _part_to_store(part: Part) -> Any:
    match part:
        case str():
            return to_store(part)
        case datetime():
            return {"at": part.isoformat()}
        case date():
            return {"day": part.isoformat()}
    return part


def _part_from_store(stored: Any) -> Part:
    if not isinstance(stored, dict):
        return stored  # type: ignore[no-any-return]
    if "at" in stored:
        return datetime.fromisoformat(stored["at"])
    return date.fromisoformat(stored["day"]) if "day" in stored else from_store(stored)


@lru_cache(4096)
def _split(template: str) -> tuple[str, ...]:
    """The words of a template; every other one is the name of a part."""
    return tuple(_PLACE.split(template))


def _english(template: str, parts: Mapping[str, Part]) -> str:
    """What `_pieces` comes to in English, quickly: this is part of making any sentence, and its parts are English already."""
    text = ""
    for index, words in enumerate(_split(template)):
        if index % 2 == 0:
            text += words
            continue
        capital = words not in parts
        part = parts[words[:1].lower() + words[1:] if capital else words]
        said = str(part) if isinstance(part, (str, int)) else _in_words([_plain(part, ENGLISH)], NOBODY)
        text += said[:1].upper() + said[1:] if capital else said
    return text


def _pieces(template: str, parts: Mapping[str, Part], catalogue: Catalogue) -> list[str | datetime]:
    said: list[str | datetime] = []
    for index, words in enumerate(_split(catalogue.get(template, template) if catalogue else template)):
        if index % 2 == 0:
            if words:
                said.append(words)
            continue
        capital = words not in parts
        part = parts[words[:1].lower() + words[1:] if capital else words]
        found = _pieces(part.template, part.parts, catalogue) if isinstance(part, Said) else [_plain(part, catalogue)]
        if capital and found and isinstance(found[0], str):
            found[0] = found[0][:1].upper() + found[0][1:]
        said += found
    return said


def _sayable(part: Part) -> str:
    return said_at(part) if isinstance(part, datetime) else part if isinstance(part, str) else str(part)


def _plain(part: Part, catalogue: Catalogue) -> str | datetime:
    if isinstance(part, datetime):
        return part
    return f"{part.day} {_month(part, catalogue)} {part.year}" if isinstance(part, date) else str(part)


def _in_words(said: Iterable[str | datetime], reader: Reader) -> str:
    return "".join(_moment(each, reader) if isinstance(each, datetime) else each for each in said)


def _moment(at: datetime, reader: Reader) -> str:
    at = at.astimezone(reader.zone)
    return f"{at.day} {_month(at, reader.catalogue)}, {at:%H:%M %Z}"


def _month(day: date, catalogue: Catalogue) -> str:
    name = str(MONTHS[day.month - 1])
    return catalogue.get(name, name)
