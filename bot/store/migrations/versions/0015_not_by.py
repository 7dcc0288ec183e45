"""Who may not end a freeze."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Column

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("freezes", Column("not_by", JSON(none_as_null=True)))
