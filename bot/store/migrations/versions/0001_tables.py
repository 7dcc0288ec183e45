"""The tables as version 0.1.0 makes them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Boolean, Column, Double, Index, Integer, MetaData, String, Table, Text, insert

revision = "0001"
down_revision = None

#: Sortable text in UTC.
Moment = String(32)
#: What a database without any record of migrations has to have, to be taken for one of this version.
metadata = MetaData()

Table(
    "operations",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("state", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("command", String(40), nullable=False),
    Column("requester_id", String(64), nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("request", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("outcome", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("card_id", Text, nullable=False),
    Column("request_ids", JSON, nullable=False),
    Column("results", JSON, nullable=False),
    Column("approvals", JSON, nullable=False),
    Column("approval_where", JSON),
    Column("approval_card_id", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("confirmed_at", Moment),
    Column("numbers_removed", Boolean, nullable=False),
    Column("revealed_at", Moment),
    Column("bulk", JSON),
    Index("operations_by_requester", "requester_id", "confirmed_at"),
    Index("operations_by_target", "target_id", "confirmed_at"),
    Index("operations_by_department", "department", "confirmed_at"),
    Index("operations_with_numbers", "numbers_removed", "finished_at"),
    Index("operations_by_state", "state", "expires_at"),
)

Table(
    "numbers",
    metadata,
    Column("operation_id", String(12), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("target_id", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index("numbers_by_digest", "digest", "at"),
)

Table("limit_lifts", metadata, Column("person_id", String(64), primary_key=True), Column("at", Moment, nullable=False))

Table("alarms", metadata, Column("key", String(80), primary_key=True), Column("at", Moment, nullable=False))

Table(
    "audit_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
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

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("removed", Integer, nullable=False),
    Column("removed_hash", String(64), nullable=False),
)

Table(
    "deliveries",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("taken_by", String(36), nullable=False),
    Column("answered", Boolean, nullable=False),
    Index("deliveries_by_age", "at"),
)

Table(
    "choices",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("actor_id", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

Table(
    "last_spoken_of",
    metadata,
    Column("actor_id", String(64), primary_key=True),
    Column("conversation", String(64), primary_key=True),
    Column("target_id", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index("spoken_by_age", "at"),
)

Table("chat_settings", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

Table(
    "log_posts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("operation_id", String(12), nullable=False, unique=True),
    Column("delivered", Boolean, nullable=False),
    Index("log_posts_waiting", "delivered", "number"),
)

Table(
    "log_notices",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("notice", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

turns = Table(
    "graph_turns",
    metadata,
    Column("traffic", String(8), primary_key=True),
    Column("next_at", Double, nullable=False),
    Column("closed_until", Double, nullable=False),
    Column("lowest", Double, nullable=False),
    Column("lowered_at", Double, nullable=False),
)

Table(
    "discrepancies",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("at", Moment, nullable=False),
)

Table(
    "freezes",
    metadata,
    Column("target_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("upn", Text, nullable=False),
    Column("by_id", String(64), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("suspicious", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False),
)

Table(
    "card_references",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("target_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("upn", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

Table(
    "bulk_rows",
    metadata,
    Column("job", String(12), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("user", Text, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("wishes", JSON, nullable=False),
    Column("repaired", JSON, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("target", JSON),
    Column("changes", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", String(60), nullable=False),
    Column("taken_by", String(64), nullable=False),
    Column("ended_at", Moment),
    Index("bulk_rows_by_kind", "job", "kind", "taken_by", "number"),
    Index("bulk_rows_by_state", "job", "state", "taken_by", "number"),
    Index("bulk_rows_by_target", "job", "target_id"),
    Index("bulk_rows_by_end", "job", "ended_at"),
)

Table(
    "bulk_numbers",
    metadata,
    Column("job", String(12), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Index("bulk_numbers_by_digest", "digest"),
)

Table(
    "bulk_jobs",
    metadata,
    Column("job", String(12), primary_key=True),
    Column("reader", String(64), nullable=False),
    Column("first", Integer, nullable=False),
    Column("hold", String(10), nullable=False),
    Column("held_by", Text, nullable=False),
    Column("held_why", Text, nullable=False),
    Column("counted_from", Moment),
    Column("shown_at", Moment),
)


def upgrade() -> None:
    """Makes all of them, with the rows that code expects to find."""
    connection = op.get_bind()
    metadata.create_all(connection, checkfirst=False)
    none = "0" * 64
    connection.execute(insert(audit_head).values(id=1, number=0, hash=none, removed=0, removed_hash=none))
    beginning = {"next_at": 0.0, "closed_until": 0.0, "lowest": 1.0, "lowered_at": 0.0}
    connection.execute(insert(turns), [{"traffic": traffic, **beginning} for traffic in ("reads", "writes")])
