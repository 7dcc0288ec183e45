"""Whom a text may mean: the queries that ask Graph, and the order and choice among those found.

Nothing is guessed: fewer people than Graph found are returned only when the text says exactly one thing, and never when Graph had more to
show than we asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.domain import names, near_names
from bot.domain.characters import FULL_WIDTH
from bot.domain.people import Person
from bot.graph.reads import Read, filtered, searched
from bot.ports import FIND_LIMIT

MOST_NEAR = 100  # of whom those with the nearest names are offered
LONGEST = 256  # characters; no name or address is longer

_NO_CHARACTER = ("Cc", "Cs", "Zs", "Zl", "Zp")  # controls, halves of pairs, every kind of space


def literal(text: str) -> str:
    """A string in a `$filter`, which tells accents apart: https://learn.microsoft.com/graph/query-parameters#escaping-single-quotes

    Typed text and files of some systems have them after their letters; names in the directory rarely do.
    """
    return "'" + unicodedata.normalize("NFC", text).replace("'", "''") + "'"


def clause(name: str, text: str) -> str:
    """A clause of a `$search`: https://learn.microsoft.com/graph/search-query-parameter"""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}:{escaped}"'


def by_address(text: str) -> Read:
    """Accounts with this user principal name or mail address, aliases and a guest's own address included."""
    return filtered(any_address(text))


def any_address(text: str) -> str:
    """The `$filter` for accounts that have this address in any place. No header is needed, and case does not count.

    https://learn.microsoft.com/graph/aad-advanced-queries#user-properties
    """
    wanted, alias = literal(text), literal(f"smtp:{text}")
    return f"userPrincipalName eq {wanted} or mail eq {wanted} or proxyAddresses/any(p:p eq {alias}) or otherMails/any(m:m eq {wanted})"


def by_exact_address(text: str) -> Read:
    """As `by_address`, without the addresses that people may give themselves: nobody looks at a row of a file before it is carried out."""
    wanted, alias = literal(text), literal(f"smtp:{text}")
    return filtered(f"userPrincipalName eq {wanted} or mail eq {wanted} or proxyAddresses/any(p:p eq {alias})")


def exactly(text: str, people: Iterable[Person]) -> tuple[Person, ...]:
    """Those among the found whose address the text is: whose user principal name it is, else whose mail, else whose alias."""
    wanted = unicodedata.normalize("NFC", text).casefold()
    found = sorted({person.id: person for person in people}.values(), key=lambda person: person.upn)
    named = [person for person in found if person.upn.casefold() == wanted]
    mailed = [person for person in found if person.mail.casefold() == wanted]
    return tuple(named or mailed or found)


def by_name(text: str) -> list[Read]:
    """Accounts whose name has these words, in any order, and those that begin so but are too new for the search index.

    What stands in brackets is left out, so that whoever has the same name without it is found too.
    https://learn.microsoft.com/graph/aad-advanced-queries
    """
    narrow = text.translate(FULL_WIDTH)  # names may be of full width too
    bare = names.without_brackets(narrow)
    beginnings = [(name, narrow) for name in ("displayName", "userPrincipalName", "mailNickname")]
    beginnings += [("displayName", other) for other in dict.fromkeys((bare, text)) if other != narrow]
    begins = " or ".join(f"startsWith({name},{literal(beginning)})" for name, beginning in beginnings)
    return [searched(clause("displayName", bare)), filtered(begins)]


def by_beginnings(text: str) -> list[Read]:
    """Accounts whose name may be this one with a slip of the finger in it: by beginnings of its words, whichever of them fits."""
    alternatives = (filter(None, words) for words in near_names.beginnings(text))
    clauses = [" OR ".join(clause("displayName", word) for word in words) for words in alternatives]
    return [searched(expression, MOST_NEAR) for expression in clauses if expression]


def tidy(text: str) -> str:
    """The text with single spaces and without what is no character; empty when nothing can be found by it."""
    shown = "".join(" " if unicodedata.category(char) in _NO_CHARACTER else char for char in text[: 4 * LONGEST])
    words = " ".join(shown.split())
    return words if len(words) <= LONGEST and re.search(r"\w", words) else ""


def choose(text: str, people: Iterable[Person], *, complete: bool) -> tuple[Person, ...]:
    """Those among the found whom the text means, best first.

    A full display name of several words means its bearers alone, however it is spelt (`names.same`), and the one spelt so comes first.
    Otherwise whole words count before mere beginnings: `alice` means every Alice, and Alicen only where there is no Alice.

    Args:
        complete: Graph had nobody else to show; without that everybody found is returned.
    """
    wanted = _folded(text)
    ranked = sorted(
        {person.id: person for person in people}.values(), key=lambda one: (_rank(wanted, one), not one.enabled, _folded(one.name), one.upn)
    )
    if complete:
        best = [person for person in ranked if names.same(person.name, text)] if re.search(r"[\s,]", text) else []
        ranked = best or [person for person in ranked if _rank(wanted, person) <= 2] or ranked
    return tuple(ranked[:FIND_LIMIT])


def _rank(wanted: str, person: Person) -> int:
    """0 the account's own name, 1 the full display name, 2 whole words of it, 3 a beginning."""
    if wanted in (_folded(person.upn.partition("@")[0]), _folded(person.mail.partition("@")[0])):
        return 0
    name = _folded(person.name)
    if wanted == name:
        return 1
    return 2 if set(_words(wanted)) <= set(_words(name)) else 3


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'’]+", text)


def _folded(text: str) -> str:
    """Without case and accents, as Graph compares."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
