"""Temporary Access Passes: what is wanted, what the tenant allows, and what somebody has already."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil

from bot.domain.change import Change, ChangeKind
from bot.domain.said import say

#: Where the person goes with a pass: https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
SECURITY_INFO = "aka.ms/mysecurityinfo"

_STORED = re.compile(r"(?P<minutes>\d{1,5}) minutes, (?P<use>one-time|reusable)(?:, from (?P<start>\d{4}-\d\d-\d\d \d\d:\d\d) UTC)?")

_HELD = re.compile(r"a pass until (?P<until>\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


@dataclass(frozen=True, slots=True)
class WantedPass:
    """A pass to be made: `start` is None for the moment at which it is made."""

    minutes: int
    once: bool = True
    start: datetime | None = None

    @property
    def text(self) -> str:
        """As it stands in a change's `after`, for `of` to read back; `spoken` says it to people."""
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
        start = _moment(found["start"]) if found["start"] else None
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


def spoken(text: str) -> str:
    """What stands in a change of a pass, before or after, as people read it."""
    if found := _HELD.fullmatch(text):
        return say("a pass until {at}", at=_moment(found["until"]))
    try:
        wanted = WantedPass.of(text)
    except ValueError:
        return text
    use = say("one-time") if wanted.once else say("reusable")
    lasting = say("{count} minutes, {use}", count=wanted.minutes, use=use)
    if wanted.start is None:
        return lasting
    start, end = window(wanted, wanted.start)
    return say("{pass_}, from {start} until {end}", pass_=lasting, start=start, end=end)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def due(change: Change, now: datetime) -> Change:
    """The change as it would be made now: a start that has passed means at once."""
    if change.kind is not ChangeKind.CREATE_PASS:
        return change
    wanted = WantedPass.of(change.after)
    return replace(change, after=replace(wanted, start=None).text) if wanted.start and not _to_come(wanted, now) else change


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
