"""Whether what everybody agreed to may be made at this very moment: everything is asked anew at the press on Reveal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.effect import untouched
from bot.domain.hand_over import may_receive
from bot.domain.incoming import CardAction
from bot.domain.life import State
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.pass_terms import PassTerms, made_now
from bot.domain.people import Standing, differences
from bot.domain.policy import ALLOWED, PASSING, Decision, Reason
from bot.domain.said import join, say
from bot.domain.threat import by_level
from bot.errors import Refusal
from bot.planning.passes import plan_password, plan_same_pass
from bot.ports import Clock, Directory, Operations
from bot.services.confirm import too_late
from bot.services.gate import Gate
from bot.services.meanwhile import Asked, meanwhile
from bot.services.own_change import own_change
from bot.services.require import require
from bot.services.review import Reviewer
from bot.services.still_agreed import agreement

#: What no later press puts right: it has to be asked for anew, with what is demanded by now.
_NEVER_AGAIN = frozenset({Reason.NEEDS_MORE_AGREEMENT, Reason.NEEDS_PROOF})

#: What Entra ID says: of the person, of those who agreed, of whoever reveals.
Seen = tuple[Dossier, Decision, Decision]


class Revealable:
    """Asks all that a press on Reveal rests on."""

    def __init__(self, operations: Operations, directory: Directory, gate: Gate, reviewer: Reviewer, clock: Clock) -> None:
        self._operations = operations
        self._directory = directory
        self._gate = gate
        self._reviewer = reviewer
        self._clock = clock

    async def checked(self, action: CardAction, operation: Operation) -> tuple[Change, int]:
        """What may be made now; of a pass also the shortest life the tenant allows, in minutes.

        Args:
            action: pressed by whoever may reveal it.

        Raises:
            Refusal: the press does not count; what no later one could put right has ended the operation.
            DirectoryError: Graph cannot say whether it counts.
        """
        ready = operation.state is State.READY
        async with (
            meanwhile(partial(self._seen, operation), self._clock, at_once=ready) as seen,
            meanwhile(partial(self._terms, operation), self._clock, at_once=ready) as terms,
        ):
            standing = await self._gate.standing(operation.requester if operation.handed_over else action.actor, fresh=True)
            if not operation.handed_over:
                require(self._gate.permit(standing))
            if not ready or operation.expires_at <= self._clock():
                await too_late(self._operations, operation, self._clock)
            return await self._as_agreed(operation, standing, seen, terms)

    async def _seen(self, operation: Operation) -> Seen:
        """The person as they are now, whether those who agreed still may, and whether the manager is still who may receive it."""
        target = operation.target.id
        return await asyncio.gather(self._directory.dossier(target), agreement(self._directory, operation), self._received(operation))

    async def _received(self, operation: Operation) -> Decision:
        """Whether whoever reveals it is still who may: of a manager, what the directory says now."""
        if operation.manager is None:
            return ALLOWED
        manager = await self._directory.manager(operation.target.id)
        if manager and manager.id.lower() != operation.manager.id.lower():
            text = say("{name} has another manager by now, {manager}.", name=operation.target.name, manager=manager.name)
            return Decision(False, Reason.NO_MANAGER, text)
        return may_receive(manager, operation.target, operation.requester.id, operation.agreed)

    async def _terms(self, operation: Operation) -> PassTerms | None:
        """Of a pass, what the tenant allows, and which one the person has."""
        (change,) = operation.changes
        return await self._directory.pass_terms(operation.target.id) if change.kind is ChangeKind.CREATE_PASS else None

    async def _as_agreed(
        self, operation: Operation, standing: Standing, seen: Asked[Seen], terms: Asked[PassTerms | None]
    ) -> tuple[Change, int]:
        """What would be made now, if everything is as everybody agreed to; of a pass also the shortest life the tenant allows, in minutes.

        Raises:
            Refusal: it is not; what no later press could put right ends the operation.
        """
        dossier, still, received = await seen()
        if not still.allowed:
            await self._withdrawn(operation, still)
        if not received.allowed:
            await self._stale(operation, received.text)
        await self._still_allowed(operation, standing, dossier)
        if any(not untouched(change, dossier) for change in operation.changes):
            await self._stale(operation, await self._whose(operation))
        if changed := differences(operation.target, dossier.person):
            await self._stale(operation, say("The account has changed since this was asked for: {changed}.", changed=changed))
        (agreed,) = operation.changes
        change = replace(agreed, wanted=agreed.wanted and agreed.wanted.due(self._clock()))
        allowed = await terms()
        if allowed:
            allowed = allowed.at_most((await self._reviewer.now()).longest_pass)
        try:
            plan = plan_same_pass(dossier, allowed, change, self._clock()) if allowed else plan_password(dossier.person)
        except Refusal as refusal:
            await self._stale(operation, join(" ", (say("It is not possible any more."), refusal.text)))
            raise
        if [one.wanted for one in plan.changes] != [change.wanted]:
            possible = join(", ", (one.wanted.in_words if one.wanted else one.label for one in plan.changes))
            text = (
                say("The threat level was raised since this was asked for; it allows: {allowed}.", allowed=possible)
                if allowed and allowed.cut
                else say("The tenant's policy has changed since this was asked for; it allows: {allowed}.", allowed=possible)
            )
            await self._stale(operation, text)
        if [one.method for one in plan.changes] != [change.method]:  # where the methods are hidden, only this read shows the pass
            await self._stale(operation, await self._whose(operation))
        if allowed is None or agreed.wanted is None:
            return change, 0
        wanted = made_now(agreed.wanted, operation.created_at, self._clock(), allowed.minimum)
        return replace(change, wanted=wanted), allowed.minimum

    async def _still_allowed(self, operation: Operation, standing: Standing, dossier: Dossier) -> None:
        """Policy is asked once more, for whoever asked: raises Refusal.

        A requester reads why and may put it right. A manager cannot: what does not pass by itself ends it, and its requester hears of it.
        """
        verdict = self._gate.permit(standing)
        if verdict.allowed:
            verdict = await self._reviewer.still(operation, standing, dossier)
        if operation.handed_over and not verdict.allowed and verdict.reason not in PASSING:
            text = say("What {name} asked for is not allowed any more.", name=operation.requester.name)
            await self._withdrawn(operation, replace(verdict, text=join(" ", (text, verdict.text))))
        if by_level(verdict) or verdict.reason in _NEVER_AGAIN:
            await self._withdrawn(operation, verdict)
        if operation.handed_over and verdict.reason is Reason.PAUSED:  # who paused and why is no business of a manager's
            hint = say("Press again later, or ask {name} of the helpdesk.", name=operation.requester.name)
            verdict = replace(verdict, text=say("Nothing is changed at this moment."), hint=hint)
        require(verdict)

    async def _whose(self, operation: Operation) -> str:
        """Who changed meanwhile what its one change is about, as far as that is known here."""
        label, upn = operation.changes[0].label, operation.target.upn
        by_somebody = say("{changed} of {upn} was changed by someone else since this was asked for.", changed=label, upn=upn)
        return await own_change(self._operations, operation, operation.changes) or by_somebody

    async def _withdrawn(self, operation: Operation, why: Decision) -> None:
        """Ends an operation that is not allowed any more; raises Refusal."""
        await self._ends(operation, "withdraw", State.FAILED, Tag.OPERATION_WITHDRAWN, why.text, why.reason.value)

    async def _stale(self, operation: Operation, why: str) -> None:
        """Ends an operation that is no longer what everybody agreed to; raises Refusal."""
        await self._ends(operation, "go_stale", State.STALE, Tag.OPERATION_STALE, why, "changed_meanwhile")

    async def _ends(self, operation: Operation, verb: str, to: State, tag: Tag, why: str, code: str) -> None:
        outcome = join(" ", (why, say("Nothing was made or changed.")))
        now, presser = self._clock(), operation.revealer
        facts = {"outcome": outcome, "code": code}
        event = AuditEvent(tag, now, presser.id, presser.name, operation.id, operation.target.id, facts)
        await self._operations.move(operation.id, verb, to, event, at=now, outcome=outcome)
        text = join(" ", (say("{id} has ended.", id=operation.id), outcome))
        hint = say("{name}, who asked for it, is told.", name=operation.requester.name) if operation.handed_over else ""
        raise Refusal(text, hint, code=code)
