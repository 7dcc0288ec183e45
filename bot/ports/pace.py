"""How fast Graph may be asked, and what keeps it from answering."""

from __future__ import annotations

from typing import Protocol

from bot.domain.hindrance import Hindrance
from bot.domain.pace import Factor, Run, Traffic


class Budget(Protocol):
    """How fast bulk jobs may ask Graph: one pace for all jobs and all replicas."""

    async def read(self, units: int = 1) -> None:
        """Returns when so many resource units may be spent; raises `StoreUnavailable` when the other replicas cannot be asked."""

    async def write(self) -> None:
        """Returns when one write may be sent; raises like `read`."""

    def refused(self, retry_after: float) -> None:
        """Graph refused a call: nothing is sent for so many seconds, and more slowly after them."""

    def pressure(self, part: float) -> None:
        """Graph says how much of its limit is used, by whomever; slower when it is much."""

    @property
    def rate(self) -> float:
        """Writes a second, as things are now."""


class Hindrances(Protocol):
    """What keeps bulk jobs from going on as fast as they might, as this process learns it from all of its calls to Graph."""

    @property
    def now(self) -> Hindrance | None:
        """What hinders now; None when nothing does, or nobody knows."""

    def remember(self, before: Hindrance | None) -> None:
        """An earlier life knew this: it is so until Graph shows otherwise, unless Graph was heard of in this life already."""


class Turns(Protocol):
    """Where all replicas take their turns from. Every method may raise `StoreUnavailable`; each is one transaction."""

    async def reserve(self, traffic: Traffic, count: int, rate: float, now: float) -> Run:
        """Takes the next turns: none is given twice, and all together are never faster than `rate` a second, lowered as was learned."""

    async def lower(self, now: float, closed_until: float) -> Factor:
        """Lowers the pace of everybody, once for several calls, and keeps all turns until `closed_until` (0 for none) from being given.

        Returns:
            The pace as everybody now has it.
        """
