"""What holds changes back, what is counted, and what is said of our own memory's truth."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from bot.domain.limits import Lift, Usage
from bot.domain.people import Actor, Person
from bot.domain.reconcile import Comparison
from bot.domain.remarks import LogNote
from bot.domain.rules import Limits
from bot.domain.stop import Freeze, Pause, Stop, Threat
from bot.domain.threat import Word


class Stops(Protocol):
    """Pauses, freezes and the threat level, for all replicas. Every method may raise `StoreUnavailable`; each is one transaction.

    Whatever is changed here goes to the audit trail and to the log channel in the same transaction.
    """

    async def stop(self, target_id: str, now: datetime) -> Stop:
        """What stops a change of this person now; with an empty id, of everybody."""

    async def seen(self, target_id: str, now: datetime) -> Stop:
        """The same for a card to speak of: what another replica did may be missing for a second. Never to decide by."""

    async def freeze(self, freeze: Freeze, ticket: str = "", take_back: str = "") -> tuple[Freeze, bool]:
        """Begins or prolongs a freeze.

        Args:
            take_back: id of the operation that the alert offers to take back; empty for none.

        Returns:
            The freeze as it now stands, and False when this repeats the report of a suspicious call, which only prolongs it.

        Raises:
            Forbidden: so many people were frozen by typing within the hour that this one is too many.
        """

    async def unfreeze(self, seen: Freeze, by: Actor, at: datetime, reason: str = "", ticket: str = "") -> bool:
        """Ends this very freeze; False when it has changed or ended meanwhile."""

    async def unfreeze_all(
        self, agent: Person, by: Actor, at: datetime, reason: str = "", ticket: str = ""
    ) -> tuple[tuple[Freeze, ...], tuple[Freeze, ...]]:  # fmt: skip
        """Ends every freeze that is this agent's alone; returns those, and the shared ones that stay."""

    async def pause(self, pause: Pause, ticket: str = "") -> Pause | None:
        """Pauses every change; the pause that holds already, if there is one."""

    async def resume(self, by: Actor, at: datetime, reason: str = "", ticket: str = "") -> Pause | None:
        """Ends the pause and returns it; None when there was none."""

    async def raise_threat(self, threat: Threat, ticket: str = "") -> Threat:
        """Raises the threat level, or prolongs a high one; returns it as it now stands. Both channels are told."""

    async def lower_threat(
        self, by: Actor, at: datetime, admins: Collection[str], reason: str = "", ticket: str = ""
    ) -> tuple[Threat, Word] | None:
        """Takes an administrator's word to lower the level, of which both channels are told.

        Args:
            admins: whose word counts now, by object id in small letters.

        Returns:
            The level as it was or is, and what the word has come to; None when it is normal.
        """

    async def end_threat(self, now: datetime) -> None:
        """Makes the level normal once its time is over, and has both channels told; does nothing before."""

    async def note(self, key: str) -> LogNote | None:
        """What the approvers' channel is to be told too; None when it is no longer kept."""

    async def refer(self, person: Person, now: datetime) -> str:
        """A short reference to this person for the button of a card; it serves for some months after it was last given out."""

    async def referred(self, reference: str) -> Person | None:
        """Whom a reference means; None when it was never given out."""


class Usages(Protocol):
    """What was done lately, for the policy's limits. Every method may raise `StoreUnavailable`; each is one transaction."""

    async def usage(
        self, agent_id: str, target_id: str, digests: Collection[str], limits: Limits, now: datetime, *, asks_others: bool, contains: bool
    ) -> Usage:  # fmt: skip
        """What these limits have to know about one more operation by this agent, on this person, to numbers with these digests.

        Args:
            asks_others: somebody else has to agree to it.
            contains: it only takes access away.
        """

    async def lift(self, lift: Lift) -> None:
        """Lets somebody's counts start anew; goes to the audit trail and to the log channel in the same transaction."""


class Discrepancies(Protocol):
    """What was found out of step with Entra's audit log, for all replicas. May raise `StoreUnavailable`; each is one transaction."""

    async def schedule(self, turn: str) -> None:
        """Has the comparison made by one replica; the same turn again does nothing."""

    async def report(self, found: Comparison, at: datetime) -> int:
        """Puts what was not reported before in the trail and in the log channel's outbox, in one transaction; returns how much that was."""


class TrailHeads(Protocol):
    """Where the head of the audit trail is said."""

    async def post(self, day: date, at: datetime) -> bool:
        """Puts the head, as it is now, into the log channel's outbox; False when that was done for this day, or nothing happened yet.

        Raises:
            StoreUnavailable: it has to be tried again.
        """
