"""What a line may mean, where it may mean several things: one of these is picked on a card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several.

    Attributes:
        person_id: object id of the person.
        picked: Graph's id of one of the person's methods, or the word of a situation; empty where the person alone is meant. Of a line
            that is to be opened as a form `TO_FILL_IN`.
    """

    person_id: str
    picked: str = ""


#: Nothing was picked: the line says all of it.
AS_TYPED = Candidate("")
#: The line is not said, but filled in on a form.
TO_FILL_IN = "form"
