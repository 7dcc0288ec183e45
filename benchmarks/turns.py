"""Turns beside a stock botbuilder bot: `python -m benchmarks.turns [--seconds 10] [--clients 32] [--rounds 3] [--waiting 10000] [--json]`.

Each server, the two simulators together, and the load generator (this process) is a process of its own; only the server whose turn it is
runs, the others are frozen. Machines are noisy, so rounds interleave and ratios are taken within a round: of turns a second, and of the
processor time of a turn, which says the same where nothing else runs on the machine and more where something does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.load import Cards, Change, Figures, Post, percentile
from benchmarks.processes import Server, cpu_seconds, free_port, resident_mb
from benchmarks.waiting import ask_again
from simulator import cast
from simulator.teams.activities import Activities, Scene
from simulator.teams.threads import Threads

AGENTS = cast.HELPDESK
#: Whom `show` asks for: by name, which is the dearest way to say it. Each name means one person.
SHOWN = ("Alice Jansen", "Omar Farouk", "Kenji Tanaka", "Victoria Crane", "Sofia Rossi", "Mia O'Brien")
NAMES = {
    "aiohttp": "a  bare aiohttp echo",
    "stock": "b  stock botbuilder echo",
    "stock-auth": "b' the same, authenticated",
    "show": "c  Doorman: show <name>",
    "change": "d  Doorman: set … → confirm",
}
_WARM_SECONDS = 1.0


@dataclass
class Row:
    """One server in one round. Processor time is per turn, in milliseconds."""

    name: str
    rate: float
    p50: float
    p99: float
    cpu: float
    cpu_world: float
    cpu_load: float
    memory: float
    failed: int
    wrong: int
    note: str = ""


class Bench:
    """All processes of one run."""

    def __init__(self, folder: Path, clients: int, seconds: float) -> None:
        self._folder = folder
        self._clients = clients
        self._seconds = seconds
        self._numbers = iter(range(random.randrange(10_000_000, 60_000_000), 99_999_999))
        self.world = Server("world", ["-m", "benchmarks.world"], 0, {}, folder / "world.log", ready="")
        self._activities = Activities(cast.BOT_APP_ID, lambda _: str(self.world.said["service_url"]))
        self._threads = Threads()
        self.servers: dict[str, Server] = {}

    def url(self, database: str) -> str:
        """Where a bot keeps what it remembers."""
        return f"sqlite:///{self._folder}/{database}"

    def doorman(self, database: str = "doorman.db") -> Server:
        """The product as it runs in production: `python app.py`, authentication on, SQLite."""
        port = free_port()
        environment = self.world.said["environment"] | {"DATABASE_URL": self.url(database), "PORT": str(port)}
        return Server("doorman", ["app.py"], port, environment, self._folder / "doorman.log", ready="/readyz")

    def start(self) -> None:
        """Everything that answers messages."""
        login = {"LOGIN": json.dumps(self.world.said["login"])}
        for role, module, environment in (("aiohttp", "bare", {}), ("stock", "stock", {}), ("stock-auth", "stock", login)):
            port, log = free_port(), self._folder / f"{role}.log"
            self.servers[role] = Server(role, ["-m", f"benchmarks.{module}", str(port)], port, environment, log, ready="/api/messages")
            self.servers[role].freeze()
        self.servers["doorman"] = self.doorman()
        self.servers["doorman"].freeze()

    def stop(self) -> None:
        """Ends all processes."""
        for server in (*self.servers.values(), self.world):
            server.stop()

    # ── what is said ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _scene(self, agent: cast.Member) -> Scene:
        return Scene(agent, *self._threads.find(agent), self._threads.now())

    def _url(self, server: Server) -> str:
        return f"http://127.0.0.1:{server.port}/api/messages"

    def _echoes(self, server: Server, *, bare: bool) -> tuple[list[Post], set[str]]:
        here = {"serviceUrl": f"{self.world.said['url']}/bare/"} if bare else {}
        bearer = "" if bare else self.world.said["bearer"]
        texts = [f"show {name}" for name in SHOWN]
        posts = [
            Post(self._url(server), self._activities.message(self._scene(agent), "", text) | here, bearer)
            for text, agent in zip(texts, AGENTS * 2, strict=False)
        ]
        return posts, {f"Echo: {text}" for text in texts}

    def _shows(self, server: Server) -> tuple[list[Post], set[str]]:
        posts = [
            Post(self._url(server), self._activities.message(self._scene(agent), "", f"show {name}"), self.world.said["bearer"])
            for name in SHOWN
            for agent in AGENTS
        ]
        return posts, {f"{name} (" for name in SHOWN}

    def _changes(self, server: Server) -> Iterator[Change]:
        """Every person of the crowd gets a mobile phone, and an office phone where that is kept in Entra ID."""
        for phone in ("mobile", "office"):
            for index, person in enumerate(cast.CROWD):
                if phone == "office" and person.synced:
                    continue
                agent = AGENTS[index % len(AGENTS)]
                number = f"+31 6 {next(self._numbers)}" if phone == "mobile" else f"+31 20 {next(self._numbers) % 10_000_000:07d}"
                said = self._activities.message(self._scene(agent), "", f"set {phone} for {person.upn} {number}")

                def press(operation: str, card: str, agent: cast.Member = agent) -> Post:
                    action = {"type": "Action.Execute", "verb": "confirm", "data": {"id": operation}}
                    return Post(
                        self._url(server), self._activities.execute(self._scene(agent), card, action, "manual"), self.world.said["bearer"]
                    )

                yield Change(Post(self._url(server), said, self.world.said["bearer"]), press, f"{phone} phone for {person.name} (")

    async def ask(self, server: Server) -> None:
        """One request that nobody confirms."""
        asked = await load.messages(server.port, [next(self._changes(server)).message], 1, 60, 1)
        assert not asked.failed, "the request was not answered"

    # ── rounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def round(self, kind: str) -> Row:
        """One server under load for the given time."""
        server = self.servers["doorman" if kind in ("show", "change") else kind]
        server.thaw()
        try:
            if kind == "change":
                return await self._change_round(server)
            posts, expected = self._shows(server) if kind == "show" else self._echoes(server, bare=kind != "stock-auth")
            await load.messages(server.port, posts, self._clients, _WARM_SECONDS)
            await self._said()
            spent = self._cpu(server)
            figures = await load.messages(server.port, posts, self._clients, self._seconds)
            return await self._row(kind, server, figures, spent, expected)
        finally:
            server.freeze()

    async def _change_round(self, server: Server) -> Row:
        todo = list(self._changes(server))
        async with Cards(self.world.said["cards_port"]) as cards:
            await self._said()
            began, spent = time.perf_counter(), self._cpu(server)
            figures = await load.changes(server.port, todo, self._clients, cards)
            await asyncio.wait_for(cards.all_ended(len(figures.turns)), 120)
            whole = time.perf_counter() - began
            row = await self._row("change", server, figures, spent, None)
            row.wrong = len(todo) - cards.ended.get("Done", 0)
            parts = " · ".join(
                f"{name} p50 {percentile(taken, 0.5):.0f} p99 {percentile(taken, 0.99):.0f} ms" for name, taken in figures.parts.items()
            )
            row.note = f"{parts} · {len(todo)} executed, told and logged at {len(todo) / whole:.0f}/s"
            return row

    def _cpu(self, server: Server) -> tuple[float, float, float]:
        return cpu_seconds(server.pid), cpu_seconds(self.world.pid), cpu_seconds(os.getpid())

    async def _row(self, kind: str, server: Server, figures: Figures, before: tuple[float, ...], expected: set[str] | None) -> Row:
        turns = max(1, len(figures.turns))
        bot, world, own = (1000 * (now - then) / turns for now, then in zip(self._cpu(server), before, strict=True))
        said = await self._said()
        right = sum(count for text, count in said.items() if expected and any(text.startswith(start) for start in expected))
        wrong = abs(len(figures.turns) - right) + sum(said.values()) - right if expected else 0
        p50, p99 = (percentile(figures.turns, share) for share in (0.5, 0.99))
        return Row(kind, figures.rate, p50, p99, bot, world, own, resident_mb(server.pid), figures.failed, wrong)

    async def _said(self) -> dict[str, int]:
        def ask() -> dict[str, int]:
            with urllib.request.urlopen(urllib.request.Request(f"{self.world.said['url']}/counts", method="POST"), timeout=10) as answer:
                counts: dict[str, int] = json.load(answer)
                return counts

        return await asyncio.to_thread(ask)


def idle(bench: Bench, seconds: float, waiting: int) -> dict[str, Any]:
    """Start-up to ready, on a new database and again, and what the bot costs while nobody speaks, also when many requests wait."""
    starts, database = [], f"idle-{random.randrange(10**9)}.db"
    for last in (False, False, False, False, True):
        server = bench.doorman(database)
        starts.append(server.start_seconds)
        found = _cost(server, seconds) if last else {}
        if last and waiting:
            asyncio.run(bench.ask(server))
        server.stop()
    if waiting:
        ask_again(bench.url(database), waiting - 1)
        server = bench.doorman(database)
        found |= {"waiting": waiting} | {f"waiting_{name}": cost for name, cost in _cost(server, seconds).items()}
        server.stop()
    return {"first_start": starts[0], "later_starts": statistics.median(starts[1:])} | found


def _cost(server: Server, seconds: float) -> dict[str, Any]:
    """Memory, and processor time in percent, of a bot that has nothing to do."""
    time.sleep(2)
    spent = cpu_seconds(server.pid)
    time.sleep(seconds)
    return {"idle_mb": resident_mb(server.pid), "idle_cpu_percent": (cpu_seconds(server.pid) - spent) / seconds * 100}


def _beside(row: Row, base: Row) -> tuple[float, float]:
    """How many turns for one of the other server's: by the clock, and by processor time."""
    return row.rate / base.rate if base.rate else 0.0, base.cpu / row.cpu if row.cpu else 0.0


def _median(rows: list[Row], name: str) -> float:
    return float(statistics.median(getattr(row, name) for row in rows))


def report(rows: list[Row], quiet: dict[str, Any], clients: int, seconds: float) -> None:
    """Prints the tables."""
    by_kind = {kind: [row for row in rows if row.name == kind] for kind in NAMES}
    stock = by_kind["stock"]
    print(f"\n{clients} clients, rounds of {seconds:g} s, {os.cpu_count()} processors. Medians of {len(stock)} rounds.\n")
    head = ("", "turns/s", "p50 ms", "p99 ms", "CPU ms", "simulators", "load", "MB", "failed", "wrong", "× stock (each round)")
    print("{:<28} {:>8} {:>8} {:>8} {:>7} {:>10} {:>5} {:>5} {:>6} {:>6}  {}".format(*head))
    for kind, found in by_kind.items():
        if not found:
            continue
        ratios = [row.rate / base.rate for row, base in zip(found, stock, strict=False) if base.rate]
        each = " ".join(f"{ratio:.1f}" for ratio in ratios)
        values = [_median(found, name) for name in ("rate", "p50", "p99", "cpu", "cpu_world", "cpu_load", "memory")]
        print(
            "{:<28} {:>8.0f} {:>8.1f} {:>8.1f} {:>7.2f} {:>10.2f} {:>5.2f} {:>5.0f}".format(NAMES[kind], *values)
            + f" {sum(row.failed for row in found):>6} {sum(row.wrong for row in found):>6}  {statistics.median(ratios):.1f} ({each})"
        )
    for row in by_kind["change"]:
        print(f"   d: {row.note}")
    print()
    for other in ("stock", "aiohttp"):
        if pairs := list(zip(by_kind["show"], by_kind[other], strict=False)):
            rates, costs = (statistics.median(each) for each in zip(*[_beside(*pair) for pair in pairs], strict=True))
            print(f"show ÷ {other} echo: {rates:.3g} in turns a second, {costs:.3g} in processor time.")
    if by_kind["change"]:
        print(f"One change: {_median(by_kind['change'], 'cpu'):.1f} ms of processor time, from the line to the log post.")
    if quiet:
        print(
            f"\nStart to ready: {quiet['first_start']:.2f} s on a new database, {quiet['later_starts']:.2f} s later (median of 4). "
            f"Idle: {quiet['idle_mb']:.0f} MB, {quiet['idle_cpu_percent']:.1f} % of one processor."
        )
        if "waiting" in quiet:
            print(
                f"With {quiet['waiting']:,} requests waiting: {quiet['waiting_idle_mb']:.0f} MB, "
                f"{quiet['waiting_idle_cpu_percent']:.1f} % of one processor."
            )


async def run(options: argparse.Namespace) -> None:
    """The whole benchmark."""
    with tempfile.TemporaryDirectory(prefix="doorman-bench-") as folder:
        bench = Bench(Path(folder), options.clients, options.seconds)
        rows: list[Row] = []
        try:
            quiet = {} if options.no_idle else await asyncio.to_thread(idle, bench, options.seconds, options.waiting)
            bench.start()
            kinds = options.only or list(NAMES)
            # Changes come last: what they leave in the queues is worked off for half a minute more, at the cost of whoever is next.
            changes = [kind for kind in kinds if kind == "change"]
            turns = [kind for kind in kinds if kind != "change"] * options.rounds + changes * options.rounds
            rows = [await bench.round(kind) for kind in turns]
        finally:
            bench.stop()
        if options.json:
            print(json.dumps({"rows": [asdict(row) for row in rows], "idle": quiet}))
        else:
            report(rows, quiet, options.clients, options.seconds)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10, help="length of a round")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=NAMES, help="these alone")
    parser.add_argument("--waiting", type=int, default=0, help="requests that wait while the cost of being idle is measured once more")
    parser.add_argument("--no-idle", action="store_true", help="without start-up time and idle cost")
    parser.add_argument("--json", action="store_true", help="figures instead of tables")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
