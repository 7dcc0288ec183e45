"""Steps 3 to 6 of a command, however it was said: typed, opened by a button, filled into a form, picked from several."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC

from bot.commands.deciding import policy_tested
from bot.commands.meant import did_you_mean
from bot.commands.parser import about, form_of, parse, typed_in
from bot.commands.spec import Command, Invocation, Rehearse, ReportAsked, Several, Steer, WhatHappened
from bot.commands.told import lines_in
from bot.domain.audit import AuditEvent, Tag
from bot.domain.candidates import AS_TYPED, TO_FILL_IN, Candidate
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import CardAction, IncomingMessage
from bot.domain.methods import Dossier
from bot.domain.people import Actor, Standing
from bot.domain.policy import Audience
from bot.domain.refused import kind_of_refusal
from bot.domain.remarks import Refused, Remark
from bot.domain.replies import History, OperationShown, Reply
from bot.domain.retirement import Ending
from bot.domain.said import say
from bot.domain.wall_clock import zone_called
from bot.errors import DirectoryError, Forbidden, Incomplete, Meant, Refusal, StoreUnavailable, UsageError
from bot.ports import Clock, Operations
from bot.services.asking import Asking
from bot.services.bulk.desk import BulkDesk
from bot.services.choose import Choices
from bot.services.gate import Gate, as_known
from bot.services.last_person import LastPerson
from bot.services.prepare import Preparation
from bot.services.propose import Proposal, propose
from bot.services.rehearse import rehearse
from bot.services.report import ReportDesk
from bot.services.showing import Showing


class CommandDesk:
    """What the dispatcher needs of commands: each is taken to its reply, and what it asks of the other desks is asked of them."""

    def __init__(
        self,
        operations: Operations,
        gate: Gate,
        preparation: Preparation,
        bulk: BulkDesk,
        reports: ReportDesk,
        showing: Showing,
        clock: Clock,
    ) -> None:
        self._operations = operations
        self._gate = gate
        self._preparation = preparation
        self._bulk = bulk
        self._reports = reports
        self._showing = showing
        self._clock = clock
        self._choices = Choices(operations, clock)
        self._last_person = LastPerson(operations, clock)

    async def said(
        self,
        invocation: Invocation,
        actor: Actor,
        where: ConversationRef,
        chosen: Candidate = AS_TYPED,
        *,
        pressed: bool = False,
        line: Asking | None = None,
    ) -> Reply:
        """Carries a command out as far as it goes without a click.

        Args:
            chosen: what was picked on a card.
            pressed: by a button, so rights are read anew.
            line: where it was typed, and may take longer than a turn.

        Raises:
            Refusal: it may not be said, or cannot be done; the text says why.
            DirectoryError: Graph cannot say.
        """
        invocation = self._preparation.with_number(invocation)
        who, dossier = invocation.who, None
        standing = await self._gate.standing(actor, fresh=pressed or invocation.command.acts, since=line.began if line else None)
        self._preparation.permit(invocation.command, standing, where)
        last = await self._last_person.whom(who.text, actor, where) if who and who.last and not chosen.person_id else ""
        try:
            if who is None:
                reply = await self._run(invocation, actor, standing, where, None, chosen.picked)
            else:
                found = await self._preparation.find(invocation, standing, chosen.person_id or last)
                if len(found.people) == 1 and not found.doubt:
                    dossier = await self._preparation.dossier(invocation, standing, found.people[0])
                    reply = await self._run_or_ask(invocation, actor, standing, where, dossier, chosen.picked)
                else:
                    reply = await self._choices.offer_people(invocation, actor, where, found.people, found.doubt)
        except (Refusal, DirectoryError) as error:
            if who:
                await self._last_person.doubtful(actor, where, dossier.person.id if dossier else last)
            if isinstance(error, Refusal) and not error.begun:
                await self._help_on(error, invocation, actor, standing, where, dossier)
            raise
        late_since = line.late_since if line else None
        if late_since:  # whoever typed it may have lost their rights by now
            self._preparation.permit(invocation.command, await self._gate.standing(actor), where)
        await self._last_person.showed(reply, invocation, dossier, actor, where, late_since)
        return reply

    async def meant(self, meant: Meant, actor: Actor, where: ConversationRef) -> Reply:
        """The people whom a line may be about that is no command, and nearly somebody's name.

        Raises:
            UsageError: nobody is; the sentence says what was probably meant, and whoever may say it gets a button for it.
        """
        if not meant.line:
            raise meant
        invocation = parse(meant.line)
        offered = Meant(meant.text, meant.hint, line=meant.line)
        try:
            standing = await self._gate.standing(actor)
            self._preparation.permit(invocation.command, standing, where)
            if meant.if_known:
                found = await self._preparation.find(invocation, standing)
                if found.doubt:
                    reply = await self._choices.offer_people(invocation, actor, where, found.people, found.doubt)
                    await self._last_person.showed(reply, invocation, None, actor, where)
                    return reply
                offered = Meant(*did_you_mean(meant.line), line=meant.line)
        except (Refusal, DirectoryError):  # then it is as good as anything else that nobody understands
            complaint = UsageError(meant.text, meant.hint)
            await self.offer(complaint, actor, where)
            raise complaint from None
        offered.offers = ((await self._choices.offer_line(meant.line, actor, meant.person_id), say("Yes, I meant that")),)
        if offered.hint == did_you_mean("")[1]:  # nobody has to type what a button says
            offered.hint = say("I have done nothing yet.")
        raise offered

    async def edited(self, message: IncomingMessage) -> Refusal:
        """The no to an edited message, with a button that says it for whoever may."""
        refusal = Refusal(
            say("I do not act on edited messages, so that what was agreed on stays as it was written."),
            say("Type the command again as a new message."),
            code="edited",
        )
        with suppress(Refusal, DirectoryError):
            command = parse(message.text, message.mentions).command
            self._preparation.permit(command, await self._gate.standing(message.actor), message.where)
            if not (message.mentions or message.quoting or message.names_people):
                refusal.offers = ((await self._choices.offer_line(message.text, message.actor), say("Say it anew")),)
        return refusal

    async def takes_longer(self, line: Asking) -> None:
        """The answer to what was typed is not there in time: meanwhile "her" is nobody, unless it is about her."""
        line.late_since = self._clock()
        who = line.invocation.who if line.invocation else None
        if not line.invocation or (who and not who.last):
            await self._last_person.is_looked_up(line.message.actor, line.message.where, line.late_since)

    async def picked(self, action: CardAction) -> Reply:
        """One of several was picked; raises as `said`, and `Incomplete` where a form is to be filled in."""
        async with self._choices.picked(action) as (text, candidate):
            if candidate.picked == TO_FILL_IN and (begins := form_of(text, candidate.person_id)):
                raise Incomplete("", "", begins)
            return await self.said(parse(text), action.actor, action.where, candidate, pressed=True)

    async def _run_or_ask(
        self, invocation: Invocation, actor: Actor, standing: Standing, where: ConversationRef, dossier: Dossier, picked: str
    ) -> Reply:
        """Words that policy wants are filled in on a card, so that nobody types the line again."""
        try:
            return await self._run(invocation, actor, standing, where, dossier, picked)
        except Forbidden as error:
            if error.wants and invocation.command.takes_reason:
                return await self._choices.ask_words(invocation, actor, where, dossier.person, picked, error)
            raise

    async def _help_on(
        self, error: Refusal, invocation: Invocation, actor: Actor, standing: Standing, where: ConversationRef, dossier: Dossier | None
    ) -> None:
        """What a refusal tells to type has a button; what was said wrong can be put right on the form, with the rest filled in."""
        words, whom = (invocation.ticket, invocation.reason), dossier.person.id if dossier else ""
        error.offers = await self._choices.offers(error, invocation.text, actor, whom, words, self._may(standing, where))
        wrong = kind_of_refusal(error.code) is Refused.CHECK or error.code == "no_such_person"
        if not error.offers and wrong and (begins := typed_in(invocation)):
            error.begun = about(begins, whom)

    async def offer(self, told: Refusal, actor: Actor, where: ConversationRef) -> None:
        """A button for each line that a refusal tells its reader to say, where it has none yet."""
        if told.offers or not (told.line or any(lines_in(told.hint))):
            return
        with suppress(Refusal, DirectoryError, StoreUnavailable):
            standing = await self._gate.standing(actor)
            told.offers = await self._choices.offers(told, "", actor, "", ("", ""), self._may(standing, where))

    def _may(self, standing: Standing, where: ConversationRef) -> Callable[[Command], bool]:
        """Whether a command is to be offered to somebody here: to nobody who has no business with Doorman."""
        staff = self._gate.permit(standing, Audience.STAFF).allowed
        return lambda command: staff and self._gate.permit(standing, command.audience, where).allowed

    async def _run(
        self,
        invocation: Invocation,
        actor: Actor,
        standing: Standing,
        where: ConversationRef,
        dossier: Dossier | None,
        picked: str = "",
    ) -> Reply:
        result = await self._preparation.run(invocation, actor, standing, where, dossier, picked)
        if isinstance(result, Proposal):
            return await self._proposed(result, invocation, as_known(actor, standing), where)
        if isinstance(result, Several):
            assert dossier is not None, "methods are somebody's"
            return await self._choices.offer_methods(invocation, actor, where, dossier.person, result)
        if isinstance(result, WhatHappened):
            assert dossier is not None, "it happened to somebody"
            return await self._choices.ask_what_happened(invocation, actor, where, dossier.person)
        reply = await self._done_for(result, actor, standing, where) if isinstance(result, Steer | ReportAsked | Rehearse) else result
        if isinstance(reply, Remark):
            about_whom = dossier.person.id if dossier else ""
            offers = await self._choices.offers(reply, invocation.text, actor, about_whom, ("", ""), self._may(standing, where))
            reply = replace(reply, offers=offers)
        if isinstance(reply, History) and reply.newer:
            whose = dossier.person.id if dossier else ""
            reply = replace(reply, older=await self._choices.offer_line(invocation.text, actor, whose, str(reply.newer)))
        if isinstance(reply, OperationShown):
            reply = await self._showing.of(reply.operation, own=reply.own, onlooker=reply.onlooker)
        await self._operations.record(
            AuditEvent(
                Tag.CHAT_COMMAND_ASKED,
                self._clock(),
                actor.id,
                actor.name,
                target_id=dossier.person.id if dossier else "",
                facts={"command": invocation.command.name, "conversation": where.conversation_id}
                | ({"target_upn": dossier.person.upn} if dossier else {}),
            )
        )
        return reply

    async def _done_for(self, errand: Steer | ReportAsked | Rehearse, actor: Actor, standing: Standing, where: ConversationRef) -> Reply:
        """What a command leaves to others."""
        match errand:
            case Steer(verb=verb, job_id=job_id):
                return await self._bulk.steer(verb, job_id, actor, standing, where)
            case ReportAsked(about=about):
                return await self._reports.typed(about, actor, where)
            case Rehearse(person=person):
                return policy_tested(person, await rehearse(self._gate, self._preparation, errand, where))

    async def _proposed(self, proposal: Proposal, invocation: Invocation, known: Actor, where: ConversationRef) -> OperationShown:
        operation = await propose(
            self._operations,
            proposal,
            command=invocation.command.name,
            requester=known,
            where=where,
            now=self._clock(),
            ticket=invocation.ticket,
            reason=invocation.reason,
        )
        return replace(await self._showing.of(operation), ending=await self._in_full(proposal.plan.ending, known))

    async def _in_full(self, ending: Ending | None, known: Actor) -> Ending | None:
        """What ends, on the first such card of the agent's own day. Without the database nobody knows which is the first."""
        if ending is None:
            return None
        today = self._clock().astimezone(zone_called(known.zone) or UTC).date()
        with suppress(StoreUnavailable):
            if await self._operations.retirement_told(known.id, today):
                return ending
        return None
