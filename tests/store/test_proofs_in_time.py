"""An answer counts once and in time, also when what had to be looked up for it took until the time was over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

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
        assert (await stores[0].of(waiting.id))[0].state is (state if counts else ProofState.ASKED)
        over = replace(proof, state=ProofState.EXPIRED, answered_at=proof.expires_at + AFTER)
        assert await _answer(stores[1], over) is not counts  # that nobody answered is said afterwards


async def _answer(store: StoredProofs, proof: Proof) -> bool:
    assert proof.answered_at is not None
    return await store.answer(proof, proof_event(proof, proof.answered_at, DIEGO), proof.answered_at)
