"""How limits are counted: operations that were confirmed, numbers that were set, and lifts. Implements `ports.Usages`.

When a count is too high is said in `domain.limits`.

`of_proposed` and `confirmed` belong into the transaction that confirms. It holds the end of the trail, so until it is committed nobody
else, on any replica, confirms or lifts anything: what was counted there is exact.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, or_, select

from bot.domain import limits as rules
from bot.domain.life import State
from bot.domain.limits import DAY, HOUR, Lift, Usage
from bot.domain.operation import Operation
from bot.domain.policy import Decision
from bot.domain.rules import Limits
from bot.store import alarms, outbox
from bot.store.prepared import Prepared
from bot.store.set_before import set_before
from bot.store.tables import lifts, numbers, operations
from bot.store.trail import Trail
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

#: Confirmed, and neither denied, cancelled nor expired since: somebody's work, whatever came of it.
COUNTED = [
    state.value for state in State if state not in (State.PROPOSED, State.CANCELLED, State.DENIED, State.EXPIRED)
]  # fmt: skip
#: What the limits on changes count.
_CHANGES = ~operations.c.contains & operations.c.state.in_(COUNTED)
#: Of these a card was shown to others, which no cancelling takes back; what only takes access away is counted by itself.
_REQUESTS = ~operations.c.contains & (operations.c.request[("need", "approvals")].as_integer() > 0)
#: As of requests, so that a card for approvers counts wherever policy wants one.
_CONTAINED = operations.c.contains


def _newest(whose: ColumnElement[str], counted: ColumnElement[bool]) -> Prepared:
    """The newest `most` times at which such operations were confirmed: the oldest of them tells when a limit ends."""
    return Prepared(
        select(operations.c.confirmed_at)
        .where(whose == bindparam("whom"), counted, operations.c.confirmed_at > bindparam("since"))
        .order_by(operations.c.confirmed_at.desc())
        .limit(bindparam("most"))
    )


# Built once, as every statement that is part of each change: building one costs more than running it.
_CHANGES_OF = _newest(operations.c.target_id, _CHANGES)
_CHANGES_BY = _newest(operations.c.requester_id, _CHANGES)
_REQUESTS_BY = _newest(operations.c.requester_id, _REQUESTS)
_CONTAINED_BY = _newest(operations.c.requester_id, _CONTAINED)
_LIFTED = Prepared(select(lifts.c.at).where(lifts.c.person_id == bindparam("person")))
_LIFTS = Prepared(select(lifts).where(or_(lifts.c.person_id == bindparam("agent"), lifts.c.person_id == bindparam("target"))))
_COUNT_NUMBERS = Prepared(insert(numbers))


class StoredUsages:
    """`ports.Usages` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue) -> None:
        self._transactions = transactions
        self._enqueue = enqueue

    async def usage(
        self, agent_id: str, target_id: str, digests: Collection[str], limits: Limits, now: datetime, *, asks_others: bool, contains: bool
    ) -> Usage:  # fmt: skip
        def work(connection: Connection) -> Usage:
            return _usage(connection, agent_id, target_id, digests, limits, now, asks_others=asks_others, contains=contains)

        return await self._transactions.read(work)

    async def lift(self, lift: Lift) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            person_id = lift.person.id.lower()
            connection.execute(delete(lifts).where(lifts.c.person_id == person_id))
            connection.execute(insert(lifts).values(person_id=person_id, at=lift.at))
            trail.append(rules.lifted_event(lift))
            outbox.add_remark(connection, self._enqueue, rules.lifted_post(lift))

        await self._transactions.record(work)


def of_proposed(connection: Connection, operation: Operation, limits: Limits, now: datetime, *, high: bool = False) -> Usage | Decision:
    """What counts for an operation that is about to be confirmed.

    Args:
        high: these are the limits of a high threat level.

    Returns:
        Why it must not be confirmed now, if a limit forbids it.
    """
    agent, target, digests = operation.requester, operation.target, rules.digests(operation.changes)
    asks_others, contains = operation.need.approvals > 0, operation.contains
    usage = _usage(connection, agent.id, target.id, digests, limits, now, asks_others=asks_others, contains=contains)
    decision = rules.check(limits, usage, target, agent, now, asks_others=asks_others, contains=contains, high=high)
    return usage if decision.allowed else decision


def confirmed(connection: Connection, enqueue: Enqueue, operation: Operation, usage: Usage, limits: Limits, now: datetime) -> None:
    """Keeps the digests of a confirmed operation's numbers and raises the alarms that follow.

    Numbers count from the confirmation on, and not from the success: of twenty cards with one number, all confirmed before the first
    is carried out, nineteen have to be seen. What fails afterwards is passed over by its state.

    Args:
        usage: what counted just before.
    """
    digests = rules.digests(operation.changes)
    if digests:
        rows = [{"operation_id": operation.id, "digest": each, "target_id": operation.target.id, "at": now} for each in sorted(digests)]
        _COUNT_NUMBERS.many(connection, rows)
    alarms.after_confirmation(connection, enqueue, operation, usage.before, limits, now)


def lifted(connection: Connection, person_id: str) -> datetime | None:
    """When this person's counts last started anew; None when no limit looks back so far."""
    at: datetime | None = _LIFTED(connection, {"person": person_id.lower()}).scalar()
    return at


def _usage(
    connection: Connection,
    agent_id: str,
    target_id: str,
    digests: Collection[str],
    limits: Limits,
    now: datetime,
    *,
    asks_others: bool,
    contains: bool,
) -> Usage:
    def newest(counted: Prepared, whom: str, most: int, since: datetime) -> tuple[datetime, ...]:
        return tuple(counted(connection, {"whom": whom, "most": most, "since": since}).scalars()) if most else ()

    hour = now - HOUR
    if contains:
        return Usage(contained=newest(_CONTAINED_BY, agent_id, limits.contain_per_hour, hour), agent_lifted=lifted(connection, agent_id))
    both = {"agent": agent_id.lower(), "target": target_id.lower()}
    anew = {found.person_id: found.at for found in _LIFTS(connection, both)}
    return Usage(
        target=newest(_CHANGES_OF, target_id, limits.target_per_day, now - DAY),
        agent=newest(_CHANGES_BY, agent_id, limits.agent_per_hour, hour),
        requests=newest(_REQUESTS_BY, agent_id, limits.requests_per_hour, hour) if asks_others else (),
        target_lifted=anew.get(both["target"]),
        agent_lifted=anew.get(both["agent"]),
        before=set_before(connection, target_id, digests) if limits.same_number != "allow" else None,
    )


def forget(connection: Connection, now: datetime, numbers_kept: timedelta | None) -> None:
    """Removes lifts that no limit looks back to any more, and the digests of old numbers (None keeps them)."""
    connection.execute(delete(lifts).where(lifts.c.at < now - DAY))
    if numbers_kept is not None:
        connection.execute(delete(numbers).where(numbers.c.at < now - numbers_kept))
