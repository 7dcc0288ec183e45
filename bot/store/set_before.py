"""For whom else a number was set before: alone, or by a row of a bulk job."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from bot.domain.bulk import RowKind
from bot.domain.limits import SetBefore
from bot.domain.operation import State
from bot.domain.people import Person
from bot.store import records
from bot.store.tables import bulk_numbers, bulk_rows, numbers, operations

#: The account has the change, may have it, or is about to get it. A number of a change that failed was never anybody's.
IN_FORCE = [state.value for state in (State.AWAITING_APPROVAL, State.QUEUED, State.RUNNING, State.SUCCEEDED, State.PARTIAL)]
_AHEAD = [State.QUEUED.value, State.RUNNING.value]

_of_row = (bulk_rows.c.job == bulk_numbers.c.job) & (bulk_rows.c.number == bulk_numbers.c.number)
#: Of a job that nobody has confirmed, or that was stopped, the rows ahead count for nothing.
_row_in_force = or_(
    bulk_rows.c.state == State.SUCCEEDED.value,
    bulk_rows.c.state.in_(_AHEAD) & operations.c.state.in_([State.AWAITING_APPROVAL.value, *_AHEAD]),
)
_SET_ALONE = select(numbers.c.at.label("set_at"), operations).join(operations, operations.c.id == numbers.c.operation_id)
_SET_BY_ROW = (
    select(func.coalesce(bulk_rows.c.ended_at, operations.c.confirmed_at).label("set_at"), bulk_rows.c.target.label("person"))
    .join_from(bulk_numbers, bulk_rows, _of_row)
    .join(operations, operations.c.id == bulk_rows.c.job)
)


def set_before(connection: Connection, target_id: str, digests: Collection[str]) -> SetBefore | None:
    """For whom one of these numbers was last set, other than this person."""
    if not digests:
        return None
    alone = _SET_ALONE.where(
        numbers.c.digest.in_(digests) & (numbers.c.target_id != target_id) & operations.c.state.in_(IN_FORCE)
    ).order_by(numbers.c.at.desc())
    by_row = _SET_BY_ROW.where(
        bulk_numbers.c.digest.in_(digests) & (bulk_rows.c.target_id != target_id) & _row_in_force
    ).order_by(func.coalesce(bulk_rows.c.ended_at, operations.c.confirmed_at).desc())
    found = [_told(row) for query in (alone, by_row) if (row := connection.execute(query.limit(1)).first())]
    return max(found, key=lambda before: before.at, default=None)


def set_before_rows(connection: Connection, job_id: str) -> dict[int, SetBefore]:
    """The same for the rows of a job that change something, by row; rows of the job itself left aside."""
    own, row = bulk_numbers.alias(), bulk_rows.alias()
    changing = row.c.kind.in_([kind.value for kind in RowKind if kind.changes])
    mine = (own.c.job == job_id) & changing

    def of_mine(query: Select[Any], digest: Any, target_id: Any) -> Select[Any]:
        return (
            query.add_columns(own.c.number.label("row"))
            .join(own, own.c.digest == digest)
            .join(row, (row.c.job == own.c.job) & (row.c.number == own.c.number))
            .where(mine & (row.c.target_id != target_id))
        )

    alone = of_mine(_SET_ALONE, numbers.c.digest, numbers.c.target_id).where(operations.c.state.in_(IN_FORCE))
    by_row = of_mine(_SET_BY_ROW, bulk_numbers.c.digest, bulk_rows.c.target_id).where((bulk_numbers.c.job != job_id) & _row_in_force)
    found: dict[int, SetBefore] = {}
    for query in (alone, by_row):
        for each in connection.execute(query):
            before = _told(each)
            if each.row not in found or found[each.row].at < before.at:
                found[each.row] = before
    return found


def _told(found: Any) -> SetBefore:
    target = Person(**found.person) if "person" in found._mapping else records.operation(found).target
    return SetBefore(target.name, target.upn, found.set_at)
