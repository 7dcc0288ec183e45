"""Our own memory: operations, the audit trail, and what waits. Implements `ports.Operations`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.audit import AuditEvent, Tag
from bot.domain.exchange import LogNotice
from bot.domain.operation import TRANSITIONS, Approval, Operation, State, new_id
from bot.domain.people import Person
from bot.errors import StoreUnavailable
from bot.store import approvals, outbox, records
from bot.store.tables import audit_events, choices, deliveries, log_posts, metadata, operations, settings
from bot.store.trail import Trail, remove_older
from bot.store.transactions import Transactions

#: Teams redelivers within a minute or so; a day is generous and keeps the table small.
DELIVERIES_KEPT = timedelta(days=1)
CHOICES_KEPT = timedelta(hours=1)


#: No turn lasts longer, so what another process took in before that and has not answered was left by its death.
TURN_OVER = timedelta(seconds=12)


def _take_in(dialect: Any) -> Any:
    taken = dialect.insert(deliveries)
    left_behind = ~deliveries.c.answered & (deliveries.c.taken_by != taken.excluded.taken_by) & (deliveries.c.at < bindparam("over"))
    again = {"taken_by": taken.excluded.taken_by, "at": taken.excluded.at}
    return taken.on_conflict_do_update(index_elements=["key"], set_=again, where=left_behind).returning(deliveries.c.key)


#: The statements of every turn, built once: building one costs more than running it.
_TAKE_IN: dict[str, Any] = {"postgresql": _take_in(postgresql), "sqlite": _take_in(sqlite)}
_ANSWERED = update(deliveries).where(deliveries.c.key == bindparam("taken")).values(answered=True)


class Enqueue(Protocol):
    """Hands a workflow to the durable engine inside the caller's transaction."""

    def __call__(
        self, connection: Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = ""
    ) -> None: ...


def create_tables(engine: Engine) -> None:
    """Makes whatever tables are missing; replicas that start together take turns.

    Raises:
        StoreUnavailable: the database cannot be opened; the text is for whoever starts the bot.
    """
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(8200)"))
            metadata.create_all(connection)
    except SQLAlchemyError as error:
        where = engine.url.render_as_string(hide_password=True)
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreUnavailable(f"DATABASE_URL: {where} cannot be used ({said}). Check that it exists and may be written to.") from error


class StoredOperations:
    """`ports.Operations` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue) -> None:
        self._transactions = transactions
        self._enqueue = enqueue
        self._me = str(uuid.uuid4())  # this life of this process

    async def first_delivery(self, key: str, at: datetime) -> bool:
        def work(connection: Connection) -> bool:
            given = {"key": key, "at": at, "taken_by": self._me, "answered": False, "over": at - TURN_OVER}
            return connection.execute(_TAKE_IN[connection.dialect.name], given).first() is not None

        return await self._transactions.write(work)

    async def answered(self, key: str) -> None:
        await self._transactions.write(lambda connection: connection.execute(_ANSWERED, {"taken": key}))

    async def record(self, event: AuditEvent) -> None:
        await self._transactions.record(lambda _, trail: trail.append(event))

    async def propose(self, operation: Operation, event: AuditEvent) -> Operation:
        def work(connection: Connection, trail: Trail) -> Operation:
            def taken(candidate: str) -> bool:
                return connection.execute(select(operations.c.id).where(operations.c.id == candidate)).first() is not None

            stored = records.with_id(operation, new_id(taken))
            connection.execute(insert(operations).values(records.row(stored)))
            trail.append(records.about(event, stored.id))
            self._enqueue(connection, "expire", stored.id, delay=(stored.expires_at - stored.created_at).total_seconds())
            return stored

        return await self._transactions.record(work)

    async def get(self, operation_id: str) -> Operation | None:
        def work(connection: Connection) -> Operation | None:
            found = connection.execute(select(operations).where(operations.c.id == operation_id)).first()
            return records.operation(found) if found else None

        return await self._transactions.read(work)

    async def set_card(self, operation_id: str, card_id: str) -> None:
        await self._transactions.write(
            lambda connection: connection.execute(update(operations).where(operations.c.id == operation_id).values(card_id=card_id))
        )

    async def move(
        self,
        operation_id: str,
        verb: str,
        to: State,
        event: AuditEvent,
        *,
        at: datetime,
        outcome: str = "",
        decided_by: str = "",
        request_ids: tuple[str, ...] = (),
        in_time: bool = False,
        expires_at: datetime | None = None,
    ) -> Operation | None:
        allowed_from, allowed_to = TRANSITIONS[verb]
        if to not in allowed_to:
            raise ValueError(f"{verb} does not lead to {to}")
        values: dict[str, Any] = {"state": to.value, "version": operations.c.version + 1}
        if outcome:
            values["outcome"] = outcome
        if decided_by:
            values["decided_by"] = decided_by
        if request_ids:
            values["request_ids"] = list(request_ids)
        if to.finished:
            values["finished_at"] = at
        if expires_at:
            values["expires_at"] = expires_at

        def work(connection: Connection, trail: Trail) -> Operation | None:
            condition = (operations.c.id == operation_id) & operations.c.state.in_([state.value for state in allowed_from])
            if in_time:
                condition &= operations.c.expires_at > at
            if verb == "expire":  # a confirmation may have put it off meanwhile
                condition &= operations.c.expires_at <= at
            moved = connection.execute(update(operations).where(condition).values(values).returning(operations)).first()
            if moved is None:
                return None
            operation = records.operation(moved)
            trail.append(event)
            if operation.state is State.QUEUED:
                self._enqueue(connection, "execute", operation.id, key=operation.target.id)
            if operation.state.finished or operation.need.approvals:
                approvals.announce(connection, self._enqueue, operation)
            approvals.follow(connection, self._enqueue, operation, verb, event)
            if verb == "finish":
                outbox.add(connection, self._enqueue, operation.id)
            return operation

        return await self._transactions.record(work)

    async def approve(self, operation_id: str, approval: Approval, event: AuditEvent) -> Operation | None:
        def work(connection: Connection, trail: Trail) -> Operation | None:
            return approvals.approve(connection, trail, self._enqueue, operation_id, approval, event)

        return await self._transactions.record(work)

    async def renew_target(self, seen: Operation, target: Person, warning: str) -> Operation | None:
        return await self._transactions.write(lambda connection: approvals.renew_target(connection, self._enqueue, seen, target, warning))

    async def set_approval_card(self, operation_id: str, card_id: str) -> None:
        card = update(operations).where(operations.c.id == operation_id).values(approval_card_id=card_id)
        await self._transactions.write(lambda connection: connection.execute(card))

    async def awaiting_approval(self, now: datetime) -> tuple[Operation, ...]:
        return await self._transactions.read(lambda connection: approvals.awaiting(connection, now))

    async def events(self, *, operation_id: str = "", target_id: str = "", actor_id: str = "", limit: int = 20) -> tuple[AuditEvent, ...]:
        query = select(audit_events).order_by(audit_events.c.number.desc()).limit(limit)
        if operation_id:
            query = query.where(audit_events.c.operation_id == operation_id)
        if target_id:
            query = query.where(audit_events.c.target_id == target_id)
        if actor_id:
            asked_for = select(operations.c.id).where(operations.c.requester_id == actor_id)
            query = query.where((audit_events.c.actor_id == actor_id) | audit_events.c.operation_id.in_(asked_for))

        def work(connection: Connection) -> tuple[AuditEvent, ...]:
            return tuple(_event(found) for found in connection.execute(query))

        return await self._transactions.read(work)

    async def remember_choice(self, actor_id: str, text: str, candidates: Sequence[str], at: datetime, choice_id: str = "") -> str:
        choice_id = choice_id or new_id(length=8)

        def work(connection: Connection) -> str:
            connection.execute(delete(choices).where(choices.c.at < at - CHOICES_KEPT))
            connection.execute(insert(choices).values(id=choice_id, actor_id=actor_id, text=text, candidates=list(candidates), at=at))
            return choice_id

        return await self._transactions.write(work)

    async def take_choice(self, choice_id: str, actor_id: str) -> tuple[str, tuple[str, ...]] | None:
        def work(connection: Connection) -> tuple[str, tuple[str, ...]] | None:
            mine = (choices.c.id == choice_id) & (choices.c.actor_id == actor_id)
            taken = connection.execute(delete(choices).where(mine).returning(choices)).first()
            return (taken.text, tuple(taken.candidates)) if taken else None

        return await self._transactions.write(work)

    async def setting(self, name: str) -> str:
        def work(connection: Connection) -> str:
            return connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar() or ""

        return await self._transactions.read(work)

    async def set_setting(self, name: str, value: str, event: AuditEvent) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            connection.execute(delete(settings).where(settings.c.name == name))
            connection.execute(insert(settings).values(name=name, value=value))
            trail.append(event)

        await self._transactions.record(work)

    async def undelivered_log_posts(self, limit: int = 50) -> tuple[tuple[int, Operation | LogNotice], ...]:
        return await self._transactions.read(lambda connection: outbox.read(connection, limit))

    async def log_post_delivered(self, number: int, event: AuditEvent) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            connection.execute(update(log_posts).where(log_posts.c.number == number).values(delivered=True))
            trail.append(event)

        await self._transactions.record(work)

    async def purge(self, now: datetime, audit_days: int = 0) -> None:
        """Forgets what no longer serves: old delivery keys, and events older than `audit_days` (0 keeps them all)."""
        await self._transactions.write(
            lambda connection: connection.execute(delete(deliveries).where(deliveries.c.at < now - DELIVERIES_KEPT))
        )
        if audit_days:
            while await self._transactions.record(lambda connection, trail: remove_older(connection, trail, now, audit_days)):
                pass

    async def ready(self) -> None:
        """One cheap read; raises StoreUnavailable."""
        await self._transactions.read(lambda connection: connection.execute(select(settings.c.name).limit(1)).first())


def _event(found: Row[Any]) -> AuditEvent:
    facts = json.loads(found.facts)
    return AuditEvent(Tag(found.tag), found.at, found.actor_id, found.actor_name, found.operation_id, found.target_id, facts)
