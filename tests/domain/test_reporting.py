"""Who may see reports: administrators built in, others by a rule that names `report`, and nobody whom such a rule denies it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.conversations import ConversationRef
from bot.domain.people import Person, Standing
from bot.domain.policy import Reason
from bot.domain.reporting import may_report
from bot.domain.rules import Hours, Rule, default_policy

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)  # a Monday
CHAT = ConversationRef("https://teams.example/", "a:1")
DESK = ConversationRef("https://teams.example/", "19:desk@thread.tacv2;messageid=7", "channel", "19:team")
SOMEBODY = Person("id-1", "Mo Manager", "mo@x.nl")
USUAL = default_policy("helpdesk", "admins", timedelta(minutes=10))

MANAGERS = Rule(name="Managers see reports", ask=frozenset({"managers"}))
AT_THE_DESK = replace(MANAGERS, name="At the desk", conversations=frozenset({"19:desk@thread.tacv2"}))
IN_OFFICE_HOURS = replace(MANAGERS, name="By day", hours=Hours(frozenset({0}), time(7), time(13), ZoneInfo("UTC")))
NOBODY = Rule(name="Nobody sees reports", deny=True)
NOT_EXTERNS = Rule(name="No externs", deny=True, ask=frozenset({"externs"}))
NOT_BY_CHAT = replace(NOBODY, name="Not here", conversations=frozenset({"a:1"}))
EVERYTHING = Rule(name="Everything", ask=frozenset({"helpdesk"}))
NOTHING = Rule(name="Nothing at all", deny=True, targets=frozenset())


def decided(rules: tuple[Rule, ...], *groups: str, where: ConversationRef = CHAT, at: datetime = NOON, person: Person = SOMEBODY) -> str:
    """ "yes", or the reason of the no; administrators are those of the group."""
    decision = may_report(replace(USUAL, reports=rules), Standing(person, frozenset(groups)), where, at, admin="admins" in groups)
    assert decision.allowed == (decision.reason is Reason.ALLOWED)
    assert decision.allowed or (decision.text and decision.hint)
    return "yes" if decision.allowed else decision.reason.value


@pytest.mark.parametrize(
    ("rules", "groups", "said"),
    [
        ((), ("admins",), "yes"),
        ((), ("helpdesk",), "not_in_an_asking_group"),
        ((), (), "not_in_an_asking_group"),
        ((MANAGERS,), ("managers",), "yes"),
        ((MANAGERS,), ("helpdesk",), "not_in_an_asking_group"),
        ((MANAGERS,), ("admins",), "yes"),
        ((MANAGERS, NOBODY), ("managers",), "denied_by_rule"),
        ((NOBODY,), ("admins",), "denied_by_rule"),
        ((MANAGERS, NOT_EXTERNS), ("managers", "externs"), "denied_by_rule"),
        ((MANAGERS, NOT_EXTERNS), ("managers",), "yes"),
        ((NOT_EXTERNS,), ("helpdesk",), "not_in_an_asking_group"),
        ((AT_THE_DESK,), ("managers",), "not_in_this_conversation"),
        ((AT_THE_DESK,), ("helpdesk",), "not_in_an_asking_group"),
        ((AT_THE_DESK, MANAGERS), ("managers",), "yes"),
        ((MANAGERS, NOT_BY_CHAT), ("managers",), "denied_by_rule"),
    ],
)
def test_who_may(rules: tuple[Rule, ...], groups: tuple[str, ...], said: str) -> None:
    assert decided(rules, *groups) == said


def test_where_and_when() -> None:
    assert decided((AT_THE_DESK,), "managers", where=DESK) == "yes"
    assert decided((MANAGERS, NOT_BY_CHAT), "managers", where=DESK) == "yes"
    assert decided((IN_OFFICE_HOURS,), "managers") == "yes"
    assert decided((IN_OFFICE_HOURS,), "managers", at=NOON + timedelta(hours=1)) == "not_at_this_hour"
    assert decided((IN_OFFICE_HOURS,), "admins", at=NOON + timedelta(hours=1)) == "yes"


@pytest.mark.parametrize("rule", [EVERYTHING, NOTHING])
def test_a_rule_for_every_change_neither_opens_nor_closes_a_report(rule: Rule) -> None:
    policy = replace(USUAL, rules=(*USUAL.rules, rule))
    for groups, allowed in ((("helpdesk",), False), (("admins",), True)):
        assert may_report(policy, Standing(SOMEBODY, frozenset(groups)), CHAT, NOON, admin="admins" in groups).allowed is allowed


@pytest.mark.parametrize("person", [replace(SOMEBODY, guest=True), replace(SOMEBODY, enabled=False)])
def test_guests_and_disabled_accounts_see_none_whatever_groups_they_are_in(person: Person) -> None:
    assert decided((MANAGERS,), "managers", "admins", person=person) in ("guest_or_bot", "disabled_account")
