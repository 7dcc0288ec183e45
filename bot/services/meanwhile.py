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

#: How long ago it may have been asked when the answer is wanted; what is older is asked for once more.
A_MOMENT = timedelta(seconds=0.5)


@asynccontextmanager
async def meanwhile(ask: Callable[[], Coroutine[Any, Any, T]], clock: Clock, *, at_once: bool = True) -> AsyncIterator[Asked[T]]:
    """Asks at once. Whoever calls what this gives has the answer, or the error; what nobody wanted when the block ends is given up.

    Args:
        at_once: False to ask only when the answer is wanted.
    """

    async def asked_at() -> tuple[T, datetime]:
        at = clock()  # what is answered may have been so at this moment alone
        return await ask(), at

    async def answer() -> T:
        if task:
            found, at = await task
            if clock() - at <= A_MOMENT:
                return found
        return await ask()

    task = asyncio.create_task(asked_at()) if at_once else None
    if task:
        task.add_done_callback(lambda task: task.cancelled() or task.exception())  # seen, also when nobody wanted it
    try:
        yield answer
    finally:
        if task:
            task.cancel()
