"""What several rules demand together, where and when they hold, and what is left of a yes later on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.change import ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.need import Need
from bot.domain.people import Person, Privileges
from bot.domain.policy import Decision, Reason
from bot.domain.review import could_approve, review, still_enough
from bot.domain.rules import Ask, Ground, Hours, Policy, Rule
from bot.domain.stop import GO

MONDAY = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYTIME = Hours(frozenset(range(5)), time(7), time(19), ZoneInfo("Europe/Amsterdam"))
DESK, TEAM = "19:desk@thread.tacv2", "19:team@thread.tacv2"
NAMES = {"agents": "Agents", "seniors": "Seniors", "security": "Security", DESK: "Helpdesk channel"}
THREAD = ConversationRef("https://teams.example/", f"{DESK};messageid=7", "channel", TEAM)
CHAT = ConversationRef("https://teams.example/", "a:1")


def rule(name: str = "Ordinary", **more: Any) -> Rule:
    return Rule(name=name, **({"ask": frozenset({"agents"})} | more))


def asked(*rules: Rule, **more: Any) -> Decision:
    given: dict[str, Any] = {
        "kinds": frozenset({ChangeKind.SET_PHONE}), "requester_id": "hanna", "requester_groups": frozenset({"agents"}),
        "target": Person("alice", "Alice", "alice@x.nl"), "privileges": Privileges(), "target_groups": frozenset(), "where": CHAT,
        "at": MONDAY,
    }  # fmt: skip
    policy = Policy(rules=rules, names=NAMES, vip=frozenset({"executives"}))
    return review(policy, Ask(**(given | more)), GO, MONDAY)


def test_demands_add_up() -> None:
    decision = asked(
        rule("One", approvals=1, approve=frozenset({"seniors", "security"}), approve_for=2 * HOUR, confirm_for=HOUR),
        rule("Two", approvals=2, approve=frozenset({"seniors", "agents"}), deny_reason=True, confirm_for=timedelta(minutes=3)),
        rule("Free"),
    )
    assert decision.need == Need(
        approvals=2,
        groups=frozenset({"seniors"}),
        group_names="Seniors",
        rules=("One", "Two"),
        deny_reason=True,
        valid_for=HOUR,  # the default counts for the rule that says nothing
    )
    assert decision.confirm_for == timedelta(minutes=3)
    assert decision.rules == ("Free", "One", "Two")


def test_rules_that_accept_no_common_approver_let_nobody_approve() -> None:
    decision = asked(rule("One", approvals=1, approve=frozenset({"seniors"})), rule("Other", approvals=1, approve=frozenset({"security"})))
    assert decision.reason is Reason.NOBODY_CAN_APPROVE
    assert decision.text == "Nobody can approve this: no group is accepted by each of “One” and “Other”."
    assert decision.rules == ("One", "Other")


@pytest.mark.parametrize(
    ("ticket", "good"),
    [("INC-1", True), ("INC-12x", False), ("xINC-1", False), ("INC-1\n", False), ("inc-1", False), ("", False), ("INC-" + "1" * 61, False)],
)
def test_a_ticket_fits_as_a_whole_and_is_never_long(ticket: str, good: bool) -> None:
    decision = asked(rule(ticket="INC-[0-9]+"), ticket=ticket)
    assert decision.allowed is good
    if not good:
        assert decision.reason is Reason.NEEDS_TICKET
        assert "a ticket: one that matches INC-[0-9]+" in decision.text


def test_two_patterns_have_to_fit_both() -> None:
    both = (rule("A", ticket="INC-[0-9]+", ticket_example="INC-1"), rule("B", ticket="[A-Z]+-[0-9]{4}", ticket_example="REQ-1234"))
    assert asked(*both, ticket="INC-1234").allowed
    refused = asked(*both, ticket="INC-1")
    assert refused.rules == ("B",)
    assert "a ticket such as REQ-1234, and “INC-1” is none" in refused.text


@pytest.mark.parametrize(
    ("conversations", "here"), [({DESK}, True), ({TEAM}, True), ({"19:other@thread.v2", DESK}, True), ({"a:1"}, False)]
)
def test_a_rule_may_hold_in_some_conversations_alone(conversations: set[str], here: bool) -> None:
    assert asked(rule(conversations=frozenset(conversations)), where=THREAD).allowed is here


def test_elsewhere_the_refusal_says_where() -> None:
    decision = asked(rule(conversations=frozenset({DESK})))
    assert (decision.reason, decision.hint) == (Reason.NOT_HERE, "Ask in Helpdesk channel.")


def test_at_another_hour_the_refusal_says_when() -> None:
    assert asked(rule(hours=DAYTIME)).allowed
    decision = asked(rule(hours=DAYTIME), at=MONDAY.replace(hour=22))
    assert decision.reason is Reason.NOT_NOW
    assert decision.hint == "It may be asked for Monday to Friday, 07:00 to 19:00 (Europe/Amsterdam)."


def test_a_rule_that_denies_may_hold_in_places_at_hours_and_for_groups_too() -> None:
    allow = rule()
    for deny in (
        rule("Deny", deny=True, ask=frozenset(), hours=DAYTIME),
        rule("Deny", deny=True, ask=frozenset({"agents"})),
        rule("Deny", deny=True, ask=frozenset(), conversations=frozenset({"a:1"})),
    ):
        assert asked(allow, deny).reason is Reason.DENIED_BY_RULE
    for deny in (
        rule("Deny", deny=True, ask=frozenset(), hours=replace(DAYTIME, days=frozenset({6}))),
        rule("Deny", deny=True, ask=frozenset({"trainees"})),
        rule("Deny", deny=True, ask=frozenset(), conversations=frozenset({DESK})),
        rule("Deny", deny=True, ask=frozenset(), targets=frozenset({Ground.VIP})),
        rule("Deny", deny=True, ask=frozenset(), actions=frozenset({ChangeKind.REMOVE_PHONE})),
    ):
        assert asked(allow, deny).allowed


def test_each_ground_needs_a_rule_of_its_own() -> None:
    special = {"target_groups": frozenset({"executives"}), "privileges": Privileges(roles=("User Administrator",))}
    vip, role = rule("VIP", targets=frozenset({Ground.VIP})), rule("Role", targets=frozenset({Ground.PRIVILEGED}))
    assert asked(vip, **special).reason is Reason.PRIVILEGED_TARGET
    assert asked(role, **special).reason is Reason.VIP_TARGET
    assert asked(vip, role, **special).allowed


def test_each_kind_of_change_needs_a_rule_of_its_own() -> None:
    both = frozenset({ChangeKind.SET_PHONE, ChangeKind.SMS_SIGN_IN})
    setting = rule("Set", actions=frozenset({ChangeKind.SET_PHONE}))
    decision = asked(setting, kinds=both)
    assert (decision.reason, decision.text) == (Reason.NO_RULE, "No rule of the policy lets anybody switch SMS sign-in.")
    assert asked(setting, rule("Sms", actions=frozenset({ChangeKind.SMS_SIGN_IN})), kinds=both).allowed


def test_what_cannot_be_put_right_is_said_before_what_can() -> None:
    special = {"target_groups": frozenset({"executives"}), "privileges": Privileges(restricted=True)}
    elsewhere = rule("VIP elsewhere", targets=frozenset({Ground.VIP}), conversations=frozenset({DESK}))
    for_others = rule("Restricted", targets=frozenset({Ground.RESTRICTED}), ask=frozenset({"seniors"}))
    assert asked(elsewhere, **special).reason is Reason.RESTRICTED_TARGET
    decision = asked(elsewhere, for_others, **special)
    assert (decision.reason, decision.hint) == (Reason.RESTRICTED_TARGET, "Members of Seniors may ask for this: ask one of them.")
    later = replace(elsewhere, conversations=frozenset(), hours=replace(DAYTIME, days=frozenset({6})))
    restricted = replace(for_others, ask=frozenset({"agents"}), conversations=frozenset({DESK}))
    assert asked(later, restricted, **special).reason is Reason.NOT_HERE
    assert asked(later, replace(restricted, conversations=frozenset()), **special).reason is Reason.NOT_NOW


NEED = Need(approvals=1, groups=frozenset({"seniors"}), group_names="Seniors")


@pytest.mark.parametrize(
    ("before", "agreed", "now", "enough"),
    [
        (Need(), 0, Need(), True),
        (NEED, 1, NEED, True),
        (NEED, 1, Need(), True),
        (NEED, 0, NEED, False),
        (Need(), 0, NEED, False),
        (NEED, 1, replace(NEED, approvals=2), False),
        (NEED, 1, replace(NEED, groups=frozenset({"security"})), False),
        (NEED, 1, replace(NEED, groups=frozenset({"security", "seniors"})), True),
        (replace(NEED, groups=frozenset({"agents", "seniors"})), 1, NEED, False),  # whoever agreed may be an agent
    ],
)
def test_what_was_agreed_to_has_to_be_enough_for_the_policy_of_the_moment(before: Need, agreed: int, now: Need, enough: bool) -> None:
    decision = still_enough(before, agreed, Decision(True, Reason.ALLOWED, need=now))
    assert decision.allowed is enough
    if not enough:
        assert decision.reason is Reason.NEEDS_MORE_AGREEMENT
        assert now.in_words in decision.text


def test_who_could_approve() -> None:
    people = [
        Person("hanna", "Hanna", "h"), Person("alice", "Alice", "a"), Person("sam", "Sam", "s"), Person("ingrid", "Ingrid", "i"),
        Person("gus", "Gus", "g", guest=True), Person("dirk", "Dirk", "d", enabled=False),
    ]  # fmt: skip
    found = could_approve(NEED, people, requester_id="HANNA", target_id="ALICE", already=frozenset({"SAM"}))
    assert [person.name for person in found] == ["Ingrid"]
