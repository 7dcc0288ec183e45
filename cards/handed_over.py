"""The card on which a manager reveals what was made for somebody in their team. It never carries a code: the answer to the press does."""

from __future__ import annotations

from bot.domain.incoming import Verb
from bot.domain.life import State
from bot.domain.notice_words import ring_helpdesk
from bot.domain.operation import Operation
from bot.domain.replies import HandedOver
from bot.domain.said import join, say
from cards.buttons import button
from cards.changes import listed
from cards.elements import Element, band, box, card, facts, heading, line, moment, run
from cards.wording import approved_by, badge_of, expires, identity, private, title

_SUBJECT = say("Somebody in your team needs you to get back in")


def render(shown: HandedOver) -> tuple[Element, str]:
    """The card and its summary, which names nobody."""
    operation = private(shown.operation)
    badge, ready = badge_of(operation), operation.state is State.READY
    word = say("The helpdesk asks you to hand something over") if ready else badge.word
    body: list[Element] = [
        band(badge.icon, word, badge.style, operation.id),
        heading(title(operation)),
        *identity(operation.target, name=False),
        *(line(run(each, limit=500), spacing="Medium") for each in _told(operation, shown.contact)),
        box(listed(operation), style="emphasis", spacing="Medium"),
        *facts(
            (
                (say("Requested by"), operation.requester.name or say("somebody without a name")),
                (say("Approved by"), approved_by(operation)),
            )
        ),
    ]
    if ready:
        body.append(moment(expires(operation, shown.now), spacing="Medium"))
    if operation.finished_at:
        body.append(moment(say("Finished at {at}", at=operation.finished_at), spacing="Medium"))
    actions = [button(say("Reveal"), Verb.REVEAL, operation.id, style="positive")] if ready else []
    return card(body, fallback=_SUBJECT, actions=actions), _SUBJECT


def _told(operation: Operation, contact: str) -> tuple[str, ...]:
    """What to do, or what became of it."""
    name = operation.target.name
    if not operation.state.finished:
        ring = say("{name} did not ask for it, or you cannot be sure? Do not press Reveal.", name=name)
        return (
            say("Speak to {name} yourself first, face to face or at a number that you know.", name=name),
            say("Then press Reveal: you alone see what is made, once, and give it to {name} and to nobody else.", name=name),
            join(" ", (ring, ring_helpdesk(contact))),
            say("The helpdesk never asks you for it, and neither does anybody else."),
        )
    if operation.revealed_at:
        return (operation.outcome, say("Not seen? Ask {name} of the helpdesk for a new one.", name=operation.requester.name))
    return (operation.outcome or say("It has ended, and there is nothing for you to do."),)
