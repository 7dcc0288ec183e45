"""Teams' message extension: finding somebody, and beginning a job on somebody's message.

What lands in a chat is a name and a link. Everything else is answered to whoever asked alone: in the list they pick from, in the dialog,
or in their own chat with the bot. Invokes and answers: https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/what-are-messaging-extensions
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity

from bot.domain.conversations import ConversationRef
from bot.domain.extension import ABOUT, EXCERPT, FIND, JOB, JOBS, NAME, PICKED, WHO, AboutMessage, line_for
from bot.domain.incoming import IncomingMessage
from bot.domain.people import Person
from bot.domain.remarks import Remark, Tone
from bot.domain.said import Reader, join, say, speaking, spoken
from bot.errors import ChatError
from bot.languages import Readers
from bot.services.asking import Asking
from bot.services.dispatch import Dispatch
from bot.services.extension import ExtensionDesk
from bot.teams.attachments import CARD
from bot.teams.carrier import Carrier
from bot.teams.identity import OBJECT_ID, actor_of, guest_or_bot, where_of
from bot.teams.inbound import delivery_key
from cards import extension
from cards.untrusted import inert

log = structlog.get_logger()

PREFIX = "composeExtension/"
THUMBNAIL = "application/vnd.microsoft.card.thumbnail"
#: Longer than any name or address.
_LIMIT = 200
_TAG = re.compile(r"<[^>]{0,500}>")


class MessageExtension:
    """Answers the invokes whose name begins with `PREFIX`."""

    def __init__(self, desk: ExtensionDesk, dispatch: Dispatch, carrier: Carrier, readers: Readers) -> None:
        self._desk = desk
        self._dispatch = dispatch
        self._carrier = carrier
        self._readers = readers
        self._following: set[asyncio.Task[None]] = set()

    async def answer(self, context: TurnContext) -> InvokeResponse:
        """Always 200 where the question is one of ours: anything else shows as an error of the app."""
        activity = context.activity
        value = activity.value if isinstance(activity.value, dict) else {}
        reader = self._readers.of(actor_of(activity))
        asked = activity.name.removeprefix(PREFIX), value.get("commandId")
        if asked == ("query", FIND):
            return await self._found(activity, value, reader)
        if asked not in (("fetchTask", ABOUT), ("submitAction", ABOUT)):
            return InvokeResponse(status=501, body=None)
        if refused := await self._desk.open(_asked(activity, "")):
            return _told(_sentence(refused, reader), reader)
        if asked == ("submitAction", ABOUT):
            return await self._submitted(activity, value, reader)
        return _dialog(AboutMessage(*_message(value)), reader)

    async def close(self) -> None:
        """Ends what is still being asked."""
        for task in list(self._following):
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)

    async def _found(self, activity: Activity, value: Mapping[str, Any], reader: Reader) -> InvokeResponse:
        found = await self._desk.find(_asked(activity, _parameter(value, NAME)))
        with speaking(reader):
            if isinstance(found, Remark):
                return _listed({"type": "message", "text": _sentence(found, reader)})
            if not found:
                return _listed({"type": "message", "text": spoken(say("Type a name or an address. Nobody in the directory is called so."))})
            people = [_result(person, self._link(person)) for person in found]
            return _listed({"type": "result", "attachmentLayout": "list", "attachments": people})

    def _link(self, person: Person) -> str:
        """Our own chat with a line ready to be sent, which names nobody by more than the card does.

        https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams
        """
        name = person.name.strip()
        line = "show" if "@" in name or OBJECT_ID.fullmatch(name) else line_for("show", name)  # that would be somebody else's address
        return f"{self._desk.chat}&message={quote(line, safe='')}"

    async def _submitted(self, activity: Activity, value: Mapping[str, Any], reader: Reader) -> InvokeResponse:
        filled = value.get("data")
        who, job = _filled(filled if isinstance(filled, dict) else {})
        if not who or not job:
            problem = Remark(say("Say who it is about, and what for."), tone=Tone.REFUSED)
            return _dialog(AboutMessage(*_message(value), who, job or "show", problem), reader)
        try:
            chat = await self._carrier.own_chat(activity)
        except ChatError as error:
            log.info("no chat to answer in", action="extension_no_chat", error=str(error))
            return _told(say("I cannot write to you: open Doorman in Teams, say hello there, and try again."), reader)
        reply = await self._dispatch.message(_asked(activity, line_for(job, who), chat))
        if isinstance(reply, Asking):
            task = asyncio.create_task(self._follow(reply, activity, chat))
            self._following.add(task)
            task.add_done_callback(self._following.discard)
        elif reply is not None and not await self._carrier.put(activity, chat, reply):
            return _told(say("I could not write to you: type it in our own chat."), reader)
        return _told(say("The answer is in our own chat."), reader)

    async def _follow(self, asking: Asking, activity: Activity, chat: ConversationRef) -> None:
        if reply := await asking.reply():
            await self._carrier.put(activity, chat, reply)


def _asked(activity: Activity, text: str, where: ConversationRef | None = None) -> IncomingMessage:
    return IncomingMessage(
        delivery_key(activity), actor_of(activity), text, where or where_of(activity), guest_or_bot=guest_or_bot(activity)
    )


def _parameter(value: Mapping[str, Any], name: str) -> str:
    """What was typed into the search; empty when Teams asks by itself, before anything was."""
    given = value.get("parameters")
    for one in given if isinstance(given, list) else []:
        if isinstance(one, dict) and one.get("name") == name and isinstance(one.get("value"), str):
            return str(one["value"])[:_LIMIT]
    return ""


def _message(value: Mapping[str, Any]) -> tuple[str, str]:
    """Who wrote the message and what it says, as plain text; both may be forged, and neither is read for anything but showing.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/define-action-command
    """
    payload = value.get("messagePayload")
    payload = payload if isinstance(payload, dict) else {}
    body, sender = payload.get("body"), payload.get("from")
    user = sender.get("user") if isinstance(sender, dict) else None
    author = user.get("displayName") if isinstance(user, dict) else None
    content = body.get("content") if isinstance(body, dict) else None
    text = html.unescape(_TAG.sub(" ", content[:20_000])) if isinstance(content, str) else ""
    return (author[:_LIMIT] if isinstance(author, str) else "", " ".join(text.split())[:EXCERPT])


def _filled(data: Mapping[str, Any]) -> tuple[str, str]:
    """Whom, and for which job. Somebody picked is their object id, which is looked up like anything typed."""
    picked, typed, chosen = data.get(PICKED), data.get(WHO), data.get(JOB)
    who = picked if isinstance(picked, str) and OBJECT_ID.fullmatch(picked) else typed
    job = next((name for name, (words, _) in JOBS.items() if chosen == str(words)), "")
    return (" ".join(who.split())[:_LIMIT] if isinstance(who, str) else "", job)


def _result(person: Person, url: str) -> dict[str, Any]:
    """One in the list: what tells them apart, for whoever looks, and the card that lands in the chat."""
    told = " · ".join(part for part in (person.upn, person.job_title, person.department) if part)
    preview = {"contentType": THUMBNAIL, "content": {"title": inert(person.name, 120), "text": inert(told, 200)}}
    return {"contentType": CARD, "content": extension.found(person, url), "preview": preview}


def _sentence(remark: Remark, reader: Reader) -> str:
    with speaking(reader):
        return inert(spoken(join(" ", (remark.text, remark.hint))), 500)


def _listed(result: dict[str, Any]) -> InvokeResponse:
    return InvokeResponse(status=200, body={"composeExtension": result})


def _told(text: str, reader: Reader) -> InvokeResponse:
    with speaking(reader):
        return InvokeResponse(status=200, body={"task": {"type": "message", "value": spoken(text)}})


def _dialog(asked: AboutMessage, reader: Reader) -> InvokeResponse:
    with speaking(reader):
        card = {"contentType": CARD, "content": extension.dialog(asked)}
        value = {"title": spoken(say("Ask Doorman")), "height": "medium", "width": "medium", "card": card}
    return InvokeResponse(status=200, body={"task": {"type": "continue", "value": value}})
