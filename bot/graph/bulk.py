"""`bot.ports.BulkDirectory` on Microsoft Graph: the reads of many people share batches, and every request waits for its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.change import Change
from bot.domain.methods import Dossier, Methods
from bot.domain.people import Person, Unseen
from bot.domain.sign_in import SmsTerms
from bot.errors import DirectoryError, NotFound, Rejected
from bot.graph import finding, reads
from bot.graph.accounts import person_in
from bot.graph.answers import Answer
from bot.graph.batch import MOST_PARTS, read_all
from bot.graph.client import GraphClient
from bot.graph.directory import sms_terms, write
from bot.graph.dossiers import Asked, Dossiers
from bot.graph.errors import translate
from bot.graph.memory import Memory
from bot.graph.newness import may_be_new
from bot.graph.reader import Reader
from bot.graph.reads import Read
from bot.graph.throttle import BULK
from bot.ports import Budget

T = TypeVar("T")


class GraphBulkDirectory:
    """The tenant for bulk jobs, through the client that people in chat are served by.

    Args:
        client: shared by all directories of the process.
        budget: paces every request; what it learns it learns as a listener of the client's gate.
        memory: what is known of the tenant; one of its own when None.
    """

    def __init__(self, client: GraphClient, budget: Budget, memory: Memory | None = None) -> None:
        self._client = client
        self._budget = budget
        self._patience = replace(BULK, budget=budget)
        self._reader = Reader(client, self._patience)
        self._memory = memory or Memory(client)
        self._dossiers = Dossiers(self._reader, self._memory, many=True)

    async def resolve(self, texts: Sequence[str]) -> list[tuple[Person, ...]]:
        """See `bot.ports.BulkDirectory`."""
        wanted = [finding.tidy(text) for text in texts]
        asked = {text: read for text in wanted if (read := _who(text))}
        answers = await self._in_batches(list(asked.values()))
        found = {text: _people(text, read, answer) for (text, read), answer in zip(asked.items(), answers, strict=True)}
        return [found.get(text, ()) for text in wanted]

    async def dossiers(self, object_ids: Sequence[str]) -> list[Dossier | DirectoryError]:
        """See `bot.ports.BulkDirectory`."""
        user_ids = [reads.as_object_id(object_id) for object_id in object_ids]
        asked = [await self._dossiers.ask(user_id) for user_id in dict.fromkeys(user_ids) if user_id]
        parts = len(asked[0].reads) if asked else 1
        answers = await self._in_batches([read for one in asked for read in one.reads], MOST_PARTS // parts * parts)
        theirs = (answers[start : start + parts] for start in range(0, len(answers), parts))
        made = await asyncio.gather(*(_or_error(self._dossier(one, its)) for one, its in zip(asked, theirs, strict=True)))
        found = dict(zip((one.user_id for one in asked), made, strict=True))
        return [found[user_id] if user_id else NotFound("not an object id") for user_id in user_ids]

    async def sms_terms(self) -> SmsTerms | None:
        """See `bot.ports.BulkDirectory`."""
        return await sms_terms(self._reader, self._memory)

    async def unseen(self) -> tuple[Unseen, ...]:
        """See `bot.ports.BulkDirectory`."""
        return await self._dossiers.unseen()

    async def phones(self, object_ids: Sequence[str]) -> list[Methods | DirectoryError]:
        """See `bot.ports.BulkDirectory`."""
        user_ids = [reads.as_object_id(object_id) for object_id in object_ids]
        asked = {user_id: await self._dossiers.ask_methods(user_id) for user_id in user_ids if user_id}
        answers = await self._in_batches(list(asked.values()))
        made = (_or_error(self._methods(*one, answer)) for one, answer in zip(asked.items(), answers, strict=True))
        found = dict(zip(asked, await asyncio.gather(*made), strict=True))
        return [found[user_id] if user_id else NotFound("not an object id") for user_id in user_ids]

    async def apply(self, target_id: str, change: Change, operation_id: str, go: Callable[[], None]) -> str:
        """See `bot.ports.BulkDirectory`."""
        asking = replace(self._patience, budget=_Asking(self._budget, go))
        return await write(self._client, asking, target_id, change, operation_id)

    async def _dossier(self, asked: Asked, answers: Sequence[Answer | DirectoryError]) -> Dossier:
        async with may_be_new(self._reader, asked.user_id):
            return await self._dossiers.made_of(asked, [_answered(answer) for answer in answers])

    async def _methods(self, user_id: str, read: Read, answer: Answer | DirectoryError) -> Methods:
        async with may_be_new(self._reader, user_id):
            return await self._dossiers.methods_of(user_id, read, _answered(answer))

    async def _in_batches(self, asked: Sequence[Read], parts: int = MOST_PARTS) -> list[Answer | DirectoryError]:
        """The answers, refusals included; the error for each read of a batch that failed as a whole."""
        batches = (asked[start : start + parts] for start in range(0, len(asked), parts))
        return [answer for batch in await asyncio.gather(*map(self._batch, batches)) for answer in batch]

    async def _batch(self, asked: Sequence[Read]) -> Sequence[Answer | DirectoryError]:
        try:
            return await read_all(self._client, asked, self._patience)
        except DirectoryError as error:
            return [error] * len(asked)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A budget for one write: whose turn has come is asked once more whether it is still wanted."""

    budget: Budget
    go: Callable[[], None]

    async def read(self, units: int = 1) -> None:
        await self.budget.read(units)

    async def write(self) -> None:
        await self.budget.write()
        self.go()

    def refused(self, retry_after: float) -> None:
        self.budget.refused(retry_after)

    def pressure(self, part: float) -> None:
        self.budget.pressure(part)

    @property
    def rate(self) -> float:
        return self.budget.rate


def _answered(answer: Answer | DirectoryError) -> Answer:
    if isinstance(answer, DirectoryError):
        raise answer
    return answer


async def _or_error(made: Awaitable[T]) -> T | DirectoryError:
    try:
        return await made
    except DirectoryError as error:
        return error


def _who(text: str) -> Read | None:
    """What has to be asked to know whom a text means; None when it can be nobody."""
    if user_id := reads.as_object_id(text):
        return reads.person(user_id)
    return finding.by_exact_address(text) if "@" in text else None


def _people(text: str, read: Read, answer: Answer | DirectoryError) -> tuple[Person, ...]:
    """Whom it means; raises DirectoryError when that could not be read."""
    answer = _answered(answer)
    if reads.as_object_id(text) and answer.ok:
        return (person_in(answer.fields),)
    if answer.ok:
        return finding.exactly(text, [person_in(row) for row in answer.rows])
    error = translate(answer, read.permission)
    if isinstance(error, NotFound | Rejected):  # what Graph does not take for an address is nobody's
        return ()
    raise error
