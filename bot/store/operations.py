"""Our own memory: operations, the audit trail, and what waits. Implements `ports.Operations`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change
from bot.domain.incoming import FORM_MARK
from bot.domain.life import TRANSITIONS, State, new_id
from bot.domain.limits import NO_LIMITS
from bot.domain.notices import LogNotice
from bot.domain.operation import Approval, Operation, Result
from bot.domain.people import Person
from bot.domain.policy import Decision
from bot.domain.reconcile import Known
from bot.domain.registered import Made
from bot.domain.rules import Limits
from bot.domain.said import to_column
from bot.errors import Refusal
from bot.store import alarms, approvals, executions, follow_ups, housekeeping, kept_files, outbox, past, posted, records, spoken, usages
from bot.store.ids import fresh_id
from bot.store.tables import audit_events, choices, deliveries, log_posts, operations, settings
from bot.store.trail import Trail, remove_older
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

#: No turn lasts longer, so what another process took in before that and has not answered was left by its death.
TURN_OVER = timedelta(seconds=12)
#: Seconds in which the answer to a press has reached the client.
ANSWER_IS_OUT = 3.0


def _take_in(dialect: Any, *, repeatable: bool) -> Any:
    taken = dialect.insert(deliveries)
    left_behind = ~deliveries.c.answered & (deliveries.c.taken_by != taken.excluded.taken_by) & (deliveries.c.at < bindparam("over"))
    again = {"taken_by": taken.excluded.taken_by, "at": taken.excluded.at}
    free = left_behind | (deliveries.c.at < bindparam("long_ago")) if repeatable else left_behind
    return taken.on_conflict_do_update(index_elements=["key"], set_=again, where=free).returning(deliveries.c.key)


#: The statements of every turn, built once: building one costs more than running it.
_TAKE_IN: dict[str, Any] = {name: _take_in(dialect, repeatable=False) for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))}
_PRESSED: dict[str, Any] = {name: _take_in(dialect, repeatable=True) for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))}
_ANSWERED = update(deliveries).where(deliveries.c.key == bindparam("taken")).values(answered=True)




class StoredOperations:
    """`ports.Operations` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue, limits: Limits = NO_LIMITS) -> None:
        self._transactions = transactions
        self._enqueue = enqueue
        self._limits = limits
        self._me = str(uuid.uuid4())  # this life of this process

    async def first_delivery(self, key: str, at: datetime) -> bool:
        def work(connection: Connection) -> bool:
            given = {"key": key, "at": at, "taken_by": self._me, "answered": False, "over": at - TURN_OVER}
            return connection.execute(_TAKE_IN[connection.dialect.name], given).first() is not None

        return await self._transactions.write(work)

    async def first_press(self, key: str, at: datetime, within: timedelta) -> bool:
        def work(connection: Connection) -> bool:
            given = {"key": key, "at": at, "taken_by": self._me, "answered": False, "over": at - TURN_OVER, "long_ago": at - within}
            return connection.execute(_PRESSED[connection.dialect.name], given).first() is not None

        return await self._transactions.write(work)

    async def came_to_nothing(self, key: str) -> None:
        await self._transactions.write(lambda connection: connection.execute(delete(deliveries).where(deliveries.c.key == key)))

    async def answered(self, keys: Sequence[str]) -> None:
        taken = [{"taken": key} for key in keys]
        await self._transactions.write(lambda connection: connection.execute(_ANSWERED, taken))

    async def shown_again(self, operation: Operation) -> None:
        def work(connection: Connection) -> None:
            occasion = f"{operation.version}-shown-again"
            self._enqueue(connection, "announce", operation.id, occasion=occasion, delay=ANSWER_IS_OUT, key=operation.id)

        await self._transactions.write(work)

    async def record(self, event: AuditEvent) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            trail.append(event)
            alarms.after_refusal(connection, self._enqueue, trail, event, self._limits)

        await self._transactions.record(work)

    async def record_refusal(self, event: AuditEvent) -> str:
        def work(connection: Connection, trail: Trail) -> str:
            noted = records.about(event, fresh_id(connection, trail))
            trail.append(noted)
            alarms.after_refusal(connection, self._enqueue, trail, noted, self._limits)
            return noted.operation_id

        return await self._transactions.record(work)

    async def propose(self, operation: Operation, event: AuditEvent) -> Operation:
        def work(connection: Connection, trail: Trail) -> Operation:
            stored = records.with_id(operation, fresh_id(connection, trail))
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
        results: tuple[Result, ...] = (),
        in_time: bool = False,
        expires_at: datetime | None = None,
        revealed_at: datetime | None = None,
        changes: tuple[Change, ...] = (),
        successor: tuple[Operation, AuditEvent] | None = None,
        version: int | None = None,
    ) -> Operation | None:
        allowed_from, allowed_to = TRANSITIONS[verb]
        if to not in allowed_to:
            raise ValueError(f"{verb} does not lead to {to}")
        values: dict[str, Any] = {"state": to.value, "version": operations.c.version + 1}
        if outcome:
            values["outcome"] = to_column(outcome)
        if decided_by:
            values["decided_by"] = decided_by
        if request_ids:
            values["request_ids"] = list(request_ids)
        if results:
            values["results"] = [records.result_row(result) for result in results]
        if to.finished:
            values["finished_at"] = at
        if verb == "confirm":
            values["confirmed_at"] = at
        if expires_at:
            values["expires_at"] = expires_at
        if revealed_at:
            values["revealed_at"] = revealed_at

        def work(connection: Connection, trail: Trail) -> Operation | Decision | None:
            if verb == "confirm" and (limit := usages.refusal(connection, operation_id, self._limits, at)):
                return limit
            condition = (operations.c.id == operation_id) & operations.c.state.in_([state.value for state in allowed_from])
            condition &= _as_seen(at, version, in_time=in_time, over=verb in ("expire", "lose"))
            moved = connection.execute(update(operations).where(condition).values(values).returning(operations)).first()
            if moved is None:
                return None
            operation = records.operation(moved)
            if changes and changes != operation.changes:
                reduced = update(operations).where(operations.c.id == operation_id).values(request=records.reduced(moved.request, changes))
                operation = records.operation(connection.execute(reduced.returning(operations)).one())
            trail.append(event)
            if operation.bulk and not operation.state.undecided:
                kept_files.forget(connection, operation.id)
            if verb == "confirm":
                usages.confirmed(connection, self._enqueue, operation, self._limits, at)
            if operation.state is State.QUEUED and not operation.bulk:  # crews look for bulk jobs themselves
                self._enqueue(connection, "execute", operation.id, key=operation.target.id)
            if approvals.to_be_shown(operation, verb):
                approvals.announce(connection, self._enqueue, operation)
            approvals.follow(connection, self._enqueue, operation, verb, event)
            if verb in ("finish", "lose", "stop"):
                outbox.add(connection, self._enqueue, operation.id)
                follow_ups.schedule(connection, self._enqueue, operation, at)
            if successor:
                follow_ups.begin(connection, trail, self._enqueue, *successor)
            return operation

        found = await self._transactions.record(work)
        if isinstance(found, Decision):
            raise Refusal(found.text, found.hint, code=found.reason.value)
        return found

    async def recovery_closed(self, operation_id: str) -> bool:
        return await self._transactions.read(lambda connection: follow_ups.closed(connection, operation_id))

    async def close_recovery(self, event: AuditEvent, successor: tuple[Operation, AuditEvent] | None) -> bool:
        def work(connection: Connection, trail: Trail) -> bool:
            return follow_ups.close(connection, trail, self._enqueue, event, successor)

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

    async def changes_of(self, target_id: str, limit: int) -> tuple[Operation, ...]:
        return await self._transactions.read(lambda connection: past.changes_of(connection, target_id, limit))

    async def made_to(self, target_id: str, since: datetime) -> tuple[Made, ...]:
        return await self._transactions.read(lambda connection: past.made_to(connection, target_id, since))

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

    async def event_count(self, operation_id: str) -> int:
        query = select(func.count()).where(audit_events.c.operation_id == operation_id)
        return await self._transactions.read(lambda connection: connection.execute(query).scalar_one())

    async def known(self, text: str) -> tuple[Person, ...]:
        return await self._transactions.read(lambda connection: past.known(connection, text))
    async def executions(self, since: datetime) -> Known:
        return await self._transactions.read(lambda connection: executions.read(connection, since))

    async def remember_choice(self, actor_id: str, text: str, candidates: Sequence[str], at: datetime, choice_id: str = "") -> str:
        choice_id = choice_id or new_id(length=8)

        def work(connection: Connection) -> str:
            connection.execute(insert(choices).values(id=choice_id, actor_id=actor_id, text=text, candidates=list(candidates), at=at))
            return choice_id

        return await self._transactions.write(work)

    async def take_choice(
        self, choice_id: str, actor_id: str, at: datetime, *, form: bool = False
    ) -> tuple[str, tuple[str, ...]] | None:
        def work(connection: Connection) -> tuple[str, tuple[str, ...]] | None:
            mine = (choices.c.id == choice_id) & (choices.c.actor_id == actor_id) & (choices.c.at > at - housekeeping.CHOICES_KEPT)
            is_form = choices.c.text.startswith(FORM_MARK)
            taken = connection.execute(delete(choices).where(mine & (is_form if form else ~is_form)).returning(choices)).first()
            return (taken.text, tuple(taken.candidates)) if taken else None

        return await self._transactions.write(work)

    async def forget_choices(self, now: datetime) -> None:
        """Removes the choices and forms whose hour is over; raises StoreUnavailable."""
        await self._transactions.write(lambda connection: housekeeping.forget_choices(connection, now))

    async def speak_of(self, actor_id: str, conversation_id: str, target_id: str, at: datetime) -> None:
        await self._transactions.write(lambda connection: spoken.remember(connection, actor_id, conversation_id, target_id, at))

    async def spoken_of(self, actor_id: str, conversation_id: str, since: datetime) -> str:
        return await self._transactions.read(lambda connection: spoken.last(connection, actor_id, conversation_id, since))

    async def set_posted_card(self, name: str, conversation_id: str, card_id: str, at: datetime) -> None:
        await self._transactions.write(lambda connection: posted.remember(connection, name, conversation_id, card_id, at))

    async def posted_card(self, name: str, conversation_id: str) -> str:
        return await self._transactions.read(lambda connection: posted.card(connection, name, conversation_id))

    async def setting(self, name: str) -> str:
        def work(connection: Connection) -> str:
            return connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar() or ""

        return await self._transactions.read(work)

    async def set_setting(self, name: str, value: str, event: AuditEvent) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            connection.execute(delete(settings).where(settings.c.name == name))
            connection.execute(insert(settings).values(name=name, value=value))
            trail.append(event)
            if event.tag is Tag.CHAT_LOG_CHANNEL_SET:  # what has waited for a log channel can be posted now
                self._enqueue(connection, "log", new_id(length=10))

        await self._transactions.record(work)

    async def undelivered_log_posts(self, limit: int = 50) -> tuple[tuple[int, Operation | LogNotice], ...]:
        return await self._transactions.read(lambda connection: outbox.read(connection, limit))

    async def log_post_delivered(self, number: int, event: AuditEvent) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            connection.execute(update(log_posts).where(log_posts.c.number == number).values(delivered=True))
            trail.append(event)

        await self._transactions.record(work)

    async def purge(self, now: datetime, audit_days: int = 0, numbers_days: int = 0) -> None:
        """Forgets what no longer serves, the numbers of operations finished for `numbers_days`, and events older than `audit_days`.

        With 0 days numbers and events are kept for ever.
        """
        await self._transactions.write(lambda connection: housekeeping.forget(connection, now, numbers_days))
        while numbers_days and await self._transactions.write(lambda connection: housekeeping.mask_numbers(connection, now, numbers_days)):
            pass
        if audit_days:
            while await self._transactions.record(lambda connection, trail: remove_older(connection, trail, now, audit_days)):
                pass

    async def ready(self) -> None:
        """One cheap read; raises StoreUnavailable."""
        await self._transactions.read(lambda connection: connection.execute(select(settings.c.name).limit(1)).first())


def _event(found: Row[Any]) -> AuditEvent:
    facts = json.loads(found.facts)
    return AuditEvent(Tag(found.tag), found.at, found.actor_id, found.actor_name, found.operation_id, found.target_id, facts)


def _as_seen(at: datetime, version: int | None, *, in_time: bool, over: bool) -> ColumnElement[bool]:
    """Whether an operation is the one that somebody saw, and its time is not over, or is: it may have been put off meanwhile."""
    condition = true() if version is None else operations.c.version == version
    if in_time:
        condition &= operations.c.expires_at > at
    return condition & (operations.c.expires_at <= at) if over else condition
