"""SMS sign-in as a side effect: whoever sets a mobile number may make it a sign-in name without saying so.

There is no flag against it: if the tenant's SMS policy lets somebody sign in so, creating or changing the mobile phone switches it on.
https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.methods import Dossier, PhoneType, SmsSignIn
from bot.domain.plan import Plan
from bot.domain.said import say, say_count

_SWITCHED_ON = say("Entra ID makes a new mobile number a sign-in name by itself: a texted code then replaces the password.")
_SWITCHED_OFF = say(
    "Entra ID switches SMS sign-in on for a new mobile number by itself. The policy does not let it stay: I switch it off again."
)


def switches_on(changes: Iterable[Change], dossier: Dossier) -> bool:
    """Whether SMS sign-in will be on after these changes, was off before, and nobody asked for it.

    Where the tenant's policy could not be read it is expected.
    """
    changes = tuple(changes)
    mobile = dossier.phones.get(PhoneType.MOBILE)
    if not any(_is_mobile_number(change) for change in changes) or any(change.kind is ChangeKind.SMS_SIGN_IN for change in changes):
        return False
    if dossier.person.guest or (mobile and mobile.sms_sign_in is SmsSignIn.READY):
        return False
    if dossier.sms_terms is not None:
        return dossier.sms_terms.cover(dossier.groups)
    return mobile is None or mobile.sms_sign_in is not SmsSignIn.NOT_ALLOWED_BY_POLICY


def with_sign_in(plan: Plan, dossier: Dossier, *, on: bool) -> Plan:
    """The plan with SMS sign-in as it is going to be, right after the number."""
    note = _SWITCHED_ON if on else _SWITCHED_OFF
    return replace(plan, changes=followed(plan.changes, dossier, on=on), details=(*plan.details, note))


def followed(changes: Iterable[Change], dossier: Dossier, *, on: bool) -> tuple[Change, ...]:
    """The changes of `with_sign_in`."""
    before = Switch.OFF if PhoneType.MOBILE in dossier.phones else None
    follower = Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, before, Switch.of(on), follows=True)
    return tuple(each for change in changes for each in ((change, follower) if _is_mobile_number(change) else (change,)))


def file_notes(follow: Mapping[Switch, int], asked_on: int) -> tuple[str, ...]:
    """The same about the rows of a file, for its requester and its approvers.

    Args:
        follow: in how many rows it ends on, and in how many it is switched off again.
        asked_on: in how many rows it is switched on because the file says so.
    """
    on, off = follow.get(Switch.ON, 0), follow.get(Switch.OFF, 0)
    switched_on = say_count(
        on,
        "SMS sign-in goes from off to on for {count} person: with a new mobile number, a texted code replaces the password.",
        "SMS sign-in goes from off to on for {count} people: with a new mobile number, a texted code replaces the password.",
    )
    switched_off = say_count(
        off,
        "SMS sign-in stays off for {count} person: Entra ID switches it on with the number, I switch it off again.",
        "SMS sign-in stays off for {count} people: Entra ID switches it on with the number, I switch it off again.",
    )
    wanted = say_count(
        asked_on,
        "For {count} person the mobile number becomes a sign-in name: a texted code replaces the password.",
        "For {count} people the mobile number becomes a sign-in name: a texted code replaces the password.",
    )
    return tuple(note for count, note in ((on, switched_on), (off, switched_off), (asked_on, wanted)) if count)


def asked_for(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes without what only follows from them."""
    return tuple(change for change in changes if not change.follows)


def _is_mobile_number(change: Change) -> bool:
    return change.kind is ChangeKind.SET_PHONE and change.phone is PhoneType.MOBILE
