"""Whose row it is: who is found by it, what else must be the same account, and what it calls them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.cells import MOST_ALSO, MOST_OF_A_USER, OBJECT_ID, is_error, is_formula
from bot.sheets.columns import Columns, at, short
from bot.sheets.values import is_nothing
from bot.sheets.vocabulary import Person

_USER = re.compile(r"[^\s@,;\"<>]{1,64}@[^\s@,;\"<>]{1,255}|" + OBJECT_ID.pattern, re.IGNORECASE)
#: How accounts are called inside a domain, other than people.
_ACCOUNT = re.compile(r"(?:[^\s\\,]+\\)?[^\s\\,@]*[a-z0-9._-][^\s\\,@]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Who:
    """What a row says of the person.

    Attributes:
        user: finds them; empty when nothing does.
        also: further ids, addresses and names of accounts, the surest first: the same account's.
        name: as people are called.
        problem: why that does not name one person, in a sentence.
    """

    user: str
    also: tuple[str, ...] = ()
    name: str = ""
    problem: Refusal | None = None


def is_user(cell: str) -> bool:
    """A user principal name, mail address or object id."""
    return _USER.fullmatch(cell) is not None


def who(columns: Columns, cells: Sequence[str]) -> Who:
    """Whose row it is."""
    if len(columns.persons) == 1 and not columns.names and not columns.parts:  # as most files are
        user = at(cells, columns.persons[0][1])
        return Who(user[:MOST_OF_A_USER], problem=_problem(columns, cells, user))
    said = [(_rank(kind, cell), kind, cell) for kind, place in columns.persons if (cell := at(cells, place)) and not is_nothing(cell)]
    said.sort(key=lambda one: one[0])  # one after the other in the order of their columns
    finding = next((cell for _, _, cell in said if is_user(cell)), None)
    user = finding or (said[0][2] if said else "")
    also, called = [], []
    for _, kind, cell in said:
        if cell.casefold() == user.casefold():
            continue
        if is_user(cell) or kind in (Person.UPN, Person.MAIL) or _is_account(kind, cell):
            also.append(cell[:MOST_OF_A_USER])
        elif not (kind in (Person.OBJECT_ID, Person.ANY) and cell.isdigit()):  # a number in a list, or that of an employee
            called.append(cell)
    names = [cell for place in columns.names if (cell := at(cells, place)) and _names(cell)]
    also += [cell[:MOST_OF_A_USER] for cell in names if is_user(cell) and cell.casefold() != user.casefold()]
    called += [cell for cell in names if not is_user(cell)]
    parts = " ".join(cell for place in columns.parts if (cell := at(cells, place)) and _names(cell))
    problem = _problem(columns, cells, user) or _other_names([*called, parts])
    also = list(dict.fromkeys(also))
    if len(also) > MOST_ALSO and problem is None:
        problem = Refusal(say("The row names the person in too many ways."), say("Keep the column with the user principal name."))
    return Who(user[:MOST_OF_A_USER], tuple(also[:MOST_ALSO]), _joined([*called, parts]), problem)


def _rank(kind: Person, cell: str) -> int:
    return 0 if OBJECT_ID.fullmatch(cell) else 1 + list(Person).index(kind)


def _is_account(kind: Person, cell: str) -> bool:
    """Whether the cell is how a domain calls an account, and not how people call somebody."""
    if not _ACCOUNT.fullmatch(cell):
        return False
    if kind is Person.ACCOUNT:
        return True
    if cell.isdigit():
        return False
    plain = cell.replace("-", "").replace("'", "")
    return not (plain.isalpha() and not cell.islower())  # `Noor` is a name, and `noor` an account


def _names(cell: str) -> bool:
    return not is_formula(cell) and not is_error(cell) and not is_nothing(cell) and any(map(str.isalnum, cell))


def _problem(columns: Columns, cells: Sequence[str], user: str) -> Refusal | None:
    for _, place in columns.persons:
        cell, column = at(cells, place), "user" if len(columns.persons) == 1 else short(columns.header[place])
        if is_formula(cell):
            return Refusal(
                say("The cell under {column} has a formula, and only what is written can be trusted.", column=column),
                say("Copy the column and paste it as values only."),
            )
        if is_error(cell):
            return Refusal(say("The cell under {column} shows an error of the spreadsheet.", column=column), say("Write what was meant."))
    if not user:
        return Refusal(say("The row does not say who it is."), say("Write the user principal name, mail address or object id."))
    if not is_user(user):
        return Refusal(
            say("“{user}” is no user principal name, mail address or object id.", user=user[:64]),
            say("Write it in full, such as alice@contoso.example."),
        )
    return None


def _other_names(names: Sequence[str]) -> Refusal | None:
    """Two names in one row that have no word in common are of two people: one of the columns was sorted alone."""
    latin = [(name, found) for name in names if (found := _words(name))]
    for name, found in latin[1:]:
        if not found & latin[0][1]:
            return Refusal(
                say("The row calls the person both “{one}” and “{other}”.", one=latin[0][0][:64], other=name[:64]),
                say("If a column was sorted alone, all rows are wrong: sort the whole table. Otherwise keep one of the names."),
            )
    return None


def _words(name: str) -> frozenset[str]:
    """Words of two letters and more, folded; none where a letter is not Latin, since names are written in several scripts."""
    folded = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    words = re.findall(r"[^\W\d_]{2,}", folded)
    return frozenset(words) if folded.replace("ß", "").isascii() or all(word.isascii() for word in words) else frozenset()


def _joined(names: Sequence[str]) -> str:
    """All of them, without those that say nothing more."""
    kept: list[str] = []
    for name in names:
        said = set(name.casefold().split())
        if said and not said <= set(" ".join(kept).casefold().split()):
            kept.append(" ".join(name.split()))
    return " ".join(kept)[:MOST_OF_A_USER].strip()
