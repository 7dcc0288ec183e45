"""Asking Entra ID already for what will be needed, while the question that comes before it is still open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def meanwhile(asked: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Asks at once. Who awaits the task has the answer, or the error; of what nobody awaited nothing is told to anybody."""
    task = asyncio.create_task(asked)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen, also when nobody waited for it
