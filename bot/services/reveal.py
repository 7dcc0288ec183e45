"""A code that is seen once: made at the moment its requester presses Reveal, shown in the answer to that press, and kept nowhere.

Three records go round the call to Graph: that it is about to be made (compare-and-set, so one press wins), the call, and what came of
it. After the first nothing is ever repeated. If the process dies or Graph does not say what it did, the operation ends as "it may
exist, and nobody saw it" (here, or by `services.expire`), and its card offers to replace it by a new one, with everything that takes.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.effect import untouched
from bot.domain.incoming import CardAction
from bot.domain.life import REVEALING_FOR, State
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.pass_terms import PassTerms, made_now
from bot.domain.people import Standing, differences
from bot.domain.policy import Decision
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import OperationShown, Revealed
from bot.domain.said import join, said_at, say
from bot.domain.secret import Issued
from bot.domain.threat import by_level
from bot.errors import Conflict, DirectoryError, NotReady, Refusal, StoreUnavailable, Throttled, Unavailable
from bot.metrics import OPERATIONS
from bot.planning.passes import plan_password, plan_same_pass
from bot.ports import Clock, Directory, Operations, Sleep
from bot.services import explain
from bot.services.confirm import check_presser, too_late
from bot.services.gate import Gate
from bot.services.meanwhile import Asked, meanwhile
from bot.services.require import require
from bot.services.revealing import hints, lost, refused, unusable
from bot.services.review import Reviewer
from bot.services.still_agreed import agreement
from bot.services.validity import as_made, validity

log = structlog.get_logger()

#: All together are less than a turn (`dispatch.TURN_SECONDS`), so that what was made is always accounted for within it.
CHECK_SECONDS, ISSUE_SECONDS, SETTLE_SECONDS = 4.0, 4.0, 0.9
#: Before what Entra could not make yet, for an account that was created minutes ago, is tried again while its requester waits.
NEW_PAUSES = (0.5, 1.0)


class Reveals:
    """Takes the presses on Reveal."""

    def __init__(self, operations: Operations, directory: Directory, gate: Gate, reviewer: Reviewer, clock: Clock, sleep: Sleep) -> None:
        self._operations = operations
        self._directory = directory
        self._gate = gate
        self._reviewer = reviewer
        self._clock = clock
        self._sleep = sleep

    async def press(self, action: CardAction, operation: Operation) -> Revealed | OperationShown | Remark:
        """Makes and shows the code; or the card as it stands, when it was revealed before or what came of it is not known.

        Raises:
            Refusal: the press does not count, and nothing was made; the text says why.
            DirectoryError: Graph cannot say whether it counts, or asks to wait, or has the account not ready yet; nothing was made.
        """
        check_presser(action, operation)
        _require_private(action, operation)
        if operation.once_only and operation.state in (State.SUCCEEDED, State.PARTIAL):
            return self._card(operation)
        ready = operation.state is State.READY
        async with (
            asyncio.timeout(CHECK_SECONDS),
            meanwhile(partial(self._seen, operation), self._clock, at_once=ready) as seen,
            meanwhile(partial(self._terms, operation), self._clock, at_once=ready) as terms,
        ):
            standing = await self._gate.standing(action.actor, fresh=True)
            require(self._gate.permit(standing))
            if not ready or operation.expires_at <= self._clock():
                await too_late(self._operations, operation, self._clock)
            change, minimum = await self._checked(operation, standing, seen, terms)
        now = self._clock()
        event = AuditEvent(Tag.OPERATION_REVEALING, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
        ends = now + REVEALING_FOR
        claimed = await self._operations.move(operation.id, "reveal", State.REVEALING, event, at=now, in_time=True, expires_at=ends)
        if claimed is None:
            await too_late(self._operations, operation, self._clock)
        return await self._made(operation, change, minimum)

    async def _seen(self, operation: Operation) -> tuple[Dossier, Decision]:
        """The person as they are now, and whether those who agreed still may."""
        return await asyncio.gather(self._directory.dossier(operation.target.id), agreement(self._directory, operation))

    async def _terms(self, operation: Operation) -> PassTerms | None:
        """Of a pass, what the tenant allows, and which one the person has."""
        (change,) = operation.changes
        return await self._directory.pass_terms(operation.target.id) if change.kind is ChangeKind.CREATE_PASS else None

    async def _checked(
        self, operation: Operation, standing: Standing, seen: Asked[tuple[Dossier, Decision]], terms: Asked[PassTerms | None]
    ) -> tuple[Change, int]:
        """What would be made now, if everything is as everybody agreed to; of a pass also the shortest life the tenant allows, in minutes.

        Raises:
            Refusal: it is not; what no later press could put right ends the operation.
        """
        dossier, still = await seen()
        verdict = await self._reviewer.still(operation, standing, dossier) if still.allowed else still
        if not still.allowed or by_level(verdict):
            await self._ends(operation, "withdraw", State.FAILED, Tag.OPERATION_WITHDRAWN, verdict.text, verdict.reason.value)
        require(verdict)
        if others := join(", ", (change.label for change in operation.changes if not untouched(change, dossier))):
            upn = operation.target.upn
            text = say("{changed} of {upn} was changed by someone else since this was asked for.", changed=others, upn=upn)
            await self._stale(operation, text)
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
            upn = dossier.person.upn
            text = say("{changed} of {upn} was changed by someone else since this was asked for.", changed=change.label, upn=upn)
            await self._stale(operation, text)
        if allowed is None or agreed.wanted is None:
            return change, 0
        wanted = made_now(agreed.wanted, operation.created_at, self._clock(), allowed.minimum)
        return replace(change, wanted=wanted), allowed.minimum

    async def _stale(self, operation: Operation, why: str) -> None:
        """Ends an operation that is no longer what everybody agreed to; raises Refusal."""
        await self._ends(operation, "go_stale", State.STALE, Tag.OPERATION_STALE, why, "changed_meanwhile")

    async def _ends(self, operation: Operation, verb: str, to: State, tag: Tag, why: str, code: str) -> None:
        outcome = join(" ", (why, say("Nothing was made or changed.")))
        now, asker = self._clock(), operation.requester
        facts = {"outcome": outcome, "code": code}
        event = AuditEvent(tag, now, asker.id, asker.name, operation.id, operation.target.id, facts)
        await self._operations.move(operation.id, verb, to, event, at=now, outcome=outcome)
        text = join(" ", (say("{id} has ended.", id=operation.id), outcome))
        raise Refusal(text, say("Type the command again for a new card."), code=code)

    async def _made(self, operation: Operation, change: Change, minimum: int) -> Revealed | OperationShown | Remark:
        """Asks Graph until it has said something, and records what.

        Args:
            operation: as it was before the press.
        """
        try:
            async with asyncio.timeout(ISSUE_SECONDS):
                issued = await self._issued(operation, change)
        except (Throttled, NotReady):
            await self._put_back(operation)
            raise
        except (Unavailable, Conflict) as error:
            return await self._ended(operation, State.PARTIAL, lost(operation), error.request_id)
        except DirectoryError as error:
            if await self._may_exist(operation, change):
                return await self._ended(operation, State.PARTIAL, lost(operation), error.request_id)
            return await self._ended(operation, State.FAILED, refused(operation, change, error), error.request_id)
        except (TimeoutError, asyncio.CancelledError):  # also when the turn itself is over: what may exist has to be accounted for
            return await self._ended(operation, State.PARTIAL, lost(operation), "")
        except Exception as error:  # a defect of ours
            return await self._ended(operation, State.PARTIAL, join(" ", (explain.incident(error), lost(operation))), "")
        return await self._shown(operation, change, issued, minimum)

    async def _may_exist(self, operation: Operation, change: Change) -> bool:
        """Whether there is another pass than before, although Graph refused to make it: then nobody saw its code.

        A password cannot be looked up; when that of an account was changed last is shown too late to tell.
        """
        if change.kind is not ChangeKind.CREATE_PASS:
            return False
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                held = (await self._directory.pass_terms(operation.target.id)).held
        except (DirectoryError, TimeoutError):
            return False  # Graph did say no, and says nothing more
        return held is not None and held.id != change.method

    async def _issued(self, operation: Operation, change: Change) -> Issued:
        """What Graph made, at once or, of a new account, as soon as it can; raises DirectoryError."""
        for pause in NEW_PAUSES:
            try:
                return await self._directory.issue(operation.target.id, change, operation.id)
            except NotReady:
                await self._sleep(pause)
        return await self._directory.issue(operation.target.id, change, operation.id)

    async def _shown(self, operation: Operation, change: Change, issued: Issued, minimum: int) -> Revealed | OperationShown | Remark:
        now, name = self._clock(), operation.requester.name
        change = as_made(change, issued, now)
        times = validity(operation, change, minimum)
        outcome = say("Revealed to {name} at {at}, and to nobody else. It is kept nowhere.", name=name, at=said_at(now))
        outcome = join(" ", (outcome, times))
        if issued.unusable:
            outcome = join(" ", (unusable(issued.unusable), outcome))
        state = State.PARTIAL if issued.unusable else State.SUCCEEDED
        event = reported(operation, state, outcome, (issued.request_id,), now)
        try:
            moved = await self._operations.move(
                operation.id,
                "finish",
                state,
                event,
                at=now,
                outcome=outcome,
                request_ids=_known(issued.request_id),
                revealed_at=now,
                changes=(change,),
            )
        except StoreUnavailable:
            # What cannot be accounted for is not shown: it will be reported as never seen, and that has to stay true.
            log.error("revealed, and cannot be recorded", action="reveal_unrecorded", operation=operation.id)
            what = say("password") if change.kind is ChangeKind.RESET_PASSWORD else say("pass")
            text = say(
                "A new {what} was made, but I cannot reach my own database to record it, so I do not show it and nobody will see it.",
                what=what,
            )
            return Remark(
                text,
                say("Its card will say so as soon as the database is back, with a button to replace it."),
                Tone.PROBLEM,
            )
        if moved is None:
            return self._card(await self._operations.get(operation.id) or operation)
        self._count(moved)
        return Revealed(moved, issued.secret, now, hints(change), times)

    async def _ended(self, operation: Operation, state: State, outcome: str, request_id: str) -> OperationShown:
        now = self._clock()
        event = reported(operation, state, outcome, (request_id,), now)
        moved = await self._operations.move(operation.id, "finish", state, event, at=now, outcome=outcome, request_ids=_known(request_id))
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
        return OperationShown(operation, self._clock(), own=True)

    def _count(self, operation: Operation) -> None:
        OPERATIONS.labels(operation.state.value).inc()
        log.info("operation finished", action="operation_finished", operation=operation.id, state=operation.state.value)


def reported(operation: Operation, state: State, outcome: str, request_ids: tuple[str, ...], at: datetime) -> AuditEvent:
    """The trail's line on how a Reveal ended."""
    facts = {
        "state": state.value,
        "outcome": outcome,
        "request_ids": [one for one in request_ids if one],
        "target_upn": operation.target.upn,
    }
    return AuditEvent(Tag.OPERATION_FINISHED, at, operation_id=operation.id, target_id=operation.target.id, facts=facts)


def _known(request_id: str) -> tuple[str, ...]:
    return (request_id,) if request_id else ()


def _require_private(action: CardAction, operation: Operation) -> None:
    """A code is for one pair of eyes: an Action.Submit is answered by editing the message, and others read along in a channel.

    Raises:
        Refusal: the answer to this press could be seen by others.
    """
    if action.where.kind != "personal":
        raise Refusal(
            say("I show a code in your personal chat with me alone."),
            say("Open that chat, type `status {id}`, and press Reveal there.", id=operation.id),
            code="not_private",
        )
    if not action.universal:
        raise Refusal(
            say("This Teams is too old to show you a card that is never stored, so I have made nothing."),
            say("Open Teams on the web or an up-to-date app, type `status {id}` in this chat, and press Reveal there.", id=operation.id),
            code="old_client",
        )
