"""The end of Microsoft's own texts and calls for sign-in: for whom, by which channel, from which day, and in which words that is said.

Shown where a number or a default is planned (`planning.phones`, `planning.sign_in`), by `show` (`commands.people`), of files
(`services.bulk.check`), by the report (`cards.report`, `page.sentences`, `sheets.people`) and by `terminal.doctor`.

https://learn.microsoft.com/entra/identity/authentication/concept-sms-voice-retirement
https://learn.microsoft.com/entra/identity/authentication/concept-sms-voice-retirement-faq
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.people import Person, Privileges
from bot.domain.said import Said, join, said_day, say, say_count, say_each, together

#: As Entra calls the role: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference#global-administrator
GLOBAL_ADMINISTRATOR = "Global Administrator"


class Population(StrEnum):
    """People whose texts and calls end together; stored words."""

    MEMBER = "member"
    ADMINISTRATOR = "administrator"  # any role but the next
    GLOBAL_ADMINISTRATOR = "global_administrator"
    INTERNAL_GUEST = "internal_guest"  # a guest whose account is the tenant's own
    EXTERNAL = "external"

    @property
    def later(self) -> bool:
        """Whether theirs end on the later of the two days."""
        return self in _LATER


_LATER = say_each({Population.GLOBAL_ADMINISTRATOR: "Global Administrators", Population.EXTERNAL: "external users"})


def population_of(person: Person, privileges: Privileges) -> Population:
    """To whom somebody counts.

    Who could activate Global Administrator, and does not hold it now, is none: Microsoft names those who are, and nobody should be
    told a later day than theirs.
    """
    if GLOBAL_ADMINISTRATOR in privileges.roles:
        return Population.GLOBAL_ADMINISTRATOR
    if person.external:
        return Population.EXTERNAL
    if person.guest:
        return Population.INTERNAL_GUEST
    return Population.ADMINISTRATOR if privileges.roles else Population.MEMBER


class Channel(StrEnum):
    """How a code comes; the value is what `TELEPHONY_PROVIDER` says."""

    SMS = "sms"
    VOICE = "voice"


_MARKED = say_each(
    {
        frozenset(Channel): "SMS and voice",
        frozenset({Channel.SMS}): "SMS codes",
        frozenset({Channel.VOICE}): "Voice calls",
    }
)
_IN_WORDS = say_each({Channel.SMS: "texts", Channel.VOICE: "calls"})


def channels_said(text: str) -> frozenset[Channel] | None:
    """What `none`, `sms`, `voice` or both name; None for anything else."""
    words = [word for part in text.lower().split(",") if (word := part.strip())]
    if words == ["none"]:
        return frozenset()
    try:
        return frozenset(map(Channel, words)) or None
    except ValueError:
        return None


def channels_in_words(channels: Collection[Channel]) -> Said:
    """ "texts and calls"."""
    return together(_IN_WORDS[channel] for channel in Channel if channel in channels)


@dataclass(frozen=True, slots=True)
class Retirement:
    """What the settings say of it.

    Attributes:
        sooner: the day from which nothing is sent to members, internal guests and administrators; None when it is not known, as in other
            clouds.
        later: the same of Global Administrators and external users.
        provider: the channels that the organisation's own telephony provider carries on.
    """

    sooner: date | None = None
    later: date | None = None
    provider: frozenset[Channel] = frozenset()

    def day(self, population: Population) -> date | None:
        """From which day on Microsoft itself sends this population nothing; None when it is not known."""
        return self.later if population.later else self.sooner

    def ends(self, population: Population, channels: Collection[Channel], *, first_factor: bool = False) -> date | None:
        """From which day on none of these channels carries anything for this population; None when one goes on, or the day is not known.

        Args:
            first_factor: for SMS sign-in, which ends whoever the provider is.
        """
        if not first_factor and self.provider.intersection(channels):
            return None
        return self.day(population)


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends, for a card: the few words that stand on each, and the sentences that say the same in full."""

    mark: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retiring:
    """What it means on one day, in sentences; there are none where nothing ends, or the day is not known.

    Attributes:
        population: whose; None for people of any, as in a file.
    """

    retirement: Retirement
    today: date
    population: Population | None = None

    @property
    def day(self) -> date | None:
        """The day in question, the sooner one for people of any population."""
        return self.retirement.day(self.population or Population.MEMBER)

    def lasting(self, channels: Collection[Channel]) -> frozenset[Channel]:
        """Which of these channels nothing ends that we know of."""
        return frozenset(channels) if self.day is None else self.retirement.provider.intersection(channels)

    def serving(self, channels: Collection[Channel]) -> frozenset[Channel]:
        """By which of these channels codes come today."""
        return self.lasting(channels) if self._is_over else frozenset(channels)

    def of(self, channels: Collection[Channel], *, sms_sign_in: bool = False, counted: bool = False) -> tuple[str, ...]:
        """What ends of these channels, and what goes on, each short enough for a line of a card.

        Args:
            sms_sign_in: it is on, or will be: where texts go on, it is said that SMS sign-in does not.
            counted: with the days that are left, for what is read today.
        """
        if self.day is None:
            return ()
        lasting = self.lasting(channels)
        over = set(channels) - lasting
        first = self._sms_sign_in(self.day, counted=counted and not over) if sms_sign_in and Channel.SMS not in over else ""
        if not over:
            return (join(" ", (first, self._others)),) if first else ()
        go_on = (
            say("{Channels} go on, through the organisation's own telephony provider.", channels=channels_in_words(lasting))
            if lasting
            else ""
        )
        sentences = join(" ", (self._ends(over, self.day, counted=counted), self._others)), join(" ", (go_on, first))
        return tuple(filter(None, sentences))

    def mark(self, channels: Collection[Channel]) -> str:
        """What ends of these channels and when, in a few words for every card; empty where nothing does."""
        if self.day is None or not (over := set(channels) - self.lasting(channels)):
            return ""
        what, day = _MARKED[frozenset(over)], said_day(self.day)
        return say("{what} ended {day}", what=what, day=day) if self._is_over else say("{what} end {day}", what=what, day=day)

    def mark_of_sms_sign_in(self) -> str:
        """The same of SMS sign-in."""
        if self.day is None:
            return ""
        day = said_day(self.day)
        return say("SMS sign-in ended {day}", day=day) if self._is_over else say("SMS sign-in ends {day}", day=day)

    def of_sms_sign_in(self) -> tuple[str, ...]:
        """The end of SMS sign-in: a text that takes the place of the password, which no telephony provider carries on."""
        return () if self.day is None else (self._sms_sign_in(self.day, counted=False),)

    def of_phones_alone(self, channels: Collection[Channel]) -> str:
        """What the end means for somebody who signs in with nothing but such phones."""
        if self.day is None or self.lasting(channels):
            return ""
        if self._is_over:
            return say("Without anything else, this person gets in only by registering a passkey.")
        return say("Without anything else, this person then gets in only by registering a passkey.")

    def _ends(self, channels: Collection[Channel], day: date, *, counted: bool) -> str:
        what = say("Microsoft's own {channels}", channels=channels_in_words(channels))
        if self._whom:
            what = say("Microsoft's own {channels} for {whom}", channels=channels_in_words(channels), whom=self._whom)
        until = self._until(day, counted=counted)
        if self._is_over:
            return say("{what} ended on {day}: they serve neither sign-in nor password reset any more.", what=what, day=until)
        return say("{what} end on {day}: from then on they serve neither sign-in nor password reset.", what=what, day=until)

    def _sms_sign_in(self, day: date, *, counted: bool) -> str:
        what = say("SMS sign-in for {whom}", whom=self._whom) if self._whom else say("SMS sign-in")
        until = self._until(day, counted=counted)
        if self._is_over:
            return say("{What} ended on {day}, with a telephony provider too.", what=what, day=until)
        return say("{What} ends on {day}, with a telephony provider too.", what=what, day=until)

    @property
    def _is_over(self) -> bool:
        return self.day is not None and self.today >= self.day

    @property
    def _whom(self) -> str:
        return _LATER.get(self.population, "") if self.population else ""

    @property
    def _others(self) -> str:
        """The later day, where people of any population are meant."""
        later = self.retirement.later
        if self.population or later is None or later == self.day:
            return ""
        return say("For Global Administrators and external users that day is {day}.", day=said_day(later))

    def _until(self, day: date, *, counted: bool) -> Said:
        left = (day - self.today).days
        if not counted or left <= 0:
            return said_day(day)
        return say("{day} ({left})", day=said_day(day), left=say_count(left, "{count} day left", "{count} days left"))
