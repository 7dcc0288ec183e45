"""The tables, one schema for SQLite and PostgreSQL; a change of them is a migration (`bot.store.migrations`). DBOS keeps its own beside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
    types,
)


class UtcTime(types.TypeDecorator[datetime]):
    """A moment in UTC as sortable text, the same on both databases."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if value else None


metadata = MetaData()

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
    Column("department", Text, nullable=False, default=""),  # of the target, for counting by team
    Column("confirmed_at", UtcTime),
    Column("numbers_removed", Boolean, nullable=False, default=False),
    Column("revealed_at", UtcTime),
    Column("bulk", JSON(none_as_null=True)),  # of a bulk job alone: the file, and what its rows would do
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

#: Append-only: nothing in the code updates a row, and only age removes one (`AUDIT_DAYS`). Every value is text that is hashed as it
#: stands (`bot.domain.chain`), which is why `facts` is no JSON column.
audit_events = Table(
    "audit_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("tag", String(48), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("operation_id", String(12), nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_operation", "operation_id"),
    Index("audit_by_target", "target_id"),
    Index("audit_by_actor", "actor_id", "at"),
)

#: One row: both ends of the trail. Locked by whoever appends, so that replicas make one chain.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("removed", Integer, nullable=False),
    Column("removed_hash", String(64), nullable=False),
)

#: Activities already taken in, so that a redelivered one does nothing; unless the process that took it died over it.
deliveries = Table(
    "deliveries",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("taken_by", String(36), nullable=False),
    Column("answered", Boolean, nullable=False, default=False),
    Index("deliveries_by_age", "at"),
)

#: "Which of these did you mean?", waiting for a pick.
choices = Table(
    "choices",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("actor_id", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
)

#: Whom an agent was shown last in a conversation (by its digest, since its id may be of any length): "her".
spoken = Table(
    "last_spoken_of",
    metadata,
    Column("actor_id", String(64), primary_key=True),
    Column("conversation", String(64), primary_key=True),
    Column("target_id", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("spoken_by_age", "at"),
)

#: Where a card stands that is no operation's (a choice, a form, the list of what waits, an offered file): what takes its place is an edit
#: of this very message. The conversation is its digest, since its id may be of any length; `card_id` is empty once something else stands
#: there.
posted_cards = Table(
    "posted_cards",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("conversation", String(64), primary_key=True),
    Column("card_id", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("posted_cards_by_age", "at"),
)

#: Personal chats with people, one each: `reader` is an `Actor`, `place` a `ConversationRef`. `at` is when it was seen, to the day.
personal_chats = Table(
    "personal_chats",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("reader", JSON, nullable=False),
    Column("place", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("personal_chats_by_age", "at"),
)

#: Who was asked to agree in their own chat, and where that card is; nothing for operations whose approvers have a channel
#: (`operations.approval_where`). `version` is that of the operation as the card shows it, `refused` the status when Teams refused it.
approval_cards = Table(
    "approval_cards",
    metadata,
    Column("operation_id", String(12), primary_key=True),
    Column("person_id", String(64), primary_key=True),
    Column("reader", JSON, nullable=False),
    Column("place", JSON, nullable=False),
    Column("card_id", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=-1),
    Column("refused", Integer, nullable=False, default=0),
    Column("at", UtcTime, nullable=False),
    Index("approval_cards_by_age", "at"),
)

#: Settings made in chat.
settings = Table("chat_settings", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

#: The log channel's outbox: one row for each finished operation and each notice (see `outbox`), posted in the order of `number`.
log_posts = Table(
    "log_posts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("operation_id", String(12), nullable=False, unique=True),
    Column("delivered", Boolean, nullable=False, default=False),
    Index("log_posts_waiting", "delivered", "number"),
)

#: What the log channel is told beside operations, such as a pause; `log_posts.operation_id` names it.
log_notices = Table(
    "log_notices",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("notice", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
)

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

#: What was found out of step with Entra's audit log and posted, so that it is posted once.
discrepancies = Table(
    "discrepancies",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

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
)

#: Whom the button of a `show` card is about: cards carry the id alone. `at` is when it was last given out, to the day.
references = Table(
    "card_references",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("target_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("upn", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
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
