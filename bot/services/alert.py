"""What approvers have to know whatever they are asked: said in their channel too, where that is not the log channel."""

from __future__ import annotations

import structlog

from bot.domain.conversations import ConversationRef
from bot.errors import ChatRefused
from bot.ports import Announcer, Operations, Sleep, Stops
from bot.retry import until_taken
from bot.services.approval_places import approval_channel
from bot.services.log_channel import log_channel

log = structlog.get_logger()


async def alert(
    operations: Operations,
    stops: Stops,
    announcer: Announcer,
    approvers: ConversationRef | None,
    configured: ConversationRef | None,
    sleep: Sleep,
    key: str,
) -> None:
    """Posts one note in the approvers' channel, and comes back until Teams has it.

    Args:
        approvers: the channel for approvals as it is configured; without any nothing is said.
        configured: the log channel likewise; what was chosen in chat comes before each.
        key: of the note in the log channel's outbox.
    """
    note, approvers = await stops.note(key), await approval_channel(operations, approvers)
    where = await log_channel(operations, configured)
    if note is None or approvers is None or (where and where.channel_id == approvers.channel_id):
        return
    if refused := await until_taken(lambda: announcer.send(approvers, note), sleep):
        status = refused.status if isinstance(refused, ChatRefused) else 0
        log.warning("the approvers' channel refuses", action="alert_refused", status=status)
