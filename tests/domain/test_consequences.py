"""What follows from every move of an operation: a table of what is expected of each, and what holds for all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import AuditEvent, Tag
from bot.domain.bulk import Bulk
from bot.domain.change import Change, ChangeKind
from bot.domain.consequences import Work, Workflow, after, shown_again, shown_on_the_way
from bot.domain.conversations import ConversationRef
from bot.domain.life import BEGINNINGS, CODE_STANDS, STAYING, TRANSITIONS, State
from bot.domain.need import NO_NEED
from bot.domain.operation import Approval, Operation
from bot.domain.pass_terms import WantedPass
from bot.domain.people import Actor, Person
from bot.domain.recovery import LOOKS, Recovery, Situation
from bot.store.engine import QUEUES

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
HANNA = Actor("hanna", "tenant", "Hanna Visser")
NUMBER = Change(ChangeKind.SIGN_OUT, None, None, None)
PASS = Change(ChangeKind.CREATE_PASS, None, None, None, wanted=WantedPass(60))
LATER = Change(ChangeKind.CREATE_PASS, None, None, None, wanted=WantedPass(60, start=NOW + timedelta(hours=5)))
CASE = Recovery(Situation.LOST, "en", (True,), (), (), followed=True)
FILE = Bulk(file="people.csv", sha256="")
ASKS_TWO = replace(NO_NEED, approvals=2)

OPERATION = Operation(
    id="7QXF",
    command="set",
    text="set",
    requester=HANNA,
    target=Person("anna", "Anna Bakker", "anna@contoso.com"),
    changes=(NUMBER,),
    conversation=ConversationRef("https://teams", "chat", "personal"),
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
    version=3,
)

#: verb -> what may follow from it. Whoever adds a verb says so here.
MAY_FOLLOW: dict[str, set[Workflow]] = {
    "propose": {Workflow.EXPIRE},
    "check": set(),
    "follow": {Workflow.HAND_OVER, Workflow.EXECUTE, Workflow.EXPIRE, Workflow.ANNOUNCE},
    "preview": {Workflow.ANNOUNCE, Workflow.EXPIRE, Workflow.TELL},
    "answer": {Workflow.ANNOUNCE},
    "confirm": {Workflow.HAND_OVER, Workflow.EXECUTE, Workflow.ANNOUNCE, Workflow.EXPIRE, Workflow.REMIND},
    "approve": {Workflow.HAND_OVER, Workflow.EXECUTE, Workflow.ANNOUNCE, Workflow.EXPIRE, Workflow.TELL},
    "deny": {Workflow.ANNOUNCE, Workflow.TELL},
    "go_stale": {Workflow.HAND_OVER, Workflow.ANNOUNCE, Workflow.TELL},
    "withdraw": {Workflow.HAND_OVER, Workflow.ANNOUNCE, Workflow.TELL},
    "cancel": {Workflow.HAND_OVER, Workflow.ANNOUNCE, Workflow.TELL},
    "expire": {Workflow.HAND_OVER, Workflow.ANNOUNCE, Workflow.TELL},
    "reveal": {Workflow.EXPIRE},
    "put_back": set(),
    "lose": {Workflow.HAND_OVER, Workflow.ANNOUNCE, Workflow.TELL, Workflow.LOG, Workflow.NOTIFY, Workflow.FOLLOW_UP},
    "start": {Workflow.ANNOUNCE},
    "finish": {Workflow.HAND_OVER, Workflow.ANNOUNCE, Workflow.TELL, Workflow.LOG, Workflow.NOTIFY, Workflow.FOLLOW_UP},
    "stop": {Workflow.ANNOUNCE, Workflow.TELL, Workflow.LOG, Workflow.NOTIFY},
    "renew": {Workflow.ANNOUNCE},
    "prove": {Workflow.EXPIRE},
    "proved": {Workflow.ANNOUNCE, Workflow.EXPIRE, Workflow.TELL},
    "ask": {Workflow.ANNOUNCE, Workflow.EXPIRE},
    "read": set(),
    "hold": {Workflow.ANNOUNCE, Workflow.TELL},
    "show": {Workflow.ANNOUNCE},
}
#: What only bulk jobs do, and what they never do.
OF_JOBS = {"check", "read", "preview", "answer", "ask", "hold", "show", "stop"}
NOT_OF_JOBS = {"propose", "prove", "proved", "follow", "reveal", "put_back", "lose"}

AT = f"{NOW.timestamp():.0f}"
CARDS = Work(Workflow.ANNOUNCE, "3", key="7QXF")
RUN = Work(Workflow.EXECUTE, key="anna")
LOG, NOTIFY = Work(Workflow.LOG), Work(Workflow.NOTIFY)


def tell(occasion: str) -> Work:
    return Work(Workflow.TELL, occasion)


def expire(occasion: str, minutes: float = 10) -> Work:
    return Work(Workflow.EXPIRE, occasion, minutes * 60)


def remind(number: int, minutes: int) -> Work:
    return Work(Workflow.REMIND, str(number), minutes * 60)


def moved(state: State, **more: Any) -> Operation:
    return replace(OPERATION, state=state, **more)


def event(actor: str = "hanna", code: str = "") -> AuditEvent:
    return AuditEvent(Tag.OPERATION_FINISHED, NOW, actor, actor, facts={"code": code} if code else {})


CONFIRMED = {"decided_by": "Hanna Visser"}
HANDED = {"changes": (PASS,), "manager": Person("priya", "Priya Raman", "priya@contoso.com")}
BRING = Work(Workflow.HAND_OVER, "3", key="7QXF")
ASKED = {"need": ASKS_TWO, **CONFIRMED}
JOB = {"bulk": FILE, **ASKED}
AGREED = (Approval("sam", "Sam Okafor", NOW), Approval("ingrid", "Ingrid Lund", NOW))
FOLLOW_UPS = [Work(Workflow.FOLLOW_UP, str(number), look.total_seconds()) for number, look in enumerate(LOOKS, 1)]

TABLE: list[tuple[str, str, Operation, AuditEvent | None, list[Work]]] = [
    ("asked for, alone", "propose", moved(State.PROPOSED), event(), [expire("")]),
    ("asked for, with others", "propose", moved(State.PROPOSED, need=ASKS_TWO), event(), [expire("")]),
    ("a proof is asked for", "prove", moved(State.PROPOSED), event(), [expire("proof-3")]),
    ("it was given, or not", "proved", moved(State.PROPOSED), event("diego"), [CARDS, expire("proof-3")]),
    ("confirmed", "confirm", moved(State.QUEUED, **CONFIRMED), event(), [RUN]),
    ("confirmed, and others decide", "confirm", moved(State.AWAITING_APPROVAL, **ASKED), event(),
     [CARDS, expire("approval"), remind(1, 5)]),
    ("confirmed, and others have an hour", "confirm", moved(State.AWAITING_APPROVAL, **ASKED, expires_at=NOW + timedelta(hours=1)),
     event(), [CARDS, expire("approval", 60), remind(1, 5), remind(2, 15), remind(3, 35)]),
    ("confirmed, and a reminder would come with the end", "confirm",
     moved(State.AWAITING_APPROVAL, **ASKED, expires_at=NOW + timedelta(minutes=5)), event(), [CARDS, expire("approval", 5)]),
    ("confirmed, to be revealed", "confirm", moved(State.READY, **CONFIRMED, changes=(PASS,)), event(), [CARDS, expire("reveal")]),
    ("confirmed, for the manager to reveal", "confirm", moved(State.READY, **CONFIRMED, **HANDED), event(),
     [CARDS, BRING, expire("reveal")]),
    ("revealed to the manager", "finish", moved(State.SUCCEEDED, **CONFIRMED, **HANDED, revealed_at=NOW), event(""),
     [CARDS, BRING, replace(BRING, occasion="3-after-code", delay=CODE_STANDS.total_seconds()), LOG, NOTIFY]),
    ("out of the manager's reach", "withdraw", moved(State.FAILED, **CONFIRMED, **HANDED), event(""), [CARDS, BRING, tell("ended")]),
    ("lost before the manager saw it", "finish", moved(State.PARTIAL, **CONFIRMED, **HANDED), event(""),
     [CARDS, BRING, tell("ended"), LOG, NOTIFY]),
    ("one of two agreed", "approve", moved(State.AWAITING_APPROVAL, **ASKED, approvals=AGREED[:1]), event("sam"), [CARDS, tell("1")]),
    ("both agreed", "approve", moved(State.QUEUED, **ASKED, approvals=AGREED), event("ingrid"), [RUN, CARDS, tell("2")]),
    ("both agreed, to be revealed", "approve", moved(State.READY, **ASKED, approvals=AGREED), event("ingrid"),
     [CARDS, expire("reveal"), tell("2")]),
    ("denied", "deny", moved(State.DENIED, **ASKED), event("sam"), [CARDS, tell("ended")]),
    ("changed by somebody else", "go_stale", moved(State.STALE, **ASKED), event("sam"), [CARDS, tell("ended")]),
    ("nobody to agree", "withdraw", moved(State.FAILED, **ASKED), event(""), [CARDS, tell("ended")]),
    ("cancelled by its requester", "cancel", moved(State.CANCELLED, **ASKED), event(), [CARDS]),
    ("cancelled by a colleague after a suspicious call", "cancel", moved(State.CANCELLED, **ASKED), event("sam"), [CARDS, tell("ended")]),
    ("cancelled before it was confirmed", "cancel", moved(State.CANCELLED, need=ASKS_TWO), event("sam"), [CARDS]),
    ("nobody confirmed it", "expire", moved(State.EXPIRED, need=ASKS_TWO), event(""), [CARDS]),
    ("nobody agreed", "expire", moved(State.EXPIRED, **ASKED), event(""), [CARDS, tell("ended")]),
    ("the code is being made", "reveal", moved(State.REVEALING, **CONFIRMED), event(), [expire("revealing-3")]),
    ("no code was made after all", "put_back", moved(State.READY, **CONFIRMED), event(), []),
    ("revealed", "finish", moved(State.SUCCEEDED, **CONFIRMED, revealed_at=NOW), event(),
     [CARDS, Work(Workflow.ANNOUNCE, "3-after-code", CODE_STANDS.total_seconds(), "7QXF"), LOG, NOTIFY]),
    ("nobody saw the code", "lose", moved(State.PARTIAL, **CONFIRMED), event(""), [CARDS, tell("ended"), LOG, NOTIFY]),
    ("begun", "start", moved(State.RUNNING, **CONFIRMED), event(""), []),
    ("begun, and approvers look at it", "start", moved(State.RUNNING, **ASKED), event(""), [CARDS]),
    ("done", "finish", moved(State.SUCCEEDED, **CONFIRMED), event(""), [CARDS, LOG, NOTIFY]),
    ("not done", "finish", moved(State.FAILED, **ASKED), event(""), [CARDS, LOG, NOTIFY]),
    ("not done, because an approver may no longer agree", "finish", moved(State.FAILED, **ASKED), event("", "agreement_lost"),
     [CARDS, tell("ended"), LOG, NOTIFY]),
    ("recovered", "finish", moved(State.PARTIAL, **CONFIRMED, recovery=CASE), event(""), [CARDS, *FOLLOW_UPS, LOG, NOTIFY]),
    ("recovered, with a pass for later", "finish", moved(State.SUCCEEDED, **CONFIRMED, recovery=CASE, changes=(NUMBER, LATER)), event(""),
     [CARDS, *(replace(look, delay=look.delay + 5 * 3600) for look in FOLLOW_UPS), LOG, NOTIFY]),
    ("not recovered", "finish", moved(State.FAILED, **CONFIRMED, recovery=CASE), event(""), [CARDS, LOG, NOTIFY]),
    ("followed up elsewhere", "finish", moved(State.SUCCEEDED, **CONFIRMED, recovery=replace(CASE, followed=False)), event(""),
     [CARDS, LOG, NOTIFY]),
    ("tidying up", "follow", moved(State.QUEUED, **ASKED), event(), [RUN]),
    ("the pass of a recovery", "follow", moved(State.READY, **ASKED, changes=(PASS,)), event(), [CARDS, expire("reveal")]),
    ("another account on the cards", "renew", moved(State.AWAITING_APPROVAL, **ASKED), None, [CARDS]),
    ("a file is read", "check", moved(State.CHECKING, bulk=FILE), event(), []),
    ("its rows are stored", "read", moved(State.CHECKING, bulk=FILE), None, []),
    ("its file has to be explained", "ask", moved(State.CHECKING, bulk=FILE), None, [CARDS, expire("asking-3")]),
    ("its file was explained", "answer", moved(State.CHECKING, bulk=FILE), event(), [CARDS]),
    ("checked", "preview", moved(State.PROPOSED, bulk=FILE), event(""), [CARDS, expire("preview-3")]),
    ("checked for long", "preview", moved(State.PROPOSED, bulk=FILE, created_at=NOW - timedelta(seconds=61)), event(""),
     [CARDS, expire("preview-3"), tell("checked")]),
    ("checked, and that was all", "preview", moved(State.SUCCEEDED, bulk=FILE), event(""), [CARDS]),
    ("a file is confirmed: crews look for it", "confirm", moved(State.QUEUED, **JOB), event(), [CARDS]),
    ("paused", "hold", moved(State.RUNNING, **JOB), event("hanna", "paused"), [CARDS]),
    ("the first rows are done", "hold", moved(State.RUNNING, **JOB), event("", "canary"), [CARDS, tell(f"asks-canary-{AT}")]),
    ("too many rows fail", "hold", moved(State.RUNNING, **JOB), event("", "failing"), [CARDS, tell(f"asks-failing-{AT}")]),
    ("it goes on", "show", moved(State.RUNNING, **JOB), event(), [CARDS]),
    ("Entra ID is slow", "show", moved(State.RUNNING, **JOB), None, [CARDS]),
    ("every row is over", "finish", moved(State.PARTIAL, **JOB), event(""), [CARDS, tell("over"), LOG, NOTIFY]),
    ("stopped before the end", "stop", moved(State.CANCELLED, **JOB), event(""), [CARDS, tell("over"), LOG, NOTIFY]),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "operation", "said", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_follows(verb: str, operation: Operation, said: AuditEvent | None, expected: list[Work]) -> None:
    assert Counter(after(operation, verb, NOW, said)) == Counter(expected)


def test_a_press_that_changed_nothing_shows_the_card_once_the_answer_is_out() -> None:
    assert shown_again(OPERATION) == Work(Workflow.ANNOUNCE, "3-shown-again", 3.0, "7QXF")


def test_progress_is_shown_once_a_second_at_most() -> None:
    shown = shown_on_the_way("7QXF", NOW)
    assert shown == Work(Workflow.ANNOUNCE, f"progress-{AT}", key="7QXF")
    assert shown == shown_on_the_way("7QXF", NOW + timedelta(milliseconds=400))


def test_every_verb_has_its_consequences_said() -> None:
    assert set(MAY_FOLLOW) == {*BEGINNINGS, *TRANSITIONS, *STAYING}
    assert len(MAY_FOLLOW) == len(BEGINNINGS) + len(TRANSITIONS) + len(STAYING), "no verb stands in two tables"
    assert {row[1] for row in TABLE} == set(MAY_FOLLOW)


#: Every move there can be: the verb, and where it leads.
MOVES = sorted(
    (verb, state)
    for verb, states in [*((verb, ends) for verb, (_, ends) in TRANSITIONS.items()), *BEGINNINGS.items(), *STAYING.items()]
    for state in states
)


@st.composite
def moves(draw: st.DrawFn) -> tuple[Operation, str, datetime, AuditEvent | None]:
    """A move of any operation, as late as may be; also what never happens, such as a job that is revealed, is put together as it can."""
    verb, state = draw(st.sampled_from(MOVES))
    a_job = verb in OF_JOBS or (verb not in NOT_OF_JOBS and draw(st.booleans()))
    unconfirmed = verb in ("propose", "check", "preview") or (state is State.EXPIRED and draw(st.booleans()))
    operation = moved(
        state,
        need=replace(NO_NEED, approvals=draw(st.integers(0, 3))),
        decided_by="" if unconfirmed else "Hanna Visser",
        bulk=FILE if a_job else None,
        changes=draw(st.sampled_from([(NUMBER,), (PASS,), (NUMBER, LATER)])),
        recovery=None if a_job else draw(st.sampled_from([None, CASE, replace(CASE, followed=False)])),
        approvals=AGREED[: draw(st.integers(0, 2))],
        revealed_at=draw(st.sampled_from([None, NOW])) if verb == "finish" and not a_job else None,
        expires_at=NOW + timedelta(seconds=draw(st.integers(-7200, 3 * 7200))),
        created_at=NOW - timedelta(seconds=draw(st.integers(0, 300))),
    )
    code = draw(st.sampled_from(["", "agreement_lost", "canary", "paused"]))
    said = None if verb in ("renew", "read", "ask") else event(draw(st.sampled_from(["hanna", "sam", ""])), code)
    return operation, verb, NOW, said


@given(moves())
def test_nothing_follows_that_is_not_said_of_the_verb(move: tuple[Operation, str, datetime, AuditEvent | None]) -> None:
    assert {work.workflow for work in after(*move)} <= MAY_FOLLOW[move[1]]


@given(moves())
def test_what_is_finished_is_shown_once_and_what_was_carried_out_is_logged_and_told_once(
    move: tuple[Operation, str, datetime, AuditEvent | None],
) -> None:
    operation, verb, *_ = move
    follows = Counter(work for work in after(*move))
    if verb in TRANSITIONS and operation.state.finished:
        assert follows[CARDS] == 1
    assert follows[LOG] == follows[NOTIFY] == (verb in ("finish", "lose", "stop"))


@given(moves())
def test_nothing_is_put_off_into_the_past(move: tuple[Operation, str, datetime, AuditEvent | None]) -> None:
    operation, _, at, _ = move
    for work in after(*move):
        assert work.delay >= 0
        if work.workflow is Workflow.EXPIRE and operation.expires_at > at:
            assert at + timedelta(seconds=work.delay) == operation.expires_at, "its time is over then, and not before"
        if work.workflow is Workflow.REMIND:
            assert at + timedelta(seconds=work.delay) < operation.expires_at, "who is reminded can still decide"


@given(moves())
def test_no_work_is_lost_because_other_work_has_its_name(move: tuple[Operation, str, datetime, AuditEvent | None]) -> None:
    """The engine starts the same workflow for the same operation and occasion once."""
    names = [(work.workflow, work.occasion) for work in after(*move)]
    assert len(names) == len(set(names))


@given(moves())
def test_whatever_begins_to_wait_for_a_press_ends_by_itself(move: tuple[Operation, str, datetime, AuditEvent | None]) -> None:
    operation, verb, *_ = move
    begins_to_wait = operation.state.waiting and (verb in BEGINNINGS or verb in TRANSITIONS)
    goes_on_waiting = verb == "put_back" or (verb == "approve" and operation.state is State.AWAITING_APPROVAL)
    ends = [work for work in after(*move) if work.workflow is Workflow.EXPIRE]
    if begins_to_wait and not goes_on_waiting:
        assert len(ends) == 1
    assert len(ends) <= 1


@given(moves())
def test_what_is_queued_is_carried_out_once_and_jobs_by_their_crews(move: tuple[Operation, str, datetime, AuditEvent | None]) -> None:
    operation, *_ = move
    runs = [work for work in after(*move) if work.workflow is Workflow.EXECUTE]
    assert runs == ([RUN] if operation.state is State.QUEUED and not operation.bulk else [])


@given(moves())
def test_nobody_is_told_of_an_end_that_they_made_themselves(move: tuple[Operation, str, datetime, AuditEvent | None]) -> None:
    *_, said = move
    if said is not None and said.actor_id == HANNA.id:
        assert tell("ended") not in after(*move)


@given(moves())
def test_work_is_counted_by_a_key_where_its_queue_counts_by_one(move: tuple[Operation, str, datetime, AuditEvent | None]) -> None:
    for work in after(*move):
        assert bool(work.key) == ("partition_concurrency" in QUEUES[work.workflow.value])
