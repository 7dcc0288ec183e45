"""Asking Entra ID already for what will be needed, while the question that comes before it is still open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from bot.ports import Clock

T = TypeVar("T")
#: Gives the answer to what was asked.
Asked: TypeAlias = Callable[[], Awaitable[T]]

#: How old an answer may be when it is wanted; what is older is asked for once more.
A_MOMENT = timedelta(seconds=1)


@asynccontextmanager
async def meanwhile(ask: Callable[[], Coroutine[Any, Any, T]], clock: Clock, *, at_once: bool = True) -> AsyncIterator[Asked[T]]:
    """Asks at once; whoever calls what this gives has the answer, or the error. Of what nobody wants nothing is told to anybody.

    Args:
        at_once: False to ask only when the answer is wanted.
    """

    async def asked() -> tuple[T, datetime]:
        return await ask(), clock()

    task = asyncio.create_task(asked()) if at_once else None

    async def answer() -> T:
        if task:
            found, answered = await task
            if clock() - answered <= A_MOMENT:
                return found
        return await ask()

    try:
        yield answer
    finally:
        if task:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # seen, also when nobody wanted it
