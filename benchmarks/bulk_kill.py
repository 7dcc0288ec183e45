"""Kill -9 during bulk jobs: `python -m benchmarks.bulk_kill [--kills 50] [--database both] [--seed N]`.

Somebody has a file carried out, and the next one, until the bots have been killed often enough, at random moments and right behind a
write. Graph has storms of 429s, 503s and dropped connections; on PostgreSQL two bots share the jobs. At the end the directory has to be
what the files say, every row has to have ended once, nothing may have been written twice, and the cards and the log channel have to say so.
Exit status 1 when not.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bulk_kill_count import Wanted, count, file_of, wanted_of
from benchmarks.bulk_people import Somebody
from benchmarks.kill import WRITES, empty_database, print_table
from benchmarks.kill_bots import Bot, Reaper
from benchmarks.kill_count import Count, read_store
from benchmarks.world import NO_LIMITS
from bot.store.transactions import open_engine
from simulator import doorman
from simulator.entra import Fault
from simulator.world import World

#: Moment -> most seconds between it and the kill; "any time" is the plan's.
MOMENTS = {"any time": 0.0, "starting": 1.0, "written": 0.05}
STORM, CALM = 4.0, 5.0
JOB_PATIENCE, QUIET_PATIENCE = 600.0, 120.0


def _always() -> list[Fault]:
    return [
        Fault(effect="latency", path="/v1.0", seconds=0.03, probability=0.5),
        Fault(effect="latency", path=WRITES, seconds=0.15, probability=0.3),
        Fault(effect="drop", path="/v1.0", probability=0.02),
        Fault(effect="drop", path=WRITES, probability=0.04, after=True),
        Fault(effect="late", path=WRITES, seconds=0.4, probability=0.2),
    ]


def _storm() -> list[Fault]:
    return [
        Fault(effect="throttle", path="/v1.0", probability=0.3, retry_after=0.5),
        Fault(effect="unavailable", path=WRITES, probability=0.08, after=True),
        Fault(effect="unavailable", path="/v1.0", probability=0.05),
    ]


@dataclass(frozen=True)
class Plan:
    """One run: at least so many kills; `rows` in every job; `replicas` bots at once, which only PostgreSQL can have.

    Attributes:
        apart: seconds between two kills at the most, where no moment is waited for.
    """

    kills: int
    rows: int = 100
    replicas: int = 1
    seed: int = 1
    apart: float = 4.0


async def run(plan: Plan, database_url: str, folder: Path) -> Count:
    """Carries a plan out on an empty database; the bots' logs go to `folder`."""
    began = time.monotonic()
    dice = random.Random(plan.seed)
    world = World(limits=False)
    world.entra.recording = False
    world.entra.faults.rules[:] = _always()
    await world.start()
    settings = doorman.environment(world, database_url, POLICY_FILE=NO_LIMITS, RECONCILE_HOURS="0", HEAD_HOUR="none", REPORT_HOUR="none")
    bots = [Bot(settings, folder / f"bot{number}.log") for number in range(plan.replicas)]

    def endpoint() -> str:
        return dice.choice([bot for bot in bots if bot.ready] or bots).endpoint

    engine = open_engine(database_url)
    somebody = Somebody(world, engine, endpoint)
    reaper = Reaper(bots, plan.kills, {"written": lambda: len(world.entra.writes)}, dice, MOMENTS | {"any time": plan.apart})
    weather = asyncio.create_task(_weather(world))
    files: dict[str, list[Wanted]] = {}
    try:
        for bot in bots:
            await bot.start()
        for bot in bots:
            await bot.wait_ready()
        killing = asyncio.create_task(reaper.work())
        while not killing.done():
            first = len(files) * plan.rows
            world.entra.add_crowd(first + plan.rows, mixed=False)
            wanted = wanted_of(world, first, plan.rows)
            job = await somebody.get_done(file_of(wanted), JOB_PATIENCE)
            files[job.id] = wanted
        await killing
        await _quiet(database_url, somebody)
        result = await asyncio.to_thread(count, world, engine, somebody, files)
    finally:
        weather.cancel()
        for bot in bots:
            await bot.kill()
        engine.dispose()
        await world.stop()
    result.must("processes that ended by themselves", [f"port {bot.port}" for bot in bots for _ in range(bot.exits)])
    result.figures["kills"] = reaper.kills.total()
    result.figures |= {f"  {moment}": reaper.kills[moment] for moment in MOMENTS}
    result.figures["seconds"] = f"{time.monotonic() - began:.0f}"
    return result


async def _weather(world: World) -> None:
    """Storms come and go."""
    while True:
        world.entra.faults.rules[:] = _always()
        await asyncio.sleep(CALM)
        world.entra.faults.rules[:] = _storm() + _always()
        await asyncio.sleep(STORM)


async def _quiet(database_url: str, somebody: Somebody) -> None:
    """Until nothing is under way any more and the cards show it, or patience ends."""
    until = time.monotonic() + QUIET_PATIENCE
    while time.monotonic() < until:
        stored = await asyncio.to_thread(read_store, database_url)
        shown = [await asyncio.to_thread(somebody.shows, job, "Done") for job in somebody.jobs]
        if stored.quiet and all(shown):
            return
        await asyncio.sleep(0.3)


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description="Kills the bot at random moments of bulk jobs and counts what became of the rows.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rows", type=int, default=Plan.rows, help="of each job; there are as many jobs as the kills take")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--logs", type=Path, help="a folder in which the bots' logs stay")
    given = parser.parse_args()
    results: dict[str, Count] = {}
    for kind in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        replicas = 2 if kind == "postgresql" else 1
        with tempfile.TemporaryDirectory(prefix="doorman-kill-") as scratch, empty_database(kind, Path(scratch)) as database_url:
            logs = (given.logs or Path(scratch)) / kind
            logs.mkdir(parents=True, exist_ok=True)
            plan = Plan(given.kills, given.rows, replicas, given.seed)
            results[f"{kind}, {replicas} bot{'s' * (replicas > 1)}"] = asyncio.run(run(plan, database_url, logs))
    print(f"seed {given.seed}")
    print_table(results)
    return 1 if any(result.problems for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
