"""Who is told of a change, in the database: notices come to be with the end of an operation. Implements `ports.Notices`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, insert, select, update

from bot.domain.audit import AuditEvent
from bot.domain.consequences import Workflow, shown_once_told
from bot.domain.email import mask_address
from bot.domain.notice_rules import NoticeRules, Way
from bot.domain.notices import Notice, Recipient, Told, due, said, settled, undelivered_post
from bot.domain.operation import Operation
from bot.domain.said import from_store, to_column, to_store
from bot.store import outbox
from bot.store.tables import notices, operations, personal_chats
from bot.store.trail import Trail
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

_WORDS = ("recipient", "way", "state")
_THIS = notices.c.id == bindparam("notice")
_IN_CHAT = select(personal_chats.c.person_id).where(personal_chats.c.person_id == bindparam("person"))
_ADD = insert(notices)
_OF = (
    select(notices)
    .where((notices.c.operation_id == bindparam("operation")) & (notices.c.row == bindparam("row")))
    .order_by(notices.c.number)
)
_WAITING_MAIL = and_(
    notices.c.state == Told.WAITING.value,
    notices.c.way == Way.MAIL.value,
    (notices.c.recipient != Recipient.MANAGER.value) | (notices.c.person_id != ""),  # who that is has to be asked first
)
_FILES_LAST = case((notices.c.row > 0, 1), else_=0)
_DUE = _WAITING_MAIL & (notices.c.due_at <= bindparam("now"))
_DUE_MAIL = select(notices).where(_DUE).order_by(_FILES_LAST, notices.c.due_at, notices.c.number).limit(1)
_NEXT_MAIL = select(notices).where(_WAITING_MAIL).order_by(notices.c.due_at, notices.c.number).limit(1)
_MAILED = (notices.c.way == Way.MAIL.value) & (notices.c.state == Told.DELIVERED.value) & (notices.c.told_at > bindparam("since"))
_IN_TEAMS = select(notices.c.id).where(
    notices.c.way == Way.TEAMS.value,
    func.lower(notices.c.person_id) == bindparam("person"),
    (notices.c.state == Told.WAITING.value) | (notices.c.told_at > bindparam("since")),
)
_COUNT_MAILED = select(func.count(), func.min(notices.c.told_at)).where(_MAILED)


def begin(connection: Connection, enqueue: Enqueue, operation: Operation, rules: NoticeRules, at: datetime) -> None:
    """Stores the notices of an operation that has ended, and has them delivered."""
    in_chat = connection.execute(_IN_CHAT, {"person": operation.target.id}).first() is not None
    if made := due(operation, rules, at, in_chat=in_chat):
        connection.execute(_ADD, [_row(notice) for notice in made])
        enqueue(connection, Workflow.NOTIFY.value, operation.id)
        if any(notice.way is Way.MAIL for notice in made):
            enqueue(connection, Workflow.MAIL.value, operation.id)


class StoredNotices:
    """`ports.Notices` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue) -> None:
        self._transactions = transactions
        self._enqueue = enqueue

    async def of(self, operation_id: str, row: int = 0) -> tuple[Notice, ...]:
        return await self._transactions.read(lambda connection: notices_of(connection, operation_id, row))

    async def in_teams(self, person_id: str, since: datetime) -> bool:
        asked = {"person": person_id, "since": since}
        return await self._transactions.read(lambda connection: connection.execute(_IN_TEAMS, asked).first() is not None)

    async def next_mail(self, now: datetime) -> tuple[Notice, datetime] | None:
        def work(connection: Connection) -> tuple[Notice, datetime] | None:
            found = connection.execute(_DUE_MAIL, {"now": now}).first() or connection.execute(_NEXT_MAIL).first()
            return (notice_in(found), found.due_at) if found else None

        return await self._transactions.read(work)

    async def mails_since(self, since: datetime) -> tuple[int, datetime | None]:
        def work(connection: Connection) -> tuple[int, datetime | None]:
            count, first = connection.execute(_COUNT_MAILED, {"since": since}).one()
            return count, first

        return await self._transactions.read(work)

    async def addressed(self, notice: Notice) -> None:
        values = {"person_id": notice.person_id, "name": notice.name, "address": notice.address, "language": notice.language}

        def work(connection: Connection) -> None:
            connection.execute(update(notices).where(_THIS), values | {"notice": notice.id})
            if notice.way is Way.MAIL:
                self._enqueue(connection, Workflow.MAIL.value, notice.operation_id, occasion="manager")

        await self._transactions.write(work)

    async def put_off(self, notice: Notice, tried_at: datetime, until: datetime) -> None:
        values = {"tried_at": notice.tried_at or tried_at, "due_at": until}
        await self._transactions.write(lambda connection: connection.execute(update(notices).where(_THIS), values | {"notice": notice.id}))

    async def settle(self, notice: Notice, event: AuditEvent, *, to_log: bool = False) -> bool:
        values = {
            "state": notice.state.value,
            "why": to_column(notice.why),
            "tried_at": notice.tried_at or event.at,
            "told_at": event.at,
            "card_id": notice.card_id,
            "address": notice.address and mask_address(notice.address),
        }
        waiting = _THIS & (notices.c.state == Told.WAITING.value)

        def work(connection: Connection, trail: Trail) -> bool:
            if not connection.execute(update(notices).where(waiting), values | {"notice": notice.id}).rowcount:
                return False
            trail.append(event)
            if to_log:
                outbox.add_remark(connection, self._enqueue, undelivered_post(notice, event.at))
            theirs = notices_of(connection, notice.operation_id, notice.row)
            if not notice.row and settled(theirs):
                lines = [to_store(each) for each in said(theirs)]
                connection.execute(update(operations).where(operations.c.id == notice.operation_id).values(told=lines))
                shown = shown_once_told(notice.operation_id)
                self._enqueue(connection, shown.workflow.value, notice.operation_id, occasion=shown.occasion, key=shown.key)
            return True

        return await self._transactions.record(work)


def notices_of(connection: Connection, operation_id: str, row: int) -> tuple[Notice, ...]:
    """Those of an operation, or of one row of a file, in the order in which they came to be."""
    return tuple(map(notice_in, connection.execute(_OF, {"operation": operation_id, "row": row})))


def _row(notice: Notice) -> dict[str, Any]:
    return asdict(notice) | {name: getattr(notice, name).value for name in _WORDS} | {"due_at": notice.at}


def notice_in(found: Row[Any]) -> Notice:
    """The notice in a row of the table."""
    stored = {name: value for name, value in found._mapping.items() if name not in ("number", "due_at")}
    return Notice(
        **stored
        | {"recipient": Recipient(found.recipient), "way": Way(found.way), "state": Told(found.state), "why": from_store(found.why)}
    )
