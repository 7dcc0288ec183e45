"""Where the card is on which a manager reveals what was made for somebody in their team."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("operations", Column("manager_card_id", Text, nullable=False, server_default=""))
