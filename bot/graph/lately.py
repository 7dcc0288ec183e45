"""One thing that is read of people to be shown: remembered for a while, asked once at a time, and left out where it cannot be had."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.signals import SIGNALS_STAND
from bot.errors import DirectoryError
from bot.graph.grants import Grants

T = TypeVar("T")

#: After a 403 nobody is asked about for so long: it is about what we may and what the tenant has, and not about one person.
REFUSED_SECONDS = 300.0
MOST_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Asking(Generic[T]):
    """How it is asked for.

    Attributes:
        permission: that opens it.
        read: of somebody, by object id; raises DirectoryError.
        allowed: whether the quota has room for one more call.
    """

    permission: str
    read: Callable[[str], Awaitable[T | None]]
    allowed: Callable[[], bool]


class Lately(Generic[T]):
    """What was read of people within `SIGNALS_STAND`.

    Args:
        asking: how it is read.
        grants: whether there is any use in asking.
        clock: seconds that only grow.
    """

    def __init__(self, asking: Asking[T], grants: Grants, clock: Callable[[], float]) -> None:
        self._asking = asking
        self._grants = grants
        self._clock = clock
        self._known: dict[str, tuple[float, T | None]] = {}
        self._reading: dict[str, asyncio.Task[T | None]] = {}
        self._refused_until = 0.0

    async def of(self, user_id: str) -> T | None:
        """It, or None where it cannot be seen now. Whoever stops waiting stops nobody else, nor the reading itself."""
        until, known = self._known.get(user_id, (0.0, None))
        if self._clock() < until:
            return known
        return await asyncio.shield(self._reading.get(user_id) or self._begin(user_id))

    def ahead(self, user_id: str) -> None:
        """Begins to read it, where it is not known or being read."""
        if self._clock() >= self._known.get(user_id, (0.0, None))[0] and user_id not in self._reading:
            self._begin(user_id)

    def known(self, user_id: str) -> T | None:
        """What was read within that time; None where nothing was, or nothing could be seen."""
        until, known = self._known.get(user_id, (0.0, None))
        return known if self._clock() < until else None

    def reading(self, user_id: str) -> asyncio.Task[T | None] | None:
        """The reading under way; None where there is none."""
        return self._reading.get(user_id)

    def close(self) -> None:
        """Stops reading."""
        for task in self._reading.values():
            task.cancel()

    def _begin(self, user_id: str) -> asyncio.Task[T | None]:
        """Reads on its own: not as part of a turn, which would be told that Entra ID puts it off for what it does not wait for."""
        task = asyncio.create_task(self._read(user_id), context=Context())
        self._reading[user_id] = task
        task.add_done_callback(lambda _: self._reading.pop(user_id, None))
        return task

    async def _read(self, user_id: str) -> T | None:
        try:
            if self._clock() < self._refused_until or await self._grants.closed(self._asking.permission):
                return None
            if not self._asking.allowed():
                return None
            found = await self._asking.read(user_id)
        except DirectoryError as error:
            if error.status == 403:
                self._refused_until = self._clock() + REFUSED_SECONDS
            return None
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[user_id] = self._clock() + SIGNALS_STAND.total_seconds(), found
        return found
