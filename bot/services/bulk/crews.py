"""Every process looks for bulk jobs each second: checks the rows of new ones, works on those that are agreed to.

Nothing is handed over: a job is its rows, and a process that dies leaves them to the others, or to its own next life.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Protocol

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import MOST_OF_ONE, Hold
from bot.domain.hindrance import Hindrance
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.said import say
from bot.errors import DirectoryError, Refusal, StoreUnavailable, Throttled, Unavailable
from bot.ports import JobAtWork
from bot.services import explain
from bot.services.bulk.check import Checking, check_rows, conclude, preview
from bot.services.bulk.crew import Crew
from bot.services.bulk.crewing import Crewing

log = structlog.get_logger()

#: How soon another process's job is noticed.
LOOK_SECONDS = 1.0
#: Looks between searches for what dead processes left.
ABANDONED_EVERY = 5
#: Rows looked at together, and how many such groups at once.
CHECKED_TOGETHER, GROUPS = 40, 3
#: Pause when Graph cannot be read at all.
PAUSE_SECONDS = 2.0
_GOING = (Hold.NONE, Hold.ENDING)


class Again(Protocol):
    """`Receiving.again`."""

    async def __call__(self, job_id: str, *, alone: bool) -> bool: ...


class Crews:
    """The bulk jobs of this process.

    Args:
        alone: no other process can be at work on this database.
    """

    def __init__(self, crewing: Crewing, checking: Checking, *, alone: bool) -> None:
        self._crewing = crewing
        self._checking = checking
        self.alone = alone
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._told: dict[str, Hindrance | None] = {}  # what hinders each job, as this process last knew it
        self._awake = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    def start(self, again: Again) -> None:
        """Begins to look.

        Args:
            again: has this process read a file over which another one died.
        """
        self._watching = asyncio.create_task(self._watch(again))

    async def close(self) -> None:
        """Leaves everything as it is; what is half done is taken up by the next life."""
        tasks = [task for task in (self._watching, *self._at_work.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """There may be something to do now."""
        self._awake.set()

    async def _watch(self, again: Again) -> None:
        looks = 0
        while True:
            try:
                if looks == 0 and self.alone:
                    await self._left(await self._crewing.jobs.started_anew(), again)
                elif not self.alone and looks % ABANDONED_EVERY == 0:
                    await self._left(await self._crewing.jobs.abandoned(), again)
                looks += 1
                jobs = await self._crewing.jobs.at_work()
                for job in jobs:
                    if self._is_its_turn(job, jobs):
                        await self._look_after(job)
                    await self._tell_what_hinders(job)
                self._told = {job.id: self._told[job.id] for job in jobs if job.id in self._told}
            except StoreUnavailable as error:
                log.warning("bulk jobs wait for the database", action="bulk_store", error=str(error))
            except Exception as error:  # whatever it was: jobs nobody looks for would stand still for good
                explain.incident(error)
            self._awake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._awake.wait()

    def _is_its_turn(self, job: JobAtWork, jobs: Sequence[JobAtWork]) -> bool:
        """Whether a job that was agreed to may begin: however many of one person's were, no more than `MOST_OF_ONE` run."""
        if job.state is not State.QUEUED or job.hold is Hold.ENDING or job.id in self._at_work:
            return True
        theirs = [other for other in jobs if other.requester_id == job.requester_id and other.hold in _GOING]
        running = [other for other in theirs if other.state is State.RUNNING or (other.state is State.QUEUED and other.id in self._at_work)]
        return len(running) < MOST_OF_ONE

    async def _look_after(self, job: JobAtWork) -> None:
        if job.id in self._at_work:
            return
        if job.hold is Hold.ALL_PAUSED and not (await self._crewing.stops.stop("", self._crewing.clock())).pause:
            event = AuditEvent(Tag.BULK_JOB_RESUMED, self._crewing.clock(), operation_id=job.id, facts={"code": Hold.ALL_PAUSED.value})
            await self._crewing.jobs.go_on(job.id, Hold.ALL_PAUSED, event)
            self.wake()
        if job.hold not in _GOING or not job.read:
            return
        operation = await self._crewing.operations.get(job.id)
        if operation is None or operation.state is not job.state:
            return
        await self._crewing.jobs.let_go_of_own(job.id)  # of an earlier crew, which could not store how they ended
        work = self._check(operation) if job.state is State.CHECKING else self._carry_out(operation)
        task = self._at_work[job.id] = asyncio.create_task(work)
        # The next look is soon enough: at once, it would come back again and again while another process has the last rows.
        task.add_done_callback(lambda _: self._at_work.pop(job.id))

    async def _tell_what_hinders(self, job: JobAtWork) -> None:
        """Has the card of a job that is checked or runs say what hinders it, when that has changed.

        What another process, or an earlier life of this one, has said of the same stays, and with it since when.
        """
        if job.state is State.QUEUED or job.hold not in _GOING or not job.read:
            return
        if job.id not in self._told:
            self._crewing.tenant.hindrances.remember(job.hindrance)
            self._told[job.id] = job.hindrance
        now, said = self._crewing.tenant.hindrances.now, job.hindrance
        if now == self._told[job.id]:
            return
        if (now and now.silent) != (said and said.silent):
            await self._crewing.jobs.hindered(job.id, now)
        self._told[job.id] = now

    async def _carry_out(self, operation: Operation) -> None:
        try:
            await Crew(self._crewing, operation).work()
        except StoreUnavailable as error:
            log.warning("bulk job waits for the database", action="bulk_store", job=operation.id, error=str(error))
        except Exception as error:  # the next look takes it up again
            explain.incident(error)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _check(self, operation: Operation) -> None:
        try:
            standing = await self._requester(operation)
            if await self._check_all(operation, standing):
                await conclude(self._checking, operation, standing, self._crewing.tenant.budget.rate)
        except Refusal as refusal:
            await preview(self._checking, operation, State.FAILED, refusal.text)
        except (Throttled, Unavailable, StoreUnavailable) as error:
            log.warning("a check waits", action="bulk_check_waits", job=operation.id, error=f"{type(error).__name__}: {error}")
            asked = error.retry_after if isinstance(error, DirectoryError) else None
            await self._crewing.sleep(max(PAUSE_SECONDS, asked or 0.0))
        except DirectoryError as error:
            text, _ = explain.directory_sentence(error)
            await preview(self._checking, operation, State.FAILED, text)
        except Exception as error:
            await preview(self._checking, operation, State.FAILED, explain.incident(error))

    async def _requester(self, operation: Operation) -> Standing:
        return await self._crewing.tenant.directory.standing(operation.requester.id, self._crewing.reviewer.policy.groups())

    async def _check_all(self, operation: Operation, standing: Standing) -> bool:
        """Looks at rows until none is left; False when others still do, or nobody wants to know any more."""
        jobs = self._crewing.jobs

        async def group() -> None:
            while rows := await jobs.take_unchecked(operation.id, CHECKED_TOGETHER):
                done = False
                try:
                    checked = await check_rows(self._checking, operation, standing, rows)
                    await jobs.checked(operation.id, checked)
                    done = True
                finally:
                    if not done:
                        await jobs.let_go(operation.id, [row.number for row in rows])
                await jobs.show_progress(operation.id, self._crewing.clock())
                latest = await self._crewing.operations.get(operation.id)
                if latest is None or latest.state is not State.CHECKING:
                    return

        try:
            async with asyncio.TaskGroup() as groups:
                for _ in range(GROUPS):
                    groups.create_task(group())
        except ExceptionGroup as several:  # they fail alike: one of them tells
            raise several.exceptions[0] from several
        latest = await self._crewing.operations.get(operation.id)
        return latest is not None and latest.state is State.CHECKING and not await jobs.unchecked(operation.id)

    async def _left(self, job_ids: tuple[str, ...], again: Again) -> None:
        """Their file was being read by a process that died: it is read again where it is kept, and else nobody has it."""
        for job_id in job_ids:
            operation = await self._crewing.operations.get(job_id)
            if operation and operation.bulk and operation.bulk.sha256:
                await again(job_id, alone=self.alone)
            elif operation and operation.bulk:
                outcome = say("I was restarted while I read the file. Nothing was changed. Send it again.")
                await preview(self._checking, operation, State.FAILED, outcome)
