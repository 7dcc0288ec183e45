"""Authentication methods: phones in detail, the others by name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.people import Person, Privileges
from bot.domain.phone import digits, mask


class PhoneType(StrEnum):
    """The three phones of an account; the value is Graph's phoneType."""

    MOBILE = "mobile"
    ALTERNATE_MOBILE = "alternateMobile"
    OFFICE = "office"

    @property
    def spoken(self) -> str:
        """As people say it."""
        return "alternate mobile" if self is PhoneType.ALTERNATE_MOBILE else self.value

    @property
    def good_for(self) -> tuple[str, ...]:
        """What Entra can use the number for.

        https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
        """
        return ("SMS", "voice") if self is PhoneType.MOBILE else ("voice",)


class SmsSignIn(StrEnum):
    """smsSignInState of a phone: https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod"""

    NOT_SUPPORTED = "notSupported"
    NOT_ALLOWED_BY_POLICY = "notAllowedByPolicy"
    NOT_ENABLED = "notEnabled"
    NOT_CONFIGURED = "notConfigured"
    NUMBER_NOT_UNIQUE = "phoneNumberNotUnique"
    READY = "ready"
    UNKNOWN = "unknownFutureValue"

    @classmethod
    def of(cls, value: str | None) -> SmsSignIn:
        """The member for Graph's value; UNKNOWN for one that Graph added since."""
        return cls._value2member_map_.get(value, cls.UNKNOWN)  # type: ignore[return-value]

    @property
    def spoken(self) -> str:
        """As the card says it."""
        return {
            SmsSignIn.NOT_SUPPORTED: "not possible on this kind of phone",
            SmsSignIn.NOT_ALLOWED_BY_POLICY: "not allowed by the tenant's SMS policy",
            SmsSignIn.NOT_ENABLED: "off",
            SmsSignIn.NOT_CONFIGURED: "not configured",
            SmsSignIn.NUMBER_NOT_UNIQUE: "off: another account signs in with this number",
            SmsSignIn.READY: "on",
            SmsSignIn.UNKNOWN: "unknown",
        }[self]


@dataclass(frozen=True, slots=True)
class Phone:
    """One registered phone; `number` as Graph gives it."""

    type: PhoneType
    number: str
    sms_sign_in: SmsSignIn = SmsSignIn.UNKNOWN

    def has(self, number: str) -> bool:
        """Whether this is the same number, compared on digits (and extension)."""
        return digits(self.number) == digits(number)


@dataclass(frozen=True, slots=True)
class Method:
    """Any other method: what it is called and, when Graph says so, the device and the date."""

    kind: str
    name: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is read about one person before anything is proposed.

    Attributes:
        person: the account.
        phones: by type, at most one each.
        others: every method that is not a phone; unknown kinds included.
        privileges: why the account is protected, if it is.
        groups: ids of every group the person is in, nested ones included.
    """

    person: Person
    phones: dict[PhoneType, Phone]
    others: tuple[Method, ...] = ()
    privileges: Privileges = field(default_factory=Privileges)
    groups: frozenset[str] = frozenset()

    def masked(self) -> Dossier:
        """The same, fit for a channel: numbers reduced to their last two digits."""
        return replace(self, phones={kind: replace(phone, number=mask(phone.number)) for kind, phone in self.phones.items()})
