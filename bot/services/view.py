"""Step 6 after a press: the pressed card as it stands now, as whoever pressed may see it."""

from __future__ import annotations

from bot.domain.incoming import CardAction, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Actor
from bot.domain.remarks import Refused, Remark, Tone
from bot.domain.replies import BulkShown, HandedOver, OperationShown, Reply
from bot.domain.said import say
from bot.domain.verbs import VERBS, Place, Presser, is_for
from bot.errors import Refusal
from bot.ports import Clock, Operations
from bot.services.approve import Approvals
from bot.services.bulk.desk import BulkDesk
from bot.services.confirm import reveals
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.showing import Showing


class Views:
    """Shows operations and jobs on the cards that were pressed."""

    def __init__(
        self, operations: Operations, gate: Gate, approvals: Approvals, bulk: BulkDesk, showing: Showing, clock: Clock
    ) -> None:  # fmt: skip
        self._operations = operations
        self._gate = gate
        self._approvals = approvals
        self._bulk = bulk
        self._showing = showing
        self._clock = clock

    async def named(self, action: CardAction) -> Operation | None:
        """The operation or job that a press names; None also for one that the verb is not for, which is nothing to whoever pressed."""
        operation = await self._operations.get(action.id)
        return operation if operation and is_for(action.verb, operation) else None

    async def offer_anew(self, action: CardAction, error: Refusal) -> None:
        """Where a press found its own request at its end, the refusal gets a button that asks for it once more, in its own chat."""
        if action.verb not in (Verb.CONFIRM, Verb.REVEAL, Verb.PROVE):
            return  # whoever cancels, or asks anew already, wants no other
        operation = await self.named(action)
        if operation is None or not asked_by(action.actor, operation) or not operation.may_be_asked_again:
            return
        if operation.conversation.conversation_id == action.where.conversation_id and action.where.kind == "personal":
            error.anew = operation.id
            error.hint = error.hint or say("Still needed? “Show a new card” asks for it once more.")
        else:
            error.hint = error.hint or say("Still needed? Its card has a button for that.")

    async def own(self, operation: Operation, reader: Actor) -> OperationShown | BulkShown:
        """The requester's card as this reader may see it: numbers in full for the requester alone."""
        if operation.bulk:
            self._bulk.wake()
            return await self._bulk.shown(operation)
        own = reader.id == operation.requester.id
        return await self._showing.of(operation, own=own, onlooker=not own)

    async def after(self, action: CardAction, operation: Operation) -> Reply:
        """The pressed card as it stands now: the requester's, or the approvers', which has some of its buttons.

        Which of the two was pressed is the client's word, so this is for the presser's eyes and decides nothing else.
        """
        if operation.need.approvals and await self._approvals.places.is_card(action, operation):
            return await self._approvals.view(action, operation)
        return await self.own(operation, action.actor)

    async def again(self, action: CardAction) -> Reply:
        """What a press is answered with that was answered before.

        Raises:
            Refusal: the card is not for whoever pressed.
        """
        declared = VERBS[action.verb]
        operation = await self.named(action) if declared.place is Place.VIEW else None
        if declared.presser in (Presser.DECIDER, Presser.CONCERNED):
            return await self._approvals.view(action, operation)
        if operation and reveals(action, operation):
            return HandedOver(operation, self._clock())
        if declared.place is Place.VIEW and not asked_by(action.actor, operation):
            require(self._gate.permit(await self._gate.standing(action.actor)))
        if operation is None:
            return Remark(say("I have this click already."), tone=Tone.REFUSED, refused=Refused.NOTHING_TO_DO)
        if operation.state in (State.QUEUED, State.RUNNING):  # it may end before this answer is there, which would then hide its end
            await self._operations.shown_again(operation)
        return await self.own(operation, action.actor)


def unknown(verb: Verb) -> Refusal:
    """A card whose id means nothing here: the same words whether it names nothing or something that the verb is not for."""
    match verb:
        case Verb.SUSPECT:
            hint = say("Begin anew: `freeze …` and the person's name do the same.")
        case Verb.STRONGER | Verb.NEXT:
            hint = say("Begin anew with `show …` and the person's name.")
        case _:
            hint = say("Begin anew: `help` shows what I can do.")
    return Refusal(say("I do not know this card any more."), hint, code="unknown_card")


def asked_by(actor: Actor, operation: Operation | None) -> bool:
    """Whether it is an operation, and this actor's own request."""
    return operation is not None and actor.id == operation.requester.id
