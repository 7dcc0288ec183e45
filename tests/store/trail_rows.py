"""The stored trail by hand: written, read and tampered with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy

from bot.domain.audit import AuditEvent, Tag
from bot.domain.chain import Fault
from bot.domain.conversations import ConversationRef
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.store.trail import Trail
from bot.store.trail_reader import TrailReader

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def event(n: int = 0, at: datetime = NOW, operation_id: str = "7QXF") -> AuditEvent:
    facts = {"text": f"set mobile {n} é", "state": None, "request_ids": ["8c1e"]}
    return AuditEvent(Tag.CHAT_COMMAND_ASKED, at, "hanna", "Hanna Visser", operation_id, "alice", facts)


def operation(n: int) -> Operation:
    return Operation(
        id="", command="set-phone", text="", requester=Actor(f"agent-{n % 3}", "Hanna", "tenant"), changes=(),
        target=Person(id=f"person-{n % 4}", name="Alice", upn="alice@fabrikam.example"),
        conversation=ConversationRef("https://smba", "chat", "personal"), created_at=NOW, expires_at=NOW + timedelta(minutes=10),
    )  # fmt: skip


def append(database: sqlalchemy.Engine, *events: AuditEvent) -> None:
    with database.begin() as connection:
        trail = Trail(connection)
        for one in events:
            trail.append(one)
        trail.store()


def change(database: sqlalchemy.Engine, statement: str, **values: Any) -> None:
    with database.begin() as connection:
        assert connection.execute(sqlalchemy.text(statement), values).rowcount >= 1


def rows(database: sqlalchemy.Engine) -> list[dict[str, Any]]:
    with database.connect() as connection:
        return [dict(row) for row in connection.execute(sqlalchemy.text("SELECT * FROM audit_events ORDER BY number")).mappings()]


def put(database: sqlalchemy.Engine, row: dict[str, Any]) -> None:
    change(database, f"INSERT INTO audit_events ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", **row)


def found(database: sqlalchemy.Engine) -> tuple[int, Fault] | None:
    broken = TrailReader(database).verify().broken
    return (broken.number, broken.fault) if broken else None
