"""One process's work on the rows of one job: takes some, carries each out like a single change, records how it ended.

Every row is read, compared, reviewed, written and read back by itself, so a slow or failing one keeps no other back. A row that was
taken and not written yet is given back when the job is held. Several processes may work on one job; whoever finds nothing left ends it.

A job pauses itself here (`_hold`): once its first rows are done, when too many of the last rows failed for one reason (`too_many` in
`domain.bulk`), and while Doorman as a whole is paused. What people press is in `steer`.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import Hold
from bot.domain.change import Change
from bot.domain.life import State
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.policy import Decision, Reason
from bot.domain.rows import Row, RowEnd, Taken
from bot.domain.said import join, say, say_count
from bot.errors import StoreUnavailable
from bot.services import explain
from bot.services.bulk.agreed import Agreed
from bot.services.bulk.crewing import Crewing
from bot.services.bulk.summary import summed_up
from bot.services.ending import ending
from bot.services.execute import Account, carry_out
from bot.services.seen import Seen
from bot.services.steps import Run

log = structlog.get_logger()

#: A pause is noticed within this time.
LOOK_SECONDS = 0.4
#: How rows that have ended wait to be stored together, and how many do so at the most.
STORE_SECONDS, STORED_TOGETHER = 0.2, 12
TAKEN_TOGETHER = 16
#: So many of the first rows are named when its requester is asked about the rest.
NAMED = 10
#: Rows under way that only wait for Entra to show a write; beyond this none are taken.
MOST_RESTING = 1_000
#: How long the requester's rights are believed; who loses them is noticed after this.
STANDING_SECONDS = 20.0
#: Until approvers are asked about again whom Entra ID could not say.
ASK_AGAIN_SECONDS = 5.0


class HeldBack(Exception):
    """The job is held, and this row was not touched yet."""


class Crew:
    """Works until the job is held or over.

    Args:
        operation: the job, QUEUED or RUNNING.
    """

    def __init__(self, crewing: Crewing, operation: Operation) -> None:
        self._with = crewing
        self._job = operation
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting = 0
        self._ends: list[tuple[Row, RowEnd]] = []
        self._back: list[Row] = []
        self._storing = asyncio.Lock()
        self._held = False
        self._agreed = Agreed(crewing.tenant.directory, operation)
        self._ending = False
        self._broken = False
        self._none_before = 0.0
        self._standing: tuple[float, Standing] | None = None
        self._news = asyncio.Event()

    async def work(self) -> None:
        """Raises StoreUnavailable when the database is gone; what was taken is given to whoever works next."""
        if not await self._begin():
            return
        keeping = asyncio.create_task(self._keep_books())
        try:
            while True:
                if (self._held and not self._ending) or self._broken:
                    if not self._tasks:
                        await self._show_where_it_stands()
                        return
                elif self._agreed.unknown and not self._ending:
                    await self._ask_approvers()
                    continue
                elif not await self._take() and not self._tasks:
                    await self._store()
                    if await self._over():
                        return
                    await asyncio.sleep(LOOK_SECONDS)  # others are at it
                await self._wait()
        finally:
            keeping.cancel()
            await self._leave(keeping)

    async def _begin(self) -> bool:
        """Starts a job that has just been agreed to; False when it is not to be worked on."""
        jobs, job, now = self._with.jobs, self._job, self._with.clock()
        assert job.bulk is not None, "it is a job"
        if job.state is State.RUNNING:
            return True
        if await jobs.digest(job.id) != job.bulk.plan:
            if await self._start():
                await self._finish(State.FAILED, say("What the rows would do is not what was agreed to. Nothing was changed."))
            return False
        rules = self._with.rules
        await jobs.prepare_run(job.id, rules.canary if 0 < rules.canary < job.bulk.to_change else -1)
        while await jobs.left_alone(job.id, now):
            pass
        return await self._start()

    async def _start(self) -> bool:
        now, job = self._with.clock(), self._job
        event = AuditEvent(Tag.BULK_JOB_STARTED, now, operation_id=job.id, target_id=job.target.id)
        return await self._with.operations.move(job.id, "start", State.RUNNING, event, at=now) is not None

    async def _take(self) -> bool:
        """Takes more rows when there is room; whether any were taken."""
        places = int(self._with.tenant.budget.rate * 2) + TAKEN_TOGETHER
        room = places - (len(self._tasks) - self._resting)
        if room < min(TAKEN_TOGETHER, places // 2) or self._resting > MOST_RESTING:
            return True
        now = asyncio.get_running_loop().time()
        if self._tasks and now < self._none_before:
            return False
        taken = await self._with.jobs.take(self._job.id, min(room, TAKEN_TOGETHER), self._with.clock())
        self._none_before = 0.0 if taken else now + LOOK_SECONDS
        for one in taken:
            task = asyncio.create_task(self._carry_out(one))
            self._tasks.add(task)
            task.add_done_callback(self._done)
        return bool(taken)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._news.set()

    async def _wait(self) -> None:
        """Until something ended, or a moment has passed."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STORE_SECONDS / 2):
                await self._news.wait()

    async def _carry_out(self, taken: Taken) -> None:
        row = taken.row
        run = Run(self._job.of_row(row), cut_off=taken.cut_off)
        people = self._with.tenant.people
        wrote = taken.cut_off

        async def read() -> Seen:
            assert row.target is not None, "only rows about somebody are carried out"
            return Seen(await people.dossier(row.target.id), await self._requester())

        async def read_back(known: Dossier) -> Dossier:
            return known.renewed(await people.phones(known.person.id))

        def go() -> None:
            nonlocal wrote
            if (self._held or self._agreed.unknown) and not wrote:
                raise HeldBack
            wrote = True

        async def write(change: Change) -> str:
            assert row.target is not None, "only rows about somebody are carried out"
            return await self._with.tenant.bulk.apply(row.target.id, change, run.operation.id, go)

        try:
            await carry_out(run, self._with.reviewer, Account(read, read_back, write), self._rest)
        except HeldBack:
            self._back.append(row)
            return
        except StoreUnavailable:
            self._broken = True  # it stays taken until this crew has ended, and the next one looks what became of it
            return
        except Exception as error:  # a defect of ours ends in a sentence, and keeps no other row back
            run.after_defect(explain.incident(error))
        if run.stopped_by == Reason.PAUSED.value and not wrote:
            self._back.append(row)
            return
        end = ending(run)
        code = "" if end.state is State.SUCCEEDED else run.code or end.state.value
        self._ends.append((row, RowEnd(end.state, end.outcome, code, tuple(filter(None, run.request_ids)), run.fates)))

    async def _rest(self, seconds: float) -> None:
        """A pause of one row, in which it takes nobody's place."""
        self._resting += 1
        try:
            await self._with.sleep(seconds)
        finally:
            self._resting -= 1

    async def _requester(self) -> Standing:
        now = asyncio.get_running_loop().time()
        if self._standing is None or now - self._standing[0] > STANDING_SECONDS:
            standing = await self._with.tenant.directory.standing(self._job.requester.id, self._with.reviewer.policy.groups())
            self._standing = (now, standing)
        return self._standing[1]

    async def _keep_books(self) -> None:
        """Stores what has ended, looks whether the job goes on, and lets its card follow."""
        loop = asyncio.get_running_loop()
        looked = 0.0
        while True:
            try:
                if self._ends or self._back:
                    await self._store()
                if loop.time() - looked >= LOOK_SECONDS:
                    looked = loop.time()
                    await self._look()
            except StoreUnavailable as error:
                log.warning("bulk job waits for the database", action="bulk_store", job=self._job.id, error=str(error))
                self._held = self._broken = True
            await asyncio.sleep(STORE_SECONDS)

    async def _look(self) -> None:
        now = self._with.clock()
        at_work = {one.id: one for one in await self._with.jobs.at_work()}
        job = at_work.get(self._job.id)
        self._held = job is None or job.hold is not Hold.NONE
        self._ending = job is not None and job.hold is Hold.ENDING
        if self._held:
            self._agreed.stood_still()
            return
        stop = await self._with.stops.stop("", now)
        if stop.pause:
            await self._hold(Hold.ALL_PAUSED, say("{name} has paused Doorman.", name=stop.pause.by_name))
            return
        if not (level := self._with.reviewer.suffices(self._job, stop)).allowed:
            await self._end_rest(level)
            return
        await self._with.jobs.show_progress(self._job.id, now)

    async def _ask_approvers(self) -> None:
        """Lets the job go on if everybody who agreed still may, ends it if somebody does not, and waits while nobody can say."""
        agreed = await self._agreed.ask()
        if agreed is None:
            await self._with.sleep(ASK_AGAIN_SECONDS)
        elif not agreed.allowed:
            await self._end_rest(agreed)

    async def _end_rest(self, verdict: Decision) -> None:
        """What is left is not done, because it may not be any more."""
        facts = {"code": verdict.reason.value, "outcome": str(verdict.text)}
        event = AuditEvent(Tag.BULK_JOB_STOPPED, self._with.clock(), operation_id=self._job.id, facts=facts)
        await self._with.jobs.cancel_rest(self._job.id, event, why=verdict.text)
        self._held = self._ending = True

    async def _hold(self, hold: Hold, why: str) -> None:
        """The job stands still from now on, for its own reasons."""
        self._held = True
        self._agreed.stood_still()
        event = AuditEvent(Tag.BULK_JOB_HELD, self._with.clock(), operation_id=self._job.id, facts={"code": hold.value})
        await self._with.jobs.hold(self._job.id, hold, event, why=why)

    async def _store(self) -> None:
        """Stores how rows ended and gives back what was not touched; one at a time, since what is stored is then taken off the list."""
        async with self._storing:
            await self._store_all()

    async def _store_all(self) -> None:
        while self._ends:
            ends = self._ends[:STORED_TOGETHER]
            too_many = await self._with.jobs.ended(self._job.id, ends, self._with.clock(), self._with.rules.failing_percent)
            del self._ends[: len(ends)]
            if too_many and not self._held and (await self._with.jobs.states(self._job.id)).get(State.QUEUED.value):
                count, outcome = too_many
                why = say_count(count, "{count} of the last rows ended so: {outcome}", "{count} of the last rows ended so: {outcome}",
                                outcome=outcome)  # fmt: skip
                await self._hold(Hold.FAILING, why)
        if self._back:
            rows = list(self._back)
            await self._with.jobs.give_back(self._job.id, rows, self._with.clock())
            del self._back[: len(rows)]

    async def _leave(self, *others: asyncio.Task[None]) -> None:
        """Stores what has ended; what is still under way is left to the next life, which looks what became of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *others, return_exceptions=True)
        with contextlib.suppress(StoreUnavailable):
            await self._store()

    async def _show_where_it_stands(self) -> None:
        """What was under way when the job was held has ended by now, and its card says so."""
        await self._store()
        if self._held:
            await self._with.jobs.show_progress(self._job.id, self._with.clock(), at_once=True)

    async def _over(self) -> bool:
        """Nothing could be taken: ends the job when nothing is left, asks before the rest when the first rows are done."""
        jobs, job = self._with.jobs, self._job
        states = await jobs.states(job.id)
        if states.get(State.RUNNING.value):
            return False  # others are at it, or somebody died over them
        if states.get(State.QUEUED.value):
            if await jobs.first_left(job.id) == 0:
                tried = await jobs.first_ended(job.id, NAMED)
                names = join(", ", (row.target.upn if row.target else row.user for row in tried))
                await self._hold(Hold.CANARY, say("They are: {names}.", names=names))
                return True
            return False
        cancelled = states.get(State.CANCELLED.value)
        why = (await jobs.progress(job.id, self._with.clock())).held_why if cancelled else ""
        await self._finish(*summed_up(states, why))
        return True

    async def _finish(self, state: State, outcome: str) -> None:
        now = self._with.clock()
        job = self._job
        facts = {"state": state.value, "outcome": str(outcome)}
        event = AuditEvent(Tag.BULK_JOB_FINISHED, now, operation_id=job.id, target_id=job.target.id, facts=facts)
        verb = "stop" if state is State.CANCELLED else "finish"
        await self._with.operations.move(job.id, verb, state, event, at=now, outcome=outcome)
        log.info("bulk job finished", action="bulk_finished", operation=job.id, state=state.value)
