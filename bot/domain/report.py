"""The report of who has nothing but a phone: what is known of each person, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.domain.retirement import Channel, Population

#: Phones as the registration report calls them, and what can be sent to each: texts go to mobiles, alternate and office numbers are called.
PHONES: Mapping[str, frozenset[Channel]] = {
    "mobilePhone": frozenset(Channel),
    "alternateMobilePhone": frozenset({Channel.VOICE}),
    "officePhone": frozenset({Channel.VOICE}),
}


class Class(StrEnum):
    """How somebody is registered, as far as the end of texts and calls goes; stored words."""

    PHONE_ONLY = "phone_only"  # phones, and nothing else that signs in
    PHONE_DEFAULT = "phone_default"  # has better, and is asked for the phone first
    PHONE_TOO = "phone_too"
    STRONG = "strong"  # no phone
    NOTHING = "nothing"
    UNKNOWN = "unknown"  # the registration report has no row, or one that cannot be judged


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
