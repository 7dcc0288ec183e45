"""The arguments of commands: a person, a phone number, the id of an operation, the kind of phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.commands.grammar.dutch import ways
from bot.commands.grammar.kinds import Choice, Match, Token, Word, alike
from bot.commands.grammar.times import starts_time
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, Mention
from bot.domain.methods import PhoneType
from bot.domain.said import say

MAX_NAME_WORDS = 12
MAX_NAME = 256  # characters of a display name: https://learn.microsoft.com/graph/api/resources/user

#: Digits of any script.
_NUMBER_START = re.compile(r"\(?[+＋]*\(?\d|[+＋]+$")
_EXTENSION = r"(?:x|p|w|extn?\.?|extension|toestel(?:nr|nummer)?|toest\.?|tst\.?|doorkies(?:nummer)?|durchwahl|dw|poste|#)[:=]?\d*#?"
_NUMBER_GOES_ON = re.compile(rf"[+(]{{0,2}}\d[\d()+.,;/x#\-‐-―]*(?:{_EXTENSION})?|[()./\-‐-―]+|[,;]*{_EXTENSION}|[,;]+\d*#?", re.IGNORECASE)

#: The last person spoken about; whoever is called so goes in quotation marks.
LAST = ways("her") | ways("him") | ways("them") | {"the same", "the same person"}

#: Whoever types it; whoever is called so goes in quotation marks.
ME = frozenset(("me", "myself", "mij", "mezelf", "mijzelf"))

AS = Word("as")
FOR = Word("for", near=("of", "from", "on", "to", "4", "van", "aan", "bij"), assumed=True)
BY, ID = Word("by"), Word("id")
#: What nobody means by a name when the line is no command anyhow: words of other commands, and what stands behind a Dutch “van”.
_NO_NAMES = frozenset((BY.text, ID.text, "der", "den", "ter", "ten", "'t"))
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
    asks=say("The kind of phone (mobile, alternate mobile or office)"),
)


@dataclass(frozen=True, slots=True)
class Who:
    """The person meant: a text to look up, the object id of a Teams mention, the `last` person spoken about, or whoever types it (`me`).

    Attributes:
        untold: mentioned, and Teams did not tell which account that is: whoever is called so may be somebody else.
        exact: in quotation marks, so this and nothing else is the name.
    """

    text: str
    object_id: str = ""
    last: bool = False
    me: bool = False
    untold: bool = field(default=False, compare=False)
    exact: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Line:
    """Another command's line, as it could be typed by itself: `mentions` are the people mentioned in it, by number."""

    text: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person: UPN, mail, object id, name of one or more words, quoted name or mention.

    Attributes:
        before_number: a number follows: the name ends at `to` or where a number begins.
        before_time: a time or a length of time may follow: the name ends where one begins, or what is taken for one.
    """

    name: str = "who"
    before_number: bool = False
    before_time: bool = False

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return say("The person")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at >= len(tokens):
            return
        first = tokens[at]
        if len(first.text) > MAX_NAME:
            return
        if first.mention is not None or first.quoted:
            said = f"@{first.text}" if first.mention else f'"{first.text}"'
            yield Match(at + 1, ((self.name, _one(first)),), (said,))
            return
        if first.text.startswith(("+", '"')) or first.word in ways(FOR.text) or (near and first.word in _NO_NAMES):
            return
        for end in range(at + 1, min(len(tokens), at + MAX_NAME_WORDS) + 1):
            if end - 1 > at and (self._ends_at(tokens, end - 1) or (near and tokens[end - 1].word == FOR.text)):
                return
            said = " ".join(token.text for token in tokens[at:end]).strip(",;:")
            if said.lstrip("@") and len(said) <= MAX_NAME:
                yield Match(end, ((self.name, Who(said.lstrip("@"), last=said.lower() in LAST, me=said.lower() in ME)),), (said,))

    def _ends_at(self, tokens: Sequence[Token], at: int) -> bool:
        token = tokens[at]
        if token.quoted or token.mention is not None or meant_for_tail(token.word):
            return True
        if self.before_time and starts_time(tokens, at):
            return True
        if not self.before_number:
            return starts_number(token) and sum(map(str.isdigit, token.text)) >= 6
        if starts_number(token) or token.word in TO.near:
            return True
        # "Anna To to +31 …": a `to` before another `to` is a name
        return token.word == "to" and not (at + 1 < len(tokens) and tokens[at + 1].word == "to")

    def wrong(self, found: str) -> str:
        if found.startswith('"'):
            return say("The quotation mark before “{found}” is never closed.", found=found[1:])
        return say("I expected a person before “{found}”.", found=found)


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number, as typed: it is read later, when the kind of phone and the default region are known."""

    name: str = "number"

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return say("The phone number")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at >= len(tokens) or not starts_number(tokens[at]):
            return
        end = at + 1
        while end < len(tokens) and not tokens[end].quoted and _NUMBER_GOES_ON.fullmatch(tokens[end].text):
            end += 1
        said = " ".join(token.text for token in tokens[at:end]).strip(",;:")
        yield Match(end, ((self.name, said),), (said,))

    def wrong(self, found: str) -> str:
        return say("“{found}” does not look like a phone number.", found=found)


_ROW = "(-[0-9]{1,7})?"


@dataclass(frozen=True, slots=True)
class OperationId:
    """The short id of an operation, in capitals whatever was typed.

    Attributes:
        rows: rows of bulk jobs can be named as well, as `7Q2F-12`.
    """

    name: str = "id"
    rows: bool = False

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return say("The id of the operation")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        if at < len(tokens) and re.fullmatch(r"#?[A-Za-z0-9]{3,12}" + (_ROW if self.rows else ""), tokens[at].text):
            said = tokens[at].text.lstrip("#").upper()
            yield Match(at + 1, ((self.name, said),), (said,))

    def wrong(self, found: str) -> str:
        return say("“{found}” is not the id of an operation: those look like 7QXF and stand on the card.", found=found)


@dataclass(frozen=True, slots=True)
class AnyLine:
    """Another command's line: everything up to an `as` with no more than a name behind it, the last one first."""

    name: str = "command"

    @property
    def syntax(self) -> str:
        return f"<{self.name}>"

    @property
    def label(self) -> str:
        return say("The command, with `as` and a person behind it,")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        for end in range(len(tokens) - 1, max(at, len(tokens) - 2 - MAX_NAME_WORDS), -1):
            if tokens[end].word in ways(AS.text):
                line = _as_typed(tokens[at:end])
                yield Match(end, ((self.name, line),), tuple(token.text for token in tokens[at:end]))

    def wrong(self, found: str) -> str:
        return say("I expected a command and then `as` with a person, from “{found}” on.", found=found)


def _as_typed(tokens: Sequence[Token]) -> Line:
    mentions = tuple(token.mention for token in tokens if token.mention)
    numbers = iter(range(len(mentions)))
    words = (
        f"{MENTION_OPEN}{next(numbers)}{MENTION_CLOSE}" if token.mention else f'"{token.text}"' if token.quoted else token.text
        for token in tokens
    )
    return Line(" ".join(words), mentions)


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
        return Who(token.text.strip(), exact=True)
    return Who(token.text, token.mention.object_id, untold=not token.mention.object_id)
