"""The approvers' card in a channel: posted once, mentioning them, and kept up to date in place as long as the operation lives."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from urllib.parse import quote

import structlog

from bot.commands.approvals import in_rows
from bot.commands.bulk_shown import first_rows
from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import Member
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.replies import ApprovalShown
from bot.domain.said import say
from bot.errors import ChatError, ChatRefused, DirectoryError
from bot.ports import Announcer, BulkJobs, Clock, Directory, Operations

log = structlog.get_logger()

#: More people than this are not notified of one request.
MOST_MENTIONED = 20
_IN_CHAT = '{"contextType":"chat"}'


class ApproversCard:
    """Brings the approvers' card of an operation to its present state.

    Args:
        teams: address of the Teams client, for links.
    """

    def __init__(
        self, operations: Operations, jobs: BulkJobs, announcer: Announcer, directory: Directory, clock: Clock, teams: str
    ) -> None:
        self._operations = operations
        self._jobs = jobs
        self._announcer = announcer
        self._directory = directory
        self._clock = clock
        self._teams = teams

    async def bring(self, operation: Operation) -> None:
        """Posts the card or replaces it. If Teams will never take it, the operation is withdrawn, since nobody could decide it.

        Raises:
            ChatError: Teams does not take it now.
        """
        where, waiting = operation.approval_where, operation.state is State.AWAITING_APPROVAL
        if where is None or operation.state is State.PROPOSED:
            return
        roster = await self._roster(operation) if waiting else ()
        approvers = await self._approvers(operation) if roster else frozenset()
        shown = ApprovalShown(
            operation,
            self._clock(),
            link=conversation_link(operation, self._teams),
            refreshing=refreshing(operation, roster, approvers),
            samples=await first_rows(self._jobs, operation),
        )
        if operation.approval_card_id:
            try:
                await self._announcer.update(where, operation.approval_card_id, shown)
            except ChatRefused as error:
                if error.status == 401:
                    raise
                log.info("approvers' card cannot be updated", action="approvers_card_gone", operation=operation.id, status=error.status)
            else:
                return
        if waiting:
            await self._post(operation, shown, () if operation.approval_card_id else mentioned(operation, roster, approvers))

    async def _post(self, operation: Operation, shown: ApprovalShown, to: tuple[Member, ...]) -> None:
        where = operation.approval_where
        assert where is not None
        try:
            try:
                card_id = await self._announcer.send(where, replace(shown, mentioned=to))
            except ChatRefused as error:
                if error.status != 400 or not to:
                    raise
                card_id = await self._announcer.send(where, shown)  # somebody cannot be mentioned: the card matters more
        except ChatRefused as error:
            if error.status == 401:  # our own sign-in: an administrator can put it right in time
                raise
            await self._withdraw(operation, error)
        else:
            await self._operations.set_approval_card(operation.id, card_id)

    async def _withdraw(self, operation: Operation, error: ChatRefused) -> None:
        log.error("approvers cannot be asked", action="approvers_card_refused", operation=operation.id, status=error.status)
        outcome = say(
            "Teams does not let me post in the channel where approvers are asked ({status}), so nobody could agree. Nothing was changed. "
            "Ask whoever runs Doorman to check the channel (`approvals here`, APPROVAL_CHANNEL_ID or the log channel), and that Doorman "
            "is in that team.",
            status=error.status,
        )
        await withdraw(self._operations, self._clock, operation, outcome, str(error.status))

    async def _roster(self, operation: Operation) -> tuple[Member, ...]:
        """Who is in the channel; nobody when Teams cannot say, since the card is right without views of one's own."""
        assert operation.approval_where is not None
        try:
            return await self._announcer.members(operation.approval_where)
        except ChatError as error:
            log.info("roster not known", action="roster_unknown", operation=operation.id, error=str(error))
            return ()

    async def _approvers(self, operation: Operation) -> frozenset[str]:
        """Object ids of those who may decide; empty when Graph cannot say: then nobody is mentioned."""
        try:
            people = await self._directory.members(operation.need.groups)
        except DirectoryError as error:
            log.info("approvers not known", action="approvers_unknown", operation=operation.id, error=str(error))
            return frozenset()
        members = frozenset(person.id.lower() for person in people)
        return members - _concerned(operation) - await in_rows(self._jobs, operation, members)


async def withdraw(operations: Operations, clock: Clock, operation: Operation, outcome: str, code: str) -> None:
    """Ends an operation whose approvers cannot be asked; the requester is told, and nothing happens to one that moved on meanwhile."""
    now = clock()
    facts = {"outcome": outcome, "code": code}
    event = AuditEvent(Tag.OPERATION_WITHDRAWN, now, operation_id=operation.id, target_id=operation.target.id, facts=facts)
    await operations.move(operation.id, "withdraw", State.FAILED, event, at=now, outcome=outcome)


def mentioned(operation: Operation, roster: Collection[Member], approvers: Collection[str]) -> tuple[Member, ...]:
    """Who is notified by the first post: those who may decide and read this channel."""
    return tuple(member for member in roster if member.object_id in approvers)[:MOST_MENTIONED]


def refreshing(operation: Operation, roster: Collection[Member], approvers: Collection[str]) -> tuple[str, ...]:
    """Teams ids of those whose view differs from everybody's: first whoever is concerned or has agreed, then those who cannot decide."""
    first = _concerned(operation) | operation.agreed
    own = [member.chat_id for member in roster if member.object_id in first]
    return (*own, *(member.chat_id for member in roster if member.object_id not in first and member.object_id not in approvers))


def _concerned(operation: Operation) -> frozenset[str]:
    people = (operation.requester, operation.target, operation.revealer)
    return frozenset(person.id.lower() for person in people)


def conversation_link(operation: Operation, teams: str) -> str:
    """Where it was asked: the message in a channel or group chat, a chat with the requester otherwise; empty when there is no way.

    https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams
    """
    where, requester = operation.conversation, operation.requester
    if where.kind == "personal":
        return f"{teams}/l/chat/0/0?users={quote(requester.upn, safe='@')}" if requester.upn else ""
    place, _, root = where.conversation_id.partition(";messageid=")
    message = operation.card_id or root
    if not message:
        return ""
    address = f"{teams}/l/message/{quote(place, safe='')}/{quote(message, safe='')}?tenantId={quote(requester.tenant_id, safe='')}"
    if where.kind == "channel":
        return f"{address}&parentMessageId={quote(root or message, safe='')}"
    return f"{address}&context={quote(_IN_CHAT, safe='')}"
