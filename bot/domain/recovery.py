"""Getting a person back in: what happened, what has to be done about it now, and what only once something new is registered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier, Family, Method, PhoneType
from bot.domain.reset import removal
from bot.domain.said import join, say

#: When it is looked whether something new was registered, counted from the end of the operation or the beginning of the pass.
LOOKS = (timedelta(hours=1), timedelta(hours=24))

#: What is worth having: nobody can talk somebody out of it over the phone as easily as out of a texted code.
#: https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
STRONG = frozenset({Family.AUTHENTICATOR, Family.PASSWORDLESS, Family.PASSKEY, Family.WINDOWS_HELLO, Family.PLATFORM_CREDENTIAL})


class Situation(StrEnum):
    """What happened. A stored word: never rename one."""

    LOST = "lost"
    NEW_PHONE = "new_phone"
    FIRST_DAY = "first_day"
    LEFT_AT_HOME = "left_at_home"

    @property
    def spoken(self) -> str:
        """As people say it."""
        return _SPOKEN[self]

    @property
    def proposes(self) -> str:
        """What is proposed then, in a sentence."""
        return _PROPOSES[self]


_SPOKEN = {
    Situation.LOST: say("lost or stolen phone"),
    Situation.NEW_PHONE: say("new phone"),
    Situation.FIRST_DAY: say("first day"),
    Situation.LEFT_AT_HOME: say("phone left at home"),
}
_PROPOSES = {
    Situation.LOST: say("Its methods and its number go, every session ends, and the person gets a pass."),
    Situation.NEW_PHONE: say("A pass now; what is on the old phone goes once something new is registered."),
    Situation.FIRST_DAY: say("A pass, from a time on if you name one."),
    Situation.LEFT_AT_HOME: say("A short pass for one sign-in; nothing is removed."),
}


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an operation has to remember of it.

    Attributes:
        language: the person's own, as Entra has it ("nl-NL"); empty when it has none.
        ticked: which of the changes are proposed; the others are for the requester to add when confirming.
        known: ids of the strong methods the person had when it was asked for; any other one is new.
        later: what is removed once something new is registered.
        followed: it is looked whether something new was registered.
    """

    situation: Situation
    language: str = ""
    ticked: tuple[bool, ...] = ()
    known: tuple[str, ...] = ()
    later: tuple[Change, ...] = ()
    followed: bool = True


def recovery(situation: Situation, dossier: Dossier, new_pass: Change) -> tuple[tuple[Change, ...], Recovery]:
    """What to do for somebody, from what their account has.

    Args:
        new_pass: the pass as the tenant's policy lets it be.

    Returns:
        The changes in the order in which they are made, the pass last; and what to remember.
    """
    lost = [*_lost(dossier)] if situation is Situation.LOST else []
    later = tuple(removal(method) for method in _on_a_phone(dossier)) if situation is Situation.NEW_PHONE else ()
    changes = (*(change for change, _ in lost), new_pass)
    ticked = (*(tick for _, tick in lost), True)
    followed = situation is not Situation.LEFT_AT_HOME
    return changes, Recovery(situation, dossier.person.language, ticked, strong(dossier), later, followed)


def _lost(dossier: Dossier) -> Iterable[tuple[Change, bool]]:
    """Whatever the finder of the phone could use. With several devices nobody but the caller knows which one is gone."""
    methods = _on_a_phone(dossier)
    one_device = len([method for method in methods if method.family is Family.AUTHENTICATOR]) <= 1
    for method in methods:
        yield removal(method), one_device and method.family is not Family.CODES
    if mobile := dossier.phones.get(PhoneType.MOBILE):
        yield Change(ChangeKind.REMOVE_PHONE, PhoneType.MOBILE, mobile.number, None), True
    yield Change(ChangeKind.SIGN_OUT, None, dossier.person.sessions_from, None), True


def _on_a_phone(dossier: Dossier) -> list[Method]:
    """Passkeys in an authenticator app first, then codes, the app itself last: it is the likely default, which goes after the others."""
    passkeys = [method for method in dossier.others if method.family is Family.PASSKEY and _in_an_app(method)]
    others = [
        method
        for family in (Family.CODES, Family.PASSWORDLESS, Family.AUTHENTICATOR)
        for method in dossier.others
        if method.family is family
    ]
    return [*passkeys, *others]


def _in_an_app(method: Method) -> bool:
    """A passkey on a phone, and not a key that one can touch."""
    return "authenticator" in " ".join((method.name, *method.details)).casefold()


def strong(dossier: Dossier) -> tuple[str, ...]:
    """Ids of the methods that are worth having."""
    return tuple(method.id for method in dossier.others if method.family in STRONG and method.id)


def registered_since(case: Recovery, dossier: Dossier) -> tuple[Method, ...]:
    """The strong methods that were not there when the recovery was asked for."""
    return tuple(method for method in dossier.others if method.family in STRONG and method.id and method.id not in case.known)


def unused_passes(dossier: Dossier) -> tuple[Change, ...]:
    """The removal of whatever pass there is."""
    return tuple(removal(method) for method in dossier.others if method.family is Family.PASS and method.id)


def named(changes: Iterable[Change]) -> str:
    """What is removed, by what it is and what tells it from others of its kind: a pass has nothing but its date."""
    return join("; ", (say("{label} ({before})", label=change.label, before=change.before or "") for change in changes))
