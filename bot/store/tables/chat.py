"""What is remembered of conversations: turns, choices, cards, chats, settings and what the log channel is told."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text

from bot.store.tables.columns import UtcTime, metadata

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

#: Who was told in full that texts and calls end, and on which day of theirs, such as `2026-11-30`, last.
retirement_told = Table(
    "retirement_told", metadata, Column("actor_id", String(64), primary_key=True), Column("day", String(10), nullable=False)
)

#: Where a card stands that is no operation's (a choice, a form, a person, the list of what waits, an offered file): what takes its place
#: is an edit of this very message. The conversation is its digest, since its id may be of any length; `card_id` is empty once something
#: else stands there.
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

#: The log channel's outbox: one row for each finished operation and each remark (see `outbox`), posted in the order of `number`.
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
