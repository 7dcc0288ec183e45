"""Where an answer goes: decided once, by what is answered and how it was asked. Pure; `carrier` brings it there."""

from __future__ import annotations

from enum import Enum, auto

from bot.domain.conversations import ConversationRef
from bot.domain.forms import FormShown
from bot.domain.incoming import CardAction, Verb
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import ApprovalShown, FileOffered, Pending, PersonShown, Reply
from bot.domain.verbs import VERBS, Place, Thing

#: What a press carries out as if it had been typed: what comes of it is for everybody who reads along.
_COMMANDS = frozenset({Thing.COMMAND, Thing.FORM})


class Spot(Enum):
    """Where an answer goes. A press with Action.Execute is answered as well: with what is told, or the presser's own view of the card."""

    BELOW = auto()  # a new message
    INSTEAD = auto()  # in place of the pressed card for everybody; below where there is none of ours to replace
    VIEW = auto()  # what the presser sees now, and nobody else
    VIEW_INSTEAD = auto()  # the same, and the chat keeps it where there is such a card
    TOLD = auto()  # a sentence for the presser, which no card shows
    TOLD_AND_WRITTEN = auto()  # and a message in the presser's own chat, since what is told has no buttons
    OWN_CHAT = auto()  # a message in the own chat of whoever acted
    OFFERED_IN_OWN_CHAT = auto()  # a file, which Teams takes in a personal chat alone; the remark of that is the answer
    NO_FILES = auto()  # the answer is a sentence on where to ask for it
    NOWHERE = auto()  # everybody's card is brought up to date by the announcement


def placement(reply: Reply, where: ConversationRef, action: CardAction | None = None) -> Spot:
    """Where the answer goes.

    Args:
        where: it was asked.
        action: the press that is answered; None for what was typed.
    """
    personal = where.kind == "personal"
    if isinstance(reply, FileOffered) and not personal:
        # What is about a job is somebody's to see; the template anybody can ask for in a chat of their own.
        return Spot.OFFERED_IN_OWN_CHAT if reply.id else Spot.NO_FILES
    if action is None:
        return Spot.BELOW
    if isinstance(reply, Remark) and reply.instead:
        return Spot.INSTEAD
    if isinstance(reply, Remark) and not _is_for_a_card(action, reply):
        if not action.universal:  # Action.Submit has no answer of its own
            return Spot.OWN_CHAT
        return Spot.TOLD_AND_WRITTEN if reply.has_buttons else Spot.TOLD
    place = VERBS[action.verb].place
    if action.universal:
        if isinstance(reply, Pending) or (isinstance(reply, PersonShown) and place is Place.VIEW):
            return Spot.VIEW_INSTEAD  # the view is the card as it is now, and the chat keeps what its messages say
        if place is Place.VIEW or _comes_back(action, reply):
            return Spot.VIEW
    else:
        if _comes_back(action, reply) and not personal:
            return Spot.OWN_CHAT  # what was filled in is not for everybody
        if isinstance(reply, ApprovalShown) and not reply.opened:
            return Spot.NOWHERE
    return Spot.BELOW if place in (Place.BELOW, Place.FILE) else Spot.INSTEAD


def _is_for_a_card(action: CardAction, remark: Remark) -> bool:
    """Whether a remark is more than a sentence for the presser: it has facts, or is what a command came to."""
    return bool(remark.facts) or (not _COMMANDS.isdisjoint(VERBS[action.verb].names) and came_to_something(remark))


def _comes_back(action: CardAction, reply: Reply) -> bool:
    """Whether it is the form that was filled in, with what is wrong."""
    return isinstance(reply, FormShown) and reply.problem is not None and action.verb is Verb.FILL


def came_to_something(reply: Reply) -> bool:
    """Whether a command was opened or carried out, and not refused."""
    if isinstance(reply, FormShown):
        return reply.problem is None
    return not isinstance(reply, Remark) or reply.tone in (Tone.DONE, Tone.INFO)


def says_no(reply: Reply) -> bool:
    """Whether a line is refused, which whoever reads along need not know: in a sentence, or on the form of what was wrong in it."""
    if isinstance(reply, FormShown):
        return reply.problem is not None
    return isinstance(reply, Remark) and (reply.tone is Tone.REFUSED or bool(reply.offers))
