"""The inbox of whoever is played: what the tenant says arrived, and what of it was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from simulator.teams import identity
from simulator.teams.control import spoken


class MailRoutes:
    """The handlers. What was read they remember per person, as a mailbox would."""

    def __init__(self, entra_url: str) -> None:
        self._entra = URL(entra_url)
        self._read: defaultdict[str, set[str]] = defaultdict(set)  # upn -> ids of mails
        self._session: aiohttp.ClientSession

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/mail", spoken(self.inbox)), web.post("/api/mail/read", spoken(self.read))]

    async def life(self, _app: web.Application) -> AsyncIterator[None]:
        """One session to the tenant while the server runs."""
        async with aiohttp.ClientSession() as self._session:
            yield

    async def inbox(self, request: web.Request) -> Any:
        """The latest first; `address` is where they came to."""
        who = identity.person(request.query["as"])
        read = self._read[who.upn]
        found = [
            {
                "id": mail["id"],
                "from": mail["sender"],
                "subject": mail["subject"],
                "type": mail["content_type"],
                "content": mail["content"],
                "time": mail["at"],
                "unread": mail["id"] not in read,
            }
            for mail in reversed(await self._arrived(who.upn))
        ]
        return {"address": who.mail or who.upn, "unread": sum(mail["unread"] for mail in found), "mails": found}

    async def read(self, request: web.Request) -> Any:
        asked = await request.json()
        self._read[identity.person(asked["as"]).upn].add(str(asked["mail"]))
        return {}

    async def _arrived(self, upn: str) -> list[dict[str, Any]]:
        url = self._entra / "_control" / "mails" % {"to": upn}
        try:
            async with self._session.get(url) as answer:
                value: list[dict[str, Any]] = (await answer.json())["value"]
                return value
        except aiohttp.ClientError as error:
            raise ValueError(f"the Entra simulator does not answer: {error}") from None
