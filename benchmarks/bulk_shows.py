"""People in chat while a job of 12,000 rows is checked and runs, in real time, and without one. See `benchmarks.bulk --shows`.

The bot, the simulators and the people are a process each. Every other round is without a job, or with a paused one, so that whatever
else the machine does is the same for both figures. `python -m benchmarks.bulk_shows` are the people: what they need comes as JSON on
standard input, and the seconds of every turn go out the same way.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.bulk_people import Somebody
from benchmarks.bulk_run import bots_for, file_for, world_for
from benchmarks.kill import empty_database
from benchmarks.kill_bots import Bot
from benchmarks.load import Client, Post, percentile
from bot.store.transactions import open_engine
from simulator import cast
from simulator.teams.activities import Activities, Scene
from simulator.teams.threads import Threads
from simulator.world import World

ROWS = 12_000
#: How much longer the slowest show may take while a job runs.
BAR = 1.5
ROUNDS = 3
SHOWN = ("Alice Jansen", "Omar Farouk", "Kenji Tanaka", "Victoria Crane", "Sofia Rossi", "Mia O'Brien")
PEOPLE = cast.HELPDESK[1:3]  # the first one has the job
#: Between an answer and the next line, at the least and at the most.
THINKING = (0.05, 0.15)
_WARM_SECONDS = 2.0
_NONE, _CHECKED, _RUNS, _PAUSED = "no job", "a file comes, is checked", "a job runs", "a job is paused"


async def measure(seconds: float, folder: Path, kind: str = "sqlite") -> int:
    """Prints the table; the exit status."""
    world = world_for(ROWS, 1.0)
    await world.start()
    with empty_database(kind, folder) as database_url:
        bot = bots_for(world, database_url, 1, 1.0, folder)[0]
        try:
            await bot.start()
            await bot.wait_ready()
            engine = open_engine(database_url)
            turns = await _rounds(world, bot, Somebody(world, engine, lambda: bot.endpoint), seconds)
            engine.dispose()
        finally:
            await bot.stop()
            await world.stop()
    print(f"\n`show` by {len(PEOPLE)} people, each one every {sum(THINKING) / 2:g} s; {ROWS:,} rows, real time, {kind}.\n")
    print(f"{'':<28}{'turns':>8}{'p50':>10}{'p99':>10}{'longest':>10}")
    for name, taken in turns.items():
        print(f"{name:<28}{len(taken):>8}" + "".join(f"{percentile(taken, share):>7.0f} ms" for share in (0.5, 0.99, 1.0)))
    slowest = {name: percentile(taken, 0.99) for name, taken in turns.items()}
    checked, runs = slowest[_CHECKED] / slowest[_NONE], slowest[_RUNS] / slowest[_PAUSED]
    print(f"\np99 {checked:.2f} times as long while a job is checked, {runs:.2f} times while it runs; the bar is {BAR}.")
    return 0 if max(checked, runs) <= BAR else 1


async def _rounds(world: World, bot: Bot, somebody: Somebody, seconds: float) -> dict[str, list[float]]:
    turns: dict[str, list[float]] = {}

    async def talk(when: str, for_seconds: float) -> None:
        turns.setdefault(when, []).extend(await _talk(world, bot, for_seconds))

    for _ in range(ROUNDS):
        await talk(_NONE, seconds / ROUNDS)
        checking = asyncio.create_task(somebody.checked(file_for(ROWS)))
        await talk(_CHECKED, seconds / ROUNDS)
        await somebody.press("", "cancel")
        await checking
    job = await somebody.checked(file_for(ROWS))
    await somebody.confirm(job.id)
    for _ in range(ROUNDS):
        await talk(_RUNS, seconds / ROUNDS)
        await somebody.press(job.id, "hold")
        await talk(_PAUSED, seconds / ROUNDS)
        await somebody.press(job.id, "go_on")
    assert not (await somebody.now(job.id)).state.finished, "it ran in every round"
    return turns


async def _talk(world: World, bot: Bot, seconds: float) -> list[float]:
    """One round of the other process."""
    service_url = world.teams.service_url
    wanted = {"port": bot.port, "service_url": service_url, "bearer": world.teams.tokens.bearer(service_url), "seconds": seconds}
    people = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.bulk_shows", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await people.communicate(json.dumps(wanted).encode())
    turns: list[float] = json.loads(told)
    return turns


async def _people(wanted: dict[str, Any]) -> list[float]:
    activities, threads = Activities(cast.BOT_APP_ID, lambda _: str(wanted["service_url"])), Threads()
    turns: list[float] = []
    began = time.perf_counter()

    async def one(agent: cast.Member) -> None:
        client = await Client.to(wanted["port"])
        scene = Scene(agent, *threads.find(agent), threads.now())
        url = f"http://127.0.0.1:{wanted['port']}/api/messages"
        posts = [Post(url, activities.message(scene, "", f"show {name}"), wanted["bearer"]) for name in SHOWN]
        while (sent := time.perf_counter()) < began + _WARM_SECONDS + wanted["seconds"]:
            status, _ = await client.ask(random.choice(posts).bytes())
            if status != 200:
                raise RuntimeError(f"the bot answered {status}")
            if sent > began + _WARM_SECONDS:
                turns.append(time.perf_counter() - sent)
            await asyncio.sleep(random.uniform(*THINKING))

    await asyncio.gather(*map(one, PEOPLE))
    return turns


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_people(json.load(sys.stdin)))))
