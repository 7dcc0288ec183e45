"""Knocking at the bot's HTTP door: requests as nobody's client sends them, and what became of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from prometheus_client import REGISTRY

from simulator.teams.threads import Sent
from tests.desk import HANNA, LOG, Desk, as_json


class Answer:
    """The bot's HTTP answer."""

    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def error(self) -> str:
        """The reason given in the error envelope."""
        return str(json.loads(self.text)["error"]["message"])


class Door:
    """One running bot, knocked at by many tests; each uses only what it brought itself."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.teams = desk.teams

    def activity(self, text: str = "hello", **other: Any) -> dict[str, Any]:
        """A good message of Hanna's, with some fields replaced; None takes one away."""
        changed = {**self.teams.compose(HANNA, text), **other}
        return {name: value for name, value in changed.items() if value is not None}

    async def knock(
        self, body: Any, *, authorization: str | None = "", path: str = "/api/messages", method: str = "POST", **headers: str
    ) -> Answer:
        """Sends a request, by default with a good token and the headers of Teams.

        Args:
            body: an object to be sent as JSON, or bytes (or chunks of them) sent as they are.
            authorization: the header; "" means a good one, None none.
            headers: further ones, `Content_Type` for `Content-Type`.
        """
        sent = {"Content-Type": "application/json; charset=utf-8"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if authorization is not None:
            sent["Authorization"] = authorization or f"Bearer {self.teams.token()}"
        data = body if isinstance(body, bytes | AsyncIterator) else json.dumps(body).encode()
        session, url = self.teams.delivery.session, self.desk.url + path
        async with session.request(method, url, data=data, headers=sent, skip_auto_headers=("Content-Type",)) as response:
            return Answer(response.status, dict(response.headers), (await response.read()).decode("utf-8", "replace"))

    async def raw(self, request: bytes) -> bytes:
        """Sends bytes down a socket and returns what comes back; for what HTTP clients refuse to send."""
        host, port = self.desk.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            await writer.drain()
            return await asyncio.wait_for(reader.read(4096), 5)
        finally:
            writer.close()

    def said(self) -> int:
        """How often the bot has answered; what it brings up to date or logs meanwhile does not count."""
        return len(self._answers())

    def last_words(self) -> str:
        """The card the bot posted last, as JSON."""
        return as_json(self.teams.threads.messages[self._answers()[-1].id].card() or {})

    def _answers(self) -> list[Sent]:
        return [one for one in self.teams.sent if one.method == "send" and not one.conversation.startswith(LOG.id)]

    async def refuses(self, body: Any, status: int, **how: Any) -> Answer:
        """Expects a 4xx or 503, no turn, no word, and nothing of our inside in the answer."""
        turns, words = turns_taken(), self.said()
        answer = await self.knock(body, **how)
        assert answer.status == status, (answer.status, answer.text)
        assert turns_taken() == turns
        assert self.said() == words
        assert_tells_nothing(answer.text)
        return answer


def turns_taken() -> float:
    """How many activities got past the door so far."""
    kinds = ("message", "invoke", "other")
    return sum(REGISTRY.get_sample_value("doorman_turn_seconds_count", {"kind": kind}) or 0 for kind in kinds)


def assert_tells_nothing(text: str) -> None:
    """No answer shows code, paths or versions."""
    assert not any(sign in text for sign in ("Traceback", 'File "', "site-packages", ".py", "aiohttp")), text
