"""What a notice says, in Teams as in a mail: what happened, when, by whom, and what to do when it was not wanted. Pure.

Never a number in full, a code, or a link that signs in; and always that nobody will ask for a code because of it (R20 of the rules).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.change_values import Switch
from bot.domain.difference import difference_text
from bot.domain.notice_rules import Way
from bot.domain.notices import Notice, Recipient, written
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.said import join, said_at, say


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice in sentences.

    Attributes:
        subject: without a name or a number: it shows on locked screens, and in the lists of mail programs.
        happened: what happened.
        changes: one line each; none for whoever they are no business of.
        wanted: what to do about it.
        never: what we never ask.
    """

    subject: str
    happened: str
    changes: tuple[str, ...]
    wanted: tuple[str, ...]
    never: str


#: https://learn.microsoft.com/entra/verified-id/helpdesk-with-verified-id: whoever attacks next pretends to be the helpdesk.
NEVER = say(
    "We never ask for a code, a password or an approval, not on the telephone either, and nobody will ring you because of this message."
)


def notice_text(notice: Notice, operation: Operation, contact: str, link: str = "") -> NoticeText:
    """What this notice says.

    Args:
        contact: how the helpdesk is reached, as `HELPDESK_CONTACT` says; empty for nothing.
        link: the page that stops everything; empty where there is none.
    """
    at, by = operation.finished_at or operation.created_at, first_name(operation)
    person = operation.target.name
    asked = say("They did not?") if notice.recipient is Recipient.MANAGER else say("You did not ask for this?")
    unwanted = _when_not_wanted(asked, notice, contact, link)
    match notice.recipient:
        case Recipient.PERSON:
            return NoticeText(
                say("Your sign-in was changed"),
                say("{by} of the helpdesk changed how you sign in, at {at} ({id}):", by=by, at=at, id=operation.id),
                tuple(difference_text(change) for change in written(operation) if not (change.follows and change.after is Switch.OFF)),
                (say("You asked for this? Then there is nothing to do."), *unwanted),
                NEVER,
            )
        case Recipient.OLD_ADDRESS:
            return NoticeText(
                say("This address no longer resets your password"),
                say(
                    "{by} of the helpdesk replaced this email address at {at} ({id}): it is no longer the one with which you reset the "
                    "password of your account.",
                    by=by,
                    at=at,
                    id=operation.id,
                ),
                (),
                (say("You asked for this? Then there is nothing to do."), *unwanted),
                NEVER,
            )
        case Recipient.MANAGER:
            return NoticeText(
                say("How somebody in your team signs in was changed"),
                say("The helpdesk changed how {person} signs in ({id}, {by}, at {at}).", person=person, id=operation.id, by=by, at=at),
                (),
                (
                    say("Ask {person} whether they asked for this, in person or at a number that you know.", person=person),
                    *unwanted,
                ),
                NEVER,
            )


def _when_not_wanted(asked: str, notice: Notice, contact: str, link: str) -> tuple[str, ...]:
    """What to do then; a link stands on a line of its own, where nothing that follows it is taken for a part of it."""
    if notice.way is Way.TEAMS:
        button = say("Stop it") if notice.recipient is Recipient.MANAGER else say("This was not me")
        press = say("Press “{button}” at once: the account is frozen, every session ends and the helpdesk is told.", button=button)
        return (join(" ", (asked, press)),)
    if link:
        page = say("Open this page and press the button on it, and the account is frozen at once:")
        return join(" ", (asked, page)), link, ring_helpdesk(contact)
    return (join(" ", (asked, ring_helpdesk(contact))),)


def stopped(notice: Notice) -> str:
    """What happened because somebody pressed."""
    at = said_at(notice.pressed_at or notice.at)
    if notice.recipient is Recipient.MANAGER:
        return say("Stopped at {at}: the account was frozen, its sessions end, and the helpdesk was told.", at=at)
    return say("Stopped at {at}: your account was frozen, every session ends, and the helpdesk was told. You have to sign in again.", at=at)


def ring_helpdesk(contact: str) -> str:
    """How to reach the helpdesk."""
    if contact:
        return say("Ring the helpdesk: {contact}.", contact=contact)
    return say("Ring the helpdesk, at the number that you know.")


def first_name(operation: Operation) -> str:
    """Who did it, by the first name alone: the rest is no business of whoever reads a stolen mailbox."""
    return mask_text(operation.requester.name.strip().split(" ")[0][:40]) or say("somebody")
