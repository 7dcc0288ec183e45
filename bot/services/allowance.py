"""How much one person may have of something within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports import Clock

MINUTE = timedelta(minutes=1)
_PEOPLE_KEPT = 5_000


class Allowance:
    """Counts by the minute that begins with a person's first.

    Args:
        most: within that minute.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self.most = most
        self._clock = clock
        self._taken: dict[str, tuple[datetime, int]] = {}

    def take(self, person: str) -> int:
        """Takes one; returns by how many that is too much, 0 when it is not."""
        now = self._clock()
        since, taken = self._taken.get(person, (now, 0))
        if now - since >= MINUTE:
            since, taken = now, 0
        elif not taken and len(self._taken) >= _PEOPLE_KEPT:
            self._taken = {one: held for one, held in self._taken.items() if now - held[0] < MINUTE}
        self._taken[person] = (since, taken + 1)
        return max(0, taken + 1 - self.most)
