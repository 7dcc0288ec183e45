"""Time that goes on only when nobody has anything to do, and turns that say when somebody is asking for them."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable
from itertools import count
from typing import TypeVar

from bot.domain.pace import Factor, Run, Traffic
from bot.ports import Turns

T = TypeVar("T")


class World:
    """A clock for many sleepers: each wakes at its own moment, in order.

    Attributes:
        late: seconds by which everybody wakes up late.
        busy: pieces of work in real time that have to end first.
    """

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self.now = now
        self.late = 0.0
        self.busy = 0
        self._asleep: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._asleep, (self.now + max(0.0, seconds) + self.late, next(self._numbers), future))
        await future

    async def run(self, until: float) -> None:
        """Goes on to that moment."""
        while True:
            await self._settle()
            if not self._asleep or self._asleep[0][0] > until:
                self.now = until
                return
            at, _, future = heapq.heappop(self._asleep)
            self.now = max(self.now, at)
            if not future.done():
                future.set_result(None)

    async def _settle(self) -> None:
        quiet = 0
        while quiet < 6:
            await asyncio.sleep(0.0002 if self.busy else 0)
            quiet = 0 if self.busy else quiet + 1


class Watched:
    """Turns that keep the clock from going on while they are asked, and count how often they are."""

    def __init__(self, turns: Turns, world: World) -> None:
        self._turns = turns
        self._world = world
        self.asked = 0

    async def reserve(self, traffic: Traffic, count: int, rate: float, now: float) -> Run:
        self.asked += 1
        return await self._busy(self._turns.reserve(traffic, count, rate, now))

    async def lower(self, now: float, closed_until: float) -> Factor:
        return await self._busy(self._turns.lower(now, closed_until))

    async def _busy(self, work: Awaitable[T]) -> T:
        self._world.busy += 1
        try:
            return await work
        finally:
            self._world.busy -= 1


def most_in_any(moments: list[float], seconds: float) -> int:
    """The most moments in any window of so many seconds."""
    moments, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
