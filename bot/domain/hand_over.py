"""Handing over: what is seen once is revealed by the person's manager, and not by whoever asked for it. Pure.

A manager is an ordinary employee, who needs no right here. That they are the manager is what the directory says, when it is asked for and
once more at their press.
"""

from __future__ import annotations

from bot.domain.change import ChangeKind
from bot.domain.people import Person
from bot.domain.policy import ALLOWED, Decision, Reason
from bot.domain.said import join, say

#: What makes something that is seen once, or comes to it.
SEEN_ONCE = frozenset({ChangeKind.CREATE_PASS, ChangeKind.RECOVER, ChangeKind.RESET_PASSWORD})

_POLICY = say("Policy has this revealed by the manager and not by whoever asks.")
_INSTEAD = say("Have the present manager entered in Entra ID, then ask again.")


def may_receive(manager: Person | None, target: Person, requester_id: str, agreed: frozenset[str] = frozenset()) -> Decision:
    """Whether what is made for somebody can be handed to this manager of theirs.

    Args:
        manager: as the directory has them now; None when it names none.
        agreed: object ids of those who have agreed.
    """
    if manager is None:
        return _no(Reason.NO_MANAGER, say("Entra ID names no manager of {name}.", name=target.name), _INSTEAD)
    name, theirs = manager.name, manager.id.lower()
    if theirs == target.id.lower():
        return _no(Reason.NO_MANAGER, say("Entra ID names {name} as their own manager.", name=target.name), _INSTEAD)
    if not manager.enabled:
        said = say("The account of {manager}, the manager of {name}, is disabled.", manager=name, name=target.name)
        return _no(Reason.NO_MANAGER, said, _INSTEAD)
    if manager.guest:
        return _no(Reason.NO_MANAGER, say("{manager}, the manager of {name}, is a guest.", manager=name, name=target.name), _INSTEAD)
    if theirs == requester_id.lower():
        said = say("The manager of {name} is whoever asks: {manager}.", name=target.name, manager=name)
        return _no(Reason.OWN_REQUEST, said, say("Have a colleague ask for it."))
    if theirs in {one.lower() for one in agreed}:
        said = say("The manager of {name}, {manager}, has agreed to it.", name=target.name, manager=name)
        return _no(Reason.REVEALS_IT, said, say("Ask again, and have somebody else agree."))
    return ALLOWED


def _no(reason: Reason, said: str, instead: str) -> Decision:
    return Decision(False, reason, join(" ", (_POLICY, said)), instead)


def how_it_is_seen(manager: Person | None) -> str:
    """Who will see what is made, in a note for whoever asks.

    Args:
        manager: who reveals it; None for whoever asks.
    """
    if manager is None:
        return say("It is made when you press Reveal, in your personal chat with me. You alone see it, once, and it is kept nowhere.")
    name = manager.name
    return say("It is made when {name}, the manager, presses Reveal in a chat of their own with me. They alone see it, once.", name=name)


def the_manager(manager: Person | None) -> str:
    """Who reveals it instead of the requester, for a list of facts; empty for nobody."""
    return say("{name} ({upn}), the manager, alone", name=manager.name, upn=manager.upn) if manager else ""
