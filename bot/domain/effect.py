"""Whether a change is in effect, and whether what it is about is still as its card showed it: read from the account, kind by kind.

What is not `untouched` any more is stale, and nothing of it is written. `services.approve` and `services.reveal` ask before a press counts,
`services.steps` before every write; how that ends is said in `services.ending`.
"""

from __future__ import annotations

from bot.domain.change import KINDS, Change, ChangeKind, Value
from bot.domain.change_values import NameAndDay, Switch, TokenState
from bot.domain.methods import Dossier, Family, SmsSignIn
from bot.domain.phone import digits
from bot.domain.sign_in import MfaState


def in_effect(change: Change, dossier: Dossier) -> bool:
    """Whether the account is as the change wants it."""
    match change.kind:
        case ChangeKind.BLOCK | ChangeKind.UNBLOCK:
            return dossier.person.enabled == (change.kind is ChangeKind.UNBLOCK)
        case ChangeKind.REQUIRE_MFA:
            # Entra makes "enabled" of somebody who has registered a method "enforced" by itself.
            wanted = {change.after, MfaState.ENFORCED} if change.after is MfaState.ENABLED else {change.after}
            return dossier.mfa_state in wanted
        case ChangeKind.CREATE_PASS | ChangeKind.RESET_PASSWORD:
            return False  # once-only: nothing that could be read proves that somebody saw the code
        case ChangeKind.SIGN_OUT:
            return False  # of which sessions it was the end, only the execution can tell: `services.steps`
        case _:
            return not unclear(change, dossier) and _is(change, dossier, change.after)


def unclear(change: Change, dossier: Dossier) -> bool:
    """Whether Entra shows a phone and not how its SMS sign-in stands: it is neither on nor off then."""
    phone = dossier.phones.get(change.phone) if change.phone else None
    return change.kind is ChangeKind.SMS_SIGN_IN and phone is not None and phone.sms_sign_in is SmsSignIn.UNKNOWN


def untouched(change: Change, dossier: Dossier) -> bool:
    """Whether the account is still as the card showed it before the change; what follows from another change stands and falls with it."""
    if change.follows:
        return True
    match change.kind:
        case ChangeKind.SIGN_OUT:
            return True  # somebody else's sign-out is no reason against this one: sessions may have begun since
        case ChangeKind.BLOCK | ChangeKind.UNBLOCK:
            return dossier.person.enabled == (change.kind is ChangeKind.BLOCK)
        case ChangeKind.REQUIRE_MFA:
            return dossier.mfa_state == change.before
        case ChangeKind.CREATE_PASS:
            # What cannot be seen here is compared when the pass is made: `services.reveal` asks for the pass by itself.
            return dossier.hidden is not None or pass_id(dossier) == change.method
        case ChangeKind.RESET_PASSWORD:
            return dossier.person.password_changed == change.before
        case _:
            return unclear(change, dossier) or _is(change, dossier, change.before)


def _is(change: Change, dossier: Dossier, value: Value | NameAndDay | None) -> bool:
    if change.kind is ChangeKind.SET_DEFAULT:
        assert dossier.preference is not None, "read wherever it is changed"
        return dossier.preference.default is value
    if change.kind is ChangeKind.SET_EMAIL:
        assert not isinstance(value, NameAndDay), "an address"
        email = next((method for method in dossier.others if method.family is Family.EMAIL), None)
        return (email is None) if value is None else (email is not None and email.name.casefold() == value.casefold())
    if change.kind is ChangeKind.DEACTIVATE_TOKEN:
        token = dossier.method(change.method)
        return (token is None or token.active is False) == (value is TokenState.DEACTIVATED)
    if KINDS[change.kind].family:
        method = dossier.method(change.method)
        if method is not None and isinstance(value, str) and change.kind is ChangeKind.REMOVE_EMAIL:
            return method.name.casefold() == value.casefold()  # every account's email has the same id
        return (method is None) == (value is None)
    assert change.phone is not None, "only phones are left"
    phone = dossier.phones.get(change.phone)
    if change.kind is ChangeKind.SMS_SIGN_IN and value is None:  # of a phone that was still to be registered
        return phone is None or phone.sms_sign_in is not SmsSignIn.READY
    if change.kind is ChangeKind.SMS_SIGN_IN:
        return (phone is not None and phone.sms_sign_in is SmsSignIn.READY) == (value is Switch.ON)
    assert not isinstance(value, NameAndDay), "a number"
    return (phone is None) if value is None else (phone is not None and digits(phone.number) == digits(value))


def pass_id(dossier: Dossier) -> str:
    """The id of the pass somebody has, valid or not; empty when there is none."""
    return next((method.id for method in dossier.others if method.family is Family.PASS), "")
