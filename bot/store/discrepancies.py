"""What was found out of step with Entra's audit log. Implements `ports.Discrepancies`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from bot.domain import reconcile
from bot.domain.reconcile import Comparison
from bot.store import outbox
from bot.store.engine import Enqueue
from bot.store.tables import discrepancies
from bot.store.trail import Trail
from bot.store.transactions import Transactions

#: Longer than anything is looked back at, so that nothing is posted twice.
KEPT = timedelta(days=60)


class StoredDiscrepancies:
    """`ports.Discrepancies` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue) -> None:
        self._transactions = transactions
        self._enqueue = enqueue

    async def schedule(self, turn: str) -> None:
        await self._transactions.write(lambda connection: self._enqueue(connection, "reconcile", turn))

    async def report(self, found: Comparison, at: datetime) -> int:
        def work(connection: Connection, trail: Trail) -> int:
            outbox.take_turn(connection)  # so that no other replica reports the same meanwhile
            connection.execute(delete(discrepancies).where(discrepancies.c.at < at - KEPT))
            reported = set(connection.execute(select(discrepancies.c.key)).scalars())
            new = found.only(set(found.keys) - reported)
            if new.agrees:
                return 0
            connection.execute(insert(discrepancies), [{"key": key, "at": at} for key in new.keys])
            trail.append(reconcile.event(new, at))
            outbox.add_remark(connection, self._enqueue, reconcile.post(new, at))
            return len(new.keys)

        return await self._transactions.record(work)
