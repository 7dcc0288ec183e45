"""Our own memory: operations, the audit trail, and what waits. Implements `ports.Operations`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from bot.domain import consequences
from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change
from bot.domain.high import High
from bot.domain.life import REVEAL_FOR, State
from bot.domain.limits import NO_LIMITS
from bot.domain.notice_rules import NO_NOTICES, NoticeRules
from bot.domain.operation import Approval, Operation, Result
from bot.domain.people import Person
from bot.domain.policy import Decision
from bot.domain.proving import FAILED_WITHIN, Settled, Terms, next_step, settle
from bot.domain.reconcile import Known
from bot.domain.registered import Made
from bot.domain.remarks import LogNote
from bot.domain.rules import Limits
from bot.domain.said import to_column
from bot.domain.threat import tightened_limits
from bot.errors import Refusal
from bot.store import alarms, bulk_read, executions, housekeeping, in_force, limit_counts, moves, outbox, past, records
from bot.store.deliveries import StoredDeliveries
from bot.store.ids import fresh_id
from bot.store.memory import StoredMemory
from bot.store.prepared import Prepared
from bot.store.proofs_asked import proofs_of
from bot.store.tables import audit_events, log_posts, operations, settings
from bot.store.trail import Trail, remove_older
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

#: More operations than this are never read at once.
MOST_AWAITING = 500

# Built once, because they are part of every change: building a statement costs more than running it.
_THIS = operations.c.id == bindparam("operation")
_GET = Prepared(select(operations).where(_THIS))
_PROPOSED = Prepared(select(operations).where(_THIS, operations.c.state == State.PROPOSED.value))
_GET_LOCKED = Prepared(select(operations).where(_THIS).with_for_update())
_UPDATE = Prepared(update(operations).where(_THIS))
_DELIVERED = Prepared(update(log_posts).where(log_posts.c.number == bindparam("post")).values(delivered=True))


class StoredOperations(StoredDeliveries, StoredMemory):
    """`ports.Operations` on SQLAlchemy Core; what was taken in and what is remembered stands by itself."""

    def __init__(
        self,
        transactions: Transactions,
        enqueue: Enqueue,
        limits: Limits = NO_LIMITS,
        rules: NoticeRules = NO_NOTICES,
        high: High | None = None,
    ) -> None:
        StoredDeliveries.__init__(self, transactions)
        StoredMemory.__init__(self, transactions, enqueue)
        self._limits = limits
        self._high = high or High()
        self._moves = moves.Moves(enqueue, rules)

    async def shown_again(self, operation: Operation) -> None:
        works = [consequences.shown_again(operation)]
        await self._transactions.write(lambda connection: moves.start(connection, self._enqueue, operation.id, works))

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
        return await self._transactions.record(lambda connection, trail: self._moves.begin(connection, trail, "propose", operation, event))

    async def get(self, operation_id: str) -> Operation | None:
        def work(connection: Connection) -> Operation | None:
            found = _GET(connection, {"operation": operation_id}).first()
            return records.operation(found) if found else None

        return await self._transactions.read(work)

    async def set_card(self, operation_id: str, card_id: str) -> None:
        card = {"operation": operation_id, "card_id": card_id}
        await self._transactions.write(lambda connection: _UPDATE(connection, card))

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
        terms: Terms | None = None,
        reason: str = "",
    ) -> Operation | None:
        values: dict[str, Any] = {}
        if outcome:
            values["outcome"] = to_column(outcome)
        if decided_by:
            values["decided_by"] = decided_by
        if request_ids:
            values["request_ids"] = list(request_ids)
        if results:
            values["results"] = [records.result_row(result) for result in results]
        if expires_at:
            values["expires_at"] = expires_at
        if revealed_at:
            values["revealed_at"] = revealed_at
        seen = moves.Seen(operation_id, version, at if in_time else None, at if verb in ("expire", "lose") else None)

        def work(connection: Connection, trail: Trail, goes: State = to) -> Operation | None:
            operation = self._moves.move(connection, verb, goes, seen, values, trail, event, at=at, left=changes)
            if operation and successor:
                self._moves.begin(connection, trail, "follow", *successor)
            return operation

        def within_limits(connection: Connection, trail: Trail) -> Operation | Decision | None:
            threat = in_force.read(connection, at).threat
            limits = tightened_limits(self._limits, self._high, threat)
            found = _PROPOSED(connection, {"operation": operation_id}).first()
            if found is None:
                return None
            proposed = records.operation(found)
            usage = limit_counts.of_proposed(connection, proposed, limits, at, high=threat is not None)
            if isinstance(usage, Decision):
                return usage
            goes = to
            if terms:
                settled = _settled(connection, proposed, reason, terms, at)
                if isinstance(settled, Decision):
                    return settled
                if settled:
                    goes, ends = next_step(proposed, settled.need, at)
                    values["expires_at"] = ends or proposed.expires_at
                    values["request"] = records.proved(found.request, settled.need, settled.proofs) | {"reason": proposed.reason or reason}
            if operation := work(connection, trail, goes):
                limit_counts.confirmed(connection, self._enqueue, operation, usage, limits, at)
            return operation

        found = await self._transactions.record(within_limits if verb == "confirm" else work)
        if isinstance(found, Decision):
            raise Refusal(found.text, found.hint, code=found.reason.value)
        return found

    async def approve(self, operation_id: str, approval: Approval, event: AuditEvent) -> Operation | None:
        def work(connection: Connection, trail: Trail) -> Operation | None:
            found = _GET_LOCKED(connection, {"operation": operation_id}).first()
            operation = records.operation(found) if found else None
            if operation is None or operation.expires_at <= approval.at or approval.approver_id in operation.agreed:
                return None
            if operation.bulk and bulk_read.changed(connection, operation_id, [approval.approver_id]):
                return None
            agreed, needed = (*operation.approvals, approval), operation.need.approvals
            to = operation.agreed_state if len(agreed) >= needed else State.AWAITING_APPROVAL
            values = {
                "approvals": [records.approval_row(one) for one in agreed],
                "expires_at": approval.at + REVEAL_FOR if to is State.READY else operation.expires_at,
            }
            counted = replace(event, facts={**event.facts, "approvals": f"{len(agreed)} of {needed}"})
            return self._moves.move(connection, "approve", to, moves.Seen(operation_id), values, trail, counted)

        return await self._transactions.record(work)

    async def renew_target(self, seen: Operation, target: Person, warning: str) -> Operation | None:
        this = (operations.c.id == seen.id) & (operations.c.version == seen.version)

        def work(connection: Connection) -> Operation | None:
            request = connection.execute(select(operations.c.request).where(this).with_for_update()).scalar()
            if request is None:
                return None
            renewed = {"request": records.renewed(request, target, warning)}
            return self._moves.stay(connection, "renew", moves.Seen(seen.id, seen.version), renewed)

        return await self._transactions.write(work)

    async def recovery_closed(self, operation_id: str) -> bool:
        return await self._transactions.read(lambda connection: _closed(connection, operation_id))

    async def close_recovery(self, event: AuditEvent, successor: tuple[Operation, AuditEvent] | None) -> bool:
        def work(connection: Connection, trail: Trail) -> bool:
            # The trail is locked here, so that of two looks one closes, in one group of writes too.
            if trail.about_to_say(event.tag, event.operation_id) or _closed(connection, event.operation_id):
                return False
            trail.append(event)
            if successor:
                self._moves.begin(connection, trail, "follow", *successor)
            return True

        return await self._transactions.record(work)

    async def set_approval_card(self, operation_id: str, card_id: str) -> None:
        card = {"operation": operation_id, "approval_card_id": card_id}
        await self._transactions.write(lambda connection: _UPDATE(connection, card))

    async def set_manager_card(self, operation_id: str, card_id: str) -> None:
        card = {"operation": operation_id, "manager_card_id": card_id}
        await self._transactions.write(lambda connection: _UPDATE(connection, card))

    async def awaiting_approval(self, now: datetime) -> tuple[Operation, ...]:
        waiting = (operations.c.state == State.AWAITING_APPROVAL.value) & (operations.c.expires_at > now)
        query = select(operations).where(waiting).order_by(operations.c.expires_at).limit(MOST_AWAITING)

        def work(connection: Connection) -> tuple[Operation, ...]:
            return tuple(records.operation(found) for found in connection.execute(query))

        return await self._transactions.read(work)

    async def changes_of(self, target_id: str, limit: int) -> tuple[Operation, ...]:
        return await self._transactions.read(lambda connection: past.changes_of(connection, target_id, limit))

    async def waiting_about(self, target_id: str, now: datetime) -> tuple[Operation, ...]:
        return await self._transactions.read(lambda connection: past.waiting_about(connection, target_id, now))

    async def made_to(self, target_id: str, since: datetime) -> tuple[Made, ...]:
        return await self._transactions.read(lambda connection: past.made_to(connection, target_id, since))

    async def events(
        self, *, operation_id: str = "", target_id: str = "", actor_id: str = "", limit: int = 20, skip: int = 0
    ) -> tuple[AuditEvent, ...]:
        query = select(audit_events).order_by(audit_events.c.number.desc()).limit(limit).offset(skip)
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

    async def undelivered_log_posts(self, limit: int = 50) -> tuple[tuple[int, Operation | LogNote], ...]:
        return await self._transactions.read(lambda connection: outbox.read(connection, limit))

    async def log_post_delivered(self, number: int, event: AuditEvent) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            _DELIVERED(connection, {"post": number})
            trail.append(event)

        await self._transactions.record(work)

    async def tell_log_once(self, key: str, note: LogNote) -> None:
        await self._transactions.write(lambda connection: outbox.add_remark_once(connection, self._enqueue, note, key))

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


def _settled(connection: Connection, proposed: Operation, reason: str, terms: Terms, at: datetime) -> Settled | Decision | None:
    """What a confirmation rests on with the proofs that stand now, the no where they are too few; None where nobody spoke of any.

    The trail is locked, so no proof comes or goes before the move.

    Args:
        reason: that whoever confirms has given only now.
    """
    proofs = proofs_of(connection, proposed.id, at - FAILED_WITHIN)
    if not (proofs or proposed.need.proof or proposed.need.eased):
        return None
    return settle(replace(proposed, reason=proposed.reason or reason), proofs, terms, at)


def _event(found: Row[Any]) -> AuditEvent:
    facts = json.loads(found.facts)
    return AuditEvent(Tag(found.tag), found.at, found.actor_id, found.actor_name, found.operation_id, found.target_id, facts)


def _closed(connection: Connection, operation_id: str) -> bool:
    """Whether the trail says that a recovery was closed."""
    closing = (audit_events.c.operation_id == operation_id) & (audit_events.c.tag == Tag.RECOVERY_CLOSED.value)
    return connection.execute(select(audit_events.c.number).where(closing).limit(1)).first() is not None
