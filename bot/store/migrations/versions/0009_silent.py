"""Since when Entra ID answers no calls of a bulk job."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("bulk_jobs", Column("silent_since", String(32)))
