"""The requester's card in the conversation, brought to the operation's present state."""

from __future__ import annotations

import structlog

from bot.commands.bulk_shown import bulk_shown
from bot.domain.operation import Operation
from bot.domain.replies import Reply
from bot.errors import ChatRefused
from bot.ports import Announcer, BulkJobs, Clock, Operations
from bot.services.bulk.asks import asks_no_more
from bot.services.showing import Showing

log = structlog.get_logger()


class RequestersCard:
    """Brings it up to date."""

    def __init__(self, operations: Operations, jobs: BulkJobs, announcer: Announcer, showing: Showing, clock: Clock) -> None:
        self._operations = operations
        self._jobs = jobs
        self._announcer = announcer
        self._showing = showing
        self._clock = clock

    async def bring(self, operation: Operation) -> None:
        """Changes the card in place, or sends a new one where Teams does not let it be changed.

        Does nothing for what moved on while a press on it was answered: whoever brings cards looks again.

        Raises:
            ChatError: Teams does not take it.
        """
        reply: Reply
        if operation.bulk:
            reply = job = await bulk_shown(self._jobs, operation, self._clock())
            await asks_no_more(self._operations, self._announcer, operation, job.progress.hold, self._clock)
        else:
            reply = await self._showing.of(operation)
        if operation.card_id:
            if operation.once_only and await moved_on(self._operations, self._announcer, operation, operation.card_id):
                return  # a code may stand there now
            try:
                await self._announcer.update(operation.conversation, operation.card_id, reply)
            except ChatRefused:
                log.info("card cannot be updated, sending a new one", action="announce_anew", operation=operation.id)
            else:
                return
        await self._operations.set_card(operation.id, await self._announcer.send(operation.conversation, reply))


async def moved_on(operations: Operations, announcer: Announcer, operation: Operation, card_id: str) -> bool:
    """Whether an operation is another one than it was, once no press on this card of it is being answered."""
    await announcer.quiet(card_id)
    now = await operations.get(operation.id)
    return now is None or now.version != operation.version
