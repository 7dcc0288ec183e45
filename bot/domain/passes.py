"""Temporary Access Passes: what is wanted, what the tenant allows, and what somebody has already."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.domain.change import Change, ChangeKind

#: Where the person goes with a pass: https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
SECURITY_INFO = "aka.ms/mysecurityinfo"

_STORED = re.compile(r"(?P<minutes>\d{1,5}) minutes, (?P<use>one-time|reusable)(?:, from (?P<start>\d{4}-\d\d-\d\d \d\d:\d\d) UTC)?")


@dataclass(frozen=True, slots=True)
class WantedPass:
    """A pass to be made: `start` is None for the moment at which it is made."""

    minutes: int
    once: bool = True
    start: datetime | None = None

    @property
    def text(self) -> str:
        """As it stands in a change's `after`: the words people read and `of` reads back."""
        start = f", from {self.start.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.start else ""
        return f"{self.minutes} minutes, {'one-time' if self.once else 'reusable'}{start}"

    @classmethod
    def of(cls, text: str | None) -> WantedPass:
        """What `text` says.

        Raises:
            ValueError: it was not made by `text`.
        """
        found = _STORED.fullmatch(text or "")
        if found is None:
            raise ValueError("not a wanted pass")
        start = datetime.strptime(found["start"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC) if found["start"] else None
        return cls(int(found["minutes"]), found["use"] == "one-time", start)


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
    """

    enabled: bool
    minimum: int
    maximum: int
    usual: int
    once: bool
    included: frozenset[str]
    excluded: frozenset[str] = frozenset()
    held: HeldPass | None = None

    def cover(self, groups: frozenset[str]) -> bool:
        """Whether the policy is about somebody who is in these groups."""
        mine = groups | {"all_users"}
        return bool(mine & self.included) and not mine & self.excluded


def due(change: Change, now: datetime) -> Change:
    """The change as it would be made now: a start that has passed means at once."""
    if change.kind is not ChangeKind.CREATE_PASS:
        return change
    wanted = WantedPass.of(change.after)
    if wanted.start is None or wanted.start > now + timedelta(seconds=30):
        return change
    return replace(change, after=replace(wanted, start=None).text)
