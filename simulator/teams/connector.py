"""The Bot Connector REST service: what the bot calls to speak.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from simulator import cast
from simulator.teams import identity
from simulator.teams.activities import Activities
from simulator.teams.faults import DROP_AFTER, LOSE_ANSWER, Faults
from simulator.teams.limits import Limits
from simulator.teams.refusals import (
    Refusal,
    activity_not_found,
    bad_syntax,
    blocked,
    conversation_not_found,
    message_deleted,
    not_in_roster,
    other_region,
    spoil,
)
from simulator.teams.roster import Roster
from simulator.teams.rules import check_activity, check_size
from simulator.teams.threads import Conversation, Event, Message, Threads
from simulator.teams.tokens import BotTokens

PREFIX = "/{region}"


@dataclass(kw_only=True)
class Call:
    """One request of the bot, read and authenticated; `base` is the conversation it concerns, which may not exist."""

    request: web.Request
    base: str
    root: str | None
    body: dict[str, Any]

    @property
    def activity_id(self) -> str:
        return self.request.match_info.get("activity", "")

    @property
    def targeted(self) -> bool:
        return self.request.query.get("isTargetedActivity") == "true"


Handler = Callable[[Call], Awaitable[web.Response]]


class Connector:
    """The routes of the service and their rules."""

    def __init__(
        self,
        *,
        threads: Threads,
        activities: Activities,
        faults: Faults,
        limits: Limits,
        bot_tokens: BotTokens,
        session: aiohttp.ClientSession,
    ) -> None:
        self._threads = threads
        self._activities = activities
        self._faults = faults
        self._limits = limits
        self._bot_tokens = bot_tokens
        self._session = session
        self._roster = Roster(threads, activities)

    def routes(self) -> list[web.RouteDef]:
        place = PREFIX + "/v3/conversations/{conversation}"
        team = PREFIX + "/v3/teams/{team}"
        return [
            web.post(PREFIX + "/v3/conversations", self._guarded(self._create)),
            web.post(place + "/activities", self._guarded(self._send)),
            web.post(place + "/activities/{activity}", self._guarded(self._send)),
            web.put(place + "/activities/{activity}", self._guarded(self._update)),
            web.delete(place + "/activities/{activity}", self._guarded(self._delete)),
            web.get(place + "/members", self._guarded(self._members)),
            web.get(place + "/members/{member}", self._guarded(self._member)),
            web.get(place + "/pagedmembers", self._guarded(self._paged_members)),
            web.get(team, self._guarded(self._team)),
            web.get(team + "/conversations", self._guarded(self._channels)),
        ]

    def _guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            fault = None
            try:
                await self._bot_tokens.check(request.headers.get("Authorization", ""), self._session)
                call = await self._read(request)
                latency, fault = self._faults.strike(call.base, request.method)
                if latency:
                    await asyncio.sleep(latency)
                if fault and fault.kind not in (DROP_AFTER, LOSE_ANSWER):
                    return spoil(request, fault)
                answer = await handler(call)
            except Refusal as refusal:
                answer = refusal.response()
            return spoil(request, fault) if fault else answer

        return handle

    async def _read(self, request: web.Request) -> Call:
        body: dict[str, Any] = {}
        if request.method in ("POST", "PUT"):
            if request.content_type != "application/json":
                raise Refusal(415, "UnsupportedMediaType", f"The content type {request.content_type} is not supported.")
            raw = await request.read()
            check_size(raw)
            try:
                body = json.loads(raw)
            except ValueError as error:
                raise bad_syntax(f"Invalid JSON: {error}") from error
            if not isinstance(body, dict):
                raise bad_syntax("The body must be a JSON object")
        conversation_id = request.match_info.get("conversation") or request.match_info.get("team") or self._roster.wanted(body)
        base, root = identity.split_thread(conversation_id)
        return Call(request=request, base=base, root=root, body=body)

    def _place(self, call: Call, *, reading: bool = False) -> Conversation:
        """The conversation of a call, counted against its limits."""
        conversation = self._threads.conversations.get(call.base)
        root = self._threads.messages.get(call.root) if call.root else None
        if conversation is None or (call.root and (root is None or root.conversation != call.base)):
            raise conversation_not_found()
        if not conversation.installed:
            raise not_in_roster(404 if call.targeted else 403)
        if conversation.kind == "personal" and call.request.match_info["region"] != conversation.region:
            raise other_region()
        if conversation.blocked and call.request.match_info.get("conversation") and not reading:
            raise blocked()
        self._limits.take(identity.join_thread(call.base, call.root), reading=reading)
        return conversation

    async def _create(self, call: Call) -> web.Response:
        self._roster.check_creation(call.body)
        conversation = self._place(call)
        answer = {"id": conversation.id, "serviceUrl": self._activities.service_url(conversation.region)}
        if "activity" in call.body:
            activity = call.body["activity"]
            if not isinstance(activity, dict):
                raise bad_syntax("activity must be an object")
            check_activity(activity, conversation.kind)
            message = self._post(conversation, None, activity, private_to=None)
            answer |= {"id": message.conversation_id, "activityId": message.id}
        return web.json_response(answer, status=201)

    async def _send(self, call: Call) -> web.Response:
        conversation = self._place(call)
        check_activity(call.body, conversation.kind)
        if call.body["type"] == "typing":
            self._threads.tell(Event(type="typing", conversation=conversation.id, message=None))
            return web.json_response({"id": self._threads.next_id()}, status=201)
        private_to = self._roster.target(call.body, conversation) if call.targeted else None
        replied = self._threads.messages.get(call.activity_id)
        if replied is not None and replied.conversation != conversation.id:
            raise activity_not_found()
        thread = call.root or (replied.thread if replied else None)
        message = self._post(conversation, thread, call.body, private_to=private_to, reply_to=replied)
        return web.json_response({"id": message.id}, status=201)

    def _post(
        self,
        conversation: Conversation,
        thread: str | None,
        activity: dict[str, Any],
        *,
        private_to: cast.Member | None,
        reply_to: Message | None = None,
    ) -> Message:
        message_id = self._threads.next_id()
        if conversation.kind == "channel":
            thread = thread or message_id
        message = Message(
            id=message_id,
            conversation=conversation.id,
            thread=thread,
            sender=dict(self._activities.bot),
            time=self._threads.now().isoformat(),
            reply_to_id=reply_to.id if reply_to else None,
            private_to=private_to,
            **_content(activity),
        )
        self._threads.record("send", message, activity)
        self._threads.add(message)
        return message

    def _own(self, call: Call) -> Message:
        """The bot's message that a call is about."""
        message = self._threads.messages.get(call.activity_id)
        if message is None or message.conversation != call.base or (call.root and message.thread != call.root):
            raise activity_not_found()
        if message.deleted:
            raise message_deleted() if call.request.method == "PUT" else activity_not_found()
        if bool(message.private_to) != call.targeted:
            raise activity_not_found()
        if message.sender["id"] != self._activities.bot["id"]:
            raise Refusal(403, "ForbiddenOperationException", "The bot may change its own messages only.")
        return message

    async def _update(self, call: Call) -> web.Response:
        conversation = self._place(call)
        message = self._own(call)
        if call.targeted and "recipient" in call.body:
            raise Refusal(400, "BadArgument", "A targeted message cannot be given another recipient.")
        check_activity(call.body, conversation.kind)
        self._threads.record("update", message, call.body)
        self._threads.edit(message, **_content(call.body))
        return web.json_response({"id": message.id})

    async def _delete(self, call: Call) -> web.Response:
        self._place(call)
        message = self._own(call)
        self._threads.record("delete", message, {})
        self._threads.delete(message)
        return web.Response(status=200)

    async def _members(self, call: Call) -> web.Response:
        conversation = self._place(call, reading=True)
        return web.json_response([self._roster.member_json(member) for member in conversation.members])

    async def _member(self, call: Call) -> web.Response:
        conversation = self._place(call, reading=True)
        return web.json_response(self._roster.one(conversation, call.request.match_info["member"]))

    async def _paged_members(self, call: Call) -> web.Response:
        conversation = self._place(call, reading=True)
        return web.json_response(self._roster.page(conversation, call.request.query))

    async def _team(self, call: Call) -> web.Response:
        general = self._place(call, reading=True)
        if general.id != cast.TEAM_ID:
            raise conversation_not_found()
        return web.json_response(
            {
                "id": cast.TEAM_ID,
                "name": cast.TEAM_NAME,
                "aadGroupId": identity.TEAM_AAD_GROUP,
                "type": "standard",
                "tenantId": cast.TENANT_ID,
                "channelCount": len(cast.CHANNELS) + 1,
                "memberCount": len(general.members),
            }
        )

    async def _channels(self, call: Call) -> web.Response:
        if self._place(call, reading=True).id != cast.TEAM_ID:
            raise conversation_not_found()
        named = [{"id": channel.id, "name": channel.name, "type": "standard"} for channel in cast.CHANNELS]
        return web.json_response({"conversations": [{"id": identity.GENERAL, "type": "standard"}, *named]})  # General comes without a name


def _content(activity: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": activity.get("text") or "",
        "text_format": activity.get("textFormat") or "markdown",
        "attachments": activity.get("attachments") or [],
        "entities": activity.get("entities") or [],
    }
