"""The log channel: one compact card for every operation that ran and every remark, in order, repeated until Teams has it."""

from __future__ import annotations

import json

import structlog

from bot.commands.about import LOG_CHANNEL
from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.operation import Operation
from bot.domain.remarks import LogNote
from bot.domain.replies import LogEntry
from bot.errors import ChatError
from bot.metrics import LOG_LATE, LOG_SECONDS
from bot.ports import Announcer, Clock, Operations, Sleep
from bot.retry import pause_before

log = structlog.get_logger()


async def log_channel(operations: Operations, configured: ConversationRef | None) -> ConversationRef | None:
    """Where the log goes: what an administrator chose in chat, else what is configured, else nowhere yet."""
    chosen = await operations.setting(LOG_CHANNEL)
    return ConversationRef(**json.loads(chosen)) if chosen else configured


async def post_log(operations: Operations, announcer: Announcer, configured: ConversationRef | None, clock: Clock, sleep: Sleep) -> None:
    """Posts everything the log channel has not seen, oldest first, and comes back until it has.

    Never passes over a post: if Teams refuses one, those behind it wait too, because a log with holes proves nothing.
    Without a log channel the posts stay stored until there is one.
    """
    attempt = 0
    while posts := await operations.undelivered_log_posts():
        LOG_LATE.set(_late(posts[0][1], clock))
        where = await log_channel(operations, configured)
        if where is None:
            log.warning("no log channel yet: set LOG_CHANNEL_ID, or type `log here` in a channel", action="log_channel_missing")
            return
        try:
            for number, post in posts:
                operation = post if isinstance(post, Operation) else None
                message_id = await announcer.send(where, LogEntry(post.masked()) if isinstance(post, Operation) else post)
                event = AuditEvent(
                    Tag.LOG_POST_DELIVERED, clock(),
                    operation_id=operation.id if operation else "", target_id=operation.target.id if operation else "",
                    facts={"conversation": f"{where.channel_id or where.conversation_id}/{message_id}"},
                )  # fmt: skip
                await operations.log_post_delivered(number, event)
                LOG_SECONDS.observe(_late(post, clock))
                attempt = 0
        except ChatError as error:
            attempt += 1
            log.warning("log channel refuses", action="log_channel_down", attempt=attempt, error=str(error))
            await sleep(pause_before(error, attempt))
    LOG_LATE.set(0)


def _late(post: Operation | LogNote, clock: Clock) -> float:
    """Seconds since what it tells of; at once where nobody noted when that was."""
    happened = post.finished_at if isinstance(post, Operation) else post.at
    return (clock() - happened).total_seconds() if happened else 0.0
