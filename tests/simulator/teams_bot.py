"""A bot of a few lines and the Connector calls it makes, to try the Teams simulator with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from simulator.teams import Teams
from simulator.teams.threads import ADAPTIVE

TEXT = {"type": "message", "text": "hello"}


def card(*verbs: str, **more: Any) -> dict[str, Any]:
    """An Adaptive Card with one button per verb, each with an operation id as its data."""
    actions = [{"type": "Action.Execute", "title": verb, "verb": verb, "data": {"operation": "7Q2F"}} for verb in verbs]
    return {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Sure?"}], "actions": actions} | more


def card_activity(content: Any, content_type: str = ADAPTIVE) -> dict[str, Any]:
    return {"type": "message", "attachments": [{"contentType": content_type, "content": content}]}


def card_answer(content: Any) -> web.Response:
    return web.json_response({"statusCode": 200, "type": ADAPTIVE, "value": content})


class FakeBot:
    """Keeps what it receives and answers as the test says."""

    def __init__(self, teams: Teams, session: aiohttp.ClientSession) -> None:
        self.teams = teams
        self.received: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.answer: Callable[[dict[str, Any]], Any] = lambda _activity: web.Response()
        self.bearer = "Bearer anything"
        self._session = session

    async def handle(self, request: web.Request) -> web.Response:
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.read())
        try:
            activity = json.loads(self.bodies[-1])
        except ValueError:
            return web.Response(status=400)
        self.received.append(activity)
        answer = self.answer(activity)
        return answer if isinstance(answer, web.Response) else await answer

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any, dict[str, str]]:
        """One Connector call: status, parsed body (text when it is no JSON), headers."""
        headers = {"Authorization": self.bearer, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        async with self._session.request(method, self.teams.service_url + "v3/" + path, headers=headers, **more) as response:
            text = await response.text()
            return response.status, (json.loads(text) if response.content_type == "application/json" else text), dict(response.headers)

    async def send(self, conversation_id: str, activity: dict[str, Any], query: str = "") -> tuple[int, Any, dict[str, str]]:
        return await self.call("POST", f"conversations/{quote(conversation_id, safe='')}/activities{query}", activity)

    async def sent(self, conversation_id: str, activity: dict[str, Any]) -> str:
        """Send something that must be accepted; its id."""
        status, body, _ = await self.send(conversation_id, activity)
        assert status == 201, body
        return str(body["id"])

    async def update(self, conversation_id: str, message_id: str, activity: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        return await self.call("PUT", f"conversations/{quote(conversation_id, safe='')}/activities/{message_id}", activity)

    async def delete(self, conversation_id: str, message_id: str) -> tuple[int, Any, dict[str, str]]:
        return await self.call("DELETE", f"conversations/{quote(conversation_id, safe='')}/activities/{message_id}")


Stage = tuple[Teams, FakeBot]


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Stage]:
    """The simulator and a bot, connected."""
    teams = Teams(**{"limits": False, **options})
    await teams.start()
    async with aiohttp.ClientSession() as session:
        bot = FakeBot(teams, session)
        app = web.Application()
        app.router.add_post("/api/messages", bot.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        teams.bot_endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        try:
            yield teams, bot
        finally:
            await teams.stop()
            await runner.cleanup()
