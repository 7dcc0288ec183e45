"""A card whose id means nothing here."""

from __future__ import annotations

from bot.domain.incoming import Verb
from bot.domain.said import say
from bot.errors import Refusal


def unknown(verb: Verb) -> Refusal:
    """The same words whether the id names nothing or something that the verb is not for."""
    match verb:
        case Verb.SUSPECT:
            hint = say("Type freeze and the person's name instead.")
        case Verb.STRONGER:
            hint = say("Type show and the person's name for a new one.")
        case _:
            hint = say("Type the command again for a new one.")
    return Refusal(say("I do not know this card any more."), hint, code="unknown_card")
