"""Proofs of callers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, Text, text

from bot.store.tables.columns import UtcTime, metadata

#: One proof of one operation (`domain.proof.Proof`); of each operation one at a time is asked for, and of each person.
proofs = Table(
    "proofs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("operation_id", String(12), nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("agent_id", String(64), nullable=False),
    Column("capped", Boolean, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("by_id", String(64), nullable=False, default=""),
    Column("by_name", Text, nullable=False, default=""),
    Column("evidence", Text, nullable=False, default=""),
    Column("secret", Text, nullable=False, default=""),
    Column("card_id", Text, nullable=False, default=""),
    Column("asked_id", String(64), nullable=False, default=""),
    Column("asked_name", Text, nullable=False, default=""),
    Index("proofs_of", "operation_id"),
    Index("proofs_about", "target_id", "state", "answered_at"),
    Index(
        "proofs_asked_once",
        "operation_id",
        unique=True,
        sqlite_where=text("state = 'asked'"),
        postgresql_where=text("state = 'asked'"),
    ),
)
