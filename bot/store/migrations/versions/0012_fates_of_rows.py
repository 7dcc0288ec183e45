"""What became of each change of a row of a file."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Column

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("bulk_rows", Column("fates", JSON(none_as_null=True)))
