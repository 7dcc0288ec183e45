"""An index for finding a person in the rows of every file."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("bulk_rows_by_person", "bulk_rows", ["target_id"])
