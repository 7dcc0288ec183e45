"""Bulk jobs: their rows, their files, how each runs, and the pace of all of them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Double, Index, Integer, LargeBinary, String, Table, Text, text

from bot.store.tables.columns import UtcTime, metadata

#: The pace of bulk jobs, for all replicas: one row for reads and one for writes (`bot.domain.pace.Traffic`). Moments are seconds since
#: the epoch, which the database reckons with. `next_at` is the first turn nobody has; `lowest` and `lowered_at` are a `Factor`.
turns = Table(
    "graph_turns",
    metadata,
    Column("traffic", String(8), primary_key=True),
    Column("next_at", Double, nullable=False),
    Column("closed_until", Double, nullable=False),
    Column("lowest", Double, nullable=False),
    Column("lowered_at", Double, nullable=False),
)

#: The rows of bulk jobs, one person each. `taken_by` is the process that works on a row now; empty for nobody.
bulk_rows = Table(
    "bulk_rows",
    metadata,
    Column("job", String(12), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("user", Text, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("wishes", JSON, nullable=False),
    Column("repaired", JSON, nullable=False),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("also", JSON),  # of rows older than these columns there is none
    Column("warned", JSON),
    Column("kind", String(12), nullable=False, default=""),  # empty until it was checked
    Column("reason", Text, nullable=False, default=""),
    Column("target_id", String(64), nullable=False, default=""),
    Column("target", JSON(none_as_null=True)),
    Column("changes", JSON, nullable=False, default=list),
    Column("state", String(12), nullable=False, default=""),  # empty for a row that changes nothing
    Column("outcome", Text, nullable=False, default=""),
    Column("code", String(60), nullable=False, default=""),
    Column("taken_by", String(64), nullable=False, default=""),
    Column("ended_at", UtcTime),
    Column("fates", JSON(none_as_null=True)),  # what became of each change; of rows older than this column nobody knows
    Index("bulk_rows_by_kind", "job", "kind", "taken_by", "number"),
    Index("bulk_rows_by_state", "job", "state", "taken_by", "number"),
    Index("bulk_rows_by_target", "job", "target_id"),
    Index("bulk_rows_by_person", "target_id"),
    Index("bulk_rows_by_end", "job", "ended_at"),
)

#: Which numbers (digests) the rows of a job would set, so that one that stands there twice, or was somebody else's before, is found.
bulk_numbers = Table(
    "bulk_numbers",
    metadata,
    Column("job", String(12), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Index("bulk_numbers_by_digest", "digest"),
)

#: The bytes of a file, in pieces, as long as its sender may still answer something by which it is read anew.
bulk_files = Table(
    "bulk_files",
    metadata,
    Column("job", String(12), primary_key=True),
    Column("piece", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

#: How a bulk job runs: what it waits for, and how many of the first rows may still be taken before somebody is asked (-1: all).
bulk_jobs = Table(
    "bulk_jobs",
    metadata,
    Column("job", String(12), primary_key=True),
    Column("reader", String(64), nullable=False),  # the process that reads the file; empty once every row is stored
    Column("first", Integer, nullable=False, default=-1),
    Column("hold", String(10), nullable=False, default=""),
    Column("held_by", Text, nullable=False, default=""),
    Column("held_why", Text, nullable=False, default=""),
    Column("counted_from", UtcTime),  # failures before this were looked at by somebody
    Column("shown_at", UtcTime),  # when the card was last brought up to date while it ran
    Column("slow_since", UtcTime),  # Entra ID refuses calls since then
    Column("silent_since", UtcTime),  # it answers none since then
)
