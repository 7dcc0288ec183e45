"""That somebody waits for Entra ID, and for how long: what the throttle gate has to know of a turn, and what it tells in return.

It is in the context of all that is done for the turn, as the reader is of all that is said (`domain.said`), so that no port hands it on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from bot.ports import Clock


class Waiting:
    """One wait.

    Args:
        seconds: how long it may take in all.
        clock: the time of day.

    Attributes:
        until: when Entra ID is asked again after it has put us off; None when it never has.
        refused: that was because it is asked too often; otherwise it does not answer properly.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._ends = time.monotonic() + seconds
        self._clock = clock
        self.until: datetime | None = None
        self.refused = False

    @property
    def left(self) -> float:
        """Seconds that it may still take."""
        return self._ends - time.monotonic()

    def put_off(self, seconds: float, *, refused: bool) -> None:
        """Entra ID is asked again after so many seconds; of several such moments the last one counts."""
        until = self._clock() + timedelta(seconds=seconds)
        if self.until is None or until > self.until:
            self.until, self.refused = until, refused


_WAITING: ContextVar[Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def waiting(wait: Waiting) -> Iterator[None]:
    """Whatever is asked within is asked for somebody who waits so long."""
    token = _WAITING.set(wait)
    try:
        yield
    finally:
        _WAITING.reset(token)


def patient(seconds: float) -> float:
    """Seconds that a call may take which usually may take so many: as long as whoever it is made for waits."""
    wait = _WAITING.get()
    return max(seconds, wait.left) if wait else seconds


def put_off(seconds: float, *, refused: bool = False) -> None:
    """Tells whoever waits here, if somebody does, when Entra ID is asked again."""
    if wait := _WAITING.get():
        wait.put_off(seconds, refused=refused)
