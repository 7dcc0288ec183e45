"""Temporary Access Passes: what is wanted, what the tenant allows, and what somebody has already.

A wish is clamped to what the tenant allows when it is planned (`planning.passes`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil

from bot.domain.said import say

#: Where the person goes with a pass: https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
SECURITY_INFO = "aka.ms/mysecurityinfo"


@dataclass(frozen=True, slots=True)
class WantedPass:
    """A pass to be made: `start` is None for the moment at which it is made."""

    minutes: int
    once: bool = True
    start: datetime | None = None

    @property
    def recorded(self) -> str:
        """As the store and the trail have it, in words that never change."""
        start = f", from {self.start.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.start else ""
        return f"{self.minutes} minutes, {'one-time' if self.once else 'reusable'}{start}"

    @property
    def in_words(self) -> str:
        """As people read it."""
        use = say("one-time") if self.once else say("reusable")
        lasting = say("{count} minutes, {use}", count=self.minutes, use=use)
        if self.start is None:
            return lasting
        start, end = window(self, self.start)
        return say("{pass_}, from {start} until {end}", pass_=lasting, start=start, end=end)

    def due(self, now: datetime) -> WantedPass:
        """As it would be made now: a start that has passed means at once."""
        return self if self.start is None or _to_come(self, now) else replace(self, start=None)


@dataclass(frozen=True, slots=True)
class HeldPass:
    """A pass somebody has; nobody can read its code any more.

    Attributes:
        valid: it is good for signing in, now or from its start on.
        until: when it ends by itself.
    """

    id: str
    valid: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class PassTerms:
    """What holds for a pass for one person: the tenant's policy, and the pass there is.

    Attributes:
        minimum, maximum, usual: lifetimes in minutes.
        once: reusable passes are not allowed.
        included, excluded: ids of groups, or `all_users`.
        cut: a pass may last less than the tenant allows, because the threat level is high.
    """

    enabled: bool
    minimum: int
    maximum: int
    usual: int
    once: bool
    included: frozenset[str]
    excluded: frozenset[str] = frozenset()
    held: HeldPass | None = None
    cut: bool = False

    def at_most(self, minutes: int | None) -> PassTerms:
        """The same where no pass may last longer than this, or than the tenant's shortest; None for as long as the tenant allows."""
        if minutes is None:
            return self
        most = max(self.minimum, min(self.maximum, minutes))
        return replace(self, maximum=most, usual=min(self.usual, most), cut=most < self.maximum)

    def cover(self, groups: frozenset[str]) -> bool:
        """Whether the policy is about somebody who is in these groups."""
        mine = groups | {"all_users"}
        return bool(mine & self.included) and not mine & self.excluded


def window(wanted: WantedPass, asked_at: datetime) -> tuple[datetime, datetime]:
    """From when until when a pass is agreed to: see docs/decisions/0015-window-of-a-pass.md.

    Args:
        asked_at: when it was asked for, which is where it begins unless another start was asked for.
    """
    start = wanted.start or asked_at
    return start, start + timedelta(minutes=wanted.minutes)


def made_now(wanted: WantedPass, asked_at: datetime, now: datetime, minimum: int) -> WantedPass:
    """What is made of it at this moment: it ends when that was agreed, or later where the tenant gives nothing as short.

    Args:
        minimum: of the tenant, in minutes.
    """
    if _to_come(wanted, now):
        return wanted
    _, end = window(wanted, asked_at)
    left = ceil((end - now) / timedelta(minutes=1))
    return replace(wanted, minutes=max(min(left, wanted.minutes), minimum), start=None)


def _to_come(wanted: WantedPass, now: datetime) -> bool:
    return wanted.start is not None and wanted.start > now + timedelta(seconds=30)
