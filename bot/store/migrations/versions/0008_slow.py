"""Since when Entra ID takes fewer calls of a bulk job."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("bulk_jobs", Column("slow_since", String(32)))
