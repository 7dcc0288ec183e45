"""How a bulk job is begun, for whoever typed `bulk` without a file."""

from __future__ import annotations

from bot.domain.incoming import Verb
from bot.domain.replies import BulkExplained
from bot.domain.said import say
from cards.buttons import button
from cards.elements import (
    Element,
    card,
    heading,
    line,
    run,
)
from cards.wording import bullets

#: The template belongs to no job; a button has to name something.
NO_JOB = "template"


def render(explained: BulkExplained) -> tuple[Element, str]:
    """The card and its summary."""
    told = (
        say("Columns, in any order: user, mobile, alternate mobile, office, sms sign-in, action."),
        say("A country counts for the numbers of its row, a name is compared. Whatever else there is I name, and ask where it may matter."),
        say("user is a user principal name, an address or an object id. An empty cell leaves things as they are."),
        say("action is set (as by default), add, update or remove; then whatever stands in a phone's cell means: this one."),
        say("You see what each row would do before you confirm, and the first rows run before the rest."),
        say("Only look, with “bulk dry run” as the message. A reason or ticket goes with it: “bulk because … ticket …”."),
    )
    body = [heading(say("Change many people from a file")), line(run(explained.text)), *bullets(told)]
    actions = [button(say("Template as a file"), Verb.TEMPLATE, NO_JOB)] if explained.template else []
    return card(body, fallback=explained.text, actions=actions), explained.text
