"""Steps 2 to 8: one message or one press in, one reply out. Every path ends in a reply and an audit event."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.commands.grammar.cleaning import normalise
from bot.commands.parser import parse
from bot.commands.spec import Invocation, Several, WhatHappened
from bot.domain import policy
from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import (
    CardAction,
    FileConsent,
    FileKind,
    IncomingMessage,
    Verb,
)
from bot.domain.life import State
from bot.domain.methods import Dossier
from bot.domain.notices import Notice, Tone
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person, Standing
from bot.domain.recovery import Situation
from bot.domain.replies import BulkShown, Choose, ChooseMethod, ChooseSituation, OperationShown, Reply
from bot.domain.said import say
from bot.domain.stop import Pause
from bot.domain.verbs import VERBS, Place, Presser, Thing, is_for
from bot.errors import DirectoryError, Incomplete, Refusal, StoreUnavailable
from bot.planning.anew import replan_all
from bot.planning.facts import Facts
from bot.ports import FIND_LIMIT, Clock, Directory, Operations, Stops
from bot.services.announce import shown
from bot.services.approve import Approvals
from bot.services.bulk.desk import BulkDesk
from bot.services.confirm import cancel, check_presser, confirm
from bot.services.forms import Forms
from bot.services.gate import Gate
from bot.services.look import look_anew
from bot.services.posted import Posted
from bot.services.prepare import Preparation, Proposal, as_known
from bot.services.pressed_once import pressed_once
from bot.services.propose import propose
from bot.services.refuse import refuse_file, refuse_message, refuse_press
from bot.services.report import ReportDesk
from bot.services.require import require
from bot.services.reveal import Reveals
from bot.services.review import Reviewer, Wish, wish_of
from bot.services.spoken import Spoken
from bot.services.suspect import suspect
from bot.services.take_back import take_back, to_take_back

#: A turn has to answer before Teams gives up (10 to 15 s) and sends the same activity again.
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
TURN_SECONDS = 9.0
_STAFF = frozenset({Presser.HELPDESK, Presser.STAFF})
#: What the button of a `show` card says for whoever presses it.
STRONGER_PATH = "pass for"


class Dispatch:
    """Turns what people type and press into replies.

    Attributes:
        posted: where the cards stand that replies take the place of.
    """

    def __init__(
        self,
        operations: Operations,
        stops: Stops,
        directory: Directory,
        gate: Gate,
        reviewer: Reviewer,
        approvals: Approvals,
        preparation: Preparation,
        reveals: Reveals,
        bulk: BulkDesk,
        reports: ReportDesk,
        facts: Facts,
        clock: Clock,
    ) -> None:
        self._operations = operations
        self._stops = stops
        self._directory = directory
        self._reviewer = reviewer
        self._gate = gate
        self._approvals = approvals
        self._preparation = preparation
        self._reveals = reveals
        self._bulk = bulk
        self._reports = reports
        self._forms = Forms(operations, directory, gate, preparation, clock, self._carry_out)
        self._spoken = Spoken(operations, clock)
        self.posted = Posted(operations, clock)
        self._facts = facts
        self._clock = clock
        self._over: list[str] = []
        self._noting: asyncio.Task[None] | None = None

    async def message(self, message: IncomingMessage) -> Reply | None:
        """Answers something typed; None when this delivery was answered before."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                self._gate.admit(message.actor)
                if not await self._operations.first_delivery(message.key, self._clock()):
                    return None
                return await self._answer(message)
        except Exception as error:  # the one place where failures of a message become sentences
            return await refuse_message(self._operations, self._clock, message, error)

    async def action(self, action: CardAction) -> Reply:
        """Answers a press; a Notice is for the presser alone."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                self._gate.admit(action.actor)
                require(self._gate.identify(action.actor, guest_or_bot=action.guest_or_bot))
                if not await self._operations.first_delivery(action.key, self._clock()):
                    return await self._seen_again(action)
                return await (self._press_once if VERBS[action.verb].makes_anew else self._press)(action)
        except Exception as error:  # and those of a press
            return await refuse_press(self._operations, self._clock, action, error)

    async def file(self, consent: FileConsent) -> Reply | None:
        """Answers Allow or Decline under an offered file; None when there is nothing to say. Takes as long as the file does."""
        try:
            self._gate.admit(consent.actor)
            require(self._gate.identify(consent.actor, guest_or_bot=consent.guest_or_bot))
            if not await self._operations.first_delivery(consent.key, self._clock()) or not consent.accepted:
                return None
            async with pressed_once(self._operations, consent, self._clock) as first:
                desk = self._reports if consent.kind is FileKind.LIST else self._bulk
                return await desk.consented(consent) if first else None
        except Exception as error:  # and those of a file
            return await refuse_file(self._operations, self._clock, consent, error)

    def answered(self, key: str) -> None:
        """Notes that the turn is over, beside it: if the note gets lost, a redelivery is answered again, which does no harm."""
        self._over.append(key)
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_answered())

    async def _note_answered(self) -> None:
        """One note at a time, for all turns that ended during the one before."""
        while self._over:
            keys, self._over = self._over, []
            with contextlib.suppress(StoreUnavailable):
                await self._operations.answered(keys)

    async def pause(self) -> Pause | None:
        """The pause that every card has to speak of; None when there is none or nobody can say."""
        try:
            return (await self._stops.seen("", self._clock())).pause
        except StoreUnavailable:
            return None

    async def is_new(self, key: str) -> bool:
        """Whether an event that asks for nothing, such as an installation, is seen for the first time; raises StoreUnavailable."""
        return await self._operations.first_delivery(key, self._clock())

    async def _answer(self, message: IncomingMessage) -> Reply:
        require(self._gate.identify(message.actor, guest_or_bot=message.guest_or_bot))
        if message.edited:
            raise Refusal(
                say("I do not act on edited messages, so that what was agreed on stays as it was written."),
                say("Type the command again as a new message."),
                code="edited",
            )
        began = self._clock()
        if message.names_people:  # Teams is asked about them, and not for anybody's sake
            require(self._gate.permit(await self._gate.standing(message.actor), admins_too=True))
        if message.read:
            message = await message.read()
        if message.files:
            return await self._bulk.file(message)
        if message.quoting and not normalise(message.text):
            raise Refusal(
                say("You quoted or forwarded a message and wrote nothing of your own, so I did nothing."),
                say("What is quoted is not for me: type the command yourself."),
                code="only_quoted",
            )
        try:
            invocation = parse(message.text, message.mentions)
        except Incomplete as begun:
            return await self._forms.ask(begun, message.actor, message.where)
        return await self._carry_out(invocation, message.actor, message.where, began=began)

    async def _carry_out(
        self,
        invocation: Invocation,
        actor: Actor,
        where: ConversationRef,
        chosen: str = "",
        *,
        pressed: bool = False,
        began: datetime | None = None,
    ) -> Reply:
        who, dossier = invocation.who, None
        person_id, _, picked = chosen.partition("/")
        standing = await self._gate.standing(actor, fresh=pressed or invocation.command.acts, since=began)
        self._preparation.permit(invocation.command, standing, where)
        if who is None:
            reply = await self._run(invocation, actor, standing, where, None)
        else:
            last = await self._spoken.whom(who.text, actor, where) if who.last and not person_id else ""
            try:
                people = await self._preparation.find(invocation, standing, person_id or last)
                if len(people) == 1:
                    dossier = await self._preparation.dossier(invocation, standing, people[0])
                    reply = await self._run(invocation, actor, standing, where, dossier, picked)
                else:
                    reply = await self._offer_choice(invocation, actor, people)
            except (Refusal, DirectoryError):
                await self._spoken.doubtful(actor, where, dossier.person.id if dossier else last)
                raise
        await self._spoken.showed(reply, invocation, dossier, actor, where)
        return reply

    async def _run(
        self,
        invocation: Invocation,
        actor: Actor,
        standing: Standing,
        where: ConversationRef,
        dossier: Dossier | None,
        picked: str = "",
    ) -> Reply:
        command = invocation.command
        result = await self._preparation.run(invocation, actor, standing, where, dossier, picked)
        if isinstance(result, Several):
            assert dossier is not None, "methods are somebody's"
            return await self._offer_methods(invocation, actor, dossier.person, result)
        if isinstance(result, WhatHappened):
            assert dossier is not None, "it happened to somebody"
            return await self._ask_what_happened(invocation, actor, dossier.person)
        if isinstance(result, Proposal):
            known = as_known(actor, standing)
            return await self._propose(result, command.name, known, where, invocation.ticket, invocation.reason)
        await self._operations.record(
            AuditEvent(
                Tag.CHAT_COMMAND_ASKED,
                self._clock(),
                actor.id,
                actor.name,
                target_id=dossier.person.id if dossier else "",
                facts={"command": command.name, "conversation": where.conversation_id}
                | ({"target_upn": dossier.person.upn} if dossier else {}),
            )
        )
        return result

    async def _offer_choice(self, invocation: Invocation, actor: Actor, people: Sequence[Person]) -> Reply:
        who = invocation.who
        assert who is not None
        choice_id = await self._operations.remember_choice(actor.id, invocation.text, [person.id for person in people], self._clock())
        return Choose(choice_id, who.text, tuple(people), more=len(people) >= FIND_LIMIT, only_for=actor.name)

    async def _offer_methods(self, invocation: Invocation, actor: Actor, person: Person, several: Several) -> Reply:
        candidates = [f"{person.id}/{method.id}" for method in several.methods]
        choice_id = await self._operations.remember_choice(actor.id, invocation.text, candidates, self._clock())
        return ChooseMethod(choice_id, several.asked_for, person, several.methods, actor.name)

    async def _ask_what_happened(self, invocation: Invocation, actor: Actor, person: Person) -> Reply:
        situations = tuple(Situation)
        candidates = [f"{person.id}/{situation}" for situation in situations]
        choice_id = await self._operations.remember_choice(actor.id, invocation.text, candidates, self._clock())
        return ChooseSituation(choice_id, person, situations, actor.name)

    async def _propose(
        self, proposal: Proposal, command: str, actor: Actor, where: ConversationRef, ticket: str, reason: str
    ) -> Reply:
        operation = await propose(
            self._operations,
            proposal.plan,
            proposal.decision,
            command=command,
            requester=actor,
            where=where,
            approvals_in=proposal.approvals_in,
            now=self._clock(),
            ticket=ticket,
            reason=reason,
            first=proposal.first,
        )
        return shown(operation, self._clock)

    async def _press_once(self, action: CardAction) -> Reply:
        async with pressed_once(self._operations, action, self._clock) as first:
            return await (self._press if first else self._seen_again)(action)

    async def _press(self, action: CardAction) -> Reply:
        declared = VERBS[action.verb]
        if declared.of_jobs:
            return await self._bulk.press(action)
        if Thing.REPORT in declared.names:
            return await self._reports.press(action)
        if Thing.CHOICE in declared.names:
            return await self._choose(action)
        if Thing.COMMAND in declared.names:
            return await self._forms.pressed(action)
        if Thing.FORM in declared.names:
            return await self._forms.filled(action)
        standing: Standing | None = None
        if declared.presser in _STAFF:  # before anything is said of what there is
            standing = await self._gate.standing(action.actor, fresh=True)
            require(self._gate.permit(standing, admins_too=declared.presser is Presser.STAFF))
        operation = await self._named(action)
        if Thing.PERSON in declared.names:
            return await self._about_person(action, operation)
        if action.verb is Verb.VIEW:
            return await self._approvals.look(action, operation)
        if declared.presser is Presser.DECIDER:
            standing = await self._gate.standing(action.actor, fresh=True)
            require(self._approvals.may_know(action, operation, standing))
        elif standing is None and not _asked_by(action.actor, operation):
            await self._require_colleague(action)
        if operation is None:
            raise _unknown(action.verb)
        if declared.presser is Presser.REQUESTER:
            check_presser(action, operation)
        return await self._about_operation(action, operation, standing)

    async def _require_colleague(self, action: CardAction) -> None:
        """Whoever did not ask has to be of the helpdesk to hear anything of what an id names, also that it names nothing."""
        looks = VERBS[action.verb].presser is Presser.COLLEAGUE
        require(self._gate.permit(await self._gate.standing(action.actor, fresh=not looks)))

    async def _named(self, action: CardAction) -> Operation | None:
        """The operation or job that a press names; None also for one that the verb is not for, which is nothing to whoever pressed."""
        operation = await self._operations.get(action.id)
        return operation if operation and is_for(action.verb, operation) else None

    async def _about_operation(self, action: CardAction, operation: Operation, standing: Standing | None) -> Reply:
        """What is pressed on an operation by somebody who may know of it.

        Args:
            standing: the presser's, read now; None where the verb reads it itself.
        """
        match action.verb:
            case Verb.APPROVE | Verb.DENY if standing:
                return await self._approvals.press(action, operation, standing)
            case Verb.TAKE_BACK if standing:
                return await self._take_back(action, operation, standing)
            case Verb.REVEAL:
                return await self._reveals.press(action, operation)
            case Verb.REFRESH:
                return await self._view(operation, action.actor)
            case Verb.CONFIRM | Verb.CANCEL | Verb.AGAIN | Verb.REPLACE:
                return await self._requesters(action, operation)
        raise AssertionError(f"nobody takes the verb {action.verb}")

    async def _requesters(self, action: CardAction, operation: Operation) -> Reply:
        """What only whoever asked may press."""
        standing = await self._gate.standing(action.actor, fresh=True)
        require(self._gate.permit(standing))
        if action.verb in (Verb.AGAIN, Verb.REPLACE):
            return await self._again(operation, action, standing)
        if action.verb is Verb.CONFIRM and operation.state.waiting and not operation.contains:
            require(policy.stopped(await self._stops.stop(operation.target.id, self._clock()), self._clock()))
        moved = await (confirm if action.verb is Verb.CONFIRM else cancel)(self._operations, action, operation, self._clock)
        return await self._after(action, moved)

    async def _about_person(self, action: CardAction, operation: Operation | None) -> Reply:
        """What is pressed about a person, on the card of an operation or on one that carries the reference to them."""
        target = operation.target if operation else await self._stops.referred(action.id)
        if target is None:
            raise _unknown(action.verb)
        if action.verb is Verb.STRONGER:  # the same as if the presser had typed it about this very account
            return await self._carry_out(parse(f'{STRONGER_PATH} "{target.upn}"'), action.actor, action.where, target.id, pressed=True)
        given = await to_take_back(self._operations, target.id, operation, self._clock)
        told = await suspect(self._operations, self._stops, action, target, operation, self._clock, take_back=given)
        return told if isinstance(told, Notice) else await self._after(action, told)

    async def _take_back(self, action: CardAction, operation: Operation, standing: Standing) -> Reply:
        known = replace(action, actor=as_known(action.actor, standing))
        made = await take_back(self._operations, self._directory, self._reviewer, known, standing, operation, self._clock)
        name, given = operation.target.name, operation.id
        text = say("I am taking back what {given} gave {name}, as {id}. The result follows here.", given=given, name=name, id=made.id)
        return Notice(text, tone=Tone.DONE)

    async def _choose(self, action: CardAction) -> Reply:
        taken = await self._operations.take_choice(action.id, action.actor.id, self._clock())
        if taken is None:
            raise Refusal(
                say("This choice is not yours, or was made already, or has expired."), say("Type the command again."), code="unknown_choice"
            )
        text, candidates = taken
        try:
            if action.pick is None or not 0 <= action.pick < len(candidates):
                raise Refusal(say("I do not know which one you picked."), say("Pick one on the card."), code="bad_pick")
            return await self._carry_out(parse(text), action.actor, action.where, candidates[action.pick], pressed=True)
        except (Refusal, DirectoryError):
            # The pick came to nothing, not the choice: another candidate, or the same one later, may still be picked.
            await self._operations.remember_choice(action.actor.id, text, candidates, self._clock(), action.id)
            raise

    async def _again(self, operation: Operation, action: CardAction, standing: Standing) -> Reply:
        replacing = action.verb is Verb.REPLACE
        if not (operation.may_be_replaced if replacing else operation.may_be_asked_again):
            raise Refusal(say("{id} needs no new card.", id=operation.id), code="too_late")
        if operation.numbers_removed:
            raise Refusal(
                say("{id} is so old that I no longer keep its numbers.", id=operation.id),
                say("Type the command anew, with the number."),
                code="too_late",
            )
        # What replaces a code gets a card beside the one on which that was shown; otherwise the new card takes the old one's place.
        known, where = as_known(action.actor, standing), action.where if replacing else operation.conversation
        dossier = await look_anew(self._directory, operation)
        asking = await self._reviewer.asking(standing, dossier, where, reason=operation.reason, ticket=operation.ticket)
        require(self._reviewer.decide(Wish(operation.kinds, containing=wish_of(operation).containing), asking))
        plan = await replan_all(self._directory, dossier, operation, self._facts, self._clock())
        proposal = await self._preparation.agreed(plan, asking, known)
        return await self._propose(proposal, operation.command, known, where, operation.ticket, operation.reason)

    async def _seen_again(self, action: CardAction) -> Reply:
        declared = VERBS[action.verb]
        operation = await self._named(action) if declared.place is Place.VIEW else None
        if declared.presser in (Presser.DECIDER, Presser.CONCERNED):
            return await self._approvals.look(action, operation)
        if declared.place is Place.VIEW and not _asked_by(action.actor, operation):
            require(self._gate.permit(await self._gate.standing(action.actor)))
        if operation is None:
            return Notice(say("I have this click already."), tone=Tone.REFUSED)
        if operation.state in (State.QUEUED, State.RUNNING):  # it may end before this answer is there, which would then hide its end
            await self._operations.shown_again(operation)
        return await self._view(operation, action.actor)

    async def _after(self, action: CardAction, operation: Operation) -> Reply:
        """The pressed card as it stands now: the requester's, or the approvers', which has some of its buttons.

        Which of the two was pressed is the client's word, so this is for the presser's eyes and decides nothing else.
        """
        if operation.need.approvals and await self._approvals.places.is_card(action, operation):
            return await self._approvals.look(action, operation)
        return await self._view(operation, action.actor)

    async def _view(self, operation: Operation, reader: Actor) -> OperationShown | BulkShown:
        """The card as this reader may see it: numbers in full for the requester alone."""
        if operation.bulk:
            self._bulk.wake()
            return await self._bulk.shown(operation)
        return OperationShown(operation, self._clock(), own=reader.id == operation.requester.id)


def _asked_by(actor: Actor, operation: Operation | None) -> bool:
    return operation is not None and actor.id == operation.requester.id


def _unknown(verb: Verb) -> Refusal:
    """The same words whether the id names nothing or something that the verb is not for."""
    match verb:
        case Verb.SUSPECT:
            hint = say("Type freeze and the person's name instead.")
        case Verb.STRONGER:
            hint = say("Type show and the person's name for a new one.")
        case _:
            hint = say("Type the command again for a new one.")
    return Refusal(say("I do not know this card any more."), hint, code="unknown_card")
