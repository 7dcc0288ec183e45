"""What the limits count: changes that were confirmed, numbers that were set, and lifts. Implements `ports.Usages`.

`refusal` and `confirmed` belong into the transaction that confirms. It holds the end of the trail, so until it is committed nobody
else, on any replica, confirms or lifts anything: what was counted there is exact.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, delete, insert, select

from bot.domain import limits as rules
from bot.domain.limits import DAY, HOUR, Lift, Usage
from bot.domain.operation import Operation, State
from bot.domain.policy import Decision
from bot.domain.rules import Limits
from bot.store import alarms, outbox, records
from bot.store.set_before import IN_FORCE, set_before
from bot.store.tables import lifts, numbers, operations
from bot.store.trail import Trail
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.operations import Enqueue

#: Confirmed, and neither denied, cancelled nor expired since: somebody's work, whatever came of it.
COUNTED = [
    state.value for state in State if state not in (State.PROPOSED, State.CANCELLED, State.DENIED, State.EXPIRED)
]  # fmt: skip


class StoredUsages:
    """`ports.Usages` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue, limits: Limits) -> None:
        self._transactions = transactions
        self._enqueue = enqueue
        self._limits = limits

    async def usage(self, agent_id: str, target_id: str, digests: Collection[str], now: datetime) -> Usage:
        return await self._transactions.read(lambda connection: _usage(connection, agent_id, target_id, digests, self._limits, now))

    async def lift(self, lift: Lift) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            person_id = lift.person.id.lower()
            connection.execute(delete(lifts).where(lifts.c.person_id == person_id))
            connection.execute(insert(lifts).values(person_id=person_id, at=lift.at))
            trail.append(rules.lifted_event(lift))
            outbox.add_notice(connection, self._enqueue, rules.lifted_post(lift))

        await self._transactions.record(work)


def refusal(connection: Connection, operation_id: str, limits: Limits, now: datetime) -> Decision | None:
    """Why a proposed operation must not be confirmed now; None when no limit forbids it."""
    proposed = (operations.c.id == operation_id) & (operations.c.state == State.PROPOSED.value)
    found = connection.execute(select(operations).where(proposed)).first()
    if found is None:
        return None  # somebody was quicker, and whoever moves it finds out
    operation = records.operation(found)
    usage = _usage(connection, operation.requester.id, operation.target.id, rules.digests(operation.changes), limits, now)
    decision = rules.check(limits, usage, operation.target, operation.requester, now)
    return None if decision.allowed else decision


def confirmed(connection: Connection, enqueue: Enqueue, operation: Operation, limits: Limits, now: datetime) -> None:
    """Keeps the digests of a confirmed operation's numbers and raises the alarms that follow.

    Numbers count from the confirmation on, and not from the success: of twenty cards with one number, all confirmed before the first
    is carried out, nineteen have to be seen. What fails afterwards is passed over by its state.
    """
    digests = rules.digests(operation.changes)
    before = set_before(connection, operation.target.id, digests)
    if digests:
        rows = [{"operation_id": operation.id, "digest": each, "target_id": operation.target.id, "at": now} for each in sorted(digests)]
        connection.execute(insert(numbers), rows)
    alarms.after_confirmation(connection, enqueue, operation, before, limits, now, IN_FORCE)


def _usage(
    connection: Connection, agent_id: str, target_id: str, digests: Collection[str], limits: Limits, now: datetime
) -> Usage:  # fmt: skip
    asked = {agent_id.lower(), target_id.lower()}
    lifted = {found.person_id: found.at for found in connection.execute(select(lifts).where(lifts.c.person_id.in_(asked)))}
    return Usage(
        target=_newest(connection, operations.c.target_id, target_id, limits.target_per_day, now - DAY),
        agent=_newest(connection, operations.c.requester_id, agent_id, limits.agent_per_hour, now - HOUR),
        target_lifted=lifted.get(target_id.lower()),
        agent_lifted=lifted.get(agent_id.lower()),
        before=set_before(connection, target_id, digests),
    )


def _newest(connection: Connection, column: Column[str], person_id: str, most: int, since: datetime) -> tuple[datetime, ...]:
    """The newest `most` times at which this person's changes were confirmed: the oldest of them tells when a limit ends."""
    query = (
        select(operations.c.confirmed_at)
        .where((column == person_id) & (operations.c.confirmed_at > since) & operations.c.state.in_(COUNTED))
        .order_by(operations.c.confirmed_at.desc())
        .limit(most)
    )
    return tuple(connection.execute(query).scalars()) if most else ()


def forget(connection: Connection, now: datetime, numbers_kept: timedelta | None) -> None:
    """Removes lifts that no limit looks back to any more, and the digests of old numbers (None keeps them)."""
    connection.execute(delete(lifts).where(lifts.c.at < now - DAY))
    if numbers_kept is not None:
        connection.execute(delete(numbers).where(numbers.c.at < now - numbers_kept))
