"""How an execution is said to have ended: the state, a sentence or two, and one result for each of several changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.change import ChangeKind, value_in_words
from bot.domain.life import Fate, State, fates
from bot.domain.operation import READ_BACK, Result
from bot.domain.reset import to_reset
from bot.domain.said import join, say
from bot.domain.sms import asked_for
from bot.services.steps import Run, Step


@dataclass(frozen=True, slots=True)
class Ending:
    """What is recorded of an execution; `results` as `Operation` has them."""

    state: State
    outcome: str
    results: tuple[Result, ...] = ()


def ending(run: Run) -> Ending:
    """The ending of a run in which every change has a result."""
    new = _registered_meanwhile(run)
    if len(counted := [step for step in run.steps if not step.change.follows]) == len(asked_for(run.operation.changes)) == 1 and not new:
        return _as_written(run, _with_followers(run, _of_one(run, counted[0])))
    end = _of_several(run, new)
    handed_on = [_handed_on(end.state) for _ in range(len(run.operation.changes) - len(run.steps))]
    return replace(end, results=(*end.results, *handed_on))


def _as_written(run: Run, end: Ending) -> Ending:
    """The ending of one change, with its result where its request ids alone would tell wrongly whether it was written: those of a write
    before a death are lost, and a refusal has one too. Whoever was changed has to hear of it all the same."""
    if end.results or end.state not in (State.SUCCEEDED, State.PARTIAL):
        return end
    told = fates(run.operation.changes, (), ended=True, sent=any(run.request_ids))
    if [fate.written for fate in told] == [fate.written for fate in run.fates]:
        return end
    return replace(end, results=tuple(map(_result, run.steps)))


def _with_followers(run: Run, end: Ending) -> Ending:
    """The ending of one change, with what follows from it: what is not as it was agreed is said, and spoils it."""
    followers = [step for step in run.steps if step.change.follows]
    if not followers or end.state is not State.SUCCEEDED:
        return end
    results = tuple(_result(step) for step in run.steps)
    if all(step.result and step.result.fate.good for step in followers):
        return replace(end, results=results)
    still_on = say(
        "The number is set, and SMS sign-in is still on for it: switch it off with “disable sms sign-in for {upn}”.",
        upn=run.operation.target.upn,
    )
    return Ending(State.PARTIAL, still_on, results)


def _handed_on(state: State) -> Result:
    """What became of the pass of a recovery, which comes last."""
    if state in (State.SUCCEEDED, State.PARTIAL):
        return Result(Fate.HANDED_ON)
    return Result(Fate.REFUSED, say("Nothing else was done, so there is no pass either."))


def _of_one(run: Run, step: Step) -> Ending:
    assert step.result is not None, "it has ended"
    why, state = step.result.why, State.PARTIAL if step.maybe else State.FAILED
    match step.result.fate:
        case Fate.DONE:
            return Ending(State.SUCCEEDED, join(" ", (READ_BACK, *run.remarks)))
        case Fate.ALREADY if step.tried:
            return Ending(State.SUCCEEDED, say("It was gone already when I came to it."))
        case Fate.ALREADY:
            return Ending(State.SUCCEEDED, say("It was already so when I looked; nothing had to be written."))
        case Fate.STALE:
            label, upn = step.change.label, run.operation.target.upn
            if step.maybe:
                text = say("{label} of {upn} was changed by someone else while I was changing it. Look with show.", label=label, upn=upn)
                return Ending(State.PARTIAL, text)
            if run.own_change:
                return Ending(State.STALE, join(" ", (run.own_change, say("Nothing was written."))))
            text = say("{label} of {upn} was changed by someone else after this card was made. Nothing was written.", label=label, upn=upn)
            return Ending(State.STALE, text)
        case Fate.LEFT:
            return Ending(State.PARTIAL, why)
    if state is State.PARTIAL:
        return Ending(state, join(" ", (why, say("I cannot tell whether the change was made: look with show before trying again."))))
    return Ending(state, join(" ", (why, say("Nothing was changed."), step.hint)))


def _of_several(run: Run, new: list[str]) -> Ending:
    results = tuple(_result(step) for step in run.steps)
    over = [result.fate for result in results]
    if all(fate.good for fate in over) and not new:
        return Ending(State.SUCCEEDED, join(" ", (READ_BACK, *run.remarks)), results)
    said = [say("{done} of {count} done.", done=sum(fate.good for fate in over), count=len(over))]
    if left := [_name(step) for step, fate in zip(run.steps, over, strict=True) if not fate.good]:
        said.append(say("Not done: {changes}.", changes=join("; ", left)))
    if new:
        said.append(say("Registered meanwhile, and not touched: {methods}.", methods=join("; ", new)))
    if new or any(fate.written for fate in over):
        return Ending(State.PARTIAL, join(" ", (*said, *run.remarks)), results)
    reasons = list(dict.fromkeys(result.why for result in results if result.why))
    state = State.FAILED if Fate.REFUSED in over else State.STALE
    return Ending(state, join(" ", (*(reasons if len(reasons) == 1 else said), say("Nothing was changed."))), results)


def _result(step: Step) -> Result:
    assert step.result is not None, "it has ended"
    return replace(step.result, why=join(" ", (step.result.why, step.hint)))


def _name(step: Step) -> str:
    """What was to be changed, by name; numbers and addresses are not for everybody, so of those the label has to do."""
    change = step.change
    if change.is_private or not change.before:
        return change.label
    return say("{label} ({before})", label=change.label, before=value_in_words(change.before))


def _registered_meanwhile(run: Run) -> list[str]:
    """What a reset would have taken too, had it been there; after a loss whatever was not there when it was asked for."""
    if run.seen is None:
        return []
    if (case := run.operation.recovery) and case.found:
        had = {(found.phone, found.method) for found in case.found}
        others = [method.label for method in run.seen.others if (None, method.id) not in had]
        return [*others, *(kind.noun for kind in run.seen.phones if (kind, "") not in had)]
    if run.operation.bundle not in (ChangeKind.RESET_MFA, ChangeKind.RESET_EVERYTHING):
        return []
    known = {(change.kind, change.phone, change.method) for change in run.operation.changes}
    new = [change for change in to_reset(run.seen, run.operation.bundle) if (change.kind, change.phone, change.method) not in known]
    return [_name(Step(change)) for change in new]
