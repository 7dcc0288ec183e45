"""The threat level as it is raised and lowered: with its audit event and its posts in the transaction of `bot.store.stops`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.domain import threat as levels
from bot.domain.high import High
from bot.domain.people import Actor
from bot.domain.remarks import LogNote
from bot.domain.stop import Threat
from bot.domain.threat import Word
from bot.store import in_force, outbox
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.engine import Enqueue


class Levels:
    """Moves the threat level inside a transaction.

    Args:
        high: what a high level demands, which the posts say.
    """

    def __init__(self, enqueue: Enqueue, high: High) -> None:
        self._enqueue = enqueue
        self._high = high

    def raised(self, connection: Connection, trail: Trail, threat: Threat, ticket: str) -> Threat:
        """High from now on, or for longer."""
        at = threat.since
        self.end(connection, trail, at)  # also takes the turn, so that what is read here is still so when it is written
        before = in_force.read(connection, at).threat
        kept = before.then(threat) if before else threat
        in_force.set_threat(connection, kept)
        trail.append(levels.raised_event(kept, at, ticket))
        self._post(connection, levels.raised_post(kept, self._high, at, ticket))
        return kept

    def lowered(
        self, connection: Connection, trail: Trail, by: Actor, at: datetime, admins: Collection[str], reason: str, ticket: str
    ) -> tuple[Threat, Word] | None:  # fmt: skip
        """One word more to lower it; None when it is normal."""
        self.end(connection, trail, at)
        threat = in_force.read(connection, at).threat
        if threat is None:
            return None
        word = levels.heard(threat, by.id, at, admins)
        match word:
            case Word.FIRST:
                threat = levels.word_of(threat, by, at)
                in_force.set_threat(connection, threat)
                trail.append(levels.worded_event(by, at, reason, ticket))
                self._post(connection, levels.worded_post(threat, by, at, reason, ticket))
            case Word.AGREED:
                in_force.set_threat(connection, None)
                trail.append(levels.lowered_event(at, by, reason, ticket))
                self._post(connection, levels.lowered_post(threat, at, by, reason, ticket))
        return threat, word

    def end(self, connection: Connection, trail: Trail, now: datetime) -> None:
        """Normal again if its time is over and nobody has said so yet."""
        outbox.take_turn(connection)
        if threat := in_force.over(connection, now):
            in_force.set_threat(connection, None)
            trail.append(levels.lowered_event(now))
            self._post(connection, levels.lowered_post(threat, now))

    def _post(self, connection: Connection, note: LogNote) -> None:
        """For the log channel, and for the channel of the approvers."""
        key = outbox.add_remark(connection, self._enqueue, note)
        self._enqueue(connection, "alert", key)
