"""The throttle gate: every call to Graph passes here, and when Graph says "too many", they wait.

It replaces the SDK's retry handler, which lets each call sleep alone, repeats writes after a 503 that may have happened, and stumbles
over fractional waits. https://learn.microsoft.com/graph/throttling

Bulk jobs have a lane of their own, so that nobody in chat waits for one of their places, and a refusal of theirs closes that lane alone:
Graph throttles calls of low priority first and urgent ones last, and refuses writes while it still answers reads. Where Graph makes no
difference, the next call from chat is refused itself, and that closes both lanes. In a lane only that waits which counts against the same
limit as the refused call: see `bot.graph.call`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog

from bot.graph.answers import Answer
from bot.graph.call import BESIDE_BULK, EVERY_LIMIT, Call, Limit
from bot.graph.errors import SILENCES, named
from bot.graph.hindrances import GraphHindrances
from bot.graph.lane import Lane
from bot.ports import Budget, Sleep
from bot.retry import spread
from bot.waiting import patient, put_off

log = structlog.get_logger()

#: Answers after which a read is sent again. A write is not: it may have happened.
FLEETING = (502, 503, 504)
PRIORITY = "x-ms-throttle-priority"  # https://learn.microsoft.com/graph/throttling#best-practices-to-handle-throttling
RESENDS = 4  # of one read after fleeting failures
BULK_PLACES = 0.5  # as many as that part of the people's, beside them
TURN_KEPT = 0.1  # seconds in the queue after which a turn in the budget is over: those who waited together must not be sent together


class Priority(StrEnum):
    """Who is waiting; the value is what Graph is told: https://learn.microsoft.com/graph/throttling"""

    LOW = "low"  # a bulk job
    NORMAL = "normal"
    HIGH = "high"  # a person


@dataclass(frozen=True)
class Patience:
    """How long a call may take in all, waits included, and whose it is.

    Attributes:
        seconds: for everything; a read still unanswered then is given up (by the client), a write only stops waiting for its turn.
        priority: Graph is told; low has a lane of its own.
        budget: what paces every attempt; None for calls that are not paced.
        at_least: it may take longer where whoever it is made for waits longer (`bot.waiting`).
    """

    seconds: float
    priority: Priority = Priority.NORMAL
    budget: Budget | None = None
    at_least: bool = False

    @property
    def urgent(self) -> bool:
        """A person is waiting."""
        return self.priority is Priority.HIGH

    @property
    def left(self) -> float:
        """Seconds from now on."""
        return patient(self.seconds) if self.at_least else self.seconds

    @property
    def headers(self) -> dict[str, str]:
        """What Graph is told; of a batch with every part, because each is judged alone."""
        return {} if self.priority is Priority.NORMAL else {PRIORITY: self.priority.value}


#: A person looks at the screen; for a press Teams itself gives up after about fifteen seconds.
INTERACTIVE = Patience(6.0, Priority.HIGH, at_least=True)
BACKGROUND = Patience(60.0)
#: Longer than Graph ever asks to wait: a row of a bulk job has time.
BULK = Patience(600.0, Priority.LOW)


class Listener(Protocol):
    """Who learns from what Graph says of its limits, whatever call it was said to."""

    def refused(self, retry_after: float) -> None:
        """Graph refused a call, and asked for so many seconds of silence."""

    def pressure(self, part: float) -> None:
        """So much of the limit is used: 0.8 and more."""


class ThrottleGate:
    """One gate for all calls of a client.

    Args:
        concurrency: most calls at once, those of bulk jobs not counted.
        bulk_scale: how many times as many places bulk jobs have, for benchmarks in which time is scaled.
        clock, sleep, chance: time and luck, replaceable in tests.
        hindrances: learns from every call; one of its own when None.

    Attributes:
        listeners: told of every refusal and every figure.
    """

    def __init__(
        self,
        concurrency: int = 32,
        *,
        bulk_scale: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        hindrances: GraphHindrances | None = None,
    ) -> None:
        self.hindrances = hindrances or GraphHindrances()
        self.clock = clock
        self.pause = sleep
        self.listeners: list[Listener] = []
        self._chance = chance
        self._people = Lane(concurrency, clock, sleep, chance)
        self._bulk = Lane(max(1.0, concurrency * BULK_PLACES * bulk_scale), clock, sleep, chance)

    @property
    def limit(self) -> int:
        """How many calls may run at once now, those of bulk jobs not counted."""
        return self._people.limit

    @property
    def bulk_limit(self) -> int:
        """How many calls of bulk jobs may run at once now."""
        return self._bulk.limit

    @property
    def running(self) -> int:
        """How many calls are under way."""
        return self._people.running + self._bulk.running

    async def let_through(self, attempt: Callable[[], Awaitable[Answer]], patience: Patience, call: Call, *, units: int = 1) -> Answer:
        """Makes the attempt when it is the call's turn, and again where that is safe.

        Args:
            attempt: sends and returns what Graph said; raises one of `SILENCES` when that was nothing.
            call: what is sent.
            units: what a read costs of the budget, at every attempt.

        Returns:
            The last answer; a 429 when the wait would be too long.

        Raises:
            Throttled: it never became the call's turn; nothing was sent.
            StoreUnavailable: the budget could not be asked; nothing was sent.
            One of `SILENCES`: no answer.
        """
        deadline = self.clock() + patience.left
        lane = self._lane(patience)
        resends = tries = 0
        while True:
            began = await self._enter(lane, deadline, patience, call, units)
            tries += 1
            failure: Exception | None = None
            answer: Answer | None = None
            try:
                answer = await attempt()
            except SILENCES as error:
                failure = error
            finally:
                lane.leave()
            self._note(call, tries, began, answer, failure)
            if answer is None or answer.silent or not call.parted:
                self.hindrances.heard(call.limits, [answer] if answer else [], self.clock() - began)
            if answer is not None:
                self.heard(answer)
            if answer is not None and answer.status == 429:
                if self.refused(answer.retry_after, began, patience, call.limits) > deadline - self.clock():
                    return answer
                continue
            fleeting = answer is None or answer.status in FLEETING
            if fleeting and call.reads and resends < RESENDS:
                wait = self.wait_before_resend(resends, [answer] if answer else [])
                if wait <= deadline - self.clock():
                    resends += 1
                    put_off(wait)
                    await self.pause(wait)
                    continue
            if answer is None:
                assert failure is not None
                raise failure
            if not fleeting:
                lane.accepted()
            return answer

    def wait_before_resend(self, resends: int, answers: Iterable[Answer]) -> float:
        """Seconds until a read may be sent once more after fleeting failures: longer each time, and never less than an answer asked for."""
        own = spread(0.25 * 2**resends, 1.0, chance=self._chance)
        return max([own, *(answer.retry_after or 0.0 for answer in answers)])

    def heard(self, answer: Answer) -> None:
        """Passes on how much of the limit is used, where an answer says so."""
        if (part := answer.limit_used) is not None:
            for listener in self.listeners:
                listener.pressure(part)

    def refused(
        self,
        retry_after: float | None,
        began: float | None = None,
        patience: Patience = BACKGROUND,
        limits: Collection[Limit] = EVERY_LIMIT,
    ) -> float:
        """Closes the call's lane after a 429 for what counts against the same limits; the lane of bulk jobs after every one.

        Args:
            retry_after: seconds, or None when Graph did not say.
            began: when the refused call was let in; calls let in before the lane last closed do not halve its limit again.
            patience: of the refused call.
            limits: that the refused call counts against.

        Returns:
            Seconds until the lane opens for such a call.
        """
        lane = self._lane(patience)
        wait = lane.wait_after(retry_after)
        for closing in {lane, self._bulk}:
            closing.close(wait, began, limits)
        if not BESIDE_BULK.issuperset(limits):
            self.hindrances.refused(wait)
            for listener in self.listeners:
                listener.refused(wait)
        return lane.closed_until(limits) - self.clock()

    def _note(self, call: Call, tries: int, began: float, answer: Answer | None, failure: Exception | None) -> None:
        """One line of a log that says everything: without anybody's id, and without a word of what was sent or answered."""
        if log.is_enabled_for(logging.DEBUG):
            said: dict[str, object] = {"status": answer.status} if answer else {"error": named(failure)}
            log.debug("graph call", action="graph_call", call=call.told, **said, seconds=round(self.clock() - began, 3), attempt=tries)

    def _lane(self, patience: Patience) -> Lane:
        return self._bulk if patience.priority is Priority.LOW else self._people

    async def _enter(self, lane: Lane, deadline: float, patience: Patience, call: Call, units: int) -> float:
        """Waits for a turn in the budget, if there is one, and for a place; returns the moment of entry."""
        budget = patience.budget
        if budget is None:
            return await lane.enter(deadline, call.limits, urgent=patience.urgent)
        await lane.opened(deadline, call.limits)  # a turn would be over by then
        await _turn(budget, call.reads, units)
        turned = self.clock()
        began = await lane.enter(deadline, call.limits, urgent=patience.urgent)
        if began - turned <= TURN_KEPT:
            return began
        try:
            await _turn(budget, call.reads, units)
        except BaseException:
            lane.leave()
            raise
        return self.clock()


async def _turn(budget: Budget, reads: bool, units: int) -> None:
    await (budget.read(units) if reads else budget.write())
