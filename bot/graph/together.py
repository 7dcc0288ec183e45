"""Callers who ask about one person each, a moment apart, share the requests of a bulk directory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Generic, TypeVar

from bot.domain.methods import Dossier, Methods
from bot.errors import DirectoryError
from bot.graph.batch import MOST_PARTS
from bot.ports import BulkDirectory, Sleep

T = TypeVar("T")

#: Long enough for those whom one event woke, and nothing beside the request itself.
MOMENT = 0.005
#: Six reads each: see `dossiers.Asked`.
DOSSIERS_A_BATCH = 3


class Together:
    """One person at a time out of a `BulkDirectory`. What is wrong with one answer is told to its asker alone.

    Args:
        directory: asked for several people at once.
        sleep: replaceable in tests.
    """

    def __init__(self, directory: BulkDirectory, *, sleep: Sleep = asyncio.sleep) -> None:
        self._dossiers = _Gathering(directory.dossiers, DOSSIERS_A_BATCH, sleep)
        self._phones = _Gathering(directory.phones, MOST_PARTS, sleep)

    async def dossier(self, object_id: str) -> Dossier:
        """As `bot.ports.Directory.dossier`."""
        return await self._dossiers.ask(object_id)

    async def phones(self, object_id: str) -> Methods:
        """The methods of one person; DirectoryError when they cannot be read."""
        return await self._phones.ask(object_id)


class _Gathering(Generic[T]):
    """Askers of one question, gathered for a moment, or until they fill a batch."""

    def __init__(self, fetch: Callable[[Sequence[str]], Awaitable[list[T | DirectoryError]]], most: int, sleep: Sleep) -> None:
        self._fetch = fetch
        self._most = most
        self._sleep = sleep
        self._waiting: list[tuple[str, asyncio.Future[T]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def ask(self, key: str) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        if len(self._waiting) >= self._most:
            self._start(self._answer(self._taken()))
        elif len(self._waiting) == 1:
            self._start(self._after_a_moment(future))
        return await future

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _taken(self) -> list[tuple[str, asyncio.Future[T]]]:
        taken, self._waiting = self._waiting, []
        return taken

    async def _after_a_moment(self, first: asyncio.Future[T]) -> None:
        await self._sleep(MOMENT)
        if self._waiting and self._waiting[0][1] is first:  # else they filled a batch meanwhile
            await self._answer(self._taken())

    async def _answer(self, asked: list[tuple[str, asyncio.Future[T]]]) -> None:
        wanted = [(key, future) for key, future in asked if not future.done()]  # who was cancelled wants nothing
        if not wanted:
            return
        answers: Sequence[T | Exception]
        try:
            answers = await self._fetch([key for key, _ in wanted])
        except Exception as error:  # nobody's answer came: everybody is told
            answers = [error for _ in wanted]
        for (_, future), answer in zip(wanted, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
