"""Take back: one press after a suspicious call, and what an operation gave goes. Nothing is asked, because it only takes access away."""

from __future__ import annotations

from bot.domain.incoming import CardAction, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.said import say
from bot.domain.take_back import can_be_taken_back, plan_take_back
from bot.errors import Refusal
from bot.ports import Clock, Directory, Operations
from bot.services.confirm import confirm
from bot.services.propose import Proposal, propose
from bot.services.require import require
from bot.services.review import Reviewer, wish_of

COMMAND = "take-back"
#: How many of somebody's last operations are looked through.
MOST_PAST = 5


async def to_take_back(operations: Operations, target_id: str, pressed: Operation | None, clock: Clock) -> str:
    """Id of the operation that Take back is offered for: that of the pressed card, else the last one that gave something; or empty."""
    past = await operations.changes_of(target_id, MOST_PAST)
    candidates = ((pressed,) if pressed else ()) + past
    return next((one.id for one in candidates if can_be_taken_back(one, clock())), "")


async def take_back(
    operations: Operations,
    directory: Directory,
    reviewer: Reviewer,
    action: CardAction,
    standing: Standing,
    operation: Operation,
    clock: Clock,
) -> Operation:
    """Has everything removed that an operation gave: an operation of its own, confirmed by the press.

    Args:
        action: with the presser as Entra knows them.
        standing: the presser's, read now.
        operation: the one whose additions go.

    Raises:
        Refusal: it gave nothing that could be taken back, or a limit is reached.
        DirectoryError: Graph cannot say what is there.
    """
    if not can_be_taken_back(operation, clock()):
        raise Refusal(
            say("{id} gave nothing that I could take back, or too long ago.", id=operation.id),
            say("Type `show {upn}` to see what is registered, and remove it by name.", upn=operation.target.upn),
            code="nothing_to_take_back",
        )
    if operation.state in (State.RUNNING, State.REVEALING):
        raise Refusal(
            say("{id} is being carried out at this moment, so I cannot see yet all that it gives.", id=operation.id),
            say("Press Take back again in a moment; `sign out {upn}` and `block {upn}` work meanwhile.", upn=operation.target.upn),
            code="still_under_way",
        )
    dossier = await directory.dossier(operation.target.id)
    plan = plan_take_back(operation, dossier)
    decision = await reviewer.request(standing, dossier, wish_of(plan), action.where)
    require(decision)
    made = await propose(
        operations,
        Proposal(plan, decision),
        command=COMMAND,
        requester=action.actor,
        where=action.where,
        now=clock(),
        reason=_why(operation),
    )
    confirmed = CardAction(action.key, action.actor, Verb.CONFIRM, made.id, action.where)
    return await confirm(operations, confirmed, made, clock)


def _why(operation: Operation) -> str:
    return f"takes back {operation.id}"
