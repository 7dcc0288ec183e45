"""What an operation needs is stored and read back, in words that a replica of the version before can read where nothing is proved."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.need import Eased, Need
from bot.domain.proof import NO_PROOF, ProofKind, ProofNeed
from bot.domain.said import say, to_store
from bot.store.needs import need, need_row

#: Every key that the version before knows.
KEYS = {"approvals", "groups", "group_names", "rules", "deny_reason", "valid_for"}
times = st.integers(1, 10_080).map(lambda minutes: timedelta(minutes=minutes))
names = st.lists(st.text(max_size=10), max_size=3).map(tuple)
groups = st.frozensets(st.sampled_from(("g1", "g2", "g3")))
proofs = st.builds(
    ProofNeed,
    tier=st.integers(0, 3),
    count=st.integers(1, 4),
    kinds=st.none() | st.frozensets(st.sampled_from(list(ProofKind)), min_size=1),
    valid_for=times,
    or_approvals=st.integers(0, 5),
    rules=names,
)
agreement = {
    "approvals": st.integers(0, 10), "groups": groups, "group_names": st.text(max_size=20), "rules": names, "deny_reason": st.booleans(),
    "valid_for": times,
}  # fmt: skip
eased = st.builds(Eased, proof=proofs, **agreement)
needs = st.builds(
    Need,
    **agreement,
    to_manager=st.booleans(),
    proof=proofs | st.just(NO_PROOF),
    eased=st.lists(eased, max_size=3).map(tuple),
    instead=st.none() | eased.map(lambda one: Eased(proof=NO_PROOF, approvals=one.approvals, groups=one.groups)),
    stood_in=st.booleans(),
    risky=st.booleans(),
)


@given(needs)
def test_what_is_stored_is_read_back(wanted: Need) -> None:
    assert need(json.loads(json.dumps(need_row(wanted)))) == wanted


@given(st.builds(Need, **agreement))
def test_where_nothing_is_proved_the_keys_are_those_of_the_version_before(wanted: Need) -> None:
    assert set(need_row(wanted)) == KEYS


def test_a_need_of_before_is_read() -> None:
    stored = {"approvals": 1, "groups": ["g1"], "group_names": "Seniors", "rules": ["A"], "deny_reason": False, "valid_for": 3600.0}
    assert need(stored) == Need(approvals=1, groups=frozenset({"g1"}), group_names="Seniors", rules=("A",))
    assert need(stored | {"to_manager": True}).to_manager


def test_names_of_built_in_rules_keep_their_language() -> None:
    rule = say("Threat level high")
    stored = need_row(Need(proof=ProofNeed(tier=3, count=1, rules=(rule,))))
    assert stored["proof"]["rules"] == [to_store(rule)]
    assert need(json.loads(json.dumps(stored))).proof.rules == (rule,)
