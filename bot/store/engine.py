"""The durable engine: DBOS workflows of one step each, started in the same transaction as the move that calls for them.

A process that dies leaves its workflows behind; they are taken up again at the next start (SQLite) or by another
replica (PostgreSQL). Steps may therefore run twice: each one compares before it acts.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from dbos import DBOS
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreUnavailable
from bot.store.queued import queued
from bot.store.starts import Job, Starts, Step
from bot.store.transactions import Transactions, close_for_good, open_engine_for_dbos

#: Raised only when queued workflows of an older release can no longer be run by the newer code.
WORKFLOW_VERSION = "1"

#: Workflow -> how many run at once: in this process (worker), in all processes (global), in all processes for one key (partition).
#: One account is changed by one operation at a time, also when the one before was cut off: running on beside a later one, it could
#: take the later one's result for its own beginning and write again. The cards of one operation are brought up to date by one
#: announcement at a time, so that two can never post two cards; its manager's card likewise. The log channel takes one at a time so that
#: posts stay in order, and so does the mailbox of notices, which has a pace.
QUEUES: Mapping[str, Mapping[str, Any]] = {
    "execute": {"worker_concurrency": 8, "partition_concurrency": 1},
    "announce": {"worker_concurrency": 8, "partition_concurrency": 1},
    "hand_over": {"worker_concurrency": 8, "partition_concurrency": 1},
    "tell": {"worker_concurrency": 4},
    "remind": {"worker_concurrency": 2},
    "follow_up": {"worker_concurrency": 2},
    "log": {"worker_concurrency": 1, "global_concurrency": 1},
    "notify": {"worker_concurrency": 32},  # one that cannot be told for a day keeps nobody else waiting
    "not_me": {"worker_concurrency": 8},
    "prove": {"worker_concurrency": 16, "partition_concurrency": 1},
    "mail": {"worker_concurrency": 1, "global_concurrency": 1},
    "alert": {"worker_concurrency": 1, "global_concurrency": 1},
    "expire": {"worker_concurrency": 4},
    "reconcile": {"worker_concurrency": 1, "global_concurrency": 1},
    "registrations": {"worker_concurrency": 1, "global_concurrency": 1},
}
#: How often the engine itself looks at a queue: a safety net, because `bot.store.starts` takes what is there long before.
ENGINE_LOOKS_SECONDS = 30.0

#: How soon a stop is noticed by the engine's own threads.
NOTICE_SECONDS = 0.2
ADOPT_SECONDS = 5.0
CHORES_PER_HOUR = 720
#: Finished workflows are kept this long, far longer than any click can be repeated.
FINISHED_KEPT = timedelta(days=7)
#: What runs at a stop gets this long to end; the rest is taken up by the next start.
CLOSE_SECONDS = 2
_LOCK_SPACE = 8201

#: Whether a process with this id is dead for sure, inside a transaction that keeps it so.
IsDead = Callable[[Connection, str], bool]


class Enqueue(Protocol):
    """Hands a workflow to the durable engine inside the caller's transaction."""

    def __call__(
        self, connection: Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = ""
    ) -> None: ...


class AlreadyRunning(Exception):
    """Another process has this SQLite file."""


class DurableEngine:
    """Starts, runs and takes up again the workflows named in `QUEUES`.

    Args:
        engine: the database that also holds the operations.
        transactions: those on it, of which each begins what it called for once it is committed.
        steps: workflow name -> what it does with an operation id (and `:occasion` behind it, where one was given). A step that raises
            is repeated until it does not.
        housekeeping: called at the start and every hour, to forget what no longer serves.
        look: called at the start and every few seconds, for what has an hour of its own.
    """

    def __init__(
        self,
        engine: Engine,
        transactions: Transactions,
        steps: Mapping[str, Step],
        housekeeping: Callable[[], Awaitable[None]],
        look: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._engine = engine
        self._dbos_engine = open_engine_for_dbos(engine)
        self._transactions = transactions
        self._steps = steps
        self._housekeeping = housekeeping
        self._look = look
        self.replicated = engine.dialect.name == "postgresql"
        self._lock_file: IO[str] | None = None
        self._proof_of_life: Connection | None = None
        self._chores: asyncio.Task[None] | None = None
        self._starts: Starts | None = None
        self._leaving = asyncio.Event()
        self.executor_id = f"replica-{uuid.uuid4()}" if self.replicated else "embedded"

    def enqueue(
        self, connection: Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = ""
    ) -> None:
        """Hands over one workflow inside the caller's transaction; the same one twice is started once.

        Args:
            occasion: tells several runs of one workflow for one operation apart.
            delay: seconds until it may start.
            key: for a queue with a limit per key (`QUEUES`): what the limit counts by.
        """
        assert self._starts is not None, "the engine is not started"
        subject = f"{operation_id}:{occasion}" if occasion else operation_id
        job = Job.about(workflow, subject)
        queued(replicated=self.replicated).put(connection, workflow, job.id, subject, delay=delay, key=key)
        if not delay:
            self._starts.note(connection, job)

    def look_again(self) -> None:
        """Looks into the queues now, from whatever thread, and not within a second."""
        if self._starts:
            self._starts.look_again()

    async def start(self) -> None:
        """Launches the engine on the running loop and takes up what an earlier process left.

        Raises:
            AlreadyRunning: SQLite, and another process uses the file.
        """
        self._take_lock()
        _quieten()
        url = self._engine.url.render_as_string(hide_password=False)
        dbos = DBOS(
            config={
                "name": "doorman",
                "system_database_url": url,
                "system_database_engine": self._dbos_engine,
                "application_version": WORKFLOW_VERSION,
                "executor_id": self.executor_id,
                "log_level": "WARNING",
                "max_executor_threads": 16,
                # Nothing here waits for notifications; a shorter look only lets the process stop sooner.
                "notification_listener_polling_interval_sec": NOTICE_SECONDS,
            }
        )
        # Its own queue, into which nothing comes here: looking into it each second would be a third of what an idle Doorman costs.
        dbos._registry.get_internal_queue()._polling_interval_sec = ENGINE_LOOKS_SECONDS
        limits = {name: QUEUES[name] for name in self._steps}
        starts = Starts(self._transactions, self._steps, limits, self.executor_id, WORKFLOW_VERSION, replicated=self.replicated)
        for name in self._steps:
            _register(name, partial(starts.run, name))
        DBOS.launch()  # here and not in a thread: steps run on the loop that launched them, and share our sessions
        for name, limit in limits.items():
            await DBOS.register_queue_async(name, **limit, polling_interval_sec=ENGINE_LOOKS_SECONDS)
        self._starts = self._transactions.claims = starts
        starts.watch()
        self._chores = asyncio.create_task(self._do_chores())

    async def close(self) -> None:
        """Lets go of everything; running workflows are taken up by the next start."""
        if self._chores:
            # The round under way ends first: its threads hold sessions, and one that is cut off would leave its own open behind us.
            self._leaving.set()
            await asyncio.wait({self._chores}, timeout=CLOSE_SECONDS)
            self._chores.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._chores
        if self._starts:
            await self._starts.close(CLOSE_SECONDS)
        # DBOS has made its own pool the loop's default and shuts it down: leave from another one, and put that in its place.
        loop, pool = asyncio.get_running_loop(), ThreadPoolExecutor(thread_name_prefix="after-dbos")
        await loop.run_in_executor(pool, lambda: DBOS.destroy(destroy_registry=True))
        loop.set_default_executor(pool)
        if self._proof_of_life:
            self._proof_of_life.invalidate()  # really closed: the lock goes with the session
            self._proof_of_life.close()
        if self._dbos_engine is not self._engine:
            close_for_good(self._dbos_engine)
        if self._lock_file:
            self._lock_file.close()

    def _take_lock(self) -> None:
        if self.replicated:
            self._prove_life()
            return
        if not self._engine.url.database or self._engine.url.database == ":memory:":
            return
        lock = _private(Path(self._engine.url.database + ".lock"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise AlreadyRunning(
                f"another Doorman already uses {self._engine.url.database}: stop it, or give the replicas one PostgreSQL by DATABASE_URL"
            ) from None
        self._lock_file = lock

    def _prove_life(self) -> None:
        """Holds a lock for as long as this process lives, and takes it again when the database has dropped the session."""
        if self._proof_of_life is not None:
            try:
                self._proof_of_life.execute(text("SELECT 1"))
                self._proof_of_life.commit()
                return
            except SQLAlchemyError:
                self._proof_of_life.invalidate()
                self._proof_of_life.close()
                self._proof_of_life = None
        session = self._engine.connect()
        session.execute(text(f"SELECT pg_advisory_lock({_LOCK_SPACE}, hashtext(:me))"), {"me": self.executor_id})
        session.commit()
        self._proof_of_life = session

    async def _do_chores(self) -> None:
        """Adopts the work of dead replicas, forgets workflows that ended long ago, and looks at the clock."""
        rounds = 0
        while not self._leaving.is_set():
            try:
                if self.replicated:
                    await asyncio.to_thread(self._prove_life)
                    await self._adopt()
                if rounds % CHORES_PER_HOUR == 0:
                    await self._forget_finished()
                    await self._housekeeping()
                if self._look:
                    await self._look()
            except (SQLAlchemyError, StoreUnavailable) as error:
                logging.getLogger(__name__).warning("chores wait for the database: %s", type(error).__name__)
            rounds += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ADOPT_SECONDS):
                    await self._leaving.wait()

    async def _adopt(self) -> None:
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        for dead in {workflow.executor_id for workflow in pending} - {self.executor_id, None}:
            await asyncio.to_thread(self._adopt_from, str(dead))

    def _adopt_from(self, executor_id: str) -> None:
        with self._engine.begin() as connection:  # the dead one's lock is held while its work moves
            if not is_dead(connection, executor_id):
                return
            # Listed again inside the lock: resuming goes by workflow id and would take it from a live replica.
            left = DBOS.list_workflows(status="PENDING", executor_id=executor_id, load_input=False, load_output=False)
            for name in {workflow.queue_name for workflow in left if workflow.queue_name}:
                DBOS.resume_workflows([workflow.workflow_id for workflow in left if workflow.queue_name == name], queue_name=name)
        self.look_again()

    async def _forget_finished(self) -> None:
        before = (datetime.now(UTC) - FINISHED_KEPT).isoformat()
        while True:
            ended = await DBOS.list_workflows_async(
                status=["SUCCESS", "CANCELLED"], end_time=before, limit=500, load_input=False, load_output=False
            )
            if not ended:
                return
            await DBOS.delete_workflows_async([workflow.workflow_id for workflow in ended])


def _private(file: Path) -> IO[str]:
    """A file that others cannot even open: whoever can may lock it."""
    return open(file, "w", opener=lambda name, flags: os.open(name, flags, 0o600))


def is_dead(connection: Connection, executor_id: str) -> bool:
    """Whether no living process has this id; it stays so until the transaction ends. For replicas: a lone process has no others."""
    if connection.dialect.name != "postgresql":
        return False
    free = text(f"SELECT pg_try_advisory_xact_lock({_LOCK_SPACE}, hashtext(:x))")
    return bool(connection.execute(free, {"x": executor_id}).scalar())


def operation_of(subject: str) -> str:
    """The operation's id in what a workflow is given, without the occasion."""
    return subject.partition(":")[0]


def _register(name: str, step: Step) -> None:
    """One workflow of one step. Only the operation id (with its occasion) passes through the engine: nothing private is stored by it."""

    @DBOS.step(name=f"{name}_step", retries_allowed=True, interval_seconds=1.0, backoff_rate=1.5, max_attempts=1_000_000)
    async def run(subject: str) -> None:
        await step(subject)

    @DBOS.workflow(name=name, max_recovery_attempts=None)
    async def workflow(subject: str) -> None:
        await run(subject)


def _quieten() -> None:
    """The engine's logger brings a handler of its own unless it has one: let ours do the printing."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
