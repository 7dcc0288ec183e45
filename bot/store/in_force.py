"""What is in force for everybody until somebody ends it, a row each: the pause and the threat level."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from bot.domain.stop import Pause, Stop, Threat
from bot.store.prepared import Prepared
from bot.store.tables import settings

_PAUSE, _THREAT = "pause", "threat"
_MOMENTS = ("since", "until", "word_at")
_READ = Prepared(select(settings.c.name, settings.c.value).where(settings.c.name.in_((_PAUSE, _THREAT))))


def read(connection: Connection, now: datetime) -> Stop:
    """What is in force at this moment, of nobody in particular; a threat level whose time is over is not in it."""
    rows = _rows(connection)
    threat = _threat(rows)
    return Stop(_pause(rows), threat=threat if threat and threat.until > now else None)


def pause(connection: Connection) -> Pause | None:
    """The pause that holds."""
    return _pause(_rows(connection))


def over(connection: Connection, now: datetime) -> Threat | None:
    """The threat level whose time is over, and that nobody has ended yet."""
    threat = _threat(_rows(connection))
    return threat if threat and threat.until <= now else None


def set_pause(connection: Connection, pause: Pause | None) -> None:
    """Keeps a pause, or none."""
    _set(connection, _PAUSE, pause)


def set_threat(connection: Connection, threat: Threat | None) -> None:
    """Keeps a high threat level, or a normal one."""
    _set(connection, _THREAT, threat)


def _set(connection: Connection, name: str, value: Pause | Threat | None) -> None:
    connection.execute(delete(settings).where(settings.c.name == name))
    if value is not None:
        kept = {key: one.isoformat() if isinstance(one, datetime) else one for key, one in asdict(value).items()}
        connection.execute(insert(settings).values(name=name, value=json.dumps(kept)))


def _rows(connection: Connection) -> dict[str, dict[str, Any]]:
    rows = {found.name: json.loads(found.value) for found in _READ(connection)}
    return {name: row | {key: datetime.fromisoformat(row[key]) for key in _MOMENTS if row.get(key)} for name, row in rows.items()}


def _pause(rows: dict[str, dict[str, Any]]) -> Pause | None:
    return Pause(**rows[_PAUSE]) if _PAUSE in rows else None


def _threat(rows: dict[str, dict[str, Any]]) -> Threat | None:
    return Threat(**rows[_THREAT]) if _THREAT in rows else None
