"""Which numbers of somebody Entra's audit log says were changed, and which have stood since.

Two services write of them. "Authentication Methods" logs registered phones, and says in a sentence of its own of which method it speaks.
"Core Directory" logs "Update user" with the names of the attributes, those of the profile and one for all registered phones together, so
that of several registered phones nobody can tell which was changed: then none of them has stood.
https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.methods import Phone, PhoneType
from bot.domain.phone import digits
from bot.domain.signals import OldNumber
from bot.errors import Unavailable
from bot.graph.shape import of_graph

Row = dict[str, Any]

_SECURITY_INFO = "security info"
#: What is said of security info while nothing of it changes; of what a registration added there is a record of its own.
_UNCHANGED = ("reviewed", "started", "cancel", "changed default", "registered all required")
#: By these an account, or its contact details as a whole, came to be.
_MADE = ("add user", "invite", "restore user", "registered for self-service password reset")
#: Of a reason, what is said of every other method; whatever says neither this nor anything of a phone is taken for a phone.
_OF_OTHERS = ("fido", "pass", "authenticator", "email", "hello", "oath", "otp", "hardware", "platform", "qr", "external", "certificate")
_OF_PHONES = ("phone", "sms", "voice", "call")
_INCLUDED = "included updated properties"
_NUMBER = re.compile(r"[+(\d][\d\s().+/\-]{4,30}(\s*x\d{1,8})?")
_ORDER = (PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE)


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed, or perhaps was.

    Attributes:
        registered: a registered phone; nobody can say which.
        mobile, business: the numbers of the profile.
    """

    registered: bool = False
    mobile: bool = False
    business: bool = False


@of_graph
def changes_in(rows: Iterable[Row]) -> Changed:
    """What these records of category UserManagement about one account say.

    Raises:
        Unavailable: a row is no record, so nobody knows what it was about.
    """
    found = {one for row in rows if row.get("result") != "failure" for one in _changed_by(row)}
    return Changed(**dict.fromkeys(found, True))


@of_graph
def manager_changed_by(rows: Iterable[Row]) -> bool:
    """Whether these records tell of another manager: "Set user manager", "Remove user manager", or an account that came to be.

    Raises:
        Unavailable: a row is no record.
    """
    done = [str(row["activityDisplayName"]).casefold() for row in rows if row.get("result") != "failure"]
    return any("manager" in activity or activity.startswith(_MADE[:3]) for activity in done)


@of_graph
def standing(phones: Mapping[PhoneType, Phone], profile: Row, changed: Changed, since: datetime) -> tuple[OldNumber, ...]:
    """The numbers that nothing tells a change of: registered ones first, and each once.

    Args:
        profile: `mobilePhone` and `businessPhones` of the account.
        since: from then on the records tell.

    Raises:
        Unavailable: `profile` is no such account.
    """
    mobile, business = profile["mobilePhone"], profile["businessPhones"]
    found = (
        [] if changed.registered else [(phones[kind].number, kind) for kind in _ORDER if kind in phones and _is_older(phones[kind], since)]
    )
    of_profile = [*([] if changed.mobile else [mobile]), *([] if changed.business else business)]
    known: dict[str, OldNumber] = {}
    for number, phone in (*found, *((str(one).strip(), None) for one in of_profile if one)):
        if _NUMBER.fullmatch(number):
            known.setdefault(digits(number), OldNumber(number=number, phone=phone, since=since))
    return tuple(known.values())


def _is_older(phone: Phone, since: datetime) -> bool:
    """By its own date, where Graph has one: for phones it usually has none."""
    return not phone.created or phone.created < f"{since:%Y-%m-%d}"


def _changed_by(row: Row) -> Iterator[str]:
    activity = row["activityDisplayName"].casefold()
    if not activity or not row["id"]:
        raise Unavailable("a record of the audit log that does not say what was done")
    if activity.startswith(_MADE) or _MADE[-1] in activity:
        yield from ("registered", "mobile", "business")
    elif _SECURITY_INFO in activity:
        if not any(word in activity for word in _UNCHANGED) and _is_of_phones(str(row.get("resultReason") or "").casefold()):
            yield "registered"
    elif activity == "update user":
        yield from _updated(set(_properties(row)))


def _is_of_phones(reason: str) -> bool:
    return any(word in reason for word in _OF_PHONES) or not any(word in reason for word in _OF_OTHERS)


def _updated(names: set[str]) -> Iterator[str]:
    if not names or "strongauthenticationuserdetails" in names:
        yield "registered"
    if not names or any("mobile" in name for name in names):
        yield "mobile"
    if not names or any("telephone" in name or "businessphone" in name for name in names):
        yield "business"


def _properties(row: Row) -> Iterator[str]:
    """The names of the attributes that an update touched, in small letters."""
    for target in row.get("targetResources") or ():
        for one in target.get("modifiedProperties") or ():
            name = str(one["displayName"]).casefold()
            yield from re.findall(r"\w+", str(one.get("newValue") or "").casefold()) if name == _INCLUDED else (name,)
