"""What somebody asked for, as far as the sentence for a failure has to fit it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.grammar.arguments import Somebody
from bot.commands.parser import parse
from bot.commands.spec import Command
from bot.domain.incoming import CardAction, IncomingMessage, Verb
from bot.domain.verbs import VERBS, Thing
from bot.errors import Refusal

#: What is pressed to see or to open something: no change hangs on it yet.
_LOOKS = frozenset(
    {
        Verb.REFRESH, Verb.VIEW, Verb.CHOOSE, Verb.OPEN, Verb.FILL, Verb.STRONGER, Verb.PREVIEW, Verb.RESULT, Verb.TEMPLATE, Verb.LIST,
        Verb.READ_AGAIN,
    }
)  # fmt: skip
_PEOPLE = frozenset({Thing.OPERATION, Thing.PERSON})


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked.

    Attributes:
        changes: something would be different afterwards, so that it is worth saying that nothing is.
        person: it is about one person, who can be looked up again.
    """

    changes: bool = True
    person: bool = True


CHANGE = Asked()
LOOK = Asked(changes=False, person=False)


def by_command(command: Command) -> Asked:
    """What saying this command asks for."""
    return Asked(bool(command.changes) or command.acts, any(isinstance(part, Somebody) for part in command.pattern))


def by_message(message: IncomingMessage) -> Asked:
    """What was typed asks for; a file always asks for changes, and what is not understood for nothing."""
    if message.files:
        return Asked(person=False)
    try:
        return by_command(parse(message.text, message.mentions).command)
    except Refusal:
        return LOOK


def by_press(action: CardAction) -> Asked:
    """What a press asks for."""
    return Asked(action.verb not in _LOOKS, not _PEOPLE.isdisjoint(VERBS[action.verb].names))
