"""An answer counts once and in time, also when what had to be looked up for it took until the time was over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audit import Tag
from bot.domain.people import Actor
from bot.domain.proof import Proof, ProofKind, ProofRules, ProofState
from bot.domain.proving import Terms, answered, asked, proof_event
from bot.store.operations import StoredOperations
from bot.store.proofs import StoredProofs
from tests.store.replicas import replicas
from tests.store.trail_rows import NOW, event, operation

pytestmark = pytest.mark.storage

AFTER = timedelta(minutes=3)
DIEGO = Actor("diego", "tenant", "Diego Vega")


def enqueue(*_: object, **__: object) -> None:
    """Nothing is carried out here."""


@pytest.mark.parametrize("state", [ProofState.GIVEN, ProofState.FAILED])
@pytest.mark.parametrize(("late", "counts"), [(timedelta(microseconds=-1), True), (timedelta(), False)])
async def test_the_answer_has_to_be_there_before_the_time_is_over(
    database_url: str, state: ProofState, late: timedelta, counts: bool
) -> None:
    async with replicas(database_url) as (one, other):
        stores = [StoredProofs(writer, enqueue, lambda: None) for writer in (one, other)]
        waiting = await StoredOperations(one, enqueue).propose(operation(0), event())
        proof = asked(ProofKind.NUMBER_MATCH, waiting, waiting.target, NOW)
        assert await stores[0].ask(proof, waiting, proof.expires_at, proof_event(proof, NOW))
        said = answered(proof, state, DIEGO, proof.expires_at + late, waiting, Terms(ProofRules()))
        again = [await _answer(store, said) for store in stores]
        assert again == [counts, False]
        assert (await stores[0].of(waiting.id, NOW))[0].state is (state if counts else ProofState.ASKED)
        over = replace(proof, state=ProofState.EXPIRED, answered_at=proof.expires_at + AFTER)
        assert await _answer(stores[1], over) is not counts  # that nobody answered is said afterwards


async def test_one_that_nobody_answered_makes_room_for_the_next_and_the_trail_says_so(database_url: str) -> None:
    async with replicas(database_url) as (one, other):
        operations, store = StoredOperations(one, enqueue), StoredProofs(other, enqueue, lambda: None)
        waiting = await operations.propose(operation(0), event())
        first = asked(ProofKind.NUMBER_MATCH, waiting, waiting.target, NOW)
        assert await store.ask(first, waiting, first.expires_at + AFTER, proof_event(first, NOW))
        again = asked(ProofKind.MANAGER, waiting, waiting.target, first.expires_at)
        assert await store.ask(again, waiting, again.expires_at, proof_event(again, first.expires_at))
        assert [proof.state for proof in await store.of(waiting.id, NOW)] == [ProofState.EXPIRED, ProofState.ASKED]
        tags = [one.tag for one in await operations.events(operation_id=waiting.id) if one.tag.startswith("proof")]
        assert tags == [Tag.PROOF_ASKED, Tag.PROOF_EXPIRED, Tag.PROOF_ASKED]


async def _answer(store: StoredProofs, proof: Proof) -> bool:
    assert proof.answered_at is not None
    return await store.answer(proof, proof_event(proof, proof.answered_at, DIEGO), proof.answered_at)
