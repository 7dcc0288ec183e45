"""Taking back what an operation gave: whoever called may not be the person, so what they were given goes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.life import Fate, State, fates
from bot.domain.methods import Dossier, Family, PhoneType, SmsSignIn
from bot.domain.operation import Operation
from bot.domain.phone import digits
from bot.domain.plan import Plan
from bot.domain.recovery import unused_passes
from bot.domain.reset import removal
from bot.domain.said import say

#: A call that seems suspicious is remembered for so long; what was given before that is no longer the caller's.
OFFERED_FOR = timedelta(hours=24)
#: What gives somebody a way in; a new password too, which nobody can take back, but the sessions that began with it end.
_GIVES = frozenset({ChangeKind.SET_PHONE, ChangeKind.SET_EMAIL, ChangeKind.CREATE_PASS, ChangeKind.RESET_PASSWORD})
#: Something was written, or may have been.
_WRITTEN = frozenset({State.QUEUED, State.RUNNING, State.REVEALING, State.SUCCEEDED, State.PARTIAL})

_SESSIONS = say("Every session ends. A password that was given stays: block the account if the caller may know it.")


def can_be_taken_back(operation: Operation, now: datetime) -> bool:
    """Whether the operation gave something, lately enough."""
    ended = operation.finished_at or operation.created_at
    gives = any(change.kind in _GIVES or change.after is Switch.ON for change in _done(operation))
    return operation.bulk is None and operation.state in _WRITTEN and gives and now < ended + OFFERED_FOR


def plan_take_back(operation: Operation, dossier: Dossier) -> Plan:
    """What is still there of what the operation gave goes, with any pass, and every session ends.

    Args:
        dossier: the person as they are now; what somebody has changed since is no longer what the operation gave.
    """
    changes = (
        *unused_passes(dossier),
        *_given(_done(operation), dossier),
        Change(ChangeKind.SIGN_OUT, None, dossier.person.sessions_from, None),
    )
    return Plan(dossier.person, changes, details=(_SESSIONS,), takes_back=operation.id)


def _done(operation: Operation) -> tuple[Change, ...]:
    """The changes without those that were so already: the person had that from somebody else."""
    results = [result.fate for result in operation.results]
    over = fates(operation.changes, results, ended=operation.finished_at is not None, sent=bool(operation.request_ids))
    return tuple(change for change, fate in zip(operation.changes, over, strict=True) if fate is not Fate.ALREADY)


def _given(changes: Iterable[Change], dossier: Dossier) -> Iterable[Change]:
    """Addresses, numbers and SMS sign-in. The mobile last: Graph wants the others gone first."""
    email = next((method for method in dossier.others if method.family is Family.EMAIL), None)
    numbers = {change.phone: change.after or "" for change in changes if change.kind is ChangeKind.SET_PHONE}
    if email and any(change.kind is ChangeKind.SET_EMAIL and _same(change.after, email.name) for change in changes):
        yield removal(email)
    given = {kind for kind, phone in dossier.phones.items() if digits(phone.number) == digits(numbers.get(kind, ""))}
    if PhoneType.MOBILE in given:
        # Entra ID does not delete a mobile while there is an alternate: kept, it would keep the caller's number too.
        given |= dossier.phones.keys() & {PhoneType.ALTERNATE_MOBILE}
    for kind in (PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE, PhoneType.MOBILE):
        phone = dossier.phones.get(kind)
        if phone and kind in given:
            if phone.sms_sign_in is SmsSignIn.READY:  # first, because it goes off also where the number has to stay: the default may not go
                yield Change(ChangeKind.SMS_SIGN_IN, kind, Switch.ON, Switch.OFF)
            yield Change(ChangeKind.REMOVE_PHONE, kind, phone.number, None)
        elif phone and phone.sms_sign_in is SmsSignIn.READY and any(change.after is Switch.ON for change in changes):
            yield Change(ChangeKind.SMS_SIGN_IN, kind, Switch.ON, Switch.OFF)


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()
