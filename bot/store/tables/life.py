"""Operations, and what keeps them in bounds: what limits count, alarms and freezes."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, false, text

from bot.store.tables.columns import UtcTime, metadata

#: What was asked stands in `request`, which changes only when approvers are shown how the target's account has changed since; the
#: other columns are its life. Both are moved by compare-and-set alone.
operations = Table(
    "operations",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("state", String(24), nullable=False),
    Column("version", Integer, nullable=False, default=0),
    Column("command", String(40), nullable=False),
    Column("requester_id", String(64), nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("request", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("outcome", Text, nullable=False, default=""),
    Column("decided_by", Text, nullable=False, default=""),
    Column("card_id", Text, nullable=False, default=""),
    Column("request_ids", JSON, nullable=False, default=list),
    Column("results", JSON, nullable=False, default=list),
    Column("approvals", JSON, nullable=False, default=list),
    Column("approval_where", JSON(none_as_null=True)),
    Column("approval_card_id", Text, nullable=False, default=""),
    Column("manager_card_id", Text, nullable=False, default="", server_default=text("''")),
    Column("department", Text, nullable=False, default=""),  # of the target, for counting by team
    Column("confirmed_at", UtcTime),
    Column("numbers_removed", Boolean, nullable=False, default=False),
    Column("revealed_at", UtcTime),
    Column("bulk", JSON(none_as_null=True)),  # of a bulk job alone: the file, and what its rows would do
    Column("told", JSON(none_as_null=True)),  # who was told of what it changed, once that is over
    Column("contains", Boolean, nullable=False, default=False, server_default=false()),  # only takes access away: counted apart
    Index("operations_by_requester", "requester_id", "confirmed_at"),
    Index("operations_by_target", "target_id", "confirmed_at"),
    Index("operations_by_department", "department", "confirmed_at"),
    Index("operations_with_numbers", "numbers_removed", "finished_at"),
    Index("operations_by_state", "state", "expires_at"),
)

#: Which number (a digest, see `bot.domain.limits.number_digest`) was confirmed for whom; removed by age (`NUMBERS_DAYS`).
numbers = Table(
    "numbers",
    metadata,
    Column("operation_id", String(12), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("target_id", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("numbers_by_digest", "digest", "at"),
)

#: Whose counts started anew, and when.
lifts = Table("limit_lifts", metadata, Column("person_id", String(64), primary_key=True), Column("at", UtcTime, nullable=False))

#: Alarms the log channel has been told, so that it is not told again too soon.
alarms = Table("alarms", metadata, Column("key", String(80), primary_key=True), Column("at", UtcTime, nullable=False))

#: People nobody may change; one row each, ended by time or by `unfreeze`.
freezes = Table(
    "freezes",
    metadata,
    Column("target_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("upn", Text, nullable=False),
    Column("by_id", String(64), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("suspicious", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("not_by", JSON(none_as_null=True)),
)
