"""A code that is seen once: made at the moment Reveal is pressed, shown in the answer to that press, and kept nowhere.

Its requester presses, or where policy says so the manager of the person (`bot.domain.hand_over`). What is asked before is `revealable`.
Three records go round the call to Graph: that it is about to be made (compare-and-set, so one press wins), the call, and what came of
it. After the first nothing is ever repeated. If the process dies or Graph does not say what it did, the operation ends as "it may
exist, and nobody saw it" (here, or by `services.expire`), and its card offers to replace it by a new one, with everything that takes.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.incoming import CardAction
from bot.domain.life import REVEALING_FOR, State
from bot.domain.operation import Operation
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import HandedOver, OperationShown, Revealed
from bot.domain.said import join, said_at, say
from bot.domain.secret import Issued
from bot.errors import Conflict, DirectoryError, NotReady, Refusal, StoreUnavailable, Throttled, Unavailable
from bot.metrics import OPERATIONS
from bot.ports import Clock, Directory, Operations, Sleep
from bot.services import explain
from bot.services.confirm import check_presser, too_late
from bot.services.gate import Gate
from bot.services.revealable import Revealable
from bot.services.revealing import hints, lost, refused, unusable
from bot.services.review import Reviewer
from bot.services.validity import as_made, validity

log = structlog.get_logger()

#: The card of whoever reveals.
Card = OperationShown | HandedOver

#: All together are less than a turn (`dispatch.TURN_SECONDS`), so that what was made is always accounted for within it.
CHECK_SECONDS, ISSUE_SECONDS, SETTLE_SECONDS = 4.0, 4.0, 0.9
#: Before what Entra could not make yet, for an account that was created minutes ago, is tried again while its requester waits.
NEW_PAUSES = (0.5, 1.0)


class Reveals:
    """Takes the presses on Reveal."""

    def __init__(self, operations: Operations, directory: Directory, gate: Gate, reviewer: Reviewer, clock: Clock, sleep: Sleep) -> None:
        self._operations = operations
        self._directory = directory
        self._revealable = Revealable(operations, directory, gate, reviewer, clock)
        self._clock = clock
        self._sleep = sleep

    async def press(self, action: CardAction, operation: Operation) -> Revealed | Card | Remark:
        """Makes and shows the code; or the card as it stands, when it was revealed before or what came of it is not known.

        Raises:
            Refusal: the press does not count, and nothing was made; the text says why.
            DirectoryError: Graph cannot say whether it counts, or asks to wait, or has the account not ready yet; nothing was made.
        """
        check_presser(action, operation)
        _require_private(action, operation)
        if operation.once_only and operation.state in (State.SUCCEEDED, State.PARTIAL):
            return self._card(operation)
        async with asyncio.timeout(CHECK_SECONDS):
            change, minimum = await self._revealable.checked(action, operation)
        now = self._clock()
        event = AuditEvent(Tag.OPERATION_REVEALING, now, action.actor.id, action.actor.name, operation.id, operation.target.id)
        ends = now + REVEALING_FOR
        claimed = await self._operations.move(operation.id, "reveal", State.REVEALING, event, at=now, in_time=True, expires_at=ends)
        if claimed is None:
            await too_late(self._operations, operation, self._clock)
        return await self._made(operation, change, minimum)

    async def _made(self, operation: Operation, change: Change, minimum: int) -> Revealed | Card | Remark:
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

    async def _shown(self, operation: Operation, change: Change, issued: Issued, minimum: int) -> Revealed | Card | Remark:
        now, name = self._clock(), operation.revealer.name
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

    async def _ended(self, operation: Operation, state: State, outcome: str, request_id: str) -> Card:
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

    def _card(self, operation: Operation) -> Card:
        return seen_by_revealer(operation, self._clock())

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


def seen_by_revealer(operation: Operation, now: datetime) -> Card:
    """The pressed card as it stands now, without a code."""
    return HandedOver(operation, now) if operation.handed_over else OperationShown(operation, now, own=True)


def _require_private(action: CardAction, operation: Operation) -> None:
    """A code is for one pair of eyes: an Action.Submit is answered by editing the message, and others read along in a channel.

    Raises:
        Refusal: the answer to this press could be seen by others.
    """
    if action.where.kind != "personal":
        hint = say("Open that chat, type `status {id}`, and press Reveal there.", id=operation.id)
        if operation.handed_over:
            hint = say("Open that chat, and press Reveal on the card there.")
        raise Refusal(say("I show a code in your personal chat with me alone."), hint, code="not_private")
    if not action.universal:
        hint = say("Open Teams on the web or an up-to-date app, type `status {id}` in this chat, and press Reveal there.", id=operation.id)
        if operation.handed_over:
            hint = say("Open Teams on the web or an up-to-date app, and press Reveal there.")
        text = say("This Teams is too old to show you a card that is never stored, so I have made nothing.")
        raise Refusal(text, hint, code="old_client")
