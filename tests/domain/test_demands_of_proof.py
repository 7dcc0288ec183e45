"""What rules demand of proofs: it adds up, either the approvals or the proof of a rule that says so, and a threat level only adds."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.domain.change import CONTAINING, ChangeKind
from bot.domain.high import High
from bot.domain.need import NO_NEED, Eased, Need
from bot.domain.people import Person, Privileges
from bot.domain.policy import Decision, Reason
from bot.domain.proof import HIGHEST_TIER, LONGEST_VALID, NO_PROOF, NOT_OFFERED, ProofKind, ProofNeed
from bot.domain.rules import Ask, Ground, Rule
from bot.domain.stop import Threat
from bot.domain.threat import HIGH_RULE, by_level, tightened
from tests.domain.cells import HELPDESK, asked
from tests.domain.test_rules_properties import NOW, RULES, asks, decided, policy_of


def cases(number: int) -> settings:
    """A request that is refused needs nothing, and many are."""
    too_much = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(max_examples=number, derandomize=True, deadline=None, database=None, suppress_health_check=too_much)


SENIORS = frozenset({"g1"})
ALICE = Person("alice", "Alice", "alice@fabrikam.example")
THREAT = Threat("oscar", "Oscar", NOW, NOW + timedelta(hours=24), "a wave")
QUARTER, HOUR = timedelta(minutes=15), timedelta(minutes=60)
TWO, THREE = ProofNeed(tier=2, count=1), ProofNeed(tier=3, count=1)
BY_SESSION = ProofNeed(tier=2, count=1, kinds=frozenset({ProofKind.SIGN_IN, ProofKind.NUMBER_MATCH}))
PROOFS = (
    TWO, THREE, BY_SESSION, ProofNeed(tier=1, count=1, valid_for=HOUR), ProofNeed(tier=2, count=2), replace(TWO, or_approvals=1),
    ProofNeed(count=1, kinds=frozenset({ProofKind.CALL_BACK, ProofKind.MANAGER}), or_approvals=2),
)  # fmt: skip


def _proving() -> list[Rule]:
    """The rules of the other properties, most of them with proofs; they allow most of what is asked for here."""
    one = random.Random(1).choice
    found = []
    for rule in RULES:
        proof, risk = one((NO_PROOF, *PROOFS)), one((NO_PROOF, NO_PROOF, *PROOFS))
        either = bool(rule.approvals and proof and one((True, False)))
        if either:
            proof, risk = replace(proof, or_approvals=0), replace(risk, or_approvals=0)
        ask, targets = rule.ask | {"g1"}, rule.targets | {Ground.ORDINARY}
        found.append(replace(rule, deny=False, ask=ask, targets=targets, hours=None, proof=proof, if_risk=risk, or_proof=either))
    return found


PROVING = _proving()
rules = st.sampled_from(PROVING)
several = st.lists(rules, min_size=1, max_size=6)
#: Also about a file, at a risk, and with what only takes access away.
requests = st.tuples(asks, st.booleans(), st.booleans(), st.booleans()).map(
    lambda one: replace(
        one[0],
        risky=one[1],
        kinds=one[0].kinds | ({ChangeKind.BULK} if one[2] and one[3] else frozenset()),
        containing=one[0].kinds & CONTAINING,
        target=ALICE,
        privileges=Privileges(),
        target_groups=frozenset(),
        requester_groups=one[0].requester_groups | {"g1"},
        reason="lost phone",
        ticket="INC-1",
    )
)


def needed(some: list[Rule], ask: Ask) -> Need:
    decision = decided(some, ask)
    assume(decision.allowed)
    return decision.need or NO_NEED


def harder(one: Eased | Need, other: Eased) -> bool:
    """Whether what is enough for the first is enough for the other."""
    fewer = one.approvals >= other.approvals and (not other.approvals or one.groups <= other.groups)
    return fewer and one.proof.covers(other.proof)


@cases(600)
@given(several, rules, requests)
def test_one_more_rule_never_demands_less(some: list[Rule], more: Rule, ask: Ask) -> None:
    before = needed(some, ask)
    after = decided([*some, more], ask)
    if not after.allowed:
        return
    need = after.need or NO_NEED
    assert need.approvals >= before.approvals
    assert need.proof.covers(before.proof)
    # By whatever fewer people have to agree now, no more of them had to before.
    for eased in need.eased:
        assert eased.approvals >= before.approvals or any(harder(eased, each) for each in before.eased)
    if need.instead and before.proof:
        assert before.instead
        assert need.instead.approvals >= before.instead.approvals
        assert need.instead.groups <= before.instead.groups or not before.approvals


@cases(600)
@given(several.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))), requests)
def test_the_order_of_the_rules_changes_nothing(orders: tuple[list[Rule], list[Rule]], ask: Ask) -> None:
    assert decided(orders[0], ask) == decided(orders[1], ask)


@cases(600)
@given(several, requests)
def test_what_is_offered_leaves_fewer_and_could_be_done(some: list[Rule], ask: Ask) -> None:
    need = needed(some, ask)
    assert [one.approvals for one in need.eased] == sorted(one.approvals for one in need.eased)
    for eased in need.eased:
        assert eased.proof
        assert eased.proof.could_be_met(NOT_OFFERED)
        assert eased.approvals < need.approvals
        assert eased.groups >= need.groups or not eased.approvals
        assert set(eased.rules) < set(need.rules)
        assert eased.proof.rules
    assert need.instead or need.proof.could_be_met(NOT_OFFERED)
    if need.instead:
        assert need.instead.approvals == need.approvals + need.proof.or_approvals
        assert need.instead.groups
        assert need.without_proof.proof == NO_PROOF
    assert not (need.risky and not ask.risky)


@cases(300)
@given(several, requests)
def test_what_only_takes_access_away_is_proved_only_for_a_rule_that_names_it(some: list[Rule], ask: Ask) -> None:
    ending = replace(ask, kinds=frozenset({ChangeKind.SIGN_OUT}), containing=frozenset({ChangeKind.SIGN_OUT}))
    need = needed(some, ending)
    naming = [rule for rule in some if ChangeKind.SIGN_OUT in rule.actions]
    assert naming or (need.proof, need.eased, need.instead, need.risky) == (NO_PROOF, (), None, False)


@cases(300)
@given(several, requests)
def test_nothing_is_proved_for_a_file_and_somebody_has_agreed_to_it_instead(some: list[Rule], ask: Ask) -> None:
    file, alone = replace(ask, kinds=ask.kinds | {ChangeKind.BULK}), decided(some, ask)
    need = needed(some, file)
    assert (need.proof, need.eased, need.instead, need.risky) == (NO_PROOF, (), None, False)
    if alone.need and alone.need.proof and not ask.contains:
        assert need.approvals >= 1
        assert need.groups


def a_rule(name: str, approvals: int = 0, proof: ProofNeed = NO_PROOF, **more: Any) -> Rule:
    approve = SENIORS if approvals else frozenset()
    return replace(Rule(name=name, ask=frozenset({HELPDESK}), approvals=approvals, approve=approve, proof=proof), **more)


def need_of(*some: Rule, actions: str = "create_pass", threat: Threat | None = None, risky: bool = False) -> Need:
    decision = decision_of(*some, actions=actions, threat=threat, risky=risky)
    assert decision.need, decision.text
    return decision.need


def decision_of(*some: Rule, actions: str = "create_pass", threat: Threat | None = None, risky: bool = False) -> Decision:
    return asked(tightened(policy_of(list(some)), threat), actions, risky=risky)


def test_what_rules_demand_adds_up() -> None:
    need = need_of(
        a_rule("A", proof=ProofNeed(tier=1, count=2, valid_for=HOUR, or_approvals=2)),
        a_rule("B", proof=ProofNeed(tier=2, count=1, valid_for=QUARTER, or_approvals=1)),
        a_rule("C", 1),
    )
    assert need.proof == ProofNeed(tier=2, count=2, valid_for=QUARTER, or_approvals=2, rules=("A", "B"))
    assert (need.approvals, need.eased, need.risky) == (1, (), False)
    assert need.instead
    assert (need.instead.approvals, need.instead.groups, need.instead.rules) == (3, SENIORS, ("A", "B", "C"))
    assert need.in_words == "2 independent proofs of the caller of tier 2 or higher, and 1 approval by members of g1"


def test_nobody_stands_in_where_one_rule_does_not_say_so() -> None:
    assert need_of(a_rule("A", proof=replace(TWO, or_approvals=1)), a_rule("B", proof=TWO)).instead is None


def test_where_no_rule_says_who_may_agree_it_is_whoever_may_agree_to_anything_or_a_colleague() -> None:
    demanding = a_rule("A", proof=replace(TWO, or_approvals=1))
    elsewhere = a_rule("B", 1, actions=frozenset({ChangeKind.BLOCK}))
    for some, groups in (((demanding, elsewhere), SENIORS), ((demanding,), frozenset({"helpdesk", HELPDESK}))):
        need = need_of(*some)
        assert need.instead
        assert (need.approvals, need.instead.approvals, need.instead.groups) == (0, 1, groups)


def test_either_the_approvals_of_a_rule_or_its_proof_and_what_other_rules_demand_stays() -> None:
    either, other = a_rule("A", 2, TWO, or_proof=True), a_rule("B", 1)
    need = need_of(either)
    assert (need.proof, need.approvals, [(one.proof, one.approvals) for one in need.eased]) == (
        NO_PROOF, 2, [(replace(TWO, rules=("A",)), 0)],
    )  # fmt: skip
    assert need.in_words == "2 approvals by members of g1, or instead a proof of the caller of tier 2 or higher"
    assert [(one.approvals, one.rules) for one in need_of(either, other).eased] == [(1, ("B",))]
    assert need_of(either, a_rule("B", 2)).eased == ()  # nothing is gained by it
    demanded = need_of(either, a_rule("B", proof=THREE))
    assert (demanded.proof.tier, demanded.eased[0].approvals) == (3, 0)


def test_several_such_rules_are_met_by_a_proof_that_is_enough_for_each() -> None:
    need = need_of(a_rule("A", 1, BY_SESSION, or_proof=True), a_rule("B", 2, THREE, or_proof=True))
    found = [(one.approvals, one.proof.tier, one.proof.kinds, one.proof.rules) for one in need.eased]
    assert found == [(0, 3, BY_SESSION.kinds, ("A", "B")), (1, 3, None, ("B",))]


def test_at_a_risk_what_a_rule_says_of_it_is_demanded_too() -> None:
    rule = a_rule("A", proof=replace(TWO, or_approvals=1), if_risk=THREE)
    for risky, tier in ((False, 2), (True, 3)):
        need = need_of(rule, risky=risky)
        assert (need.proof.tier, need.risky, need.instead is None) == (tier, risky, risky)
    assert not need_of(a_rule("A", proof=TWO), risky=True).risky  # it made no difference
    either = need_of(a_rule("A", 1, TWO, or_proof=True, if_risk=THREE), risky=True)
    assert (either.proof, either.eased[0].proof.tier) == (NO_PROOF, 3)


def test_rules_that_no_proof_could_meet_together_refuse() -> None:
    by_manager = ProofNeed(count=1, kinds=frozenset({ProofKind.MANAGER}))
    refused = decision_of(a_rule("A", proof=by_manager), a_rule("B", proof=THREE))
    assert (refused.reason, refused.rules) == (Reason.NOBODY_CAN_PROVE, ("A", "B"))
    assert "no kinds of proof are enough for each of “A” and “B”" in refused.text
    assert refused.hint.endswith(".")
    high = decision_of(a_rule("A", proof=by_manager), threat=THREAT)
    assert by_level(high)


def test_under_a_high_level_a_proof_of_its_tier_is_demanded_and_nobody_stands_in() -> None:
    rule = a_rule("A", proof=replace(TWO, or_approvals=1, valid_for=HOUR))
    need = need_of(rule, threat=THREAT)
    assert need.proof == ProofNeed(tier=HIGHEST_TIER, count=1, valid_for=HOUR, rules=("A", HIGH_RULE))
    assert need.instead is None
    assert need_of(a_rule("A"), threat=THREAT).proof == ProofNeed(tier=HIGHEST_TIER, count=1, rules=(HIGH_RULE,))
    assert need_of(a_rule("A"), actions="sign_out", threat=THREAT).proof == NO_PROOF
    assert "a proof of the caller of tier 3" in dict(High().in_words).values()
    assert need.proof.valid_for <= LONGEST_VALID


@cases(300)
@given(several, rules, requests)
def test_what_a_need_has_proved_is_enough_for_one_that_proves_no_more(some: list[Rule], more: Rule, ask: Ask) -> None:
    one = needed(some, ask)
    assert one.proves_no_more(one)
    after = decided([*some, more], ask)
    if after.need and after.need.proves_no_more(one):
        assert one.proof.covers(after.need.proof)
        assert one.instead is None or not after.need.proof or after.need.instead
