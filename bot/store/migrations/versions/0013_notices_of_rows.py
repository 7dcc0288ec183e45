"""Which notice is next, and how many of a file wait, found without going through all of them."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("notices_by_row", "notices", ["state", "way", "row", "due_at"])
    op.create_index("notices_by_state", "notices", ["operation_id", "state"])
