"""Whom an agent was shown last in a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.ids import conversation_digest
from bot.store.tables import spoken


def _upsert(dialect: Any) -> Any:
    said = dialect.insert(spoken)
    latest = {"target_id": said.excluded.target_id, "at": said.excluded.at}
    return said.on_conflict_do_update(index_elements=["actor_id", "conversation"], set_=latest)


_REMEMBER: dict[str, Any] = {"postgresql": _upsert(postgresql), "sqlite": _upsert(sqlite)}


def remember(connection: Connection, actor_id: str, conversation_id: str, target_id: str, at: datetime) -> None:
    """Takes the place of whoever was remembered; an empty id makes that nobody."""
    given = {"actor_id": actor_id, "conversation": conversation_digest(conversation_id), "target_id": target_id, "at": at}
    connection.execute(_REMEMBER[connection.dialect.name], given)


def last(connection: Connection, actor_id: str, conversation_id: str, since: datetime) -> str:
    """The object id of the person, or empty."""
    here = (spoken.c.actor_id == actor_id) & (spoken.c.conversation == conversation_digest(conversation_id)) & (spoken.c.at > since)
    return connection.execute(select(spoken.c.target_id).where(here)).scalar() or ""


def forget(connection: Connection, before: datetime) -> None:
    """Removes what is too old to serve."""
    connection.execute(delete(spoken).where(spoken.c.at < before))
