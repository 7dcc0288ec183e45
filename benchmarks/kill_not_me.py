"""Kill -9 during "this was not me": `python -m benchmarks.kill_not_me [--kills 60] [--database both] [--seed N]`.

People are given a phone that they never asked for, are told of it in Teams and by mail, and press “This was not me”, while the bot is
killed between any two steps of what follows, Graph fails now and then, and the log channel is down a third of the time. At the end each
step has to be in effect once, nothing forgotten, and nobody told twice for one thing in one way, except where the process died between
delivering and noting that down. Exit status 1 when not.
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

from benchmarks.kill import FAULTS, QUIET_PATIENCE, _weather, empty_database, print_table
from benchmarks.kill_bots import Reaper
from benchmarks.kill_count import Count, Stored, read_store
from benchmarks.kill_not_me_count import Kept, MortalBot, count, read
from benchmarks.kill_not_me_people import LOG, NEVER, People, cases
from simulator import cast, doorman
from simulator.entra.faults import Fault
from simulator.world import World

POLICY = str(Path(__file__).with_name("not_me.toml"))
#: Seconds after which a kill no longer waits for its moment; each of them comes once or twice a case.
LONGEST_WAIT = 12.0
#: Moment -> most seconds between it and the kill; what follows a press takes about a second.
MOMENTS = {"any time": 1.0, "starting": 1.0, "pressed": 0.5, "written": 0.05, "told": 0.03, "log accepted": 0.03, "mailed": 0.03}


@dataclass(frozen=True)
class Plan:
    """One run: how many people press, and how many kills there are in all."""

    cases: int
    kills: int
    seed: int = 1


async def run(plan: Plan, database_url: str, folder: Path) -> Count:
    """Carries a plan out on an empty database; the bot's log goes to `folder`."""
    began, dice, world = time.monotonic(), random.Random(plan.seed), World()
    world.entra.faults.rules[:] = [Fault(**{key: value for key, value in fault.described().items() if key != "fired"}) for fault in FAULTS]
    await world.start()
    settings = doorman.environment(
        world,
        database_url,
        POLICY_FILE=POLICY,
        HEAD_HOUR="none",
        REPORT_HOUR="none",
        NOTICE_MAILBOX=cast.NOTICES.upn,
        TEAMS_CATALOG_APP_ID=cast.CATALOGUE_APP_ID,
        PUBLIC_URL="http://127.0.0.1:3978",
    )
    bot = MortalBot(settings, folder / "bot.log")
    people = People(
        world, cases(plan.cases), lambda: bot.endpoint, lambda number: number * plan.kills <= (reaper.aims + 1) * plan.cases
    )  # fmt: skip
    counters = {
        "pressed": lambda: people.presses,
        "written": lambda: len(world.entra.writes),
        "told": lambda: sum("says that" in one.words or NEVER in one.words for one in people.heard[-200:]) + len(people.heard),
        "log accepted": lambda: len(world.teams.thread(LOG)),
        "mailed": lambda: len(world.entra.exchange.mails),
    }
    reaper = Reaper([bot], plan.kills, counters, dice, MOMENTS, LONGEST_WAIT)
    weather = asyncio.create_task(_weather(world))
    try:
        await bot.start()
        await asyncio.gather(people.do_everything(), reaper.work())
        stored, kept = await _quiet(database_url)
        deaths = list(bot.deaths)
        result = count(people, stored, kept, deaths)
    finally:
        weather.cancel()
        await bot.kill()
        await world.stop()
    result.must("processes that ended by themselves", ["one"] * bot.exits)
    result.figures["kills"] = reaper.kills.total()
    result.figures |= {f"  {moment}": reaper.kills[moment] for moment in MOMENTS}
    result.figures["seconds"] = f"{time.monotonic() - began:.0f}"
    return result


async def _quiet(database_url: str) -> tuple[Stored, Kept]:
    """The store once nothing is under way any more, or when patience ends."""
    until = time.monotonic() + QUIET_PATIENCE
    while True:
        stored, kept = await asyncio.to_thread(read_store, database_url), await asyncio.to_thread(read, database_url)
        if time.monotonic() > until or (stored.quiet and kept.quiet):
            return stored, kept
        await asyncio.sleep(0.5)


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--cases", type=int, help="default: two for three kills")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--logs", type=Path, help="a folder in which the bot's log stays")
    given = parser.parse_args()
    plan = Plan(given.cases or given.kills * 2 // 3, given.kills, given.seed)
    results: dict[str, Count] = {}
    for kind in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        with tempfile.TemporaryDirectory(prefix="doorman-kill-") as scratch, empty_database(kind, Path(scratch)) as database_url:
            logs = given.logs or Path(scratch)
            logs.mkdir(parents=True, exist_ok=True)
            results[kind] = asyncio.run(run(plan, database_url, logs))
    print(f"seed {given.seed}")
    print_table(results)
    return 1 if any(result.problems for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
