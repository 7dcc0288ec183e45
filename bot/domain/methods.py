"""Authentication methods: phones in detail, the others by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from bot.domain.change_values import NameAndDay
from bot.domain.email import mask_address
from bot.domain.people import Person, Privileges
from bot.domain.phone import digits, mask
from bot.domain.portrait import Portrait
from bot.domain.retirement import Channel, Population, population_of
from bot.domain.said import join, said_day, say, say_each
from bot.domain.sign_in import Aspect, DefaultMethod, MfaState, PassFacts, Preference, Registration, SmsTerms
from bot.errors import DirectoryError

#: A detail of a passkey that is on several devices.
SYNCED = "synced"


class PhoneType(StrEnum):
    """The three phones of an account; the value is Graph's phoneType."""

    MOBILE = "mobile"
    ALTERNATE_MOBILE = "alternateMobile"
    OFFICE = "office"

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _KINDS[self]

    @property
    def noun(self) -> str:
        """The phone itself, as people say it."""
        return _PHONES[self]

    @property
    def alone(self) -> str:
        """The same kind, to stand alone."""
        return say("{Kind}", kind=self.in_words)

    @property
    def channels(self) -> frozenset[Channel]:
        """What Entra can use the number for.

        https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
        """
        return frozenset(Channel) if self is PhoneType.MOBILE else frozenset({Channel.VOICE})


_KINDS = say_each({PhoneType.MOBILE: "mobile", PhoneType.ALTERNATE_MOBILE: "alternate mobile", PhoneType.OFFICE: "office"})
_PHONES = say_each(
    {PhoneType.MOBILE: "mobile phone", PhoneType.ALTERNATE_MOBILE: "alternate mobile phone", PhoneType.OFFICE: "office phone"}
)


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
    def in_words(self) -> str:
        """As the card says it."""
        return _SMS_SIGN_IN[self]


_SMS_SIGN_IN = say_each(
    {
        SmsSignIn.NOT_SUPPORTED: "not possible on this kind of phone",
        SmsSignIn.NOT_ALLOWED_BY_POLICY: "not allowed by the tenant's SMS policy",
        SmsSignIn.NOT_ENABLED: "off",
        SmsSignIn.NOT_CONFIGURED: "not configured",
        SmsSignIn.NUMBER_NOT_UNIQUE: "off: another account signs in with this number",
        SmsSignIn.READY: "on",
        SmsSignIn.UNKNOWN: "unknown",
    }
)


@dataclass(frozen=True, slots=True)
class Phone:
    """One registered phone; `number` as Graph gives it, `created` the day it was registered."""

    type: PhoneType
    number: str
    sms_sign_in: SmsSignIn = SmsSignIn.UNKNOWN
    created: str = ""

    def has(self, number: str) -> bool:
        """Whether this is the same number, compared on digits (and extension)."""
        return digits(self.number) == digits(number)


class Family(StrEnum):
    """The kinds of method that we know and can remove, as people say them. A stored word: never rename one."""

    AUTHENTICATOR = "authenticator"
    PASSKEY = "passkey"
    CODES = "codes"
    EMAIL = "email"
    WINDOWS_HELLO = "windows_hello"
    PLATFORM_CREDENTIAL = "platform_credential"
    EXTERNAL = "external"
    PASSWORDLESS = "passwordless"
    HARDWARE_TOKEN = "hardware_token"  # noqa: S105 - a thing in somebody's pocket
    QR_CODE = "qr_code"
    PASS = "pass"  # noqa: S105 - the word for a Temporary Access Pass

    @property
    def in_words(self) -> str:
        """As cards say it."""
        return _IN_WORDS[self]


_IN_WORDS = say_each(
    {
        Family.AUTHENTICATOR: "Microsoft Authenticator",
        Family.PASSKEY: "passkey",
        Family.CODES: "authenticator app with codes",
        Family.EMAIL: "email for password reset",
        Family.WINDOWS_HELLO: "Windows Hello for Business",
        Family.PLATFORM_CREDENTIAL: "platform credential",
        Family.EXTERNAL: "external method",
        Family.PASSWORDLESS: "Microsoft Authenticator, passwordless",
        Family.HARDWARE_TOKEN: "hardware token",
        Family.QR_CODE: "QR code",
        Family.PASS: "Temporary Access Pass",
    }
)


@dataclass(frozen=True, slots=True)
class Method:
    """Any other method: what it is called and, when Graph says so, the device and the date.

    Attributes:
        kind: what sort it is, in words.
        name: the device, model or address.
        created: the day it was registered, as Graph says it.
        id: Graph's id; empty when nothing can be done with it.
        family: how it can be removed; None for what we do not know or must not touch.
        type: Graph's word for its sort, such as `softwareOath`.
        known: whether we know what it is; what nobody has described to us is shown, and never touched.
        details: what else sets it apart, in words.
        pass_facts: of a pass.
        active: it signs the person in; a deactivated hardware token stays registered and does not. None when that cannot be read.
    """

    kind: str
    name: str = ""
    created: str = ""
    id: str = ""
    family: Family | None = None
    type: str = ""
    known: bool = True
    details: tuple[str, ...] = ()
    pass_facts: PassFacts | None = None
    active: bool | None = True

    @property
    def label(self) -> str:
        """The method and its device, to tell it from another of its kind."""
        return join(" ", (self.kind, self.name))

    @property
    def facts(self) -> str:
        """Name and date, which tell it from another of its kind: "Pixel 8, registered 3 April 2023"."""
        return self.name if self.family is Family.EMAIL else self.name_and_day.in_words

    @property
    def name_and_day(self) -> NameAndDay:
        """The same as a value."""
        try:
            return NameAndDay(self.name, date.fromisoformat(self.created))
        except ValueError:
            return NameAndDay(self.name)

    @property
    def since(self) -> str:
        """The date in words; empty when Graph gave none that we can read."""
        day = self.name_and_day.day
        return said_day(day) if day else ""


@dataclass(frozen=True, slots=True)
class Methods:
    """The authentication methods of one person, without the account around them.

    Attributes:
        phones: by type, at most one each.
        others: every method that is not a phone; unknown kinds included.
    """

    phones: dict[PhoneType, Phone]
    others: tuple[Method, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is read about one person before anything is proposed.

    Attributes:
        person: the account.
        phones: by type, at most one each.
        others: every method that is not a phone; unknown kinds included.
        privileges: why the account is protected, if it is.
        groups: ids of every group the person is in, nested ones included.
        preference, mfa_state, registration, sms_terms: None where they were not wanted, or could not be read.
        portrait: by what an agent may know the person; empty where it was not wanted.
        unread: why what was wanted could not be read.
        hidden: why `others` are not shown; None when they are. What is registered besides the phones is then nobody's guess.
    """

    person: Person
    phones: dict[PhoneType, Phone]
    others: tuple[Method, ...] = ()
    privileges: Privileges = field(default_factory=Privileges)
    groups: frozenset[str] = frozenset()
    preference: Preference | None = None
    mfa_state: MfaState | None = None
    registration: Registration | None = None
    sms_terms: SmsTerms | None = None
    portrait: Portrait = field(default_factory=Portrait)
    unread: Mapping[Aspect, DirectoryError] = field(default_factory=dict)
    hidden: DirectoryError | None = field(default=None, compare=False)

    @property
    def population(self) -> Population:
        """With whom this person's texts and calls end."""
        return population_of(self.person, self.privileges)

    @property
    def channels(self) -> frozenset[Channel]:
        """By which the registered phones can be reached."""
        return frozenset(channel for phone in self.phones for channel in phone.channels)

    @property
    def signs_in_by_sms(self) -> bool:
        """A text to a phone of this person takes the place of the password."""
        return any(phone.sms_sign_in is SmsSignIn.READY for phone in self.phones.values())

    def rests_on(self, default: DefaultMethod | None) -> tuple[Phone | Method, ...]:
        """The registered methods a preference means: the person is asked for one of these, and Entra keeps the last one of them."""
        if default is None:
            return ()
        if default.phone:
            return tuple(phone for phone in self.phones.values() if phone.type.value == default.phone)
        return tuple(method for method in self.others if method.active and method.type in default.types)

    @property
    def possible_defaults(self) -> tuple[DefaultMethod, ...]:
        """What can be the default with what is registered."""
        return tuple(default for default in DefaultMethod if default.word and self.rests_on(default))

    def method(self, method_id: str) -> Method | None:
        """The method with this id, if it is still there."""
        return next((method for method in self.others if method.id == method_id), None)

    def renewed(self, methods: Methods) -> Dossier:
        """The same with methods that were read later: what a write did, of somebody whose account was read a moment ago."""
        return replace(self, phones=methods.phones, others=methods.others)

    def masked(self) -> Dossier:
        """The same, fit for a channel: numbers and addresses hardly to be recognised, and the portrait as everybody may see it."""
        phones = {kind: replace(phone, number=mask(phone.number)) for kind, phone in self.phones.items()}
        others = tuple(replace(one, name=mask_address(one.name)) if one.family is Family.EMAIL else one for one in self.others)
        return replace(self, phones=phones, others=others, portrait=self.portrait.masked())
