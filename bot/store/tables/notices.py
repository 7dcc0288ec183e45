"""Who is told of a change to their account, and whether they were."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from bot.store.tables.columns import UtcTime, metadata

#: One message to one recipient by one way (`domain.notices.Notice`). `number` is the order in which they came to be; `row` is 0 for an
#: operation. `due_at` is when it is tried next. `address` is masked once it was delivered; `stop_id`
#: is the operation that took access away after `pressed_at`.
notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("operation_id", String(12), nullable=False),
    Column("row", Integer, nullable=False, default=0),
    Column("recipient", String(20), nullable=False),
    Column("way", String(10), nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("person_id", String(64), nullable=False, default=""),
    Column("name", Text, nullable=False, default=""),
    Column("address", Text, nullable=False, default=""),
    Column("language", String(40), nullable=False, default=""),
    Column("state", String(20), nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("tried_at", UtcTime),
    Column("told_at", UtcTime),
    Column("card_id", Text, nullable=False, default=""),
    Column("pressed_at", UtcTime),
    Column("stop_id", String(12), nullable=False, default=""),
    Index("notices_of", "operation_id", "row"),
    Index("notices_waiting", "state", "way", "due_at"),
    Index("notices_by_row", "state", "way", "row", "due_at"),
    Index("notices_by_state", "operation_id", "state"),
    Index("notices_told", "way", "told_at"),
)
