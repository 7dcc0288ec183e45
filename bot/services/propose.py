"""Step 5: a plan becomes a proposed operation, with its audit event, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import change_facts
from bot.domain.conversations import ConversationRef
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.domain.phone import mask_text
from bot.domain.plan import Plan
from bot.domain.policy import Decision
from bot.ports import Operations


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be proposed.

    Attributes:
        decision: policy's yes, with what it needs.
        approvals_in: the channel where the approvers' card will be; None when nobody has to agree, or for their personal chats.
        approvers: who could agree by now.
        first: the person has no method yet.
        manager: who reveals what it makes; None for whoever asks.
        capped: see `Operation.capped`.
    """

    plan: Plan
    decision: Decision
    approvals_in: ConversationRef | None = None
    approvers: tuple[Person, ...] = ()
    first: bool = False
    manager: Person | None = None
    capped: bool = False


def time_to_confirm(decision: Decision) -> timedelta:
    """How long a confirmation may take: a proof that has to come first must not be cut short by it."""
    need = decision.need
    assert need is not None, "policy has said yes"
    assert decision.confirm_for is not None, "and for how long"
    return max([decision.confirm_for, *(proof.valid_for for proof in (need.proof, *(eased.proof for eased in need.eased)) if proof)])


async def propose(
    operations: Operations,
    proposal: Proposal,
    *,
    command: str,
    requester: Actor,
    where: ConversationRef,
    now: datetime,
    ticket: str = "",
    reason: str = "",
) -> Operation:
    """Stores what would happen and starts its clock; returns the operation under its new id."""
    plan, decision = proposal.plan, proposal.decision
    assert decision.need is not None, "only what policy allows is proposed"
    assert decision.confirm_for is not None, "and policy says for how long"
    operation = Operation(
        id="",
        command=command,
        text=f"{command} for {plan.target.upn}",
        requester=requester,
        target=plan.target,
        changes=plan.changes,
        notes=plan.notes,
        details=plan.details,
        warnings=plan.warnings,
        bundle=plan.bundle,
        recovery=plan.recovery,
        ticket=ticket,
        reason=reason,
        conversation=where,
        created_at=now,
        expires_at=now + time_to_confirm(decision),
        need=decision.need,
        approval_where=proposal.approvals_in,
        first=proposal.first,
        takes_back=plan.takes_back,
        manager=proposal.manager,
        capped=proposal.capped,
    )
    facts = {
        "command": command,
        "target_upn": plan.target.upn,
        "changes": change_facts(plan.changes),
        "ticket": ticket,
        "reason": mask_text(reason),
        "rules": list(decision.rules),
    }
    event = AuditEvent(Tag.OPERATION_PROPOSED, now, requester.id, requester.name, target_id=plan.target.id, facts=facts)
    return await operations.propose(operation, event)
