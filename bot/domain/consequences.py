"""What follows a move of an operation: the work that is done because of it, at once or later. Values alone, and no connection.

The store starts this work in the transaction of the move (`bot.store.moves`). The workflows that do it are steps of `bot.services`, and
each looks again before it acts: what was right to put off may be wrong by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.audit import AuditEvent
from bot.domain.bulk import ASKS, CHECKED, OVER, PROGRESS, Hold
from bot.domain.life import CODE_STANDS, TRANSITIONS, State
from bot.domain.operation import Operation
from bot.domain.policy import Reason
from bot.domain.proof import ProofKind
from bot.domain.recovery import LOOKS

#: When approvers are reminded, counted from the confirmation: with growing pauses, and not for ever.
REMINDERS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=35))
#: After a check that took longer its requester is told: nobody looks at a card for so long.
LONG_CHECK = timedelta(seconds=60)
#: Seconds in which the answer to a press has reached the client.
ANSWER_IS_OUT = 3.0
#: The occasion of the message to the requester that says how it ended; the others are numbers of approvals, or words of bulk jobs.
ENDED = "ended"
#: How the occasion of the message begins that says that the manager has answered.
VOUCHED = "vouched-"
#: The occasion of the announcement that says who was told, and how those begin that say that it was not wanted.
TOLD, NOT_WANTED = "told", "not-me-"
#: Holds of which a message tells, because they wait for an answer.
ASKING = (Hold.CANARY, Hold.FAILING)

#: Somebody, or the engine, has carried it out, or has begun to and was cut off.
_CARRIED_OUT = ("finish", "lose", "stop")
#: Whoever made the move has the card as the answer to it; while a code is being made that answer is left alone.
_UNSEEN = ("propose", "prove", "check", "read", "reveal", "put_back")


class Workflow(StrEnum):
    """Who does the work. A stored word, and the name of a queue: never rename one."""

    ANNOUNCE = "announce"  # brings the cards to the operation's present state
    EXECUTE = "execute"
    EXPIRE = "expire"
    FOLLOW_UP = "follow_up"  # looks whether who was recovered has registered something
    HAND_OVER = "hand_over"  # brings the manager the card on which they reveal
    LOG = "log"  # posts what waits for the log channel
    MAIL = "mail"  # sends the mails that wait, of all operations
    NOT_ME = "not_me"  # takes access away after somebody said that a change was not theirs
    PROVE = "prove"  # brings whoever is to answer for the caller their card, and ends it in time
    NOTIFY = "notify"  # tells the person whose sign-in was changed, and the manager
    REMIND = "remind"
    TELL = "tell"  # writes to the requester beside the card


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be done about an operation.

    Attributes:
        occasion: tells several runs of one workflow for one operation apart; the same one twice is started once.
        delay: seconds until it may start.
        key: of what is done for one key at a time: what that is counted by.
    """

    workflow: Workflow
    occasion: str = ""
    delay: float = 0.0
    key: str = ""


def after(operation: Operation, verb: str, at: datetime | None, event: AuditEvent | None = None) -> tuple[Work, ...]:
    """Everything that follows one move.

    Args:
        operation: as it is after the move.
        verb: one of `life.BEGINNINGS`, `life.TRANSITIONS` or `life.STAYING`.
        at: when somebody decided, or something ended; None where neither is so, and nothing but its cards has to follow.
        event: what the trail says of it; None of what it says nothing of.
    """
    shown = (*_execution(operation), *_cards(operation, verb))
    if at is None:
        return shown
    return (
        *shown,
        *_end_of_its_time(operation, verb, at),
        *_reminders(operation, verb, at),
        *_words(operation, verb, at, event),
        *_looks(operation, verb, at),
        *((Work(Workflow.LOG), Work(Workflow.NOTIFY)) if verb in _CARRIED_OUT else ()),
    )


def shown_again(operation: Operation) -> Work:
    """What follows a press that changed nothing: the card is brought to its present state once the answer is out."""
    return Work(Workflow.ANNOUNCE, f"{operation.version}-shown-again", ANSWER_IS_OUT, operation.id)


def shown_once_told(operation_id: str, occasion: str = TOLD) -> Work:
    """What follows the last notice of an operation, or a press on one: its requester's card says who was told."""
    return Work(Workflow.ANNOUNCE, occasion, key=operation_id)


def shown_on_the_way(job_id: str, now: datetime, *, last: bool = False) -> Work:
    """What follows the rows of a bulk job that ended, and mails about them: its requester's card tells how far it is.

    Args:
        last: nothing else follows, so this is no repetition of what the card was told within the same second.
    """
    at = now.timestamp()
    return Work(Workflow.ANNOUNCE, f"{PROGRESS}{at:.6f}" if last else f"{PROGRESS}{at:.0f}", key=job_id)


def _execution(operation: Operation) -> Iterator[Work]:
    if operation.state is State.QUEUED and not operation.bulk:  # crews look for bulk jobs themselves
        yield Work(Workflow.EXECUTE, key=operation.target.id)


def _cards(operation: Operation, verb: str) -> Iterator[Work]:
    """The cards follow, by one announcement at a time; the one with a code later, too."""
    if not _to_be_shown(operation, verb):
        return
    yield Work(Workflow.ANNOUNCE, str(operation.version), key=operation.id)
    if operation.handed_over and (operation.state is State.READY or operation.state.finished):
        yield Work(Workflow.HAND_OVER, str(operation.version), key=operation.id)
    if operation.revealed_at:
        shows = Workflow.HAND_OVER if operation.handed_over else Workflow.ANNOUNCE
        yield Work(shows, f"{operation.version}-after-code", CODE_STANDS.total_seconds(), operation.id)


def _to_be_shown(operation: Operation, verb: str) -> bool:
    if verb in _UNSEEN:
        return False
    if verb == "follow":  # nobody has its card yet: it comes with the Reveal, or with the result
        return operation.state is State.READY
    return (
        operation.state.finished
        or verb == "proved"
        or bool(operation.need.approvals)
        or operation.state is State.READY
        or operation.bulk is not None
    )


def _end_of_its_time(operation: Operation, verb: str, at: datetime) -> Iterator[Work]:
    match verb, operation.state:
        case "propose", _:
            occasion = ""
        case "confirm", State.AWAITING_APPROVAL:
            occasion = "approval"
        case "confirm" | "approve" | "follow", State.READY:
            occasion = "reveal"
        case "reveal", _:
            occasion = f"revealing-{operation.version}"
        case "prove" | "proved", _:
            occasion = f"proof-{operation.version}"
        case "preview", State.PROPOSED:
            occasion = f"preview-{operation.version}"
        case "ask", _:
            occasion = f"asking-{operation.version}"
        case _:
            return
    yield Work(Workflow.EXPIRE, occasion, max(0.0, (operation.expires_at - at).total_seconds()))


def _reminders(operation: Operation, verb: str, at: datetime) -> Iterator[Work]:
    if verb == "confirm" and operation.state is State.AWAITING_APPROVAL:
        for number, wait in enumerate(REMINDERS, 1):
            if at + wait < operation.expires_at:
                yield Work(Workflow.REMIND, str(number), wait.total_seconds())


def _words(operation: Operation, verb: str, at: datetime, event: AuditEvent | None) -> Iterator[Work]:
    """What the requester is told, who may be looking elsewhere: a card that changes in place notifies nobody."""
    code = event.facts.get("code") if event else None
    if verb == "approve":
        yield Work(Workflow.TELL, str(len(operation.approvals)))
    answered = event and event.actor_id not in ("", operation.requester.id)  # who asked may have taken the question back
    if verb == "proved" and event and event.facts.get("kind") == ProofKind.MANAGER.value and answered:
        yield Work(Workflow.TELL, f"{VOUCHED}{operation.version}")  # a manager takes longer than anybody looks at a card
    if verb == "preview" and at - operation.created_at > LONG_CHECK:
        yield Work(Workflow.TELL, CHECKED)
    if verb == "hold" and code in ASKING:
        yield Work(Workflow.TELL, f"{ASKS}{code}-{at.timestamp():.0f}")
    if operation.bulk and verb in ("finish", "stop"):
        yield Work(Workflow.TELL, OVER)
    lost = operation.state is State.FAILED and code == Reason.AGREEMENT_LOST.value
    unseen = operation.handed_over and operation.state is not State.SUCCEEDED
    waited = bool(operation.approvals) and not operation.bulk and operation.state is not State.SUCCEEDED
    ended = verb in TRANSITIONS and operation.state.finished and (verb not in ("finish", "stop") or lost or unseen or waited)
    by_others = event is not None and event.actor_id != operation.requester.id
    if ended and by_others and operation.confirmed and (operation.need.approvals or unseen or verb == "lose"):
        yield Work(Workflow.TELL, ENDED)


def _looks(operation: Operation, verb: str, at: datetime) -> Iterator[Work]:
    """Somebody for whom a recovery did at least a part is looked at once something may have been registered."""
    followed = operation.recovery is not None and operation.recovery.followed
    if verb not in _CARRIED_OUT or not followed or operation.state not in (State.SUCCEEDED, State.PARTIAL):
        return
    starts = [change.wanted.start for change in operation.changes if change.wanted and change.wanted.start]
    wait = max(0.0, *((start - at).total_seconds() for start in starts), 0.0)
    for number, look in enumerate(LOOKS, 1):
        yield Work(Workflow.FOLLOW_UP, str(number), wait + look.total_seconds())
