"""What a person is asked about whoever rings the helpdesk in their name, on a page as on a card. Pure.

In the words of the notice that follows the change, so that nobody agrees to something else than what happens; never a number in full.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.change_values import Switch
from bot.domain.difference import difference_text
from bot.domain.notice_words import first_name
from bot.domain.operation import Operation
from bot.domain.said import say

#: What a message that asks for a press can still promise (R20 of the rules).
NEVER_A_CODE = say("We never ask for a code or a password, not on the telephone either.")


@dataclass(frozen=True, slots=True)
class Asked:
    """The question in sentences.

    Attributes:
        wants: who wants to do something.
        changes: what it is, one line each.
        speaking: what makes it right.
    """

    wants: str
    changes: tuple[str, ...]
    speaking: str


def what_is_asked(operation: Operation) -> Asked:
    """What somebody from the helpdesk wants to change, for the person whose account it is."""
    by = first_name(operation)
    return Asked(
        say("{by} of the helpdesk wants to change how you sign in ({id}):", by=by, id=operation.id),
        tuple(difference_text(change) for change in operation.changes if not (change.follows and change.after is Switch.OFF)),
        say("Are you speaking with {by} right now, and did you ask for this?", by=by),
    )
