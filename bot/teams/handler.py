"""Botbuilder's handler: each kind of activity to the one service call it means, and the reply back onto the wire."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity, Attachment

from bot.domain.exchange import (
    ApprovalShown,
    BulkShown,
    CardAction,
    ConversationRef,
    FileConsent,
    FileOffered,
    FormShown,
    Help,
    IncomingMessage,
    Notice,
    OperationShown,
    Pending,
    Reply,
    Tone,
    Verb,
)
from bot.domain.said import Reader, join, say, speaking, spoken
from bot.errors import ChatError
from bot.languages import Readers
from bot.ports import Operations
from bot.services.dispatch import Dispatch
from bot.services.explain import incident
from bot.services.personal_chats import PersonalChats
from bot.teams.attachments import CARD, Saying, message, no_files_here, requester_of, view
from bot.teams.inbound import actor_of, card_action, chat_reader, delivery_key, file_consent, incoming_message, where_of
from bot.teams.outbound import Connector

log = structlog.get_logger()

#: https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
MESSAGE = "application/vnd.microsoft.activity.message"
#: An invoke has to be answered before Teams gives up (10 to 15 s); a large file may take longer.
HAND_OVER_SECONDS = 5.0
#: What they ask for begins beside the pressed card.
_NEW_CARD = frozenset({Verb.REPLACE, Verb.RETRY})
_QUOTED = re.compile(r"`([^`]*)`")


class DoormanHandler(TeamsActivityHandler):
    """What the bot does with each activity.

    Args:
        welcome: shown once when the app is installed.
        tenant_id: the tenant whose private chats refusals may go to.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        operations: Operations,
        connector: Connector,
        welcome: Help,
        tenant_id: str,
        readers: Readers,
        chats: PersonalChats,
    ) -> None:
        super().__init__()
        self._dispatch = dispatch
        self._operations = operations
        self._connector = connector
        self._welcome = welcome
        self._tenant_id = tenant_id
        self._readers = readers
        self._chats = chats
        self._handing_over: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def on_turn(self, turn_context: TurnContext) -> None:
        """Every turn; at its end Teams may deliver the activity again without anything happening."""
        await super().on_turn(turn_context)
        self._dispatch.answered(delivery_key(turn_context.activity))
        self._meet(turn_context.activity)

    def _meet(self, activity: Activity) -> None:
        """Whoever is in a personal chat with us can be written to there, until the app is removed."""
        reader = chat_reader(activity)
        if reader is None:
            return
        match activity.type, (activity.action or "").partition("-")[0]:
            case "installationUpdate", "remove":
                self._chats.left(reader.id)
            case ("message" | "messageUpdate" | "invoke", _) | ("installationUpdate", "add"):
                self._chats.seen(reader, where_of(activity))

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """A typed message, or a button of a client that knows no Action.Execute."""
        activity = turn_context.activity
        if activity.value is not None:
            if action := card_action(activity):
                await self._submitted(turn_context, action)
            else:
                await self._say(turn_context, _unknown_button())
            return
        reply = await self._dispatch.message(await self._incoming(activity))
        if reply is not None:
            await self._say(turn_context, reply)

    async def on_message_update_activity(self, turn_context: TurnContext) -> None:
        """An edited message is answered, never run. Undeletes and our own edits are not for us."""
        activity = turn_context.activity
        if (activity.channel_data or {}).get("eventType") != "editMessage":
            return
        reply = await self._dispatch.message(await self._incoming(activity, edited=True))
        if reply is not None:
            await self._say(turn_context, reply)

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """A button of a card (`adaptiveCard/action`) or of an offered file (`fileConsent/invoke`); other invokes are not ours."""
        activity = turn_context.activity
        if activity.name == "fileConsent/invoke":
            return await self._file_answered(turn_context)
        if activity.name != "adaptiveCard/action":
            return InvokeResponse(status=501, body=None)
        action = card_action(activity)
        if action is None:
            return told(_unknown_button(), self._readers.of(actor_of(activity)))
        reply, reader = await self._dispatch.action(action), self._readers.of(action.actor)
        filled = action.verb is Verb.FILL and _came_to_something(reply)
        if isinstance(reply, Notice) and not reply.facts and not filled:
            return told(reply, reader)
        if isinstance(reply, FileOffered):
            if action.where.kind != "personal":
                return told(no_files_here(), reader)
            await self._say(turn_context, reply)
            return told(Notice(say("The file is below: press Allow there, and it comes into your OneDrive.")), reader)
        if action.verb is Verb.STRONGER:  # the pressed card stays: it is everybody's, and says other things
            await self._say(turn_context, reply)
            return told(Notice(say("I have put the request below.")), reader)
        if action.verb in _NEW_CARD and isinstance(reply, OperationShown | BulkShown):
            await self._say(turn_context, reply)
            return told(Notice(say("The new card, {id}, is below: confirm it there.", id=reply.operation.id)), reader)
        if (filled or action.verb in (Verb.CHOOSE, Verb.AGAIN) or isinstance(reply, Pending)) and action.card_id:
            await self._replace(turn_context, action, reply)
        return _answer({"statusCode": 200, "type": CARD, "value": view(reply, action.where, await self._dispatch.pause(), reader).card})

    async def _file_answered(self, context: TurnContext) -> InvokeResponse:
        """Allow or Decline. Always 200: anything else shows as an error; and in time, however long the file takes."""
        consent = file_consent(context.activity)
        if consent is None:
            await self._say(context, _unknown_button())
            return InvokeResponse(status=200, body=None)
        offer = (consent.actor.id, consent.card_id)
        if offer not in self._handing_over:
            task = self._handing_over[offer] = asyncio.create_task(self._hand_over(consent))
            task.add_done_callback(lambda _: self._handing_over.pop(offer, None))
            await asyncio.wait({task}, timeout=HAND_OVER_SECONDS)
        return InvokeResponse(status=200, body=None)

    async def _hand_over(self, consent: FileConsent) -> None:
        """The file, or why not. An offer that came to nothing stays, to be pressed again."""
        try:
            with speaking(self._readers.of(consent.actor)):  # the file is theirs, and so is its language
                reply = await self._dispatch.file(consent)
        except Exception as error:  # nobody waits for this task
            reply = Notice(incident(error), tone=Tone.PROBLEM)
        try:
            if reply is not None:
                said = message(reply, consent.where, await self._dispatch.pause(), self._readers.of(consent.actor))
                await self._connector.send(consent.where, said)
            if consent.card_id and (reply is None or _came_to_something(reply)):
                await self._connector.delete(consent.where, consent.card_id)
        except ChatError as error:
            log.error("answer to a file consent undeliverable", action="reply_undeliverable", error=str(error))

    async def close(self) -> None:
        """Ends what goes on beside the turns."""
        for task in list(self._handing_over.values()):
            task.cancel()
        await asyncio.gather(*self._handing_over.values(), return_exceptions=True)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """Welcomes once, when the bot itself is added."""
        activity = turn_context.activity
        added = any(member.id == activity.recipient.id for member in activity.members_added)
        if added and await self._dispatch.is_new(delivery_key(activity)):
            await self._say(turn_context, self._welcome)

    async def _incoming(self, activity: Activity, *, edited: bool = False) -> IncomingMessage:
        return await incoming_message(activity, self._connector.object_id_of, edited=edited)

    async def _submitted(self, context: TurnContext, action: CardAction) -> None:
        """Action.Submit has no answer of its own: the card is edited, and a refusal goes to the presser alone."""
        reply = await self._dispatch.action(action)
        if isinstance(reply, FormShown) and reply.problem and action.where.kind != "personal":
            await self._tell_privately(context, reply.problem)  # what was filled in is not for everybody
            return
        beside = isinstance(reply, FileOffered) or (action.verb is Verb.RETRY and isinstance(reply, BulkShown))
        if beside or (action.verb is Verb.OPEN and _came_to_something(reply)):
            await self._say(context, reply)  # the pressed card stays as it is
            return
        if isinstance(reply, ApprovalShown):
            return  # this one is the presser's own view; everybody's card is brought up to date by the announcement
        if action.verb is Verb.STRONGER and not isinstance(reply, Notice):
            await self._say(context, reply)
        elif not isinstance(reply, Notice) or reply.facts or (action.verb is Verb.FILL and _came_to_something(reply)):
            await self._replace(context, action, reply)
        elif action.where.kind == "personal":
            await self._say(context, reply)
        else:
            await self._tell_privately(context, reply)

    async def _tell_privately(self, context: TurnContext, notice: Notice) -> None:
        activity = context.activity
        where, actor = where_of(activity), actor_of(activity)
        try:
            chat = await self._connector.personal_chat(where, activity.recipient.id, actor.chat_id, self._tenant_id)
            await self._connector.send(chat, message(notice, chat, await self._dispatch.pause(), self._readers.of(actor)))
        except ChatError:
            # No private way to this person: the public line says nothing but that the click did not count.
            await self._say(context, Notice(say("That click did nothing. Write to me in a personal chat to see why."), tone=Tone.REFUSED))

    async def _replace(self, context: TurnContext, action: CardAction, reply: Reply) -> None:
        """Puts the reply in place of the pressed card; says it anew when that cannot be done.

        Which card was pressed is the client's word: where we know the card of an operation ourselves, that one is meant.
        """
        card_id = (reply.operation.card_id if isinstance(reply, OperationShown | BulkShown) else "") or action.card_id
        if not card_id:
            await self._say(context, reply)
            return
        try:
            reader = self._readers.of(requester_of(reply) or action.actor)
            await self._connector.update(action.where, card_id, message(reply, action.where, await self._dispatch.pause(), reader))
        except ChatError:
            await self._say(context, reply)
            return
        await self._remember(reply, card_id)

    async def _say(self, context: TurnContext, reply: Reply) -> None:
        reader = self._readers.of(actor_of(context.activity))
        body = message(reply, where_of(context.activity), await self._dispatch.pause(), reader)
        attachments = [
            Attachment(content_type=item["contentType"], content=item["content"], name=item.get("name"), content_url=item.get("contentUrl"))
            for item in body["attachments"]
        ]
        activity = Saying(type="message", summary=body["summary"], attachments=attachments)
        try:
            sent = await context.send_activity(activity)
        except ChatError as error:
            # The turn has done its work; an operation whose card never arrived expires by itself.
            log.error("reply undeliverable", action="reply_undeliverable", error=str(error))
            return
        if _is_the_card(reply, where_of(context.activity)):
            await self._remember(reply, sent.id if sent else "")

    async def _remember(self, reply: Reply, card_id: str) -> None:
        if isinstance(reply, OperationShown | BulkShown) and card_id and not reply.operation.state.finished:
            await self._operations.set_card(reply.operation.id, card_id)


def _is_the_card(reply: Reply, where: ConversationRef) -> bool:
    """Whether what is said here is to be kept up to date: not what others are told elsewhere, and of a job its first card."""
    if isinstance(reply, BulkShown) and reply.operation.card_id:
        return False
    return not isinstance(reply, OperationShown | BulkShown) or reply.operation.conversation.conversation_id == where.conversation_id


def _came_to_something(reply: Reply) -> bool:
    """Whether a command was opened or carried out, and not refused."""
    if isinstance(reply, FormShown):
        return reply.problem is None
    return not isinstance(reply, Notice) or reply.tone in (Tone.DONE, Tone.INFO)


def _unknown_button() -> Notice:
    text = say("I do not know this button. The card may be from an older version of me.")
    return Notice(text, say("Type the command again."), Tone.REFUSED)


def told(notice: Notice, reader: Reader) -> InvokeResponse:
    """A sentence for the presser alone; nobody else's card changes."""
    why = f"(why {notice.reference})" if notice.reference else ""
    with speaking(reader):
        said = spoken(join(" ", (notice.text, notice.hint, why)))
    return _answer({"statusCode": 200, "type": MESSAGE, "value": _QUOTED.sub(r"“\1”", said)})  # plain text, without Markdown


def _answer(body: dict[str, Any]) -> InvokeResponse:
    return InvokeResponse(status=200, body=body)
