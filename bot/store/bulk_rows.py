"""The rows of bulk jobs in the database: who works on which, how each ended. Every function is part of its caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import change_facts
from bot.domain.life import State
from bot.domain.limits import number_digest
from bot.domain.plan import Warned
from bot.domain.rows import OWN_PHONES, FileRow, Row, RowEnd, RowKind, Taken, row_operation_id
from bot.domain.said import to_column, to_store
from bot.store import records
from bot.store.bulk_read import PAGE, pages
from bot.store.tables import bulk_numbers, bulk_rows
from bot.store.trail import Trail

_CHANGING = [kind.value for kind in RowKind if kind.changes]
#: What another row can contradict, or a number's past; no `in_`, which cannot be carried out for many rows at once.
_contradicting = or_(*(bulk_rows.c.kind == kind for kind in (*_CHANGING, RowKind.NO_CHANGE.value)))

_rows = bulk_rows.c
_ENDED = (
    update(bulk_rows)
    .where((_rows.job == bindparam("of")) & (_rows.number == bindparam("at_number")) & (_rows.state == State.RUNNING.value))
    .values(
        state=bindparam("to"),
        outcome=bindparam("said"),
        code=bindparam("why"),
        ended_at=bindparam("at"),
        fates=bindparam("over"),
        taken_by="",
    )
)


def add(connection: Connection, job_id: str, rows: Sequence[FileRow]) -> None:
    """Stores rows as the file has them; what cannot be read is known to be so."""
    connection.execute(
        insert(bulk_rows),
        [
            {
                "job": job_id,
                "number": row.number,
                "user": row.user,
                "mode": row.mode.value,
                "wishes": [[wish.phone, wish.value] for wish in row.wishes],
                "repaired": [to_store(each) for each in row.repaired],
                "name": row.name,
                "also": list(row.also),
                "kind": RowKind.UNREADABLE.value if row.problem else "",
                "reason": to_column(row.problem),
            }
            for row in rows
        ],
    )
    numbers = [
        {"job": job_id, "digest": number_digest(value), "number": row.number}
        for row in rows
        for value in {wish.value for wish in row.wishes if wish.phone in OWN_PHONES and wish.value}
    ]
    if numbers:
        connection.execute(insert(bulk_numbers), numbers)


def remove(connection: Connection, job_id: str) -> None:
    """The file is read anew."""
    connection.execute(delete(bulk_rows).where(_rows.job == job_id))
    connection.execute(delete(bulk_numbers).where(bulk_numbers.c.job == job_id))


def take_unchecked(connection: Connection, job_id: str, me: str, most: int) -> tuple[Row, ...]:
    """Takes rows that are to be looked at."""
    wanted = select(_rows.number).where((_rows.job == job_id) & (_rows.kind == "") & (_rows.taken_by == "")).order_by(_rows.number)
    return _take(connection, job_id, me, wanted, most, {})


def checked(connection: Connection, job_id: str, rows: Sequence[Row]) -> None:
    """Stores what rows would do, and lets go of them."""
    statement = (
        update(bulk_rows)
        .where((_rows.job == job_id) & (_rows.number == bindparam("at_number")) & (_rows.kind == ""))
        .values(
            kind=bindparam("is_kind"),
            reason=bindparam("said"),
            target_id=bindparam("whom"),
            target=bindparam("account"),
            changes=bindparam("doing"),
            warned=bindparam("warning"),
            state=bindparam("to"),
            taken_by="",
        )
    )
    connection.execute(statement, [_checked(row) for row in rows])


def _checked(row: Row) -> dict[str, Any]:
    assert row.kind is not None, "it was checked"
    return {
        "at_number": row.number,
        "is_kind": row.kind.value,
        "said": to_column(row.reason),
        "whom": row.target.id if row.target else "",
        "account": asdict(row.target) if row.target else None,
        "doing": [records.change_row(change) for change in row.changes],
        "warning": _warned_row(row.warned),
        "to": State.QUEUED.value if row.kind.changes else "",
    }


def take(connection: Connection, trail: Trail, job_id: str, me: str, most: int, at: datetime) -> tuple[Taken, ...]:
    """Takes rows that are to be carried out: first those whose process died over them. What each is about to do stands in the trail."""
    free = (_rows.job == job_id) & (_rows.taken_by == "")
    cut_off = select(_rows.number).where(free & (_rows.state == State.RUNNING.value)).order_by(_rows.number)
    left = _take(connection, job_id, me, cut_off, most, {})
    fresh: tuple[Row, ...] = ()
    if len(left) < most:
        queued = select(_rows.number).where(free & (_rows.state == State.QUEUED.value)).order_by(_rows.number)
        fresh = _take(connection, job_id, me, queued, most - len(left), {"state": State.RUNNING.value})
    for row in fresh:
        trail.append(_event(Tag.BULK_ROW_STARTED, at, job_id, row, {"changes": change_facts(row.changes)}))
    return (*(Taken(row, cut_off=True) for row in left), *(Taken(row, cut_off=False) for row in fresh))


def _take(connection: Connection, job_id: str, me: str, wanted: Any, most: int, values: dict[str, Any]) -> tuple[Row, ...]:
    # Looked for first: PostgreSQL may run a subquery again for each row, and then takes more than its limit.
    numbers = connection.execute(wanted.limit(most).with_for_update(skip_locked=True)).scalars().all()
    if not numbers:
        return ()
    chosen = (_rows.job == job_id) & _rows.number.in_(numbers)
    found = connection.execute(update(bulk_rows).where(chosen).values(taken_by=me, **values).returning(bulk_rows)).all()
    return tuple(sorted((records.bulk_row(row) for row in found), key=lambda row: row.number))


def give_back(connection: Connection, trail: Trail, job_id: str, rows: Sequence[Row], at: datetime, to: State) -> None:
    """Nothing was written for these after all, so they wait as before, or were stopped before their turn."""
    numbers = [row.number for row in rows]
    chosen = (_rows.job == job_id) & _rows.number.in_(numbers) & (_rows.state == State.RUNNING.value)
    connection.execute(update(bulk_rows).where(chosen).values(state=to.value, taken_by=""))
    for row in rows:
        trail.append(_event(Tag.BULK_ROW_PUT_BACK, at, job_id, row, {}))


def ended(connection: Connection, trail: Trail, job_id: str, ends: Sequence[tuple[Row, RowEnd]], at: datetime) -> list[Row]:
    """Stores how rows ended, each exactly once; returns those that had not before, as they are now."""
    over = []
    for row, end in ends:
        given = {"of": job_id, "at_number": row.number, "to": end.state.value, "said": to_column(end.outcome), "why": end.code, "at": at}
        if connection.execute(_ENDED, given | {"over": [fate.value for fate in end.fates]}).rowcount:
            facts = {
                "state": end.state.value,
                "outcome": str(end.outcome),
                "request_ids": list(end.request_ids),
                "changes": change_facts(row.changes),
                "code": end.code,
            }
            trail.append(_event(Tag.BULK_ROW_FINISHED, at, job_id, row, facts))
            over.append(replace(row, state=end.state, outcome=end.outcome, code=end.code, fates=end.fates))
    return over


def left_alone(connection: Connection, trail: Trail, job_id: str, at: datetime) -> bool:
    """Puts rows that change nothing in the trail, a page of them; False when all are there."""
    untold = (_rows.job == job_id) & (_rows.state == "") & _rows.ended_at.is_(None)
    query = select(bulk_rows).where(untold).order_by(_rows.number).limit(PAGE)
    rows = [records.bulk_row(found) for found in connection.execute(query)]
    for row in rows:
        facts = {"kind": row.kind.value if row.kind else "", "outcome": str(row.reason)}
        trail.append(_event(Tag.BULK_ROW_LEFT, at, job_id, row, facts))
    if rows:
        connection.execute(update(bulk_rows).where(untold & (_rows.number <= rows[-1].number)).values(ended_at=at))
    return bool(rows)


def cancel_rest(connection: Connection, job_id: str) -> None:
    """What nobody works on will not be done."""
    waiting = (_rows.job == job_id) & (_rows.state == State.QUEUED.value)
    connection.execute(update(bulk_rows).where(waiting).values(state=State.CANCELLED.value))


def release(connection: Connection, job_ids: Sequence[str] | None, takers: Sequence[str] | None) -> None:
    """Lets go of what dead processes had taken; None for all of them."""
    chosen = _rows.taken_by != "" if takers is None else _rows.taken_by.in_(takers)
    if job_ids is not None:
        chosen &= _rows.job.in_(job_ids)
    connection.execute(update(bulk_rows).where(chosen).values(taken_by=""))


def leave_out(connection: Connection, job_id: str, kind: RowKind, said: dict[int, str]) -> None:
    """None of these rows is done, for this reason."""
    statement = (
        update(bulk_rows)
        .where((_rows.job == job_id) & (_rows.number == bindparam("at_number")) & _contradicting)
        .values(reason=bindparam("said"), kind=kind.value, state="")
    )
    if said:
        connection.execute(statement, [{"at_number": number, "said": to_column(why)} for number, why in said.items()])


def warn(connection: Connection, job_id: str, warned: dict[int, Warned]) -> None:
    """One more warning for each of these rows, which stay what they are."""
    if not warned:
        return
    at_row = (_rows.job == job_id) & (_rows.number == bindparam("at_number"))
    statement = update(bulk_rows).where(at_row).values(warned=bindparam("warning"))
    for rows in pages(connection, job_id):
        given = [
            {"at_number": row.number, "warning": _warned_row((*row.warned, warned[row.number]))} for row in rows if row.number in warned
        ]
        if given:
            connection.execute(statement, given)


def _warned_row(warned: Sequence[Warned]) -> list[list[str]]:
    return [[each.code, to_store(each.text)] for each in warned]


def _event(tag: Tag, at: datetime, job_id: str, row: Row, facts: dict[str, Any]) -> AuditEvent:
    """About one row: found by its own id, and in the history of its person."""
    told = {"target_upn": row.target.upn if row.target else row.user, **facts}
    return AuditEvent(tag, at, operation_id=row_operation_id(job_id, row.number), target_id=row.target.id if row.target else "", facts=told)
