"""A bulk job's card, from the file to the result; edited in place as the job moves on.

Every state shows the same things in the same places: how it stands, which file, a bar or the counts, who asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.domain.bulk import DRY_RUN_DONE, FAILING_WINDOW, Bulk, Hold, Progress
from bot.domain.incoming import Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.replies import BulkShown, OperationShown
from bot.domain.said import join, number, say, say_count
from cards.bulk_found import answers, asking, cancelling, found_facts, offers
from cards.bulk_parts import FEWER, ROOM, checking, counted, digests, ended, going, not_done, reasons, repaired, samples, tried, warned
from cards.bulk_words import about, changing_text
from cards.buttons import button
from cards.confirm import question
from cards.elements import (
    Element,
    band,
    card,
    facts,
    heading,
    line,
    moment,
    refresh,
    run,
)
from cards.for_ticket import copied
from cards.size import size
from cards.tickets import ticket_value
from cards.wording import BADGES, Badge, approved_by, expires, needed, private, title, waiting_for

#: What stands on top while a job stands still.
HOLDS: dict[Hold, Badge] = {
    Hold.PAUSED: Badge("‖", say("Paused"), "warning", "Warning"),
    Hold.CANARY: Badge("◔", say("The first rows are done: go on?"), "accent", "Accent"),
    Hold.FAILING: Badge("⚠", say("Stopped by itself: go on?"), "attention", "Attention"),
    Hold.ASKING: Badge("?", say("Your answer is needed"), "accent", "Accent"),
    Hold.ALL_PAUSED: Badge("‖", say("Waiting: Doorman is paused"), "warning", "Warning"),
    Hold.ENDING: Badge("‖", say("Stopping"), "warning", "Warning"),
}

#: Where nobody has counted how far it is.
_UNDER_WAY = {
    State.CHECKING: say("Its rows are being checked, and nothing is changed yet."),
    State.QUEUED: say("It is being carried out."),
    State.RUNNING: say("It is being carried out."),
}
_WAITS = say("It waits for its sender to say what the file means, and nothing is changed.")
_NOTHING = say("Nothing was changed.")
_NOTHING_TO_DO = say("No row of this file changes anything, so there is nothing to confirm.")


def render(shown: BulkShown, refresh_for: tuple[str, ...] = ()) -> tuple[Element, str]:
    """The card of its requester and the summary. Numbers are masked."""
    operation, bulk = _job(shown.operation)
    words, copy = copied(operation)
    for most in FEWER:
        body = [
            *_top(operation, _badge(operation, bulk, shown.progress)),
            *_stands(operation, bulk, shown.progress),
            *_shown(operation, bulk, shown, most),
            *_asked(operation),
            *_closing(operation, shown.now),
            *words,
        ]
        actions = [*_actions(operation, bulk, shown.progress), *copy]
        summary = _summary(operation, bulk, _badge(operation, bulk, shown.progress))
        refreshing = refresh(operation.id, refresh_for) if refresh_for and not operation.state.finished else None
        made = card(body, fallback=summary, actions=actions, refreshing=refreshing)
        if size(made) <= ROOM:
            break
    return made, summary


def plain(shown: OperationShown) -> tuple[Element, str]:
    """The same job where it is shown as an operation among others, to whoever asks how it stands: without progress and buttons."""
    operation, bulk = _job(shown.operation)
    progress = Progress()
    others = operation.state is State.PROPOSED and not shown.own and not bulk.looked_at
    badge = BADGES[operation.state] if others else _badge(operation, bulk, progress)
    under_way = _WAITS if bulk.asks else DRY_RUN_DONE if bulk.looked_at else _UNDER_WAY.get(operation.state)
    body = [
        *_top(operation, badge),
        *([line(run(under_way), spacing="Medium")] if under_way else _stands(operation, bulk, progress)),
        *counted(bulk),
        *_asked(operation),
        *_closing(operation, shown.now),
    ]
    if others:
        only = say("Only {name} can confirm or cancel.", name=operation.requester.name or say("the requester"))
        body.append(line(run(only, limit=200, subtle=True)))
    summary = _summary(operation, bulk, badge)
    words, copy = copied(operation)
    return card([*body, *words], fallback=summary, actions=copy), summary


def _job(operation: Operation) -> tuple[Operation, Bulk]:
    operation = private(operation)
    if operation.bulk is None:
        raise ValueError(f"{operation.id} is no bulk job")
    return operation, operation.bulk


def _top(operation: Operation, badge: Badge) -> list[Element]:
    return [band(badge.icon, badge.word, badge.style, operation.id), heading(title(operation))]


def _badge(operation: Operation, bulk: Bulk, progress: Progress) -> Badge:
    usual = BADGES[operation.state]
    match operation.state:
        case State.CHECKING if bulk.asks:
            return HOLDS[Hold.ASKING]
        case State.CHECKING if not bulk.read:
            return Badge(usual.icon, say("Reading the file"), usual.style, usual.colour)
        case State.PROPOSED | State.SUCCEEDED | State.CANCELLED | State.EXPIRED if bulk.looked_at:
            return Badge("✓", say("Dry run done, nothing changed"), "good", "Good")
        case State.PROPOSED if not bulk.to_change:
            return Badge("–", say("Nothing to change"), "emphasis", "Default")
        case State.PROPOSED:
            return Badge(usual.icon, say("Waiting for your confirmation"), usual.style, usual.colour)
        case State.QUEUED | State.RUNNING if progress.hold:
            return HOLDS[progress.hold]
        case State.CANCELLED if tried(progress):
            return Badge("⚠", say("Stopped: only a part was done"), "warning", "Warning")
    return usual


def _stands(operation: Operation, bulk: Bulk, progress: Progress) -> list[Element]:
    """How it stands, and what the reader can do now, in a sentence or two."""
    first, *others = filter(None, _TOLD[operation.state](operation, bulk, progress)) or ("",)
    if not first:
        return []
    return [line(run(first, limit=500), spacing="Medium"), *(line(run(each, limit=500)) for each in others)]


_Told = Callable[[Operation, Bulk, Progress], tuple[str, ...]]


def _checking(_operation: Operation, bulk: Bulk, progress: Progress) -> tuple[str, ...]:
    if bulk.asks:
        return (say("Nothing is checked or changed before you have said what the file means."),)
    if not bulk.read:
        return (say("Reading the file…"),)
    checked, rows = number(progress.checked), number(bulk.rows)
    told = say("Checking row by row what would change: {checked} of {rows} so far. Nothing is changed.", checked=checked, rows=rows)
    return told, progress.hindrance.in_words if progress.hindrance else ""


def _proposed(operation: Operation, bulk: Bulk, _progress: Progress) -> tuple[str, ...]:
    if bulk.looked_at:
        otherwise = say("If I read the file otherwise than you mean it, say so with the buttons below: I check it anew then.")
        return _checked(bulk), otherwise
    if not bulk.to_change:
        return _NOTHING_TO_DO, say("Put the file right and send it again, or leave it at that.")
    expected = say("It is expected to take {duration}.", duration=about(bulk.seconds)) if bulk.seconds else ""
    wanted = say("After your confirmation it needs {approvals}.", approvals=needed(operation)) if operation.need.approvals else ""
    return join(" ", (_checked(bulk), expected)), wanted


def _checked(bulk: Bulk) -> str:
    return join(
        " ",
        (
            say_count(bulk.rows, "{count} row was checked.", "{count} rows were checked."),
            say_count(bulk.to_change, "{count} person would be changed.", "{count} people would be changed."),
            DRY_RUN_DONE if bulk.dry_run else say("Nothing is changed yet."),
        ),
    )


def _awaiting(operation: Operation, bulk: Bulk, _progress: Progress) -> tuple[str, ...]:
    expected = say("It is expected to take {duration}.", duration=about(bulk.seconds)) if bulk.seconds else ""
    return waiting_for(operation), expected


def _going(_operation: Operation, bulk: Bulk, progress: Progress) -> tuple[str, ...]:
    why = mask_text(progress.held_why)
    match progress.hold:
        case Hold.PAUSED:
            by = progress.held_by
            return say("Paused by {name}.", name=by) if by else say("Paused."), why, say("“Go on” continues where it stopped.")
        case Hold.CANARY:
            done, all_tried = progress.ended.get(State.SUCCEEDED, 0), tried(progress)
            told = say("So far {done} of {count} rows were changed and checked.", done=number(done), count=number(all_tried))
            return told, why, say("Look at these people before you let the rest follow.")
        case Hold.FAILING:
            usual = say("Too many of {count} rows in a row failed for the same reason.", count=FAILING_WINDOW)
            return why or usual, say("Nothing more is changed until you decide.")
        case Hold.ENDING:
            by = progress.held_by
            rest = say("What is under way ends first; the rest is not done.")
            return join(" ", (say("Stopped by {name}.", name=by) if by else say("Stopped."), rest)), why
        case Hold.ALL_PAUSED:
            return why or say("An administrator has paused Doorman."), say("The job goes on by itself when the pause ends.")
    if progress.hindrance:
        return (progress.hindrance.in_words,)
    if not tried(progress):
        return (say("It starts in a moment. This card shows how far it is; you can carry on."),)
    return (say("It is being carried out. This card shows how far it is; you can carry on."),)


def _finished(operation: Operation, bulk: Bulk, progress: Progress) -> tuple[str, ...]:
    if operation.state is State.SUCCEEDED and bulk.looked_at:
        return _looked_at(bulk)
    return operation.outcome or _USUALLY[operation.state], _retry(progress)


def _looked_at(bulk: Bulk) -> tuple[str, ...]:
    return DRY_RUN_DONE, "" if bulk.to_change else _NOTHING_TO_DO


def _retry(progress: Progress) -> str:
    return say("“Retry the rest” makes a new job of what was not done.") if not_done(progress) else ""


_USUALLY = {
    State.SUCCEEDED: say("Every change was made and checked."),
    State.PARTIAL: say("Only a part of this was done."),
    State.FAILED: say("This could not be done."),
    State.STALE: say("The file or the plan is no longer what was agreed to, so nothing was changed. Send the file again."),
}


def _ended_early(operation: Operation, bulk: Bulk, progress: Progress) -> tuple[str, ...]:
    """Somebody, or nobody in time, decided that it is not to be done, or not any further."""
    if bulk.looked_at:
        return _looked_at(bulk)
    by, after = operation.decided_by, say("What was done stays done.") if tried(progress) else _NOTHING
    told: dict[State, tuple[str, str]] = {
        State.CANCELLED: (say("Cancelled by {name}.", name=by) if by else say("Cancelled."), _retry(progress)),
        State.DENIED: (say("Denied by {name}.", name=by) if by else say("Denied."), say("Ask why before you try again.")),
        State.EXPIRED: (
            say("Nobody approved it in time.") if operation.confirmed else say("Nobody confirmed it in time."),
            say("Still needed? Send the file again."),
        ),
    }
    first, next_step = told[operation.state]
    return operation.outcome or join(" ", (first, after)), next_step


_TOLD: dict[State, _Told] = {
    State.CHECKING: _checking,
    State.PROPOSED: _proposed,
    State.AWAITING_APPROVAL: _awaiting,
    State.READY: _going,
    State.REVEALING: _going,
    State.QUEUED: _going,
    State.RUNNING: _going,
    State.SUCCEEDED: _finished,
    State.PARTIAL: _finished,
    State.FAILED: _finished,
    State.STALE: _finished,
    State.CANCELLED: _ended_early,
    State.DENIED: _ended_early,
    State.EXPIRED: _ended_early,
}


def _shown(operation: Operation, bulk: Bulk, shown: BulkShown, most: tuple[int, int]) -> list[Element]:
    """The bar, the counts or the figures, whatever there is to see in this state."""
    progress = shown.progress
    match operation.state:
        case State.CHECKING:
            return asking(bulk) if bulk.asks else checking(bulk, progress)
        case State.PROPOSED | State.AWAITING_APPROVAL:
            found = offers(operation) if operation.state is State.PROPOSED else found_facts(bulk)
            return [*counted(bulk), *warned(bulk), *repaired(bulk), *found, *question(operation), *samples(shown.samples, *most)]
        case State.SUCCEEDED | State.CANCELLED | State.EXPIRED if bulk.looked_at:
            return [*counted(bulk), *warned(bulk), *repaired(bulk), *found_facts(bulk), *samples(shown.samples, *most)]
        case State.QUEUED | State.RUNNING:
            return [*going(bulk, progress), *reasons(progress)]
        case State.DENIED | State.EXPIRED | State.STALE:
            return counted(bulk)
        case _:
            return [*ended(bulk, progress), *reasons(progress)] if tried(progress) else counted(bulk)


def _asked(operation: Operation) -> list[Element]:
    bulk = operation.bulk
    pairs = (
        (say("Requested by"), operation.requester.name or say("somebody without a name")),
        (say("Approved by"), approved_by(operation)),
        (say("Ticket"), ticket_value(operation.ticket)),
        (say("Reason"), operation.reason),
        (say("The rest of"), bulk.retry_of if bulk else ""),
    )
    return [*facts(pairs), *digests(operation)]


def _closing(operation: Operation, now: datetime) -> list[Element]:
    """Until when somebody can press, when it ended, or of when the figures are."""
    if operation.state.waiting and operation.bulk and operation.bulk.looked_at:
        return [moment(say("You may say otherwise until {at}", at=operation.expires_at), spacing="Medium")]
    if operation.state.waiting:
        return [moment(expires(operation, now), spacing="Medium")]
    if operation.finished_at:
        return [moment(say("Finished at {at}", at=operation.finished_at), spacing="Medium")]
    return [moment(say("As it stood at {at}", at=now), spacing="Medium")]


def _actions(operation: Operation, bulk: Bulk, progress: Progress) -> list[Element]:
    id = operation.id
    cancel, preview = button(say("Cancel"), Verb.CANCEL, id), button(say("Preview as a file"), Verb.PREVIEW, id)
    stop = button(say("Stop the rest"), Verb.STOP, id, style="destructive", tooltip=say("What was done stays done; the rest is not done"))
    match operation.state:
        case State.CHECKING:
            return [*answers(operation), cancelling(bulk, cancel)] if bulk.asks else [cancel]
        case State.PROPOSED if bulk.looked_at:
            return [preview, button(say("Close"), Verb.CANCEL, id)]
        case State.PROPOSED:
            confirm = [button(say("Confirm"), Verb.CONFIRM, id, plan=bulk.mark, style="positive")] if bulk.to_change else []
            return [*confirm, preview, cancel]
        case State.AWAITING_APPROVAL:
            return [preview, cancel]
        case State.QUEUED | State.RUNNING:
            match progress.hold:
                case Hold.NONE:
                    return [button(say("Pause"), Verb.HOLD, id), stop]
                case Hold.ALL_PAUSED:
                    return [stop]
                case Hold.ENDING:
                    return []
                case Hold.PAUSED:
                    return [button(say("Go on"), Verb.GO_ON, id, style="positive"), stop]
            return [button(say("Go on with the rest"), Verb.GO_ON, id, style="positive"), stop]
        case State.SUCCEEDED | State.CANCELLED | State.EXPIRED if bulk.looked_at:
            return [preview]
        case _:
            result = [button(say("Result as a file"), Verb.RESULT, id)] if tried(progress) else []
            return result + ([button(say("Retry the rest"), Verb.RETRY, id)] if not_done(progress) else [])


def _summary(operation: Operation, bulk: Bulk, badge: Badge) -> str:
    """One line for notifications."""
    what = join(": ", (title(operation), changing_text(bulk) if operation.state.waiting or bulk.dry_run else ""))
    return say("{state}: {what}. {id}", state=badge.word, what=what, id=operation.id)
