"""`help`: six jobs, then more by topic, and how something is typed once that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.domain.change import ChangeKind
from bot.domain.rules import Ground, Rule
from tests.desk import HANNA, OSCAR, SAM, Answer, Desk, as_json, one_agent
from tests.scenarios.example_policy import PolicyDesk

CONTACT = "+31 20 555 0100"
JOBS = ["show", "set-phone", "recover", "pass", "reset-password", "freeze"]


def _within(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _within(each)


async def pressed(desk: Desk, who: Any, answer: Answer, leads_to: str) -> Answer:
    """The card that a button leads to."""
    await desk.teams.press(who, answer.message.id, "open", action={"verb": "open", "data": {"id": leads_to}})
    return Answer(desk, desk.teams.thread(who)[-1], who)


@pytest.mark.parametrize("line", ["help", "HELP", "?", "hulp"])
async def test_help_is_six_jobs_and_more(desk: Desk, line: str) -> None:
    shown = await desk.say(HANNA, line)
    assert shown.opens == [*JOBS, "help-more"]
    assert "set mobile for noor +31 6 12345678" in shown.text
    assert "<who>" not in shown.text


async def test_more_leads_by_topic_to_every_command_and_its_syntax(desk: Desk) -> None:
    """All that an administrator may say is found by buttons alone; what is typed stays folded away."""
    more = await pressed(desk, SAM, await desk.say(SAM, "help"), "help-more")
    found: list[str] = []
    for topic in more.opens:
        shown = await pressed(desk, SAM, more, topic)
        found += shown.opens
        hidden = [each for each in _within(shown.card) if each.get("isVisible") is False]
        toggle = next(each for each in _within(shown.card) if each.get("type") == "Action.ToggleVisibility")
        assert [each["id"] for each in hidden] == toggle["targetElements"]
        syntaxes = {command.syntax for command in COMMANDS if command.name in shown.opens}
        assert all(any(syntax in as_json(each).replace("\u200b", "") for each in hidden) for syntax in syntaxes)
    switched_off = {"require-mfa"}  # PER_USER_MFA is off
    assert sorted(found) == sorted({command.name for command in COMMANDS} - {"help", "hello"} - switched_off)


async def test_the_syntax_is_there_when_asked_for(desk: Desk) -> None:
    shown = await desk.say(HANNA, "help set mobile")
    assert "set|add|update mobile|alternate mobile|office for <who> [to] <number>" in shown.text
    assert shown.opens == ["set-phone"]
    assert (await desk.say(HANNA, "help set mobile for alice")).opens == ["set-phone"]
    assert (await desk.say(HANNA, "help reset")).opens == ["reset-password", "reset-mfa"]
    unknown = await desk.say(HANNA, "help pizza")
    assert "I know nothing called “pizza”" in unknown.text
    assert "help-phones" in unknown.opens
    assert (await desk.say(HANNA, "help pause")).opens != ["pause"]  # for administrators


async def test_a_setting_that_is_on_is_offered(database_url: str) -> None:
    async with Desk(database_url, PER_USER_MFA="on") as desk:
        assert "require-mfa" in (await desk.say(HANNA, "help account")).opens


async def test_what_no_rule_allows_is_not_offered(database_url: str) -> None:
    usual = one_agent(timedelta(minutes=10))
    off = frozenset({ChangeKind.RESET_PASSWORD, ChangeKind.SET_DEFAULT, ChangeKind.BLOCK})
    rules = tuple(replace(rule, actions=rule.actions - off) for rule in usual.rules)
    denied = Rule(name="Nobody", deny=True, actions=frozenset({ChangeKind.RECOVER}), targets=frozenset(Ground))
    async with Desk(database_url, replace(usual, rules=(*rules, denied))) as desk:
        assert (await desk.say(HANNA, "help")).opens == ["show", "set-phone", "pass", "freeze", "help-more"]
        assert (await desk.say(HANNA, "help people")).opens == ["show", "default"]
        assert "block" in (await desk.say(HANNA, "help account")).opens  # taking access away is built in


async def test_the_example_policy_offers_all_six_jobs(database_url: str) -> None:
    async with PolicyDesk(database_url) as desk:
        assert (await desk.say(HANNA, "help")).opens == [*JOBS, "help-more"]


async def test_hi_is_two_lines(desk: Desk) -> None:
    shown = await desk.say(HANNA, "hi")
    assert [" ".join(run["text"].strip() for run in line["inlines"]) for line in shown.card["body"]] == [
        "Hello Hanna Visser. Who has to get back in?",
        "Type show and a name, or help .",
    ]
    assert shown.opens == []


@pytest.mark.parametrize("line", ["hi", "help", "help set mobile", "show alice"])
async def test_somebody_who_works_elsewhere_is_told_how_to_reach_the_helpdesk(database_url: str, line: str) -> None:
    async with Desk(database_url, HELPDESK_CONTACT=CONTACT) as desk:
        shown = await desk.say(OSCAR, line)
        assert f"Ring the helpdesk: {CONTACT}." in shown.text
        assert "add you" not in shown.text
        assert shown.opens == []
        assert CONTACT not in (await desk.say(HANNA, line)).text
