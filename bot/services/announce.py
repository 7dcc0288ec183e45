"""Step 10: the cards of an operation follow it, the requester's and the approvers'."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import PROGRESS
from bot.domain.consequences import NOT_WANTED
from bot.domain.life import CODE_STANDS, State
from bot.domain.operation import Operation
from bot.errors import ChatError, ChatRefused
from bot.ports import Clock, Operations, Sleep
from bot.retry import Post, until_all_taken
from bot.services.approvers_card import ApproversCard
from bot.services.personal_cards import PersonalCards
from bot.services.requesters_card import RequestersCard

log = structlog.get_logger()

#: A turn that has not answered after this time will not, and its card is sent anew.
ANSWER_OUT_AFTER = timedelta(seconds=15)
LOOK_FOR_ANSWER_SECONDS = 0.1
#: Clocks of two replicas may differ by so much.
CLOCKS_APART = timedelta(minutes=1)


async def announce(
    operations: Operations,
    asked: RequestersCard,
    in_channel: ApproversCard,
    in_person: PersonalCards,
    clock: Clock,
    sleep: Sleep,
    subject: str,
) -> None:
    """Brings the requester's and the approvers' cards to the operation's present state, and comes back until Teams has them.

    While a bulk job runs its progress is on its requester's card alone.

    Looks again after posting, so the last state always stands. A card that Teams refuses does not keep the other one from being brought.
    """

    async def requesters(operation: Operation) -> None:
        stands = not operation.handed_over and code_stands(operation, clock())
        if stands and not occasion.startswith(NOT_WANTED):  # a code that was not wanted has to go at once
            return  # another announcement comes when the code has stood long enough
        if operation.conversation.conversation_id:  # there is none for who works in a terminal
            await asked.bring(operation)

    async def approvers(operation: Operation) -> None:
        await (in_channel if operation.approval_where else in_person).bring(operation)

    operation_id, _, occasion = subject.partition(":")
    found = await _answer_is_out(operations, clock, sleep, operation_id)
    both = (requesters,) if occasion.startswith(PROGRESS) else (requesters, approvers)

    async def cards() -> Mapping[Hashable, Post]:
        nonlocal found
        operation, found = found or await operations.get(operation_id), None
        if operation is None:
            return {}
        return {(bring, operation.version): partial(bring, operation) for bring in both}

    await until_all_taken(cards, sleep, partial(undeliverable, operations, clock, operation_id))


async def _answer_is_out(operations: Operations, clock: Clock, sleep: Sleep, operation_id: str) -> Operation | None:
    """Waits for the answer to whoever began a bulk job: a job goes on by itself, and may have news before its first card is there.

    Returns:
        The operation as it is then, if there is one.
    """
    while (operation := await operations.get(operation_id)) is not None and operation.bulk:
        late = clock() > operation.created_at + ANSWER_OUT_AFTER
        if operation.card_id or late or not operation.conversation.conversation_id:
            break
        await sleep(LOOK_FOR_ANSWER_SECONDS)
    return operation


async def undeliverable(operations: Operations, clock: Clock, operation_id: str, error: ChatError) -> None:
    """Notes that Teams will not take what the requester should see."""
    status = error.status if isinstance(error, ChatRefused) else 0
    log.warning("result undeliverable", action="announce_refused", operation=operation_id, status=status)
    facts = {"code": str(status)}
    await operations.record(AuditEvent(Tag.ANNOUNCE_RESULT_UNDELIVERABLE, clock(), operation_id=operation_id, facts=facts))


def code_stands(operation: Operation, now: datetime) -> bool:
    """Whether whoever pressed Reveal may be reading a code from the answer; a new card would take that away."""
    if operation.state is State.REVEALING:
        return True
    return operation.revealed_at is not None and now < operation.revealed_at + CODE_STANDS - CLOCKS_APART
