"""The kinds of part a command is made of: words here, arguments in `arguments`. Each matches tokens and knows how to say itself.

Exact matching gives invocations. *Near* matching (a typo, a word that means the same, a forgotten `for`) costs points and
only ever gives suggestions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher, get_close_matches
from typing import Protocol

from bot.commands.grammar.dutch import DUTCH
from bot.domain.conversations import Mention
from bot.domain.said import alternatives, join, say

#: What corrections cost: a word that says nothing or the same, a slip of the finger or a word that is missing; and the most that all may.
THE_SAME, CORRECTED, COSTLIEST = 1, 2, 5
#: What may stand before the words of a command without meaning anything.
_ARTICLES = frozenset(("the", "a", "an", "het", "de", "een"))


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
        cost: what the corrections cost that it took; 0 for an exact match.
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
    if sorted(typed) == sorted(meant):  # letters that changed places are neighbours: "fro", and not "what" for "thaw"
        changed = [at for at, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
        return changed[-1] - changed[0] <= 2
    matcher = SequenceMatcher(None, typed, meant)
    return matcher.quick_ratio() >= 0.75 and matcher.ratio() >= 0.75  # the first is cheap, and never less than the second


def _slip(typed: Sequence[str], meant: Sequence[str]) -> bool:
    """Whether words look like slips for a phrase, each for its own, so that nobody's name is taken for a part of it."""
    if len(typed) != len(meant):
        one, other = "".join(typed), "".join(meant)
        return one == other or (abs(len(one) - len(other)) <= 1 and alike(one, other))
    return typed != meant and all(one == other or alike(one, other) for one, other in zip(typed, meant, strict=True))


@dataclass(frozen=True, slots=True)
class Word:
    """A fixed word or phrase.

    Attributes:
        text: how it is written in help and suggestions.
        also: other ways to say exactly this; the Dutch ones stand in `dutch`.
        near: words that probably mean this; they only lead to a suggestion.
        assumed: a suggestion puts it in where it was left out.
    """

    text: str
    also: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    assumed: bool = False
    _forms: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forms = sorted((tuple(form.split()) for form in (self.text, *self.also, *DUTCH.get(self.text, ()))), key=len, reverse=True)
        object.__setattr__(self, "_forms", tuple(forms))

    @property
    def syntax(self) -> str:
        return self.text

    @property
    def label(self) -> str:
        return say("The word `{text}`", text=self.text)

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at < len(tokens):
            first = tokens[at].word
            for form in self._forms:
                if form[0] == first and tuple(token.word for token in tokens[at : at + len(form)]) == form:
                    yield Match(at + len(form), said=(self.text,))
        if near:
            yield from self._near(tokens, at)

    def _near(self, tokens: Sequence[Token], at: int) -> Iterator[Match]:
        if at + 1 < len(tokens) and tokens[at].word in _ARTICLES and tokens[at + 1].word not in _ARTICLES and not self.assumed:
            for found in self.match(tokens, at + 1, near=True):
                yield replace(found, cost=found.cost + THE_SAME)
            return
        for length in (3, 2, 1):
            run = tokens[at : at + length]
            if len(run) < length or not all(token.word for token in run):
                continue
            words = tuple(token.word for token in run)
            if " ".join(words) in self.near:
                yield Match(at + length, said=(self.text,), cost=THE_SAME)
            elif any(_slip(words, form) for form in self._forms):
                yield Match(at + length, said=(self.text,), cost=CORRECTED)
        if self.assumed and tokens[at : at + 1] and tokens[at].word != self.text:
            yield Match(at, said=(self.text,), cost=CORRECTED)

    def wrong(self, found: str) -> str:
        return say("I expected `{text}` before “{found}”.", text=self.text, found=found)


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
        return self.asks or say("One of {words}", words=_listed([word.text for word, _ in self.options]))

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        for word, value in self.options:
            for found in word.match(tokens, at, near):
                yield Match(found.end, ((self.name, value),) if self.name else (), found.said, found.cost)

    def wrong(self, found: str) -> str:
        names = [word.text for word, _ in self.options]
        close = get_close_matches(found.lower(), [form for word, _ in self.options for form in (word.text, *word.also)], n=1)
        no = say("“{found}” is not one of {words}.", found=found, words=_listed(names))
        return join(" ", (no, say("Did you mean `{meant}`?", meant=close[0]) if close else ""))


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


def _listed(words: Sequence[str]) -> str:
    return alternatives(words)
