"""Step 8: another person agrees or denies. Every press is authorised from scratch, and so is the request it is about.

What a press finds out about the request itself (docs/decisions/0016-where-approvers-are-asked.md): a requester who lost the right, or a
target who became protected, ends the operation; a pause, a freeze or a limit only refuses the press, since it passes; a before-value
that is no longer so ends it as stale; and another fact of the account is shown on the card before the next press counts.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from bot.commands.approvals import BYSTANDERS, decision_on, opened_by, pending_for, viewer_of
from bot.commands.bulk_shown import first_rows
from bot.domain.audit import AuditEvent, Tag
from bot.domain.effect import untouched
from bot.domain.incoming import OPENED, CardAction, Verb
from bot.domain.life import State
from bot.domain.methods import Dossier
from bot.domain.operation import Approval, Operation
from bot.domain.people import Standing, differences
from bot.domain.phone import mask_text
from bot.domain.policy import PASSING, Audience, Decision, Reason
from bot.domain.replies import ApprovalShown, Pending, Viewer
from bot.domain.said import join, say
from bot.domain.stop import because
from bot.errors import DirectoryError, NotFound, Refusal
from bot.ports import BulkJobs, Clock, Directory, Operations
from bot.services.approval_places import ApprovalPlaces
from bot.services.approvers_card import conversation_link
from bot.services.confirm import too_late
from bot.services.gate import Gate
from bot.services.look import look_again
from bot.services.meanwhile import Asked, meanwhile
from bot.services.own_change import own_change
from bot.services.require import require
from bot.services.review import Reviewer
from bot.services.still_agreed import agreement, somebody_else

#: What Entra ID says of a request: whoever asked, the target, whether the approver is somebody else, and whether what was agreed holds.
Facts = tuple[Standing, Dossier, Decision | DirectoryError, Decision]


class Approvals:
    """Takes the presses of those who decide, and shows each reader of an approvers' card what concerns them.

    Args:
        teams: address of the Teams client, for links.
    """

    def __init__(
        self,
        operations: Operations,
        jobs: BulkJobs,
        directory: Directory,
        gate: Gate,
        reviewer: Reviewer,
        clock: Clock,
        places: ApprovalPlaces,
        teams: str,
    ) -> None:
        self._operations = operations
        self._jobs = jobs
        self._directory = directory
        self._gate = gate
        self._reviewer = reviewer
        self._clock = clock
        self.places = places
        self._teams = teams

    def may_know(self, action: CardAction, operation: Operation | None, standing: Standing) -> Decision:
        """Whether somebody who wants to decide may hear what the id names, or that it names nothing.

        Colleagues may, whoever asked or may agree, and whoever reads the approvers' card in the channel where it is posted.
        """
        me = standing.person.id.lower()
        concerned = operation is not None and (
            me == operation.requester.id.lower()
            or bool(standing.groups & operation.need.groups)
            or _reads(Viewer.ONLOOKER, action, operation)
        )
        if concerned or self._gate.is_helpdesk(standing) or self._gate.is_admin(standing):
            return self._gate.permit(standing, Audience.EVERYBODY)
        staff = self._gate.permit(standing, Audience.STAFF)
        return (
            staff
            if not staff.allowed
            else Decision(
                False,
                Reason.NOT_APPROVER,
                say("I do not know this card, or it is not for you to decide."),
                say("What waits for you stands in `pending`: type it in a personal chat with me."),
            )
        )

    def asking(self, action: CardAction, operation: Operation | None) -> AbstractAsyncContextManager[Asked[Facts]]:
        """Asks what `press` will want to know while the gate is asked about the presser: of what may be approved, for who had rights."""

        async def facts() -> Facts:
            assert operation is not None, "nothing is asked of what is not there"
            return await asyncio.gather(
                self._gate.standing(operation.requester, fresh=True),
                self._target(operation),
                self._somebody_else(operation, action.actor.id),
                agreement(self._directory, operation),
            )

        waits = action.verb is Verb.APPROVE and operation is not None and operation.state is State.AWAITING_APPROVAL
        return meanwhile(facts, self._clock, at_once=waits and self._gate.expects(action.actor))

    async def press(self, action: CardAction, operation: Operation, standing: Standing, asked: Asked[Facts]) -> ApprovalShown | Pending:
        """Approves or denies; the answer is the card as the presser sees it now, or the presser's list when it was pressed there.

        Args:
            standing: the presser's, read now, who `may_know` of it.
            asked: from `asking`.

        Raises:
            Refusal: the press does not count; the text says why.
            DirectoryError: Graph cannot say whether it does.
        """
        approves = action.verb is Verb.APPROVE
        moved = await (self._approve(action, operation, standing, asked) if approves else self._deny(action, operation, standing))
        shown = await self.view(action, moved)
        return replace(shown, decided=moved) if isinstance(shown, Pending) else shown

    async def view(self, action: CardAction, operation: Operation | None) -> ApprovalShown | Pending:
        """The approvers' card as this reader should see it; the reader's list where that was pressed, which is in a personal chat.

        There a card may be opened as well, by whoever asked or may decide, as `bot.commands.approvals` shows it.

        Args:
            operation: None when the press names none that it could be about.

        Raises:
            Refusal: there is none, or the reader has nothing to do with it. The id is short and can be guessed.
        """
        standing = await self._gate.standing(action.actor)
        personal = action.where.kind == "personal"
        asked = await self.places.is_card(action, operation) if personal else operation is not None
        if operation and personal and action.kind == OPENED and not asked:
            if opened := await opened_by(self._jobs, operation, standing, self._clock()):
                return replace(opened, link=conversation_link(operation, self._teams), refreshing=_themselves(action))
        elif operation and asked:
            viewer = await viewer_of(self._jobs, operation, standing)
            if personal or _reads(viewer, action, operation):
                return await self.shown(operation, viewer, action)
        if personal:
            return await pending_for(self._operations, self._jobs, standing, self._clock())
        raise Refusal(say("I do not know this card any more."), say("Type `pending` in a personal chat with me."), code="unknown_card")

    async def shown(self, operation: Operation, viewer: Viewer, action: CardAction) -> ApprovalShown:
        """The approvers' card for one reader, whose client goes on asking for it."""
        link = conversation_link(operation, self._teams)
        rows = await first_rows(self._jobs, operation)
        return ApprovalShown(operation, self._clock(), viewer, link, refreshing=_themselves(action), samples=rows)

    async def _approve(self, action: CardAction, operation: Operation, standing: Standing, asked: Asked[Facts]) -> Operation:
        await self._require_right(action, operation, standing)
        name = standing.person.name
        await self._check_request(operation, asked)
        approval = Approval(action.actor.id, name, self._clock())
        event = AuditEvent(Tag.OPERATION_APPROVED, approval.at, action.actor.id, name, operation.id, operation.target.id)
        moved = await self._operations.approve(operation.id, approval, event)
        if moved:
            return moved
        await self._require_right(action, await self._operations.get(operation.id) or operation, standing)
        return await too_late(self._operations, operation, self._clock)

    async def _deny(self, action: CardAction, operation: Operation, standing: Standing) -> Operation:
        await self._require_right(action, operation, standing)
        name = standing.person.name
        reason = mask_text(action.reason)
        if operation.need.deny_reason and not reason:
            raise Refusal(
                say("Policy wants to know why {id} is denied.", id=operation.id),
                say("Press Deny on its own card, and write a reason."),
                code="needs_reason",
            )
        now = self._clock()
        facts = {"reason": reason} if reason else {}
        event = AuditEvent(Tag.OPERATION_DENIED, now, action.actor.id, name, operation.id, operation.target.id, facts)
        outcome = say("{name} denied {id}{because}. Nothing was changed.", name=name, id=operation.id, because=because(reason))
        moved = await self._operations.move(
            operation.id, "deny", State.DENIED, event, at=now, outcome=outcome, decided_by=name, in_time=True
        )
        return moved or await too_late(self._operations, operation, self._clock)

    async def _require_right(self, action: CardAction, operation: Operation, standing: Standing) -> None:
        """Whoever pressed may decide this at this moment. Who has agreed may still deny."""
        if not operation.need.approvals:
            raise Refusal(say("{id} needs nobody's approval.", id=operation.id), code="no_need")
        waiting = operation.state is State.AWAITING_APPROVAL
        counted = operation.agreed if waiting and action.verb is Verb.APPROVE else frozenset()
        require(await decision_on(self._jobs, operation, standing, counted))
        if not waiting or operation.expires_at <= self._clock():
            await too_late(self._operations, operation, self._clock)

    async def _check_request(self, operation: Operation, asked: Asked[Facts]) -> None:
        """Whether the request is still what everybody saw, and still allowed; and whether this approver is really somebody else."""
        try:
            asker, dossier, other, agreed = await asked()
        except NotFound:
            await self._withdraw(
                operation, say("The account of the person, or of whoever asked, no longer exists in Entra ID."), "not_found"
            )
            return
        if isinstance(other, DirectoryError):
            raise other
        require(other)
        if not agreed.allowed:
            await self._withdraw(operation, agreed.text, agreed.reason.value)
        known = self._gate.permit(asker, Audience.EVERYBODY)
        verdict = await self._reviewer.still(_agreed_by_all(operation), asker, dossier) if known.allowed else known
        if verdict.reason in PASSING:
            require(verdict)
        if not known.allowed:
            text = say(
                "{requester}, who asked for this, has no right to any more: the account is disabled or a guest.",
                requester=operation.requester.name,
            )
            await self._withdraw(operation, text, known.reason.value)
        if not verdict.allowed:
            text = say("What {name} asked for is not allowed any more.", name=operation.requester.name)
            await self._withdraw(operation, join(" ", (text, verdict.text)),
                                 verdict.reason.value)  # fmt: skip
        await self._compare(operation, dossier)

    async def _somebody_else(self, operation: Operation, approver_id: str) -> Decision | DirectoryError:
        """Whether the approver is, or why that cannot be said: which matters only while everybody's account is there."""
        try:
            return await somebody_else(self._directory, self._jobs, operation, approver_id)
        except DirectoryError as error:
            return error

    async def _target(self, operation: Operation) -> Dossier:
        """Whom it is about as they are now; of a bulk job, whose rows are looked at one by one as they are carried out, nobody."""
        return Dossier(operation.target, {}) if operation.bulk else await look_again(self._directory, operation)

    async def _compare(self, operation: Operation, dossier: Dossier) -> None:
        stale = [change for change in operation.changes if not untouched(change, dossier)]
        # Of a bundle the rest is still wanted: what was changed meanwhile is left alone, and named, when it is carried out.
        if stale and not (operation.bundle and len(stale) < len(operation.changes)):
            outcome = say(
                "{changed} of {upn} was changed by someone else after this was asked. Nothing was written.",
                changed=join(", ", (change.label for change in stale)),
                upn=operation.target.upn,
            )
            if own := await own_change(self._operations, operation, stale):
                outcome = join(" ", (own, say("Nothing was written.")))
            await self._end(operation, "go_stale", State.STALE, Tag.OPERATION_STALE, outcome, "changed_meanwhile")
        if facts := differences(operation.target, dossier.person):
            said = say("Changed since it was asked: {changed}", changed=facts)
            await self._operations.renew_target(operation, dossier.person, said)
            raise Refusal(
                say("The account of {target} has changed since it was asked: {changed}.", target=operation.target.name, changed=facts),
                say("This press did not count. Look at the card again; if it is still right, approve once more."),
                code="target_changed",
            )

    async def _withdraw(self, operation: Operation, why: str, code: str) -> None:
        await self._end(operation, "withdraw", State.FAILED, Tag.OPERATION_WITHDRAWN, join(" ", (why, say("Nothing was changed."))), code)

    async def _end(self, operation: Operation, verb: str, to: State, tag: Tag, outcome: str, code: str) -> None:
        """Ends an operation that nobody can approve any more; the presser is told by the refusal, the requester by a message."""
        now = self._clock()
        event = AuditEvent(tag, now, operation_id=operation.id, target_id=operation.target.id, facts={"outcome": outcome, "code": code})
        if await self._operations.move(operation.id, verb, to, event, at=now, outcome=outcome) is None:
            await too_late(self._operations, operation, self._clock)
        raise Refusal(join(" ", (say("{id} has ended.", id=operation.id), outcome)), code=code)


def _reads(viewer: Viewer, action: CardAction, operation: Operation) -> bool:
    """Whether this reader has the approvers' card in a channel before them: bystanders that very one, once it is posted there."""
    where = operation.approval_where
    if where is None or viewer not in BYSTANDERS:
        return where is not None
    return action.where.channel_id == where.channel_id and (bool(operation.approval_card_id) or operation.state is State.AWAITING_APPROVAL)


def _themselves(action: CardAction) -> tuple[str, ...]:
    """Whose client goes on asking."""
    return (action.actor.chat_id,) if action.actor.chat_id else ()


def _agreed_by_all(operation: Operation) -> Operation:
    """As it will be once everybody needed has agreed: what is asked here is whether that would be enough."""
    missing = operation.need.approvals - len(operation.approvals)
    return replace(operation, approvals=operation.approvals + (Approval("", "", operation.created_at),) * missing)
