"""Who is on the way to a fresh sign-in, and who has come back from one."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, String, Text

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "sign_in_flows",
        Column("state_hash", String(64), primary_key=True),
        Column("proof_id", String(32), nullable=False),
        Column("cookie_hash", String(64), nullable=False),
        Column("flow", Text, nullable=False),
        Column("again", Boolean, nullable=False),
        Column("taken", Boolean, nullable=False),
        Column("expires_at", String(32), nullable=False),
    )
    op.create_index("sign_in_flows_of", "sign_in_flows", ["proof_id"])
    op.create_table(
        "sign_in_sessions",
        Column("cookie_hash", String(64), primary_key=True),
        Column("proof_id", String(32), nullable=False),
        Column("object_id", String(64), nullable=False),
        Column("name", Text, nullable=False),
        Column("session", String(16), nullable=False),
        Column("expires_at", String(32), nullable=False),
    )
