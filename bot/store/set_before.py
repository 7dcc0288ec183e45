"""For whom else a number was set before: alone, or by a row of a bulk job."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, or_, select, union_all

from bot.domain.life import State
from bot.domain.limits import SetBefore, digests
from bot.domain.people import Person
from bot.domain.rows import OWN_PHONES, Row
from bot.store.tables import bulk_numbers, bulk_rows, numbers, operations

#: The account has the change, may have it, or is about to get it. A number of a change that failed was never anybody's.
IN_FORCE = [state.value for state in (State.AWAITING_APPROVAL, State.QUEUED, State.RUNNING, State.SUCCEEDED, State.PARTIAL)]
_AHEAD = [State.QUEUED.value, State.RUNNING.value]

_of_row = (bulk_rows.c.job == bulk_numbers.c.job) & (bulk_rows.c.number == bulk_numbers.c.number)
#: Of a job that is still being checked, that nobody has confirmed or that was stopped, the rows ahead count for nothing.
_row_in_force = or_(
    bulk_rows.c.state == State.SUCCEEDED.value,
    bulk_rows.c.state.in_(_AHEAD) & operations.c.state.in_([State.AWAITING_APPROVAL.value, *_AHEAD]),
)
_row_at = func.coalesce(bulk_rows.c.ended_at, operations.c.confirmed_at)
_SET_ALONE = (
    select(
        numbers.c.digest,
        numbers.c.target_id.label("whose"),
        numbers.c.at.label("set_at"),
        operations.c.request["target"].label("person"),
    )
    .join(operations, operations.c.id == numbers.c.operation_id)
    .where(operations.c.state.in_(IN_FORCE))
)
_SET_BY_ROW = (
    select(bulk_numbers.c.digest, bulk_rows.c.target_id.label("whose"), _row_at.label("set_at"), bulk_rows.c.target.label("person"))
    .join_from(bulk_numbers, bulk_rows, _of_row)
    .join(operations, operations.c.id == bulk_rows.c.job)
    .where(_row_in_force)
)


def _last(query: Select[Any], digest: ColumnElement[str], whose: ColumnElement[str], at: ColumnElement[datetime]) -> Select[Any]:
    """For whom one of the `wanted` numbers was last set, other than this person."""
    wanted = digest.in_(bindparam("wanted", expanding=True)) & (whose != bindparam("other_than"))
    return select(query.where(wanted).order_by(at.desc()).limit(1).subquery())


#: Built once: it is part of every change of a number.
_LAST = union_all(
    _last(_SET_ALONE, numbers.c.digest, numbers.c.target_id, numbers.c.at),
    _last(_SET_BY_ROW, bulk_numbers.c.digest, bulk_rows.c.target_id, _row_at),
)


def set_before(connection: Connection, target_id: str, wanted: Collection[str]) -> SetBefore | None:
    """For whom one of these numbers was last set, other than this person."""
    if not wanted:
        return None
    found = connection.execute(_LAST, {"wanted": list(wanted), "other_than": target_id})
    return max(map(_told, found), key=lambda before: before.at, default=None)


def set_before_rows(connection: Connection, rows: Iterable[Row]) -> dict[int, SetBefore]:
    """The same for rows of a job that is being checked, by row, for those that change something.

    A page of them at a time: one statement for a whole job took minutes on PostgreSQL, whose planner does not know new rows yet.
    """
    wanted: dict[str, list[Row]] = {}
    for row in rows:
        if row.kind and row.kind.changes:
            for digest in digests(change for change in row.changes if change.phone in OWN_PHONES):
                wanted.setdefault(digest, []).append(row)
    if not wanted:
        return {}
    found: dict[int, SetBefore] = {}
    for query in (_SET_ALONE.where(numbers.c.digest.in_(wanted)), _SET_BY_ROW.where(bulk_numbers.c.digest.in_(wanted))):
        for each in connection.execute(query):
            before = _told(each)
            for row in wanted[each.digest]:
                newest = row.number not in found or found[row.number].at < before.at
                if newest and row.target and row.target.id != each.whose:
                    found[row.number] = before
    return found


def _told(found: Any) -> SetBefore:
    target = Person(**found.person)
    return SetBefore(target.name, target.upn, found.set_at)
