"""Names that are nearly somebody's: whoever is called so may be meant, and is offered; nobody is ever taken for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.domain import names
from bot.domain.people import Person

#: More words than these are no name.
MOST_WORDS = 6
#: What is said to or of somebody and is no part of their name.
_SAID = (
    "please pls thanks thank thx now user the account of for mr mrs ms dr phone mobile number "
    "graag alsjeblieft svp aub bedankt gebruiker heer mevrouw telefoon mobiel nummer"
)
_SAID_TOO = frozenset(_SAID.split())


def named(text: str, person: Person) -> bool:
    """Whether each word of the text is one of the person's names, however it is spelt, or the whole the name or the id of their account.

    A mere beginning is not: whoever types `me` does not mean Mei.
    """
    typed = text.casefold().strip()
    accounts = (person.id, person.upn, person.mail, person.sam_account_name, person.upn.partition("@")[0], person.mail.partition("@")[0])
    if "@" in text or typed in map(str.casefold, accounts) or names.same(text, person.name):
        return True
    own, written = names.words_of(person), person.name.casefold().split()
    return all(not names.words(word).isdisjoint(own) or word in written for word in names.without_brackets(typed).split())


def beginnings(text: str) -> list[list[str]]:
    """With what the names of whoever may be meant begin: the words, and two shorter beginnings of each, for slips further on."""
    words = _words(text)
    swapped = [word[1] + word[0] for word in words]
    return [words, [word[:3] for word in words if len(word) > 3], list(dict.fromkeys([word[:2] for word in words] + swapped))]


def nearest(text: str, people: Iterable[Person], most: int) -> tuple[Person, ...]:
    """Those among the people whose names resemble the text, the nearest first."""
    typed = _words(text)
    if not typed:
        return ()
    found = [
        (slips, person) for person in {person.id: person for person in people}.values() if (slips := _slips(typed, person)) is not None
    ]
    return tuple(
        person for _, person in sorted(found, key=lambda one: (one[0], not one[1].enabled, one[1].name.casefold(), one[1].upn))[:most]
    )


def _words(text: str) -> list[str]:
    """The words as they are compared, each in its first spelling; of an address those before the @."""
    before = re.sub(r"[._\-@]", " ", text.partition("@")[0] or text)
    spelt = [min(forms, key=lambda form: (-len(form), form)) for word in before.split()[: 2 * MOST_WORDS] if (forms := names.words(word))]
    telling = [word for word in spelt if word not in _SAID_TOO]
    return (telling or spelt)[:MOST_WORDS]


def _slips(typed: Sequence[str], person: Person) -> int | None:
    """How many slips of the finger there would be in it; None when they are too many for one name."""
    own = names.words_of(person)
    each = [min((slips for name in own if (slips := _between(word, name)) is not None), default=None) for word in typed]
    told = [slips for slips in each if slips is not None]
    if len(told) == len(typed):
        return sum(told)
    return _between("".join(typed), "".join(_words(person.name)))  # written as one word, or as several


def _between(typed: str, name: str) -> int | None:
    """The slips between two words, a beginning counting as one; None when there are more than a word of this length has."""
    allowed = 0 if len(typed) < 3 else 1 if len(typed) < 5 else 2
    if name.startswith(typed):
        return int(name != typed)
    if abs(len(typed) - len(name)) > allowed:
        return None
    slips = _distance(typed, name)
    return slips if slips <= allowed else None


def _distance(one: str, other: str) -> int:
    """Letters left out, put in, replaced, or changed with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, char in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != char))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == char:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return row[-1]
