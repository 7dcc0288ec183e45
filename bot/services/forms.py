"""Forms: a command opened on a card, kept until whoever opened it has filled it in, once.

The store keeps a form beside the choices: whose it is, which command, and for an hour.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace

from bot.commands import COMMANDS, forms
from bot.commands.help import HELP, listed
from bot.commands.parser import parse
from bot.commands.spec import Command
from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.forms import Field, FieldKind, FormShown
from bot.domain.incoming import PICKED, CardAction
from bot.domain.next_steps import GIVEN, NEXT_STEPS, UNFREEZE
from bot.domain.people import Actor, Person
from bot.domain.policy import Audience
from bot.domain.remarks import Remark
from bot.domain.replies import HELP_WITH, Help, Reply
from bot.domain.said import say
from bot.errors import Begun, DirectoryError, Refusal
from bot.ports import Clock, Directory, Operations, Stops
from bot.services.asked import by_command
from bot.services.commands import CommandDesk
from bot.services.gate import Gate
from bot.services.refuse import refuse_press
from bot.services.require import require
from bot.services.view import unknown

#: Numbers and addresses of people.
_PRIVATE = frozenset(("number", "address"))


class Forms:
    """Opens forms and takes them back."""

    def __init__(self, operations: Operations, directory: Directory, gate: Gate, commands: CommandDesk, stops: Stops, clock: Clock) -> None:
        self._operations = operations
        self._directory = directory
        self._gate = gate
        self._commands = commands
        self._stops = stops
        self._clock = clock

    async def ask(self, begun: Begun, actor: Actor, where: ConversationRef, problem: Remark | None = None) -> Reply:
        """A form for what was begun; where several commands begin so, a card with a button for each.

        Args:
            problem: what was wrong with it.

        Raises:
            Forbidden: none of them may be said.
        """
        standing = await self._gate.standing(actor)
        meant = [command for command in COMMANDS if command.name in begun.commands]
        allowed = [command for command in meant if self._gate.permit(standing, command.audience, where).allowed]
        if not allowed:
            require(self._gate.permit(standing, meant[0].audience, where))
        if len(allowed) > 1:
            return Help(say("Which of these do you mean?"), commands=tuple(map(listed, allowed)), spelt=True)
        form = await self._open(allowed[0], actor, where, begun.typed)
        return replace(form, problem=problem, typed=True)

    async def pressed(self, action: CardAction) -> Reply:
        """A button of the help card: the command itself when it asks for nothing, otherwise its form; or help with something.

        Raises:
            Refusal: there is no such command, or it may not be said.
        """
        if action.id.startswith(HELP_WITH):
            return await self._commands.said(parse(action.id.replace("-", " "), commands=(HELP,)), action.actor, action.where, pressed=True)
        command = _named(action.id)
        if command is None:
            raise Refusal(say("I do not know this command any more."), say("Type `help` for a new card."), code="unknown_card")
        if not forms.fields(command):
            return await self._commands.said(forms.fill(command, {}), action.actor, action.where, pressed=True)
        standing = await self._gate.standing(action.actor, fresh=True)
        require(self._gate.permit(standing, command.audience, action.where))
        return await self._open(command, action.actor, action.where, {})

    async def next(self, action: CardAction) -> Reply:
        """A command about the person of a card: carried out as if it had been typed, or its form where more has to be said.

        Raises:
            Refusal: nobody is meant by the card any more, or it cannot be asked for.
            DirectoryError: Graph cannot say whether it can.
        """
        command = _named(action.kind) if action.kind in (*NEXT_STEPS, UNFREEZE) else None
        standing = await self._gate.standing(action.actor, fresh=True)  # before anything is said of whom there is
        require(self._gate.permit(standing, command.audience if command else Audience.HELPDESK, action.where))
        target = await self._stops.referred(action.id)
        if command is None or target is None:
            raise unknown(action.verb)
        asked = forms.fields(command)
        given = {**GIVEN.get(command.name, {}), **{field.name + PICKED: target.id for field in asked if field.kind is FieldKind.PERSON}}
        if not command.acts and all(not field.required or {field.name, field.name + PICKED} & given.keys() for field in asked):
            return await self._commands.said(forms.fill(command, given), action.actor, action.where, pressed=True)
        return await self._open(command, action.actor, action.where, given, target)

    async def filled(self, action: CardAction) -> Reply:
        """A form filled in: carried out and spent; what came to nothing comes back with what was filled in, and why.

        Raises:
            Refusal: the form is somebody else's, or spent, or too old.
        """
        command = await self._take(action)
        try:
            return await self._commands.said(forms.fill(command, action.inputs), action.actor, action.where, pressed=True)
        except Exception as error:  # also those nobody foresaw: what was filled in should not be lost with them
            problem = await refuse_press(self._operations, self._clock, action, error, by_command(command))
            return await self._again(command, action, problem)

    async def _open(
        self, command: Command, actor: Actor, where: ConversationRef, typed: Mapping[str, str], known: Person | None = None
    ) -> FormShown:
        """A form with what was said; `known` is whoever is picked in it, where that need not be read."""
        facts = {"command": command.name, "conversation": where.conversation_id}
        await self._operations.record(AuditEvent(Tag.CHAT_FORM_OPENED, self._clock(), actor.id, actor.name, facts=facts))
        form_id = await self._operations.remember_form(actor.id, command.name, self._clock())
        shown = _shown(form_id, command, actor, where, typed, private=where.kind == "personal")
        if known is None:
            return await self._named(shown)
        return replace(shown, fields=tuple(replace(field, picked_name=known.name) if field.picked else field for field in shown.fields))

    async def _take(self, action: CardAction) -> Command:
        command = _named(await self._operations.take_form(action.id, action.actor.id, self._clock()))
        if command is None:
            raise Refusal(
                say("This form is not yours, or was filled in already, or has expired."),
                say("Type the first word of the command for a new one, or `help`."),
                code="unknown_form",
            )
        return command

    async def _again(self, command: Command, action: CardAction, problem: Remark) -> FormShown:
        await self._operations.remember_form(action.actor.id, command.name, self._clock(), action.id)
        shown = await self._named(_shown(action.id, command, action.actor, action.where, action.inputs))
        return replace(shown, problem=problem)

    async def _named(self, shown: FormShown) -> FormShown:
        return replace(shown, fields=tuple([await self._with_name(field) for field in shown.fields]))

    async def _with_name(self, field: Field) -> Field:
        """A picker shows the name of whoever is picked; of an account that cannot be read now, nothing."""
        if field.picked and forms.is_account(field.picked):
            with contextlib.suppress(DirectoryError):
                return replace(field, picked_name=(await self._directory.person(field.picked)).name)
        return replace(field, picked="")


def _named(name: str) -> Command | None:
    """The command of this name."""
    return next((command for command in COMMANDS if command.name == name), None)


def _shown(
    form_id: str, command: Command, actor: Actor, where: ConversationRef, given: Mapping[str, str], *, private: bool = True
) -> FormShown:
    """Args:
    private: nobody but whoever fills it in sees what it holds.
    """
    filled = tuple(_filled(field, given, private=private) for field in forms.fields(command))
    return FormShown(form_id, command.title, command.summary, command.syntax, command.example, filled, only_for=where.for_one(actor.name))


def _filled(field: Field, given: Mapping[str, str], *, private: bool) -> Field:
    """A field as its form begins; what is nobody else's to read stays empty where others read along."""
    value = given.get(field.name, "")
    if (field.kind is FieldKind.CHOICE and value not in field.options) or (field.name in _PRIVATE and not private):
        value = ""
    if field.kind is FieldKind.SWITCH and value != "false":
        value = value and forms.ON
    return replace(field, value=value, picked=given.get(field.name + PICKED, "") if field.kind is FieldKind.PERSON else "")
