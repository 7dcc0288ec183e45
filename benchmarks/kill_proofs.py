"""Kill -9 while callers are proved: `python -m benchmarks.kill_proofs [--kills 200] [--database both] [--seed N]`.

Agents ask for changes that have to be proved, and press Confirm before they are; people and managers answer on their cards, rightly,
wrongly and twice, while the bot is killed between any two steps of it, Graph fails now and then, and the log channel is down a third of
the time. At the end nothing may have been confirmed without a proof, nobody who was asked may have been left without a card, no answer
may count twice, and everything has to be settled. Exit status 1 when not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.kill_cases import Counters, People, Plan, at_rest, live_through, main_of
from benchmarks.kill_count import Count
from benchmarks.kill_proofs_count import count, read
from benchmarks.kill_proofs_people import Case, ProvingPeople, cases
from simulator.world import World

POLICY = str(Path(__file__).with_name("proofs.toml"))
#: Moment -> most seconds between it and the kill; bringing a card takes a few hundredths of a second.
MOMENTS = {
    "any time": 1.0,
    "starting": 1.0,
    "asked": 0.1,
    "brought": 0.05,
    "answered": 0.1,
    "confirmed": 0.3,
    "written": 0.05,
}


async def run(plan: Plan, database_url: str, folder: Path) -> Count:
    """Carries a plan out on an empty database; the bot's log goes to `folder`."""

    def people_of(world: World, endpoint: Callable[[], str], may_begin: Callable[[int], bool]) -> tuple[People[Case], Counters]:
        people = ProvingPeople(world, cases(plan.cases), endpoint, may_begin)
        return people, {
            "asked": lambda: people.asks,
            "brought": lambda: len(people.heard),
            "answered": lambda: people.answers,
            "confirmed": lambda: people.presses,
            "written": lambda: len(world.entra.writes),
        }

    async def counted(people: People[Case], deaths: list[float]) -> Count:
        return count(people, *await at_rest(database_url, read), deaths)

    return await live_through(plan, database_url, folder, policy=POLICY, people_of=people_of, moments=MOMENTS, counted=counted)


def main() -> int:
    """Reads the command line; the exit status."""
    return main_of(__doc__ or "", run, kills=200, cases_of=lambda kills: kills * 3 // 5)


if __name__ == "__main__":
    sys.exit(main())
