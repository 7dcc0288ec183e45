"""The throttle gate: every call to Graph passes here, and when Graph says "too many", all of them wait.

It replaces the SDK's retry handler, which lets each call sleep alone, repeats writes after a 503 that may have happened, and stumbles
over fractional waits. How many calls run at once halves when Graph refuses and creeps up while it does not.
https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from kiota_abstractions.request_option import RequestOption
from kiota_http.middleware import BaseMiddleware
from kiota_http.middleware.middleware import REQUEST_OPTIONS_KEY

from bot.errors import Throttled
from bot.graph.answers import Answer
from bot.graph.errors import SILENCES
from bot.ports import Sleep

#: Answers after which a read is sent again. A write is not: it may have happened.
FLEETING = (502, 503, 504)
RESENDS = 4  # of one read after fleeting failures
SHORTEST_WAIT = 0.1  # after a 429 that says 0
SPREAD = 0.02  # of a wait, so that several bots do not come back together; more would cost throughput
LONGEST_SAID = 300.0  # Graph's windows are of seconds to minutes; a mad figure must not shut the bot for hours
LONGEST_UNSAID = 16.0  # when 429s follow each other and do not say how long


@dataclass(frozen=True)
class Patience(RequestOption):
    """How long a call may take in all, waits included.

    Attributes:
        seconds: for everything; a read still unanswered then is given up (by the client), a write only stops waiting for its turn.
        urgent: a person is waiting; Graph is told.
    """

    seconds: float
    urgent: bool = False

    @staticmethod
    def get_key() -> str:
        """The name the SDK keeps it under."""
        return "doorman.patience"


#: A person looks at the screen; Teams itself gives up after about fifteen seconds.
INTERACTIVE = Patience(6.0, urgent=True)
BACKGROUND = Patience(60.0)


class ThrottleGate(BaseMiddleware):
    """One gate for all calls of a client.

    Args:
        concurrency: most calls at once.
        clock, sleep, chance: time and luck, replaceable in tests.
    """

    def __init__(
        self,
        concurrency: int = 32,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__()
        self.clock = clock
        self.pause = sleep
        self._chance = chance
        self._most = float(concurrency)
        self._limit = float(concurrency)
        self._running = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0
        self._refusals = 0  # in a row, without a word on how long to wait

    @property
    def limit(self) -> int:
        """How many calls may run at once now."""
        return max(1, int(self._limit))

    async def send(self, request: httpx.Request, transport: httpx.AsyncBaseTransport) -> httpx.Response:
        """As a middleware of the SDK: `let_through` for its requests; the response's body has been read."""
        options = request.extensions.get(REQUEST_OPTIONS_KEY) or {}
        responses = []

        async def attempt() -> Answer:
            response = await super(ThrottleGate, self).send(request, transport)
            try:
                await response.aread()
            except SILENCES:
                await response.aclose()
                raise
            responses.append(response)
            return Answer(response.status_code, response.headers)

        await self.let_through(attempt, options.get(Patience.get_key(), BACKGROUND), reads=request.method == "GET")
        return responses[-1]

    async def let_through(self, attempt: Callable[[], Awaitable[Answer]], patience: Patience, *, reads: bool) -> Answer:
        """Makes the attempt when it is the call's turn, and again where that is safe.

        Args:
            attempt: sends and returns what Graph said; raises one of `SILENCES` when that was nothing.
            reads: the call changes nothing, so it may be sent again after a fleeting failure.

        Returns:
            The last answer; a 429 when the wait would be too long.

        Raises:
            Throttled: it never became the call's turn; nothing was sent.
            httpx.HTTPError and others of `SILENCES`: no answer.
        """
        deadline = self.clock() + patience.seconds
        resends = 0
        while True:
            began = await self._enter(deadline)
            failure: Exception | None = None
            answer: Answer | None = None
            try:
                answer = await attempt()
            except SILENCES as error:
                failure = error
            finally:
                self._leave()
            if answer is not None and answer.status == 429:
                if self.refused(answer.retry_after, began) > deadline - self.clock():
                    return answer
                continue
            fleeting = answer is None or answer.status in FLEETING
            if fleeting and reads and resends < RESENDS:
                wait = (0.25 * 2**resends) * (1 + self._chance())
                if answer is not None:
                    wait = max(wait, answer.retry_after or 0.0)
                if wait <= deadline - self.clock():
                    resends += 1
                    await self.pause(wait)
                    continue
            if answer is None:
                assert failure is not None
                raise failure
            if not fleeting:
                self._accepted()
            return answer

    def refused(self, retry_after: float | None, began: float | None = None) -> float:
        """Closes the gate for all after a 429.

        Args:
            retry_after: seconds, or None when Graph did not say.
            began: when the refused call was let in; calls let in before the gate last closed do not halve the limit again.

        Returns:
            Seconds until the gate opens.
        """
        now = self.clock()
        if retry_after is None:
            self._refusals += 1
            retry_after = min(LONGEST_UNSAID, 2.0 ** (self._refusals - 1))
        wait = min(LONGEST_SAID, max(SHORTEST_WAIT, retry_after)) * (1 + SPREAD * self._chance())
        if began is None or began >= self._closed_until:
            self._limit = max(1.0, self._limit / 2)
        self._closed_until = max(self._closed_until, now + wait)
        return self._closed_until - now

    def _accepted(self) -> None:
        self._refusals = 0
        self._limit = min(self._most, self._limit + 1 / self._limit)

    async def _enter(self, deadline: float) -> float:
        """Waits for the gate to open and for a place; returns the moment of entry."""
        while True:
            now = self.clock()
            if (closed := self._closed_until - now) > 0:
                if closed > deadline - now:
                    raise Throttled("Graph asked everybody to wait", retry_after=closed)
                await self.pause(closed)
            elif self._running < self.limit:
                self._running += 1
                return now
            else:
                await self._wait_for_place(deadline - now)

    async def _wait_for_place(self, seconds: float) -> None:
        place = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await place
        except TimeoutError:
            self._pass_on(place)
            raise Throttled("too many calls at once", retry_after=1.0) from None
        except BaseException:
            self._pass_on(place)
            raise

    def _pass_on(self, place: asyncio.Future[None]) -> None:
        """Gives up a place that is not wanted any more, to the next when it had been given already."""
        if place in self._queue:
            self._queue.remove(place)
        elif not place.cancelled():
            self._wake()

    def _leave(self) -> None:
        self._running -= 1
        self._wake()

    def _wake(self) -> None:
        free = self.limit - self._running
        while free > 0 and self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None)
                free -= 1
