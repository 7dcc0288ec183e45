"""Who was told of what an operation changed, in sentences."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Column

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("operations", Column("told", JSON(none_as_null=True)))
