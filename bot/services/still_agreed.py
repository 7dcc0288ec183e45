"""Whether an agreement counts beyond what the request itself can say, from the directory as it is at this moment.

A press counts only when the presser is not another account of whoever asked or is meant; and what was agreed to before counts only while
those who agreed still may. What cannot be read is never taken for a yes.
"""

from __future__ import annotations

import asyncio

from bot.domain.approvers import MOST_HOLDERS, same_person, still_may
from bot.domain.operation import Approval, Operation
from bot.domain.policy import ALLOWED, Decision
from bot.errors import NotFound, Unavailable
from bot.ports import BulkJobs, Directory


async def somebody_else(directory: Directory, jobs: BulkJobs, operation: Operation, approver_id: str) -> Decision:
    """Whether nothing tells that an approver's account is another one of the requester, of whom it is about, or of who vouched.

    Raises:
        DirectoryError: Graph cannot say.
    """
    others = [(operation.requester.id, operation.requester.name)]
    others += operation.vouchers.items()
    others += [] if operation.bulk else [(operation.target.id, operation.target.name)]
    try:
        mine, *theirs = await directory.marks([approver_id, *(object_id for object_id, _ in others)])
    except NotFound as error:  # whether an account is gone is asked elsewhere; without its marks nobody can be told from another
        raise Unavailable("the addresses of an account are not found", status=404, request_id=error.request_id) from error
    named = {mark.key: name for (_, name), marks in zip(others, theirs, strict=True) for mark in marks}
    # Of a file nobody knows beforehand which of its people to compare with, so whoever has any of the marks is looked for in it.
    asked = [mark for mark in mine if operation.bulk or mark.key in named]
    held = zip(asked, await directory.holders(asked), strict=True)
    telling = [(mark, holders) for mark, holders in held if len(holders) <= MOST_HOLDERS]
    for mark, _ in telling:
        if mark.key in named:
            return same_person(mark, named[mark.key])
    for mark, holders in telling if operation.bulk else ():
        for person in await jobs.changed(operation.id, holders - {approver_id.lower()}):
            return same_person(mark, person.name)
    return ALLOWED


async def agreement(directory: Directory, operation: Operation) -> Decision:
    """Whether everybody who has agreed still may; the first no, in a sentence.

    Raises:
        DirectoryError: Graph cannot say of somebody.
    """
    decisions = await asyncio.gather(*(_still(directory, operation, approval) for approval in operation.approvals))
    return next((decision for decision in decisions if not decision.allowed), ALLOWED)


async def _still(directory: Directory, operation: Operation, approval: Approval) -> Decision:
    try:
        standing = await directory.standing(approval.approver_id, operation.need.groups)
    except NotFound:
        standing = None
    return still_may(operation, approval, standing)
