"""What waits for the agreement of others, and the card on which they agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from bot.commands.bulk_shown import first_rows
from bot.commands.grammar.arguments import OperationId
from bot.commands.grammar.kinds import Optional, Word
from bot.commands.operations import misread
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.approvers import may_agree
from bot.domain.operation import Operation
from bot.domain.people import Person, Standing
from bot.domain.policy import Decision, Reason
from bot.domain.remarks import Remark
from bot.domain.replies import ApprovalShown, Pending, Reply, Viewer
from bot.domain.review import could_approve
from bot.domain.said import join, say
from bot.errors import Refusal
from bot.ports import BulkJobs, Operations

_VIEWERS = {
    Reason.OWN_REQUEST: Viewer.REQUESTER,
    Reason.ABOUT_APPROVER: Viewer.TARGET,
    Reason.REVEALS_IT: Viewer.ONLOOKER,
    Reason.VOUCHED: Viewer.ONLOOKER,
    Reason.NOT_APPROVER: Viewer.ONLOOKER,
    Reason.COUNTED: Viewer.AGREED,
}
#: Who has nothing to do with a request but that its card is in a channel which they read.
BYSTANDERS = frozenset({Viewer.ONLOOKER, Viewer.TARGET})


async def pending(invocation: Invocation, context: Context, *, operations: Operations, jobs: BulkJobs) -> Reply:
    """What waits for the actor, and what the actor waits for. In a personal chat alone: the list is the actor's own."""
    if context.where.kind != "personal":
        return _FOR_YOUR_EYES
    return await pending_for(operations, jobs, context.standing, context.now)


async def approve(invocation: Invocation, context: Context, *, operations: Operations, jobs: BulkJobs) -> Reply:
    """The approvers' card of a request, for whoever may decide it: typing its id agrees to nothing, the button there does.

    Without an id it is the list.

    Raises:
        Refusal: there is no such request, or it is not for the actor to decide; the same words for both.
    """
    if context.where.kind != "personal":
        return _FOR_YOUR_EYES
    wanted = str(invocation.args.get("id", "")).upper()
    if not wanted:
        return await pending_for(operations, jobs, context.standing, context.now)
    operation = await operations.get(wanted)
    if operation and (opened := await opened_by(jobs, operation, context.standing, context.now)):
        return replace(opened, refreshing=(context.actor.chat_id,) if context.actor.chat_id else ())
    raise Refusal(
        say("There is no request {wanted}, or it is not for you to decide.", wanted=wanted),
        join(" ", (misread(wanted) if context.helpdesk else "", say("`pending` lists what waits for you."))),
        code="unknown_operation",
    )


async def opened_by(jobs: BulkJobs, operation: Operation, standing: Standing, now: datetime) -> ApprovalShown | None:
    """The approvers' card for whoever opens it; None for those whom it does not concern."""
    viewer = await viewer_of(jobs, operation, standing)
    if not operation.need.approvals or viewer in BYSTANDERS:
        return None
    return ApprovalShown(operation, now, viewer, samples=await first_rows(jobs, operation), opened=True)


async def viewer_of(jobs: BulkJobs, operation: Operation, standing: Standing) -> Viewer:
    """As whom somebody reads the approvers' card."""
    return _VIEWERS.get((await decision_on(jobs, operation, standing, operation.agreed)).reason, Viewer.ANYBODY)


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


_FOR_YOUR_EYES = Remark(
    say("What waits for you is for your eyes."), say("Ask me `pending` in a personal chat. What waits here has a card here.")
)

PENDING = Command(
    name="pending",
    in_menu=True,
    topic="Looking back",
    pattern=(Word("pending", also=("approvals",), near=("waiting",)),),
    summary="What waits for your approval, and which of your own requests wait for others",
    example="pending",
    run=pending,
    audience=Audience.EVERYBODY,  # who may approve need not be in the helpdesk group; everybody sees their own list and no other
)

APPROVE = Command(
    name="approve",
    topic="Looking back",
    pattern=(Word("approve", also=("deny",), near=("agree", "reject")), Optional((OperationId(),))),
    summary="The card of a request that waits for you, with Approve and Deny",
    example="approve 7QXF",
    run=approve,
    audience=Audience.EVERYBODY,  # as `pending`
)
