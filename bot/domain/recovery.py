"""Getting a person back in: what happened, what has to be done about it now, and what only once something new is registered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.change import REMOVALS, Change, ChangeKind
from bot.domain.methods import Dossier, Family, Method, PhoneType

#: When it is looked whether something new was registered, counted from the end of the operation.
LOOKS = (timedelta(hours=1), timedelta(hours=24))

#: What lets a person sign in without a password or a text message: https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
STRONG = frozenset({Family.AUTHENTICATOR, Family.PASSKEY, Family.WINDOWS_HELLO, Family.PLATFORM_CREDENTIAL})
#: What lives on a phone, so that whoever has the phone has it.
_ON_A_PHONE = frozenset({Family.AUTHENTICATOR, Family.CODES})


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


_SPOKEN = {
    Situation.LOST: "lost or stolen phone",
    Situation.NEW_PHONE: "new phone",
    Situation.FIRST_DAY: "first day",
    Situation.LEFT_AT_HOME: "phone left at home",
}


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an operation has to remember to follow a person up.

    Attributes:
        language: the person's own, as Entra has it ("nl-NL"); empty when it has none.
        known: ids of the strong methods the person had when it was asked for; any other one is new.
        later: what is removed once something new is registered.
    """

    situation: Situation
    language: str = ""
    known: tuple[str, ...] = ()
    later: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is proposed.

    Attributes:
        changes: in the order in which they will be made; a pass last, because it is made when somebody asks to see it.
        ticked: which of them are proposed; the others are for the agent to add.
        later: what is removed once something new is registered.
    """

    changes: tuple[Change, ...]
    ticked: tuple[bool, ...]
    later: tuple[Change, ...] = ()


def bundle(situation: Situation, dossier: Dossier, new_pass: Change) -> Bundle:
    """What to do for somebody, from what their account has.

    Args:
        new_pass: the pass as the tenant's policy lets it be.
    """
    if situation is Situation.LOST:
        changes, ticked = _lost(dossier)
        return Bundle((*changes, new_pass), (*ticked, True))
    later = tuple(removal(method) for method in _on_a_phone(dossier)) if situation is Situation.NEW_PHONE else ()
    return Bundle((new_pass,), (True,), later)


def _lost(dossier: Dossier) -> tuple[tuple[Change, ...], tuple[bool, ...]]:
    """Whatever the finder of the phone could use. With several devices nobody but the caller knows which one is gone."""
    methods = _on_a_phone(dossier)
    one_device = len({method.name for method in methods if method.family is Family.AUTHENTICATOR}) <= 1
    found = [(removal(method), one_device and method.family is Family.AUTHENTICATOR) for method in methods]
    if mobile := dossier.phones.get(PhoneType.MOBILE):
        found.append((Change(ChangeKind.REMOVE_PHONE, PhoneType.MOBILE, mobile.number, None), True))
    found.append((Change(ChangeKind.SIGN_OUT, None, dossier.person.sessions_from, None), True))
    return tuple(change for change, _ in found), tuple(tick for _, tick in found)


def _on_a_phone(dossier: Dossier) -> Iterable[Method]:
    """Authenticator apps first, then passkeys kept in one, then codes; a key one can touch is no phone."""
    methods = [method for method in dossier.others if method.id]
    return [
        *(method for method in methods if method.family in _ON_A_PHONE and method.family is Family.AUTHENTICATOR),
        *(method for method in methods if method.family is Family.PASSKEY and "authenticator" in method.label.casefold()),
        *(method for method in methods if method.family is Family.CODES),
    ]


def removal(method: Method) -> Change:
    """The change that removes a method of a known family."""
    assert method.family is not None, "what we do not know is never touched"
    return Change(REMOVALS[method.family], None, method.label, None, method.id)


def strong(dossier: Dossier) -> tuple[str, ...]:
    """Ids of the methods that are worth having."""
    return tuple(method.id for method in dossier.others if method.family in STRONG and method.id)


def registered_since(recovery: Recovery, dossier: Dossier) -> tuple[Method, ...]:
    """The strong methods that were not there when the recovery was asked for."""
    return tuple(method for method in dossier.others if method.family in STRONG and method.id and method.id not in recovery.known)
