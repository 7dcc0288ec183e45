"""Plain sentences: for the one who asked, and for the log channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.operation import Operation


class Tone(StrEnum):
    """How a remark sounds; never shown by colour alone."""

    INFO = "info"
    DONE = "done"
    REFUSED = "refused"
    PROBLEM = "problem"


class Refused(StrEnum):
    """The kinds of refusal there are to a reader; `domain.refused` says which is which."""

    NOT_UNDERSTOOD = "not_understood"  # type it differently
    CHECK = "check"  # understood, and one part of it cannot be meant
    MISSING = "missing"  # say, tick or pick one more thing
    NOTHING_TO_DO = "nothing_to_do"  # it is as wanted already
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"  # to this person, about this one, by policy
    NOT_HERE = "not_here"  # somewhere else
    NOT_NOW = "not_now"  # later
    TOO_LATE = "too_late"  # the card or the account has moved on
    FILE = "file"  # the file, or its way to us or back
    NOT_POSSIBLE = "not_possible"  # the account or the tenant does not let it be done so


@dataclass(frozen=True, slots=True)
class Remark:
    """One or two plain sentences.

    Attributes:
        facts: what belongs to them, as label and value.
        reference: the id by which `why` explains it; empty when there is no more to say.
        take_back: id of the operation that Take back is offered for; empty for no such button.
        about: what its requester is told of, in a chat of their own: named above it, with the button of the next step.
        offers: what its reader may do next: names of stored choices, each of which says a line, and what stands on its button.
        again: id of its reader's own request that came to nothing, for a button that asks for it once more; empty for no such button.
        instead: it takes the place of the card that was pressed.
        refused: of a refusal without a title: what stands above it.
    """

    text: str
    hint: str = ""
    tone: Tone = Tone.INFO
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    take_back: str = ""
    about: Operation | None = None
    offers: tuple[tuple[str, str], ...] = ()
    refused: Refused = Refused.NOT_POSSIBLE
    again: str = ""
    instead: bool = False

    @property
    def has_buttons(self) -> bool:
        """Whether it is more than its words."""
        return bool(self.take_back or self.offers or self.again)


@dataclass(frozen=True, slots=True)
class LogNote:
    """What the log channel is told beside operations: a pause, a freeze, a suspicious call.

    Attributes:
        at: when it happened, however late the post arrives.
        grave: everybody should look up.
        ticket: as given; it stands apart because a long number in the text would be taken for a telephone's.
        take_back: id of the operation that Take back is offered for; empty for no such button.
    """

    title: str
    text: str
    hint: str = ""
    at: datetime | None = None
    grave: bool = False
    ticket: str = ""
    take_back: str = ""
