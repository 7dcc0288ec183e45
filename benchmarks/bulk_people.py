"""Somebody with a file: drops it, presses what the card offers, and waits, as patient as people are."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Engine, select

from benchmarks.kill_people import texts
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.store import records
from bot.store.tables import bulk_jobs, operations
from simulator import cast
from simulator.world import World

#: Seconds after which a file that nobody answered is dropped again; Teams itself delivers once more meanwhile.
DROP_PATIENCE = 20.0
LOOK = 0.2


class Somebody:
    """One person of the helpdesk with bulk jobs, one at a time.

    Args:
        engine: of the bot's database: how a job stands is read there, and the card is compared with it.
        endpoint: where Teams delivers to at this moment.

    Attributes:
        jobs: ids of the jobs that were confirmed.
    """

    def __init__(self, world: World, engine: Engine, endpoint: Callable[[], str], who: cast.Member = cast.HELPDESK[0]) -> None:
        self._world = world
        self._engine = engine
        self._endpoint = endpoint
        self.who = who
        self.jobs: list[str] = []
        self._names = (f"people-{number}.csv" for number in itertools.count(1))

    async def get_done(self, content: bytes, patience: float) -> Operation:
        """From the file to the end of its job, whatever it asks meanwhile.

        Raises:
            TimeoutError: it has not come to an end.
        """
        async with asyncio.timeout(patience):
            while (job := await self.checked(content)).state is State.FAILED:  # "send it again"
                pass
            await self.confirm(job.id)
            return await self.ended(job.id)

    async def checked(self, content: bytes) -> Operation:
        """Drops a file and waits until it has been looked at."""
        while True:
            name = next(self._names)
            self._world.teams.bot_endpoint = self._endpoint()
            await self._world.teams.drop(self.who, name, content)
            until = time.monotonic() + DROP_PATIENCE
            while time.monotonic() < until:
                if job := await asyncio.to_thread(self._job_of, name):
                    return await self._until(job.id, lambda job: job.state is not State.CHECKING)
                await asyncio.sleep(LOOK)

    async def confirm(self, job_id: str) -> None:
        """Presses Confirm until that counted."""
        while (await self.now(job_id)).state is State.PROPOSED:
            await self.press(job_id, "confirm")
        self.jobs.append(job_id)

    async def ended(self, job_id: str) -> Operation:
        """Waits for the end; what the card asks is answered with "go on"."""

        async def look(job: Operation) -> bool:
            if not job.state.finished and await asyncio.to_thread(self._held, job_id):
                await self.press(job_id, "go_on")
            return job.state.finished

        while not await look(job := await self.now(job_id)):  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(LOOK)
        return job

    async def now(self, job_id: str) -> Operation:
        """How it stands."""
        job = await asyncio.to_thread(self._job, operations.c.id == job_id)
        assert job is not None, "operations never vanish"
        return job

    def shows(self, job_id: str, word: str) -> bool:
        """Whether the card of a job says this now."""
        job = self._job(operations.c.id == job_id)
        card = self._world.teams.card(job.card_id, self.who) if job and job.card_id else None
        return word in " ".join(texts(card or {}))

    async def _until(self, job_id: str, there: Callable[[Operation], bool]) -> Operation:
        while not there(job := await self.now(job_id)):  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(LOOK)
        return job

    async def press(self, job_id: str, verb: str) -> None:
        """Presses a button on the card of a job, if it is there; without an id on whichever card has one."""
        self._world.teams.bot_endpoint = self._endpoint()
        for message in reversed(self._world.teams.thread(self.who)):
            found = [key for does, key in _buttons(message.card() or {}) if does == verb and job_id in ("", key)] if message.by_bot else []
            if found:
                await self._world.teams.press(self.who, message.id, verb, {"id": found[0]})
                break
        await asyncio.sleep(LOOK)

    def _job(self, condition: Any) -> Operation | None:
        with self._engine.connect().execution_options(read_only=True) as connection:
            found = connection.execute(select(operations).where(condition)).first()
        return records.operation(found) if found else None

    def _job_of(self, name: str) -> Operation | None:
        with self._engine.connect().execution_options(read_only=True) as connection:
            found = [records.operation(row) for row in connection.execute(select(operations).where(operations.c.command == "bulk"))]
        return next((job for job in found if job.bulk and job.bulk.file == name), None)

    def _held(self, job_id: str) -> bool:
        with self._engine.connect().execution_options(read_only=True) as connection:
            return bool(connection.execute(select(bulk_jobs.c.hold).where(bulk_jobs.c.job == job_id)).scalar_one())


def _buttons(node: Any) -> Iterator[tuple[str, str]]:
    """Verb and id of every button."""
    if isinstance(node, dict):
        if node.get("type") == "Action.Execute" and isinstance(node.get("data"), dict):
            yield node.get("verb", ""), node["data"].get("id", "")
        for value in node.values():
            yield from _buttons(value)
    elif isinstance(node, list):
        for item in node:
            yield from _buttons(item)
