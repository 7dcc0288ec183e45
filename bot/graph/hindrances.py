"""`bot.ports.Hindrances` from what the throttle gate sees: who refuses, who is silent, and since when.

Graph is several services behind one address, and one of them may be down by itself: so an answer ends the silence of that alone which
counts against the same limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.domain.hindrance import Hindrance
from bot.graph.answers import Answer
from bot.graph.call import Limit
from bot.ports import Clock

#: In which Graph must not refuse anything again after a silence it asked for, for the throttling to be over.
CALM = timedelta(seconds=5)
#: A silence that is shorter is none: a call is sent again, and answered.
LASTING = timedelta(seconds=5)
#: After the last call that was not answered nobody knows any more; a row that waits asks more often.
KNOWN_FOR = timedelta(seconds=150)

_NEVER = datetime.min.replace(tzinfo=UTC)


class _Silence(NamedTuple):
    since: datetime
    heard: datetime  # for the last time


class GraphHindrances:
    """What hinders now.

    Args:
        clock: the time of day.
    """

    def __init__(self, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._slow_from = self._slow_until = _NEVER
        self._answered: dict[Limit, datetime] = {}
        self._silent: dict[Limit | None, _Silence] = {}  # None: of all of it, as an earlier life knew it

    @property
    def now(self) -> Hindrance | None:
        """See `bot.ports.Hindrances`; silence is told before refusals."""
        now = self._clock()
        lasting = [each.since for each in self._silent.values() if now - each.since >= LASTING and now - each.heard < KNOWN_FOR]
        if lasting:
            return Hindrance(min(lasting), silent=True)
        return Hindrance(self._slow_from) if now < self._slow_until else None

    def remember(self, before: Hindrance | None) -> None:
        """See `bot.ports.Hindrances`."""
        if before is None or self._answered or self._slow_until > _NEVER:
            return
        now = self._clock()
        if before.silent:
            self._silent.setdefault(None, _Silence(before.since, now))
        else:
            self._slow_from, self._slow_until = before.since, now + CALM

    def refused(self, retry_after: float) -> None:
        """Graph refused a call, and asked for so many seconds of silence."""
        now = self._clock()
        if now > self._slow_until:
            self._slow_from = now
        self._slow_until = max(self._slow_until, now + timedelta(seconds=retry_after) + CALM)

    def unanswered(self) -> None:
        """The login host is silent, without which nothing can be asked."""
        self._unanswered(None, self._clock())

    def heard(self, limits: Collection[Limit], answers: Iterable[Answer], seconds: float = 0.0) -> None:
        """What came to a call, or to several at once.

        Args:
            limits: against which each of them counts.
            answers: none where there was no word at all.
            seconds: for which it was waited.
        """
        now = self._clock()
        if any(not answer.silent for answer in answers):
            self._silent.pop(None, None)
            for limit in limits:
                self._answered[limit] = now
                self._silent.pop(limit, None)
            return
        for limit in limits:
            self._unanswered(limit, max(now - timedelta(seconds=seconds), self._answered.get(limit, _NEVER)))

    def _unanswered(self, limit: Limit | None, began: datetime) -> None:
        now, before = self._clock(), self._silent.get(limit)
        known = before is not None and now - before.heard < KNOWN_FOR
        self._silent[limit] = _Silence(before.since if before and known else began, now)
