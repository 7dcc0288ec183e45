"""How fast bulk jobs may read and write: Graph's quotas, a ceiling below them, and what is learned from refusals. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Traffic(StrEnum):
    """What Graph counts apart. A stored word: never rename one."""

    READS = "reads"
    WRITES = "writes"


#: Seconds by which a call may come later than its turn: waking up late, and the way to Graph. The pace leaves room for it, so that no
#: window of Graph's holds more than the ceiling even if it begins with late calls.
LATENESS = 0.3


@dataclass(frozen=True, slots=True)
class Quota:
    """What one application may spend in one tenant: so much in any window of so many seconds."""

    amount: int
    seconds: float

    def rate(self, ceiling_percent: int, scale: float = 1.0) -> float:
        """How much a second, in even steps, stays below a part of it.

        Args:
            ceiling_percent: the part.
            scale: divides the window, for benchmarks.
        """
        return (self.amount * ceiling_percent / 100 - 1) / (self.seconds / scale + LATENESS)


#: https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits, of an application and a tenant of more than 500
#: people; for fewer Graph allows fewer resource units, and what it refuses then is learned from.
QUOTAS = {Traffic.READS: Quota(8_000, 10.0), Traffic.WRITES: Quota(3_000, 150.0)}

LOWERED_BY = 0.7
LOWEST = 0.02
#: Seconds for which one lowering serves, because refusals come in swarms.
LOWERED_FOR = 5.0
#: Seconds in which all that was lowered comes back.
RECOVERY = 60.0
#: A turn farther ahead than this was taken by a clock that was wrong.
FARTHEST = 900.0


@dataclass(frozen=True, slots=True)
class Factor:
    """By how much the pace is lowered now; comes back by itself.

    Attributes:
        lowest: what it was lowered to.
        at: when, in seconds since the epoch.
    """

    lowest: float = 1.0
    at: float = 0.0

    def now(self, now: float) -> float:
        """At a moment: between `LOWEST` and 1."""
        return min(1.0, self.lowest + max(0.0, now - self.at) / RECOVERY)

    def lowered(self, now: float) -> Factor:
        """After one more refusal; the same while the last lowering serves."""
        if 0 <= now - self.at < LOWERED_FOR:
            return self
        return Factor(max(LOWEST, self.now(now) * LOWERED_BY), now)


@dataclass(frozen=True, slots=True)
class Run:
    """Turns that one process has reserved, at even distances.

    Attributes:
        start: of the first turn, in seconds since the epoch.
        gap: seconds from each to the next.
        count: how many.
        closed_until: nothing is sent before, whoever reserved it.
        factor: as all processes have learned it.
    """

    start: float
    gap: float
    count: int
    closed_until: float
    factor: Factor
