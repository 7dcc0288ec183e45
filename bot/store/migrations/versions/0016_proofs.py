"""Proofs of callers."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, String, Text, text

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "proofs",
        Column("id", String(32), primary_key=True),
        Column("operation_id", String(12), nullable=False),
        Column("target_id", String(64), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("state", String(12), nullable=False),
        Column("agent_id", String(64), nullable=False),
        Column("capped", Boolean, nullable=False),
        Column("asked_at", String(32), nullable=False),
        Column("expires_at", String(32), nullable=False),
        Column("answered_at", String(32)),
        Column("by_id", String(64), nullable=False),
        Column("by_name", Text, nullable=False),
        Column("evidence", Text, nullable=False),
        Column("secret", Text, nullable=False),
        Column("card_id", Text, nullable=False),
        Column("asked_id", String(64), nullable=False),
        Column("asked_name", Text, nullable=False),
    )
    op.create_index("proofs_of", "proofs", ["operation_id"])
    op.create_index("proofs_about", "proofs", ["target_id", "state", "answered_at"])
    asked = text("state = 'asked'")
    op.create_index("proofs_asked_once", "proofs", ["operation_id"], unique=True, sqlite_where=asked, postgresql_where=asked)
