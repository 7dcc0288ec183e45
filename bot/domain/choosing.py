"""What is asked where several may be meant, as values: `cards` makes a card of each."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.methods import Method
from bot.domain.people import Person
from bot.domain.recovery import Situation


@dataclass(frozen=True, slots=True)
class Choose:
    """Several people fit: pick one. `id` names the stored choice.

    Attributes:
        only_for: name of the one person who may pick.
        doubt: why none of them is taken without asking, in a sentence; empty when they are called as it says.
    """

    id: str
    asked_for: str
    candidates: tuple[Person, ...]
    more: bool = False
    only_for: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class ChooseMethod:
    """Several methods of a person fit: pick one. `id` names the stored choice."""

    id: str
    asked_for: str
    person: Person
    candidates: tuple[Method, ...]
    only_for: str = ""  # name of the one person who may pick


@dataclass(frozen=True, slots=True)
class ChooseSituation:
    """It depends on what happened: pick one. `id` names the stored choice."""

    id: str
    person: Person
    situations: tuple[Situation, ...]
    only_for: str = ""
