"""Reading proofs, and ending those that nobody has to answer any more, inside the transactions of whoever moves an operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select, update

from bot.domain.consequences import Workflow
from bot.domain.proof import Proof, ProofKind, ProofState
from bot.domain.proving import proof_event
from bot.domain.said import from_store
from bot.store.prepared import Prepared
from bot.store.tables import operations, proofs
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

ASKED = proofs.c.state == ProofState.ASKED.value
_STANDS = proofs.c.state.in_((ProofState.ASKED.value, ProofState.GIVEN.value))
_TARGET = select(operations.c.target_id).where(operations.c.id == bindparam("operation")).scalar_subquery()
_FAILED = (proofs.c.state == ProofState.FAILED.value) & (proofs.c.target_id == _TARGET) & (proofs.c.answered_at > bindparam("since"))
_OF = Prepared(select(proofs).where((proofs.c.operation_id == bindparam("operation")) | _FAILED).order_by(proofs.c.asked_at, proofs.c.id))
_ASKED_OF = Prepared(select(proofs).where(ASKED, proofs.c.operation_id == bindparam("operation")))
_STANDING_ABOUT = Prepared(select(proofs).where(_STANDS, proofs.c.target_id == bindparam("target")))
_STANDING = update(proofs).where(proofs.c.id == bindparam("proof"), _STANDS)


def look(connection: Connection, enqueue: Enqueue, proof_id: str, occasion: str, delay: float = 0.0) -> None:
    """Has whoever is to answer brought their card, or brought up to date what they have."""
    enqueue(connection, Workflow.PROVE.value, proof_id, occasion=occasion, delay=delay, key=proof_id)


def proofs_of(connection: Connection, operation_id: str, since: datetime) -> tuple[Proof, ...]:
    """See `ports.Proofs.of`."""
    return tuple(map(proof_in, _OF(connection, {"operation": operation_id, "since": since})))


def proof_in(found: Any) -> Proof:
    """The proof in a row of the table."""
    row = found._asdict()
    words = {"kind": ProofKind(row["kind"]), "state": ProofState(row["state"]), "evidence": from_store(row["evidence"])}
    return Proof(**(row | words))


def withdraw_asked(connection: Connection, trail: Trail, enqueue: Enqueue, operation_id: str, at: datetime) -> None:
    """Nobody has to answer any more, because the operation waits no more."""
    _end(connection, trail, enqueue, _ASKED_OF(connection, {"operation": operation_id}), ProofState.WITHDRAWN, at)


def withdraw_about(connection: Connection, trail: Trail, enqueue: Enqueue, target_id: str, at: datetime) -> None:
    """No proof of this person counts any more."""
    _end(connection, trail, enqueue, _STANDING_ABOUT(connection, {"target": target_id}), ProofState.WITHDRAWN, at)


def end_late(connection: Connection, trail: Trail, enqueue: Enqueue, operation_id: str, now: datetime) -> None:
    """One that nobody answered in time makes room for the next before anybody has ended it."""
    late = [found for found in _ASKED_OF(connection, {"operation": operation_id}) if found.expires_at <= now]
    _end(connection, trail, enqueue, late, ProofState.EXPIRED, now)


def _end(connection: Connection, trail: Trail, enqueue: Enqueue, found: Iterable[Any], state: ProofState, at: datetime) -> None:
    for proof in list(map(proof_in, found)):
        if connection.execute(_STANDING.values(state=state.value, answered_at=at), {"proof": proof.id}).rowcount:
            trail.append(proof_event(replace(proof, state=state), at))
            look(connection, enqueue, proof.id, state.value)
