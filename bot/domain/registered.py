"""Whether somebody has a method already, and what a request takes from or adds to it. Pure; what Doorman did before is passed in.

A first method for somebody who has none is one person's work; whatever changes how somebody registered gets in is two people's. What
counts as having none is closed (docs/security-officer.md), because every way round it is a takeover.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.methods import Dossier, Family, Method, PhoneType, SmsSignIn
from bot.domain.operation import Operation
from bot.domain.phone import digits

#: Whoever lost a method through Doorman so lately counts as registered: else two steps of one agent would make a newcomer.
REMEMBERED_FOR = timedelta(days=30)
#: So long after somebody's first method the same agent may add the other phones, and put right what was mistyped.
FIRST_HOUR = timedelta(hours=1)
#: What nobody gets hold of by knowing a number or reading mail.
STRONG = frozenset(
    {
        Family.AUTHENTICATOR,
        Family.PASSWORDLESS,
        Family.PASSKEY,
        Family.WINDOWS_HELLO,
        Family.PLATFORM_CREDENTIAL,
        Family.HARDWARE_TOKEN,
        Family.CODES,
    }
)
#: Graph's words for a pass that signs nobody in any more.
#: https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod
_OVER = frozenset({"Expired", "OneTimeUsed", "DisabledByPolicy"})


@dataclass(frozen=True, slots=True)
class Made:
    """One change that Doorman made, or may have made.

    Attributes:
        agent_id: who asked for it.
        at: when it had ended; of one under way, when it was asked for.
        operation_id: of the operation, or of the row of a file.
        first: it was asked for as somebody's first method.
    """

    change: Change
    agent_id: str
    at: datetime
    operation_id: str = ""
    first: bool = False

    @property
    def took(self) -> bool:
        """Something registered went."""
        return _took(self.change)


def registered(dossier: Dossier, made: Sequence[Made], agent_id: str, now: datetime) -> bool:
    """Whether changing how this person gets in takes two people; so it does where we cannot see what is registered.

    Args:
        made: what Doorman did to the person in the last `REMEMBERED_FOR`, or before.
        agent_id: who asks; what this agent set a moment ago is still the first method.
    """
    if dossier.hidden or any(one.took and one.at > now - REMEMBERED_FOR for one in made):
        return True
    if any(not _is_none(method, now) for method in dossier.others):
        return True
    return not all(_is_own_first(kind, dossier.phones[kind].number, made, agent_id, now) for kind in dossier.phones)


def replaces(dossier: Dossier, changes: Sequence[Change], made: Sequence[Made], agent_id: str, now: datetime) -> bool:
    """Whether a number or address gives way that is not this agent's own first one: that is no first method, whoever it is done to.

    Nor is a number that takes over the SMS sign-in others agreed to for the one before it.
    """
    return _carries_sign_in(dossier, changes) or any(
        isinstance(change.before, str)
        and (
            (change.kind is ChangeKind.SET_PHONE and not _is_own_first(change.phone, change.before, made, agent_id, now))
            or (change.kind is ChangeKind.SET_EMAIL and not _is_own_first(None, change.before, made, agent_id, now))
        )
        for change in changes
    )


def _carries_sign_in(dossier: Dossier, changes: Sequence[Change]) -> bool:
    """Whether a new number would be what the person signs in with, because the old one was; what follows from a number says so itself."""
    mobile = dossier.phones.get(PhoneType.MOBILE)
    if mobile is None or mobile.sms_sign_in is not SmsSignIn.READY or any(change.follows for change in changes):
        return False
    numbers = [change.after for change in changes if change.kind is ChangeKind.SET_PHONE and change.phone is PhoneType.MOBILE]
    return any(digits(number or "") != digits(mobile.number) for number in numbers)


def moved_since(operation: Operation, made: Iterable[Made]) -> bool:
    """Whether a number was set through Doorman after an operation was asked for that rests on it: SMS sign-in on, or another default."""
    rests = any(change.kind is ChangeKind.SET_DEFAULT or (change.after is Switch.ON and not change.follows) for change in operation.changes)
    return rests and any(
        one.change.kind is ChangeKind.SET_PHONE and one.operation_id != operation.id and one.at > operation.created_at for one in made
    )


def leaves_nothing_strong(dossier: Dossier, changes: Iterable[Change]) -> bool:
    """Whether something registered goes and no strong method stays: that is a reset, in however many steps."""
    gone = [change for change in changes if _took(change) and change.kind is not ChangeKind.REVOKE_PASS]
    ids = {change.method for change in gone}
    return bool(gone) and not any(_is_strong(method) and method.id not in ids for method in dossier.others)


def _is_strong(method: Method) -> bool:
    return method.family in STRONG and method.active is True


def _is_none(method: Method, now: datetime) -> bool:
    """The email for password reset signs nobody in, and neither does a pass that is over. What we cannot judge counts as a method."""
    if method.family is Family.EMAIL:
        return True
    facts = method.pass_facts
    return method.family is Family.PASS and facts is not None and not facts.usable and (facts.reason in _OVER or facts.end <= now)


def _took(change: Change) -> bool:
    return change.is_removal or change.kind is ChangeKind.DEACTIVATE_TOKEN


def _is_own_first(phone: PhoneType | None, value: str, made: Sequence[Made], agent_id: str, now: datetime) -> bool:
    """Whether this number (or, of no phone, this address) is what the agent set as a first one within the hour."""
    kind = ChangeKind.SET_PHONE if phone else ChangeKind.SET_EMAIL
    mine = [
        one
        for one in made
        if one.first and one.agent_id.lower() == agent_id.lower() and one.change.kind is kind and one.change.phone is phone
    ]
    begun = any(one.change.before is None and one.at > now - FIRST_HOUR for one in mine)
    return begun and any(_same(kind, one.change.after or "", value) for one in mine)


def _same(kind: ChangeKind, one: str, other: str) -> bool:
    return digits(one) == digits(other) if kind is ChangeKind.SET_PHONE else one.casefold() == other.casefold()
