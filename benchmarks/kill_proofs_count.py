"""What became of everybody who had to be proved: the store, Entra and the messages beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from benchmarks.kill_cases import People, buttons
from benchmarks.kill_count import Count, Stored
from benchmarks.kill_proofs_people import Case
from bot.domain.audit import Tag
from bot.store.tables import audit_events, operations, proofs
from bot.store.transactions import open_engine

_ANSWERS = {Tag.PROOF_GIVEN.value: "given", Tag.PROOF_FAILED.value: "failed"}


@dataclass(frozen=True)
class Kept:
    """What the store has of proofs: its rows, and the trail in order."""

    proofs: Sequence[Any]
    events: Sequence[Any]
    confirmed: frozenset[str]

    @property
    def quiet(self) -> bool:
        """Nobody is to answer any more."""
        return all(one.state != "asked" for one in self.proofs)


def read(database_url: str) -> Kept:
    """Everything of it, at one moment."""
    engine = open_engine(database_url)
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            said = select(audit_events.c.tag, audit_events.c.operation_id, audit_events.c.facts).order_by(audit_events.c.number)
            confirmed = select(operations.c.id).where(operations.c.confirmed_at.is_not(None))
            return Kept(
                connection.execute(select(proofs)).all(),
                connection.execute(said).all(),
                frozenset(connection.execute(confirmed).scalars()),
            )
    finally:
        engine.dispose()


def count(people: People[Case], stored: Stored, kept: Kept, deaths: Iterable[float]) -> Count:
    """Nothing confirmed without a proof, no answer counted twice, everybody who was asked had a card, and everything is settled."""
    result, cases = Count(problems=list(people.problems)), people.done
    result.figures["cases"] = len(cases)
    result.figures["Confirm pressed too early"] = sum(case.early for case in cases)
    result.must("confirmed without a proof", _unproved(kept))
    result.must(
        "confirmed, and not to be", (case.operation_id for case in cases if not case.proved and case.operation_id in kept.confirmed)
    )
    writes = Counter(one.user_id for one in people.world.entra.writes if one.what.startswith("phone."))
    result.must("not changed once", (f"{case.who.name}: {writes[case.who.id]}" for case in cases if writes[case.who.id] != case.proved))
    result.must("answers counted twice", _twice(kept))
    result.must("still asked", (f"{one.kind} of {one.operation_id}" for one in kept.proofs if one.state == "asked"))
    result.must("expired, and there was time", (f"{one.kind} of {one.operation_id}" for one in kept.proofs if one.state == "expired"))
    _count_cards(result, people, kept, sorted(deaths))
    ended = [stored.operations[case.operation_id] for case in cases]
    result.must("operations stuck", (f"{one.id} {one.state}" for one in ended if not one.state.finished))
    result.must("workflows left over", (f"{name} {status}" for name, status in stored.workflows if status not in ("SUCCESS", "DELAYED")))
    result.must("log posts left over", ["some"] * stored.undelivered)
    return result


def _unproved(kept: Kept) -> list[str]:
    """Operations whose confirmation stands in the trail before a proof of them does, or without one."""
    given, wrong = set[str](), []
    for event in kept.events:
        if event.tag == Tag.PROOF_GIVEN:
            given.add(event.operation_id)
        elif event.tag == Tag.OPERATION_CONFIRMED and event.operation_id not in given:
            wrong.append(event.operation_id)
    return wrong + sorted(kept.confirmed - given)


def _twice(kept: Kept) -> list[str]:
    """Where the trail says more answers of an operation than it has proofs that were answered so."""
    said = Counter((event.operation_id, _ANSWERS[event.tag]) for event in kept.events if event.tag in _ANSWERS)
    has = Counter((one.operation_id, one.state) for one in kept.proofs)
    return [f"{id} {state}: {many} times" for (id, state), many in said.items() if many != has[id, state]]


def _asks(card: Any) -> bool:
    """Whether it asks for an answer; that it is somebody else is heard for a day, whatever was answered, and has a button of its own."""
    verbs = Counter(verb for verb, _ in buttons(card))
    return bool(verbs["match"]) or verbs["vouch"] > 1


def _count_cards(result: Count, people: People[Case], kept: Kept, died: Sequence[float]) -> None:
    elsewhere = [one for one in kept.proofs if one.asked_id]
    moments = {one.id: sorted(heard.at for heard in people.heard if one.id in heard.ids) for one in elsewhere}
    result.figures["asked in Teams"] = len(elsewhere)
    result.must("never brought", (f"{one.kind} of {one.operation_id}" for one in elsewhere if not moments[one.id]))
    again = [(id, first, second) for id, at in moments.items() for first, second in pairwise(at)]
    result.figures["brought again after a death"] = len(again)
    result.must("brought twice by one life", (id for id, first, second in again if not any(first <= death <= second for death in died)))
    messages = people.world.teams.threads.messages
    open_ = {one.card_id for one in elsewhere if one.card_id in messages and _asks(messages[one.card_id].card() or {})}
    result.must("cards that still ask", sorted(open_))
