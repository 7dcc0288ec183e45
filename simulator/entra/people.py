"""Who is in the tenant, and an index that narrows down a search by name or address, so that a crowd costs no more than a few.

The index only proposes: whoever it names is still tested, and names that somebody no longer has stay in it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from simulator.entra.state import Person


WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+|[^\W\d_]+")


def plain(text: str) -> str:
    """Without accents, whether they are part of their letters or stand after them: a search does not tell these apart."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


@lru_cache(maxsize=8192)
def words(text: str) -> frozenset[str]:
    """Words as the tokenised search splits them (spaces, symbols, digits, change of case), and the undivided ones too."""
    bare = plain(text)
    whole = re.findall(r"\w+", bare)
    return frozenset(word.casefold() for word in (*whole, *WORD.findall(bare)))


class Hint(NamedTuple):
    """A name or address (folded) that somebody has, or that something somebody has begins with."""

    text: str
    begins: bool = False


#: Properties of users by which the index finds: somebody who has exactly this, or something that begins so.
EXACT = frozenset(("id", "userPrincipalName", "mail", "proxyAddresses", "otherMails"))
BEGINNING = frozenset(("displayName", "givenName", "surname", "userPrincipalName", "mail", "mailNickname"))


class People(dict[str, "Person"]):
    """Object id to account, in the order of arrival. Accounts may be added and taken away at will, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._arrivals = 0
        self._arrival: dict[str, int] = {}
        self._addresses: dict[str, list[Person]] = {}
        self._beginnings: dict[str, list[Person]] = {}
        self._sorted: list[str] = []
        self._unread: dict[str, Person] = {}  # whose names nobody has asked for yet
        self._listed: list[Person] = []  # shorter or longer than this dictionary when it is out of date

    def __setitem__(self, person_id: str, person: Person) -> None:
        if person_id not in self:
            self._arrivals += 1
            self._arrival[person_id] = self._arrivals
        super().__setitem__(person_id, person)
        self._listed = []
        person.on_rename = self._renamed
        self._note_addresses(person)
        self._unread[person_id] = person

    def update(self, *_: Any, **__: Any) -> None:
        """Would go past the index."""
        raise NotImplementedError("accounts are added one by one")

    def everybody(self) -> Sequence[Person]:
        """All of them, in one sequence until somebody comes or goes: a page of a large tenant costs no more than one of a small one."""
        if len(self._listed) != len(self):
            self._listed = list(self.values())
        return self._listed

    def ordered(self, people: Iterator[Person]) -> list[Person]:
        """Those of the people who are here, each once, in the order of arrival."""
        present = {person.id: person for person in people if self.get(person.id) is person}
        return sorted(present.values(), key=lambda person: self._arrival[person.id])

    def matching(self, hints: Sequence[Hint]) -> list[Person]:
        """Everybody for whom one of the hints may hold, in the order of arrival."""
        return self.ordered(person for hint in hints for person in self._hinted(hint))

    def _hinted(self, hint: Hint) -> Iterator[Person]:
        if not hint.begins:
            text = hint.text
            if text in self:
                yield self[text]
            yield from self._addresses.get(text.removeprefix("smtp:"), ())
            return
        self._read_names()
        wanted = plain(hint.text).casefold()
        start = bisect_left(self._sorted, wanted)
        for index in range(start, len(self._sorted)):
            name = self._sorted[index]
            if not name.startswith(wanted):
                return
            yield from self._beginnings[name]

    def _renamed(self, person: Person) -> None:
        """To be called before and after somebody's names change: tests may bring back what was there before, past this index."""
        if self.get(person.id) is person:
            self._note_addresses(person)
            self._note_names(person)

    def _note_addresses(self, person: Person) -> None:
        held_now = (person.upn, person.mail or "", *person.other_mails, *person.proxy_addresses)
        for address in {one.casefold().removeprefix("smtp:") for one in held_now} - {""}:
            held = self._addresses.setdefault(address, [])
            if person not in held:
                held.append(person)

    def _note_names(self, person: Person) -> None:
        for name in _names(person):
            held = self._beginnings.get(name)
            if held is None:
                self._beginnings[name] = [person]
                insort(self._sorted, name)
            else:
                held.append(person)

    def _read_names(self) -> None:
        """Puts in the index who came since the last search by name."""
        if not self._unread:
            return
        for person in self._unread.values():
            for name in _names(person):
                self._beginnings.setdefault(name, []).append(person)
        self._unread.clear()
        self._sorted = sorted(self._beginnings)


def _names(person: Person) -> set[str]:
    """Whatever a search by beginnings may look at, folded and without accents. Anything but the user principal name may be missing."""
    nickname = person.upn.partition("@")[0].replace("#", "")
    whole = (person.display_name, person.given_name, person.surname, person.upn, person.mail)
    names = {plain(name).casefold() for name in whole if name} | words(person.display_name or "")
    if not person.upn.startswith(nickname):
        names.add(plain(nickname).casefold())
    return names - {""}
