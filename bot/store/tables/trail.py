"""The audit trail, and what was found out of step with Entra's."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from bot.store.tables.columns import UtcTime, metadata

#: Append-only: nothing in the code updates a row, and only age removes one (`AUDIT_DAYS`). Every value is text that is hashed as it
#: stands (`bot.domain.chain`), which is why `facts` is no JSON column.
audit_events = Table(
    "audit_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("tag", String(48), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("operation_id", String(12), nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_operation", "operation_id"),
    Index("audit_by_target", "target_id"),
    Index("audit_by_actor", "actor_id", "at"),
)

#: One row: both ends of the trail. Locked by whoever appends, so that replicas make one chain.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("removed", Integer, nullable=False),
    Column("removed_hash", String(64), nullable=False),
)

#: What was found out of step with Entra's audit log and posted, so that it is posted once.
discrepancies = Table(
    "discrepancies",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("at", UtcTime, nullable=False),
)
