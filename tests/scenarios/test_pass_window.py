"""The window of a pass, agreed to with it and not moved by whoever presses Reveal late; and passes that are used more than once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.audit import Tag
from simulator import cast
from simulator.entra import passes
from simulator.entra.sign_in import TemporaryPass
from tests.desk import BRAM, HANNA, SAM, Answer, Desk, as_json, one_agent
from tests.scenarios.approving import approvers_card
from tests.scenarios.passes import OMAR, PASS, come, created, made, ready

LONG = "pass for omar for 4 hours"


def allow(desk: Desk, **changed: Any) -> None:
    """Changes the tenant's policy for passes."""
    desk.entra.tenant.sign_in.pass_policy = replace(desk.entra.tenant.sign_in.pass_policy, **changed)


def held(desk: Desk, who: cast.Member = OMAR) -> TemporaryPass:
    """The pass somebody has."""
    found = desk.entra.person(who.upn).sign_in.temporary_pass
    assert found is not None
    return found


def shown(at: datetime | float) -> str:
    """A moment as a card has it, to the minute."""
    at = datetime.fromtimestamp(at, UTC) if isinstance(at, float) else at
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("minimum", "asked", "late", "given"),
    [
        (60, "for 4 hours", 0, 240),
        (60, "for 4 hours", 50, 190),
        (10, "for 45 minutes", 30, 15),
        (10, "for 45 minutes", 40, 10),  # five are left, and the tenant gives none as short
        (60, "", 20, 60),
        (10, "", 55, 10),  # the window is over
    ],
)
async def test_revealed_late_it_ends_when_that_was_agreed_or_at_the_tenants_minimum(
    desk: Desk, minimum: int, asked: str, late: int, given: int
) -> None:
    allow(desk, minimum_lifetime=minimum)
    before = desk.clock()
    own = await ready(desk, f"pass for omar {asked}")
    agreed = before + timedelta(minutes=240 if "4 hours" in asked else 45 if asked else minimum)
    desk.clock.forward(minutes=late)
    pressed = desk.clock()
    answer = await desk.press(HANNA, own, "reveal")
    (request,) = created(desk)
    assert request.body["lifetimeInMinutes"] == given
    assert "startDateTime" not in request.body
    ends = max(agreed, pressed + timedelta(minutes=minimum))
    assert abs(held(desk).end - ends.timestamp()) <= 90
    later = "the tenant gives no pass for less than" in as_json(answer.card)
    assert later == (agreed + timedelta(minutes=1) < pressed + timedelta(minutes=minimum) and given == minimum and late > 0)


async def test_every_card_says_the_times_that_are_true_then(desk: Desk) -> None:
    before = desk.clock()
    own = await desk.say(HANNA, LONG)
    operation = own.operation_id
    await desk.press(HANNA, own, "confirm")
    approvers = await approvers_card(desk, operation)
    agreed = {shown(moment + timedelta(hours=4)) for moment in (before, desk.clock())}
    for card in (own, approvers):
        assert any(f"until {{{{DATE({at}" in card.text for at in agreed), card.text
    await desk.press(BRAM, approvers, "approve")
    own = await come(desk, own, operation)
    desk.clock.forward(minutes=50)
    answer = await desk.press(HANNA, own, "reveal")
    real = held(desk)
    times = (shown(real.start), shown(real.end))
    assert all(at in as_json(answer.card) for at in times)
    await desk.settled(approvers, "Done")
    log = await desk.logged("Make a pass", "190 minutes, one-time")
    desk.later(minutes=11)
    await desk.settled(own, "Done", "Revealed to Hanna Visser", "190 minutes, one-time")
    status = await desk.say(HANNA, f"status {operation}")
    for said in (own.text, approvers.text, as_json(log.card() or {}), status.text):
        assert all(at in said for at in times), said
        assert "240 minutes" not in said


async def test_a_start_that_has_passed_takes_nothing_from_the_end(desk: Desk) -> None:
    begins = desk.clock().timestamp() + 1800
    local = datetime.fromtimestamp(begins, ZoneInfo("Europe/Amsterdam"))
    day = "at" if local.date() == desk.clock().astimezone(local.tzinfo).date() else "tomorrow"
    own = await ready(desk, f"pass for omar for 4 hours {day} {local:%H:%M}")
    desk.clock.forward(minutes=45)
    await desk.press(HANNA, own, "reveal")
    (request,) = created(desk)
    assert "startDateTime" not in request.body
    agreed = local.replace(second=0, microsecond=0) + timedelta(hours=4)
    assert abs(held(desk).end - agreed.timestamp()) <= 60


async def test_what_takes_its_place_begins_anew_and_is_never_longer(desk: Desk) -> None:
    own = await ready(desk, LONG)
    desk.clock.forward(minutes=50)
    await desk.press(HANNA, own, "reveal")
    desk.later(minutes=11)
    await desk.settled(own, "Done", "Revealed to Hanna Visser")
    await desk.press(HANNA, own, "replace")
    newest = Answer(desk, [message for message in desk.teams.thread(HANNA) if message.by_bot][-1], HANNA)
    assert "190 minutes, one-time" in newest.text


async def test_graphs_own_times_are_what_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for is no proof of what was made."""
    usual = passes.shown
    monkeypatch.setattr(passes, "shown", lambda *given: usual(*given) | {"lifetimeInMinutes": 77})
    own = await ready(desk, LONG)
    await desk.press(HANNA, own, "reveal")
    await desk.logged("77 minutes, one-time")


# ── used more than once ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

POLICY = """
[[rule]]
name = "Agents give passes"
effect = "allow"
actions = ["create_pass"]
targets = ["ordinary"]
ask = ["helpdesk"]
{first}

[[rule]]
name = "Agents do everything"
effect = "allow"
actions = ["*"]
targets = ["ordinary"]
ask = ["helpdesk"]
{second}
"""
YES, NO, SILENT = "reusable = true", "reusable = false", ""
MAY = {(YES, YES)}


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Any:
    """Makes a desk under a policy file with two rules that both allow a pass."""

    def make(first: str, second: str) -> Desk:
        file = tmp_path / "policy.toml"
        file.write_text(POLICY.format(first=first, second=second))
        return Desk(database_url, POLICY_FILE=str(file))

    return make


@pytest.mark.parametrize("first", [YES, NO, SILENT])
@pytest.mark.parametrize("second", [YES, NO, SILENT])
async def test_only_where_every_allowing_rule_says_so_is_a_pass_reusable(opened: Any, first: str, second: str) -> None:
    async with opened(first, second) as desk:
        own = await desk.say(HANNA, "pass for omar reusable")
        assert ("confirm" in own.verbs) == ((first, second) in MAY)
        if (first, second) not in MAY:
            for said in ("Policy allows one-time passes only", "reusable = true", "Agents give passes", "Agents do everything"):
                assert said in own.text
        assert "confirm" in (await desk.say(HANNA, PASS)).verbs


async def test_built_in_no_pass_is_reusable(built_in_desk: Desk) -> None:
    own = await built_in_desk.say(HANNA, "pass for omar reusable")
    assert own.verbs == []
    assert "Policy allows one-time passes only" in own.text


@pytest.mark.parametrize("moment", ["confirm", "approve", "reveal", "again"])
async def test_a_policy_that_says_no_by_now_holds_at_every_later_step(desk: Desk, moment: str) -> None:
    own = await desk.say(HANNA, "pass for omar reusable")
    operation = own.operation_id

    async def tighten() -> None:
        usual = one_agent(timedelta(minutes=10))
        desk.policy = replace(usual, rules=tuple(replace(rule, reusable=False) for rule in usual.rules))
        await desk.restart_bot()

    if moment == "confirm":
        await tighten()
    await desk.press(HANNA, own, "confirm")
    approvers = await approvers_card(desk, operation)
    if moment == "approve":
        await tighten()
    told = await desk.press(SAM, approvers, "approve")
    if moment in ("confirm", "approve"):
        assert "Policy allows one-time passes only" in f"{told.message}{as_json(told.card or {})}"
    else:
        own = await come(desk, own, operation)
        if moment == "again":
            allow(desk, state="disabled")
            await desk.press(HANNA, own, "reveal")
            await desk.settled(own, "Out of date")
            allow(desk, state="enabled")
        await tighten()
        pressed = await desk.press(HANNA, own, "again" if moment == "again" else "reveal")
        assert "Policy allows one-time passes only" in pressed.message
    assert made(desk) == 0


async def test_the_trail_keeps_what_was_asked_for(desk: Desk) -> None:
    own = await ready(desk, LONG)
    desk.clock.forward(minutes=50)
    await desk.press(HANNA, own, "reveal")
    (asked,) = [json.loads(row.facts) for row in desk.trail() if row.tag == Tag.OPERATION_PROPOSED]
    assert asked["changes"][0]["after"] == "240 minutes, one-time"
    (ended,) = [json.loads(row.facts) for row in desk.trail() if row.tag == Tag.OPERATION_FINISHED]
    assert "Valid from" in ended["outcome"]
