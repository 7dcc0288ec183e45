"""Proofs of callers, in the database: each step is one transaction with its line in the trail. Implements `ports.Proofs`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from bot.domain.audit import AuditEvent, Tag
from bot.domain.operation import Operation
from bot.domain.proof import SOMEBODY_ELSE, Proof, ProofState
from bot.domain.proof_lock import Lock
from bot.domain.remarks import LogNote
from bot.domain.said import say, to_column
from bot.store import outbox
from bot.store.moves import Moves, Seen
from bot.store.prepared import Prepared
from bot.store.proofs_asked import ASKED, end_late, look, proof_in, proofs_of
from bot.store.stops import put_freeze
from bot.store.tables import audit_events, operations, proofs
from bot.store.trail import Trail
from bot.store.transactions import Transactions
from bot.store.waiting import withdraw_waiting

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

_GET = Prepared(select(proofs).where(proofs.c.id == bindparam("proof")))
_WAITS = select(operations.c.expires_at).where(operations.c.id == bindparam("operation"))
_ASKED_ABOUT = select(proofs.c.operation_id).where(ASKED, proofs.c.target_id == bindparam("target"), proofs.c.expires_at > bindparam("now"))
_FAILED_ABOUT = select(proofs.c.agent_id).where(
    proofs.c.state == ProofState.FAILED.value, proofs.c.target_id == bindparam("target"), proofs.c.answered_at > bindparam("since")
)
_UNFROZEN = select(func.max(audit_events.c.at)).where(
    audit_events.c.target_id == bindparam("target"), audit_events.c.tag == Tag.CHAT_PERSON_UNFROZEN.value
)
#: Whoever says that it is not them is heard whatever was answered before, also a wrong number or somebody else's sign-in; but once.
_DENY = update(proofs).where(
    proofs.c.id == bindparam("proof"), or_(proofs.c.state != ProofState.FAILED.value, proofs.c.evidence != to_column(SOMEBODY_ELSE))
)
_END = update(proofs).where(proofs.c.id == bindparam("proof"), ASKED)
#: Whoever answers was in time when they pressed; what was asked of Entra ID after that may have taken longer.
_ANSWER = _END.where(proofs.c.expires_at > bindparam("at"))
_ANSWERS = frozenset({ProofState.GIVEN, ProofState.FAILED})


class StoredProofs:
    """`ports.Proofs` on SQLAlchemy Core.

    Args:
        stopped: called after somebody was frozen, so that whoever looks then sees it.
    """

    def __init__(self, transactions: Transactions, enqueue: Enqueue, stopped: Callable[[], None]) -> None:
        self._transactions = transactions
        self._enqueue = enqueue
        self._stopped = stopped
        self._moves = Moves(enqueue)

    async def get(self, proof_id: str) -> Proof | None:
        def work(connection: Connection) -> Proof | None:
            found = _GET(connection, {"proof": proof_id}).first()
            return proof_in(found) if found else None

        return await self._transactions.read(work)

    async def of(self, operation_id: str, failed_since: datetime) -> tuple[Proof, ...]:
        return await self._transactions.read(lambda connection: proofs_of(connection, operation_id, failed_since))

    async def standing(self, given: Collection[Proof]) -> tuple[Proof, ...]:
        ids = [proof.id for proof in given]
        query = select(proofs).where(proofs.c.id.in_(ids), proofs.c.state == ProofState.GIVEN.value)
        return await self._transactions.read(lambda connection: tuple(map(proof_in, connection.execute(query))))

    async def ask(self, proof: Proof, operation: Operation, until: datetime, event: AuditEvent) -> Operation | None:
        def work(connection: Connection, trail: Trail) -> Operation | None:
            now = proof.asked_at
            if connection.execute(_ASKED_ABOUT, {"target": proof.target_id, "now": now}).first():
                return None
            end_late(connection, trail, self._enqueue, proof.operation_id, now)
            seen = Seen(operation.id, in_time=now)
            values = {"expires_at": max(operation.expires_at, until)}
            asked = self._moves.stay(connection, "prove", seen, values, trail=trail, event=event)
            if asked:
                connection.execute(insert(proofs), [_row(proof)])
                look(connection, self._enqueue, proof.id, "")
                look(connection, self._enqueue, proof.id, "over", (proof.expires_at - now).total_seconds())
            return asked

        return await self._transactions.record(work)

    async def answer(self, proof: Proof, event: AuditEvent, until: datetime, lock: Lock | None = None, *, late: bool = False) -> bool:
        at = event.at

        def work(connection: Connection, trail: Trail) -> bool:
            if lock:
                outbox.take_turn(connection)
            given = _row(proof)
            changed = {name: given[name] for name in ("state", "by_id", "by_name", "evidence", "answered_at", "expires_at")}
            ends = _DENY if late else _ANSWER if proof.state in _ANSWERS else _END
            if not connection.execute(ends.values(**changed), {"proof": proof.id, "at": at}).rowcount:
                return False
            waits = connection.execute(_WAITS, {"operation": proof.operation_id}).scalar_one()
            time = {"expires_at": max(waits, until)}
            if self._moves.stay(connection, "proved", Seen(proof.operation_id), time, trail=trail, event=event) is None:
                trail.append(event)
            look(connection, self._enqueue, proof.id, "denied" if proof.denied else proof.state.value)
            if lock:
                self._lock(connection, trail, proof, lock)
            return True

        try:
            return await self._transactions.record(work)
        finally:
            if lock:
                self._stopped()

    async def put_card(self, proof_id: str, card_id: str) -> None:
        change = update(proofs).where(proofs.c.id == proof_id).values(card_id=card_id)
        await self._transactions.write(lambda connection: connection.execute(change))

    async def note(self, proof: Proof, event: AuditEvent, post: LogNote | None = None) -> None:
        def work(connection: Connection, trail: Trail) -> None:
            if post:
                outbox.take_turn(connection)
            connection.execute(insert(proofs), [_row(proof)])
            trail.append(event)
            if post:
                outbox.add_remark(connection, self._enqueue, post)

        await self._transactions.record(work)

    async def waited_for(self, target_id: str, now: datetime) -> str:
        about = {"target": target_id, "now": now}
        return await self._transactions.read(lambda connection: connection.execute(_ASKED_ABOUT, about).scalar() or "")

    async def asked_of(self, person_id: str, since: datetime) -> int:
        query = select(func.count()).where(func.lower(proofs.c.asked_id) == person_id.lower(), proofs.c.asked_at > since)
        return await self._transactions.read(lambda connection: connection.execute(query).scalar_one())

    def _lock(self, connection: Connection, trail: Trail, proof: Proof, lock: Lock) -> None:
        freeze = lock.freeze
        if lock.after:
            ended = connection.execute(_UNFROZEN, {"target": proof.target_id}).scalar() or lock.since  # an administrator had a look
            query = {"target": proof.target_id, "since": max(lock.since, ended)}
            failed = connection.execute(_FAILED_ABOUT, query).scalars().all()
            if len(failed) < lock.after:
                return
            freeze = replace(freeze, not_by=tuple(dict.fromkeys((*freeze.not_by, *failed))))
        put_freeze(connection, freeze)
        trail.append(lock.event)
        if not lock.after:
            name = lock.freeze.by_name
            outcome = say("{name} says that the caller is somebody else. Nothing was changed.", name=name)
            withdraw_waiting(connection, self._moves, trail, proof.target_id, name, outcome, lock.event.at)
        outbox.add_remark(connection, self._enqueue, lock.post)


def _row(proof: Proof) -> dict[str, object]:
    return asdict(proof) | {"kind": proof.kind.value, "state": proof.state.value, "evidence": to_column(proof.evidence)}
