"""Botbuilder's handler: each kind of activity to the one service call it means, and the reply back onto the wire."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity

from bot.commands import COMMANDS
from bot.commands.help import welcome
from bot.domain.characters import in_quotation_marks
from bot.domain.forms import FormShown
from bot.domain.incoming import CardAction, FileConsent
from bot.domain.life import State
from bot.domain.remarks import Refused, Remark, Tone
from bot.domain.replies import BulkShown, FileOffered, OperationShown, Reply
from bot.domain.said import Reader, join, say, speaking, spoken
from bot.errors import ChatError
from bot.languages import Readers
from bot.services.asking import Asking
from bot.services.dispatch import Dispatch
from bot.services.explain import incident
from bot.services.extension import ExtensionDesk
from bot.services.personal_chats import PersonalChats
from bot.services.turns import Turns
from bot.teams.adapter import give
from bot.teams.attachments import CARD, no_files_here
from bot.teams.carrier import Carrier
from bot.teams.extension import PREFIX, MessageExtension
from bot.teams.identity import actor_of, chat_reader, where_of
from bot.teams.inbound import card_action, delivery_key, file_consent, unread_message
from bot.teams.outbound import Connector
from bot.teams.placement import Spot, placement, says_no
from bot.teams.still_asking import StillAsking

log = structlog.get_logger()

#: https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
MESSAGE = "application/vnd.microsoft.activity.message"
#: An invoke has to be answered before Teams gives up (10 to 15 s); a large file may take longer.
HAND_OVER_SECONDS = 5.0


class DoormanHandler(TeamsActivityHandler):
    """What the bot does with each activity.

    Args:
        tenant_id: the tenant whose private chats refusals may go to.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        turns: Turns,
        connector: Connector,
        extension: ExtensionDesk,
        tenant_id: str,
        readers: Readers,
        chats: PersonalChats,
    ) -> None:
        super().__init__()
        self._dispatch = dispatch
        self._turns = turns
        self._connector = connector
        self._carrier = Carrier(connector, turns.posted, dispatch, tenant_id, readers)
        self._still_asking = StillAsking(self._carrier, readers, self._fitted)
        self._extension = MessageExtension(extension, dispatch, self._carrier, readers)
        self._welcome = welcome(COMMANDS)
        self._readers = readers
        self._chats = chats
        self._handing_over: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def on_turn(self, turn_context: TurnContext) -> None:
        """Every turn; at its end Teams may deliver the activity again without anything happening."""
        await super().on_turn(turn_context)
        self._turns.answered(delivery_key(turn_context.activity))
        self._meet(turn_context.activity)

    def _meet(self, activity: Activity) -> None:
        """Whoever is in a personal chat with us can be written to there, until the app is removed."""
        reader = chat_reader(activity)
        if reader is None or str(activity.name).startswith(PREFIX):  # that may come from a chat of two people, which is not ours
            return
        match activity.type, (activity.action or "").partition("-")[0]:
            case "installationUpdate", "remove":
                self._chats.left(reader.id)
            case ("message" | "messageUpdate" | "invoke", _) | ("installationUpdate", "add"):
                self._chats.seen(reader, where_of(activity))

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """A typed message, or a button of a client that knows no Action.Execute."""
        activity = turn_context.activity
        if activity.value or (activity.value is not None and not activity.text):  # some clients add an empty one to what is typed
            if action := card_action(activity):
                await self._submitted(turn_context, action)
            else:
                await self._carrier.below(turn_context, _unknown_button())
            return
        await self._typed(turn_context)

    async def on_message_update_activity(self, turn_context: TurnContext) -> None:
        """An edited message is answered, never run. Undeletes and our own edits are not for us."""
        activity = turn_context.activity
        if (activity.channel_data or {}).get("eventType") != "editMessage":
            return
        await self._typed(turn_context, edited=True)

    async def on_invoke_activity(self, turn_context: TurnContext) -> None:
        """What waits for an answer. It is handed over here: what botbuilder sends, it copies first."""
        give(turn_context, await self._invoked(turn_context))

    async def _invoked(self, turn_context: TurnContext) -> InvokeResponse:
        """A button of a card or of an offered file, or the message extension; other invokes are not ours."""
        activity = turn_context.activity
        if activity.name == "fileConsent/invoke":
            return await self._file_answered(turn_context)
        if str(activity.name).startswith(PREFIX):
            return await self._extension.answer(turn_context)
        if activity.name != "adaptiveCard/action":
            return InvokeResponse(status=501, body=None)
        action = card_action(activity)
        if action is None:
            return told(_unknown_button(), self._readers.of(actor_of(activity)))
        with self._turns.answering(action.card_id):
            return await self._pressed(turn_context, action)

    async def _pressed(self, turn_context: TurnContext, action: CardAction) -> InvokeResponse:
        reply, spot = await self._given(turn_context, await self._dispatch.action(action), action)
        reader = self._readers.of(action.actor)
        match spot:
            case Spot.TOLD | Spot.TOLD_AND_WRITTEN if isinstance(reply, Remark):
                if spot is Spot.TOLD_AND_WRITTEN:
                    await self._carrier.to_one(turn_context, reply)
                return told(reply, reader)
            case Spot.VIEW_INSTEAD:
                await self._carrier.instead(action, reply)
            case Spot.INSTEAD | Spot.BELOW:
                replaced = spot is Spot.INSTEAD and await self._carrier.instead(action, reply)
                if not replaced and await self._carrier.below(turn_context, reply):
                    return told(_is_below(reply), reader)
        return _answer({"statusCode": 200, "type": CARD, "value": await self._carrier.view(action, reply)})

    async def _file_answered(self, context: TurnContext) -> InvokeResponse:
        """Allow or Decline. Always 200: anything else shows as an error; and in time, however long the file takes."""
        consent = file_consent(context.activity)
        if consent is None:
            await self._carrier.below(context, _unknown_button())
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
            reply = Remark(incident(error), tone=Tone.PROBLEM)
        try:
            await self._carrier.handed_over(consent, reply)
        except ChatError as error:
            log.error("answer to a file consent undeliverable", action="reply_undeliverable", error=str(error))

    async def close(self) -> None:
        """Ends what goes on beside the turns."""
        await self._still_asking.close()
        await self._extension.close()
        for task in list(self._handing_over.values()):
            task.cancel()
        await asyncio.gather(*self._handing_over.values(), return_exceptions=True)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """Welcomes once, when the bot itself is added."""
        activity = turn_context.activity
        added = any(member.id == activity.recipient.id for member in activity.members_added)
        if added and await self._turns.to_be_welcomed(delivery_key(activity), actor_of(activity).id):
            await self._carrier.below(turn_context, self._welcome)

    async def _typed(self, context: TurnContext, *, edited: bool = False) -> None:
        reply = await self._dispatch.message(unread_message(context.activity, self._connector.object_id_of, edited=edited))
        if isinstance(reply, Asking):
            await self._still_asking.begin(context, reply)
        elif reply is not None and says_no(reply):
            await self._carrier.refused(context, reply)
        elif reply is not None:
            await self._carrier.below(context, await self._fitted(context, reply))

    async def _fitted(self, context: TurnContext, reply: Reply) -> Reply:
        """What is answered to something typed."""
        return (await self._given(context, reply))[0]

    async def _given(self, context: TurnContext, reply: Reply, action: CardAction | None = None) -> tuple[Reply, Spot]:
        """The reply and where it goes; of a file that is asked for where Teams takes none, what is said about that."""
        where = where_of(context.activity)
        spot = placement(reply, where, action)
        if spot is Spot.OFFERED_IN_OWN_CHAT and isinstance(reply, FileOffered):
            reply = await self._carrier.offered_in_private(context, reply)
        elif spot is Spot.NO_FILES:
            reply = no_files_here()
        else:
            return reply, spot
        return reply, placement(reply, where, action)

    async def _submitted(self, context: TurnContext, action: CardAction) -> None:
        """Action.Submit has no answer of its own: the card is edited, and a refusal goes to the presser alone."""
        reply, spot = await self._given(context, await self._dispatch.action(action), action)
        if spot is Spot.NOWHERE:
            return
        if spot is Spot.OWN_CHAT:
            remark = reply.problem if isinstance(reply, FormShown) else reply
            assert isinstance(remark, Remark), "nothing else is for one person alone"
            await self._carrier.privately(context, remark)
        elif spot is not Spot.INSTEAD or not await self._carrier.instead(action, reply):
            await self._carrier.below(context, reply)


def _is_below(reply: Reply) -> Remark:
    """What the presser is told when the answer is a message of its own."""
    if isinstance(reply, FileOffered):
        return Remark(say("The file is below: press Allow there, and it comes into your OneDrive."))
    if isinstance(reply, OperationShown | BulkShown) and reply.operation.state in (State.PROPOSED, State.CHECKING):
        return Remark(say("The new card, {id}, is below: confirm it there.", id=reply.operation.id))
    return Remark(say("The answer is below."))


def _unknown_button() -> Remark:
    text = say("I do not know this button. The card may be from an older version of me.")
    return Remark(text, say("Begin anew: `help` shows what I can do."), Tone.REFUSED, refused=Refused.TOO_LATE)


def told(remark: Remark, reader: Reader) -> InvokeResponse:
    """A sentence for the presser alone; nobody else's card changes."""
    why = f"(why {remark.reference})" if remark.reference else ""
    with speaking(reader):
        said = spoken(join(" ", (remark.text, remark.hint, why)))
    return _answer({"statusCode": 200, "type": MESSAGE, "value": in_quotation_marks(said)})  # plain text, without Markdown


def _answer(body: dict[str, Any]) -> InvokeResponse:
    return InvokeResponse(status=200, body=body)
