"""The rate limits of one bot on one thread.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit#per-bot-per-thread-limit
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

from simulator.teams.refusals import Refusal

SEND = ((7, 1), (8, 2), (60, 30), (1800, 3600))  # (operations, seconds)
READ = ((14, 1), (16, 2), (120, 30), (3600, 3600))


class Limits:
    """Counts operations per thread in sliding windows."""

    def __init__(self, enabled: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self.enabled = enabled
        self._clock = clock
        self._taken: defaultdict[tuple[str, bool], deque[float]] = defaultdict(lambda: deque(maxlen=3600))

    def take(self, thread: str, *, reading: bool) -> None:
        """Count one operation on a thread.

        Raises:
            Refusal: 429 with Retry-After, when a window is full; a refused operation is not counted.
        """
        if not self.enabled:
            return
        now = self._clock()
        taken = self._taken[thread, reading]
        waits = [taken[-most] + window - now for most, window in (READ if reading else SEND) if len(taken) >= most]
        wait = max(waits, default=0.0)
        if wait > 0:
            raise Refusal(429, "Throttled", "Too many requests.", {"Retry-After": str(math.ceil(wait))})
        taken.append(now)
