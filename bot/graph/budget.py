"""The pace of bulk jobs: every call waits for a turn of its own, and the turns of all replicas together keep below Graph's quotas.

Turns are taken in runs (`ports.Turns`), so that the database is asked less than twice a second however fast the pace is. A turn that was
missed is given up, not caught up on: late calls would bunch.
"""

from __future__ import annotations

import asyncio
import math
import time
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.domain.pace import FARTHEST, LOWERED_FOR, QUOTAS, Factor, Traffic
from bot.errors import StoreUnavailable
from bot.ports import Sleep, Turns

log = structlog.get_logger()

LATEST = 0.2  # seconds by which a turn may be missed; `pace.LATENESS` leaves room for it
AHEAD = 0.6  # seconds for which turns are taken at once, as things go
PRESSING = 0.9  # of Graph's limit in use by all of us is too much
SWARM = 0.25  # seconds within which refusals say the same
ABOVE_CEILING = 0.1  # where the ceiling itself is near that


class SharedBudget:
    """`ports.Budget`, and a listener of the throttle gate.

    Args:
        turns: where all replicas take theirs from.
        ceiling_percent: how much of Graph's quotas bulk jobs may use.
        scale: divides Graph's windows, for benchmarks.
        clock: seconds since the epoch.
        sleep: replaceable in tests, as the clock is.
    """

    def __init__(
        self,
        turns: Turns,
        ceiling_percent: int = 80,
        *,
        scale: float = 1.0,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._turns = turns
        self._clock = clock
        self._flows = {
            traffic: _Flow(traffic, quota.rate(ceiling_percent, scale), turns, clock, sleep) for traffic, quota in QUOTAS.items()
        }
        self._pressing = max(PRESSING, ceiling_percent / 100 + ABOVE_CEILING)
        self._lowered_at = -math.inf
        self._close_at = 0.0  # until then nothing is sent, and the others have to be told so
        self._telling: asyncio.Task[None] | None = None

    async def read(self, units: int = 1) -> None:
        """See `bot.ports.Budget`."""
        await self._flows[Traffic.READS].turn(units)

    async def write(self) -> None:
        """See `bot.ports.Budget`."""
        await self._flows[Traffic.WRITES].turn(1)

    def refused(self, retry_after: float) -> None:
        """See `bot.ports.Budget`. Here it holds at once, elsewhere as soon as turns are taken there."""
        until = self._clock() + retry_after
        for flow in self._flows.values():
            flow.close(until)
        if self._due() or until > self._close_at + SWARM:
            self._close_at = max(until, self._close_at)
            self._tell()

    def pressure(self, part: float) -> None:
        """See `bot.ports.Budget`."""
        if part >= self._pressing and self._due():
            self._tell()

    @property
    def rate(self) -> float:
        """See `bot.ports.Budget`."""
        return self._flows[Traffic.WRITES].rate_now

    def _due(self) -> bool:
        return self._clock() - self._lowered_at >= LOWERED_FOR

    def _tell(self) -> None:
        """Has the other replicas told; what is learned meanwhile goes with the next."""
        self._lowered_at = self._clock()
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._lower())

    async def _lower(self) -> None:
        told = (0.0, 0.0)
        while told != (self._lowered_at, self._close_at):
            told = (self._lowered_at, self._close_at)
            try:
                factor = await self._turns.lower(*told)
            except StoreUnavailable as error:  # here it holds all the same, and Graph will say it again
                log.warning("pace not shared", action="pace_not_shared", error=str(error))
                return
            for flow in self._flows.values():
                flow.factor = factor


@dataclass(frozen=True, slots=True, order=True)
class _Held:
    """Turns in a row: `count` of them, `gap` seconds apart."""

    start: float
    gap: float
    count: int


class _Flow:
    """Turns of one kind of traffic for the callers in this process.

    Attributes:
        factor: by how much the pace is lowered, as last heard.
    """

    def __init__(self, traffic: Traffic, rate: float, turns: Turns, clock: Callable[[], float], sleep: Sleep) -> None:
        self.factor = Factor()
        self._traffic = traffic
        self._rate = rate
        self._turns = turns
        self._clock = clock
        self._sleep = sleep
        self._held: list[_Held] = []  # taken and not yet given to a caller, the first first
        self._wanted = 0  # by callers who wait for turns to be taken
        self._lately = 0.0  # wanted in about the last second
        self._counted_at = 0.0
        self._taking: asyncio.Future[None] | None = None
        self._closed_until = 0.0

    @property
    def rate_now(self) -> float:
        """So many a second."""
        return self._rate * self.factor.now(self._clock())

    def close(self, until: float) -> None:
        """Gives up every turn before that."""
        self._closed_until = max(self._closed_until, until)

    async def turn(self, units: int) -> None:
        """Returns when it is the caller's turn."""
        self._count(units)
        while True:
            held = await self._next(units)
            try:
                if (wait := held.start - self._clock()) > 0:
                    await self._sleep(wait)
            except BaseException:
                insort(self._held, held)  # somebody else may go then
                raise
            if held.start >= self._closed_until and self._clock() - held.start <= LATEST:
                return

    async def _next(self, units: int) -> _Held:
        """The next turns that are not past."""
        self._wanted += units
        try:
            while (held := self._given(units)) is None:
                if self._taking is None:
                    self._taking = asyncio.ensure_future(self._take())
                    self._taking.add_done_callback(_seen)
                await asyncio.shield(self._taking)
        finally:
            self._wanted -= units
        return held

    def _given(self, units: int) -> _Held | None:
        """So many turns in a row from those that are held, if they are; what is past is dropped."""
        first = max(self._closed_until, self._clock() - LATEST)
        while self._held:
            run = self._held[0]
            missed = min(run.count, max(0, math.ceil((first - run.start) / run.gap)))
            if run.count - missed < units:
                self._held.pop(0)
                continue
            given = _Held(run.start + missed * run.gap, run.gap, units)
            rest = run.count - missed - units
            self._held[:1] = [_Held(given.start + units * run.gap, run.gap, rest)] if rest else []
            return given
        return None

    async def _take(self) -> None:
        """Takes turns for everybody who waits, and for who will come in the next moment if things go on as they do."""
        try:
            await asyncio.sleep(0)  # whoever comes in this very moment shares the call
            ahead = min(self._lately, self.rate_now) * AHEAD
            count = max(self._wanted, math.ceil(ahead))
            run = await self._turns.reserve(self._traffic, count, self._rate, max(self._clock(), self._closed_until))
            self.factor = run.factor
            if run.closed_until < self._clock() + FARTHEST:  # else by a clock that was wrong
                self.close(run.closed_until)
            insort(self._held, _Held(run.start, run.gap, run.count))
        finally:
            self._taking = None

    def _count(self, units: int) -> None:
        now = self._clock()
        self._lately = self._lately * math.exp(min(0.0, self._counted_at - now)) + units
        self._counted_at = now


def _seen(taking: asyncio.Future[None]) -> None:
    """Whoever waited was told what went wrong; if nobody waits any more, nobody has to be."""
    if not taking.cancelled():
        taking.exception()
