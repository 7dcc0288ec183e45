"""Files on the demo page: attached, offered, fetched from one's own OneDrive; and samples to try with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web

from simulator.teams import identity
from simulator.teams.activities import FILE_DOWNLOAD
from simulator.teams.control import spoken
from simulator.teams.rules import FILE_CONSENT, FILE_INFO
from simulator.teams.service import Teams
from simulator.teams.threads import Message

Samples = Mapping[str, Callable[[], bytes]]
MOST_DROPPED = 128 * 1024 * 1024  # above what a bot takes, so that its refusal can be seen


class FileRoutes:
    """The handlers."""

    def __init__(self, teams: Teams, samples: Samples) -> None:
        self._teams = teams
        self._samples = samples

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put("/api/drop", spoken(self.drop)),
            web.post("/api/consent", spoken(self.consent)),
            web.get("/api/files/{id}", self.owned_file),
            web.get("/api/samples", spoken(self.samples)),
            web.get("/api/samples/{name}", self.sample),
        ]

    async def drop(self, request: web.Request) -> Any:
        """A file, as the body, into one's own chat. A PUT: no foreign page can send one without asking."""
        asked = request.query
        speak(self._teams, asked)
        content = await request.read()
        message = await self._teams.drop(asked["as"], asked["name"], content, asked.get("text", ""), asked["conversation"], wait=False)
        return {"id": message.id}

    async def consent(self, request: web.Request) -> Any:
        asked = await request.json()
        speak(self._teams, asked)
        answer = await self._teams.consent(asked["as"], asked["message"], bool(asked["accept"]))
        return {"status": answer.status, "error": answer.error}

    async def owned_file(self, request: web.Request) -> web.StreamResponse:
        """A file out of somebody's OneDrive, for its owner."""
        try:
            who, file = identity.person(request.query["as"]), self._teams.files.find(request.match_info["id"])
        except KeyError:
            raise web.HTTPNotFound from None
        if file.owner != who:
            raise web.HTTPForbidden(text=f"This file is not {who.name}'s.")
        return _download(file.name, file.content)

    async def samples(self, _request: web.Request) -> Any:
        return list(self._samples)

    async def sample(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in self._samples:
            raise web.HTTPNotFound
        return _download(name, await asyncio.to_thread(self._samples[name]))


def speak(teams: Teams, asked: Mapping[str, Any]) -> None:
    """Whoever does something has a client in the language and the time zone of the page they do it on."""
    if locale := asked.get("locale"):
        teams.speak(asked["as"], locale)
    if zone := asked.get("zone"):
        teams.equip(asked["as"], timezone=zone)


def file_parts(message: Message) -> dict[str, Any]:
    """What a message holds beside text and card: files, and one that the bot offers."""
    return {"files": _files_json(message), "offer": _offer_json(message)}


def _files_json(message: Message) -> list[dict[str, Any]]:
    """The files dropped with a message, or shown by the bot."""
    shown = [each for each in message.attachments if each.get("contentType") in (FILE_DOWNLOAD, FILE_INFO)]
    return [{"id": each["content"]["uniqueId"], "name": each["name"], "type": each["content"]["fileType"]} for each in shown]


def _offer_json(message: Message) -> dict[str, Any] | None:
    """The file that the bot would like to put into one's OneDrive."""
    offer = next((each for each in message.attachments if each.get("contentType") == FILE_CONSENT), None)
    return offer and {"name": offer["name"], "text": offer["content"]["description"], "size": offer["content"]["sizeInBytes"]}


def _download(name: str, content: bytes) -> web.Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=content, content_type="application/octet-stream", headers=headers)
