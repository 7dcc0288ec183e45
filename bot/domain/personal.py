"""Personal chats: whom the bot can write to of its own accord, and whom it has asked there to agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversations import ConversationRef
from bot.domain.people import Actor
from bot.domain.said import join, say

#: More people than this are not named in a sentence.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class PersonalChat:
    """Somebody's own chat with the bot.

    Attributes:
        reader: whose it is, as an activity from there said.
        at: when it was last seen, to about a day.
    """

    reader: Actor
    where: ConversationRef
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonalCard:
    """The approvers' card of one operation in the chat of one of them.

    Attributes:
        reader: who is asked; the name is Entra's.
        card_id: its activity id; empty until Teams has confirmed it.
        version: of the operation as the card shows it; -1 before there was anything to see.
        refused: the HTTP status with which Teams refused it; 0 when it did not.
    """

    operation_id: str
    reader: Actor
    where: ConversationRef
    card_id: str = ""
    version: int = -1
    refused: int = 0


def remedy(unknown: Iterable[str]) -> str:
    """What to do when approvers cannot be asked.

    Args:
        unknown: the names of those who could agree if they were known.
    """
    return say(
        "Ask me in a channel that they read, or have them write to me once in a personal chat, such as `hello`: {names}. So that it "
        "always works, an administrator types `approvals here` in such a channel, or whoever runs Doorman sets APPROVAL_CHANNEL_ID.",
        names=named(unknown),
    )


def named(names: Iterable[str]) -> str:
    """These people in a sentence; many are not all named."""
    every = list(names)
    shown = join(", ", every[:MOST_NAMED])
    return say("{names} and {count} more", names=shown, count=len(every) - MOST_NAMED) if len(every) > MOST_NAMED else shown
