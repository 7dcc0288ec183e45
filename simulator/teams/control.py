"""The same simulator for other processes: JSON over HTTP under /_control/.

Errors are 400 with {"error": text}. Conversations are ids or channel names; people are UPNs or display names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from simulator.teams.service import Teams


class Control:
    """Routes that translate JSON into calls of `Teams`."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/say", spoken(self.say)),
            web.post("/_control/press", spoken(self.press)),
            web.post("/_control/down", spoken(self.down)),
            web.get("/_control/personal", spoken(self.personal)),
            web.post("/_control/personal", spoken(self.change_personal)),
            web.get("/_control/threads", spoken(self.threads)),
            web.get("/_control/sent", spoken(self.sent)),
            web.get("/_control/errors", spoken(self.errors)),
            web.get("/_control/faults", spoken(self.faults)),
            web.post("/_control/faults", spoken(self.add_fault)),
            web.delete("/_control/faults", spoken(self.clear_faults)),
        ]

    async def say(self, request: web.Request) -> Any:
        asked = await request.json()
        message = await self._teams.say(
            asked["as"], asked["text"], asked.get("conversation"), mentions=asked.get("mentions", ()), wait=asked.get("wait", True)
        )
        return {"id": message.id, "conversation": message.conversation_id, "delivered": message.delivered}

    async def press(self, request: web.Request) -> Any:
        asked = await request.json()
        answer = await self._teams.press(
            asked["as"],
            asked["message"],
            asked.get("verb", ""),
            asked.get("data"),
            asked.get("style", "execute"),
            action=asked.get("action"),
        )
        return answer.as_json()

    async def down(self, request: web.Request) -> Any:
        asked = await request.json()
        (self._teams.down if asked.get("down", True) else self._teams.up)(asked["conversation"])
        return {"down": self._teams.faults.down()}

    async def personal(self, request: web.Request) -> Any:
        """How the app stands with `?as=`: `presence` as `Teams.presence` has it, and whether the bot is `blocked`."""
        who = request.query["as"]
        return {"presence": self._teams.presence(who), "blocked": self._teams.blocks(who)}

    async def change_personal(self, request: web.Request) -> Any:
        """`blocked`, `opened` and `installed` of `as`, all of them optional; of an installation the bot is told."""
        asked = await request.json()
        who = asked.pop("as")
        change = {
            "blocked": self._teams.block,
            "opened": self._teams.open,
            "installed": lambda of, on: self._teams.install_for(of, added=on),
        }
        if asked.keys() - change.keys() or not all(isinstance(value, bool) for value in asked.values()):
            raise ValueError(f"{', '.join(change)} can be said of a personal chat, each true or false")
        for name, value in asked.items():
            change[name](who, value)
        return {"presence": self._teams.presence(who), "blocked": self._teams.blocks(who)}

    async def threads(self, request: web.Request) -> Any:
        conversation = request.query.get("conversation")
        messages = self._teams.threads.messages.values() if conversation is None else self._teams.thread(conversation)
        return {"messages": [message.as_json() for message in messages]}

    async def sent(self, request: web.Request) -> Any:
        since = int(request.query.get("since", 0))
        return {"sent": [sent.as_json() for sent in self._teams.sent[since:]], "next": len(self._teams.sent)}

    async def errors(self, _request: web.Request) -> Any:
        return {
            "clientErrors": self._teams.client_errors,
            "undelivered": [{"activity": u.activity, "status": u.status} for u in self._teams.undelivered],
        }

    async def faults(self, _request: web.Request) -> Any:
        return {"faults": [fault.as_json() for fault in self._teams.faults.all()], "down": self._teams.faults.down()}

    async def add_fault(self, request: web.Request) -> Any:
        asked = await request.json()
        if asked.get("conversation") is not None:
            asked["conversation"] = self._teams.threads.find(asked["conversation"])[0].id
        return self._teams.faults.add(**asked).as_json()

    async def clear_faults(self, request: web.Request) -> Any:
        if "id" in request.query:
            self._teams.faults.remove(int(request.query["id"]))
        else:
            self._teams.faults.clear()
        return {}


def spoken(handler: Callable[[web.Request], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer with the handler's result as JSON, or with 400 and the reason."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except (LookupError, ValueError, TypeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    return handle
