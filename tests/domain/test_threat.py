"""The threat level only ever tightens: over every policy, actor and target of `test_rules_properties`, and every overlay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.change import CONTAINING, ChangeKind
from bot.domain.high import SHORTEST, High
from bot.domain.limits import NO_LIMITS
from bot.domain.need import NO_NEED
from bot.domain.people import Actor
from bot.domain.policy import Decision, Reason
from bot.domain.review import review
from bot.domain.rules import Ask, Limits, Policy, default_policy
from bot.domain.stop import GO, Threat
from bot.domain.threat import AGREE_WITHIN, HIGH_RULE, Word, heard, holds, tightened, tightened_limits, word_of
from tests.domain.test_demands_of_proof import harder
from tests.domain.test_demands_of_proof import several as proving
from tests.domain.test_rules_properties import NOW, asks, cases, policy_of, several

THREAT = Threat("oscar", "Oscar", NOW, NOW + timedelta(hours=24), "a wave")
overlays = st.builds(
    High,
    deny=st.frozensets(st.sampled_from(list(ChangeKind)), max_size=6) | st.just(High().deny),
    approvals=st.integers(0, 4),
    proof_tier=st.integers(0, 3),
    pass_minutes=st.sampled_from((SHORTEST, 30)),
    target_per_day=st.integers(0, 3),
)
BUILT_IN = default_policy("g1", "g2", timedelta(minutes=10))
policies = several.map(policy_of) | proving.map(policy_of) | st.just(BUILT_IN)
#: Whatever a request may be: with what only takes access away, of somebody registered or not, taking back what was added.
requests = st.tuples(asks, st.booleans(), st.booleans(), st.sampled_from((False, False, False, True))).map(
    lambda one: replace(
        one[0],
        containing=one[0].kinds & (CONTAINING | ({ChangeKind.SMS_SIGN_IN} if one[1] else frozenset())),
        registered=one[2],
        takes_back=one[3],
    )
)


def of_file(ask: Ask) -> bool:
    return ChangeKind.BULK in ask.kinds


def at(policy: Policy, ask: Ask, threat: Threat | None) -> Decision:
    return review(tightened(policy, threat), ask, GO, NOW)


@cases(1_000)
@given(policies, overlays, requests)
def test_nothing_that_is_refused_is_allowed_and_no_need_gets_smaller(policy: Policy, high: High, ask: Ask) -> None:
    policy = replace(policy, high=high)
    before, after = at(policy, ask, None), at(policy, ask, THREAT)
    assert before.allowed or not after.allowed
    if ask.contains:
        assert after == before  # never denied, never made to need more
    elif after.allowed:
        assert before.need
        assert after.need
        assert after.need.approvals == max(before.need.approvals, high.approvals)
        assert ask.more.isdisjoint(high.deny - CONTAINING)
        assert before.confirm_for == after.confirm_for
        assert not before.need.approvals or after.need.groups <= before.need.groups  # nobody new may agree
        assert after.need.groups or not after.need.approvals
        proved = after.need.proof
        assert proved.covers(before.need.proof)
        assert proved.tier == (before.need.proof.tier if of_file(ask) else max(before.need.proof.tier, high.proof_tier))
        assert not high.proof_tier or not after.need.instead
        for eased in after.need.eased:
            assert eased.proof.tier >= high.proof_tier
            assert any(harder(eased, each) for each in before.need.eased)
        more = high.approvals > before.need.approvals or proved != before.need.proof
        assert (HIGH_RULE in after.rules) == more
    elif before.allowed:
        assert after.reason in (Reason.THREAT_HIGH, Reason.NOBODY_CAN_PROVE)
        assert HIGH_RULE in after.rules


@cases(300)
@given(policies, overlays, requests)
def test_what_was_asked_for_before_is_measured_by_the_same_demands(policy: Policy, high: High, ask: Ask) -> None:
    """What waits goes on exactly if it could be asked for now with the people who were asked then."""
    policy = replace(policy, high=high)
    before, after = at(policy, ask, None), at(policy, ask, THREAT)
    if not before.allowed:
        return
    asked_with, needed = before.need or NO_NEED, after.need or NO_NEED
    tier = 0 if of_file(ask) else high.proof_tier
    assume(after.reason is not Reason.NOBODY_CAN_PROVE)  # no proof that was asked for is of that tier then
    assert holds(policy, ask.more, asked_with).allowed
    assert holds(tightened(policy, THREAT), ask.more, asked_with).allowed == (
        after.allowed and needed.approvals <= asked_with.approvals and (not ask.more or asked_with.proof.tier >= tier)
    )


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_limit_only_gets_lower_and_zero_is_none(usual: int, high: int) -> None:
    limits, overlay = replace(NO_LIMITS, target_per_day=usual), High(target_per_day=high)
    assert tightened_limits(limits, overlay, None) == limits
    now = tightened_limits(limits, overlay, THREAT).target_per_day
    assert now == (min(usual, high) if usual and high else usual or high)
    assert tightened(Policy(rules=(), limits=limits, high=overlay), THREAT).limits.target_per_day == now


def test_without_a_section_it_is_what_the_design_says() -> None:
    assert High() == High(
        deny=frozenset({ChangeKind.SET_PHONE, ChangeKind.SET_EMAIL, ChangeKind.SMS_SIGN_IN, ChangeKind.BULK}),
        approvals=1, proof_tier=3, pass_minutes=SHORTEST, target_per_day=1,
    )  # fmt: skip
    assert tightened(BUILT_IN, None) is BUILT_IN
    assert Limits().target_per_day == 5


@given(st.timedeltas(timedelta(), timedelta(minutes=40)), st.sampled_from(("oscar", "OSCAR", "sam")), st.booleans())
def test_two_different_administrators_agree_within_a_quarter_of_an_hour(later: timedelta, who: str, still: bool) -> None:
    waits = word_of(THREAT, Actor("oscar", "t", "Oscar"), NOW)
    admins = {"sam", *({"oscar"} if still else ())}
    word = heard(waits, who, NOW + later, admins)
    if later > AGREE_WITHIN or not still:
        assert word is Word.FIRST
    else:
        assert word is (Word.AGREED if who == "sam" else Word.TWICE)
    assert heard(waits.then(THREAT), who, NOW, admins) is Word.FIRST  # raised again, nobody's word counts any more


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=7)), st.timedeltas(timedelta(minutes=1), timedelta(days=7)))
def test_raised_again_it_is_never_shorter(first: timedelta, second: timedelta) -> None:
    later = Threat("sam", "Sam", NOW + timedelta(minutes=1), NOW + second, "another wave")
    kept = replace(THREAT, until=NOW + first).then(later)
    assert (kept.since, kept.until) == (NOW, NOW + max(first, second))
    assert (kept.by_name, kept.reason) == ("Sam", "another wave")
