"""Kill -9 during "this was not me": `python -m benchmarks.kill_not_me [--kills 60] [--database both] [--seed N]`.

People are given a phone that they never asked for, are told of it in Teams and by mail, and press “This was not me”, while the bot is
killed between any two steps of what follows, Graph fails now and then, and the log channel is down a third of the time. At the end each
step has to be in effect once, nothing forgotten, and nobody told twice for one thing in one way, except where the process died between
delivering and noting that down. Exit status 1 when not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.kill_cases import LOG, Counters, People, Plan, at_rest, live_through, main_of
from benchmarks.kill_count import Count
from benchmarks.kill_not_me_count import count, read
from benchmarks.kill_not_me_people import NEVER, Case, ToldPeople, cases
from simulator.world import World

POLICY = str(Path(__file__).with_name("not_me.toml"))
#: Moment -> most seconds between it and the kill; what follows a press takes about a second.
MOMENTS = {"any time": 1.0, "starting": 1.0, "pressed": 0.5, "written": 0.05, "told": 0.03, "log accepted": 0.03, "mailed": 0.03}


async def run(plan: Plan, database_url: str, folder: Path) -> Count:
    """Carries a plan out on an empty database; the bot's log goes to `folder`."""

    def people_of(world: World, endpoint: Callable[[], str], may_begin: Callable[[int], bool]) -> tuple[People[Case], Counters]:
        people = ToldPeople(world, cases(plan.cases), endpoint, may_begin)
        return people, {
            "pressed": lambda: people.presses,
            "written": lambda: len(world.entra.writes),
            "told": lambda: sum("says that" in one.words or NEVER in one.words for one in people.heard[-200:]) + len(people.heard),
            "log accepted": lambda: len(world.teams.thread(LOG)),
            "mailed": lambda: len(world.entra.exchange.mails),
        }

    async def counted(people: People[Case], deaths: list[float]) -> Count:
        return count(people, *await at_rest(database_url, read), deaths)

    return await live_through(plan, database_url, folder, policy=POLICY, people_of=people_of, moments=MOMENTS, counted=counted)


def main() -> int:
    """Reads the command line; the exit status."""
    return main_of(__doc__ or "", run, kills=60, cases_of=lambda kills: kills * 2 // 3)


if __name__ == "__main__":
    sys.exit(main())
