"""Whose account a row is about: what else it says of the person has to fit the account that was found.

A column that was sorted alone puts everybody's number beside somebody else, and each row looks good by itself. What the row calls the
person is the one sign of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.names import share, words, words_of
from bot.domain.people import Person
from bot.domain.rows import Row, RowKind
from bot.domain.said import say
from bot.ports import BulkDirectory

#: Characters of what a row says that are repeated in a reason.
MOST_SHOWN = 60


async def disagreements(directory: BulkDirectory, known: Sequence[tuple[Row, Person]]) -> dict[int, str]:
    """Why rows are about nobody for sure, by their number: further columns for the person say somebody else. Asks Graph where it has to.

    Raises:
        DirectoryError: Graph does not answer now.
    """
    doubtful = [(row, person, other) for row, person in known for other in row.also if not _names(person, other) and not _is_name(other)]
    found = await directory.resolve([_bare(other) for _, _, other in doubtful]) if doubtful else []
    said: dict[int, str] = {}
    for (row, person, other), people in zip(doubtful, found, strict=True):
        if person.id in {one.id for one in people}:
            continue
        text = say("“{other}” and {upn} are not the same account.", other=other[:MOST_SHOWN], upn=person.upn)
        if not people and "@" in other:
            text = say(
                "Entra ID does not know “{other}”, so it cannot be told whether that is {upn}.", other=other[:MOST_SHOWN], upn=person.upn
            )
        said.setdefault(row.number, text)
    return said


def named_otherwise(row: Row, person: Person) -> Row | None:
    """The row as it is left out, since it calls the person otherwise than Entra ID does; None where it does not."""
    for name in (row.name, *filter(_is_name, row.also)):
        if (said := words(name)) and not share(said, words_of(person)):
            text = say(
                "The file calls this person “{name}”, and the account {upn} is that of {account}.",
                name=name[:MOST_SHOWN],
                upn=person.upn,
                account=person.name[:MOST_SHOWN],
            )
            return replace(row, kind=RowKind.OTHER_NAME, target=person, reason=text)
    return None


def _names(person: Person, text: str) -> bool:
    """Whether a text is an id, an address or an account name of somebody, as far as it was read."""
    local, mail = person.upn.partition("@")[0], person.mail.partition("@")[0]
    known = {person.id, person.upn, person.mail, local, mail, person.sam_account_name} - {""}
    return _bare(text).casefold() in {each.casefold() for each in known}


def _is_name(text: str) -> bool:
    """Whether it is words and no account: those have no blanks."""
    return "@" not in text and len(text.split()) > 1


def _bare(text: str) -> str:
    """An account name without its domain: `FABRIKAM\\jdoe` is `jdoe`."""
    return text.strip().rpartition("\\")[2]
