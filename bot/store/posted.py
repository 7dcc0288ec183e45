"""Where cards stand that are no operation's: choices, forms, lists and offered files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.store.ids import conversation_digest
from bot.store.tables import posted_cards
from bot.store.upsert import Upsert

_remember = Upsert(posted_cards)


def remember(connection: Connection, name: str, conversation_id: str, card_id: str, at: datetime) -> None:
    """Takes the place of where that card stood before; an empty id makes that nowhere."""
    _remember(connection, {"name": name, "conversation": conversation_digest(conversation_id), "card_id": card_id, "at": at})


def card(connection: Connection, name: str, conversation_id: str) -> str:
    """The activity id, or empty."""
    here = (posted_cards.c.name == name) & (posted_cards.c.conversation == conversation_digest(conversation_id))
    return connection.execute(select(posted_cards.c.card_id).where(here)).scalar() or ""


def forget(connection: Connection, before: datetime) -> None:
    """Removes what is too old to serve."""
    connection.execute(delete(posted_cards).where(posted_cards.c.at < before))
