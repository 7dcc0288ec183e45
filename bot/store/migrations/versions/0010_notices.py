"""Who is told of a change to their account."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "notices",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("id", String(32), nullable=False, unique=True),
        Column("operation_id", String(12), nullable=False),
        Column("row", Integer, nullable=False),
        Column("recipient", String(20), nullable=False),
        Column("way", String(10), nullable=False),
        Column("target_id", String(64), nullable=False),
        Column("person_id", String(64), nullable=False),
        Column("name", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("language", String(40), nullable=False),
        Column("state", String(20), nullable=False),
        Column("why", Text, nullable=False),
        Column("at", String(32), nullable=False),
        Column("due_at", String(32), nullable=False),
        Column("tried_at", String(32)),
        Column("told_at", String(32)),
        Column("card_id", Text, nullable=False),
        Column("pressed_at", String(32)),
        Column("stop_id", String(12), nullable=False),
    )
    op.create_index("notices_of", "notices", ["operation_id", "row"])
    op.create_index("notices_waiting", "notices", ["state", "way", "due_at"])
    op.create_index("notices_told", "notices", ["way", "told_at"])
