"""The head of the audit trail in the log channel, once a day at its hour."""

from __future__ import annotations

from datetime import date, tzinfo

from bot.domain.heads import due_day
from bot.ports import Clock, TrailHeads


class DailyHead:
    """Asked again and again, posts each day's head when its hour has struck; after a downtime that of the last such day, at once.

    Args:
        hour: of the day, by the wall clock of the zone; None for never.
    """

    def __init__(self, heads: TrailHeads, hour: int | None, zone: tzinfo, clock: Clock) -> None:
        self._heads = heads
        self._hour = hour
        self._zone = zone
        self._clock = clock
        self._looked_at: date | None = None

    async def post(self) -> None:
        """Posts the head that is due, unless this or another process has; raises StoreUnavailable when nobody can say."""
        if self._hour is None:
            return
        now = self._clock()
        day = due_day(now, self._hour, self._zone)
        if day != self._looked_at:
            await self._heads.post(day, now)
            self._looked_at = day
