"""Resetting MFA: which methods go, in which order, and what stays.

There is no single call for it: https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview. What "Require re-register
MFA" of the Entra admin centre takes: https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userdevicesettings
"""

from __future__ import annotations

from bot.domain.change import REMOVALS, Change, ChangeKind
from bot.domain.change_values import TokenState
from bot.domain.email import mask_address
from bot.domain.methods import Dossier, Family, Method, PhoneType
from bot.domain.said import join, say

#: Never anybody's default method, so they can go at any time; taken by a reset of everything alone.
_BESIDES = (
    Family.EMAIL,
    Family.PASS,
    Family.PASSKEY,
    Family.WINDOWS_HELLO,
    Family.PLATFORM_CREDENTIAL,
    Family.QR_CODE,
    Family.EXTERNAL,
)
#: Graph wants the alternate mobile gone before the mobile.
_PHONES = (PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE, PhoneType.MOBILE)
#: The likely default last: Graph does not delete it while others remain.
_SECOND_FACTORS = (Family.CODES, Family.PASSWORDLESS, Family.AUTHENTICATOR)

#: Every kind of change that a reset may make.
RESETS = frozenset(
    {
        ChangeKind.RESET_MFA,
        ChangeKind.RESET_EVERYTHING,
        ChangeKind.REMOVE_PHONE,
        ChangeKind.DEACTIVATE_TOKEN,
        *(REMOVALS[family] for family in (*_BESIDES, *_SECOND_FACTORS) if family in REMOVALS),
    }
)


def to_reset(dossier: Dossier, bundle: ChangeKind) -> tuple[Change, ...]:
    """What a reset would change on the account as it is now, in the order of the writes."""
    first = _BESIDES if bundle is ChangeKind.RESET_EVERYTHING else ()
    tokens = [method for method in dossier.others if method.family is Family.HARDWARE_TOKEN and method.active is not False]
    phones = [dossier.phones[kind] for kind in _PHONES if kind in dossier.phones and not _kept_on_premises(dossier, kind)]
    return (
        *(removal(method) for method in _of(dossier, first)),
        *(Change(ChangeKind.DEACTIVATE_TOKEN, None, method.name_and_day, TokenState.DEACTIVATED, method.id) for method in tokens),
        *(Change(ChangeKind.REMOVE_PHONE, phone.type, phone.number, None) for phone in phones),
        *(removal(method) for method in _of(dossier, _SECOND_FACTORS)),
    )


def staying(dossier: Dossier, bundle: ChangeKind) -> tuple[str, ...]:
    """What a reset leaves alone, by name."""
    taken = {change.method for change in to_reset(dossier, bundle)}
    methods = [method for method in dossier.others if method.id not in taken]
    office = [say("office phone (kept on-premises)")] if _kept_on_premises(dossier, PhoneType.OFFICE) else []
    return (*office, *map(method_in_words, methods))


def removal(method: Method) -> Change:
    """Taking one method away; its family has to be one of `REMOVALS`."""
    assert method.family is not None, "only what we know is removed"
    before = method.name if method.family is Family.EMAIL else method.name_and_day
    return Change(REMOVALS[method.family], None, before, None, method.id)


def method_in_words(method: Method) -> str:
    """The method for a list: "passkey Blue key", "resourceKey (unknown to me, never touched)"."""
    if method.family is None:
        return say("{label} (unknown to me, so I never touch it)", label=method.label)
    if method.family is Family.EMAIL:
        return join(" ", (method.kind, mask_address(method.name)))  # others read it too
    return method.label if method.active is not False else say("{label} (deactivated)", label=method.label)


def _of(dossier: Dossier, families: tuple[Family, ...]) -> list[Method]:
    return [method for family in families if family in REMOVALS for method in dossier.others if method.family is family]


def _kept_on_premises(dossier: Dossier, kind: PhoneType) -> bool:
    return kind is PhoneType.OFFICE and dossier.person.synced and kind in dossier.phones
