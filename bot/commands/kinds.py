"""The kinds of part a command is made of: words and arguments. Each matches tokens and knows how to say itself.

Exact matching gives invocations. *Near* matching (a typo, a word that means the same, a forgotten `for`) costs points and
only ever gives suggestions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from typing import Protocol

from bot.domain.exchange import Mention
from bot.domain.methods import PhoneType
from bot.errors import UsageError

MAX_NAME_WORDS = 12

_NUMBER_START = re.compile(r"\(?[+＋]*\(?[0-9０-９]|[+＋]+$")
_NUMBER_GOES_ON = re.compile(r"[+(]{0,2}[0-9０-９][0-9０-９()+.,/x#\-‐-―]*|[()./\-‐-―]+|(?:x|ext\.?|extension|#):?[0-9]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Who:
    """The person meant: a text to look up, or the object id of a Teams mention."""

    text: str
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the line, one quoted run of words, or one mention.

    Attributes:
        text: as typed, without the quotes.
        word: as command words are compared: small letters, plain hyphens, no comma or colon behind; empty when quoted or a mention.
        start, end: where it stands in the line.
    """

    text: str
    word: str
    start: int
    end: int
    quoted: bool = False
    mention: Mention | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One way in which parts fit the tokens.

    Attributes:
        end: index of the first token not taken.
        values: arguments by name.
        said: the words as they should have been typed.
        cost: how many corrections that took; 0 for an exact match.
    """

    end: int
    values: tuple[tuple[str, object], ...] = ()
    said: tuple[str, ...] = ()
    cost: int = 0


#: Where matching got stuck: index of the token, and the part that did not fit.
Trace = list[tuple[int, "Part"]]


class Part(Protocol):
    """One piece of a command's pattern."""

    @property
    def syntax(self) -> str:
        """How usage texts write it: `set`, `<who>`, `[to]`."""

    @property
    def label(self) -> str:
        """What is missing when it is missing, such as "The phone number"."""

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        """Every way in which it fits the tokens from index `at`; only exact ones unless `near`."""

    def wrong(self, found: str) -> str:
        """What to say when `found` stands where this part should."""


def match_all(parts: Sequence[Part], tokens: Sequence[Token], at: int, near: bool, trace: Trace | None = None) -> Iterator[Match]:
    """Every way in which the parts fit, one after the other."""
    if not parts:
        yield Match(at)
        return
    stuck = True
    for head in parts[0].match(tokens, at, near):
        stuck = False
        for tail in match_all(parts[1:], tokens, head.end, near, trace):
            yield Match(tail.end, head.values + tail.values, head.said + tail.said, head.cost + tail.cost)
    if stuck and trace is not None:
        trace.append((at, parts[0]))


def alike(typed: str, meant: str) -> bool:
    """Whether `typed` looks like a slip of the finger for `meant`; equal words are not alike."""
    if typed == meant or len(typed) < 2 or abs(len(typed) - len(meant)) > 3:
        return False
    return sorted(typed) == sorted(meant) or SequenceMatcher(None, typed, meant).ratio() >= 0.75


@dataclass(frozen=True, slots=True)
class Word:
    """A fixed word or phrase.

    Attributes:
        text: how it is written in help and suggestions.
        also: other ways to say exactly this.
        near: words that probably mean this; they only lead to a suggestion.
        assumed: a suggestion puts it in where it was left out.
    """

    text: str
    also: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    assumed: bool = False
    _forms: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forms = sorted((tuple(form.split()) for form in (self.text, *self.also)), key=len, reverse=True)
        object.__setattr__(self, "_forms", tuple(forms))

    @property
    def syntax(self) -> str:
        return self.text

    @property
    def label(self) -> str:
        return f"The word `{self.text}`"

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at < len(tokens):
            first = tokens[at].word
            for form in self._forms:
                if form[0] == first and tuple(token.word for token in tokens[at : at + len(form)]) == form:
                    yield Match(at + len(form), said=(self.text,))
        if near:
            yield from self._near(tokens, at)

    def _near(self, tokens: Sequence[Token], at: int) -> Iterator[Match]:
        for length in (3, 2, 1):
            run = tokens[at : at + length]
            if len(run) < length or not all(token.word for token in run):
                continue
            typed = " ".join(token.word for token in run)
            if typed in self.near or any(alike(typed, " ".join(form)) for form in self._forms):
                yield Match(at + length, said=(self.text,), cost=1)
        if self.assumed and tokens[at : at + 1] and tokens[at].word != self.text:
            yield Match(at, said=(self.text,), cost=1)

    def wrong(self, found: str) -> str:
        return f"I expected `{self.text}` before “{found}”."


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words, each standing for a value. With an empty name the value is not kept."""

    name: str
    options: tuple[tuple[Word, object], ...]
    asks: str = ""

    @property
    def syntax(self) -> str:
        return "|".join(word.text for word, _ in self.options)

    @property
    def label(self) -> str:
        return self.asks or f"One of {_listed([word.text for word, _ in self.options])}"

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        for word, value in self.options:
            for found in word.match(tokens, at, near):
                yield Match(found.end, ((self.name, value),) if self.name else (), found.said, found.cost)

    def wrong(self, found: str) -> str:
        names = [word.text for word, _ in self.options]
        close = get_close_matches(found.lower(), [form for word, _ in self.options for form in (word.text, *word.also)], n=1)
        return f"“{found}” is not one of {_listed(names)}.{f' Did you mean `{close[0]}`?' if close else ''}"


@dataclass(frozen=True, slots=True)
class Optional:
    """Parts that may be left out together."""

    parts: tuple[Part, ...]

    @property
    def syntax(self) -> str:
        return f"[{' '.join(part.syntax for part in self.parts)}]"

    @property
    def label(self) -> str:
        return self.parts[0].label

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        yield from (found for found in match_all(self.parts, tokens, at, near) if found.end > at)
        yield Match(at)

    def wrong(self, found: str) -> str:
        return self.parts[0].wrong(found)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person: UPN, mail, object id, name of one or more words, quoted name or mention.

    Attributes:
        before_number: a number follows: the name ends at `to` or where a number begins.
    """

    name: str = "who"
    before_number: bool = False

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return "The person"

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at >= len(tokens):
            return
        first = tokens[at]
        if first.mention is not None or first.quoted:
            said = f"@{first.text}" if first.mention else f'"{first.text}"'
            yield Match(at + 1, ((self.name, _one(first)),), (said,))
            return
        if first.text.startswith(("+", '"')) or (near and first.word == FOR.text):
            return
        for end in range(at + 1, min(len(tokens), at + MAX_NAME_WORDS) + 1):
            if end - 1 > at and (self._ends_at(tokens, end - 1) or (near and tokens[end - 1].word == FOR.text)):
                return
            said = " ".join(token.text for token in tokens[at:end]).strip(",;:")
            if said.lstrip("@"):
                yield Match(end, ((self.name, Who(said.lstrip("@"))),), (said,))

    def _ends_at(self, tokens: Sequence[Token], at: int) -> bool:
        token = tokens[at]
        if token.quoted or token.mention is not None or meant_for_tail(token.word):
            return True
        if not self.before_number:
            return starts_number(token) and sum(map(str.isdigit, token.text)) >= 6
        if starts_number(token) or token.word in TO.near:
            return True
        # "Anna To to +31 …": a `to` before another `to` is a name
        return token.word == "to" and not (at + 1 < len(tokens) and tokens[at + 1].word == "to")

    def wrong(self, found: str) -> str:
        if found.startswith('"'):
            return f"The quotation mark before “{found[1:]}” is never closed."
        return f"I expected a person before “{found}”."


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number, as typed: it is read later, when the kind of phone and the default region are known."""

    name: str = "number"

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return "The phone number"

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at >= len(tokens) or not starts_number(tokens[at]):
            return
        end = at + 1
        while end < len(tokens) and not tokens[end].quoted and _NUMBER_GOES_ON.fullmatch(tokens[end].text):
            end += 1
        said = " ".join(token.text for token in tokens[at:end]).strip(",;:")
        yield Match(end, ((self.name, said),), (said,))

    def wrong(self, found: str) -> str:
        return f"“{found}” does not look like a phone number."


@dataclass(frozen=True, slots=True)
class OperationId:
    """The short id of an operation, in capitals whatever was typed."""

    name: str = "id"

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return "The id of the operation"

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at < len(tokens) and re.fullmatch(r"#?[A-Za-z0-9]{3,12}", tokens[at].text):
            said = tokens[at].text.lstrip("#").upper()
            yield Match(at + 1, ((self.name, said),), (said,))

    def wrong(self, found: str) -> str:
        return f"“{found}” is not the id of an operation: those look like 7QXF and stand on the card."


def starts_number(token: Token) -> bool:
    """Whether a phone number may begin here."""
    return token.mention is None and bool(_NUMBER_START.match(token.text)) and "@" not in token.text


def meant_for_tail(word: str) -> str:
    """`because` or `ticket` when the word is a slip of the finger for it, else empty."""
    if not 4 <= len(word) <= 9:
        return ""
    return next((meant for meant in ("because", "ticket") if len(set(word) & set(meant)) >= 4 and alike(word, meant)), "")


def _one(token: Token) -> Who:
    if token.mention is None:
        return Who(token.text.strip())
    if not token.mention.object_id:
        raise UsageError(
            f"Teams did not tell me which account “{token.text}” is.", "Type the name or the address of the person instead of a mention."
        )
    return Who(token.text, token.mention.object_id)


def _listed(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


FOR = Word("for", near=("of", "from", "on", "to", "4"), assumed=True)
TO = Word("to", near=("too", "ot", "tto", "=", "->", "=>", "as", "is", "with", ":"))

PHONE = Choice(
    "phone",
    (
        (
            Word(
                "mobile",
                also=("mobile phone", "mobile number", "mobile phone number"),
                near=("phone", "cell", "cellphone", "cell phone", "gsm", "phone number", "number", "smartphone"),
            ),
            PhoneType.MOBILE,
        ),
        (
            Word(
                "alternate mobile",
                also=tuple(
                    f"{first}{rest}"
                    for first in ("alternate mobile", "alternatemobile", "alternate-mobile", "alternative mobile", "alt mobile")
                    for rest in ("", " phone", " number", " phone number")
                ),
                near=("alternate", "alternative", "alternate phone", "alternate number", "second mobile", "other mobile", "backup mobile"),
            ),
            PhoneType.ALTERNATE_MOBILE,
        ),
        (
            Word(
                "office",
                also=("office phone", "office number", "office phone number"),
                near=("work", "work phone", "landline", "desk phone", "business phone"),
            ),
            PhoneType.OFFICE,
        ),
    ),
    asks="The kind of phone (mobile, alternate mobile or office)",
)
