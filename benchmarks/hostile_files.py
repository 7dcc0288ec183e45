"""Hostile files beside people in chat: `python -m benchmarks.hostile_files [--seconds 5] [--only WORD …]`.

Beside each file: how late the bot's event loop is while it is read, the processor time of the bot per `show`, and what became of the
file. Files are read in processes of their own, which are not counted; the turn in which a file comes is. Exit status 1 when a file made
a `show` half as dear again. Needs the machine for itself.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.bulk_people import Somebody
from benchmarks.bulk_shows import PEOPLE, SHOWN
from benchmarks.kill_bots import Bot
from benchmarks.load import Client, Post, percentile
from benchmarks.processes import cpu_seconds
from benchmarks.world import NO_LIMITS
from bot.domain.life import State
from bot.store.transactions import open_engine
from simulator import cast, doorman
from simulator.teams.activities import Activities, Scene
from simulator.world import World
from tests.sheets.hostile import HOSTILE, MANY, endless

#: How much dearer a `show` may be while a file is read.
BAR = 1.5
_WARM_UP = 60
_HEAD = ("beside it", "file", "time", "shows", "CPU a show", "late p50", "p99", "most", "what became of it")


@dataclass
class Figures:
    """Beside one file."""

    size: int
    seconds: float
    shows: int
    cpu: float
    late: list[float]
    became: str


class Chat:
    """Somebody who looks people up, one after the other."""

    def __init__(self, world: World, bot: Bot) -> None:
        activities = Activities(cast.BOT_APP_ID, lambda _: world.teams.service_url)
        scene = Scene(PEOPLE[0], *world.teams.threads.find(PEOPLE[0]), world.teams.threads.now())
        bearer = world.teams.tokens.bearer(world.teams.service_url)
        self._posts = itertools.cycle([Post(bot.endpoint, activities.message(scene, "", f"show {name}"), bearer) for name in SHOWN])
        self._port = bot.port
        self._client: Client | None = None

    async def show(self) -> None:
        """One turn."""
        self._client = self._client or await Client.to(self._port)
        status, _ = await self._client.ask(next(self._posts).bytes())
        if status != 200:
            raise RuntimeError(f"the bot answered {status}")


async def _beside(chat: Chat, bot: Bot, work: Awaitable[Any], seconds: float) -> tuple[Any, Figures]:
    """Shows for as long as the work takes, and no shorter than this."""
    assert bot._process is not None, "it runs"
    pid = bot._process.pid
    async with aiohttp.ClientSession() as session:
        await session.get(f"http://127.0.0.1:{bot.port}/lag")
        began, cpu, shows = time.perf_counter(), cpu_seconds(pid), 0
        working = asyncio.ensure_future(work)
        while not working.done() or time.perf_counter() < began + seconds:
            await chat.show()
            shows += 1
        taken, used = time.perf_counter() - began, cpu_seconds(pid) - cpu
        async with session.get(f"http://127.0.0.1:{bot.port}/lag") as answer:
            late = await answer.json()
    return await working, Figures(0, taken, shows, 1000 * used / shows, late, "")


async def measure(seconds: float, only: list[str], folder: Path) -> int:
    """Prints the table; the exit status."""
    world = World(limits=False)
    await world.start()
    database_url = f"sqlite:///{folder}/doorman.db"
    bot = Bot(doorman.environment(world, database_url, POLICY_FILE=NO_LIMITS), folder / "bot.log", ("-m", "benchmarks.hostile_files_bot"))
    files = {name: make for name, (make, _) in HOSTILE.items()} | {"within every bound, a minute of reading": lambda _: endless()}
    found: dict[str, Figures] = {}
    try:
        await bot.start()
        await bot.wait_ready()
        engine = open_engine(database_url)
        somebody, chat = Somebody(world, engine, lambda: bot.endpoint), Chat(world, bot)
        for _ in range(_WARM_UP):
            await chat.show()
        _, found["no file"] = await _beside(chat, bot, asyncio.sleep(0), 2 * seconds)
        for name, make in files.items():
            if only and not any(word in name for word in only):
                continue
            content = await asyncio.to_thread(make, MANY)
            job, found[name] = await _beside(chat, bot, somebody.checked(content), seconds)
            found[name].size, found[name].became = len(content), str(job.outcome)
            if job.state is State.PROPOSED:
                found[name].became = "rows"
                await somebody.press(job.id, "cancel")
        engine.dispose()
    finally:
        await bot.stop()
        await world.stop()
    return _report(found)


def _report(found: dict[str, Figures]) -> int:
    print("\n{:<42}{:>10}{:>9}{:>7}{:>12}{:>10}{:>9}{:>9}  {}".format(*_HEAD))
    for name, one in found.items():
        late = "".join(f"{percentile(one.late, share) / 1000:>{width}.1f} ms" for share, width in ((0.5, 7), (0.99, 6), (1.0, 6)))
        print(f"{name:<42}{one.size / 1024:>7.0f} KB{one.seconds:>7.1f} s{one.shows:>7}{one.cpu:>9.2f} ms{late}  {one.became[:60]}")
    dearest = max(one.cpu for one in found.values()) / found["no file"].cpu
    print(f"\nBeside the worst file a show takes {dearest:.2f} times the processor time; the bar is {BAR}.")
    return 0 if dearest <= BAR else 1


def main() -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="of shows beside each file, at the least")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="files whose names have one of these in them")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure(given.seconds, given.only, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
