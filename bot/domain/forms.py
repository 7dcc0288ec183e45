"""A command as a form, as values: `cards` makes a card of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.people import Person
from bot.domain.remarks import Remark


class FieldKind(StrEnum):
    """What a field of a form is filled in with."""

    PERSON = "person"
    CHOICE = "choice"
    SWITCH = "switch"
    NUMBER = "number"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks for.

    Attributes:
        options: the words to choose from.
        limit: the most characters it takes.
        value: what it holds already; of a switch "true".
        picked, picked_name: whom the people picker holds already: object id and name.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool = True
    options: tuple[str, ...] = ()
    limit: int = 256
    value: str = ""
    picked: str = ""
    picked_name: str = ""


@dataclass(frozen=True, slots=True)
class FormShown:
    """A command to be filled in.

    Attributes:
        id: names the stored form.
        title, summary, syntax, example: of the command; the last two for whoever would rather type.
        only_for: name of the one person who may fill it in.
        problem: why what was filled in came to nothing.
        typed: what it holds was typed where it stands, so whoever reads along has read it.
    """

    id: str
    title: str
    summary: str
    syntax: str
    example: str
    fields: tuple[Field, ...]
    only_for: str = ""
    problem: Remark | None = None
    typed: bool = False


@dataclass(frozen=True, slots=True)
class AskWords:
    """Policy wants a ticket or a reason with what was typed: they are filled in. `id` names the stored choice.

    Attributes:
        title: of the command.
        text: what is missing, and who says so.
        wants: of "ticket" and "reason".
        ticket, reason: what was typed of them.
    """

    id: str
    title: str
    person: Person
    text: str
    wants: tuple[str, ...]
    ticket: str = ""
    reason: str = ""
    only_for: str = ""
