"""The message beside a job's card that tells its requester that it asks something: where it stands, and that it goes with the answer."""

from __future__ import annotations

import contextlib

from bot.domain.bulk import Hold
from bot.domain.consequences import ASKING
from bot.domain.operation import Operation
from bot.domain.remarks import Remark
from bot.domain.said import say
from bot.errors import ChatRefused
from bot.ports import Announcer, Clock, Memory


async def told_of(memory: Memory, operation: Operation, message_id: str, clock: Clock) -> None:
    """Notes which message that is."""
    await memory.set_posted_card(_name(operation), operation.conversation.conversation_id, message_id, clock())


async def asks_no_more(memory: Memory, announcer: Announcer, operation: Operation, hold: Hold, clock: Clock) -> None:
    """Makes the message say that nothing is asked any more, once that is so.

    Raises:
        ChatError: Teams has not taken it.
    """
    where = operation.conversation
    if hold in ASKING or not (message_id := await memory.posted_card(_name(operation), where.conversation_id)):
        return
    answered = Remark(say("{id}: what its card asked is answered.", id=operation.id))
    with contextlib.suppress(ChatRefused):  # somebody has deleted it
        await announcer.update(where, message_id, answered, operation.requester)
    await memory.set_posted_card(_name(operation), where.conversation_id, "", clock())


def _name(operation: Operation) -> str:
    return f"asks:{operation.id}"
