"""How much of a limit of Graph's this process has used: for what is rather left out than waited for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class Quota:
    """So many calls in so many seconds, counted as they are made. Other processes count their own; what they use up, Graph's 429 tells.

    Args:
        most: calls.
        seconds: the window.
        clock: seconds that only grow.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._made: deque[float] = deque()

    def take(self, *, leaving: int = 0) -> bool:
        """Whether one more call may be made now; it counts if so.

        Args:
            leaving: so many have to be left for others after it.
        """
        now = self._clock()
        while self._made and self._made[0] <= now - self._seconds:
            self._made.popleft()
        if len(self._made) + leaving >= self._most:
            return False
        self._made.append(now)
        return True

    @property
    def wait(self) -> float:
        """Seconds until another call may be made."""
        if len(self._made) < self._most:
            return 0.0
        return max(0.0, self._made[-self._most] + self._seconds - self._clock())
