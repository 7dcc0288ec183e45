"""Reading with one patience: single reads, several in one request, and collections to their end."""

from __future__ import annotations

from typing import Any

from bot.errors import Unavailable
from bot.graph.answers import Answer
from bot.graph.batch import read_all
from bot.graph.client import GraphClient
from bot.graph.errors import translate
from bot.graph.reads import Read
from bot.graph.throttle import Patience

MOST_PAGES = 50


class Reader:
    """Reads through one client. Every method may raise `DirectoryError`.

    Args:
        client: shared by all directories of the process.
        patience: how long a read may take.
    """

    def __init__(self, client: GraphClient, patience: Patience) -> None:
        self.client = client
        self.patience = patience

    async def get(self, read: Read) -> Answer:
        """One read; a 2xx answer."""
        url = (self.client.beta_url if read.beta else self.client.base_url) + read.url
        return await self._follow(url, read)

    async def read(self, *asked: Read) -> list[Answer]:
        """Several reads in one request; 2xx answers."""
        if len(asked) == 1:
            return [await self.get(asked[0])]
        answers = await read_all(self.client, asked, self.patience)
        for read, answer in zip(asked, answers, strict=True):
            if not answer.ok:
                raise translate(answer, read.permission)
        return answers

    async def pages(self, answer: Answer, read: Read, most: int | None = None, pause: float = 0.0) -> list[dict[str, Any]]:
        """All rows of a collection, following its links; with `most`, no further than that many need; with a pause before each link."""
        rows = list(answer.rows)
        for _ in range(MOST_PAGES):
            link = answer.fields.get("@odata.nextLink")
            if not link or (most is not None and len(rows) >= most):
                return rows
            if pause:
                await self.client.gate.pause(pause)
            answer = await self._follow(str(link), read)
            rows += answer.rows
        raise Unavailable("a collection does not end")

    async def _follow(self, url: str, read: Read) -> Answer:
        return await self.client.read(url, self.patience, permission=read.permission, eventual=read.eventual, units=read.units)
