"""The HTTP side of the demo page: one page on which anybody of the company can be played."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from simulator import cast
from simulator.cast import Member
from simulator.local import from_elsewhere
from simulator.teams import directory, identity
from simulator.teams.control import Control, spoken
from simulator.teams.service import Teams
from simulator.teams.threads import Conversation, Event, Message
from simulator.web.extension import ExtensionRoutes
from simulator.web.files import MOST_DROPPED, FileRoutes, Samples, file_parts, speak
from simulator.web.mail import MailRoutes

HERE = Path(__file__).parent
_SERVED = frozenset({".html", ".js", ".css", ".svg", ".png"})  # never the Python next to them
# where the npm packages keep the files the page asks for
_VENDOR = {
    "adaptivecards.min.js": "adaptivecards/dist/adaptivecards.min.js",
    "markdown-it.min.js": "markdown-it/dist/browser/markdown-it.umd.min.js",
}
_HEARTBEAT = 15.0  # seconds; lets the page remark a dead line


def demo_app(
    teams: Teams,
    entra_url: str,
    vendor_dir: str | Path,
    samples: Samples | None = None,
    extension: Sequence[dict[str, Any]] = (),
) -> web.Application:
    """The demo page and its API.

    Args:
        teams: the started simulator the page looks into.
        entra_url: of the Entra simulator, for its `/_control/`.
        vendor_dir: a `node_modules` directory with `adaptivecards` and `markdown-it`, or one with the two files themselves.
        samples: files to attach by one click: name → what makes the bytes.
        extension: the commands of the app's message extension, as its manifest declares them.
    """
    app = web.Application(middlewares=[_local_only], client_max_size=MOST_DROPPED)
    page = _Page(teams, entra_url, Path(vendor_dir))
    app.cleanup_ctx.append(page.life)
    app.on_shutdown.append(page.hang_up)
    mail = MailRoutes(entra_url)
    app.cleanup_ctx.append(mail.life)
    app.add_routes(mail.routes())
    app.add_routes(FileRoutes(teams, samples or {}).routes())
    app.add_routes(ExtensionRoutes(teams, extension).routes())
    app.add_routes(page.routes())
    return app


@web.middleware
async def _local_only(request: web.Request, handler: Any) -> web.StreamResponse:
    """Refuse other addresses and other sites, and posts that a foreign page could send without asking."""
    if refused := from_elsewhere(request):
        raise web.HTTPForbidden(text=refused)
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON is needed.")
    response: web.StreamResponse = await handler(request)
    return response


class _Page:
    """The handlers. They hold what a client would: who has read what, and whose views were asked for."""

    def __init__(self, teams: Teams, entra_url: str, vendor_dir: Path) -> None:
        self._teams = teams
        self._entra = URL(entra_url)
        self._vendor_dir = vendor_dir
        self._read: dict[tuple[str, str], str] = {}  # (upn, conversation) -> the last message seen
        self._refreshed: dict[tuple[str, str], Any] = {}  # (upn, message) -> the card for which a refresh was asked
        self._streams: set[asyncio.Queue[Event | None]] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._session: aiohttp.ClientSession

    def routes(self) -> list[web.RouteDef]:
        control = Control(self._teams)
        return [
            web.get("/api/world", spoken(self.world)),
            web.get("/api/conversations", spoken(self.conversations)),
            web.get("/api/messages", spoken(self.messages)),
            web.get("/api/people", spoken(self.people)),
            web.post("/api/read", spoken(self.read)),
            web.post("/api/say", spoken(self.say)),
            web.post("/api/press", spoken(self.press)),
            web.post("/api/edit", spoken(self.edit)),
            web.post("/api/install", spoken(self.install)),
            web.get("/api/events", self.events),
            web.get("/api/entra/{upn}", self.entra_state),
            web.route("*", "/api/faults/entra", self.entra_faults),
            web.get("/api/faults/teams", spoken(control.faults)),
            web.post("/api/faults/teams", spoken(control.add_fault)),
            web.delete("/api/faults/teams", spoken(control.clear_faults)),
            web.post("/api/teams/down", spoken(control.down)),
            web.get("/", self.file),
            web.get("/vendor/{file}", self.vendor),
            web.get("/static/{file}", self.file),
            web.get("/{file}", self.file),
        ]

    async def life(self, _app: web.Application) -> AsyncIterator[None]:
        """Listen to the simulator while the server runs."""
        self._session = aiohttp.ClientSession()
        self._teams.threads.listeners.append(self._hear)
        yield
        self._teams.threads.listeners.remove(self._hear)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def hang_up(self, _app: web.Application) -> None:
        """End the event streams, which would otherwise keep the server from stopping."""
        for stream in self._streams:
            stream.put_nowait(None)

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def file(self, request: web.Request) -> web.StreamResponse:
        path = HERE / Path(request.match_info.get("file", "index.html")).name
        if path.suffix not in _SERVED or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def vendor(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["file"]
        for path in (self._vendor_dir / _VENDOR.get(name, name), self._vendor_dir / Path(name).name):
            if name in _VENDOR and path.is_file():
                return web.FileResponse(path)
        raise web.HTTPNotFound

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def world(self, _request: web.Request) -> Any:
        people = (*cast.HELPDESK, *cast.PEOPLE, *cast.RECOVERY, cast.STRANGER, *cast.CROWD)
        return {
            "people": [_person_json(member) for member in people],
            "channels": [{"id": c.id, "name": c.name} for c in cast.CHANNELS],
            "bot": {"name": self._teams.activities.bot["name"]},
        }

    async def conversations(self, request: web.Request) -> Any:
        who = identity.person(request.query["as"])
        own = [c for c in self._teams.threads.conversations.values() if who in c.members and c.id != identity.GENERAL]
        return [self._conversation_json(c, who) for c in sorted(own, key=lambda c: c.kind != "personal")]

    def _conversation_json(self, conversation: Conversation, who: Member) -> dict[str, Any]:
        seen = [m for m in self._teams.threads.list(conversation.id) if _sees(m, who)]
        read = self._read.get((who.upn, conversation.id), "")
        mine = identity.mri(who)
        return {
            "id": conversation.id,
            "kind": conversation.kind,
            "name": self._teams.activities.bot["name"] if conversation.kind == "personal" else conversation.name,
            "unread": sum(m.id > read and m.sender["id"] != mine for m in seen),
            "last": _message_json(seen[-1], who) if seen else None,
        }

    async def messages(self, request: web.Request) -> Any:
        who = identity.person(request.query["as"])
        conversation, _ = self._teams.threads.find(request.query["conversation"])
        if who not in conversation.members:
            raise ValueError(f"{who.name} is not in {conversation.name}")
        seen = [m for m in self._teams.threads.list(conversation.id) if _sees(m, who)]
        if seen and "peek" not in request.query:
            self._read[who.upn, conversation.id] = seen[-1].id
            for message in seen:
                self._ask_refresh(message, who)
        return [_message_json(message, who) for message in seen]

    async def people(self, request: web.Request) -> Any:
        """What a people picker offers for what was typed so far."""
        found = directory.pick(request.query["dataset"], request.query["filter"])
        return [{"title": f"{member.name} · {member.upn}", "value": member.id} for member in found]

    def _ask_refresh(self, message: Message, who: Member) -> None:
        """Fetch a person's own view once per card, as the Teams client does when it shows one."""
        card = message.card()
        if card is None or "refresh" not in card or self._refreshed.get((who.upn, message.id)) is card:
            return
        self._refreshed[who.upn, message.id] = card
        task = asyncio.create_task(self._teams.refresh(who, message.id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def read(self, request: web.Request) -> Any:
        """Somebody watched a message arrive: it is no news to them when they come back."""
        asked = await request.json()
        key = (identity.person(asked["as"]).upn, str(asked["conversation"]))
        self._read[key] = max(self._read.get(key, ""), self._teams.threads.messages[asked["message"]].id)
        return {}

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, request: web.Request) -> Any:
        asked = await request.json()
        speak(self._teams, asked)
        conversation: Any = asked["conversation"]
        root = self._teams.threads.messages[asked["replyTo"]].thread if asked.get("replyTo") else None
        message = await self._teams.say(
            asked["as"],
            asked["text"],
            identity.join_thread(conversation, root),
            mentions=[m["upn"] for m in asked.get("mentions") or ()],
            wait=False,
        )
        return {"id": message.id}

    async def press(self, request: web.Request) -> Any:
        asked = await request.json()
        speak(self._teams, asked)
        action, data = asked["action"], asked["action"].get("data") or {}
        if action["type"] == "Action.Submit":
            answer = await self._teams.press(asked["as"], asked["message"], "", style="submit", action=data)
        else:
            answer = await self._teams.press(asked["as"], asked["message"], action.get("verb") or "", data)
        return {"status": answer.status, "error": answer.error, "message": answer.message}

    async def edit(self, request: web.Request) -> Any:
        asked = await request.json()
        return {"status": await self._teams.edit(asked["as"], asked["message"], asked["text"])}

    async def install(self, request: web.Request) -> Any:
        asked = await request.json()
        return {"statuses": await self._teams.install(asked.get("conversation"), by=asked["as"])}

    # ── live ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, event: Event) -> None:
        for stream in self._streams:
            stream.put_nowait(event)

    async def events(self, request: web.Request) -> web.StreamResponse:
        try:
            who = identity.person(request.query["as"])
        except KeyError:
            raise web.HTTPBadRequest(text="nobody is called so") from None
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._streams.add(queue)
        try:
            await response.prepare(request)
            await response.write(b": connected\n\n")
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _HEARTBEAT)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event is None:
                    return response
                told = self._event_json(event, who)
                if told is not None:
                    await response.write(b"data: " + json.dumps(told).encode() + b"\n\n")
        except ConnectionResetError:
            return response  # the page was closed
        finally:
            self._streams.discard(queue)

    def _event_json(self, event: Event, who: Member) -> dict[str, Any] | None:
        """The event as this person's page gets it; None when it is none of theirs."""
        conversation = self._teams.threads.conversations[event.conversation]
        if who not in conversation.members or event.person not in (None, who) or (event.message and not _sees(event.message, who)):
            return None
        told: dict[str, Any] = {"type": event.type, "conversation": event.conversation}
        if event.message is not None:
            self._ask_refresh(event.message, who)
            told["message"] = _message_json(event.message, who)
        return told

    # ── the other simulator ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def entra_state(self, request: web.Request) -> web.Response:
        return await self._entra_call(request, self._entra / "_control" / "state" / request.match_info["upn"])

    async def entra_faults(self, request: web.Request) -> web.Response:
        return await self._entra_call(request, self._entra / "_control" / "faults")

    async def _entra_call(self, request: web.Request, url: URL) -> web.Response:
        body, headers = await request.read(), {"Content-Type": "application/json"}
        try:
            async with self._session.request(request.method, url, data=body or None, headers=headers) as answer:
                return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)
        except aiohttp.ClientError as error:
            return web.json_response({"error": f"the Entra simulator does not answer: {error}"}, status=502)


def _sees(message: Message, who: Member) -> bool:
    return message.private_to in (None, who)


def _message_json(message: Message, who: Member) -> dict[str, Any]:
    """A message as this person sees it; `replyTo` is the root of its thread."""
    mentioned = [entity["mentioned"] for entity in message.entities if entity.get("type") == "mention"]
    sender = {"name": message.sender["name"], "id": message.sender["id"], "bot": message.by_bot}
    if not message.by_bot:
        sender["upn"] = identity.person(message.sender["id"]).upn  # two people may share a name
    return {
        "id": message.id,
        "from": sender,
        "text": message.text,
        "textFormat": message.text_format,
        "time": message.time,
        "edited": message.edited,
        "deleted": message.deleted,
        "replyTo": None if message.thread in (None, message.id) else message.thread,
        "card": message.card(who),
        "private": message.private_to is not None,
        **file_parts(message),
        "mentions": [{"id": account["id"], "name": account["name"]} for account in mentioned],
    }


def _person_json(member: Member) -> dict[str, Any]:
    groups = _groups_of(member)
    marks = {
        "guest": member.user_type == "Guest",
        "other tenant": member.other_tenant,
        "disabled": not member.enabled,
        "synced": member.synced,
        "senior": "Helpdesk seniors" in groups,
        "vip": "Executives" in groups,
        "privileged": bool(member.roles) or any(cast.group(name).role_assignable for name in groups),
    }
    return {
        "id": member.id,
        "upn": member.upn,
        "name": member.name,
        "jobTitle": member.job_title,
        "department": member.department,
        "marks": [mark for mark, holds in marks.items() if holds],
        "helpdesk": "Helpdesk" in groups,
        "admin": "Doorman administrators" in groups,
    }


def _groups_of(member: Member) -> set[str]:
    """Names of the groups a person is in, nested ones included."""
    found = {group.name for group in cast.GROUPS if member.upn in group.members}
    while more := {group.name for group in cast.GROUPS if found.intersection(group.groups)} - found:
        found |= more
    return found
