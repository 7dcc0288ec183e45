"""What waits for the agreement of others."""

from __future__ import annotations

from datetime import datetime

from bot.commands.kinds import Word
from bot.commands.spec import Command, Context, Invocation
from bot.domain.exchange import Notice, Pending, Reply
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.review import may_approve
from bot.domain.said import say
from bot.ports import Operations


async def pending(invocation: Invocation, context: Context) -> Reply:
    """What waits for the actor, and what the actor waits for. In a personal chat alone: the list is the actor's own."""
    if context.where.kind != "personal":
        return Notice(
            say("What waits for you is for your eyes."),
            say("Ask me `pending` in a personal chat. What waits here has a card here."),
        )
    return await pending_for(context.operations, context.standing, context.now)


async def pending_for(operations: Operations, standing: Standing, now: datetime) -> Pending:
    """What this person may decide now, and what this person has asked for and others have not decided."""
    waiting = await operations.awaiting_approval(now)
    me = standing.person.id.lower()
    return Pending(
        deciding=tuple(operation for operation in waiting if _may_decide(operation, me, standing)),
        asked=tuple(operation for operation in waiting if operation.requester.id.lower() == me),
        now=now,
    )


def _may_decide(operation: Operation, me: str, standing: Standing) -> bool:
    return may_approve(
        operation.need,
        me,
        standing.groups,
        requester_id=operation.requester.id.lower(),
        target_id=operation.target.id.lower(),
        already=operation.agreed,
    ).allowed


PENDING = Command(
    name="pending",
    topic="Looking back",
    pattern=(Word("pending", also=("approvals",), near=("waiting", "approve")),),
    summary="What waits for your approval, and which of your own requests wait for others",
    example="pending",
    run=pending,
    for_everyone=True,  # who may approve need not be in the helpdesk group; everybody sees their own list and no other
    scopes=("personal",),
)
