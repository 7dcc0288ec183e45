"""“This was not me”, in the database: one transaction for all of it that is ours to do. Implements `ports.NotMe`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, bindparam, cast, distinct, func, select, update

from bot.domain.audit import AuditEvent
from bot.domain.consequences import NOT_WANTED, Workflow, shown_once_told
from bot.domain.not_me import WITHIN
from bot.domain.notice_rules import Way
from bot.domain.notices import Notice
from bot.domain.operation import Operation
from bot.domain.remarks import LogNote
from bot.domain.said import say
from bot.domain.stop import Freeze
from bot.store import outbox
from bot.store.moves import Moves, start
from bot.store.notices import about, notice_in, notices_of, write_told
from bot.store.proofs_asked import withdraw_about
from bot.store.stops import put_freeze
from bot.store.tables import notices
from bot.store.trail import Trail
from bot.store.transactions import Transactions
from bot.store.waiting import withdraw_waiting

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

_THIS = notices.c.id == bindparam("notice")
_GET = select(notices).where(_THIS)
_PRESS = update(notices).where(_THIS & notices.c.pressed_at.is_(None))
_STOP = update(notices).where(_THIS & (notices.c.stop_id == ""))
_CHANGE = notices.c.operation_id + "-" + cast(notices.c.row, String)
_LATELY = (notices.c.target_id == bindparam("person")) & (notices.c.pressed_at > bindparam("since"))
_PRESSED = select(func.count(distinct(_CHANGE))).where(_LATELY)


class StoredNotMe:
    """`ports.NotMe` on SQLAlchemy Core.

    Args:
        stopped: called after a press, so that whoever looks then sees the freeze.
    """

    def __init__(self, transactions: Transactions, enqueue: Enqueue, stopped: Callable[[], None]) -> None:
        self._transactions = transactions
        self._stopped = stopped
        self._enqueue = enqueue
        self._moves = Moves(enqueue)

    async def notice(self, notice_id: str) -> Notice | None:
        def work(connection: Connection) -> Notice | None:
            found = connection.execute(_GET, {"notice": notice_id}).first()
            return notice_in(found) if found else None

        return await self._transactions.read(work)

    async def about(self, notice: Notice) -> Operation:
        return await self._transactions.read(lambda connection: about(connection, notice))

    async def press(
        self, notice: Notice, freeze: Freeze, event: AuditEvent, post: Callable[[int], LogNote | None], by: str
    ) -> bool:  # fmt: skip
        at = event.at

        def work(connection: Connection, trail: Trail) -> bool:
            outbox.take_turn(connection)
            if not connection.execute(_PRESS, {"notice": notice.id, "pressed_at": at}).rowcount:
                return False
            put_freeze(connection, freeze)
            trail.append(event)
            self._withdraw(connection, trail, notice, at, by)
            theirs = notices_of(connection, notice.operation_id, notice.row)
            if not notice.row:
                write_told(connection, notice.operation_id, theirs)
            before = [each for each in theirs if each.pressed_at and each.id != notice.id]
            if any(each.way is Way.TEAMS or notice.way is Way.MAIL for each in before):
                return False  # everything that this one could do was done
            often = connection.execute(_PRESSED, {"person": notice.target_id, "since": at - WITHIN}).scalar_one()
            if told := post(often):
                outbox.add_remark(connection, self._enqueue, told)
            self._enqueue(connection, Workflow.NOT_ME.value, notice.id)
            shown = shown_once_told(notice.operation_id, f"{NOT_WANTED}{notice.id[:8]}")
            start(connection, self._enqueue, notice.operation_id, [shown])
            return True

        try:
            return await self._transactions.record(work)
        finally:
            self._stopped()

    def _withdraw(self, connection: Connection, trail: Trail, notice: Notice, at: datetime, by: str) -> None:
        outcome = say("{By} said that {id} was not wanted, so nobody can change this person for now. Nothing was changed.",
                      by=by, id=notice.operation_id)  # fmt: skip
        withdraw_waiting(connection, self._moves, trail, notice.target_id, by, outcome, at)
        withdraw_about(connection, trail, self._enqueue, notice.target_id, at)

    async def begin(self, notice: Notice, made: Operation, event: AuditEvent) -> bool:
        def work(connection: Connection, trail: Trail) -> bool:
            # The trail is locked here, so of two the second finds that there is one.
            if connection.execute(_GET, {"notice": notice.id}).one().stop_id:
                return False
            begun = self._moves.begin(connection, trail, "follow", made, event)
            connection.execute(_STOP, {"notice": notice.id, "stop_id": begun.id})
            return True

        return await self._transactions.record(work)
