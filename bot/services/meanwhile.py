"""Asking Entra ID already for what will be needed, while the question that comes before it is still open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar

from bot.ports import Clock

T = TypeVar("T")
#: Gives the answer to what was asked.
Asked: TypeAlias = Callable[[], Awaitable[T]]

#: How long ago it may have been asked when the answer is wanted; what is older is asked for once more.
A_MOMENT = timedelta(seconds=0.5)


class Meanwhile(Generic[T]):
    """A question that is asked at once. Whoever calls it has the answer, or the error; what nobody wants is told to nobody.

    Args:
        at_once: False to ask only when the answer is wanted.
    """

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, T]], clock: Clock, *, at_once: bool = True) -> None:
        self._ask = ask
        self._clock = clock
        self._task = asyncio.create_task(self._asked()) if at_once else None
        if self._task:
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())  # seen, also when nobody wanted it

    async def _asked(self) -> tuple[T, datetime]:
        asked = self._clock()  # what is answered may have been so at this moment alone
        return await self._ask(), asked

    async def __call__(self) -> T:
        """The answer; raises what asking raises."""
        if self._task:
            found, asked = await self._task
            if self._clock() - asked <= A_MOMENT:
                return found
        return await self._ask()

    def give_up(self) -> None:
        """Nobody wants the answer any more."""
        if self._task:
            self._task.cancel()


@asynccontextmanager
async def meanwhile(ask: Callable[[], Coroutine[Any, Any, T]], clock: Clock, *, at_once: bool = True) -> AsyncIterator[Asked[T]]:
    """The same for as long as the block lasts."""
    asked = Meanwhile(ask, clock, at_once=at_once)
    try:
        yield asked
    finally:
        asked.give_up()
