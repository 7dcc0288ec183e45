"""Files that are kept while their senders may still say what they mean, and how a job waits for that: `ports.BulkFiles`."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from bot.domain.audit import AuditEvent
from bot.domain.bulk import Bulk, Hold
from bot.domain.life import State
from bot.domain.need import NO_NEED
from bot.domain.operation import Operation
from bot.store import bulk_rows, records
from bot.store.moves import Moves, Seen
from bot.store.tables import bulk_files, bulk_jobs, operations
from bot.store.trail import Trail
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue, IsDead

_files, _jobs = bulk_files.c, bulk_jobs.c


class StoredBulkFiles:
    """`ports.BulkFiles` on SQLAlchemy Core.

    Args:
        me: names this process among those on the same database.
        is_dead: of another process.
    """

    def __init__(self, transactions: Transactions, enqueue: Enqueue, me: str, is_dead: IsDead) -> None:
        self._transactions = transactions
        self._moves = Moves(enqueue)
        self._me = me
        self._is_dead = is_dead

    async def keep(self, job_id: str, piece: int, content: bytes) -> bool:
        def work(connection: Connection) -> bool:
            checking = (operations.c.id == job_id) & (operations.c.state == State.CHECKING.value)
            # Locked, so that whatever ends the job meanwhile finds this piece, too.
            if connection.execute(select(operations.c.id).where(checking).with_for_update()).first() is None:
                return False
            connection.execute(insert(bulk_files).values(job=job_id, piece=piece, content=content))
            return True

        return await self._transactions.write(work)

    async def piece(self, job_id: str, piece: int) -> bytes:
        wanted = select(_files.content).where((_files.job == job_id) & (_files.piece == piece))
        return await self._transactions.read(lambda connection: connection.execute(wanted).scalar() or b"")

    async def ask(self, job_id: str, bulk: Bulk, at: datetime, expires_at: datetime) -> None:
        values = {"bulk": asdict(replace(bulk, read=False)), "expires_at": expires_at}

        def work(connection: Connection) -> None:
            if self._moves.stay(connection, "ask", Seen(job_id), values, at=at):
                connection.execute(update(bulk_jobs).where(_jobs.job == job_id).values(reader="", hold=Hold.ASKING.value))

        await self._transactions.write(work)

    async def answer(self, seen: Operation, bulk: Bulk, event: AuditEvent, expires_at: datetime) -> Operation | None:
        same = (operations.c.id == seen.id) & (operations.c.version == seen.version) & (operations.c.expires_at > event.at)

        def work(connection: Connection, trail: Trail) -> Operation | None:
            request = connection.execute(select(operations.c.request).where(same).with_for_update()).scalar()
            if request is None:
                return None
            values = {
                "bulk": asdict(bulk),
                "request": records.previewed(request, NO_NEED, ()),
                "approval_where": None,
                "expires_at": expires_at,
            }
            operation = self._moves.move(connection, "answer", State.CHECKING, Seen(seen.id, seen.version, event.at), values, trail, event)
            if operation:
                bulk_rows.remove(connection, seen.id)
                connection.execute(update(bulk_jobs).where(_jobs.job == seen.id).values(reader=self._me, hold="", shown_at=None))
            return operation

        return await self._transactions.record(work)

    async def again(self, job_id: str, *, alone: bool) -> Operation | None:
        def work(connection: Connection) -> Operation | None:
            reader = connection.execute(select(_jobs.reader).where(_jobs.job == job_id).with_for_update()).scalar()
            checking = (operations.c.id == job_id) & (operations.c.state == State.CHECKING.value)
            found = connection.execute(select(operations).where(checking)).first()
            if not reader or found is None or not records.bulk(found.bulk).sha256:  # whose digest is not known was never kept whole
                return None
            if not alone and reader != self._me and not self._is_dead(connection, reader):
                return None
            bulk_rows.remove(connection, job_id)
            connection.execute(update(bulk_jobs).where(_jobs.job == job_id).values(reader=self._me))
            return records.operation(found)

        return await self._transactions.write(work)
