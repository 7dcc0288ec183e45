"""Waiting operations end by themselves when their time is over; so does a Reveal that was cut off, because nobody may repeat it."""

from __future__ import annotations

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import DRY_RUN_DONE
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.said import say
from bot.ports import Clock, Operations, Sleep
from bot.services.reveal import reported
from bot.services.revealing import lost

#: Clocks of two machines may differ by so many seconds: who is woken up so early waits, and who is woken up earlier is not meant.
SKEW = 60.0

_OUTCOMES = {
    State.CHECKING: say("Nobody answered in time what its card asked. Nothing was changed."),
    State.PROPOSED: say("Nobody confirmed it in time. Nothing was changed."),
    State.AWAITING_APPROVAL: say("Nobody approved it in time. Nothing was changed."),
    State.READY: say("Reveal was not pressed in time. Nothing was made or changed."),
}


async def expire(operations: Operations, operation_id: str, clock: Clock, sleep: Sleep) -> None:
    """Ends an operation that nobody confirmed, approved or revealed; does nothing when somebody did, or when its time was put off.

    One whose code was being made when its time ended is reported as lost: the process that made it is gone.
    """
    while (operation := await operations.get(operation_id)) is not None and (
        operation.state.waiting or _cut_off(operation) or _asks(operation)
    ):
        left = (operation.expires_at - clock()).total_seconds()
        if left > SKEW:
            return  # it was confirmed since: another call comes when the approval is due
        if left > 0:
            await sleep(left)
            continue
        now = clock()
        if _cut_off(operation):
            event = reported(operation, State.PARTIAL, lost(operation), (), now)
            if await operations.move(operation_id, "lose", State.PARTIAL, event, at=now, outcome=lost(operation)):
                return
            continue
        event = AuditEvent(Tag.OPERATION_EXPIRED, now, operation_id=operation_id, target_id=operation.target.id)
        if await operations.move(operation_id, "expire", State.EXPIRED, event, at=now, outcome=_outcome(operation)):
            return


def _outcome(operation: Operation) -> str:
    if operation.bulk and operation.bulk.looked_at:
        return DRY_RUN_DONE
    if operation.handed_over and operation.state is State.READY:
        return say("{name}, the manager, did not press Reveal in time. Nothing was made or changed.", name=operation.revealer.name)
    return _OUTCOMES[operation.state]


def _cut_off(operation: Operation) -> bool:
    return operation.state is State.REVEALING


def _asks(operation: Operation) -> bool:
    return operation.state is State.CHECKING and operation.bulk is not None and bool(operation.bulk.asks)
