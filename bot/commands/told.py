"""What a sentence of ours tells its reader to type: the lines between its backticks, so that a button can say each.

Only what a template of ours marks so counts, never what somebody's words bring along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.commands import COMMANDS
from bot.commands.forms import fields
from bot.commands.parser import parse
from bot.commands.spec import Command
from bot.domain.said import Said
from bot.errors import UsageError

_TYPED = re.compile(r"`([^`]+)`")
#: From here on its reader would have to go on: a form asks for that.
_TO_FILL_IN = re.compile(r"\s*(?:…|<).*")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Opening:
    """A line that a button can say.

    Attributes:
        asks: it opens the form of the command: more has to be said, or it acts without a card to confirm.
    """

    command: Command
    line: str
    asks: bool


def lines_in(text: str) -> Iterator[str]:
    """Each line that a sentence gives, as far as it does; one that is all a part of it is an example, or how something is said."""
    if not isinstance(text, Said):
        return
    for typed in _TYPED.findall(text.template):
        told = [str(text.parts[name]) for name in _PLACE.findall(typed)]
        if _PLACE.sub("", typed).strip() and not any(mark in part for part in told for mark in '"`'):
            yield _TO_FILL_IN.sub("", _PLACE.sub(lambda place: str(text.parts[place[1]]), typed))
    for part in text.parts.values():
        if isinstance(part, Said):
            yield from lines_in(part)


def opening_of(line: str) -> Opening | None:
    """What saying a line comes to; None where it is no command, the beginning of several, or acts and has no form."""
    try:
        command, whole = parse(line).command, True
    except UsageError as error:
        if error.begun is None or len(error.begun.commands) != 1:
            return None
        command, whole = next(one for one in COMMANDS if one.name == error.begun.commands[0]), False
    asks = not whole or command.acts
    return Opening(command, line, asks) if fields(command) or not asks else None
