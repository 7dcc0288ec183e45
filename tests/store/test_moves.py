"""Every move there is, tried from every state: the table alone decides which are made, and what follows is started with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy
from sqlalchemy import func, select, update

from bot.domain.audit import AuditEvent, Tag
from bot.domain.consequences import Workflow, after
from bot.domain.conversations import ConversationRef
from bot.domain.life import BEGINNINGS, STAYING, TRANSITIONS, State
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.store.moves import Moves, Seen
from bot.store.tables import audit_events, log_posts, operations
from bot.store.trail import Trail

pytestmark = pytest.mark.storage

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
EVENT = AuditEvent(Tag.OPERATION_STARTED, NOW, operation_id="7QXF")
ASKED = Operation(
    id="", command="set", text="set", requester=Actor("hanna", "tenant", "Hanna Visser"), changes=(),
    target=Person("anna", "Anna Bakker", "anna@fabrikam.example"), conversation=ConversationRef("https://teams", "chat", "personal"),
    created_at=NOW, expires_at=NOW + timedelta(minutes=10),
)  # fmt: skip

Started = list[tuple[str, str, str, float, str]]


class Kept:
    """One operation in a transaction that nobody commits, and the work that was started about it."""

    def __init__(self, connection: sqlalchemy.Connection) -> None:
        self.connection, self.trail, self.started = connection, Trail(connection), Started()
        self.moves = Moves(self._enqueue)
        self.id = self.moves.begin(connection, self.trail, "propose", ASKED, EVENT).id
        self.this = operations.c.id == self.id

    def _enqueue(
        self, connection: sqlalchemy.Connection, workflow: str, operation_id: str, *, occasion: str = "", delay: float = 0, key: str = ""
    ) -> None:
        self.started.append((workflow, operation_id, occasion, delay, key))

    def put(self, state: State) -> None:
        self.connection.execute(update(operations).where(self.this).values(state=state.value, version=1))
        self.connection.execute(log_posts.delete())
        self.started.clear()

    def stored(self) -> tuple[str, int]:
        state, version = self.connection.execute(select(operations.c.state, operations.c.version).where(self.this)).one()
        return state, version

    def expected(self, operation: Operation, verb: str, at: datetime | None, event: AuditEvent | None) -> Started:
        """That people are told is begun where policy wants it, and here none does."""
        works = [work for work in after(operation, verb, at, event) if work.workflow is not Workflow.NOTIFY]
        return [(work.workflow, self.id, work.occasion, work.delay, work.key) for work in works]


@pytest.fixture
def kept(database: sqlalchemy.Engine) -> Iterator[Kept]:
    with database.connect() as connection, connection.begin() as transaction:
        yield Kept(connection)
        transaction.rollback()


def test_an_operation_moves_from_the_states_of_the_table_alone(kept: Kept) -> None:
    for verb, (starts, ends) in TRANSITIONS.items():
        for state in State:
            for to in ends:
                kept.put(state)
                said = len(kept.trail.appended())
                moved = kept.moves.move(kept.connection, verb, to, Seen(kept.id), {}, kept.trail, EVENT)
                assert (moved is not None) == (state in starts), (verb, state)
                assert kept.stored() == ((to, 2) if moved else (state, 1))
                assert len(kept.trail.appended()) - said == bool(moved)
                assert kept.started == (kept.expected(moved, verb, NOW, EVENT) if moved else [])
                assert kept.connection.execute(select(func.count()).select_from(log_posts)).scalar() == sum(
                    workflow == "log" for workflow, *_ in kept.started
                )


def test_an_operation_stays_where_the_table_says_so_and_its_cards_follow(kept: Kept) -> None:
    for verb, states in STAYING.items():
        for state in State:
            for event in (None, EVENT):
                kept.put(state)
                said = len(kept.trail.appended())
                stayed = kept.moves.stay(kept.connection, verb, Seen(kept.id), at=NOW, trail=kept.trail if event else None, event=event)
                assert (stayed is not None) == (state in states), (verb, state)
                assert kept.stored() == (state, 2 if stayed else 1)
                assert len(kept.trail.appended()) - said == bool(stayed and event)
                assert kept.started == (kept.expected(stayed, verb, NOW, event) if stayed else [])


def test_no_verb_leads_where_the_table_does_not(kept: Kept) -> None:
    for verb, (_, ends) in TRANSITIONS.items():
        for to in set(State) - ends:
            with pytest.raises(ValueError, match=f"{verb} does not lead to {to}"):
                kept.moves.move(kept.connection, verb, to, Seen(kept.id), {}, kept.trail, EVENT)
    for verb, states in BEGINNINGS.items():
        if State.PROPOSED not in states:
            with pytest.raises(ValueError, match=f"{verb} does not lead to proposed"):
                kept.moves.begin(kept.connection, kept.trail, verb, ASKED, EVENT)


def test_nothing_is_stored_of_a_move_that_somebody_else_was_quicker_to_make(kept: Kept) -> None:
    kept.put(State.PROPOSED)
    ends = ASKED.expires_at
    just_in_time = ends - timedelta(microseconds=1)
    for another in (Seen("7QXF"), Seen(kept.id, 7), Seen(kept.id, in_time=ends), Seen(kept.id, over=just_in_time)):
        assert kept.moves.move(kept.connection, "confirm", State.QUEUED, another, {}, kept.trail, EVENT) is None
        assert (kept.stored(), kept.started) == ((State.PROPOSED, 1), [])
    for same in (Seen(kept.id, 1), Seen(kept.id, 1, just_in_time), Seen(kept.id, 1, over=ends)):
        kept.put(State.PROPOSED)
        assert kept.moves.move(kept.connection, "cancel", State.CANCELLED, same, {}, kept.trail, EVENT)


def test_the_trail_says_nothing_of_a_move_that_somebody_else_was_quicker_to_make(kept: Kept) -> None:
    kept.put(State.PROPOSED)
    assert kept.moves.move(kept.connection, "confirm", State.QUEUED, Seen(kept.id, 7), {}, kept.trail, EVENT) is None
    kept.trail.store()
    tags = kept.connection.execute(select(audit_events.c.tag)).scalars().all()
    assert tags == [EVENT.tag.value], "what it came to be with"
