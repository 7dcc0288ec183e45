"""Entra's registration report as it was read, and how people changed."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from bot.store.tables.columns import UtcTime, metadata

#: When Entra's registration report was read, or is being read: `ended_at` is empty until then, and `trouble` says why it failed. `run`
#: names what is read (`registered`), so that of two processes that read for one reading the result is one's alone; `day` is on the wall.
readings = Table(
    "registration_readings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("run", String(32), nullable=False, default=""),
    Column("begun_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("day", String(10), nullable=False, default=""),
    Column("people", Integer, nullable=False, default=0),
    Column("trouble", Text, nullable=False, default=""),
    Index("readings_by_end", "ended_at"),
)

#: Everybody as the last reading found them; of the one before too, for whoever still reads that, and of one under way.
registered = Table(
    "registered_people",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("person_id", String(64), primary_key=True),
    Column("upn", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("class", String(16), nullable=False),
    Column("population", String(24), nullable=False),
    Column("channels", String(16), nullable=False, default=""),
    Column("methods", JSON, nullable=False, default=list),
    Column("as_of", UtcTime),
    Index("registered_by_class", "run", "class", "department", "name", "person_id"),
)

#: Which class somebody was in from which day on, to the next row about them: people change seldom, so a row a day would say little.
#: Nobody's number is in it. Removed by age (`REGISTRATION_DAYS`), but for what was still so then.
registrations = Table(
    "registrations",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("seen_on", String(10), primary_key=True),
    Column("class", String(16), nullable=False),
    Column("population", String(24), nullable=False),
)
