"""Random hostile traffic beside ordinary turns: `python -m benchmarks.hostile [--seconds 3600] [--seed N] [--json]`.

Quiet and hostile slices of time take turns; ordinary turns go on through both. Exit status 1 when anything was answered with 5xx, when
descriptors or memory of the bot grew, or when the slowest of ordinary turns took more than twice as long as in the quiet. All of it goes
to this machine alone, at a bounded rate, and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hostile_kinds import KINDS, Attack
from benchmarks.load import Client, percentile
from benchmarks.processes import resident_mb
from benchmarks.turns import Bench

QUIET_SECONDS, HOSTILE_SECONDS = 10.0, 20.0
#: Hostile requests under way at once, more than the bot keeps connections for, and how many begin in a second.
MOST_AT_ONCE, A_SECOND = 700, 30
CLIENTS, PAUSE = 4, 0.1
#: Pools of connections and threads fill up within this many; memory moves by this much without growing.
SPARE_DESCRIPTORS, SPARE_SHARE = 20, 0.08
SETTLE_SECONDS = 90.0


@dataclass
class Seen:
    """What came of it.

    Attributes:
        turns: seconds of ordinary turns in the quiet and beside hostile traffic.
        statuses: answers to hostile requests; `cut` where the bot hung up.
        memory: resident MB at the end of each quiet slice.
    """

    turns: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    failed: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    descriptors: tuple[int, int, int] = (0, 0, 0)


class Soak:
    """One bot, between the simulators, with both sorts of visitors."""

    def __init__(self, bench: Bench, seconds: float, seed: int) -> None:
        self._bot = bench.servers["doorman"]
        self._shows, _ = bench._shows(self._bot)
        self._attack = Attack(self._bot.port, bench.world.said["bearer"], bench._activities, random.Random(seed))
        self._random = random.Random(seed)
        self._seconds = seconds
        self._hostile = False
        self.seen = Seen()

    async def run(self) -> Seen:
        """Everything, for the time given."""
        await asyncio.gather(*(self._ordinary(time.perf_counter() + 3) for _ in range(CLIENTS)))  # warm
        self.seen.turns = {False: [], True: []}
        before, most, until = self._descriptors(), 0, time.perf_counter() + self._seconds
        visitors = [asyncio.create_task(self._ordinary(until)) for _ in range(CLIENTS)]
        while time.perf_counter() < until:
            await asyncio.sleep(min(QUIET_SECONDS, max(0.0, until - time.perf_counter())))
            self.seen.memory.append(resident_mb(self._bot.pid))
            self._hostile = True
            most = max(most, await self._attacks(min(until, time.perf_counter() + HOSTILE_SECONDS)))
            self._hostile = False
        await asyncio.gather(*visitors)
        settled = time.perf_counter() + SETTLE_SECONDS
        while self._descriptors() > before + SPARE_DESCRIPTORS and time.perf_counter() < settled:  # noqa: ASYNC110 - another process's
            await asyncio.sleep(1)
        self.seen.memory.append(resident_mb(self._bot.pid))
        self.seen.descriptors = (before, most, self._descriptors())
        return self.seen

    async def _ordinary(self, until: float) -> None:
        """Somebody at the helpdesk, who looks people up one after the other."""
        client = await Client.to(self._bot.port)
        while time.perf_counter() < until:
            hostile, began = self._hostile, time.perf_counter()
            request = self._random.choice(self._shows).bytes()
            try:
                status, _ = await client.ask(request)
            except ConnectionError:  # a kept connection may be closed, and every client then opens another
                client = await Client.to(self._bot.port)
                status, _ = await client.ask(request)
            if status == 200 and hostile == self._hostile:
                self.seen.turns[hostile].append(time.perf_counter() - began)
            self.seen.failed += status != 200
            await asyncio.sleep(PAUSE)
        client.close()

    async def _attacks(self, until: float) -> int:
        """Hostile requests at the rate given; the most descriptors the bot had meanwhile."""
        under_way: set[asyncio.Task[None]] = set()
        most = 0
        while time.perf_counter() < until:
            if len(under_way) < MOST_AT_ONCE:
                task = asyncio.create_task(self._one(self._random.choice(list(KINDS))))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            most = max(most, self._descriptors())
            await asyncio.sleep(1 / A_SECOND)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        return most

    async def _one(self, kind: str) -> None:
        self.seen.kinds[kind] += 1
        status = "cut"
        with contextlib.suppress(OSError, EOFError):
            status = await self._attack.make(kind) or "cut"
        self.seen.statuses[status] += 1

    def _descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self._bot.pid}/fd"))


def verdicts(seen: Seen) -> dict[str, bool]:
    """What has to hold, and whether it does."""
    quiet, hostile = (percentile(seen.turns[which], 0.99) for which in (False, True))
    before, _, after = seen.descriptors
    # The first rounds fill caches and pools; from then on it has to stay.
    settled = seen.memory[len(seen.memory) // 3 :]
    return {
        "every ordinary turn answered": not seen.failed and bool(seen.turns[True]),
        "no 5xx": not any(status.startswith("5") for status in seen.statuses),
        "no descriptor left open": after <= before + SPARE_DESCRIPTORS,
        "memory does not grow": settled[-1] <= settled[0] * (1 + SPARE_SHARE),
        "p99 of ordinary turns within twice": hostile <= 2 * quiet,
    }


def report(seen: Seen, found: dict[str, bool]) -> None:
    """Prints the tables."""
    print(f"\n{'ordinary turns':<24} {'turns':>8} {'p50 ms':>8} {'p99 ms':>8}")
    for name, which in (("in the quiet", False), ("beside hostile traffic", True)):
        turns = seen.turns[which]
        print(f"{name:<24} {len(turns):>8} {percentile(turns, 0.5):>8.1f} {percentile(turns, 0.99):>8.1f}")
    print(f"\n{sum(seen.kinds.values())} hostile requests of {len(seen.kinds)} kinds, answered: {dict(sorted(seen.statuses.items()))}")
    print("descriptors: {} before, {} at the most, {} after".format(*seen.descriptors))
    print(f"memory: {seen.memory[0]:.0f} MB at first, {max(seen.memory):.0f} at the most, {seen.memory[-1]:.0f} at the end\n")
    for sentence, holds in found.items():
        print(f"{'yes' if holds else 'NO':<4} {sentence}")


def main() -> int:
    """Reads the command line; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="makes the same choices again")
    parser.add_argument("--json", action="store_true", help="figures instead of tables")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorman-hostile-") as folder:
        bench = Bench(Path(folder), CLIENTS, options.seconds)
        try:
            bench.servers["doorman"] = bench.doorman()
            seen = asyncio.run(Soak(bench, options.seconds, options.seed).run())
        finally:
            bench.stop()
    found = verdicts(seen)
    if options.json:
        p99 = {name: percentile(seen.turns[which], 0.99) for name, which in (("quiet", False), ("hostile", True))}
        print(json.dumps({"p99_ms": p99, "holds": found, "seed": options.seed}))
    else:
        print(f"seed {options.seed}")
        report(seen, found)
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
