"""Who is registered how, as read from Entra last, and in which class on each day before."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Column, Integer, String, Text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "registration_readings",
        Column("id", String(40), primary_key=True),
        Column("run", String(32), nullable=False),
        Column("begun_at", String(32), nullable=False),
        Column("ended_at", String(32)),
        Column("day", String(10), nullable=False),
        Column("people", Integer, nullable=False),
        Column("trouble", Text, nullable=False),
    )
    op.create_index("readings_by_end", "registration_readings", ["ended_at"])
    op.create_table(
        "registered_people",
        Column("run", String(32), primary_key=True),
        Column("person_id", String(64), primary_key=True),
        Column("upn", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("department", Text, nullable=False),
        Column("class", String(16), nullable=False),
        Column("population", String(24), nullable=False),
        Column("channels", String(16), nullable=False),
        Column("methods", JSON, nullable=False),
        Column("as_of", String(32)),
    )
    op.create_index("registered_by_class", "registered_people", ["run", "class", "department", "name", "person_id"])
    op.create_table(
        "registrations",
        Column("person_id", String(64), primary_key=True),
        Column("seen_on", String(10), primary_key=True),
        Column("class", String(16), nullable=False),
        Column("population", String(24), nullable=False),
    )
