"""No operation goes on unproved: `python -m benchmarks.proofs [--cases 10000] [--database both] [--seed N]`.

Every case is a policy, a handful of people and an order of presses that the dice choose: asking, answering (rightly, wrongly, late, twice,
by somebody else), confirming, agreeing, cancelling, freezing, taking back, with old cards, two replicas, processes that die at their work,
and a directory that is slow or down. After every step what the database has is compared with what people really pressed
(`benchmarks.proofs_oracle`), and at the end whether what is queued may still be carried out, by the same policy and by another one. Exit
status 1 when anything went on without proof.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kill import empty_database, print_table
from benchmarks.kill_count import Count
from benchmarks.proofs_case import Case, told
from bot.store.schema import upgrade
from bot.store.transactions import Transactions, close_for_good, open_engine

REPLICAS = 2
#: So many cases are played at once, so that transactions of several come together.
AT_ONCE = 6


@dataclass(frozen=True)
class Plan:
    """One run."""

    cases: int
    seed: int = 1


async def run(plan: Plan, database_url: str) -> Count:
    """Plays all cases on a database that has its tables."""
    began, result, numbers = time.monotonic(), Count(), iter(range(plan.cases))
    problems: list[str] = []
    seen = Counter[str]()
    with ExitStack() as stack:
        engines = [open_engine(database_url) for _ in range(REPLICAS)]
        for engine in engines:
            stack.callback(close_for_good, engine)
        writers = [Transactions(engine) for engine in engines]
        for writer in writers:
            stack.callback(writer.close)

        async def one_after_the_other() -> None:
            for number in numbers:
                case = Case(number, plan.seed, writers)
                await case.play()
                problems.extend(told(case))
                seen.update(case.oracle.figures)

        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    result.figures |= {"cases": plan.cases, **dict(sorted(seen.items()))}
    result.must("violations", problems)
    result.figures["seconds"] = f"{time.monotonic() - began:.0f}"
    return result


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description="Presses everything about proofs in any order, and counts what went on without proof.")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    given = parser.parse_args()
    results: dict[str, Count] = {}
    for kind in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        with tempfile.TemporaryDirectory(prefix="doorman-proofs-") as scratch, empty_database(kind, Path(scratch)) as database_url:
            engine = open_engine(database_url)
            upgrade(engine)
            engine.dispose()
            results[kind] = asyncio.run(run(Plan(given.cases, given.seed), database_url))
    print(f"seed {given.seed}")
    print_table(results)
    return 1 if any(result.problems for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
