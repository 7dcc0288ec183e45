"""Bulk jobs while they are checked: their rows come in, each is looked at, and the check ends in a preview. A part of `ports.BulkJobs`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from bot.domain.audit import AuditEvent
from bot.domain.bulk import Bulk, PlanDigest
from bot.domain.conversations import ConversationRef
from bot.domain.life import NOT_DONE, State
from bot.domain.limits import SetBefore
from bot.domain.need import Need
from bot.domain.operation import Operation
from bot.domain.plan import Warned
from bot.domain.rows import FileRow, Row, RowKind
from bot.domain.said import to_column
from bot.store import bulk_read, bulk_rows, records
from bot.store.moves import Moves, Seen
from bot.store.set_before import set_before_rows
from bot.store.tables import bulk_jobs, operations
from bot.store.tables import bulk_rows as rows_table
from bot.store.trail import Trail
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

_jobs = bulk_jobs.c


class StoredChecks:
    """The part of `ports.BulkJobs` that is over when the rows of a job are known.

    Args:
        me: names this process among those on the same database.
    """

    def __init__(self, transactions: Transactions, enqueue: Enqueue, me: str) -> None:
        self._transactions = transactions
        self._moves = Moves(enqueue)
        self._me = me

    async def add_rows(self, job_id: str, rows: Sequence[FileRow]) -> bool:
        def work(connection: Connection) -> bool:
            bulk_rows.add(connection, job_id, rows)
            return state_of(connection, job_id) is State.CHECKING

        return await self._transactions.write(work)

    async def rows_read(self, job_id: str, bulk: Bulk) -> None:
        def work(connection: Connection) -> None:
            self._moves.stay(connection, "read", Seen(job_id), {"bulk": asdict(replace(bulk, read=True))})
            connection.execute(update(bulk_jobs).where(_jobs.job == job_id).values(reader=""))

        await self._transactions.write(work)

    async def retry(self, job_id: str, of: str) -> int:
        def work(connection: Connection) -> int:
            failed = (rows_table.c.job == of) & rows_table.c.state.in_([state.value for state in NOT_DONE])
            found = connection.execute(select(rows_table).where(failed).order_by(rows_table.c.number)).all()
            again = [_as_in_file(records.bulk_row(row)) for row in found]
            if again:
                bulk_rows.add(connection, job_id, again)
            return len(again)

        return await self._transactions.write(work)

    async def take_unchecked(self, job_id: str, most: int) -> tuple[Row, ...]:
        return await self._transactions.write(lambda connection: bulk_rows.take_unchecked(connection, job_id, self._me, most))

    async def checked(self, job_id: str, rows: Sequence[Row]) -> None:
        await self._transactions.write(lambda connection: bulk_rows.checked(connection, job_id, rows))

    async def let_go(self, job_id: str, numbers: Sequence[int]) -> None:
        chosen = (rows_table.c.job == job_id) & rows_table.c.number.in_(list(numbers))
        await self._transactions.write(lambda connection: connection.execute(update(rows_table).where(chosen).values(taken_by="")))

    async def let_go_of_own(self, job_id: str) -> None:
        await self._transactions.write(lambda connection: bulk_rows.release(connection, [job_id], [self._me]))

    async def unchecked(self, job_id: str) -> int:
        return await self._transactions.read(lambda connection: bulk_read.unchecked(connection, job_id))

    async def doubles(self, job_id: str) -> tuple[dict[int, int], dict[int, int]]:
        return await self._transactions.read(lambda connection: bulk_read.doubles(connection, job_id))

    async def set_before(self, job_id: str) -> dict[int, SetBefore]:
        def work(connection: Connection) -> dict[int, SetBefore]:
            found: dict[int, SetBefore] = {}
            for rows in bulk_read.pages(connection, job_id):
                found |= set_before_rows(connection, rows)
            return found

        return await self._transactions.read(work)

    async def leave_out(self, job_id: str, kind: RowKind, said: dict[int, str]) -> None:
        await self._transactions.write(lambda connection: bulk_rows.leave_out(connection, job_id, kind, said))

    async def warn(self, job_id: str, warned: dict[int, Warned]) -> None:
        await self._transactions.write(lambda connection: bulk_rows.warn(connection, job_id, warned))

    async def totals(self, job_id: str) -> tuple[dict[RowKind, int], int, PlanDigest]:
        def work(connection: Connection) -> tuple[dict[RowKind, int], int, PlanDigest]:
            return *bulk_read.counts(connection, job_id), _digest(connection, job_id)

        return await self._transactions.read(work)

    async def digest(self, job_id: str) -> str:
        return await self._transactions.read(lambda connection: _digest(connection, job_id).hex())

    async def preview(
        self,
        job_id: str,
        bulk: Bulk,
        to: State,
        event: AuditEvent,
        *,
        need: Need,
        expires_at: datetime,
        approvals_in: ConversationRef | None = None,
        notes: Sequence[str] = (),
        outcome: str = "",
    ) -> Operation | None:
        def work(connection: Connection, trail: Trail) -> Operation | None:
            checking = (operations.c.id == job_id) & (operations.c.state == State.CHECKING.value)
            found = connection.execute(select(operations.c.request, operations.c.bulk).where(checking).with_for_update()).first()
            if found is None or records.bulk(found.bulk).answers != bulk.answers:
                return None  # of an earlier reading
            values = {
                "bulk": asdict(bulk),
                "request": records.previewed(found.request, need, notes),
                "approval_where": asdict(approvals_in) if approvals_in else None,
                "expires_at": expires_at,
                "outcome": to_column(outcome),
            }
            hindered = bulk_read.hindered(None)  # of when it runs nothing is known
            connection.execute(update(bulk_jobs).where(_jobs.job == job_id).values(hindered))
            return self._moves.move(connection, "preview", to, Seen(job_id), values, trail, event)

        return await self._transactions.record(work)


def _as_in_file(row: Row) -> FileRow:
    """A row as the file had it; what was put right was told before."""
    return FileRow(row.number, row.user, row.mode, row.wishes, name=row.name, also=row.also)


def state_of(connection: Connection, job_id: str) -> State:
    """Where a job is."""
    return State(connection.execute(select(operations.c.state).where(operations.c.id == job_id)).scalar_one())


def _digest(connection: Connection, job_id: str) -> PlanDigest:
    stored = connection.execute(select(operations.c.bulk).where(operations.c.id == job_id)).scalar_one()
    return bulk_read.digest(connection, job_id, records.bulk(stored))
