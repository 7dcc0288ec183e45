"""Changes: one atomic difference each, and the plan that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.methods import PhoneType
from bot.domain.people import Person
from bot.domain.phone import mask


class ChangeKind(StrEnum):
    """What can be changed. A stored word: never rename one."""

    SET_PHONE = "set_phone"
    REMOVE_PHONE = "remove_phone"
    SMS_SIGN_IN = "sms_sign_in"


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What is true of every change of a kind.

    Attributes:
        permission: the least Graph application permission for the write.
        why: what that permission is used for, as the README says it.
        compare_first: the wanted state can be read, so the write may be repeated after comparing.
    """

    permission: str
    why: str
    compare_first: bool


KINDS: dict[ChangeKind, KindFacts] = {
    ChangeKind.SET_PHONE: KindFacts("UserAuthMethod-Phone.ReadWrite.All", "register or change a phone", True),
    ChangeKind.REMOVE_PHONE: KindFacts("UserAuthMethod-Phone.ReadWrite.All", "remove a phone", True),
    ChangeKind.SMS_SIGN_IN: KindFacts("UserAuthMethod-Phone.ReadWrite.All", "switch SMS sign-in", True),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. For phones `before` and `after` are numbers (None: no such phone); for SMS sign-in "on" or "off"."""

    kind: ChangeKind
    phone: PhoneType
    before: str | None
    after: str | None

    @property
    def label(self) -> str:
        """What changes, as people say it."""
        return "SMS sign-in" if self.kind is ChangeKind.SMS_SIGN_IN else f"{self.phone.spoken.capitalize()} phone"

    def masked(self) -> Change:
        """The same change fit for a channel, a log or the trail: numbers reduced to their last two digits."""
        if self.kind is ChangeKind.SMS_SIGN_IN:
            return self
        return Change(self.kind, self.phone, self.before and mask(self.before), self.after and mask(self.after))


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to whom.

    Attributes:
        target: whose account.
        changes: in the order they will be made.
        notes: what is worth knowing, such as what the number will be good for.
        warnings: what is worth a second look before the click.
    """

    target: Person
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
