"""A mark on operations that only take access away: they are counted apart."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("operations", Column("contains", Boolean, nullable=False, server_default=false()))
