"""The message extension as a client shows it: the search, the action on a message, and the dialog it opens.

https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search
https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/respond-to-task-module-submit
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.cast import Member
from simulator.teams import identity
from simulator.teams.activities import Activities, Scene
from simulator.teams.cards import merged
from simulator.teams.delivery import Delivery
from simulator.teams.rules import card_problem
from simulator.teams.threads import ADAPTIVE, ConversationRef, Message

THUMBNAIL = "application/vnd.microsoft.card.thumbnail"
#: What a client shows of a list at once: https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/define-search-command
PAGE = 25


@dataclass(frozen=True)
class Result:
    """One of a list: what the person who searches reads, and the card that lands in the chat when they pick it."""

    title: str
    text: str
    card: dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What the client shows: a list, a dialog's card, or a sentence; `malformed` says why Teams could use none of it."""

    results: tuple[Result, ...] = ()
    card: dict[str, Any] | None = None
    text: str = ""
    malformed: str = ""
    body: Any = field(default=None, repr=False)


class Extension:
    """What people do with it.

    Args:
        scene: who does something, and where.
        errors: where it is noted what a client could not show.
    """

    def __init__(
        self, activities: Activities, delivery: Delivery, scene: Callable[[Member, ConversationRef], Scene], errors: list[str]
    ) -> None:
        self._activities = activities
        self._delivery = delivery
        self._scene = scene
        self._errors = errors

    async def search(self, who: Member | str, where: ConversationRef, text: str | None, *, command: str, parameter: str) -> Shown:
        """What is listed for a text; None for what a client asks before anything was typed (`initialRun`)."""
        given = {"name": "initialRun", "value": "true"} if text is None else {"name": parameter, "value": text}
        value = {"commandId": command, "parameters": [given], "queryOptions": {"skip": 0, "count": PAGE}}
        return await self._ask(who, where, "query", value, _list_problem)

    async def open(self, who: Member | str, message: Message, *, command: str) -> Shown:
        """Picks the action in the menu of a message."""
        return await self._ask(who, message.conversation_id, "fetchTask", self._about(message, command), _task_problem)

    async def send(self, who: Member | str, message: Message, shown: Shown, filled: dict[str, Any], *, command: str) -> Shown:
        """Presses the one button of the dialog with what was filled in."""
        assert shown.card, "no dialog is open"
        (action,) = shown.card["actions"]
        value = self._about(message, command) | {"data": merged(action.get("data"), filled)}
        return await self._ask(who, message.conversation_id, "submitAction", value, _task_problem)

    def _about(self, message: Message, command: str) -> dict[str, Any]:
        sender = message.sender
        user = {"userIdentityType": "aadUser", "id": sender.get("aadObjectId", ""), "displayName": sender["name"]}
        body = {"contentType": "html", "content": f"<p>{message.text}</p>"}
        payload = {"id": message.id, "messageType": "message", "from": {"user": user}, "body": body, "attachments": [], "mentions": []}
        return {"commandId": command, "commandContext": "message", "messagePayload": payload, "context": {"theme": "default"}}

    async def _ask(
        self, who: Member | str, where: ConversationRef, name: str, value: dict[str, Any], problem: Callable[[Any], str]
    ) -> Shown:  # fmt: skip
        asking = identity.person(who)
        activity = self._activities.envelope("invoke", self._scene(asking, where)) | {"name": f"composeExtension/{name}", "value": value}
        status, body = await self._delivery.invoke(activity)
        wrong = f"the bot answered HTTP {status}" if status != 200 else problem(body)
        if wrong:
            self._errors.append(f"{asking.name}, {name}: {wrong}; body {body!r}")
            return Shown(malformed=wrong, body=body)
        if name == "query":
            found = body["composeExtension"]
            results = tuple(Result(**each["preview"]["content"], card=each["content"]) for each in found.get("attachments", ()))
            return Shown(results, text=found.get("text", ""), body=body)
        value = body["task"]["value"]
        return Shown(text=value, body=body) if isinstance(value, str) else Shown(card=value["card"]["content"], body=body)


def _list_problem(body: Any) -> str:
    """Why a client could not show a list; empty when it could."""
    found = body.get("composeExtension") if isinstance(body, dict) else None
    if not isinstance(found, dict) or body.keys() != {"composeExtension"}:
        return "the answer needs composeExtension and nothing else"
    if found.get("type") == "message":
        return "" if isinstance(found.get("text"), str) and found["text"] else "a message needs a text"
    if found.get("type") != "result" or found.get("attachmentLayout") not in ("list", "grid"):
        return "a result needs a layout"
    cards = found.get("attachments")
    if not isinstance(cards, list) or not 0 < len(cards) <= PAGE:
        return f"a result needs 1 to {PAGE} attachments"
    return next(filter(None, map(_result_problem, cards)), "")


def _result_problem(card: Any) -> str:
    if not isinstance(card, dict) or card.get("contentType") != ADAPTIVE:
        return "a result has to be an Adaptive Card"
    preview = card.get("preview")
    content = preview.get("content") if isinstance(preview, dict) and preview.get("contentType") == THUMBNAIL else None
    if not isinstance(content, dict) or content.keys() != {"title", "text"} or not all(isinstance(each, str) for each in content.values()):
        return "an Adaptive Card in a list needs a preview with title and text"
    if any(action.get("type") != "Action.OpenUrl" for action in card["content"].get("actions", ())):
        return "a card that lands in a chat where the bot may not be installed has nobody to press a button for"
    return card_problem(card["content"]) or ""


def _task_problem(body: Any) -> str:
    """Why a client could not show a dialog; empty when it could."""
    task = body.get("task") if isinstance(body, dict) else None
    if not isinstance(task, dict) or body.keys() != {"task"}:
        return "the answer needs task and nothing else"
    value = task.get("value")
    if task.get("type") == "message":
        return "" if isinstance(value, str) and value else "a message needs a value"
    if task.get("type") != "continue" or not isinstance(value, dict) or not isinstance(value.get("title"), str):
        return "a dialog needs a title"
    card = value.get("card")
    if not isinstance(card, dict) or card.get("contentType") != ADAPTIVE:
        return "a dialog needs a card"
    if not any(action.get("type") == "Action.Submit" for action in card["content"].get("actions", ())):
        return "a dialog without Action.Submit cannot be sent"
    return card_problem(card["content"]) or ""
