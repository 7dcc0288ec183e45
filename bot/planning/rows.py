"""What one row of a bulk job would change, on the account as it is now; the rules are those of single commands (`phones`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.domain.change import Change, ChangeKind, Value
from bot.domain.change_values import Switch
from bot.domain.methods import Dossier, Phone, PhoneType, SmsSignIn
from bot.domain.plan import Warned
from bot.domain.policy import Decision, Reason
from bot.domain.rows import Mode, Row, RowKind, Wish
from bot.errors import Refusal
from bot.planning.installation import Installation
from bot.planning.phones import plan_change

#: Numbers first, mobile before alternate; removals the other way round; SMS sign-in, which needs the mobile, last.
_ORDER = (PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE)
#: Refusals by what Entra ID would not do at all; all others contradict what is there.
_NEVER = frozenset({"synced_office_phone", "sms_policy", "number_not_unique", "not_mobile", "unknown_state"})
#: Refusals by policy that are about the person.
_PROTECTED = frozenset(
    {
        Reason.GUEST_TARGET,
        Reason.PRIVILEGED_TARGET,
        Reason.RESTRICTED_TARGET,
        Reason.BREAK_GLASS_TARGET,
        Reason.HELPDESK_TARGET,
        Reason.VIP_TARGET,
        Reason.FROZEN,
    }
)


def kinds_wanted(row: Row) -> frozenset[ChangeKind]:
    """What policy has to agree to before anything is planned."""
    return frozenset({ChangeKind.BULK} | {_kind(wish) for wish in row.wishes})


def plan_row(row: Row, dossier: Dossier, installation: Installation, today: date) -> Row:
    """The row with what it would do, in the order it would be done, and what the same changes are warned of when they are typed."""
    seen, changes, warned = dossier, list[Change](), dict[Warned, None]()
    for wish in ordered(row.wishes):
        phone = wish.phone or PhoneType.MOBILE
        mode = row.mode.value if row.mode in (Mode.ADD, Mode.UPDATE) else "set"
        try:
            plan = plan_change(seen, _kind(wish), phone, _wanted(wish), installation, today, mode=mode, private=False)
        except Refusal as refusal:
            if refusal.code == "nothing_to_do":
                continue
            kind = RowKind.REFUSED if refusal.code in _NEVER else RowKind.CONFLICT
            return replace(row, kind=kind, target=dossier.person, reason=refusal.text)
        changes += plan.changes
        warned |= dict.fromkeys(plan.warned)  # of several changes each warning once
        for change in plan.changes:
            seen = _after(seen, change)
            if change.kind is ChangeKind.SMS_SIGN_IN and PhoneType.MOBILE not in dossier.phones:
                changes[-1] = replace(change, before=None)  # there is no phone yet that it could be off for
    return replace(row, kind=_kind_of(changes), target=dossier.person, changes=tuple(changes), warned=tuple(warned))


def refused(row: Row, dossier: Dossier, verdict: Decision) -> Row:
    """The row as policy's no leaves it."""
    kind = RowKind.PROTECTED if verdict.reason in _PROTECTED else RowKind.REFUSED
    return replace(row, kind=kind, target=dossier.person, reason=verdict.text)


def ordered(wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
    """In the order in which Entra ID takes them."""
    numbers = sorted((wish for wish in wishes if wish.phone and wish.value), key=_place)
    removals = sorted((wish for wish in wishes if wish.phone and not wish.value), key=_place, reverse=True)
    return (*numbers, *removals, *(wish for wish in wishes if not wish.phone))


def _place(wish: Wish) -> int:
    assert wish.phone is not None, "sorted by phone"
    return _ORDER.index(wish.phone)


def _kind(wish: Wish) -> ChangeKind:
    if wish.phone is None:
        return ChangeKind.SMS_SIGN_IN
    return ChangeKind.SET_PHONE if wish.value else ChangeKind.REMOVE_PHONE


def _wanted(wish: Wish) -> Value | None:
    return (wish.value or None) if wish.phone else Switch(wish.value)


def _kind_of(changes: list[Change]) -> RowKind:
    if not changes:
        return RowKind.NO_CHANGE
    if all(change.is_removal for change in changes):
        return RowKind.REMOVE
    return RowKind.ADD if all(change.before is None for change in changes) else RowKind.UPDATE


def _after(dossier: Dossier, change: Change) -> Dossier:
    """As the account will be once this was done."""
    phones: dict[PhoneType, Phone] = dict(dossier.phones)
    assert change.phone is not None, "rows change phones alone"
    old = phones.get(change.phone)
    if change.kind is ChangeKind.SMS_SIGN_IN and old:
        phones[change.phone] = replace(old, sms_sign_in=SmsSignIn.READY if change.after is Switch.ON else SmsSignIn.NOT_ENABLED)
    elif change.after is None:
        phones.pop(change.phone, None)
    else:
        new = Phone(change.phone, change.after, SmsSignIn.NOT_ENABLED)
        phones[change.phone] = replace(old, number=change.after) if old else new
    return replace(dossier, phones=phones)
