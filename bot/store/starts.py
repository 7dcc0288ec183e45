"""Work starts in the process whose transaction called for it, right after the commit, and not when its queue is looked at next.

The durable engine's row of such work says from that commit on that it is under way here, just as if the queue had been looked at in that
moment; limits are kept by what these rows say, so that all replicas keep them together. If this process dies, the row is what the engine
finds, and the work starts again like everything that was cut off. What a limit keeps back stays in its queue until something of it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, text

from bot.errors import StoreUnavailable
from bot.store.queued import now, queued
from bot.store.transactions import Transactions

log = structlog.get_logger()

#: How often it is looked for what nobody here put into a queue: put off until now, or left behind by another process.
LOOK_SECONDS = 1.0
#: Seconds before a step that failed is tried again: at first, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

#: Under which a connection carries the queues of which something may be taken, and what stands there for whatever waits longest.
_NOTED, _LONGEST = "noted queues", ""
_LOCK = text("SELECT pg_advisory_xact_lock(8203, hashtext(:queue))")

Step = Callable[[str], Awaitable[None]]


class Job(NamedTuple):
    """Work that is under way here.

    Attributes:
        queue: which queue it was in, which is the name of its workflow.
        id: the engine's id of it: the queue's name, a colon and what the step is given.
    """

    queue: str
    id: str

    @classmethod
    def about(cls, queue: str, subject: str) -> Job:
        """The one that does this about a subject."""
        return cls(queue, f"{queue}:{subject}")

    @property
    def subject(self) -> str:
        """What the step is given."""
        return self.id.removeprefix(f"{self.queue}:")


class Starts:
    """Takes work out of the engine's queues and carries it out on the running loop.

    Args:
        steps: queue -> what is done; one that raises is repeated until it does not.
        limits: queue -> `worker_concurrency` at once here; where there is `partition_concurrency`, one at a time for each key, and where
            there is `global_concurrency`, one at a time in all processes.
        me: the engine's name of this process.
        version: that of the workflows which this process can run.
        replicated: other processes use the database too.
    """

    def __init__(
        self,
        transactions: Transactions,
        steps: Mapping[str, Step],
        limits: Mapping[str, Mapping[str, int]],
        me: str,
        version: str,
        *,
        replicated: bool,
    ) -> None:
        self.transactions, self._steps, self._limits, self._replicated = transactions, steps, limits, replicated
        self._rows = queued(replicated=replicated)
        self._taking = {name: self._rows.taking(limit) for name, limit in limits.items()}
        self._us = {"me": me, "version": version}
        self._loop = asyncio.get_running_loop()
        self._running: Counter[str] = Counter()
        self._changing = threading.Lock()  # counted by the loop and by threads of transactions
        self._left: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._watch: asyncio.Task[None] | None = None
        self._again = asyncio.Event()

    def note(self, connection: Connection, job: Job) -> None:
        """When this transaction ends this job may be taken; one without an id stands for what waits longest in its queue."""
        connection.info.setdefault(_NOTED, {}).setdefault(job.queue, set()).add(job.id)

    def claim(self, connection: Connection) -> list[Job]:
        """The last statements of a transaction: takes what it noted, as far as there is room. What is returned begins after the commit."""
        jobs = []
        for queue, ids in sorted(connection.info.pop(_NOTED, {}).items()):
            room = self._limits[queue]["worker_concurrency"] - self._running[queue]
            found = self._take(connection, queue, room, ids) if room > 0 and not self._closing else []
            jobs += [Job(queue, id) for id in found]
            if room > 0 and _LONGEST in ids and not found and queue not in self._rows.waiting(connection):
                self._left.discard(queue)  # and not while something waits for another of its key to end
            elif len(found) < len(ids) or _LONGEST in ids:
                self._left.add(queue)
        return jobs

    def _take(self, connection: Connection, queue: str, room: int, ids: set[str]) -> Sequence[str]:
        if self._replicated:  # nobody else takes from it until this transaction has ended
            connection.execute(_LOCK, {"queue": queue})
        way, values = self._taking[queue], {"queue": queue, "now": now(), **self._us}
        if _LONGEST in ids:
            return way.longest(connection, {**values, "room": room}).scalars()
        found: list[str] = []
        for id in sorted(ids):
            found += way.this(connection, {**values, "room": min(1, room - len(found)), "id": id}).scalars()
        return found

    def begin(self, jobs: Sequence[Job]) -> None:
        """Starts what was claimed, from whatever thread."""
        if not jobs:
            return
        with self._changing:
            self._running.update(job.queue for job in jobs)
        with contextlib.suppress(RuntimeError):  # the loop is closed: the engine's next start finds them
            self._loop.call_soon_threadsafe(self._launch, jobs)

    def _launch(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            task = asyncio.create_task(self._carry_out(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, job: Job) -> None:
        try:
            await self._until_done(job)
        finally:
            with self._changing:
                self._running[job.queue] -= 1
        await self._end(job)

    async def _until_done(self, job: Job) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._steps[job.queue](job.subject)
            except Exception as error:
                log.warning("a step failed and is tried again", action="step_failed", step=job.queue, error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _end(self, job: Job) -> None:
        """Says that it is done, and takes what waited for that."""

        def ended(connection: Connection) -> None:
            self._rows.end(connection, job.id)
            if job.queue in self._left:
                self.note(connection, Job(job.queue, _LONGEST))

        while True:
            try:
                return await self.transactions.write(ended)
            except StoreUnavailable:
                await asyncio.sleep(FIRST_PAUSE)

    async def run(self, queue: str, subject: str) -> None:
        """Carries out what the engine itself took out of a queue."""
        with self._changing:
            self._running[queue] += 1
        this = asyncio.current_task()
        assert this is not None, "the engine runs it as a task"
        self._tasks.add(this)
        this.add_done_callback(self._tasks.discard)  # when the engine has noted it down, too
        try:
            await self._steps[queue](subject)
        finally:
            with self._changing:
                self._running[queue] -= 1

    def watch(self) -> None:
        """Looks from now on for what others put into the queues, or an earlier life left there."""
        self._watch = asyncio.create_task(self._look_now_and_then())

    def look_again(self) -> None:
        """Looks now, called from whatever thread: there is something in a queue that nobody here has put there."""
        self._loop.call_soon_threadsafe(self._again.set)

    async def _look_now_and_then(self) -> None:
        while True:
            try:
                await self._look()
            except StoreUnavailable as error:
                log.warning("queues wait for the database", action="queues_wait", error=str(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._again.wait()
            self._again.clear()

    async def _look(self) -> None:
        found = await self.transactions.read(self._rows.waiting)
        jobs = [Job(queue, _LONGEST) for queue in found if queue in self._limits]

        def noted(connection: Connection) -> None:
            for job in jobs:
                self.note(connection, job)

        if jobs:
            await self.transactions.write(noted)

    async def close(self, seconds: float) -> None:
        """Starts nothing more; what runs gets so long to end, and is cut off then: the engine finds it again."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        left = [*self._tasks, *((self._watch,) if self._watch else ())]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
