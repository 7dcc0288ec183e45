"""Who was told in full, and on which day, that texts and calls end."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "retirement_told",
        Column("actor_id", String(64), primary_key=True),
        Column("day", String(10), nullable=False),
    )
