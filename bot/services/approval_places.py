"""Where those who may agree are asked (docs/decisions/0016-where-approvers-are-asked.md), and which cards they were asked with."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.commands.about import APPROVAL_CHANNEL
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import CardAction
from bot.domain.need import Need
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.personal import named, remedy
from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import Chats, Operations
from bot.services.log_channel import log_channel


async def approval_channel(operations: Operations, configured: ConversationRef | None) -> ConversationRef | None:
    """The channel for approvals: what an administrator chose in chat, else what is configured, else none."""
    chosen = await operations.setting(APPROVAL_CHANNEL)
    return ConversationRef(**json.loads(chosen)) if chosen else configured


class ApprovalPlaces:
    """Answers where approvers are asked, and whether a pressed card is one they were asked with.

    Args:
        configured: the channel for approvals as it is configured; None for the places below it.
        log: the log channel likewise; what was chosen in chat comes before each.
    """

    def __init__(self, operations: Operations, chats: Chats, configured: ConversationRef | None, log: ConversationRef | None) -> None:
        self._operations = operations
        self._chats = chats
        self._configured = configured
        self._log = log

    async def place(self, asked_in: ConversationRef, need: Need, approvers: Sequence[Person]) -> ConversationRef | None:
        """The channel where the approvers' card of a request is going to be; None for the personal chats of those whom Doorman knows.

        Args:
            approvers: those whose agreement would count.

        Raises:
            Refusal: there is no channel, and too few of them are known.
        """
        if where := await approval_channel(self._operations, self._configured):
            return where
        if asked_in.kind == "channel":
            return asked_in
        if where := await log_channel(self._operations, self._log):
            return where
        chats = await self._chats.of([person.id.lower() for person in approvers])
        known = {chat.reader.id for chat in chats}
        if len(known) < need.approvals:
            raise _nowhere(need, approvers, known)
        return None

    async def is_card(self, action: CardAction, operation: Operation | None) -> bool:
        """Whether the approvers' card of this operation was pressed, and not a list or another card in the same conversation.

        Our own record says where those cards are; what the client says chooses between them and the rest of its own conversation. In a
        personal chat as much is looked up for an id that names nothing.
        """
        if action.where.kind != "personal":
            if operation is None or operation.approval_where is None:
                return False
            here = action.where.channel_id == operation.approval_where.channel_id
            return here and bool(action.card_id) and action.card_id == operation.approval_card_id
        for card in await self._chats.asked(operation.id if operation else action.id):
            if card.reader.id == action.actor.id and card.where.conversation_id == action.where.conversation_id:
                # Pressed before Teams' answer to the post was stored, it can be no other.
                return card.card_id == action.card_id if card.card_id else not card.refused
        return False


def _nowhere(need: Need, approvers: Sequence[Person], known: set[str]) -> Refusal:
    nobody = say(
        "This needs {need}, and I can ask nobody: there is no channel for it, and none of those who may agree has written to me yet.",
        need=need.in_words,
    )
    few = say(
        "This needs {need}, and I can only ask {names}: there is no channel for it, and nobody else who may agree has written to me yet.",
        need=need.in_words,
        names=named(person.name for person in approvers if person.id.lower() in known),
    )
    unknown = [person.name for person in approvers if person.id.lower() not in known]
    return Refusal(few if known else nobody, remedy(unknown), code="no_approval_channel")
