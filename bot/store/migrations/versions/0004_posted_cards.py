"""Where cards stand that are no operation's, so that an answer takes the place of our own message alone."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "posted_cards",
        Column("name", String(40), primary_key=True),
        Column("conversation", String(64), primary_key=True),
        Column("card_id", Text, nullable=False),
        Column("at", String(32), nullable=False),
    )
    op.create_index("posted_cards_by_age", "posted_cards", ["at"])
