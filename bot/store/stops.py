"""Pauses, freezes and the threat level. Implements `ports.Stops`; each is stored with its audit event and its posts in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select

from bot.domain import stop
from bot.domain.audit import Tag
from bot.domain.high import High
from bot.domain.limits import HOUR, NO_LIMITS, may_freeze
from bot.domain.people import Actor, Person
from bot.domain.policy import Decision
from bot.domain.remarks import LogNote
from bot.domain.rules import Limits
from bot.domain.stop import Freeze, Pause, Stop, Threat
from bot.domain.threat import Word
from bot.errors import Forbidden
from bot.store import alarms, in_force, outbox
from bot.store.engine import Enqueue
from bot.store.levels import Levels
from bot.store.limit_counts import lifted
from bot.store.prepared import Prepared
from bot.store.tables import audit_events, freezes, references
from bot.store.trail import Trail
from bot.store.transactions import Transactions

T = TypeVar("T")

#: How long one read serves for what cards say.
SEEN_FOR = timedelta(seconds=1)

_FREEZING = [Tag.CHAT_PERSON_FROZEN.value, Tag.CHAT_CALL_SUSPECTED.value]
_OF_NOW = select(freezes).where(freezes.c.until > bindparam("now"))
_FREEZES = Prepared(_OF_NOW)
_FREEZE = Prepared(_OF_NOW.where(freezes.c.target_id == bindparam("target")))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everything that stopped anything at a moment, on its way from the database; whoever asks meanwhile waits for the same read."""

    at: datetime
    stops: asyncio.Future[tuple[Stop, dict[str, Freeze]]]

    def serves(self, now: datetime) -> bool:
        failed = self.stops.done() and (self.stops.cancelled() or self.stops.exception() is not None)
        return not failed and self.at <= now < self.at + SEEN_FOR


class StoredStops:
    """`ports.Stops` on SQLAlchemy Core."""

    def __init__(self, transactions: Transactions, enqueue: Enqueue, limits: Limits = NO_LIMITS, high: High | None = None) -> None:
        self._transactions = transactions
        self._enqueue = enqueue
        self._limits = limits
        self._levels = Levels(enqueue, high or High())
        self._seen: _Seen | None = None
        self._referred: dict[str, date] = {}  # accounts whose reference this process has stored, and on which day

    async def stop(self, target_id: str, now: datetime) -> Stop:
        def work(connection: Connection) -> Stop:
            everybody = in_force.read(connection, now)
            return replace(everybody, freeze=_freeze(connection, target_id, now)) if target_id else everybody

        return await self._transactions.read(work)

    async def seen(self, target_id: str, now: datetime) -> Stop:
        if self._seen is None or not self._seen.serves(now):
            self._seen = _Seen(now, asyncio.ensure_future(self._transactions.read(lambda connection: _everything(connection, now))))
        everybody, frozen = await asyncio.shield(self._seen.stops)
        freeze = frozen.get(target_id)
        return replace(everybody, freeze=freeze if freeze and freeze.until > now else None)

    async def freeze(self, freeze: Freeze, ticket: str = "", take_back: str = "") -> tuple[Freeze, bool]:
        now = freeze.since

        def work(connection: Connection, trail: Trail) -> tuple[Freeze, bool] | Decision:
            outbox.take_turn(connection)  # so that what is read here is still so when it is written
            if not freeze.suspicious:
                others, anew = _frozen_lately(connection, trail, freeze), lifted(connection, freeze.by_id)
                decision = may_freeze(self._limits, others, freeze.by_name, now, anew)
                if not decision.allowed:
                    return decision
            before, kept = put_freeze(connection, freeze)
            again = before is not None and before.suspicious and freeze.suspicious
            # What is said and recorded is this saying of it: a repetition of a suspicious call's freeze is no new call.
            said = replace(kept, by_id=freeze.by_id, by_name=freeze.by_name, suspicious=freeze.suspicious, reason=freeze.reason)
            trail.append(stop.frozen_event(said, now, ticket))
            post = replace(stop.frozen_post(said, now, ticket), take_back=take_back)
            if freeze.suspicious:
                alarms.after_call(connection, self._enqueue, freeze, post, now, again=again)
            else:
                outbox.add_remark(connection, self._enqueue, post)
            return kept, not again

        done = await self._record(work)
        if isinstance(done, Decision):
            raise Forbidden(done.text, done.hint, code=done.reason.value)
        return done

    async def unfreeze(self, seen: Freeze, by: Actor, at: datetime, reason: str = "", ticket: str = "") -> bool:
        def work(connection: Connection, trail: Trail) -> bool:
            outbox.take_turn(connection)
            if _freeze(connection, seen.target_id, at) != seen:
                return False
            connection.execute(delete(freezes).where(freezes.c.target_id == seen.target_id))
            trail.append(stop.unfrozen_event(seen, by, at, reason, ticket))
            outbox.add_remark(connection, self._enqueue, stop.unfrozen_post(seen, by, at, reason, ticket))
            return True

        return await self._record(work)

    async def unfreeze_all(
        self, agent: Person, by: Actor, at: datetime, reason: str = "", ticket: str = ""
    ) -> tuple[tuple[Freeze, ...], tuple[Freeze, ...]]:  # fmt: skip
        def work(connection: Connection, trail: Trail) -> tuple[tuple[Freeze, ...], tuple[Freeze, ...]]:
            outbox.take_turn(connection)
            ended, shared = _freezes_by(connection, agent.id, at)
            for freeze in ended:
                connection.execute(delete(freezes).where(freezes.c.target_id == freeze.target_id))
                trail.append(stop.unfrozen_event(freeze, by, at, reason, ticket))
            if ended:
                outbox.add_remark(connection, self._enqueue, stop.all_unfrozen_post(ended, shared, agent, by, at, reason, ticket))
            return ended, shared

        return await self._record(work)

    async def pause(self, pause: Pause, ticket: str = "") -> Pause | None:
        def work(connection: Connection, trail: Trail) -> Pause | None:
            outbox.take_turn(connection)
            if before := in_force.pause(connection):
                return before
            in_force.set_pause(connection, pause)
            trail.append(stop.paused_event(pause, ticket))
            outbox.add_remark(connection, self._enqueue, stop.paused_post(pause, ticket))
            return None

        return await self._record(work)

    async def resume(self, by: Actor, at: datetime, reason: str = "", ticket: str = "") -> Pause | None:
        def work(connection: Connection, trail: Trail) -> Pause | None:
            outbox.take_turn(connection)
            if (before := in_force.pause(connection)) is None:
                return None
            in_force.set_pause(connection, None)
            trail.append(stop.resumed_event(by, at, reason, ticket))
            outbox.add_remark(connection, self._enqueue, stop.resumed_post(before, by, at, reason, ticket))
            return before

        return await self._record(work)

    async def raise_threat(self, threat: Threat, ticket: str = "") -> Threat:
        return await self._record(lambda connection, trail: self._levels.raised(connection, trail, threat, ticket))

    async def lower_threat(
        self, by: Actor, at: datetime, admins: Collection[str], reason: str = "", ticket: str = ""
    ) -> tuple[Threat, Word] | None:
        return await self._record(lambda connection, trail: self._levels.lowered(connection, trail, by, at, admins, reason, ticket))

    async def end_threat(self, now: datetime) -> None:
        if await self._transactions.read(lambda connection: in_force.over(connection, now)):
            await self._record(lambda connection, trail: self._levels.end(connection, trail, now))

    async def note(self, key: str) -> LogNote | None:
        return await self._transactions.read(lambda connection: outbox.note(connection, key))

    async def _record(self, work: Callable[[Connection, Trail], T]) -> T:
        """Whoever looks after this sees what was done here."""
        try:
            return await self._transactions.record(work)
        finally:
            self.look_anew()

    def look_anew(self) -> None:
        """Something else has stopped something."""
        self._seen = None

    async def refer(self, person: Person, now: datetime) -> str:
        reference = stop.reference_to(person.id)

        def work(connection: Connection) -> None:
            outbox.take_turn(connection)
            connection.execute(delete(references).where(references.c.id == reference))
            connection.execute(insert(references).values(id=reference, target_id=person.id, name=person.name, upn=person.upn, at=now))

        if self._referred.get(person.id) != now.date():
            await self._transactions.write(work)
            self._referred[person.id] = now.date()
        return reference

    async def referred(self, reference: str) -> Person | None:
        def work(connection: Connection) -> Person | None:
            found = connection.execute(select(references).where(references.c.id == reference)).first()
            return Person(found.target_id, found.name, found.upn) if found else None

        return await self._transactions.read(work)


def put_freeze(connection: Connection, freeze: Freeze) -> tuple[Freeze | None, Freeze]:
    """Freezes somebody; what was before is never made shorter. Returns the freeze before, if there was one, and the one that holds."""
    before = _freeze(connection, freeze.target_id, freeze.since)
    kept = before.then(freeze) if before else freeze
    connection.execute(delete(freezes).where(freezes.c.target_id == kept.target_id))
    connection.execute(insert(freezes).values(asdict(kept)))
    return before, kept


def _freeze(connection: Connection, target_id: str, now: datetime) -> Freeze | None:
    found = _FREEZE(connection, {"target": target_id, "now": now}).first()
    return _frozen(found) if found else None


def _frozen(found: Any) -> Freeze:
    return Freeze(**{**found._asdict(), "not_by": tuple(found.not_by or ())})


def _frozen_lately(connection: Connection, trail: Trail, freeze: Freeze) -> Iterable[datetime]:
    """When whoever freezes now last froze each other person by typing, within the hour."""
    tag, hour = Tag.CHAT_PERSON_FROZEN.value, freeze.since - HOUR
    typed = (audit_events.c.actor_id == freeze.by_id) & (audit_events.c.tag == tag) & (audit_events.c.at > hour)
    query = select(audit_events.c.target_id, func.max(audit_events.c.at)).where(typed).group_by(audit_events.c.target_id)
    last = dict(connection.execute(query).all())
    last |= {row["target_id"]: row["at"] for row in trail.appended() if row["actor_id"] == freeze.by_id and row["tag"] == tag}
    last.pop(freeze.target_id, None)
    return last.values()


def _freezes_by(connection: Connection, agent_id: str, now: datetime) -> tuple[tuple[Freeze, ...], tuple[Freeze, ...]]:
    """The freezes that are this agent's alone, and those that are a colleague's too; who took part in these, the trail knows."""
    agent, events = agent_id.lower(), audit_events.c
    by_agent = func.lower(freezes.c.by_id) == agent
    took_part = exists().where(
        (events.target_id == freezes.c.target_id) & events.tag.in_(_FREEZING) & (events.at >= freezes.c.since),
        func.lower(events.actor_id) == agent,
    )
    query = select(freezes).where((freezes.c.until > now) & (by_agent | (freezes.c.shared & took_part))).order_by(freezes.c.name)
    found = [_frozen(row) for row in connection.execute(query)]
    return tuple(freeze for freeze in found if not freeze.shared), tuple(freeze for freeze in found if freeze.shared)


def _everything(connection: Connection, now: datetime) -> tuple[Stop, dict[str, Freeze]]:
    frozen = _FREEZES(connection, {"now": now})
    return in_force.read(connection, now), {found.target_id: _frozen(found) for found in frozen}
