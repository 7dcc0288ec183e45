"""Turns for bulk jobs, taken by all replicas from one row. Implements `ports.Turns`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, update

from bot.domain.pace import FARTHEST, LOWERED_BY, LOWERED_FOR, LOWEST, RECOVERY, Factor, Run, Traffic
from bot.store.tables import turns
from bot.store.transactions import Transactions

_NOW: ColumnElement[float] = bindparam("now", type_=turns.c.next_at.type)
_UNTIL: ColumnElement[float] = bindparam("until", type_=turns.c.next_at.type)
_COUNT: ColumnElement[float] = bindparam("count", type_=turns.c.next_at.type)
_RATE: ColumnElement[float] = bindparam("rate", type_=turns.c.next_at.type)


def _least(one: Any, other: Any) -> Any:
    return case((one < other, one), else_=other)


def _most(one: Any, other: Any) -> Any:
    return case((one > other, one), else_=other)


#: `Factor.now` and `Factor.lowered`, reckoned by the database so that no replica's word is lost.
_PAST = _most(_NOW - turns.c.lowered_at, 0.0)
_FACTOR = _least(turns.c.lowest + _PAST / RECOVERY, 1.0)
_DUE = (turns.c.lowered_at > _NOW) | (turns.c.lowered_at <= _NOW - LOWERED_FOR)

#: From the first turn that is free, unless that is past, or so far ahead that only a wrong clock can have put it there.
_FROM = case(((turns.c.next_at > _NOW) & (turns.c.next_at < _NOW + FARTHEST), turns.c.next_at), else_=_NOW)
_RESERVE = (
    update(turns)
    .where(turns.c.traffic == bindparam("of"))
    .values(next_at=_FROM + _COUNT / (_RATE * _FACTOR))
    .returning(turns.c.next_at, turns.c.closed_until, turns.c.lowest, turns.c.lowered_at, (1.0 / (_RATE * _FACTOR)).label("gap"))
)
_LOWER = (
    update(turns)
    .where(turns.c.traffic == bindparam("of"))
    .values(
        lowest=case((_DUE, _most(_FACTOR * LOWERED_BY, LOWEST)), else_=turns.c.lowest),
        lowered_at=case((_DUE, _NOW), else_=turns.c.lowered_at),
        closed_until=_most(turns.c.closed_until, _UNTIL),
        next_at=_most(turns.c.next_at, _UNTIL),
    )
    .returning(turns.c.lowest, turns.c.lowered_at)
)


class StoredTurns:
    """`ports.Turns` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def reserve(self, traffic: Traffic, count: int, rate: float, now: float) -> Run:
        given = {"of": traffic.value, "count": float(count), "rate": rate, "now": now}

        def work(connection: Connection) -> Row[Any]:
            return connection.execute(_RESERVE, given).one()

        row = await self._transactions.alone(work)
        start = row.next_at - count * row.gap
        return Run(start, row.gap, count, row.closed_until, Factor(row.lowest, row.lowered_at))

    async def lower(self, now: float, closed_until: float) -> Factor:
        def work(connection: Connection) -> Row[Any]:
            # One row after the other, so that replicas which lower at the same moment lock them in the same order.
            given = {"now": now, "until": closed_until}
            return [connection.execute(_LOWER, {"of": traffic.value, **given}).one() for traffic in Traffic][-1]

        row = await self._transactions.alone(work)
        return Factor(row.lowest, row.lowered_at)
