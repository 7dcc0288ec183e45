"""The bot as child processes that are killed with SIGKILL at chosen moments and started again at once."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from benchmarks.processes import free_port

ROOT = Path(__file__).parent.parent
START_PATIENCE = 60.0
#: Seconds after which a kill no longer waits for its moment.
LONGEST_WAIT = 3.0
#: Seconds a bot may stay away when there is another; longer than the other needs to take over its work.
LONGEST_ABSENCE = 7.0
#: Moment -> most seconds between it and the kill.
MOMENTS: Mapping[str, float] = {"any time": 1.5, "starting": 1.0, "confirmed": 0.4, "written": 0.03, "log accepted": 0.03}


class Bot:
    """One place where a bot runs, with a port of its own; the process in it comes and goes.

    Args:
        arguments: behind `python`.
    """

    def __init__(self, environment: Mapping[str, str], log: Path, arguments: Sequence[str] = ("app.py", "serve")) -> None:
        self._arguments = arguments
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}/api/messages"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE"))}
        self._environment = {**inherited, **environment, "PORT": str(self.port)}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.ready = False
        self.exits = 0

    async def start(self) -> None:
        """Starts a process; it is not ready yet."""
        with self._log.open("ab") as output:
            self._process = await self.process(self._arguments, self._environment, output.fileno())

    @staticmethod
    async def process(arguments: Sequence[str], environment: Mapping[str, str], output: int) -> asyncio.subprocess.Process:
        """Starts one; what it says goes to a file."""
        return await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env=environment, stdout=output, stderr=output)

    async def wait_ready(self) -> None:
        """Returns once it answers; starts it again (and counts that) when it ended by itself. TimeoutError: it never answers."""
        async with asyncio.timeout(START_PATIENCE), aiohttp.ClientSession() as session:
            while not self.ready:
                assert self._process, "started before"
                if self._process.returncode is not None:
                    self.exits += 1
                    await self.start()
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
                        self.ready = answer.status == 200
                except aiohttp.ClientError:
                    await asyncio.sleep(0.03)

    @property
    def pid(self) -> int:
        """Of the process that was started last."""
        assert self._process, "started before"
        return self._process.pid

    async def stop(self) -> None:
        """Tells it to end, and waits until it has."""
        self.ready = False
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL, and waits until it is gone."""
        self.ready = False
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Reaper:
    """Kills one bot at a time until it has killed often enough.

    Args:
        bots: where the bots run.
        wanted: how many kills there shall be.
        counters: for "confirmed", "written" and "log accepted": how often it has happened so far.
        moments: among which to choose.
        longest_wait: seconds after which a kill no longer waits for its moment.
    """

    def __init__(
        self,
        bots: list[Bot],
        wanted: int,
        counters: Mapping[str, Callable[[], int]],
        dice: random.Random,
        moments: Mapping[str, float] = MOMENTS,
        longest_wait: float = LONGEST_WAIT,
    ) -> None:
        self._bots = bots
        self._moments = moments
        self._longest_wait = longest_wait
        self._counters = counters
        self._dice = dice
        self.wanted = wanted
        self.kills: Counter[str] = Counter()
        #: How often it has taken aim: the people begin something new at that moment, so that there is something to hit.
        self.aims = 0

    async def work(self) -> None:
        """Kills and starts again; at the end every bot is ready."""
        victim = self._dice.choice(self._bots)
        while self.kills.total() < self.wanted:
            moment = self._dice.choice(list(self._moments))
            if moment != "starting":
                await victim.wait_ready()
                victim = self._dice.choice(self._bots)
            self.aims += 1
            if moment in self._counters:
                moment = await self._await_moment(moment)
            await asyncio.sleep(self._dice.uniform(0, self._moments[moment]))
            await victim.kill()
            self.kills[moment] += 1
            if len(self._bots) > 1:
                await asyncio.sleep(self._dice.uniform(0, LONGEST_ABSENCE))
            await victim.start()
        for bot in self._bots:
            await bot.wait_ready()

    async def _await_moment(self, moment: str) -> str:
        """Waits for it to happen once more; "any time" when it does not."""
        before = self._counters[moment]()
        until = time.monotonic() + self._longest_wait
        while self._counters[moment]() == before:
            if time.monotonic() > until:
                return "any time"
            await asyncio.sleep(0.002)
        return moment
