"""What of the settings plans depend on."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.change import ChangeKind
from bot.domain.high import High
from bot.domain.retirement import Retirement
from bot.domain.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Installation:
    """Settings that plans and commands depend on.

    Attributes:
        default_region: ISO 3166 region of national numbers, or empty.
        retirement: when Microsoft's own texts and calls end, and what goes on all the same.
        per_user_mfa: per-user MFA may be read and switched.
        first_day_to_manager: the first pass of somebody new goes to the manager.
        high: what a high threat level demands.
        admins: id of the administrators' group; empty when nobody is one.
        contact: how people reach the helpdesk; empty where no setting says.
        tickets: where tickets are read.
        longest_pass: how many minutes a pass may last; None for as long as the tenant allows.
    """

    default_region: str = ""
    retirement: Retirement = field(default_factory=Retirement)
    per_user_mfa: bool = False
    first_day_to_manager: bool = False
    high: High = field(default_factory=High)
    admins: str = ""
    contact: str = ""
    tickets: Tickets = field(default_factory=Tickets)
    longest_pass: int | None = None

    @property
    def off(self) -> frozenset[ChangeKind]:
        """What nobody can ask for, because the setting that it takes is off."""
        return frozenset() if self.per_user_mfa else frozenset({ChangeKind.REQUIRE_MFA})
