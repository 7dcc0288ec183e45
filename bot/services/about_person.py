"""What is pressed about a person: a suspicious call, taking back what was given, the way to something stronger."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.commands.parser import parse
from bot.domain.candidates import Candidate
from bot.domain.incoming import CardAction, Verb
from bot.domain.operation import Operation
from bot.domain.people import Person, Standing
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import PersonShown, Reply
from bot.domain.said import say
from bot.errors import DirectoryError, Refusal
from bot.ports import Clock, Directory, Operations, Stops
from bot.services.commands import CommandDesk
from bot.services.gate import as_known
from bot.services.review import Reviewer
from bot.services.suspect import suspect
from bot.services.take_back import take_back, to_take_back
from bot.services.view import Views, unknown

#: What the button of a `show` card says for whoever presses it.
STRONGER_PATH = "pass for"
#: What of a turn the card may take once the person is frozen.
SHOW_SECONDS = 3.0


class AboutPerson:
    """Takes presses about a person, on the card of an operation or on one that carries the reference to them."""

    def __init__(
        self,
        operations: Operations,
        stops: Stops,
        directory: Directory,
        reviewer: Reviewer,
        commands: CommandDesk,
        views: Views,
        clock: Clock,
    ) -> None:
        self._operations = operations
        self._stops = stops
        self._directory = directory
        self._reviewer = reviewer
        self._commands = commands
        self._views = views
        self._clock = clock

    async def press(self, action: CardAction, operation: Operation | None) -> Reply:
        """Freezes the person, or offers a stronger way in.

        Raises:
            Refusal: nobody is meant by the card any more, or it cannot be done.
        """
        target = operation.target if operation else await self._stops.referred(action.id)
        if target is None:
            raise unknown(action.verb)
        if action.verb is Verb.STRONGER:  # the same as if the presser had typed it about this very account
            line = parse(f'{STRONGER_PATH} "{target.upn}"')
            return await self._commands.said(line, action.actor, action.where, Candidate(target.id), pressed=True)
        given = await to_take_back(self._operations, target.id, operation, self._clock)
        told = await suspect(self._operations, self._stops, action, target, operation, self._clock, take_back=given)
        if not isinstance(told, Remark):
            return await self._views.after(action, told)
        return told if operation else await self._shown(action, target, told)

    async def _shown(self, action: CardAction, target: Person, told: Remark) -> Reply:
        """The `show` card as it is now, with the alert on top; the alert alone where the person cannot be read in time."""
        try:
            async with asyncio.timeout(SHOW_SECONDS):
                line = parse(f'show "{target.upn}"')
                shown = await self._commands.said(line, action.actor, action.where, Candidate(target.id), pressed=True)
        except (Refusal, DirectoryError, TimeoutError):
            return told
        return replace(shown, alert=told) if isinstance(shown, PersonShown) else told

    async def take_back(self, action: CardAction, operation: Operation, standing: Standing) -> Remark:
        """Has everything removed that an operation gave.

        Args:
            standing: the presser's, read now.

        Raises:
            Refusal, DirectoryError: as `take_back`.
        """
        known = replace(action, actor=as_known(action.actor, standing))
        made = await take_back(self._operations, self._directory, self._reviewer, known, standing, operation, self._clock)
        name, given = operation.target.name, operation.id
        text = say("I am taking back what {given} gave {name}, as {id}. The result follows here.", given=given, name=name, id=made.id)
        return Remark(text, tone=Tone.DONE)
