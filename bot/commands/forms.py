"""A command as a form: its fields are computed from the declaration, and what they are filled in with is read as a typed line is.

Typing and filling in are the same from here on: the inputs become the command's line, and the parser reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.commands import COMMANDS
from bot.commands.grammar.arguments import LAST, AnyLine, Number, Somebody
from bot.commands.grammar.cleaning import normalise
from bot.commands.grammar.kinds import Choice, Optional, Part, Word
from bot.commands.grammar.tokens import tokens_of
from bot.commands.help import Subject
from bot.commands.parser import MAX_ADDRESS, MAX_REASON, parse
from bot.commands.spec import Command, Invocation
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, Mention
from bot.domain.forms import Field, FieldKind
from bot.domain.incoming import PICKED
from bot.domain.said import Said, say
from bot.errors import UsageError

#: Characters of any input, the longest being another command's line.
MAX_INPUT = 500
#: What a switch that is on says: https://adaptivecards.io/explorer/Input.Toggle.html
ON = "true"

_ACCOUNT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TICKET = Field("ticket", say("Ticket (optional)"), FieldKind.WORDS, required=False, limit=MAX_ADDRESS)
_REASON = Field("reason", say("Reason (optional)"), FieldKind.WORDS, required=False, limit=MAX_REASON)


def fields(command: Command) -> tuple[Field, ...]:
    """What the form of a command asks for, in order; empty when there is nothing to ask."""
    return (*_fields(command.pattern, required=True), *((_TICKET, _REASON) if command.takes_reason else ()))


def inputs() -> frozenset[str]:
    """The name of every input that some form has."""
    found = [field for command in COMMANDS for field in fields(command)]
    return frozenset(field.name for field in found) | {field.name + PICKED for field in found if field.kind is FieldKind.PERSON}


def is_account(picked: str) -> bool:
    """Whether this looks like the object id of an account, as a people picker gives it."""
    return bool(_ACCOUNT.fullmatch(picked))


def fill(command: Command, given: Mapping[str, str]) -> Invocation:
    """The command as if it had been typed.

    Args:
        given: the inputs by name, written by anybody; what is no field of this command is left alone.

    Raises:
        UsageError: something is missing or cannot be read; the sentence says what.
    """
    given = {name: value.strip() for name, value in given.items()}
    mentions: list[Mention] = []
    words = [*_said(command, command.pattern, given, mentions)]
    if command.takes_reason:
        words += [word for field in ("ticket", "reason") if given.get(field) for word in (_TAIL[field], given[field])]
    return parse(" ".join(words), mentions, (command,))


_TAIL = {"ticket": "ticket", "reason": "because"}


def _fields(parts: Sequence[Part], *, required: bool) -> Iterator[Field]:
    for part in parts:
        match part:
            case Optional():
                yield from _fields(part.parts, required=False)
            case Choice(name=name, options=options) if name:
                words = tuple(Said(word.text, {}) for word, _ in options)
                if len(words) == 1 and not required:
                    yield Field(name, Said(words[0][0].upper() + words[0][1:], {}), FieldKind.SWITCH, required)
                else:
                    yield Field(name, _label(part, required), FieldKind.CHOICE, required, words)
            case Word() | Choice() | Subject():
                pass
            case Somebody(name=name):
                yield Field(name, _label(part, required), FieldKind.PERSON, required)
            case Number(name=name):
                yield Field(name, _label(part, required), FieldKind.NUMBER, required, limit=64)
            case _:
                yield Field(_name(part), _label(part, required), FieldKind.WORDS, required, limit=MAX_INPUT)


def _label(part: Part, required: bool) -> str:
    label = "The command" if isinstance(part, AnyLine) else str(part.label)
    label = label.removeprefix("The ").replace("`", "").partition(" (")[0]
    named = Said(label[0].upper() + label[1:], {})  # as in the declaration, from which a test collects it
    return named if required else say("{label} (optional)", label=named)


def _name(part: Part) -> str:
    return str(getattr(part, "name"))  # noqa: B009 - every part that takes something has one, words have none


def _said(command: Command, parts: Sequence[Part], given: Mapping[str, str], mentions: list[Mention]) -> Iterator[str]:
    """What would have been typed for each part."""
    for part in parts:
        match part:
            case Word():
                yield part.text
            case Choice(name="", options=options):
                yield options[0][0].text
            case Optional():
                if any(given.get(field.name) or given.get(field.name + PICKED) for field in _chosen(part, given)):
                    yield from _said(command, part.parts, given, mentions)
            case Choice(name=name, options=options):
                words = [word.text for word, _ in options]
                value = words[0] if len(words) == 1 else given.get(name, "")
                if value not in words:
                    missing = say("{label} is missing.", label=part.label)
                    raise UsageError(part.wrong(_short(value)) if value else missing, _example(command), missing=not value)
                yield value
            case Somebody():
                yield _somebody(command, part, given, mentions)
            case _:
                yield _words(command, part, given)


def _chosen(part: Optional, given: Mapping[str, str]) -> list[Field]:
    """The fields of the part but for switches that are off."""
    found = _fields(part.parts, required=False)
    return [field for field in found if field.kind is not FieldKind.SWITCH or given.get(field.name) == ON]


def _somebody(command: Command, part: Somebody, given: Mapping[str, str], mentions: list[Mention]) -> str:
    picked, typed = given.get(part.name + PICKED, ""), given.get(part.name, "").replace('"', "").lstrip("@").strip()
    if picked and typed:
        raise UsageError(say("You picked a person and typed one too."), say("Leave one of the two empty, so that I know who is meant."))
    if picked and not is_account(picked):
        raise UsageError(say("I cannot tell which account you picked."), say("Type the name or the address of the person instead."))
    if picked:
        mentions.append(Mention("the person picked", picked.lower()))
        return f"{MENTION_OPEN}{len(mentions) - 1}{MENTION_CLOSE}"
    if not typed:
        missing = say("{label} is missing.", label=part.label)
        raise UsageError(missing, say("Pick somebody from the list, or type the name or the address."), missing=True)
    return typed if typed.lower() in LAST else f'"{typed}"'


def _words(command: Command, part: Part, given: Mapping[str, str]) -> str:
    """What was filled in for a part, once it is read as this part and nothing else."""
    value = given.get(_name(part), "")
    if not value:
        raise UsageError(say("{label} is missing.", label=part.label), _example(command), missing=True)
    tokens = tokens_of(normalise(value))
    if not command.nested and not any(found.end == len(tokens) for found in part.match(tokens, 0, near=False)):
        raise UsageError(part.wrong(_short(value)), _example(command))
    return value


def _example(command: Command) -> str:
    return say("Typed, it would look like this: `{example}`.", example=command.example)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
