"""The report of who has nothing but a phone: what is known of each person, and what it comes to."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from statistics import median

from bot.domain.retirement import Channel, Population

#: Phones as the registration report calls them, and what can be sent to each: texts go to mobiles, alternate and office numbers are called.
PHONES: Mapping[str, frozenset[Channel]] = {
    "mobilePhone": frozenset(Channel),
    "alternateMobilePhone": frozenset({Channel.VOICE}),
    "officePhone": frozenset({Channel.VOICE}),
}

#: What goes on signing in when texts and calls have ended: names of the same report, of which Entra has no list of its own.
#: https://learn.microsoft.com/graph/api/resources/usersigninusagebyauthmethodactivity?view=graph-rest-beta
BETTER = frozenset(
    {
        "microsoftAuthenticatorPush",
        "microsoftAuthenticatorPasswordless",
        "softwareOneTimePasscode",
        "hardwareOneTimePasscode",
        "passKeyDeviceBound",
        "passKeyDeviceBoundAuthenticator",
        "passKeyDeviceBoundWindowsHello",
        "passKeySynced",
        "fido2SecurityKey",
        "windowsHelloForBusiness",
        "macOsSecureEnclaveKey",
        "externalAuthMethod",
    }
)
#: What is no second factor, or none that lasts; a QR code is a single one:
#: https://learn.microsoft.com/graph/api/resources/qrcodepinauthenticationmethod
NO_FACTOR = frozenset({"email", "securityQuestion", "temporaryAccessPass", "appPassword", "qrCode"})
#: Graph's words for being asked for a phone first, documented and as seen, in small letters.
_PHONE_FIRST = frozenset({"sms", "voicemobile", "voicealternatemobile", "voiceoffice"})

#: Fewer days of history say nothing of where it goes.
ENOUGH = timedelta(days=7)
#: How far a forecast looks back: what people did before says little of what they do now.
LOOK_BACK = timedelta(days=28)
#: Farther ahead nobody can tell.
IN_SIGHT = timedelta(days=730)
WEEKS = 12


class Class(StrEnum):
    """How somebody is registered, as far as the end of texts and calls goes; stored words."""

    PHONE_ONLY = "phone_only"  # phones, and nothing else that signs in
    PHONE_DEFAULT = "phone_default"  # has better, and is asked for the phone first
    PHONE_TOO = "phone_too"
    STRONG = "strong"  # no phone
    NOTHING = "nothing"
    UNKNOWN = "unknown"  # the registration report has no row, or one that cannot be judged


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What Entra's registration report says of a person.

    https://learn.microsoft.com/graph/api/resources/userregistrationdetails

    Attributes:
        methods: `methodsRegistered`; None where Entra does not say.
        asked_first: what the person is asked for first: Entra's choice where it chooses, otherwise the person's.
        admin: has a role.
        as_of: when the row was made.
    """

    id: str
    methods: tuple[str, ...] | None = ()
    asked_first: tuple[str, ...] = ()
    admin: bool = False
    as_of: datetime | None = None


def classify(row: ReportRow | None) -> tuple[Class, frozenset[Channel]]:
    """In which class somebody is, and by which channels their phones can be reached.

    A method that we do not know may be anything: beside phones it makes nobody one who has only those, and nobody strong.
    """
    if row is None or row.methods is None:
        return Class.UNKNOWN, frozenset()
    methods = frozenset(row.methods)
    phones = methods & PHONES.keys()
    channels = frozenset(channel for phone in phones for channel in PHONES[phone])
    if not methods & BETTER:
        if methods - phones - NO_FACTOR:
            return Class.UNKNOWN, channels
        return (Class.PHONE_ONLY if phones else Class.NOTHING), channels
    if not phones:
        return Class.STRONG, channels
    first = any(word.lower() in _PHONE_FIRST for word in row.asked_first)
    return (Class.PHONE_DEFAULT if first else Class.PHONE_TOO), channels


@dataclass(frozen=True, slots=True)
class Listed:
    """An account that somebody may sign in with.

    Attributes:
        external: another organisation's, whether it is a guest or a member here.
        guest: its type says so.
    """

    id: str
    upn: str
    name: str
    department: str = ""
    external: bool = False
    guest: bool = False


def population(account: Listed, global_admins: Collection[str]) -> Population:
    """With whom somebody's texts and calls end, as long as no other role is known of them: see `with_role`.

    A Global Administrator is one whosever the account is.
    """
    if account.id in global_admins:
        return Population.GLOBAL_ADMINISTRATOR
    if account.external:
        return Population.EXTERNAL
    return Population.INTERNAL_GUEST if account.guest else Population.MEMBER


def with_role(of: Population) -> Population:
    """The same for somebody who has a role; an external administrator stays external, because theirs end later."""
    return of if of.later else Population.ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Registered:
    """One person of the report. No number is in it.

    Attributes:
        channels: by which somebody's phones can be reached; empty without a phone.
        methods: as Entra names them.
        as_of: how old Entra's row is; None when there is none.
    """

    id: str
    upn: str
    name: str
    department: str
    population: Population
    of: Class
    channels: frozenset[Channel] = frozenset()
    methods: tuple[str, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people are in which class.

    Attributes:
        voice_only: of those with phones only, how many have none that takes texts.
    """

    people: Mapping[Class, int] = field(default_factory=dict)
    voice_only: int = 0

    @property
    def all(self) -> int:
        """Everybody."""
        return sum(self.people.values())

    @property
    def phone_only(self) -> int:
        """Those who have nothing but a phone."""
        return self.people.get(Class.PHONE_ONLY, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted on a day."""

    day: date
    phone_only: int
    people: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a report is about: everybody, a department, or the members of a group.

    Attributes:
        department: its name; empty for any.
        group: its name, for people; empty for none.
        members: ids of the group's members, nested ones too; None for no group.
    """

    department: str = ""
    group: str = ""
    members: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """For people; empty for everybody."""
        return self.group or self.department


@dataclass(frozen=True, slots=True)
class PhoneOnlyReport:
    """What the last reading says.

    Attributes:
        read_at: when Entra was read.
        oldest: the age of the oldest of Entra's rows about anybody who has only a phone; None when there is none.
        populations: only those that have anybody.
        departments: most people with only a phone first; people without one are under the empty name.
        days: earlier days and this one, oldest first; what was never read is not in it.
    """

    scope: Scope
    read_at: datetime
    oldest: datetime | None
    populations: Mapping[Population, Counts]
    departments: Sequence[tuple[str, Counts]]
    days: Sequence[Day]

    @property
    def total(self) -> Counts:
        """All populations together."""
        people = {one: sum(counts.people.get(one, 0) for counts in self.populations.values()) for one in Class}
        return Counts({one: count for one, count in people.items() if count}, sum(each.voice_only for each in self.populations.values()))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where it goes if it goes on as in the last weeks.

    Attributes:
        a_week: how many people fewer have only a phone each week; negative when they become more.
        none_left: the day on which nobody would be left; None when that is not in sight.
    """

    a_week: float
    none_left: date | None


def trend(days: Sequence[Day], today: date, weeks: int = WEEKS) -> tuple[Day, ...]:
    """The last reading of each of the last weeks, which end with today's weekday; oldest first. A week without one is left out."""
    latest: dict[int, Day] = {}
    for each in sorted(days, key=lambda day: day.day):
        back = (today - each.day).days
        if 0 <= back < 7 * weeks:
            latest[back // 7] = each
    return tuple(latest[back] for back in sorted(latest, reverse=True))


def forecast(days: Sequence[Day], today: date) -> Forecast | None:
    """Where it goes; None while there is too little history of late, when nobody is left, and when by that line it would be over by now.

    The pace is the median of those between any two days, so that a day on which Entra's report was wrong does not change it.
    """
    recent = sorted((each for each in days if today - LOOK_BACK <= each.day <= today), key=lambda day: day.day)
    if len(recent) < 3 or recent[-1].day - recent[0].day < ENOUGH or not recent[-1].phone_only:
        return None
    last = recent[-1]
    a_day = median((one.phone_only - other.phone_only) / (other.day - one.day).days for one, other in combinations(recent, 2))
    if a_day * IN_SIGHT.days < last.phone_only:
        return Forecast(7 * a_day, None)
    none_left = last.day + timedelta(days=math.ceil(last.phone_only / a_day))
    return Forecast(7 * a_day, none_left) if none_left > today else None


class Reread(StrEnum):
    """What became of asking for a reading now."""

    STARTED = "started"
    UNDER_WAY = "under_way"  # one was begun already
    TOO_SOON = "too_soon"  # one was made a moment ago


#: Entra makes its rows anew every few hours; who asks again within this gains nothing.
SOONEST_AGAIN = timedelta(minutes=15)
#: The same after one that failed, whose reason somebody may have put right.
SOONEST_AFTER_TROUBLE = timedelta(minutes=1)
