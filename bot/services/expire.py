"""Waiting operations end by themselves."""

from __future__ import annotations

from bot.domain.audit import AuditEvent, Tag
from bot.domain.operation import State
from bot.ports import Clock, Operations


async def expire(operations: Operations, operation_id: str, clock: Clock) -> None:
    """Ends an operation nobody confirmed; does nothing when somebody did."""
    operation = await operations.get(operation_id)
    if operation is None or not operation.state.waiting:
        return
    event = AuditEvent(Tag.OPERATION_EXPIRED, clock(), operation_id=operation_id, target_id=operation.target.id)
    await operations.move(
        operation_id, "expire", State.EXPIRED, event, at=clock(), outcome="Nobody confirmed it in time. Nothing was changed."
    )
