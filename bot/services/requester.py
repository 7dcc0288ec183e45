"""What only whoever asked may press: confirm, cancel, have what is seen once (or the manager, where it is handed over), ask once more."""

from __future__ import annotations

from bot.domain.audit import AuditEvent, Tag
from bot.domain.incoming import CardAction, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.policy import Decision
from bot.domain.proving import Terms
from bot.domain.replies import Reply
from bot.domain.said import join, say
from bot.domain.threat import by_level
from bot.ports import Clock, Operations
from bot.services.again import Again
from bot.services.confirm import cancel, check_presser, confirm, too_late
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.reveal import Reveals
from bot.services.review import Reviewer
from bot.services.view import Views


class RequesterPresses:
    """Takes the presses of those who asked."""

    def __init__(
        self,
        operations: Operations,
        reviewer: Reviewer,
        gate: Gate,
        reveals: Reveals,
        again: Again,
        views: Views,
        clock: Clock,
        terms: Terms,
    ) -> None:
        self._operations = operations
        self._reviewer = reviewer
        self._gate = gate
        self._reveals = reveals
        self._again = again
        self._views = views
        self._clock = clock
        self._terms = terms

    async def press(self, action: CardAction, operation: Operation) -> Reply:
        """The card as it is then, or a new one.

        Raises:
            Refusal: somebody else pressed, or it cannot be done any more; the text says why.
            DirectoryError: Graph cannot say whether it can.
        """
        check_presser(action, operation)
        if action.verb is Verb.REVEAL:
            return await self._reveals.press(action, operation)
        standing = await self._gate.standing(action.actor, fresh=True)
        require(self._gate.permit(standing))
        if action.verb in (Verb.AGAIN, Verb.REPLACE):
            return await self._again.press(action, operation, standing)
        if action.verb is Verb.CONFIRM and operation.state.waiting:
            verdict = await self._reviewer.kept_back(operation)
            if by_level(verdict):
                return await self._views.after(action, await self._withdrawn(operation, verdict))
            require(verdict)
        if action.verb is Verb.CONFIRM:
            moved = await confirm(self._operations, action, operation, self._clock, self._terms)
        else:
            moved = await cancel(self._operations, action, operation, self._clock)
        return await self._views.after(action, moved)

    async def _withdrawn(self, operation: Operation, verdict: Decision) -> Operation:
        """What the threat level does not let go on as it was asked for has ended."""
        now, outcome = self._clock(), join(" ", (verdict.text, say("Nothing was changed.")))
        facts = {"outcome": outcome, "code": verdict.reason.value}
        event = AuditEvent(Tag.OPERATION_WITHDRAWN, now, operation_id=operation.id, target_id=operation.target.id, facts=facts)
        moved = await self._operations.move(operation.id, "withdraw", State.FAILED, event, at=now, outcome=outcome)
        return moved or await too_late(self._operations, operation, self._clock)
