"""The end of Microsoft's own texts and calls for sign-in: for whom, by which channel, from which day.

https://learn.microsoft.com/entra/identity/authentication/concept-sms-voice-retirement
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
        return self in (Population.GLOBAL_ADMINISTRATOR, Population.EXTERNAL)


class Channel(StrEnum):
    """How a code comes; the value is what `TELEPHONY_PROVIDER` says."""

    SMS = "sms"
    VOICE = "voice"


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

    def ends(self, population: Population, channels: Collection[Channel], *, first_factor: bool = False) -> date | None:
        """From which day on none of these channels carries anything for this population; None when one goes on, or the day is not known.

        Args:
            first_factor: for SMS sign-in, which ends whoever the provider is.
        """
        if not first_factor and self.provider.intersection(channels):
            return None
        return self.later if population.later else self.sooner
