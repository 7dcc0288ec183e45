"""Steps 2 to 8: the doors for what is typed, pressed and allowed, and who takes each verb."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.commands.grammar.cleaning import normalise
from bot.commands.parser import parse
from bot.domain.incoming import CardAction, FileConsent, FileKind, IncomingMessage, Verb
from bot.domain.people import Actor
from bot.domain.policy import Audience
from bot.domain.refused import kind_of_refusal
from bot.domain.remarks import Refused
from bot.domain.replies import Reply
from bot.domain.said import say
from bot.domain.stop import GO, Stop
from bot.domain.verbs import VERBS, Declared, Thing
from bot.errors import Incomplete, Meant, Refusal, UsageError
from bot.services.asking import Asking
from bot.services.bulk.desk import BulkDesk
from bot.services.commands import CommandDesk
from bot.services.forms import Forms
from bot.services.gate import Gate
from bot.services.operations import OperationDesk
from bot.services.report import ReportDesk
from bot.services.require import require
from bot.services.turns import Turns

#: A turn has to answer before Teams gives up (10 to 15 s) and sends the same activity again: a press with what it came to, what is typed
#: perhaps with a word that it takes longer (`services.asking`).
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
TURN_SECONDS = 9.0
#: What of it the database may take before anything else begins.
TAKING_IN_SECONDS = 4.0

_SPENT = frozenset({Thing.CHOICE, Thing.FORM})

Takes = Callable[[CardAction], Awaitable[Reply]]


def _pressed_twice(action: CardAction, error: Refusal) -> bool:
    """Whether it may only be that: what the first press came to stands there, and no message is worth sending for the second."""
    return not _SPENT.isdisjoint(VERBS[action.verb].names) or kind_of_refusal(error.code) is Refused.NOTHING_TO_DO


class Dispatch:
    """Turns what people type and press into replies."""

    def __init__(
        self,
        turns: Turns,
        gate: Gate,
        commands: CommandDesk,
        forms: Forms,
        operations: OperationDesk,
        bulk: BulkDesk,
        reports: ReportDesk,
    ) -> None:
        self._turns = turns
        self._gate = gate
        self._commands = commands
        self._forms = forms
        self._operations = operations
        self._bulk = bulk
        self._reports = reports
        self._takers: Mapping[Verb, Takes] = {verb: self._taker(verb, declared) for verb, declared in VERBS.items()}

    def _taker(self, verb: Verb, declared: Declared) -> Takes:
        """By what the id of a press names: people and operations are the usual case."""
        if declared.of_jobs:
            return self._bulk.press
        if verb is Verb.NEXT:
            return self._forms.next
        if verb is Verb.CHOOSE:
            return self._chosen
        takers: Mapping[Thing, Takes] = {
            Thing.REPORT: self._reports.press,
            Thing.COMMAND: self._forms.pressed,
            Thing.FORM: self._forms.filled,
        }
        return next((takes for thing, takes in takers.items() if thing in declared.names), self._operations.press)

    async def stop(self, actor: Actor) -> Stop:
        """What an answer to somebody has to speak of. Who raised the level or paused, and why, is for those who work here alone."""
        return await self._turns.stop() if self.is_staff(actor) else GO

    def is_staff(self, actor: Actor) -> bool:
        """See `Gate.is_staff`."""
        return self._gate.is_staff(actor)

    async def message(self, message: IncomingMessage) -> Reply | Asking | None:
        """Answers something typed; None when this delivery was answered before.

        Returns:
            What is still being asked, where Entra ID is too slow for a turn; then its answer is to be waited for beside the turn.
        """
        try:
            async with asyncio.timeout(TAKING_IN_SECONDS):
                self._gate.admit(message.actor)
                if not await self._turns.is_new(message.key):
                    return None
        except Exception as error:
            return await self._turns.refused(message, error)
        if message.files:  # a file has to come within the turn
            return await Asking(message, self._answer, self._turns, TURN_SECONDS).reply()
        line = Asking(message, self._answer, self._turns)
        if reply := await line.in_time():
            return reply
        await self._commands.takes_longer(line)
        return line

    async def action(self, action: CardAction) -> Reply:
        """Answers a press; a Remark is for the presser alone."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                self._gate.admit(action.actor)
                require(self._gate.identify(action.actor, guest_or_bot=action.guest_or_bot))
                declared = VERBS[action.verb]
                # A notice or a proof is pressed by whoever may see nothing else, and twice is once.
                if not await self._turns.is_new(action.key) and declared.names.isdisjoint((Thing.NOTICE, Thing.PROOF)):
                    return await self._operations.seen_again(action)
                return await (self._press_once if declared.makes_anew else self._takers[action.verb])(action)
        except Exception as error:  # and those of a press
            if isinstance(error, Refusal) and not _pressed_twice(action, error):
                await self._commands.offer(error, action.actor, action.where)
            return await self._turns.refused(action, error)

    async def file(self, consent: FileConsent) -> Reply | None:
        """Answers Allow or Decline under an offered file; None when there is nothing to say. Takes as long as the file does."""
        try:
            self._gate.admit(consent.actor)
            require(self._gate.identify(consent.actor, guest_or_bot=consent.guest_or_bot))
            if not await self._turns.is_new(consent.key) or not consent.accepted:
                return None
            async with self._turns.pressed_once(consent) as first:
                desk = self._reports if consent.kind is FileKind.LIST else self._bulk
                return await desk.consented(consent) if first else None
        except Exception as error:  # and those of a file
            return await self._turns.refused(consent, error)

    async def _press_once(self, action: CardAction) -> Reply:
        async with self._turns.pressed_once(action) as first:
            return await (self._takers[action.verb] if first else self._operations.seen_again)(action)

    async def _answer(self, line: Asking) -> Reply:
        message = line.message
        require(self._gate.identify(message.actor, guest_or_bot=message.guest_or_bot))
        if message.edited:
            raise await self._commands.edited(message)
        if message.names_people:  # Teams is asked about them, and not for anybody's sake
            require(self._gate.permit(await self._gate.standing(message.actor), Audience.STAFF))
        if message.read:
            line.message = message = await message.read()
        if message.files:
            return await self._bulk.file(message)
        if message.quoting and not normalise(message.text):
            raise Refusal(
                say("You quoted or forwarded a message and wrote nothing of your own, so I did nothing."),
                say("What is quoted is not for me: type the command yourself."),
                code="only_quoted",
            )
        try:
            line.invocation = parse(message.text, message.mentions)
        except UsageError as error:
            if not await self._works_here(message.actor):  # they need the helpdesk, and not its grammar
                return await self._commands.said(parse("help"), message.actor, message.where, line=line)
            if isinstance(error, Meant):
                return await self._commands.meant(error, message.actor, message.where)
            if error.begun is None:
                await self._commands.offer(error, message.actor, message.where)
            return await self._put_right(message, error)
        try:
            return await self._commands.said(line.invocation, message.actor, message.where, line=line)
        except Refusal as error:
            return await self._put_right(message, error)

    async def _works_here(self, actor: Actor) -> bool:
        """Whether somebody has rights with us, as far as was looked at within the last minute."""
        if not self._gate.expects(actor):
            await self._gate.standing(actor)
        return self._gate.expects(actor)

    async def _chosen(self, action: CardAction) -> Reply:
        """One of several was picked, or what was offered instead."""
        try:
            return await self._commands.picked(action)
        except Refusal as error:
            return await self._put_right(action, error)

    async def _put_right(self, asked: IncomingMessage | CardAction, error: Refusal) -> Reply:
        """The form on which what was wrong or is missing can be filled in; raises the refusal where there is none."""
        if error.begun is None:
            raise error
        problem = None if isinstance(error, Incomplete) else await self._turns.refused(asked, error)
        return await self._forms.ask(error.begun, asked.actor, asked.where, problem)
