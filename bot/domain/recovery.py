"""Getting a person back in: what happened, what has to be done about it now, and what only once something new is registered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.change import Change, ChangeKind, value_in_words
from bot.domain.methods import SYNCED, Dossier, Family, Method, PhoneType
from bot.domain.reset import method_in_words, removal
from bot.domain.said import join, say

#: When it is looked whether something new was registered, counted from the end of the operation or the beginning of the pass.
LOOKS = (timedelta(hours=1), timedelta(hours=24))

#: Apps of which Entra knows the device.
_APPS = frozenset({Family.AUTHENTICATOR, Family.PASSWORDLESS})
#: Numbers that could ring in the lost phone, in the order in which they go.
_NUMBERS = (PhoneType.ALTERNATE_MOBILE, PhoneType.MOBILE)
#: In the name or model of a passkey: it is kept on a phone.
_PHONES = ("authenticator", "phone", "android", "icloud", "google", "samsung", "pixel", "galaxy")

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
    def in_words(self) -> str:
        """As people say it."""
        return _IN_WORDS[self]

    @property
    def proposes(self) -> str:
        """What is proposed then, in a sentence."""
        return _PROPOSES[self]


_IN_WORDS = {
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
class Found:
    """What somebody could sign in with when a phone was reported lost: so that every card can say what stays.

    Attributes:
        name: for a list that everybody may read.
        phone, method: which one, as a change names it; `SESSIONS` for the sessions.
        device: what Entra calls the device it is on; empty where one device is registered, or none is named.
        on_it: it could be on the lost phone, so that its removal was proposed.
    """

    name: str
    phone: PhoneType | None = None
    method: str = ""
    device: str = ""
    on_it: bool = False


#: Stands for the sessions where a method has its id.
SESSIONS = "sessions"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an operation has to remember of it.

    Attributes:
        language: the person's own, as Entra has it ("nl-NL"); empty when it has none.
        ticked: which of the changes are proposed; the others are for the requester to add when confirming.
        known: ids of the strong methods the person had when it was asked for; any other one is new.
        later: what is removed once something new is registered.
        followed: it is looked whether something new was registered.
        found: all that was registered when a phone was reported lost; empty in every other situation.
    """

    situation: Situation
    language: str = ""
    ticked: tuple[bool, ...] = ()
    known: tuple[str, ...] = ()
    later: tuple[Change, ...] = ()
    followed: bool = True
    found: tuple[Found, ...] = ()

    @property
    def devices(self) -> tuple[str, ...]:
        """Which devices could be the lost one, where there are several: its requester has to say which."""
        return tuple(dict.fromkeys(found.device for found in self.found if found.device))

    def device(self, change: Change) -> str:
        """The device a change is about; empty where nobody has to say which one is gone."""
        return next((found.device for found in self.found if _is_about(change, found)), "")

    def stays(self, changes: Iterable[Change]) -> tuple[Found, ...]:
        """What these changes leave."""
        gone = tuple(changes)
        return tuple(found for found in self.found if not any(_is_about(change, found) for change in gone))


def _is_about(change: Change, found: Found) -> bool:
    """Whether the change takes it away; a new pass takes the place of the one there is."""
    if change.kind is ChangeKind.SIGN_OUT:
        return found.method == SESSIONS
    return (change.phone, change.method) == (found.phone, found.method)


def recovery(situation: Situation, dossier: Dossier, new_pass: Change) -> tuple[tuple[Change, ...], Recovery]:
    """What to do for somebody, from what their account has.

    Args:
        new_pass: the pass as the tenant's policy lets it be.

    Returns:
        The changes in the order in which they are made, the pass last; and what to remember.
    """
    lost = situation is Situation.LOST
    later = tuple(removal(method) for method in _on_a_phone(dossier)) if situation is Situation.NEW_PHONE else ()
    changes = (*(_lost(dossier) if lost else ()), new_pass)
    followed = situation is not Situation.LEFT_AT_HOME
    found = _found(dossier) if lost else ()
    return changes, Recovery(situation, dossier.person.language, (True,) * len(changes), strong(dossier), later, followed, found)


def _lost(dossier: Dossier) -> Iterable[Change]:
    """Whatever the finder of the phone could use. Graph wants the alternate mobile gone before the mobile."""
    for method in _could_be_on_it(dossier):
        yield removal(method)
    for kind in _NUMBERS:
        if phone := dossier.phones.get(kind):
            yield Change(ChangeKind.REMOVE_PHONE, kind, phone.number, None)
    yield Change(ChangeKind.SIGN_OUT, None, dossier.person.sessions_from, None)


def _found(dossier: Dossier) -> tuple[Found, ...]:
    on_it = {method.id for method in _could_be_on_it(dossier)}
    devices = _devices(dossier)
    methods = (Found(_name(each), None, each.id, _device(each, devices), each.id in on_it) for each in dossier.others)
    phones = (Found(kind.noun, kind, on_it=kind in _NUMBERS) for kind in dossier.phones)
    return (*methods, *phones, Found(say("the sessions that are open"), None, SESSIONS, on_it=True))


def _devices(dossier: Dossier) -> tuple[str, ...]:
    """What Entra calls the devices with an Authenticator; none when there is but one, which then is the lost one.

    Two of one name cannot be told apart, so they count as one.
    """
    names = [method.name for method in dossier.others if method.family in _APPS and method.name]
    devices = tuple({name.casefold(): name for name in reversed(names)}.values())
    return devices if len(devices) > 1 else ()


def _device(method: Method, devices: Iterable[str]) -> str:
    """The device that a method names: an Authenticator by its name alone, a passkey somewhere in its own."""
    said = method.name.casefold()
    if method.family in _APPS:
        return next((device for device in devices if device.casefold() == said), "")
    if method.family is not Family.PASSKEY or not _in_an_app(method):
        return ""
    return max((device for device in devices if device.casefold() in said), key=len, default="")


def _name(method: Method) -> str:
    """With its date, which tells it from another of its kind."""
    plain = method.family in (None, Family.EMAIL) or method.active is False
    return method_in_words(method) if plain else join(" ", (method.kind, method.facts))


def _could_be_on_it(dossier: Dossier) -> list[Method]:
    """What is on a phone, and what nobody can tell is not. The likely default, which goes after the others, comes last."""
    passkeys = [method for method in dossier.others if method.family is Family.PASSKEY and not _on_a_key(method)]
    external = [method for method in dossier.others if method.family is Family.EXTERNAL]  # another provider's app, as a rule
    return [*passkeys, *external, *(method for method in _on_a_phone(dossier) if method.family is not Family.PASSKEY)]


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
    """A passkey in Microsoft Authenticator."""
    return "authenticator" in " ".join((method.name, *method.details)).casefold()


def _on_a_key(method: Method) -> bool:
    """A passkey that surely is on no phone: bound to a thing whose model is known, and is none of a phone's."""
    said = " ".join((method.name, *method.details)).casefold()
    return any(detail != SYNCED for detail in method.details) and SYNCED not in method.details and not any(word in said for word in _PHONES)


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
    return join("; ", (say("{label} ({before})", label=change.label, before=value_in_words(change.before or "")) for change in changes))
