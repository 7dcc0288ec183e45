"""How an account signs in, beyond its methods: the preferred one, the state of MFA, and what the registration report says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.retirement import Channel
from bot.domain.said import say, say_each


class Aspect(StrEnum):
    """What is read beside account and methods, where it is needed."""

    PREFERENCE = "preference"
    MFA_STATE = "mfa_state"
    REGISTRATION = "registration"
    SMS_TERMS = "sms_terms"
    PORTRAIT = "portrait"


class DefaultMethod(StrEnum):
    """The second factor a person is asked for first; the value is Graph's, and a stored word.

    https://learn.microsoft.com/graph/api/resources/signinpreferences?view=graph-rest-beta
    """

    PUSH = "push"
    CODES = "oath"
    SMS = "sms"
    VOICE_MOBILE = "voiceMobile"
    VOICE_ALTERNATE_MOBILE = "voiceAlternateMobile"
    VOICE_OFFICE = "voiceOffice"
    UNKNOWN = "unknownFutureValue"

    @classmethod
    def of(cls, value: object) -> DefaultMethod | None:
        """The member for Graph's value; None for no preference, UNKNOWN for one that Graph added since."""
        if value is None or value in ("", "none"):
            return None
        return cls._value2member_map_.get(value, cls.UNKNOWN)  # type: ignore[return-value]

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _IN_WORDS[self]

    @property
    def word(self) -> str:
        """As it is typed in `set default`."""
        return _WORDS.get(self, "")

    @property
    def channels(self) -> frozenset[Channel]:
        """How its code comes; none for what comes neither by text nor by call."""
        return _CHANNELS.get(self, frozenset())

    @property
    def phone(self) -> str:
        """The phone that it needs, as Graph's phoneType; empty for what needs none."""
        return _PHONES.get(self, "")

    @property
    def types(self) -> frozenset[str]:
        """The methods that serve it, by `Method.type`; none for what a phone serves."""
        return _TYPES.get(self, frozenset())


_IN_WORDS = say_each(
    {
        DefaultMethod.PUSH: "notification in Microsoft Authenticator",
        DefaultMethod.CODES: "code from an app or a hardware token",
        DefaultMethod.SMS: "text message to the mobile phone",
        DefaultMethod.VOICE_MOBILE: "call to the mobile phone",
        DefaultMethod.VOICE_ALTERNATE_MOBILE: "call to the alternate mobile phone",
        DefaultMethod.VOICE_OFFICE: "call to the office phone",
        DefaultMethod.UNKNOWN: "a method that I do not know",
    }
)
_WORDS = {
    DefaultMethod.PUSH: "push",
    DefaultMethod.CODES: "otp",
    DefaultMethod.SMS: "sms",
    DefaultMethod.VOICE_MOBILE: "voice",
    DefaultMethod.VOICE_ALTERNATE_MOBILE: "voice alternate",
    DefaultMethod.VOICE_OFFICE: "voice office",
}
_CHANNELS = {
    DefaultMethod.SMS: frozenset({Channel.SMS}),
    DefaultMethod.VOICE_MOBILE: frozenset({Channel.VOICE}),
    DefaultMethod.VOICE_ALTERNATE_MOBILE: frozenset({Channel.VOICE}),
    DefaultMethod.VOICE_OFFICE: frozenset({Channel.VOICE}),
}
_PHONES = {
    DefaultMethod.SMS: "mobile",
    DefaultMethod.VOICE_MOBILE: "mobile",
    DefaultMethod.VOICE_ALTERNATE_MOBILE: "alternateMobile",
    DefaultMethod.VOICE_OFFICE: "office",
}
_TYPES = {
    DefaultMethod.PUSH: frozenset({"microsoftAuthenticator", "passwordlessMicrosoftAuthenticator"}),
    DefaultMethod.CODES: frozenset({"microsoftAuthenticator", "softwareOath", "hardwareOath"}),
}


@dataclass(frozen=True, slots=True)
class Preference:
    """Which method a person is asked for first.

    Attributes:
        default: what the person, or an administrator, has chosen; None when nobody has.
        system_preferred: Entra chooses the strongest registered method itself, and `default` counts for little more than deletions.
        system_method: which one Entra would choose, in Graph's word; empty when it does not say.
    """

    default: DefaultMethod | None = None
    system_preferred: bool = False
    system_method: str = ""

    @property
    def chosen_by_system(self) -> str:
        """What Entra would choose, as people say it; its own word where we do not know that."""
        return _SYSTEM_METHODS.get(self.system_method, self.system_method)


#: Undocumented, as seen: a vocabulary of its own.
_SYSTEM_METHODS = {
    "Fido2": say("passkey"),
    "PhoneAppNotification": DefaultMethod.PUSH.in_words,
    "PhoneAppOTP": DefaultMethod.CODES.in_words,
    "Sms": DefaultMethod.SMS.in_words,
    "VoiceMobile": DefaultMethod.VOICE_MOBILE.in_words,
}


class MfaState(StrEnum):
    """Per-user multifactor authentication; the value is Graph's perUserMfaState.

    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
    """

    DISABLED = "disabled"
    ENABLED = "enabled"
    ENFORCED = "enforced"
    UNKNOWN = "unknownFutureValue"

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _STATES[self]


@dataclass(frozen=True, slots=True)
class PassFacts:
    """When a Temporary Access Pass is good for signing in; its code is nobody's to read.

    https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod

    Attributes:
        reason: Graph's methodUsabilityReason, such as `Expired`.
    """

    start: datetime
    end: datetime
    once: bool
    usable: bool
    reason: str = ""


_STATES = say_each(
    {
        MfaState.DISABLED: "disabled",
        MfaState.ENABLED: "enabled",
        MfaState.ENFORCED: "enforced",
        MfaState.UNKNOWN: "unknown",
    }
)


#: The id by which a policy of authentication methods means everybody.
EVERYBODY = "all_users"


@dataclass(frozen=True, slots=True)
class SmsTerms:
    """What the tenant's policy says of text messages.

    https://learn.microsoft.com/graph/api/resources/smsauthenticationmethodconfiguration

    Attributes:
        included: ids of groups (or `EVERYBODY`) -> whether their members may sign in with it.
        excluded: ids of groups.
    """

    enabled: bool
    included: Mapping[str, bool] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()

    def cover(self, groups: frozenset[str]) -> bool:
        """Whether somebody who is in these groups may sign in by SMS."""
        mine = groups | {EVERYBODY}
        return self.enabled and any(self.included.get(group) for group in mine) and not mine & self.excluded


@dataclass(frozen=True, slots=True)
class Registration:
    """What Entra's report says of a person's registration: hours old.

    https://learn.microsoft.com/graph/api/resources/userregistrationdetails

    Attributes:
        mfa: a method is registered that multifactor authentication takes.
        passwordless: one with which the person signs in without a password.
        reset: enough is registered for the person to reset the password alone.
        as_of: when the row was made.
    """

    mfa: bool
    passwordless: bool
    reset: bool
    as_of: datetime | None = None
