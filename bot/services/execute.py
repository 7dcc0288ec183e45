"""Step 9: the changes themselves. Re-read, compare, write, read back; runs in the durable engine and may be run again.

Each round reads the account and asks one question of every change: is it in effect, still to be made, or has somebody
else changed the same thing? Only a change that is still exactly as the card showed it is written, so a repeated run,
a time-out or a dropped answer can never write twice over something new. Each of several changes ends by itself: what stands
in the way of one does not keep the others back. Before a write everything is read that decides about it; after it, and as long as
nothing is left to be written, what was written alone (docs/decisions/0022-asked-beside-the-gate.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change
from bot.domain.life import Fate, State
from bot.domain.methods import Dossier
from bot.domain.policy import Reason
from bot.domain.said import say
from bot.errors import Conflict, DirectoryError, NotFound, NotReady, NumberNotUnique, StillNeeded, StoreUnavailable, Throttled, Unavailable
from bot.metrics import OPERATIONS
from bot.ports import Clock, Directory, Operations, Sleep
from bot.retry import pause_asking
from bot.services import explain
from bot.services.ending import ending
from bot.services.following import the_pass
from bot.services.look import look_back
from bot.services.own_change import own_change
from bot.services.review import Reviewer
from bot.services.seen import Seen, see
from bot.services.steps import Run, Step

log = structlog.get_logger()

#: Seconds between looks; about four minutes in all, because Entra may show a write late and an outage may be short.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0)
#: At the least before a method is tried again that could not go because of others: that these are gone is noticed late.
STILL_NEEDED_PAUSE = 10.0


async def execute(operations: Operations, reviewer: Reviewer, directory: Directory, clock: Clock, sleep: Sleep, operation_id: str) -> None:
    """Makes the changes of a queued operation and records how each of them ended.

    Raises:
        StoreUnavailable: our database cannot be asked; nothing more was written, and the run has to be repeated.
    """
    operation = await operations.get(operation_id)
    if operation is None or operation.state.finished:
        return
    # A run that was cut off may have written already: then finding the change in effect is our own doing.
    run = Run(operation, cut_off=operation.state is State.RUNNING, began=clock())
    started = AuditEvent(Tag.OPERATION_STARTED, clock(), operation_id=operation_id, target_id=operation.target.id)
    if await operations.move(operation_id, "start", State.RUNNING, started, at=clock()) is None:
        return

    wrote = False

    async def read() -> Seen:
        return await see(directory, reviewer.policy.groups(), operation, clock, ask_approvers=not wrote)

    async def read_back(known: Dossier) -> Dossier:
        return await look_back(directory, operation, known)

    async def write(change: Change) -> str:
        nonlocal wrote
        request_id = await directory.apply(operation.target.id, change, operation.id)
        wrote = True
        return request_id

    try:
        await carry_out(run, reviewer, Account(read, read_back, write), sleep)
    except StoreUnavailable:
        raise
    except Exception as error:  # a defect of ours must end in a sentence, not in an endless retry
        run.after_defect(explain.incident(error))
    if stale := [step.change for step in run.steps if step.result and step.result.fate is Fate.STALE and not step.change.follows]:
        run.own_change = await own_change(operations, operation, stale)
    end = ending(run)
    request_ids = tuple(filter(None, run.request_ids))
    facts = {
        "state": end.state.value,
        "outcome": end.outcome,
        "request_ids": list(request_ids),
        "target_upn": operation.target.upn,
        **({"code": run.stopped_by} if run.stopped_by == Reason.AGREEMENT_LOST else {}),
        **({"results": [f"{result.fate}: {result.why}".removesuffix(": ") for result in end.results]} if end.results else {}),
    }
    finished = AuditEvent(Tag.OPERATION_FINISHED, clock(), operation_id=operation_id, target_id=operation.target.id, facts=facts)
    await operations.move(
        operation_id,
        "finish",
        end.state,
        finished,
        at=clock(),
        outcome=end.outcome,
        request_ids=request_ids,
        results=end.results,
        successor=the_pass(operation, end.state, clock()),
    )
    OPERATIONS.labels(end.state.value).inc()
    log.info("operation finished", action="operation_finished", operation=operation_id, state=end.state.value)


class Account(NamedTuple):
    """The account that a run is about. Everything may raise DirectoryError.

    Attributes:
        read: all that decides about a write.
        read_back: what was seen last, with what a write may have changed as it is now.
        write: makes one change and returns Graph's request id.
    """

    read: Callable[[], Awaitable[Seen]]
    read_back: Callable[[Dossier], Awaitable[Dossier]]
    write: Callable[[Change], Awaitable[str]]


async def carry_out(run: Run, reviewer: Reviewer, account: Account, sleep: Sleep) -> None:
    """Reads, compares and writes until every change of the run has ended.

    Raises:
        StoreUnavailable: policy cannot be asked; nothing more was written, and the run has to be repeated.
    """
    failure: DirectoryError | None = None
    for pause in (0.0, *PAUSES):
        if pause:
            await sleep(_lasting(pause, failure, run))
        try:
            failure = await _round(run, reviewer, account, failure)
        except (Throttled, Unavailable) as error:
            failure = error
        except DirectoryError as error:
            run.refuse(error)
        if not run.open:
            return
    run.give_up(failure)


async def _round(run: Run, reviewer: Reviewer, account: Account, failure: DirectoryError | None) -> DirectoryError | None:
    """One look, and what it shows to be due; returns what kept it from going on, if anything did, or has before.

    Raises:
        DirectoryError: the account, or what decides about the write, cannot be read.
    """
    if run.seen and not run.due():
        run.compare(await account.read_back(run.seen))
        if not run.due():
            return failure
    seen = await account.read()
    run.compare(seen.dossier)
    if not (due := run.due()):
        return failure
    verdict = seen.agreed
    if verdict.allowed:
        verdict = await reviewer.still(run.operation, seen.requester, seen.dossier)  # the last thing before the write
    if not verdict.allowed:
        run.forbid(verdict)
        return failure
    failure = await _write(account, run, due)
    if failure is None and not run.set_aside:  # Entra ID may show it at once, and then nobody has to wait
        run.compare(await account.read_back(seen.dossier))
    return failure


def _lasting(pause: float, failure: DirectoryError | None, run: Run) -> float:
    """Seconds to the next look."""
    return pause_asking(failure, max(pause, STILL_NEEDED_PAUSE) if run.set_aside else pause)


async def _write(account: Account, run: Run, due: list[Step]) -> DirectoryError | None:
    """Writes what is due, in order; returns what kept it from going on, if anything did."""
    for step in due:
        if step.change.follows and not run.number_of(step).taken:
            continue
        step.tried = True
        try:
            run.request_ids.append(await account.write(step.change))
            step.accepted = True
        except DirectoryError as error:
            run.request_ids.append(error.request_id)
            log.warning("write refused", action="write_refused", operation=run.operation.id, kind=step.change.kind.value,
                        error=type(error).__name__, status=error.status, code=error.code, request_id=error.request_id)  # fmt: skip
            step.answer = error
            match error:
                case Throttled() | Unavailable():  # it would be so for the others too
                    step.unsure |= isinstance(error, Unavailable) and not isinstance(error, NotReady)
                    return error
                case StillNeeded():
                    run.put_aside(step)
                case NumberNotUnique():
                    run.remarks.append(
                        say("Another account already signs in with this number by SMS, so SMS sign-in stays off for it here.")
                    )
                case Conflict() | NotFound():  # reading decides what it meant
                    pass
                case _ if step.change.follows:  # and whether it is off all the same
                    pass
                case _:
                    step.refuse(*explain.directory_sentence(error))
    return None
