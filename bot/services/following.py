"""Operations that follow from another one, confirmed and agreed to with it: the pass of a recovery, and what is tidied up after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, change_facts
from bot.domain.life import REVEAL_FOR, State
from bot.domain.operation import Operation
from bot.domain.said import say

#: An operation, and the trail's line on how it came to be.
Successor = tuple[Operation, AuditEvent]


def the_pass(operation: Operation, state: State, at: datetime) -> Successor | None:
    """What is seen once, to be revealed once the rest of `operation` has ended in this state; None when there is no such thing."""
    changes = tuple(change for change in operation.changes if change.once_only)
    if not changes or operation.once_only or state not in (State.SUCCEEDED, State.PARTIAL):
        return None
    made = operation.following(changes, State.READY, at + REVEAL_FOR, say("Belongs to the recovery {id}.", id=operation.id))
    if operation.recovery:  # followed up by the recovery itself
        made = replace(made, recovery=replace(operation.recovery, ticked=(), later=(), followed=False, found=()))
    return made, _begun(operation, made, at)


def tidying(operation: Operation, changes: tuple[Change, ...], at: datetime) -> Successor:
    """What is removed after a recovery."""
    made = operation.following(changes, State.QUEUED, at, say("Follow-up of the recovery {id}.", id=operation.id))
    return made, _begun(operation, made, at)


def _begun(operation: Operation, made: Operation, at: datetime) -> AuditEvent:
    facts = {
        "command": made.command,
        "target_upn": made.target.upn,
        "changes": change_facts(made.changes),
        "ticket": made.ticket,
        "reason": f"follows from {operation.id}",
    }
    asker = operation.requester
    return AuditEvent(Tag.OPERATION_PROPOSED, at, asker.id, asker.name, target_id=made.target.id, facts=facts)
