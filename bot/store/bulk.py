"""Bulk jobs in the database: `ports.BulkJobs`. A job is an operation; what it waits for and its rows stand beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, case, func, insert, select, update

from bot.domain.audit import AuditEvent
from bot.domain.bulk import MOST_OF_ONE, Hold, Progress
from bot.domain.consequences import shown_on_the_way
from bot.domain.hindrance import Hindrance
from bot.domain.life import State
from bot.domain.notice_rules import NO_NOTICES, NoticeRules
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.rows import Row, RowEnd, Sample, Taken
from bot.domain.said import from_store, to_column
from bot.ports import JobAtWork
from bot.store import bulk_read, bulk_rows, notices
from bot.store.bulk_checks import StoredChecks, state_of
from bot.store.moves import Seen, start
from bot.store.tables import bulk_jobs, operations
from bot.store.tables import bulk_rows as rows_table
from bot.store.trail import Trail
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from bot.store.engine import Enqueue, IsDead

T = TypeVar("T")

#: While a job runs its card follows at most so often.
CARD_EVERY = timedelta(seconds=10)
_AT_WORK = [State.CHECKING.value, State.QUEUED.value, State.RUNNING.value]
#: What counts against `MOST_OF_ONE`.
_ONES_OWN = [*_AT_WORK, State.PROPOSED.value]

_jobs = bulk_jobs.c
#: Asked for every few seconds.
_JOBS_AT_WORK = (
    select(operations.c.id, operations.c.requester_id, operations.c.state, bulk_jobs)
    .join(bulk_jobs, _jobs.job == operations.c.id)
    .where(operations.c.state.in_(_AT_WORK))
    .order_by(operations.c.created_at)
)


class StoredBulkJobs(StoredChecks):
    """`ports.BulkJobs` on SQLAlchemy Core.

    Args:
        me: names this process among those on the same database.
        is_dead: of another process.
        rules: who is told of a change.
    """

    def __init__(
        self, transactions: Transactions, enqueue: Enqueue, me: str, is_dead: IsDead, rules: NoticeRules = NO_NOTICES
    ) -> None:  # fmt: skip
        super().__init__(transactions, enqueue, me)
        self._enqueue = enqueue
        self._is_dead = is_dead
        self._rules = rules

    async def begin(self, operation: Operation, event: AuditEvent) -> Operation | tuple[str, ...]:
        theirs = (func.lower(operations.c.requester_id) == operation.requester.id.lower()) & operations.c.state.in_(_ONES_OWN)
        under_way = select(operations.c.id).join(bulk_jobs, _jobs.job == operations.c.id).where(theirs).order_by(operations.c.created_at)

        def work(connection: Connection, trail: Trail) -> Operation | tuple[str, ...]:
            # The trail keeps others from beginning one at the same time.
            if len(found := tuple(connection.execute(under_way).scalars())) >= MOST_OF_ONE:
                return found
            stored = self._moves.begin(connection, trail, "check", operation, event)
            connection.execute(insert(bulk_jobs).values(job=stored.id, reader=self._me))
            return stored

        return await self._transactions.record(work)

    async def at_work(self) -> tuple[JobAtWork, ...]:
        def work(connection: Connection) -> tuple[JobAtWork, ...]:
            return tuple(
                JobAtWork(
                    found.id,
                    found.requester_id.lower(),
                    State(found.state),
                    read=not found.reader,
                    hold=Hold(found.hold),
                    hindrance=bulk_read.hindrance(found),
                )
                for found in connection.execute(_JOBS_AT_WORK)
            )

        return await self._transactions.read(work)

    async def abandoned(self) -> tuple[str, ...]:
        """See `ports.BulkJobs`: rows of dead processes are let go of on the way."""

        def work(connection: Connection) -> tuple[str, ...]:
            jobs = connection.execute(
                select(operations.c.id, _jobs.reader).join(bulk_jobs, _jobs.job == operations.c.id).where(operations.c.state.in_(_AT_WORK))
            ).all()
            lost = []
            for job_id, reader in jobs:
                dead = [taker for taker in bulk_read.takers(connection, job_id) - {self._me} if self._is_dead(connection, taker)]
                if dead:
                    bulk_rows.release(connection, [job_id], dead)
                if reader and reader != self._me and self._is_dead(connection, reader):
                    lost.append(job_id)
            return tuple(lost)

        return await self._transactions.write(work)

    async def started_anew(self) -> tuple[str, ...]:
        """As `abandoned`, where no other process can be alive: whatever was taken was taken by an earlier life of this one."""

        def work(connection: Connection) -> tuple[str, ...]:
            bulk_rows.release(connection, None, None)
            unread = select(_jobs.job).join(operations, operations.c.id == _jobs.job)
            return tuple(connection.execute(unread.where((_jobs.reader != "") & (operations.c.state == State.CHECKING.value))).scalars())

        return await self._transactions.write(work)

    async def prepare_run(self, job_id: str, first: int) -> None:
        """The first rows are counted from now on, unless they are already."""
        fresh = (_jobs.job == job_id) & (_jobs.counted_from.is_(None)) & (_jobs.first == -1)
        await self._transactions.write(lambda connection: connection.execute(update(bulk_jobs).where(fresh).values(first=first)))

    async def changed(self, job_id: str, object_ids: Collection[str]) -> tuple[Person, ...]:
        return await self._transactions.read(lambda connection: bulk_read.changed(connection, job_id, object_ids))

    async def take(self, job_id: str, most: int, at: datetime) -> tuple[Taken, ...]:
        def work(connection: Connection, trail: Trail) -> tuple[Taken, ...]:
            job = connection.execute(select(bulk_jobs).where(_jobs.job == job_id).with_for_update()).one()
            if job.hold not in ("", Hold.ENDING.value) or state_of(connection, job_id) is not State.RUNNING:
                return ()  # of a job that ends, what a dead process left under way is still to be looked at
            cut_off_too = most if job.first < 0 else min(most, job.first + bulk_read.cut_off(connection, job_id))
            taken = bulk_rows.take(connection, trail, job_id, self._me, cut_off_too, at) if cut_off_too else ()
            if job.first > 0 and (fresh := sum(not one.cut_off for one in taken)):
                connection.execute(update(bulk_jobs).where(_jobs.job == job_id).values(first=max(0, job.first - fresh)))
            return taken

        return await self._transactions.record(work)

    async def give_back(self, job_id: str, rows: Sequence[Row], at: datetime) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            hold = connection.execute(select(_jobs.hold).where(_jobs.job == job_id).with_for_update()).scalar_one()
            to = State.CANCELLED if hold == Hold.ENDING.value else State.QUEUED
            bulk_rows.give_back(connection, trail, job_id, rows, at, to)
            first = case((_jobs.first >= 0, _jobs.first + len(rows)), else_=_jobs.first)
            connection.execute(update(bulk_jobs).where(_jobs.job == job_id).values(first=first))

        await self._transactions.record(work)

    async def ended(self, job_id: str, ends: Sequence[tuple[Row, RowEnd]], at: datetime, percent: int) -> tuple[int, str] | None:
        def work(connection: Connection, trail: Trail) -> tuple[int, str] | None:
            over = bulk_rows.ended(connection, trail, job_id, ends, at)
            notices.begin_rows(connection, self._enqueue, job_id, over, self._rules, at)
            if not any(end.code for _, end in ends):
                return None
            since = connection.execute(select(_jobs.counted_from).where(_jobs.job == job_id)).scalar()
            return bulk_read.failing(connection, job_id, percent, since)

        return await self._transactions.record(work)

    async def left_alone(self, job_id: str, at: datetime) -> bool:
        return await self._transactions.record(lambda connection, trail: bulk_rows.left_alone(connection, trail, job_id, at))

    async def first_left(self, job_id: str) -> int:
        return await self._transactions.read(
            lambda connection: connection.execute(select(_jobs.first).where(_jobs.job == job_id)).scalar_one()
        )

    async def hold(self, job_id: str, hold: Hold, event: AuditEvent, *, why: str = "") -> bool:
        def work(connection: Connection, trail: Trail) -> bool:
            free = (_jobs.job == job_id) & (_jobs.hold == "")
            values = {"hold": hold.value, "held_by": event.actor_name, "held_why": to_column(why)}
            if not connection.execute(update(bulk_jobs).where(free).values(values)).rowcount:
                return False
            self._moves.stay(connection, "hold", Seen(job_id), trail=trail, event=event)
            return True

        return await self._transactions.record(work)

    async def go_on(self, job_id: str, seen: Hold, event: AuditEvent) -> bool:
        def work(connection: Connection, trail: Trail) -> bool:
            held = (_jobs.job == job_id) & (_jobs.hold == seen.value)
            values: dict[str, Any] = {"hold": "", "held_by": "", "held_why": ""}
            if seen is Hold.CANARY:
                values["first"] = -1
            if seen in (Hold.CANARY, Hold.FAILING):
                values["counted_from"] = event.at
            if not connection.execute(update(bulk_jobs).where(held).values(values)).rowcount:
                return False
            self._moves.stay(connection, "show", Seen(job_id), trail=trail, event=event)
            return True

        return await self._transactions.record(work)

    async def cancel_rest(self, job_id: str, event: AuditEvent, *, why: str = "") -> bool:
        def work(connection: Connection, trail: Trail) -> bool:
            if state_of(connection, job_id) not in (State.QUEUED, State.RUNNING):
                return False
            going = (_jobs.job == job_id) & (_jobs.hold != Hold.ENDING.value)
            ending = {"hold": Hold.ENDING.value, "held_by": event.actor_name, "held_why": to_column(why)}
            # The job first: whoever gives rows back asks it what becomes of them.
            if not connection.execute(update(bulk_jobs).where(going).values(ending)).rowcount:
                return False
            bulk_rows.cancel_rest(connection, job_id)
            self._moves.stay(connection, "show", Seen(job_id), trail=trail, event=event)
            return True

        return await self._transactions.record(work)

    async def show_progress(self, job_id: str, now: datetime, *, at_once: bool = False) -> None:
        def work(connection: Connection) -> None:
            if at_once:
                self._moves.stay(connection, "show", Seen(job_id))
                return
            due = (_jobs.job == job_id) & (_jobs.shown_at.is_(None) | (_jobs.shown_at <= now - CARD_EVERY))
            if connection.execute(update(bulk_jobs).where(due).values(shown_at=now)).rowcount:
                start(connection, self._enqueue, job_id, [shown_on_the_way(job_id, now)])

        await self._transactions.write(work)

    async def hindered(self, job_id: str, by: Hindrance | None) -> None:
        def work(connection: Connection) -> None:
            if state_of(connection, job_id) in (State.CHECKING, State.RUNNING):
                connection.execute(update(bulk_jobs).where(_jobs.job == job_id).values(bulk_read.hindered(by)))
                self._moves.stay(connection, "show", Seen(job_id))

        await self._transactions.write(work)

    async def progress(self, job_id: str, now: datetime) -> Progress:
        def work(connection: Connection) -> Progress:
            job = connection.execute(select(bulk_jobs).where(_jobs.job == job_id)).one()
            states = bulk_read.states(connection, job_id)
            checked = connection.execute(select(func.count()).where((rows_table.c.job == job_id) & (rows_table.c.kind != ""))).scalar_one()
            under_way = (State.QUEUED.value, State.RUNNING.value)
            return Progress(
                checked=checked,
                ended={State(state): count for state, count in states.items() if state not in under_way},
                running=states.get(State.RUNNING.value, 0),
                codes=bulk_read.codes(connection, job_id),
                rate=bulk_read.rate(connection, job_id, now),
                hold=Hold(job.hold),
                held_by=job.held_by,
                held_why=from_store(job.held_why),
                hindrance=bulk_read.hindrance(job),
                telling=notices.telling(connection, job_id, now),
            )

        return await self._transactions.read(work)

    async def samples(self, job_id: str, each: int) -> tuple[Sample, ...]:
        return await self._transactions.read(lambda connection: bulk_read.samples(connection, job_id, each))

    async def first_ended(self, job_id: str, most: int) -> tuple[Row, ...]:
        return await self._transactions.read(lambda connection: bulk_read.first_ended(connection, job_id, most))

    async def states(self, job_id: str) -> dict[str, int]:
        return await self._transactions.read(lambda connection: bulk_read.states(connection, job_id))

    async def with_rows(self, job_id: str, use: Callable[[Iterator[Row]], T]) -> T:
        return await self._transactions.read(lambda connection: use(bulk_read.every(connection, job_id)))
