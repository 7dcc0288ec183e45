"""Whatever waits about a person waits no more: somebody who has to know said that it is not wanted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from bot.domain.audit import AuditEvent, Tag
from bot.domain.life import State
from bot.domain.said import to_column
from bot.store.moves import Moves, Seen
from bot.store.tables import operations
from bot.store.trail import Trail

_WAITING = (State.PROPOSED.value, State.AWAITING_APPROVAL.value, State.READY.value)
_ABOUT = select(operations.c.id).where(
    func.lower(operations.c.target_id) == bindparam("person"), operations.c.state.in_(_WAITING), operations.c.bulk.is_(None)
)


def withdraw_waiting(
    connection: Connection, moves: Moves, trail: Trail, target_id: str, by: str, outcome: str, at: datetime
) -> None:  # fmt: skip
    """Cancels every operation about this person that waits for somebody; what is queued finds the freeze.

    Args:
        by: who said so.
        outcome: what its cards say.
    """
    for operation_id in connection.execute(_ABOUT, {"person": target_id.lower()}).scalars().all():
        event = AuditEvent(Tag.OPERATION_CANCELLED, at, "", str(by), operation_id, target_id)
        values = {"outcome": to_column(outcome), "decided_by": str(by)}
        moves.move(connection, "cancel", State.CANCELLED, Seen(operation_id), values, trail, event)
