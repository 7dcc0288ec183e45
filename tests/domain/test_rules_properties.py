"""What holds for every policy that can be written: over 3,000 policies, people and requests, the same ones at every run."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.domain.change import ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.need import Need
from bot.domain.people import Person, Privileges
from bot.domain.policy import Decision, Reason
from bot.domain.review import grounds, may_approve, review
from bot.domain.rules import Ask, Ground, Hours, Policy, Rule
from bot.domain.stop import GO

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
GROUPS = ("g1", "g2", "g3")
#: The demands of the rules that allow; another wording or another approver may meet them, another rule need not.
DEMANDS = {Reason.NEEDS_REASON, Reason.NEEDS_TICKET, Reason.NOBODY_CAN_APPROVE}


def cases(number: int) -> settings:
    return settings(max_examples=number, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


NIGHT = Hours(frozenset({0, 2, 4}), time(22), time(7), ZoneInfo("Pacific/Auckland"))
DAY = Hours(frozenset(range(5)), time(7), time(19), ZoneInfo("Europe/Amsterdam"))
HERE, THERE = "19:here@thread.tacv2", "19:there@thread.tacv2"
HOUR = timedelta(hours=1)


def _some_rules(number: int) -> list[Rule]:
    """Rules of every kind; those that match often are frequent, so that many requests are allowed."""
    chance = random.Random(0)
    one = chance.choice
    plain = {"approvals": 0}
    demands = (
        plain, plain, plain, {"reason": True}, {"ticket": "INC-[0-9]+"}, {"ticket": "[A-Z]+-[0-9]+", "confirm_for": HOUR},
        {"approvals": 1, "approve": frozenset({"g1"})}, {"approvals": 2, "approve": frozenset({"g1", "g2"}), "approve_for": HOUR / 2},
        {"approvals": 3, "approve": frozenset({"g3", "g2"}), "deny_reason": True, "approve_for": 3 * HOUR},
    )  # fmt: skip
    return [
        Rule(
            name=f"{number}",
            deny=one((False, False, False, False, True)),
            actions=one((frozenset(), frozenset(), frozenset({ChangeKind.SET_PHONE}), frozenset(ChangeKind) - {ChangeKind.SET_PHONE})),
            targets=frozenset(chance.sample(list(Ground), one((1, 3, 5, 7)))) | one((frozenset(), {Ground.ORDINARY})),
            ask=one((frozenset({"g1"}), frozenset({"g1", "g2"}), frozenset(GROUPS))),
            conversations=one((frozenset(), frozenset(), frozenset(), frozenset({HERE}), frozenset({HERE, THERE}))),
            hours=one((None, None, None, DAY, NIGHT)),
            **one(demands),
        )
        for number in range(number)
    ]


RULES = _some_rules(1_000)
groups = st.sampled_from([frozenset(some) for size in range(4) for some in combinations(GROUPS, size)])
kinds = st.sampled_from([frozenset(some) for size in (1, 2, 3) for some in combinations(ChangeKind, size)])
places = st.sampled_from((HERE, THERE))
rules = st.sampled_from(RULES)
denying = st.sampled_from([replace(rule, deny=True) for rule in RULES])
simple = st.sampled_from([rule for rule in RULES if not (rule.approvals or rule.ticket or rule.reason)])  # that demand nothing
several = st.lists(rules, min_size=1, max_size=8)
privileges = st.builds(
    Privileges,
    roles=st.sampled_from(((), ("Global Administrator",))),
    groups=st.sampled_from(((), ("Tier 0 operators",))),
    eligible=st.sampled_from(((), ("User Administrator",))),
    restricted=st.booleans(),
)
people = st.builds(
    Person,
    id=st.sampled_from(("alice", "bram", "emergency")),
    name=st.just("A"),
    upn=st.just("a@x"),
    guest=st.sampled_from((False, False, True)),
)
asks = st.builds(
    Ask,
    kinds=kinds,
    requester_id=st.sampled_from(("hanna", "sam", "bram")),
    requester_groups=st.sampled_from(("g1", "g1", "g2", "g3")).map(lambda one: frozenset({one})) | groups,
    target=people,
    privileges=st.just(Privileges()) | st.just(Privileges()) | privileges,
    target_groups=st.sampled_from([frozenset(), frozenset(), frozenset({"vips"}), frozenset({"helpdesk", "g1"})]),
    where=st.builds(ConversationRef, st.just("https://teams.example/"), places, st.just("channel")),
    at=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=7)).map(lambda later: NOW + later),
    reason=st.sampled_from(("", "lost phone")),
    ticket=st.sampled_from(("", "INC-1", "REQ-1")),
)


def policy_of(rules: list[Rule]) -> Policy:
    return Policy(rules=tuple(rules), vip=frozenset({"vips"}), break_glass=frozenset({"emergency"}), helpdesk=frozenset({"helpdesk"}))


def decided(rules: list[Rule], ask: Ask) -> Decision:
    return review(policy_of(rules), ask, GO, NOW)


@cases(800)
@given(several, denying, asks, st.integers(0, 6))
def test_one_more_rule_that_denies_never_allows_more(some: list[Rule], deny: Rule, ask: Ask, at: int) -> None:
    before, after = decided(some, ask), decided([*some[:at], deny, *some[at:]], ask)
    assert before.allowed or not after.allowed
    if after.allowed:
        assert after == before


@cases(800)
@given(several.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))), asks)
def test_the_order_of_the_rules_changes_nothing(orders: tuple[list[Rule], list[Rule]], ask: Ask) -> None:
    one, other = orders
    assert decided(one, ask) == decided(other, ask)  # verdict, reason, sentences, rules, need and times


@cases(350)
@given(st.lists(simple, min_size=1, max_size=8), asks, st.data())
def test_one_rule_that_allows_less_never_allows_more(some: list[Rule], ask: Ask, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(some))
    assume(not gone.deny)
    fewer = [rule for rule in some if rule is not gone]
    assert decided(some, ask).allowed or not decided(fewer, ask).allowed


@cases(350)
@given(several, asks, st.data())
def test_nor_when_it_demanded_something(some: list[Rule], ask: Ask, data: st.DataObject) -> None:
    """Demands add up, so a rule less may demand less; but it never lets in what was refused for another cause."""
    gone = data.draw(st.sampled_from(some))
    assume(not gone.deny)
    before, after = decided(some, ask), decided([rule for rule in some if rule is not gone], ask)
    assert before.allowed or before.reason in DEMANDS or not after.allowed


@cases(200)
@given(several, asks, st.sampled_from(("alice", "bram", "hanna", "sam")), groups, groups)
def test_nobody_ever_agrees_to_their_own_or_to_what_is_about_themselves(
    some: list[Rule], ask: Ask, approver: str, approver_groups: frozenset[str], need_groups: frozenset[str]
) -> None:
    need = decided(some, ask).need or Need(approvals=1, groups=need_groups)
    judged = may_approve(
        need, approver, approver_groups, requester_id=ask.requester_id.upper(), target_id=ask.target.id.upper(), already=frozenset()
    )
    assert not (judged.allowed and approver in (ask.requester_id, ask.target.id))
    assert not (judged.allowed and not approver_groups & need.groups)


@cases(200)
@given(st.lists(denying, max_size=8), asks)
def test_without_a_rule_that_allows_nothing_is_allowed(some: list[Rule], ask: Ask) -> None:
    decision = decided(some, ask)
    assert not decision.allowed
    assert decision.text
    assert decision.hint


@cases(200)
@given(several, asks, privileges, st.booleans(), groups)
def test_one_more_ground_for_protection_never_allows_more(
    some: list[Rule], ask: Ask, more: Privileges, guest: bool, more_groups: frozenset[str]
) -> None:
    held = ask.privileges
    graver = replace(
        ask,
        target=replace(ask.target, guest=ask.target.guest or guest),
        privileges=Privileges(
            held.roles or more.roles, held.groups or more.groups, held.restricted or more.restricted, held.eligible or more.eligible
        ),
        target_groups=ask.target_groups | {"vips", "helpdesk"},
    )
    before, after = decided(some, ask), decided(some, graver)
    assume(grounds(policy_of(some), ask) != {Ground.ORDINARY})  # to be special instead of ordinary is not one ground more
    assert before.allowed or not after.allowed
    if before.need and after.need:
        assert after.need.approvals >= before.need.approvals


@cases(200)
@given(several, asks)
def test_nobody_changes_their_own_account(some: list[Rule], ask: Ask) -> None:
    own = replace(ask, requester_id=ask.target.id.upper())
    assert decided(some, own).reason is Reason.OWN_ACCOUNT


@cases(200)
@given(several, asks)
def test_a_yes_says_who_and_for_how_long(some: list[Rule], ask: Ask) -> None:
    decision = decided(some, ask)
    assume(decision.allowed)
    need, allowing = decision.need, [rule for rule in some if rule.name in decision.rules and not rule.deny]
    assert need
    assert decision.rules
    assert decision.confirm_for
    assert need.approvals <= max(rule.approvals for rule in allowing)
    if need.approvals:
        assert need.groups
        assert need.valid_for
        assert need.groups <= frozenset().union(*(rule.approve for rule in allowing))
