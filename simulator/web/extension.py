"""The message extension on the demo page: the search beside the message box, and the action on a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from simulator.teams import identity
from simulator.teams.control import spoken
from simulator.teams.extension import Shown
from simulator.teams.service import Teams
from simulator.teams.threads import ADAPTIVE
from simulator.web.files import speak


class ExtensionRoutes:
    """What a client offers of the commands that the app's manifest declares.

    Args:
        commands: `composeExtensions[0].commands` of the manifest; the first search and the first action are offered.
    """

    def __init__(self, teams: Teams, commands: Sequence[dict[str, Any]]) -> None:
        self._teams = teams
        self._search = next((command for command in commands if command["type"] == "query"), None)
        self._action = next((command for command in commands if command["type"] == "action"), None)
        self._dialogs: dict[tuple[str, str], Shown] = {}  # (who, message) -> the dialog they have open

    def routes(self) -> list[web.RouteDef]:
        if self._search is None or self._action is None:
            return []
        return [
            web.post("/api/extension/search", spoken(self.search)),
            web.post("/api/extension/pick", spoken(self.pick)),
            web.post("/api/extension/open", spoken(self.open)),
            web.post("/api/extension/send", spoken(self.send)),
        ]

    async def search(self, request: web.Request) -> Any:
        asked = await request.json()
        speak(self._teams, asked)
        assert self._search, "there are no routes without one"
        command, parameter = self._search["id"], self._search["parameters"][0]["name"]
        shown = await self._teams.extension.search(
            asked["as"], asked["conversation"], asked["text"] or None, command=command, parameter=parameter
        )
        return {"results": [vars(each) for each in shown.results], "text": shown.text or shown.malformed}

    async def pick(self, request: web.Request) -> Any:
        """The card lands in the chat as the person's own message; the bot is not told."""
        asked = await request.json()
        message = self._teams.put(asked["as"], asked["conversation"], [{"contentType": ADAPTIVE, "content": asked["card"]}])
        return {"id": message.id}

    async def open(self, request: web.Request) -> Any:
        asked = await request.json()
        speak(self._teams, asked)
        assert self._action, "there are no routes without one"
        message = self._teams.threads.messages[asked["message"]]
        return self._kept(asked, await self._teams.extension.open(asked["as"], message, command=self._action["id"]))

    async def send(self, request: web.Request) -> Any:
        asked = await request.json()
        speak(self._teams, asked)
        assert self._action, "there are no routes without one"
        message, shown = self._teams.threads.messages[asked["message"]], self._dialogs[self._key(asked)]
        answer = await self._teams.extension.send(asked["as"], message, shown, asked["filled"], command=self._action["id"])
        return self._kept(asked, answer)

    def _kept(self, asked: dict[str, Any], shown: Shown) -> dict[str, Any]:
        if shown.card:
            self._dialogs[self._key(asked)] = shown
        return {"card": shown.card, "text": shown.text or shown.malformed}

    def _key(self, asked: dict[str, Any]) -> tuple[str, str]:
        return identity.person(asked["as"]).upn, asked["message"]
