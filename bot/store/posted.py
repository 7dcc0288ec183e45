"""Where cards stand that are no operation's: choices, forms, lists and offered files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.ids import conversation_digest
from bot.store.tables import posted_cards


def _upsert(dialect: Any) -> Any:
    posted = dialect.insert(posted_cards)
    latest = {"card_id": posted.excluded.card_id, "at": posted.excluded.at}
    return posted.on_conflict_do_update(index_elements=["name", "conversation"], set_=latest)


_REMEMBER: dict[str, Any] = {"postgresql": _upsert(postgresql), "sqlite": _upsert(sqlite)}


def remember(connection: Connection, name: str, conversation_id: str, card_id: str, at: datetime) -> None:
    """Takes the place of where that card stood before; an empty id makes that nowhere."""
    given = {"name": name, "conversation": conversation_digest(conversation_id), "card_id": card_id, "at": at}
    connection.execute(_REMEMBER[connection.dialect.name], given)


def card(connection: Connection, name: str, conversation_id: str) -> str:
    """The activity id, or empty."""
    here = (posted_cards.c.name == name) & (posted_cards.c.conversation == conversation_digest(conversation_id))
    return connection.execute(select(posted_cards.c.card_id).where(here)).scalar() or ""


def forget(connection: Connection, before: datetime) -> None:
    """Removes what is too old to serve."""
    connection.execute(delete(posted_cards).where(posted_cards.c.at < before))
