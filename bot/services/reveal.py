"""A code that is seen once: made at the moment its requester presses Reveal, shown in the answer to that press, and kept nowhere.

Three records go round the call to Graph: that it is about to be made (compare-and-set, so one press wins), the call, and what came of
it. After the first nothing is ever repeated. If the process dies or Graph does not say what it did, the operation ends as "it may
exist, and nobody saw it" (here, or by `services.expire`), and its card offers to replace it by a new one, with everything that takes.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from bot.commands.replan import replan
from bot.commands.spec import Facts
from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.effect import untouched
from bot.domain.exchange import CardAction, Notice, OperationShown, Revealed, Tone
from bot.domain.operation import REVEALING_FOR, Operation, State
from bot.domain.passes import SECURITY_INFO, due
from bot.domain.people import Standing
from bot.domain.secret import Issued
from bot.domain.stop import said_at
from bot.errors import Conflict, DirectoryError, NotAuthorised, Refusal, Rejected, StoreUnavailable, Throttled, Unavailable
from bot.metrics import OPERATIONS
from bot.ports import Clock, Directory, Operations
from bot.services import explain
from bot.services.approve import differences
from bot.services.confirm import check_presser, too_late
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.review import Reviewer

log = structlog.get_logger()

#: Both together are less than a turn (`dispatch.TURN_SECONDS`), so that what was made is always accounted for within it.
CHECK_SECONDS, ISSUE_SECONDS = 4.0, 4.0


class Reveals:
    """Takes the presses on Reveal."""

    def __init__(
        self, operations: Operations, directory: Directory, gate: Gate, reviewer: Reviewer, facts: Facts, clock: Clock
    ) -> None:
        self._operations = operations
        self._directory = directory
        self._gate = gate
        self._reviewer = reviewer
        self._facts = facts
        self._clock = clock

    async def press(self, action: CardAction, operation: Operation) -> Revealed | OperationShown | Notice:
        """Makes and shows the code; or the card as it stands, when it was revealed before or what came of it is not known.

        Raises:
            Refusal: the press does not count, and nothing was made; the text says why.
            DirectoryError: Graph cannot say whether it counts, or asks to wait; nothing was made.
        """
        check_presser(action, operation)
        _require_private(action, operation)
        if operation.once_only and operation.state in (State.SUCCEEDED, State.PARTIAL):
            return self._card(operation)
        async with asyncio.timeout(CHECK_SECONDS):
            standing = await self._gate.standing(action.actor, fresh=True)
            require(self._gate.permit(standing))
            if operation.state is not State.READY or operation.expires_at <= self._clock():
                await too_late(self._operations, operation, self._clock)
            change = await self._checked(operation, standing)
        now = self._clock()
        event = AuditEvent(Tag.OPERATION_REVEALING, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
        ends = now + REVEALING_FOR
        claimed = await self._operations.move(operation.id, "reveal", State.REVEALING, event, at=now, in_time=True, expires_at=ends)
        if claimed is None:
            await too_late(self._operations, operation, self._clock)
        return await self._made(operation, change)

    async def _checked(self, operation: Operation, standing: Standing) -> Change:
        """What would be made now, if everything is as everybody agreed to.

        Raises:
            Refusal: it is not; what no later press could put right ends the operation.
        """
        dossier = await self._directory.dossier(operation.target.id)
        require(await self._reviewer.still(operation, standing, dossier))
        if changed := ", ".join(change.label for change in operation.changes if not untouched(change, dossier)):
            await self._outdated(operation, f"{changed} of {operation.target.upn} was changed by someone else since this was asked for.")
        if changed := differences(operation.target, dossier.person):
            await self._outdated(operation, f"The account has changed since this was asked for: {changed}.")
        (change,) = (due(one, self._clock()) for one in operation.changes)
        try:
            plan = await replan(self._directory, dossier, change, self._facts, self._clock())
        except Refusal as refusal:
            await self._outdated(operation, f"It is not possible any more. {refusal.text}")
            raise
        if [one.after for one in plan.changes] != [change.after]:
            allowed = ", ".join(one.after or one.label for one in plan.changes)
            await self._outdated(operation, f"The tenant's policy has changed since this was asked for; it allows: {allowed}.")
        return change

    async def _outdated(self, operation: Operation, why: str) -> None:
        """Ends an operation that is no longer what everybody agreed to; raises Refusal."""
        outcome = f"{why} Nothing was made or changed."
        now, asker = self._clock(), operation.requester
        event = AuditEvent(Tag.OPERATION_OUTDATED, now, asker.id, asker.name, operation.id, operation.target.id, {"outcome": outcome})
        await self._operations.move(operation.id, "outdate", State.STALE, event, at=now, outcome=outcome)
        raise Refusal(f"{operation.id} has ended. {outcome}", "Type the command again for a new card.", code="changed_meanwhile")

    async def _made(self, operation: Operation, change: Change) -> Revealed | OperationShown | Notice:
        """Asks Graph once, and records what it said.

        Args:
            operation: as it was before the press.
        """
        try:
            async with asyncio.timeout(ISSUE_SECONDS):
                issued = await self._directory.issue(operation.target.id, change, operation.id)
        except Throttled:
            await self._put_back(operation)
            raise
        except (Unavailable, Conflict) as error:
            return await self._ended(operation, State.PARTIAL, lost(operation), error.request_id)
        except DirectoryError as error:
            return await self._ended(operation, State.FAILED, _refused(operation, change, error), error.request_id)
        except (TimeoutError, asyncio.CancelledError):  # also when the turn itself is over: what may exist has to be accounted for
            return await self._ended(operation, State.PARTIAL, lost(operation), "")
        except Exception as error:  # a defect of ours
            return await self._ended(operation, State.PARTIAL, f"{explain.incident(error)} {lost(operation)}", "")
        return await self._shown(operation, change, issued)

    async def _shown(self, operation: Operation, change: Change, issued: Issued) -> Revealed | OperationShown | Notice:
        now, name = self._clock(), operation.requester.name
        outcome = f"Revealed to {name} at {said_at(now)}, and to nobody else. It is kept nowhere."
        if issued.unusable:
            outcome = f"{unusable(issued.unusable)} {outcome}"
        state = State.PARTIAL if issued.unusable else State.SUCCEEDED
        event = reported(operation, state, outcome, (issued.request_id,), now)
        try:
            moved = await self._operations.move(
                operation.id, "finish", state, event, at=now, outcome=outcome, request_ids=_known(issued.request_id), revealed_at=now
            )
        except StoreUnavailable:
            # What cannot be accounted for is not shown: it will be reported as never seen, and that has to stay true.
            log.error("revealed, and cannot be recorded", action="reveal_unrecorded", operation=operation.id)
            what = "password" if change.kind is ChangeKind.RESET_PASSWORD else "pass"
            return Notice(
                f"A new {what} was made, but I cannot reach my own database to record it, so I do not show it and nobody will see it.",
                "Its card will say so as soon as the database is back, with a button to replace it.",
                Tone.PROBLEM,
            )
        if moved is None:
            return self._card(await self._operations.get(operation.id) or operation)
        self._count(moved)
        return Revealed(moved, issued.secret, now, _hints(change))

    async def _ended(self, operation: Operation, state: State, outcome: str, request_id: str) -> OperationShown:
        now = self._clock()
        event = reported(operation, state, outcome, (request_id,), now)
        moved = await self._operations.move(
            operation.id, "finish", state, event, at=now, outcome=outcome, request_ids=_known(request_id)
        )
        if moved is None:
            return self._card(await self._operations.get(operation.id) or operation)
        self._count(moved)
        return self._card(moved)

    async def _put_back(self, operation: Operation) -> None:
        """Nothing was made, for certain: its requester may press again, until the time it had before."""
        event = AuditEvent(Tag.OPERATION_PUT_BACK, self._clock(), operation_id=operation.id, target_id=operation.target.id)
        ends = operation.expires_at
        await self._operations.move(operation.id, "put_back", State.READY, event, at=event.at, expires_at=ends)

    def _card(self, operation: Operation) -> OperationShown:
        return OperationShown(operation, self._clock())

    def _count(self, operation: Operation) -> None:
        OPERATIONS.labels(operation.state.value).inc()
        log.info("operation finished", action="operation_finished", operation=operation.id, state=operation.state.value)


def lost(operation: Operation) -> str:
    """What is said when nobody can know what Graph did."""
    if operation.changes[0].kind is ChangeKind.RESET_PASSWORD:
        return (
            f"Entra ID did not say whether it took the new password, so {operation.target.name} may have one that nobody saw, and the "
            "old one may be gone. I have not tried again."
        )
    return (
        f"Entra ID did not say whether it made the pass, so {operation.target.name} may have one whose code nobody saw. "
        "I have not tried again."
    )


def reported(operation: Operation, state: State, outcome: str, request_ids: tuple[str, ...], at: datetime) -> AuditEvent:
    """The trail's line on how a Reveal ended."""
    facts = {
        "state": state.value,
        "outcome": outcome,
        "request_ids": [one for one in request_ids if one],
        "target_upn": operation.target.upn,
    }
    return AuditEvent(Tag.OPERATION_FINISHED, at, operation_id=operation.id, target_id=operation.target.id, facts=facts)


def unusable(reason: str) -> str:
    """Graph's methodUsabilityReason as a sentence."""
    why = {
        "DisabledByPolicy": "the tenant's policy for passes does not let this person use one",
        "Expired": "it has ended already",
        "OneTimeUsed": "it has been used already",
    }
    return f"The pass was made, but Entra ID says it is not usable ({reason}): {why.get(reason, 'it does not say why')}."


def _known(request_id: str) -> tuple[str, ...]:
    return (request_id,) if request_id else ()


def _require_private(action: CardAction, operation: Operation) -> None:
    """A code is for one pair of eyes: an Action.Submit is answered by editing the message, and others read along in a channel.

    Raises:
        Refusal: the answer to this press could be seen by others.
    """
    if action.where.kind != "personal":
        raise Refusal(
            "I show a code in your personal chat with me alone.",
            f"Open that chat, type `status {operation.id}`, and press Reveal there.",
            code="not_private",
        )
    if not action.universal:
        raise Refusal(
            "This Teams is too old to show you a card that is never stored, so I have made nothing.",
            f"Open Teams on the web or an up-to-date app, type `status {operation.id}` in this chat, and press Reveal there.",
            code="old_client",
        )


def _refused(operation: Operation, change: Change, error: DirectoryError) -> str:
    """Why Entra ID made nothing, and what to do."""
    log.warning("reveal refused", action="reveal_refused", operation=operation.id, error=type(error).__name__,
                status=error.status, code=error.code, request_id=error.request_id)  # fmt: skip
    text, hint = explain.directory_sentence(error)
    if change.kind is ChangeKind.RESET_PASSWORD:
        if isinstance(error, NotAuthorised):
            hint = f"{hint} The service principal needs the Entra role User Administrator as well."
        elif isinstance(error, Rejected):
            text = f"Entra ID does not set the password of {operation.target.name}: it is kept elsewhere (federated or on-premises)."
            hint = f"A pass gets the person in all the same: `pass for {operation.target.upn}`."
    elif isinstance(error, Rejected) and "external guest" in error.detail.lower():
        text, hint = "Entra ID gives no pass to people of another organisation.", "Their own organisation can help them."
    elif isinstance(error, Rejected) and "policy" in error.detail.lower():
        text = f"The tenant's policy does not let {operation.target.name} have such a pass."
        hint = "Look at the policy for passes in Entra."
    return f"{text} Nothing was changed. {hint}"


def _hints(change: Change) -> tuple[str, ...]:
    """What to tell the person, in the order in which it is done."""
    if change.kind is ChangeKind.RESET_PASSWORD:
        return (
            "The person signs in with it once, and has to choose a password of their own at once.",
            "It counts as the password alone: a second factor is asked for as before.",
        )
    return (
        f"The person opens {SECURITY_INFO}, gives their address, and types the pass where a password is asked for.",
        "There they add a new sign-in method, a passkey best, and remove what they no longer have.",
        "It may take a few minutes until Entra ID takes it. The password stays as it is.",
    )
