"""Step 10: the requester's card gets the result, or the requester gets a new message."""

from __future__ import annotations

import random

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.exchange import OperationShown
from bot.domain.operation import Operation
from bot.errors import ChatRefused, ChatUnavailable
from bot.ports import Announcer, Clock, Operations, Sleep

log = structlog.get_logger()

#: Longest pause between two tries while Teams cannot be reached.
LONGEST_PAUSE = 60.0


def pause_before(attempt: int, retry_after: float | None) -> float:
    """Seconds before try number `attempt` (from 1): what Teams asks for, else doubling; with jitter."""
    wanted = retry_after if retry_after is not None else min(LONGEST_PAUSE, 0.5 * 2 ** min(attempt, 8))
    return wanted + random.uniform(0, 0.25 * wanted + 0.1)  # noqa: S311 - spreads load, guards nothing


def shown(operation: Operation, clock: Clock) -> OperationShown:
    """The operation as its card in the conversation shows it: in full only in the requester's own chat."""
    return OperationShown(operation, clock(), own=operation.conversation.kind == "personal")


async def announce(operations: Operations, announcer: Announcer, clock: Clock, sleep: Sleep, operation_id: str) -> None:
    """Brings the card to the operation's present state, and comes back until Teams has it.

    Two announcements of one operation may overlap: each looks again after posting, so the last state always stands.
    """
    attempt = 0
    while (operation := await operations.get(operation_id)) is not None:
        try:
            await _bring(operations, announcer, clock, operation)
        except ChatUnavailable as error:
            attempt += 1
            await sleep(pause_before(attempt, error.retry_after))
            continue
        except ChatRefused as error:
            if error.status == 401:  # our own sign-in: an administrator can put it right, and the requester still waits
                attempt += 1
                await sleep(pause_before(attempt, None))
                continue
            log.warning("result undeliverable", action="announce_refused", operation=operation_id, status=error.status)
            await operations.record(
                AuditEvent(Tag.ANNOUNCE_RESULT_UNDELIVERABLE, clock(), operation_id=operation_id, facts={"code": str(error.status)})
            )
            return
        latest = await operations.get(operation_id)
        if latest is None or latest.version == operation.version:
            return


async def _bring(operations: Operations, announcer: Announcer, clock: Clock, operation: Operation) -> None:
    reply = shown(operation, clock)
    if operation.card_id:
        try:
            await announcer.update(operation.conversation, operation.card_id, reply)
        except ChatRefused:
            log.info("card cannot be updated, sending a new one", action="announce_anew", operation=operation.id)
        else:
            return
    await operations.set_card(operation.id, await announcer.send(operation.conversation, reply))
