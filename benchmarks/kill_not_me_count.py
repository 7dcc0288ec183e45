"""What became of everybody who said "not me": the store, Entra, the messages and the mails beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from benchmarks.kill_cases import LOG, People
from benchmarks.kill_count import Count, Stored
from benchmarks.kill_not_me_people import NEVER, Case
from bot.domain.audit import Tag
from bot.domain.life import State
from bot.domain.not_me import COMMAND
from bot.domain.said import from_store
from bot.store.tables import audit_events, freezes, log_notices, notices
from bot.store.transactions import open_engine


@dataclass(frozen=True)
class Kept:
    """What the store has beside the operations."""

    notices: Sequence[Any]
    events: Sequence[Any]
    frozen: frozenset[str]
    notes: tuple[str, ...]

    @property
    def quiet(self) -> bool:
        """No notice waits."""
        return all(one.state != "waiting" for one in self.notices)


def read(database_url: str) -> Kept:
    """Everything of it, at one moment."""
    engine = open_engine(database_url)
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            return Kept(
                connection.execute(select(notices)).all(),
                connection.execute(select(audit_events.c.tag, audit_events.c.actor_id, audit_events.c.operation_id)).all(),
                frozenset(connection.execute(select(freezes.c.target_id)).scalars()),
                tuple(str(from_store(note["text"])) for note in connection.execute(select(log_notices.c.notice)).scalars()),
            )
    finally:
        engine.dispose()


def count(people: People[Case], stored: Stored, kept: Kept, deaths: Iterable[float]) -> Count:
    """Each step once in effect, nothing forgotten, and nobody told twice but by a process that died before it could note that down."""
    result = Count(problems=list(people.problems))
    cases, died = people.done, sorted(deaths)
    writes = {case.who.id: Counter(one.what for one in people.world.entra.writes if one.user_id == case.who.id) for case in cases}
    stops = {case.who.id: [one for one in stored.operations.values() if _stops(one, case)] for case in cases}
    agreed = Counter(event.operation_id for event in kept.events if event.tag == Tag.NOT_ME_APPROVER_TOLD)
    pressed = Counter(event.operation_id for event in kept.events if event.tag == Tag.NOT_ME_PRESSED)

    def once(name: str, many: Mapping[str, int]) -> None:
        """Of every case exactly one."""
        result.must(f"{name}: not once", (f"{case.who.name} {case.operation_id}: {many[case.operation_id]}" for case in cases
                                          if many[case.operation_id] != 1))  # fmt: skip

    result.figures["cases"] = len(cases)
    once("pressed", pressed)
    result.must("not frozen", (case.who.name for case in cases if case.who.id not in kept.frozen))
    result.must("not withdrawn", (case.waiting_id for case in cases if stored.operations[case.waiting_id].state is not State.CANCELLED))
    once("taken away", {case.operation_id: len(stops[case.who.id]) for case in cases})
    result.must("not done", (f"{one.id} {one.state}: {one.outcome}" for found in stops.values() for one in found
                             if one.state is not State.SUCCEEDED))  # fmt: skip
    result.must("still there", (case.who.name for case in cases if set(people.world.entra.person(case.who.upn).phones) != {"mobile"}))
    once("removed", {case.operation_id: writes[case.who.id]["phone.delete"] for case in cases})
    result.must("sessions not ended", (case.who.name for case in cases if not writes[case.who.id]["sessions.revoke"]))
    result.figures["sessions ended again"] = sum(writes[case.who.id]["sessions.revoke"] - 1 for case in cases)
    once("red posts", {case.operation_id: sum(_says(case) in note for note in kept.notes) for case in cases})
    once("approvers noted as told", agreed)
    result.must("not told", (f"{one.operation_id} {one.way} {one.why}" for one in kept.notices if one.state != "delivered"))
    ways = Counter((one.operation_id, one.way) for one in kept.notices)
    once("notices in Teams", {case.operation_id: ways[case.operation_id, "teams"] for case in cases})
    once("notices by mail", {case.operation_id: ways[case.operation_id, "mail"] for case in cases})
    _count_messages(result, people, cases, died)
    result.must("workflows left over", (f"{name} {status}" for name, status in stored.workflows if status not in ("SUCCESS", "DELAYED")))
    result.must("log posts left over", ["some"] * stored.undelivered)
    return result


def _count_messages(result: Count, people: People[Case], cases: Sequence[Case], died: Sequence[float]) -> None:
    own = {case.who.id: {one.id for one in people.world.teams.threads.find(case.who)[:1]} for case in cases}
    approvers = {case.approver.id: people.world.teams.threads.find(case.approver)[0].id for case in cases}
    kinds: dict[str, Callable[[Case], list[float]]] = {
        "told in Teams": lambda case: [one.at for one in people.heard if one.conversation in own[case.who.id] and NEVER in one.words],
        "told by mail": lambda case: [mail.at for mail in people.world.entra.exchange.mails if case.who.mail in mail.to],
        "red post": lambda case: [one.at for one in people.heard if one.conversation == LOG.id and _says(case) in one.words],
        "approver told": lambda case: [
            one.at for one in people.heard if one.conversation == approvers[case.approver.id] and _says(case) in one.words
        ],
    }
    for name, of in kinds.items():
        moments = {case.who.name: sorted(of(case)) for case in cases}
        result.must(f"{name}: never", (who for who, at in moments.items() if not at))
        again = [(who, first, second) for who, at in moments.items() for first, second in pairwise(at)]
        result.figures[f"{name}: again after a death"] = len(again)
        result.must(
            f"{name}: twice by one life",
            (f"{who} at {first} and {second}" for who, first, second in again if not any(first <= death <= second for death in died)),
        )


def _says(case: Case) -> str:
    return f"{case.who.name} says that {case.operation_id}"


def _stops(operation: Any, case: Case) -> bool:
    return bool(operation.command == COMMAND and operation.target.id == case.who.id)
