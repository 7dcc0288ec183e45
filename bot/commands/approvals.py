"""What waits for the agreement of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from bot.commands.grammar.kinds import Word
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.approvers import may_agree
from bot.domain.operation import Operation
from bot.domain.people import Person, Standing
from bot.domain.policy import Decision
from bot.domain.remarks import Remark
from bot.domain.replies import Pending, Reply
from bot.domain.review import could_approve
from bot.domain.said import say
from bot.ports import BulkJobs, Operations


async def pending(invocation: Invocation, context: Context, *, operations: Operations, jobs: BulkJobs) -> Reply:
    """What waits for the actor, and what the actor waits for. In a personal chat alone: the list is the actor's own."""
    if context.where.kind != "personal":
        return Remark(
            say("What waits for you is for your eyes."),
            say("Ask me `pending` in a personal chat. What waits here has a card here."),
        )
    return await pending_for(operations, jobs, context.standing, context.now)


async def pending_for(operations: Operations, jobs: BulkJobs, standing: Standing, now: datetime) -> Pending:
    """What this person may decide now, and what this person has asked for and others have not decided."""
    waiting = await operations.awaiting_approval(now)
    me = standing.person.id.lower()
    return Pending(
        deciding=tuple([each for each in waiting if (await decision_on(jobs, each, standing, each.agreed)).allowed]),
        asked=tuple(operation for operation in waiting if operation.requester.id.lower() == me),
        now=now,
    )


async def decision_on(jobs: BulkJobs, operation: Operation, standing: Standing, already: frozenset[str]) -> Decision:
    """Whether this person may decide an operation, as far as what is stored can say.

    Args:
        already: who is counted.
    """
    me = standing.person.id
    mine = await in_rows(jobs, operation, [me]) if standing.groups & operation.need.groups else frozenset()
    return may_agree(operation, me, standing.groups, in_rows=mine, already=already)


async def could_agree(jobs: BulkJobs, operation: Operation, members: Iterable[Person]) -> tuple[Person, ...]:
    """Those whose agreement would count, as far as what is stored can say.

    Args:
        members: of the groups that may agree.
    """
    people = could_approve(
        operation.need,
        members,
        requester_id=operation.requester.id,
        target_id=operation.target.id,
        already=operation.agreed,
        manager_id=operation.manager.id if operation.manager else "",
    )
    changed = await in_rows(jobs, operation, [person.id for person in people])
    return tuple(person for person in people if person.id.lower() not in changed)


async def in_rows(jobs: BulkJobs, operation: Operation, object_ids: Collection[str]) -> frozenset[str]:
    """Those of these people whose own account a row of the file changes, by object id in lower case; none where there is no file."""
    found = await jobs.changed(operation.id, object_ids) if operation.bulk else ()
    return frozenset(person.id.lower() for person in found)


PENDING = Command(
    name="pending",
    in_menu=True,
    topic="Looking back",
    pattern=(Word("pending", also=("approvals",), near=("waiting", "approve")),),
    summary="What waits for your approval, and which of your own requests wait for others",
    example="pending",
    run=pending,
    audience=Audience.EVERYBODY,  # who may approve need not be in the helpdesk group; everybody sees their own list and no other
)
