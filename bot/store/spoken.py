"""Whom an agent was shown last in a conversation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.store.ids import conversation_digest
from bot.store.tables import spoken
from bot.store.upsert import Upsert

_remember = Upsert(spoken)


def remember(connection: Connection, actor_id: str, conversation_id: str, target_id: str, at: datetime) -> None:
    """Takes the place of whoever was remembered; an empty id makes that nobody."""
    row = {"actor_id": actor_id, "conversation": conversation_digest(conversation_id), "target_id": target_id, "at": at}
    _remember(connection, row)


def last(connection: Connection, actor_id: str, conversation_id: str, since: datetime) -> str:
    """The object id of the person, or empty."""
    here = (spoken.c.actor_id == actor_id) & (spoken.c.conversation == conversation_digest(conversation_id)) & (spoken.c.at > since)
    return connection.execute(select(spoken.c.target_id).where(here)).scalar() or ""


def forget(connection: Connection, before: datetime) -> None:
    """Removes what is too old to serve."""
    connection.execute(delete(spoken).where(spoken.c.at < before))
