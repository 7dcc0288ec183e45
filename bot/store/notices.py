"""Who is told of a change, in the database: notices come to be with the end of an operation. Implements `ports.Notices`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from bot.domain.audit import AuditEvent
from bot.domain.bulk import Telling
from bot.domain.consequences import Work, Workflow, shown_on_the_way, shown_once_told
from bot.domain.email import mask_address
from bot.domain.life import State
from bot.domain.notice_rules import NoticeRules, Way
from bot.domain.notices import MAILS_A_DAY, Notice, Recipient, Told, due, due_of_row, said, settled, undelivered_post
from bot.domain.operation import Operation
from bot.domain.proof import ProofState
from bot.domain.rows import Row as FileRow
from bot.domain.said import from_store, to_column, to_store
from bot.store import outbox, records
from bot.store.prepared import Prepared
from bot.store.tables import bulk_jobs, bulk_rows, notices, operations, personal_chats, proofs
from bot.store.trail import Trail
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

_WORDS = ("recipient", "way", "state")
_THIS = notices.c.id == bindparam("notice")
_IN_CHAT = Prepared(select(personal_chats.c.person_id).where(personal_chats.c.person_id == bindparam("person")))
_ADD = insert(notices)
_SETTLE = update(notices).where(_THIS & (notices.c.state == Told.WAITING.value))
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
_DUE = _WAITING_MAIL & (notices.c.due_at <= bindparam("now"))
_NEXT = select(notices).order_by(notices.c.due_at, notices.c.number).limit(1)
#: Asked one after the other: sorting thousands for each mail would cost more than sending it.
_DUE_OF_OPERATIONS, _DUE_OF_FILES, _NEXT_MAIL = _NEXT.where(_DUE, notices.c.row == 0), _NEXT.where(_DUE), _NEXT.where(_WAITING_MAIL)
_ANY_MAIL = select(notices.c.number).where(_WAITING_MAIL).limit(1)
_MAILED = (notices.c.way == Way.MAIL.value) & (notices.c.state == Told.DELIVERED.value) & (notices.c.told_at > bindparam("since"))
_IN_TEAMS = select(notices.c.id).where(
    notices.c.way == Way.TEAMS.value,
    func.lower(notices.c.person_id) == bindparam("person"),
    (notices.c.state == Told.WAITING.value) | (notices.c.told_at > bindparam("since")),
)
#: What somebody is about to reveal, or reveals, for somebody in their team.
_HANDED_OVER = select(operations.c.id).where(
    operations.c.state.in_((State.READY.value, State.REVEALING.value)),
    func.lower(operations.c.request["manager"]["id"].as_string()) == bindparam("person"),
)
#: What somebody is asked about a caller.
_ASKED_FOR_PROOF = select(proofs.c.id).where(
    func.lower(proofs.c.asked_id) == bindparam("person"),
    (proofs.c.state == ProofState.ASKED.value) | (proofs.c.answered_at > bindparam("since")),
)
_COUNT_MAILED = select(func.count(), func.min(notices.c.told_at)).where(_MAILED)

_OPERATION = select(operations).where(operations.c.id == bindparam("operation"))
_ROW_OF_FILE = select(bulk_rows).where((bulk_rows.c.job == bindparam("operation")) & (bulk_rows.c.number == bindparam("row")))
_WAITING_OF_FILE = (notices.c.operation_id == bindparam("job")) & (notices.c.state == Told.WAITING.value)
_ANY_OF_FILE = select(notices.c.number).where(_WAITING_OF_FILE).limit(1)
_COUNT_OF_FILE = (
    select(notices.c.state, func.count().label("many")).where(notices.c.operation_id == bindparam("job")).group_by(notices.c.state)
)
_FILES_WAITING = select(notices.c.operation_id).where(_WAITING_MAIL, notices.c.row > 0).distinct()
_SHOW_FILE = (
    update(bulk_jobs)
    .where(bulk_jobs.c.job == bindparam("of"), or_(bulk_jobs.c.shown_at.is_(None), bulk_jobs.c.shown_at <= bindparam("before")))
    .values(shown_at=bindparam("at"))
)
_JOB_STATE = select(operations.c.state).where(operations.c.id == bindparam("job"))
#: While people are told of a file that is done its card follows at most so often.
CARD_EVERY = timedelta(minutes=10)
DAY = timedelta(days=1)


def begin(connection: Connection, enqueue: Enqueue, operation: Operation, rules: NoticeRules, at: datetime) -> None:
    """Stores the notices of an operation that has ended, and has them delivered."""
    in_chat = _IN_CHAT(connection, {"person": operation.target.id}).first() is not None
    if made := due(operation, rules, at, in_chat=in_chat):
        connection.execute(_ADD, [_row(notice) for notice in made])
        enqueue(connection, Workflow.NOTIFY.value, operation.id)
        if any(notice.way is Way.MAIL for notice in made):
            enqueue(connection, Workflow.MAIL.value, operation.id)


def begin_rows(
    connection: Connection, enqueue: Enqueue, job_id: str, ended: Iterable[FileRow], rules: NoticeRules, at: datetime
) -> None:  # fmt: skip
    """The same for rows of a file."""
    made = [notice for row in ended if (notice := due_of_row(job_id, row, rules, at))]
    if not made:
        return
    # Whoever sends goes on until no mail waits. The caller has the trail, as whoever settles a mail has: so one that waits now will be
    # followed by another look, and nobody has to be sent for each row.
    sending = connection.execute(_ANY_MAIL).first() is not None
    connection.execute(_ADD, [_row(notice) for notice in made])
    if not sending:
        enqueue(connection, Workflow.MAIL.value, job_id, occasion=f"row-{made[0].row}")


def about(connection: Connection, notice: Notice) -> Operation:
    """See `ports.Notices.about`."""
    given = {"operation": notice.operation_id, "row": notice.row}
    operation = records.operation(connection.execute(_OPERATION, given).one())
    if not notice.row:
        return operation
    row = records.bulk_row(connection.execute(_ROW_OF_FILE, given).one())
    return replace(operation.of_row(row), finished_at=notice.at)


def telling(connection: Connection, job_id: str, now: datetime) -> Telling:
    """How far the mails about a file are."""
    many = {found.state: found.many for found in connection.execute(_COUNT_OF_FILE, {"job": job_id})}
    waiting, held_until = many.get(Told.WAITING.value, 0), None
    if waiting:
        count, first = connection.execute(_COUNT_MAILED, {"since": now - DAY}).one()
        held_until = first + DAY if count >= MAILS_A_DAY else None
    return Telling(many.get(Told.DELIVERED.value, 0), many.get(Told.UNDELIVERABLE.value, 0), waiting, held_until)


class StoredNotices:
    """`ports.Notices` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue) -> None:
        self._transactions = transactions
        self._enqueue = enqueue

    async def of(self, operation_id: str, row: int = 0) -> tuple[Notice, ...]:
        return await self._transactions.read(lambda connection: notices_of(connection, operation_id, row))

    async def in_teams(self, person_id: str, since: datetime) -> bool:
        def work(connection: Connection) -> bool:
            lately = {"person": person_id, "since": since}
            asked = ((_IN_TEAMS, lately), (_ASKED_FOR_PROOF, lately), (_HANDED_OVER, {"person": person_id}))
            return any(connection.execute(query, values).first() is not None for query, values in asked)

        return await self._transactions.read(work)

    async def about(self, notice: Notice) -> Operation:
        return await self._transactions.read(lambda connection: about(connection, notice))

    async def next_mail(self, now: datetime) -> tuple[Notice, datetime] | None:
        def work(connection: Connection) -> tuple[Notice, datetime] | None:
            for query in (_DUE_OF_OPERATIONS, _DUE_OF_FILES, _NEXT_MAIL):
                if found := connection.execute(query, {"now": now}).first():
                    return notice_in(found), found.due_at
            return None

        return await self._transactions.read(work)

    async def mails_since(self, since: datetime) -> tuple[int, datetime | None]:
        def work(connection: Connection) -> tuple[int, datetime | None]:
            count, first = connection.execute(_COUNT_MAILED, {"since": since}).one()
            return count, first

        return await self._transactions.read(work)

    async def held_back(self, now: datetime) -> None:
        def work(connection: Connection) -> None:
            for job_id in connection.execute(_FILES_WAITING).scalars().all():
                self._start(connection, job_id, shown_on_the_way(job_id, now))

        await self._transactions.write(work)

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

        def work(connection: Connection, trail: Trail) -> bool:
            if not connection.execute(_SETTLE, values | {"notice": notice.id}).rowcount:
                return False
            trail.append(event)
            if notice.row:
                self._show_file(connection, notice.operation_id, event.at)
                return True
            if to_log:
                outbox.add_remark(connection, self._enqueue, undelivered_post(notice, event.at))
            theirs = notices_of(connection, notice.operation_id, notice.row)
            if settled(theirs):
                write_told(connection, notice.operation_id, theirs)
                self._start(connection, notice.operation_id, shown_once_told(notice.operation_id))
            return True

        return await self._transactions.record(work)

    def _show_file(self, connection: Connection, job_id: str, at: datetime) -> None:
        """The card of a file follows: now and then, and with the last mail; while its rows are carried out it does so by itself."""
        some_left = connection.execute(_ANY_OF_FILE, {"job": job_id}).first() is not None
        before = at - CARD_EVERY if some_left else at
        shows_itself = not some_left and not State(connection.execute(_JOB_STATE, {"job": job_id}).scalar_one()).finished
        if not shows_itself and connection.execute(_SHOW_FILE, {"of": job_id, "before": before, "at": at}).rowcount:
            self._start(connection, job_id, shown_on_the_way(job_id, at, last=not some_left))

    def _start(self, connection: Connection, operation_id: str, work: Work) -> None:
        self._enqueue(connection, work.workflow.value, operation_id, occasion=work.occasion, key=work.key)


def notices_of(connection: Connection, operation_id: str, row: int) -> tuple[Notice, ...]:
    """Those of an operation, or of one row of a file, in the order in which they came to be."""
    return tuple(map(notice_in, connection.execute(_OF, {"operation": operation_id, "row": row})))


def write_told(connection: Connection, operation_id: str, theirs: Iterable[Notice]) -> None:
    """Who was told of an operation, and who did not want it, as its cards say it."""
    lines = [to_store(each) for each in said(theirs)]
    connection.execute(update(operations).where(operations.c.id == operation_id).values(told=lines))


def _row(notice: Notice) -> dict[str, Any]:
    return asdict(notice) | {name: getattr(notice, name).value for name in _WORDS} | {"due_at": notice.at}


def notice_in(found: Row[Any]) -> Notice:
    """The notice in a row of the table."""
    stored = {name: value for name, value in found._mapping.items() if name not in ("number", "due_at")}
    return Notice(
        **stored
        | {"recipient": Recipient(found.recipient), "way": Way(found.way), "state": Told(found.state), "why": from_store(found.why)}
    )
