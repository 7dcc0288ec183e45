"""The one way an operation comes to be and moves, whoever moves it; and with every move, in its transaction, what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.domain.audit import AuditEvent
from bot.domain.change import Change
from bot.domain.consequences import Work, Workflow, after
from bot.domain.life import BEGINNINGS, STAYING, TRANSITIONS, State
from bot.domain.limits import NO_LIMITS
from bot.domain.operation import Operation
from bot.domain.rules import Limits
from bot.store import kept_files, limit_counts, outbox, records
from bot.store.ids import fresh_id
from bot.store.tables import operations
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.engine import Enqueue


def start(connection: Connection, enqueue: Enqueue, operation_id: str, works: Iterable[Work]) -> None:
    """Hands work about an operation to the durable engine."""
    for work in works:
        if work.workflow is Workflow.LOG:
            outbox.add(connection, enqueue, operation_id)
        else:
            enqueue(connection, work.workflow.value, operation_id, occasion=work.occasion, delay=work.delay, key=work.key)


class Moves:
    """Moves operations inside the transactions of those who ask for it.

    Args:
        limits: for whoever confirms.
    """

    def __init__(self, enqueue: Enqueue, limits: Limits = NO_LIMITS) -> None:
        self._enqueue = enqueue
        self._limits = limits

    def begin(self, connection: Connection, trail: Trail, verb: str, operation: Operation, event: AuditEvent) -> Operation:
        """Stores a new operation under a fresh id (the one given is ignored), with what the trail says of it.

        Args:
            verb: one of `BEGINNINGS`.
        """
        if operation.state not in BEGINNINGS[verb]:
            raise ValueError(f"{verb} does not lead to {operation.state}")
        stored = records.with_id(operation, fresh_id(connection, trail))
        connection.execute(insert(operations).values(records.row(stored)))
        return self._moved(connection, stored, verb, event.at, trail, records.about(event, stored.id))

    def move(
        self,
        connection: Connection,
        verb: str,
        to: State,
        seen: ColumnElement[bool],
        values: Mapping[str, Any],
        trail: Trail,
        event: AuditEvent,
        *,
        at: datetime | None = None,
        left: tuple[Change, ...] = (),
    ) -> Operation | None:
        """Compare-and-set: one of `TRANSITIONS`, from the states that stand there.

        Args:
            seen: which operation, and what else has to be so.
            values: what else is stored.
            at: when; else when the event was.
            left: the changes that are left of it; empty for all.

        Returns:
            The operation as it now is; None when it is not as it was `seen`.

        Raises:
            ValueError: the verb does not lead there.
        """
        starts, ends = TRANSITIONS[verb]
        if to not in ends:
            raise ValueError(f"{verb} does not lead to {to}")
        at = at or event.at
        moved = {**values, "state": to.value}
        if to.finished:
            moved["finished_at"] = at
        if verb == "confirm":
            moved["confirmed_at"] = at
        operation = self._set(connection, seen, starts, moved)
        if operation is None:
            return None
        if left and left != operation.changes:
            operation = self._reduced(connection, operation, left)
        if operation.bulk and not operation.state.undecided:
            kept_files.forget(connection, operation.id)
        return self._moved(connection, operation, verb, at, trail, event)

    def stay(
        self,
        connection: Connection,
        verb: str,
        seen: ColumnElement[bool],
        values: Mapping[str, Any] | None = None,
        *,
        at: datetime | None = None,
        trail: Trail | None = None,
        event: AuditEvent | None = None,
    ) -> Operation | None:
        """Compare-and-set: one of `STAYING`, a new version of an operation that stays where it is. Takes and returns the same as `move`.

        Args:
            at: when its time began, where one does.
            trail, event: where the trail says something of it.
        """
        operation = self._set(connection, seen, STAYING[verb], values or {})
        return operation and self._moved(connection, operation, verb, event.at if event else at, trail, event)

    def _set(
        self, connection: Connection, seen: ColumnElement[bool], states: Iterable[State], values: Mapping[str, Any]
    ) -> Operation | None:
        as_seen = seen & operations.c.state.in_([state.value for state in states])
        moved = update(operations).where(as_seen).values({**values, "version": operations.c.version + 1})
        found = connection.execute(moved.returning(operations)).first()
        return records.operation(found) if found else None

    def _reduced(self, connection: Connection, operation: Operation, left: tuple[Change, ...]) -> Operation:
        this = operations.c.id == operation.id
        request = connection.execute(select(operations.c.request).where(this)).scalar_one()
        reduced = update(operations).where(this).values(request=records.reduced(request, left))
        return records.operation(connection.execute(reduced.returning(operations)).one())

    def _moved(
        self, connection: Connection, operation: Operation, verb: str, at: datetime | None, trail: Trail | None, event: AuditEvent | None
    ) -> Operation:
        """Whatever moved comes by here: its line in the trail, what limits have to count, and all that follows."""
        if trail and event:
            trail.append(event)
        if verb == "confirm" and at:
            limit_counts.confirmed(connection, self._enqueue, operation, self._limits, at)
        start(connection, self._enqueue, operation.id, after(operation, verb, at, event))
        return operation
