"""Which activities were taken in already, so that one that Teams delivers again, or a button pressed twice, does nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.prepared import Prepared
from bot.store.tables import deliveries
from bot.store.transactions import Transactions

#: No turn lasts longer, so what another process took in before that and has not answered was left by its death.
TURN_OVER = timedelta(seconds=12)
#: Teams redelivers within a minute or so; a day is generous and keeps the table small.
DELIVERIES_KEPT = timedelta(days=1)


def _take_in(dialect: Any, *, repeatable: bool) -> Prepared:
    taken = dialect.insert(deliveries)
    left_behind = ~deliveries.c.answered & (deliveries.c.taken_by != taken.excluded.taken_by) & (deliveries.c.at < bindparam("over"))
    again = {"taken_by": taken.excluded.taken_by, "at": taken.excluded.at}
    free = left_behind | (deliveries.c.at < bindparam("long_ago")) if repeatable else left_behind
    return Prepared(taken.on_conflict_do_update(index_elements=["key"], set_=again, where=free).returning(deliveries.c.key))


#: The statements of every turn, built once: building one costs more than running it.
_TAKE_IN = {name: _take_in(dialect, repeatable=False) for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))}
_PRESSED = {name: _take_in(dialect, repeatable=True) for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))}
_ANSWERED = Prepared(update(deliveries).where(deliveries.c.key == bindparam("taken")).values(answered=True))


class StoredDeliveries:
    """The part of `ports.Operations` that knows what was taken in."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._me = str(uuid.uuid4())  # this life of this process

    async def first_delivery(self, key: str, at: datetime) -> bool:
        def work(connection: Connection) -> bool:
            given = {"key": key, "at": at, "taken_by": self._me, "answered": False, "over": at - TURN_OVER}
            return _TAKE_IN[connection.dialect.name](connection, given).first() is not None

        return await self._transactions.write(work)

    async def first_press(self, key: str, at: datetime, within: timedelta) -> bool:
        def work(connection: Connection) -> bool:
            given = {"key": key, "at": at, "taken_by": self._me, "answered": False, "over": at - TURN_OVER, "long_ago": at - within}
            return _PRESSED[connection.dialect.name](connection, given).first() is not None

        return await self._transactions.write(work)

    async def came_to_nothing(self, key: str) -> None:
        await self._transactions.write(lambda connection: connection.execute(delete(deliveries).where(deliveries.c.key == key)))

    async def answered(self, keys: Sequence[str]) -> None:
        taken = [{"taken": key} for key in keys]
        await self._transactions.write(lambda connection: _ANSWERED.many(connection, taken))


def forget(connection: Connection, now: datetime) -> None:
    """Removes what is not delivered again any more."""
    connection.execute(delete(deliveries).where(deliveries.c.at < now - DELIVERIES_KEPT))
