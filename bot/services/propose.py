"""Step 5: a plan becomes a proposed operation, with its audit event, in one transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, Plan
from bot.domain.exchange import ConversationRef
from bot.domain.operation import Operation
from bot.domain.people import Actor
from bot.domain.phone import mask_text
from bot.ports import Operations


def change_facts(changes: tuple[Change, ...]) -> list[dict[str, str | None]]:
    """Changes as the trail records them: numbers masked."""
    return [{key: value and str(value) for key, value in asdict(change.masked()).items()} for change in changes]


async def propose(
    operations: Operations,
    plan: Plan,
    *,
    command: str,
    requester: Actor,
    where: ConversationRef,
    now: datetime,
    valid_for: timedelta,
    ticket: str = "",
    reason: str = "",
) -> Operation:
    """Stores what would happen and starts its clock.

    Returns:
        The operation under its new id.
    """
    operation = Operation(
        id="",
        command=command,
        text=f"{command} for {plan.target.upn}",
        requester=requester,
        target=plan.target,
        changes=plan.changes,
        notes=plan.notes,
        warnings=plan.warnings,
        ticket=ticket,
        reason=reason,
        conversation=where,
        created_at=now,
        expires_at=now + valid_for,
    )
    facts = {
        "command": command,
        "target_upn": plan.target.upn,
        "changes": change_facts(plan.changes),
        "ticket": ticket,
        "reason": mask_text(reason),
    }
    event = AuditEvent(Tag.OPERATION_PROPOSED, now, requester.id, requester.name, target_id=plan.target.id, facts=facts)
    return await operations.propose(operation, event)
