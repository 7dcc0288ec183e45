"""Whom Doorman knows in a chat of their own, and the approvers' cards it posted there."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Column, Integer, String, Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "personal_chats",
        Column("person_id", String(64), primary_key=True),
        Column("reader", JSON, nullable=False),
        Column("place", JSON, nullable=False),
        Column("at", String(32), nullable=False),
    )
    op.create_index("personal_chats_by_age", "personal_chats", ["at"])
    op.create_table(
        "approval_cards",
        Column("operation_id", String(12), primary_key=True),
        Column("person_id", String(64), primary_key=True),
        Column("reader", JSON, nullable=False),
        Column("place", JSON, nullable=False),
        Column("card_id", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("refused", Integer, nullable=False),
        Column("at", String(32), nullable=False),
    )
    op.create_index("approval_cards_by_age", "approval_cards", ["at"])
