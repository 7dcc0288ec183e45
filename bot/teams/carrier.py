"""Brings answers to where `placement` says: below what was said, in place of the card they answer, or to one person alone."""

from __future__ import annotations

from typing import Any

import structlog
from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from bot.domain.conversations import ConversationRef
from bot.domain.incoming import CardAction, FileConsent
from bot.domain.people import Actor
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import FileOffered, FileStored, OperationShown, Reply
from bot.domain.said import say
from bot.errors import ChatError
from bot.languages import Readers
from bot.services.dispatch import Dispatch
from bot.services.posted import Posted
from bot.teams.attachments import message, no_files_here, requester_of, view
from bot.teams.identity import actor_of, where_of
from bot.teams.outbound import Connector
from bot.teams.placement import came_to_something, says_no

log = structlog.get_logger()


class Carrier:
    """Carries answers to their place, and has it remembered.

    Args:
        dispatch: says what an answer to somebody has to speak of, and who works here.
        tenant_id: the tenant whose private chats sentences may go to.
    """

    def __init__(self, connector: Connector, posted: Posted, dispatch: Dispatch, tenant_id: str, readers: Readers) -> None:
        self._connector = connector
        self._posted = posted
        self._dispatch = dispatch
        self._tenant_id = tenant_id
        self._readers = readers

    async def _said(self, reply: Reply, where: ConversationRef, actor: Actor, reader: Actor | None = None) -> dict[str, Any]:
        """The message that says it, in the words of its reader: of whoever acted, unless it is somebody else's card."""
        return message(reply, where, await self._dispatch.stop(actor), self._readers.of(reader or actor))

    async def below(self, context: TurnContext, reply: Reply) -> bool:
        """Says it as a new message; False when Teams does not take it."""
        card_id = await self._posted_below(context, reply)
        if card_id is None:
            return False
        await self._remember(reply, where_of(context.activity), card_id, actor_of(context.activity))
        return True

    async def _remember(self, reply: Reply, where: ConversationRef, card_id: str, actor: Actor) -> None:
        """Has it remembered where a card stands. The one before it is not kept up to date any more, and says so."""
        if (left := await self._posted.remember(reply, where, card_id)) and isinstance(reply, OperationShown):
            text = say("The card of {id} is below.", id=reply.operation.id)
            await self._updated(where, left, await self._said(Remark(text), where, actor, requester_of(reply)))

    async def meanwhile(self, context: TurnContext, remark: Remark) -> str:
        """Says what stands in for an answer; returns the id of that message, or nothing when Teams does not take it."""
        return await self._posted_below(context, remark) or ""

    async def at_last(self, context: TurnContext, card_id: str, reply: Reply) -> None:
        """Puts the answer in place of such a message; below where there is none, or none that can be edited."""
        if says_no(reply) and self._connector.targeted and where_of(context.activity).kind != "personal":
            told = await self.to_one(context, reply)
            reply = Remark(say("I did nothing. Whoever asked knows why."), tone=Tone.REFUSED) if told else _did_nothing()
        if isinstance(reply, FileOffered | FileStored):  # Teams' own cards are messages of their own
            if await self.below(context, reply):
                await self.replaced(context, card_id, Remark(say("The answer is below.")))
        elif await self.replaced(context, card_id, reply):
            await self._remember(reply, where_of(context.activity), card_id, actor_of(context.activity))
        else:
            await self.below(context, reply)

    async def replaced(self, context: TurnContext, card_id: str, reply: Reply) -> bool:
        """Says it in place of our own message; False when there is none, or Teams does not take it."""
        where = where_of(context.activity)
        return bool(card_id) and await self._updated(where, card_id, await self._said(reply, where, actor_of(context.activity)))

    async def _posted_below(self, context: TurnContext, reply: Reply) -> str | None:
        where = where_of(context.activity)
        body = await self._said(reply, where, actor_of(context.activity))
        try:
            card_id = await self._connector.send(where, body, reply_to=context.activity.id or "")
        except ChatError as error:
            # The turn has done its work; an operation whose card never arrived expires by itself.
            log.error("reply undeliverable", action="reply_undeliverable", error=str(error))
            if self._dispatch.is_staff(actor_of(context.activity)):  # what others ask is nobody's work here
                await self._posted.unheard(actor_of(context.activity), error)
            return None
        return card_id

    async def instead(self, action: CardAction, reply: Reply) -> bool:
        """Puts it in place of our own card that the press names; False when we know of none here, or it cannot be edited any more."""
        card_id = await self._posted.replaced_by(action, reply)
        if not card_id:
            return False
        said = await self._said(reply, action.where, action.actor, requester_of(reply))
        if not await self._updated(action.where, card_id, said):
            return False
        await self._posted.replaced(action, reply, card_id)
        return True

    async def _updated(self, where: ConversationRef, card_id: str, said: dict[str, Any]) -> bool:
        try:
            await self._connector.update(where, card_id, said)
        except ChatError as error:
            log.info("card cannot be updated", action="card_gone", error=str(error))
            return False
        return True

    async def view(self, action: CardAction, reply: Reply) -> dict[str, Any]:
        """The card that the presser sees now, which nobody else does."""
        return view(reply, action.where, await self._dispatch.stop(action.actor), self._readers.of(action.actor)).card

    async def handed_over(self, consent: FileConsent, reply: Reply | None) -> None:
        """Says what became of a file that was wanted; an offer that came to something is taken away, since it is done with.

        Raises:
            ChatError: Teams does not take it.
        """
        if reply is not None:
            await self._connector.send(consent.where, await self._said(reply, consent.where, consent.actor))
        if reply is None or came_to_something(reply):
            await self._withdraw(consent)

    async def _withdraw(self, consent: FileConsent) -> None:
        if card_id := await self._posted.offer(consent):
            await self._connector.delete(consent.where, card_id)
            await self._posted.offer_gone(consent)

    async def privately(self, context: TurnContext, remark: Remark) -> None:
        """Tells whoever pressed, where nobody else reads along."""
        if not await self.to_one(context, remark):
            # No private way to this person: the public line says nothing but that the click did not count.
            text = say("That click did nothing. Write to me in a personal chat to see why.")
            await self.below(context, Remark(text, tone=Tone.REFUSED))

    async def refused(self, context: TurnContext, reply: Reply) -> None:
        """Says no to a line: where messages for one person alone are in use, whoever else reads along need not know why."""
        if not self._connector.targeted:
            await self.below(context, reply)
        elif not await self.to_one(context, reply):
            await self.below(context, _did_nothing())

    async def to_one(self, context: TurnContext, reply: Reply) -> bool:
        """To whoever acted alone: in this conversation where Teams takes that, else in their own chat with the bot; whether it came."""
        activity = context.activity
        where, actor = where_of(activity), actor_of(activity)
        if where.kind == "personal":
            return await self.below(context, reply)
        if self._connector.targeted:
            said = await self._said(reply, where, actor)
            if await self._connector.send_to_one(where, said, actor.chat_id, reply_to=activity.id or ""):
                return True
        try:
            return await self.put(activity, await self.own_chat(activity), reply)
        except ChatError:
            return False

    async def own_chat(self, activity: Activity) -> ConversationRef:
        """The own chat of whoever acted, as Teams knows it: where something was asked may be a chat of two people. Raises ChatError."""
        return await self._connector.personal_chat(where_of(activity), activity.recipient.id, actor_of(activity).chat_id, self._tenant_id)

    async def put(self, activity: Activity, chat: ConversationRef, reply: Reply) -> bool:
        """Says something to whoever acted in their own chat; whether Teams took it."""
        actor = actor_of(activity)
        try:
            card_id = await self._connector.send(chat, await self._said(reply, chat, actor))
        except ChatError as error:
            log.error("reply undeliverable", action="reply_undeliverable", error=str(error))
            return False
        await self._posted.remember(reply, chat, card_id)
        return True

    async def offered_in_private(self, context: TurnContext, offered: FileOffered) -> Remark:
        """Offers a file in the own chat of whoever asked for it where others read along; returns what to say there."""
        activity = context.activity
        actor = actor_of(activity)
        try:
            chat = await self.own_chat(activity)
            card_id = await self._connector.send(chat, await self._said(offered, chat, actor))
        except ChatError as error:
            log.info("file cannot be offered in private", action="offer_undeliverable", error=str(error))
            return no_files_here()
        await self._posted.remember(offered, chat, card_id)
        return Remark(say("The file is in our own chat: press Allow there, and it comes into your OneDrive."), tone=Tone.DONE)


def _did_nothing() -> Remark:
    """What everybody reads where there is no private way to whoever asked."""
    return Remark(say("I did nothing. Write to me in a personal chat to see why."), tone=Tone.REFUSED)
