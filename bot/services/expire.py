"""Waiting operations end by themselves, when their time is over."""

from __future__ import annotations

from bot.domain.audit import AuditEvent, Tag
from bot.domain.operation import State
from bot.ports import Clock, Operations, Sleep

#: Clocks of two machines may differ by so many seconds: who is woken up so early waits, and who is woken up earlier is not meant.
SKEW = 60.0

_OUTCOMES = {
    State.PROPOSED: "Nobody confirmed it in time. Nothing was changed.",
    State.AWAITING_APPROVAL: "Nobody approved it in time. Nothing was changed.",
}


async def expire(operations: Operations, operation_id: str, clock: Clock, sleep: Sleep) -> None:
    """Ends an operation that nobody confirmed or approved; does nothing when somebody did, or when its time was put off."""
    while (operation := await operations.get(operation_id)) is not None and operation.state.waiting:
        left = (operation.expires_at - clock()).total_seconds()
        if left > SKEW:
            return  # it was confirmed since: another call comes when the approval is due
        if left > 0:
            await sleep(left)
            continue
        now = clock()
        event = AuditEvent(Tag.OPERATION_EXPIRED, now, operation_id=operation_id, target_id=operation.target.id)
        if await operations.move(operation_id, "expire", State.EXPIRED, event, at=now, outcome=_OUTCOMES[operation.state]):
            return
