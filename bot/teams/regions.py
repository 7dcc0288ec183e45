"""At which address a conversation is served, where that is not the one we know it by.

A personal chat is served in one region and refused in every other. Now and then an activity names another one than that
(microsoft/botbuilder-js#3280), and people move (microsoft/botframework-sdk#6184).
"""

from __future__ import annotations

import re
from typing import TypeVar

from bot.domain.conversations import ConversationRef

#: There are a few dozen regions, and few of them in one tenant.
MOST_ADDRESSES = 16
MOST_CONVERSATIONS = 10_000
_Value = TypeVar("_Value")
_ELSEWHERE = re.compile(r"\b(?:region|geo)\b", re.IGNORECASE)


def is_elsewhere(code: str, message: str) -> bool:
    """Whether Teams refuses because the conversation is served in another region."""
    return code == "BadArgument" and _ELSEWHERE.search(message) is not None


class Regions:
    """The addresses that verified activities named, and which conversations were found at another one than their own."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}  # the latest last
        self._found: dict[str, str] = {}

    def seen(self, service_url: str) -> None:
        """A verified activity came from there."""
        _put_last(self._seen, service_url, None, MOST_ADDRESSES)

    def found(self, where: ConversationRef, service_url: str) -> None:
        """The conversation is served there."""
        _put_last(self._found, where.conversation_id, service_url, MOST_CONVERSATIONS)

    def to_try(self, where: ConversationRef) -> list[str]:
        """Where to ask for a conversation, in order: where it was found last, where it was said to be, anywhere else."""
        known = [self._found.get(where.conversation_id, where.service_url), where.service_url, *reversed(self._seen)]
        return list(dict.fromkeys(known))


def _put_last(kept: dict[str, _Value], key: str, value: _Value, most: int) -> None:
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
