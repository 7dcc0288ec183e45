"""Where people talk with Doorman, and who is there. No Teams type goes past here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """Where to answer, enough to post later without a turn.

    Attributes:
        service_url: allow-listed Bot Connector address.
        conversation_id: with `;messageid=` when in a channel's thread.
        kind: "personal", "groupChat" or "channel".
        team_id: of the team a channel belongs to, as the message said; empty outside channels.
    """

    service_url: str
    conversation_id: str
    kind: str = "personal"
    team_id: str = ""

    @property
    def channel_id(self) -> str:
        """The channel's own id, without the thread; empty outside channels."""
        return self.conversation_id.partition(";")[0] if self.kind == "channel" else ""

    def for_one(self, name: str) -> str:
        """Whom a card here is for, where others read it too; empty in a chat of their own."""
        return "" if self.kind == "personal" else name


@dataclass(frozen=True, slots=True)
class Mention:
    """A person mentioned in a message: `object_id` is empty when Teams could not say who it is."""

    name: str
    object_id: str


#: In `IncomingMessage.text` the n-th mention of a person stands as these two marks around n (private-use characters).
MENTION_OPEN, MENTION_CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is in a conversation, as Teams says: `chat_id` is `29:…`, `object_id` Entra's; the name is untrusted text."""

    chat_id: str
    name: str
    object_id: str
