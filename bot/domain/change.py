"""Changes: one atomic difference each."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from bot.domain.change_values import AccountState, NameAndDay, Switch, TokenState
from bot.domain.email import mask_address
from bot.domain.methods import Family, PhoneType
from bot.domain.pass_terms import WantedPass
from bot.domain.phone import mask
from bot.domain.said import Said, say, say_each
from bot.domain.sign_in import Aspect, DefaultMethod, MfaState


class ChangeKind(StrEnum):
    """What can be changed. A stored word, and the word for it in the policy file: never rename one."""

    SET_PHONE = "set_phone"
    REMOVE_PHONE = "remove_phone"
    SMS_SIGN_IN = "sms_sign_in"
    SET_EMAIL = "set_email"
    REMOVE_EMAIL = "remove_email"
    REMOVE_AUTHENTICATOR = "remove_authenticator"
    REMOVE_PASSKEY = "remove_passkey"
    REMOVE_CODES = "remove_codes"
    REMOVE_WINDOWS_HELLO = "remove_windows_hello"
    REMOVE_PLATFORM_CREDENTIAL = "remove_platform_credential"
    REMOVE_EXTERNAL = "remove_external"
    REMOVE_PASSWORDLESS = "remove_passwordless"
    REMOVE_QR_CODE = "remove_qr_code"
    REMOVE_TOKEN = "remove_token"  # noqa: S105
    DEACTIVATE_TOKEN = "deactivate_token"  # noqa: S105
    RESET_MFA = "reset_mfa"
    RESET_EVERYTHING = "reset_everything"
    RECOVER = "recover"
    SIGN_OUT = "sign_out"
    BLOCK = "block"
    UNBLOCK = "unblock"
    SET_DEFAULT = "set_default"
    REQUIRE_MFA = "require_mfa"
    CREATE_PASS = "create_pass"  # noqa: S105 - a word
    REVOKE_PASS = "revoke_pass"  # noqa: S105 - a word
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a word
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What is true of every change of a kind.

    Attributes:
        permission: the least Graph application permission for the write; empty for a bundle, whose changes have kinds of their own.
        why: what that permission is used for, as docs/install-by-hand.md says it.
        compare_first: the wanted state can be read, so the write may be repeated after comparing.
        task: what is asked for, starting a sentence; empty where the change itself decides.
        family: of the methods that it removes.
        aspect: what has to be read besides account and methods to compare.
        setting: only where this setting is on; elsewhere nobody can ask for it, and its permission is not needed.
    """

    permission: str
    why: str
    compare_first: bool = True
    task: str = ""
    family: Family | None = None
    aspect: Aspect | None = None
    setting: str = ""

    def __post_init__(self) -> None:
        """Their words are part of sentences, so they are in the catalogue; a test collects them from the table."""
        for name in ("why", "task"):
            if not isinstance(words := getattr(self, name), Said):
                object.__setattr__(self, name, say(words))


def _removes(family: Family, permission: str) -> KindFacts:
    return KindFacts(
        f"UserAuthMethod-{permission}.ReadWrite.All",
        say("remove {method}", method=family.in_words),
        True,
        say("Remove {method}", method=family.in_words),
        family,
    )


#: Permissions: https://learn.microsoft.com/graph/permissions-reference
KINDS: dict[ChangeKind, KindFacts] = {
    ChangeKind.SET_PHONE: KindFacts("UserAuthMethod-Phone.ReadWrite.All", "register or change a phone"),
    ChangeKind.REMOVE_PHONE: KindFacts("UserAuthMethod-Phone.ReadWrite.All", "remove a phone"),
    ChangeKind.SMS_SIGN_IN: KindFacts("UserAuthMethod-Phone.ReadWrite.All", "switch SMS sign-in"),
    ChangeKind.SET_EMAIL: KindFacts("UserAuthMethod-Email.ReadWrite.All", "register or change the email for password reset"),
    ChangeKind.REMOVE_EMAIL: _removes(Family.EMAIL, "Email"),
    ChangeKind.REMOVE_AUTHENTICATOR: _removes(Family.AUTHENTICATOR, "MicrosoftAuthApp"),
    ChangeKind.REMOVE_PASSKEY: _removes(Family.PASSKEY, "Passkey"),
    ChangeKind.REMOVE_CODES: _removes(Family.CODES, "SoftwareOATH"),
    ChangeKind.REMOVE_WINDOWS_HELLO: _removes(Family.WINDOWS_HELLO, "WindowsHello"),
    ChangeKind.REMOVE_PLATFORM_CREDENTIAL: _removes(Family.PLATFORM_CREDENTIAL, "PlatformCred"),
    ChangeKind.REMOVE_EXTERNAL: _removes(Family.EXTERNAL, "External"),
    ChangeKind.REMOVE_PASSWORDLESS: _removes(Family.PASSWORDLESS, "MicrosoftAuthApp"),
    ChangeKind.REMOVE_QR_CODE: _removes(Family.QR_CODE, "QR"),
    ChangeKind.REMOVE_TOKEN: _removes(Family.HARDWARE_TOKEN, "HardwareOATH"),
    ChangeKind.DEACTIVATE_TOKEN: KindFacts(
        "UserAuthMethod-HardwareOATH.ReadWrite.All", "deactivate hardware token", task="Deactivate hardware token"
    ),
    ChangeKind.RESET_MFA: KindFacts("", "reset MFA", task="Reset MFA"),
    ChangeKind.RESET_EVERYTHING: KindFacts(
        "", "reset every sign-in method but the password", task="Reset every sign-in method but the password"
    ),
    ChangeKind.RECOVER: KindFacts("", "recover a person", task="Recover"),
    ChangeKind.SIGN_OUT: KindFacts("User.RevokeSessions.All", "sign a person out everywhere", task="Sign out everywhere"),
    ChangeKind.BLOCK: KindFacts("User.EnableDisableAccount.All", "block and unblock accounts", task="Block sign-in"),
    ChangeKind.UNBLOCK: KindFacts("User.EnableDisableAccount.All", "block and unblock accounts", task="Unblock sign-in"),
    # Beta; no granular permission covers it: https://learn.microsoft.com/graph/api/authentication-update?view=graph-rest-beta
    ChangeKind.SET_DEFAULT: KindFacts(
        "UserAuthenticationMethod.ReadWrite.All", "set the default method", task="Set default method", aspect=Aspect.PREFERENCE
    ),
    ChangeKind.REQUIRE_MFA: KindFacts(
        "Policy.ReadWrite.AuthenticationMethod",
        "switch per-user MFA",
        task="Change per-user MFA",
        aspect=Aspect.MFA_STATE,
        setting="PER_USER_MFA",
    ),
    ChangeKind.CREATE_PASS: KindFacts(
        "UserAuthMethod-TAP.ReadWrite.All", "create a Temporary Access Pass", compare_first=False, task="Make a pass"
    ),
    ChangeKind.REVOKE_PASS: _removes(Family.PASS, "TAP"),
    ChangeKind.RESET_PASSWORD: KindFacts(
        "User-PasswordProfile.ReadWrite.All",
        "reset a password; Doorman's service principal needs the Entra role User Administrator for it too",
        compare_first=False,
        task="Reset the password",
    ),
    ChangeKind.BULK: KindFacts("", "change many people from a file", task="Change many people from a file"),
}

#: What only takes access away, whoever it is done to.
CONTAINING = frozenset({ChangeKind.SIGN_OUT, ChangeKind.BLOCK, ChangeKind.REVOKE_PASS})

#: What stands for several changes together; whoever may not ask for it may not ask for these together, whatever they are.
BUNDLES = frozenset({ChangeKind.RESET_MFA, ChangeKind.RESET_EVERYTHING, ChangeKind.RECOVER, ChangeKind.BULK})

#: Which kind of change removes a method of a family.
REMOVALS: dict[Family, ChangeKind] = {facts.family: kind for kind, facts in KINDS.items() if facts.family}


#: What is before or after a change; plain text are numbers, addresses and moments as Graph says them, and nothing else.
Value: TypeAlias = str | Switch | AccountState | TokenState | DefaultMethod | MfaState


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        phone: which phone; None for everything else.
        before, after: numbers of phones (None: no such phone), addresses of emails; for SMS sign-in, and nothing else, a `Switch` (None
            before: of a phone still to be registered); an `AccountState`, a `DefaultMethod`, an `MfaState`; for any other method that is
            removed or deactivated what tells it from others, and None or DEACTIVATED; for a new pass the moment until which the one holds
            that it replaces, if any (`moment`), and None; for a password Graph's moment of its last change, for sessions Graph's moment,
            and None.
        method: Graph's id of the method that is removed or changed.
        follows: SMS sign-in as it is going to be once the mobile number before it is set: Entra ID switches it on by itself (ON, never
            written by us), and we switch it off again (OFF).
        wanted: what a new pass will be; None of everything else.
    """

    kind: ChangeKind
    phone: PhoneType | None
    before: Value | NameAndDay | None
    after: Value | None
    method: str = ""
    follows: bool = False
    wanted: WantedPass | None = None

    @property
    def is_number(self) -> bool:
        """Whether `before` and `after` are telephone numbers."""
        return self.kind in (ChangeKind.SET_PHONE, ChangeKind.REMOVE_PHONE)

    @property
    def once_only(self) -> bool:
        """Its result is seen once and cannot be read back, so it is made while its requester looks (`services.reveal`)."""
        return not KINDS[self.kind].compare_first

    @property
    def label(self) -> str:
        """What changes, as people say it."""
        if self.is_number and self.phone:
            return say("{Phone}", phone=self.phone.noun)
        if family := KINDS[self.kind].family:
            return say("{Method}", method=family.in_words)
        return _LABELS[self.kind]

    @property
    def is_address(self) -> bool:
        """Whether `before` and `after` are private addresses."""
        return self.kind in (ChangeKind.SET_EMAIL, ChangeKind.REMOVE_EMAIL)

    @property
    def is_private(self) -> bool:
        """Whether not everybody should read `before` and `after` in full."""
        return self.is_number or self.is_address

    @property
    def contains(self) -> bool:
        """It only takes access away: the closed list of docs/security-officer.md, as far as a single change can tell."""
        return self.kind in CONTAINING or self.after is Switch.OFF

    @property
    def of_method(self) -> bool:
        """Whether it is about a method other than the phones, so that whoever cannot see these can say nothing of it."""
        return KINDS[self.kind].family is not None or self.kind in (ChangeKind.SET_EMAIL, ChangeKind.DEACTIVATE_TOKEN)

    @property
    def is_removal(self) -> bool:
        """Whether something registered goes."""
        return self.kind is ChangeKind.REMOVE_PHONE or KINDS[self.kind].family is not None

    def masked(self) -> Change:
        """The same change fit for a channel, a log or the trail: of numbers the last two digits are left, of addresses the domain."""
        if not self.is_private:
            return self
        assert not isinstance(self.before, NameAndDay), "numbers and addresses are text"
        hide = mask if self.is_number else mask_address
        return replace(self, before=self.before and hide(self.before), after=self.after and hide(self.after))


_LABELS = say_each(
    {
        ChangeKind.SMS_SIGN_IN: "SMS sign-in",
        ChangeKind.SET_EMAIL: "Email for password reset",
        ChangeKind.DEACTIVATE_TOKEN: "Hardware token",
        ChangeKind.SIGN_OUT: "Sessions",
        ChangeKind.BLOCK: "Account",
        ChangeKind.UNBLOCK: "Account",
        ChangeKind.SET_DEFAULT: "Default method",
        ChangeKind.REQUIRE_MFA: "Per-user MFA",
        ChangeKind.CREATE_PASS: "Temporary Access Pass",
        ChangeKind.RESET_PASSWORD: "Password",
    }
)


def value_in_words(value: Value | NameAndDay) -> str:
    """What is before or after a change, as people say it; a number, an address or one of Graph's moments is said as it is."""
    return value.in_words if isinstance(value, (Switch, AccountState, TokenState, DefaultMethod, MfaState, NameAndDay)) else value


def moment(at: datetime) -> str:
    """A moment as it stands in a change: in UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def recorded(change: Change) -> dict[str, Any]:
    """A change as the store and the trail have it: some of its values stand in words there, which `store.records` reads back."""
    before: str | None = change.before.in_words if isinstance(change.before, NameAndDay) else change.before
    facts = asdict(change) | {"before": before}
    del facts["wanted"]
    if change.wanted:
        held = before and f"a pass until {datetime.fromisoformat(before):%Y-%m-%d %H:%M} UTC"
        facts |= {"before": held, "after": change.wanted.recorded}
    return facts


def change_facts(changes: tuple[Change, ...]) -> list[dict[str, str | None]]:
    """Changes as the trail records them: numbers masked; that one follows from another is said only where it does."""
    return [
        {key: value and str(value) for key, value in recorded(change.masked()).items() if key != "follows" or value} for change in changes
    ]
