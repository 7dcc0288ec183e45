"""The one way an operation comes to be and moves, whoever moves it; and with every move, in its transaction, what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.domain.audit import AuditEvent
from bot.domain.change import Change
from bot.domain.consequences import Work, Workflow, after
from bot.domain.life import BEGINNINGS, STAYING, TRANSITIONS, State
from bot.domain.notice_rules import NO_NOTICES, NoticeRules
from bot.domain.operation import Operation
from bot.store import kept_files, notices, outbox, records
from bot.store.ids import fresh_id
from bot.store.prepared import Prepared
from bot.store.proofs_asked import withdraw_asked
from bot.store.tables import operations
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.engine import Enqueue


def start(connection: Connection, enqueue: Enqueue, operation_id: str, works: Iterable[Work]) -> None:
    """Hands work about an operation to the durable engine."""
    for work in works:
        enqueue(connection, work.workflow.value, operation_id, occasion=work.occasion, delay=work.delay, key=work.key)


class Seen(NamedTuple):
    """Which operation somebody saw, and what else has to be so for it to move.

    Attributes:
        version: it is still this one.
        in_time: its time is not over at this moment; it may have been put off meanwhile.
        over: its time is over at this moment.
    """

    id: str
    version: int | None = None
    in_time: datetime | None = None
    over: datetime | None = None


_DEMANDS = {
    "seen_id": operations.c.id == bindparam("seen_id"),
    "seen_version": operations.c.version == bindparam("seen_version"),
    "seen_in_time": operations.c.expires_at > bindparam("seen_in_time"),
    "seen_over": operations.c.expires_at <= bindparam("seen_over"),
}


@cache
def _compare_and_set(states: frozenset[State], demands: tuple[str, ...]) -> Prepared:
    """Built once for every kind of move: building it costs more than running it."""
    as_seen = (_DEMANDS[demand] for demand in demands)
    moving = update(operations).where(operations.c.state.in_([state.value for state in states]), *as_seen)
    return Prepared(moving.values(version=operations.c.version + 1).returning(operations))


_BEGIN = Prepared(insert(operations))
#: What ends an operation whose caller somebody may just be asked about.
_NOT_PROVED_ANY_MORE = ("cancel", "expire", "withdraw", "confirm")


class Moves:
    """Moves operations inside the transactions of those who ask for it.

    Args:
        rules: who is told of a change.
    """

    def __init__(self, enqueue: Enqueue, rules: NoticeRules = NO_NOTICES) -> None:
        self._enqueue = enqueue
        self._rules = rules

    def begin(self, connection: Connection, trail: Trail, verb: str, operation: Operation, event: AuditEvent) -> Operation:
        """Stores a new operation under a fresh id (the one given is ignored), with what the trail says of it.

        Args:
            verb: one of `BEGINNINGS`.
        """
        if operation.state not in BEGINNINGS[verb]:
            raise ValueError(f"{verb} does not lead to {operation.state}")
        stored = records.with_id(operation, fresh_id(connection, trail))
        _BEGIN(connection, records.row(stored))
        return self._moved(connection, stored, verb, event.at, trail, records.about(event, stored.id))

    def move(
        self,
        connection: Connection,
        verb: str,
        to: State,
        seen: Seen,
        values: Mapping[str, Any],
        trail: Trail,
        event: AuditEvent,
        *,
        at: datetime | None = None,
        left: tuple[Change, ...] = (),
    ) -> Operation | None:
        """Compare-and-set: one of `TRANSITIONS`, from the states that stand there.

        Args:
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
        seen: Seen,
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

    def _set(self, connection: Connection, seen: Seen, states: frozenset[State], values: Mapping[str, Any]) -> Operation | None:
        demanded = {f"seen_{name}": value for name, value in seen._asdict().items() if value is not None}
        found = _compare_and_set(states, tuple(demanded))(connection, {**values, **demanded}).first()
        return records.operation(found) if found else None

    def _reduced(self, connection: Connection, operation: Operation, left: tuple[Change, ...]) -> Operation:
        this = operations.c.id == operation.id
        request = connection.execute(select(operations.c.request).where(this)).scalar_one()
        reduced = update(operations).where(this).values(request=records.reduced(request, left))
        return records.operation(connection.execute(reduced.returning(operations)).one())

    def _moved(
        self, connection: Connection, operation: Operation, verb: str, at: datetime | None, trail: Trail | None, event: AuditEvent | None
    ) -> Operation:
        """Whatever moved comes by here: its line in the trail, and all that follows."""
        if trail and event:
            trail.append(event)
            if verb in _NOT_PROVED_ANY_MORE and operation.provable:
                withdraw_asked(connection, trail, self._enqueue, operation.id, event.at)
        for work in after(operation, verb, at, event):
            match work.workflow:
                case Workflow.LOG:
                    outbox.add(connection, self._enqueue, operation.id)
                case Workflow.NOTIFY:
                    notices.begin(connection, self._enqueue, operation, self._rules, at or operation.created_at)
                case _:
                    start(connection, self._enqueue, operation.id, [work])
        return operation
