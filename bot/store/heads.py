"""The head of the trail in the log channel's outbox, one for each day. Implements `ports.TrailHeads`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, delete, select

from bot.domain import heads
from bot.store import outbox
from bot.store.engine import Enqueue
from bot.store.tables import log_notices, log_posts
from bot.store.trail import Trail
from bot.store.transactions import Transactions

#: With the day behind it, the key of its post; no operation's id and no other remark's begins so.
_MARK = "h-"


class StoredHeads:
    """`ports.TrailHeads` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue) -> None:
        self._transactions = transactions
        self._enqueue = enqueue

    async def post(self, day: date, at: datetime) -> bool:
        key = f"{_MARK}{day:%Y%m%d}"

        def work(connection: Connection, trail: Trail) -> bool:  # the trail is locked, so no other replica is in here
            there = connection.execute(select(log_posts.c.number).where(log_posts.c.operation_id == key)).first()
            if there or not trail.head.number:
                return False
            _withdraw(connection)
            outbox.add_remark(connection, self._enqueue, heads.remark(trail.head, at), key)
            return True

        return await self._transactions.record(work)


def _withdraw(connection: Connection) -> None:
    """Heads that still wait for a log channel say nothing that the next one does not."""
    waiting = log_posts.c.operation_id.startswith(_MARK) & log_posts.c.delivered.is_(False)
    keys = list(connection.execute(select(log_posts.c.operation_id).where(waiting)).scalars())
    connection.execute(delete(log_notices).where(log_notices.c.id.in_(keys)))
    connection.execute(delete(log_posts).where(waiting))
