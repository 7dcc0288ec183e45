"""Ids that people say to each other."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, bindparam, select, union_all

from bot.domain.life import new_id
from bot.store.prepared import Prepared
from bot.store.tables import audit_events, operations
from bot.store.trail import Trail

_TAKEN = Prepared(
    union_all(
        select(operations.c.id).where(operations.c.id == bindparam("candidate")),
        select(audit_events.c.operation_id).where(audit_events.c.operation_id == bindparam("candidate")),
    ).limit(1)
)


def fresh_id(connection: Connection, trail: Trail) -> str:
    """One that neither an operation nor a refusal has; the trail keeps others from taking it before the commit."""

    def taken(candidate: str) -> bool:
        in_this_transaction = any(row["operation_id"] == candidate for row in trail.appended())
        return in_this_transaction or _TAKEN(connection, {"candidate": candidate}).first() is not None

    return new_id(taken)


def conversation_digest(conversation_id: str) -> str:
    """What stands for a conversation in a key: its own id may be of any length."""
    return hashlib.sha256(conversation_id.encode()).hexdigest()
