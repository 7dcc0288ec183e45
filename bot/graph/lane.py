"""A lane through the throttle gate: how many calls run at once, who is next, and until when who may not go.

A refusal holds up what counts against the same limit of Graph's, and nothing else. How many run at once halves when Graph refuses and
creeps up while it does not.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection

from bot.errors import Throttled
from bot.graph.answers import LONGEST_SAID
from bot.graph.call import EVERY_LIMIT, Limit
from bot.ports import Sleep
from bot.retry import spread
from bot.waiting import put_off

SHORTEST_WAIT = 0.1  # after a 429 that says 0
SPREAD = 0.02  # of a wait, so that several bots do not come back together; more would cost throughput
LONGEST_UNSAID = 16.0  # when 429s follow each other and do not say how long


class Lane:
    """One lane.

    Args:
        most: calls at once.
        clock, sleep, chance: time and luck.
    """

    def __init__(self, most: float, clock: Callable[[], float], sleep: Sleep, chance: Callable[[], float]) -> None:
        self.running = 0
        self._closed_until: dict[Limit, float] = {}
        self._clock = clock
        self._pause = sleep
        self._chance = chance
        self._most = float(most)
        self._limit = float(most)
        self._queues: tuple[deque[asyncio.Future[None]], ...] = (deque(), deque())  # whoever is urgent, and then the others
        self._refusals = 0  # in a row, without a word on how long to wait

    @property
    def limit(self) -> int:
        """How many calls may run at once now."""
        return max(1, int(self._limit))

    def closed_until(self, limits: Collection[Limit]) -> float:
        """The moment from which calls that count against these may go."""
        return max((self._closed_until.get(limit, 0.0) for limit in limits), default=0.0)

    async def opened(self, deadline: float, limits: Collection[Limit]) -> float:
        """Waits for the lane to open for what counts against these limits; returns the moment.

        Raises:
            Throttled: not before the deadline.
        """
        while (closed := self.closed_until(limits) - (now := self._clock())) > 0:
            if closed > deadline - now:
                raise Throttled("Graph asked all such calls to wait", retry_after=closed)
            put_off(closed, refused=True)
            await self._pause(closed)
        return now

    async def enter(self, deadline: float, limits: Collection[Limit], *, urgent: bool) -> float:
        """Waits for the lane to open and for a place; returns the moment of entry.

        Raises:
            Throttled: not before the deadline.
        """
        while True:
            now = await self.opened(deadline, limits)
            if self.running < self.limit:
                self.running += 1
                return now
            await self._wait_for_place(self._queues[0 if urgent else 1], deadline - now)

    def leave(self) -> None:
        """Gives the place to the next."""
        self.running -= 1
        self._wake()

    def accepted(self) -> None:
        """Graph took a call."""
        self._refusals = 0
        self._limit = min(self._most, self._limit + 1 / self._limit)

    def wait_after(self, retry_after: float | None) -> float:
        """Seconds to wait after a 429: what Graph says within reason, else longer each time."""
        if retry_after is None:
            self._refusals += 1
            retry_after = min(LONGEST_UNSAID, 2.0 ** (self._refusals - 1))
        return spread(min(LONGEST_SAID, max(SHORTEST_WAIT, retry_after)), SPREAD, chance=self._chance)

    def close(self, wait: float, began: float | None, limits: Collection[Limit] = EVERY_LIMIT) -> None:
        """Lets nothing in for a while that counts against these, and fewer at once; not fewer still for calls of before the last time."""
        if began is None or began >= self.closed_until(EVERY_LIMIT):
            self._limit = max(1.0, self._limit / 2)
        until = self._clock() + wait
        for limit in limits:
            self._closed_until[limit] = max(self._closed_until.get(limit, 0.0), until)

    async def _wait_for_place(self, queue: deque[asyncio.Future[None]], seconds: float) -> None:
        place = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await place
        except TimeoutError:
            self._pass_on(queue, place)
            raise Throttled("too many calls at once", retry_after=1.0) from None
        except BaseException:
            self._pass_on(queue, place)
            raise

    def _pass_on(self, queue: deque[asyncio.Future[None]], place: asyncio.Future[None]) -> None:
        """Gives up a place that is not wanted any more, to the next when it had been given already."""
        if place in queue:
            queue.remove(place)
        elif not place.cancelled():
            self._wake()

    def _wake(self) -> None:
        free = self.limit - self.running
        for queue in self._queues:
            while free > 0 and queue:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    free -= 1
