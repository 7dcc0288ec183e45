"""One bulk job of a given size between simulators with latency and quotas, from the file to its end, and what it took."""

from __future__ import annotations

import asyncio
import csv
import gc
import io
import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select

from benchmarks.bulk_people import Somebody
from benchmarks.bulk_sequential import one_by_one
from benchmarks.kill_bots import Bot
from benchmarks.processes import cpu_seconds, resident_mb
from benchmarks.world import NO_LIMITS
from bot.domain.audit import Tag
from bot.domain.life import State
from bot.store.tables import audit_events
from bot.store.transactions import open_engine
from simulator import crowd, doorman
from simulator.entra import Quotas
from simulator.world import World

LATENCY = 0.1
#: Of the write rate that the ceiling allows; less is a failure.
SHARE = 0.95
#: Of the documented quota; the bot's default, which every table states.
CEILING_PERCENT = 80
PATIENCE = 7200.0


@dataclass
class Figures:
    """Of one job. Times in seconds; processor time in milliseconds a row."""

    rows: int
    replicas: int
    checking: float
    running: float
    rate: float
    allowed: float
    most: int
    limit: int
    refused: int
    cpu: float
    cpu_world: float
    memory: dict[str, float] = field(default_factory=dict)
    done: bool = True
    sequential: float = 0.0

    @property
    def ceiling(self) -> int:
        """The most writes that we allow ourselves in any window."""
        return self.limit * CEILING_PERCENT // 100

    @property
    def good(self) -> bool:
        """What the benchmark is for."""
        return self.done and self.share >= SHARE and self.most <= self.ceiling

    @property
    def share(self) -> float:
        """Of the write rate that the ceiling allows, from the first write to the last."""
        return self.rate / self.allowed


def file_for(rows: int, first: int = 0) -> bytes:
    """A new mobile number for each of so many people of the crowd: one write each."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("user", "mobile"))
    writer.writerows(line.cells[:2] for line in itertools.islice(crowd.lines(first + rows, mixed=False), first, None))
    return text.getvalue().encode()


def world_for(people: int, scale: float) -> World:
    """Both simulators, with a crowd, latency and the documented quotas."""
    world = World(limits=False)
    world.entra.add_crowd(people, mixed=False)
    world.entra.recording = False
    world.entra.tenant.auditing = False
    world.entra.latency = LATENCY
    world.entra.quotas = Quotas(scale=scale)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    return world


def bots_for(world: World, database_url: str, replicas: int, scale: float, folder: Path, **environment: str) -> list[Bot]:
    """Bots that are not started yet."""
    quiet = {"RECONCILE_HOURS": "0", "REPORT_HOUR": "none"}
    settings = doorman.environment(
        world, database_url, POLICY_FILE=NO_LIMITS, BULK_CANARY="0", BULK_CEILING_PERCENT=str(CEILING_PERCENT), **(quiet | environment)
    )
    arguments = ("-m", "benchmarks.bulk_bot", f"{scale:g}")
    return [Bot(settings, folder / f"bot{number}.log", arguments) for number in range(replicas)]


async def run(
    rows: int, replicas: int, scale: float, database_url: str, folder: Path, *, sequential: int = 0, **environment: str
) -> Figures:
    """One job on an empty database; before it, `sequential` other people are done as the original script did it."""
    world = world_for(rows + sequential, scale)
    await world.start()
    sequential_rate = await one_by_one(world, rows, sequential) if sequential else 0.0
    world.entra.quotas = Quotas(scale=scale)  # nothing used
    bots = bots_for(world, database_url, replicas, scale, folder, **environment)
    try:
        for bot in bots:
            await bot.start()
        for bot in bots:
            await bot.wait_ready()
        engine = open_engine(database_url)
        somebody = Somebody(world, engine, lambda: bots[0].endpoint)
        memory = _Memory(bots)
        async with asyncio.timeout(PATIENCE):
            began = time.monotonic()
            content = file_for(rows)
            memory.during = "checking"
            job = await somebody.checked(content)
            checking = time.monotonic() - began
            memory.during = "running"
            spent = [cpu_seconds(bot.pid) for bot in bots], time.process_time()
            await somebody.confirm(job.id)
            job = await somebody.ended(job.id)
        cpu = sum(cpu_seconds(bot.pid) for bot in bots) - sum(spent[0])
        cpu_world = time.process_time() - spent[1]
        memory.stop()
        running = await asyncio.to_thread(_running_seconds, engine, job.id)
        engine.dispose()
        quotas = world.entra.quotas
        assert quotas is not None, "switched on above"
        told = quotas.figures()
        return Figures(
            rows,
            replicas,
            checking,
            running,
            told["write_rate"],
            told["allowed_rate"] * CEILING_PERCENT / 100,
            told["most_writes_asked"],
            quotas.writes,
            sum(quotas.refused.values()),
            1000 * cpu / rows,
            1000 * cpu_world / rows,
            memory.most,
            done=job.state is State.SUCCEEDED and told["accepted_writes"] == rows,
            sequential=sequential_rate,
        )
    finally:
        for bot in bots:
            await bot.stop()
        await world.stop()


def _running_seconds(engine: Engine, job_id: str) -> float:
    """From the first row to the end of the job, as the trail has it."""
    with engine.connect().execution_options(read_only=True) as connection:
        query = select(audit_events.c.tag, audit_events.c.at).where(audit_events.c.operation_id == job_id)
        at = {row.tag: row.at for row in connection.execute(query)}
    return float((at[Tag.BULK_JOB_FINISHED.value] - at[Tag.BULK_JOB_STARTED.value]).total_seconds())


class _Memory:
    """The most that the largest of the bots had resident in each phase."""

    def __init__(self, bots: list[Bot]) -> None:
        self.during = "idle"
        self.most: dict[str, float] = {}
        self._bots = bots
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            most = max(resident_mb(bot.pid) for bot in self._bots)
            self.most[self.during] = max(self.most.get(self.during, 0.0), most)
            await asyncio.sleep(0.5)

    def stop(self) -> None:
        self._task.cancel()
