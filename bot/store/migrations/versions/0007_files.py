"""What a row calls its person and is worth knowing of it, and the bytes of files that are asked about."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Column, Integer, LargeBinary, String, Text, text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("bulk_rows", Column("name", Text, nullable=False, server_default=text("''")))
    op.add_column("bulk_rows", Column("also", JSON))
    op.add_column("bulk_rows", Column("warned", JSON))
    op.create_table(
        "bulk_files",
        Column("job", String(12), primary_key=True),
        Column("piece", Integer, primary_key=True, autoincrement=False),
        Column("content", LargeBinary, nullable=False),
    )
