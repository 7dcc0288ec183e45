"""Whether the bot can work right now, for whoever asks `GET /readyz`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot.errors import DirectoryError, StoreUnavailable
from bot.ports import Clock
from bot.teams.authentication import KeysUnavailable

#: Anybody may ask, and every look costs a call to Graph. Probes come every ten seconds.
REMEMBERED_FOR = timedelta(seconds=5)
LOOK_SECONDS = 8


class Readiness:
    """Looks at every part, one look at a time, and remembers for some seconds what it saw.

    Args:
        parts: each part by the name that the reason begins with; asked in this order, they raise when they cannot work.
    """

    def __init__(self, parts: Mapping[str, Callable[[], Awaitable[None]]], clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._seen: tuple[datetime, str] | None = None
        self._looking: asyncio.Task[str] | None = None

    async def problem(self) -> str:
        """Why the bot cannot work; empty when it can."""
        if self._seen and self._clock() - self._seen[0] < REMEMBERED_FOR:
            return self._seen[1]
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> str:
        try:
            problem = await self._found()
            self._seen = (self._clock(), problem)
            return problem
        finally:
            self._looking = None

    async def _found(self) -> str:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                for name, ready in self._parts.items():
                    try:
                        await ready()
                    except (StoreUnavailable, DirectoryError, KeysUnavailable) as error:
                        return f"{name}: {error}"
        except TimeoutError:
            return f"no answer within {LOOK_SECONDS} seconds"
        return ""
