"""Step 9: the change itself. Re-read, compare, write, read back; runs in the durable engine and may be run again.

Each round reads the account and asks one question of every change: is it in effect, still to be made, or has somebody
else changed the same thing? Only a change that is still exactly as the card showed it is written, so a repeated run,
a time-out or a dropped answer can never write twice over something new.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change
from bot.domain.effect import in_effect, untouched
from bot.domain.methods import Dossier
from bot.domain.operation import Operation, State
from bot.errors import Conflict, DirectoryError, NotFound, NumberNotUnique, StoreUnavailable, Throttled, Unavailable
from bot.metrics import OPERATIONS
from bot.ports import Clock, Directory, Operations, Sleep
from bot.services import explain
from bot.services.look import aspects_of, look
from bot.services.review import Reviewer

log = structlog.get_logger()

#: Seconds between looks; about four minutes in all, because Entra may show a write late and an outage may be short.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0)
#: Looks after a definite answer that does not show yet: about half a minute.
LOOKS_AFTER_ANSWER = 6


@dataclass
class _Run:
    """What one execution has learnt so far.

    Attributes:
        tried: a write left this process, whatever came back.
        unsure: a write was sent and nobody said what became of it.
        accepted: Entra took the write.
        answer: Entra's last no to a write; reading decides what it meant.
    """

    request_ids: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    tried: bool = False
    unsure: bool = False
    accepted: bool = False
    answer: DirectoryError | None = None

    @property
    def only_look(self) -> bool:
        """Entra has given a definite answer: what is missing now is visibility, so writing again would be wrong."""
        return self.accepted or isinstance(self.answer, (Conflict, NotFound))


@dataclass(frozen=True)
class _Ending:
    state: State
    outcome: str


async def execute(operations: Operations, reviewer: Reviewer, directory: Directory, clock: Clock, sleep: Sleep, operation_id: str) -> None:
    """Makes the changes of a queued operation and records how it ended.

    Raises:
        StoreUnavailable: our database cannot be asked; nothing more was written, and the run has to be repeated.
    """
    operation = await operations.get(operation_id)
    if operation is None or operation.state.finished:
        return
    # A run that was cut off may have written already: then finding the change in effect is our own doing.
    cut_off = operation.state is State.RUNNING
    run = _Run(tried=cut_off, unsure=cut_off)
    started = AuditEvent(Tag.OPERATION_STARTED, clock(), operation_id=operation_id, target_id=operation.target.id)
    if await operations.move(operation_id, "start", State.RUNNING, started, at=clock()) is None:
        return
    try:
        ending = await _carry_out(reviewer, directory, sleep, operation, run)
    except StoreUnavailable:
        raise
    except Exception as error:  # a defect of ours must end in a sentence, not in an endless retry
        run.unsure |= run.tried
        ending = _Ending(_end_state(run), f"{explain.incident(error)} {_nothing_changed(run)}")
    request_ids = tuple(filter(None, run.request_ids))
    facts = {"state": ending.state.value, "outcome": ending.outcome, "request_ids": list(request_ids), "target_upn": operation.target.upn}
    finished = AuditEvent(Tag.OPERATION_FINISHED, clock(), operation_id=operation_id, target_id=operation.target.id, facts=facts)
    await operations.move(operation_id, "finish", ending.state, finished, at=clock(), outcome=ending.outcome, request_ids=request_ids)
    OPERATIONS.labels(ending.state.value).inc()
    log.info("operation finished", action="operation_finished", operation=operation_id, state=ending.state.value)


async def _carry_out(reviewer: Reviewer, directory: Directory, sleep: Sleep, operation: Operation, run: _Run) -> _Ending:
    failure: DirectoryError | None = None
    looks = 0
    for pause in (0.0, *PAUSES):
        if pause:
            wait = failure.retry_after if isinstance(failure, Throttled) else pause
            await sleep(wait + random.uniform(0, wait / 4))  # noqa: S311 - spreads load, guards nothing
        try:
            dossier = await look(directory, operation.target.id, aspects_of(change.kind for change in operation.changes))
            requester = await directory.standing(operation.requester.id, reviewer.policy.groups())
        except (Throttled, Unavailable) as error:
            failure = error
            continue
        except DirectoryError as error:
            return _refused(operation, run, error)
        missing = [change for change in operation.changes if not in_effect(change, dossier)]
        if not missing:
            return _Ending(State.SUCCEEDED, _success(run))
        if not all(untouched(change, dossier) for change in missing):
            return _stale(missing, dossier, run)
        if run.only_look:
            looks += 1
            if looks > LOOKS_AFTER_ANSWER:
                return _unseen(operation, run)
            continue
        verdict = await reviewer.still(operation, requester, dossier)  # the last thing before the write
        if not verdict.allowed:
            return _Ending(_end_state(run), f"{verdict.text} {_nothing_changed(run)}")
        failure = await _write(directory, operation, missing, run)
        if failure is not None and not isinstance(failure, (Throttled, Unavailable, Conflict, NotFound)):
            return _refused(operation, run, failure)
    if run.only_look:
        return _unseen(operation, run)
    assert failure is not None, "the pauses end only on failures"
    return _refused(operation, run, failure)


async def _write(directory: Directory, operation: Operation, missing: list[Change], run: _Run) -> DirectoryError | None:
    """Writes what is missing, in order; returns what went wrong, if anything."""
    for change in missing:
        run.tried = True
        try:
            run.request_ids.append(await directory.apply(operation.target.id, change, operation.id))
        except DirectoryError as error:
            run.request_ids.append(error.request_id)
            run.answer = error
            run.unsure |= isinstance(error, Unavailable)
            if isinstance(error, NumberNotUnique):
                run.remarks.append("Another account already signs in with this number by SMS, so SMS sign-in stays off for it here.")
            return error
    run.accepted = True
    return None


def _end_state(run: _Run) -> State:
    return State.PARTIAL if run.unsure or run.accepted else State.FAILED


def _nothing_changed(run: _Run) -> str:
    if _end_state(run) is State.PARTIAL:
        return "I cannot tell whether the change was made: look with show before trying again."
    return "Nothing was changed."


def _success(run: _Run) -> str:
    if not run.tried:
        return "It was already so when I looked; nothing had to be written."
    return " ".join(["Done, and read back from Entra ID.", *run.remarks])


def _stale(missing: list[Change], dossier: Dossier, run: _Run) -> _Ending:
    what = ", ".join(change.label for change in missing if not untouched(change, dossier))
    if run.accepted or run.unsure:
        return _Ending(
            State.PARTIAL, f"{what} of {dossier.person.upn} was changed by someone else while I was changing it. Look with show."
        )
    return _Ending(
        State.STALE, f"{what} of {dossier.person.upn} was changed by someone else after this card was made. Nothing was written."
    )


def _unseen(operation: Operation, run: _Run) -> _Ending:
    if run.accepted:
        return _Ending(State.PARTIAL, "Entra ID accepted the change but does not show it yet. Look again in a few minutes with show.")
    assert run.answer is not None, "only a definite answer makes us look without writing"
    return _refused(operation, run, run.answer)


def _refused(operation: Operation, run: _Run, error: DirectoryError) -> _Ending:
    text, hint = explain.directory_sentence(error)
    log.warning("execution refused", action="execution_refused", operation=operation.id, error=type(error).__name__,
                status=error.status, code=error.code, request_id=error.request_id)  # fmt: skip
    state = _end_state(run)
    return _Ending(state, " ".join(filter(None, (text, _nothing_changed(run), hint if state is State.FAILED else ""))))
