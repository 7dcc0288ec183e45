"""Buttons, each person's own view of a card, and what Teams makes of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from simulator import cast
from simulator.teams import mri
from simulator.teams.rules import ERROR_ANSWER, MESSAGE_ANSWER, SOMETHING_WRONG, UNREACHABLE
from simulator.teams.threads import ADAPTIVE
from tests.simulator.teams_bot import TEXT, Stage, card, card_activity, card_answer, running

HANNA, SAM = cast.person("Hanna Visser"), cast.person("Sam Okafor")
HELPDESK = cast.CHANNELS[0]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as both:
        yield both


async def test_an_answered_card_is_seen_by_the_presser_alone(stage: Stage) -> None:
    teams, bot = stage
    base, own = card("confirm"), card("cancel")
    card_id = await bot.sent(HELPDESK.id, card_activity(base))
    bot.answer = lambda _: card_answer(own)
    answer = await teams.press(HANNA, card_id, "confirm")
    assert (answer.status, answer.card, answer.error) == (200, own, None)
    assert teams.card(card_id, HANNA) == own
    assert teams.card(card_id, SAM) == teams.card(card_id) == base
    assert teams.client_errors == []


async def test_an_update_ends_every_own_view(stage: Stage) -> None:
    teams, bot = stage
    card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm")))
    bot.answer = lambda _: card_answer(card("cancel"))
    await teams.press(HANNA, card_id, "confirm")
    done = card()
    await bot.update(HELPDESK.id, card_id, card_activity(done))
    assert teams.card(card_id, HANNA) == teams.card(card_id, SAM) == done


async def test_only_buttons_that_were_shown_can_be_pressed(stage: Stage) -> None:
    teams, bot = stage
    card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm", "cancel")))
    with pytest.raises(LookupError, match=r"no Action.Execute with verb 'approve'; it has \['cancel', 'confirm'\]"):
        await teams.press(HANNA, card_id, "approve")
    with pytest.raises(LookupError):
        await teams.press(HANNA, card_id, "confirm", style="submit")
    assert bot.received == []


async def test_a_forged_action_is_sent_as_given(stage: Stage) -> None:
    teams, bot = stage
    card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm")))
    forged = {"type": "Action.Execute", "verb": "approve", "data": {"operation": "another"}}
    await teams.press(HANNA, card_id, "approve", action=forged)
    assert bot.received[0]["value"]["action"] == forged


async def test_an_old_client_presses_a_button_that_is_gone(stage: Stage) -> None:
    teams, bot = stage
    card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm")))
    await bot.update(HELPDESK.id, card_id, card_activity(card()))
    bot.answer = lambda _: card_answer(card())
    assert (await teams.press(SAM, card_id, "confirm")).error is None
    assert bot.received[0]["value"]["action"]["verb"] == "confirm"


async def test_a_button_inside_a_show_card_or_fallback_is_found(stage: Stage) -> None:
    teams, bot = stage
    inner = {
        "type": "AdaptiveCard",
        "actions": [{"type": "Action.Execute", "verb": "deny", "fallback": {"type": "Action.Submit", "data": {"verb": "deny"}}}],
    }
    card_id = await bot.sent(HELPDESK.id, card_activity(card(actions=[{"type": "Action.ShowCard", "card": inner}])))
    await teams.press(SAM, card_id, "deny", {"reason": "no"})
    await teams.press(SAM, card_id, "deny", style="submit")
    assert [a["type"] for a in bot.received] == ["invoke", "message"]


async def test_refresh_is_for_the_people_named(stage: Stage) -> None:
    teams, bot = stage
    refresh = {"action": {"type": "Action.Execute", "verb": "view", "data": {"operation": "7Q2F"}}, "userIds": [mri(SAM)]}
    base, own = card(refresh=refresh), card("approve")
    card_id = await bot.sent(HELPDESK.id, card_activity(base))
    bot.answer = lambda _: card_answer(own)
    assert await teams.refresh(HANNA, card_id) is None
    answer = await teams.refresh(SAM, card_id)
    assert answer is not None
    assert answer.card == own
    assert [a["value"]["trigger"] for a in bot.received] == ["automatic"]
    assert bot.received[0]["value"]["action"]["verb"] == "view"
    assert (teams.card(card_id, SAM), teams.card(card_id, HANNA)) == (own, base)


async def test_no_refresh_without_a_rule_and_for_all_without_user_ids(stage: Stage) -> None:
    teams, bot = stage
    plain = await bot.sent(HELPDESK.id, card_activity(card()))
    text = await bot.sent(HELPDESK.id, TEXT)
    assert await teams.refresh(HANNA, plain) is None
    assert await teams.refresh(HANNA, text) is None
    everybody = await bot.sent(HELPDESK.id, card_activity(card(refresh={"action": {"type": "Action.Execute", "verb": "view"}})))
    bot.answer = lambda _: card_answer(card())
    answer = await teams.refresh(HANNA, everybody)
    assert answer is not None
    assert answer.error is None


@pytest.mark.parametrize(
    ("body", "message", "error"),
    [
        ({"statusCode": 200, "type": MESSAGE_ANSWER, "value": "Done"}, "Done", None),
        ({"statusCode": 403, "type": ERROR_ANSWER, "value": {"code": "Forbidden", "message": "Ask Sam."}}, None, "Ask Sam."),
        ({"statusCode": 401, "type": "application/vnd.microsoft.activity.loginRequest", "value": {}}, None, SOMETHING_WRONG),
        ({"statusCode": 412, "type": "application/vnd.microsoft.error.preconditionFailed", "value": {"message": "Again"}}, None, "Again"),
    ],
)
async def test_answers_teams_understands(stage: Stage, body: dict[str, Any], message: str | None, error: str | None) -> None:
    teams, bot = stage
    card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm")))
    bot.answer = lambda _: web.json_response(body)
    answer = await teams.press(HANNA, card_id, "confirm")
    assert (answer.message, answer.error, answer.body) == (message, error, body)
    assert teams.client_errors == []
    assert teams.threads.messages[card_id].views == {}


@pytest.mark.parametrize(
    "response",
    [
        {"status": 500},
        {"status": 201, "body": {"statusCode": 200, "type": MESSAGE_ANSWER, "value": "Done"}},
        {"text": "no JSON"},
        {"body": None},
        {"body": []},
        {"body": {"statusCode": 200, "type": MESSAGE_ANSWER}},
        {"body": {"statusCode": 200, "type": [], "value": {}}},
        {"body": {"statusCode": 200, "type": MESSAGE_ANSWER, "value": {}}},
        {"body": {"statusCode": 500, "type": MESSAGE_ANSWER, "value": "Done"}},
        {"body": {"statusCode": "200", "type": MESSAGE_ANSWER, "value": "Done"}},
        {"body": {"statusCode": 200, "type": ADAPTIVE, "value": "card"}},
        {"body": {"statusCode": 200, "type": ADAPTIVE, "value": {"type": "AdaptiveCard", "version": "1.6"}}},
        {"body": {"statusCode": 400, "type": ADAPTIVE, "value": {"type": "AdaptiveCard", "version": "1.5"}}},
        {"body": {"statusCode": 200, "type": ERROR_ANSWER, "value": {"code": "a", "message": "b"}}},
        {"body": {"statusCode": 400, "type": ERROR_ANSWER, "value": {"code": "a"}}},
        {"body": {"statusCode": 400, "type": ERROR_ANSWER, "value": "text"}},
        {"body": {"statusCode": 200, "type": "application/json", "value": {}}},
    ],
)
async def test_answers_teams_cannot_use(stage: Stage, response: dict[str, Any]) -> None:
    teams, bot = stage
    base = card("confirm")
    card_id = await bot.sent(HELPDESK.id, card_activity(base))
    status = response.get("status", 200)
    bot.answer = lambda _: (
        web.json_response(response["body"], status=status) if "body" in response else web.Response(status=status, text=response.get("text"))
    )
    answer = await teams.press(HANNA, card_id, "confirm")
    assert answer.error == SOMETHING_WRONG
    assert answer.malformed
    assert teams.card(card_id, HANNA) == base
    assert len(teams.client_errors) == 1
    assert "Hanna Visser, confirm" in teams.client_errors[0]


async def test_an_invoke_that_takes_too_long_is_given_up_and_not_repeated() -> None:
    async with running(invoke_timeout=0.05) as (teams, bot):
        card_id = await bot.sent(HELPDESK.id, card_activity(card("confirm")))
        never = asyncio.Event()

        async def hang(_: dict[str, Any]) -> web.Response:
            await never.wait()
            return card_answer(card())

        bot.answer = hang
        answer = await teams.press(HANNA, card_id, "confirm")
        assert (answer.status, answer.error) == (0, UNREACHABLE)
        assert len(teams.client_errors) == len(bot.received) == 1
        never.set()


BARS = {"type": "Chart.HorizontalBar.Stacked", "data": [{"title": "Sales", "data": [{"legend": "only a phone", "value": 3}]}]}
INSTEAD = {"type": "TextBlock", "text": "Sales: 3", "wrap": True}


@pytest.mark.parametrize(
    "wrong",
    [
        BARS,  # a phone would show nothing
        BARS | {"fallback": "drop"},
        BARS | {"fallback": INSTEAD, "data": []},
        BARS | {"fallback": INSTEAD, "data": [{"title": "Sales", "data": [{"legend": "only a phone", "value": "3"}]}]},
        BARS | {"fallback": INSTEAD, "type": "Chart.HorizontalBars"},
        {"type": "Chart.Line", "fallback": INSTEAD, "data": [{"legend": "x", "values": [{"x": 1, "y": 2}]}]},
    ],
)
async def test_a_chart_that_could_not_be_drawn_or_leaves_phones_with_nothing_is_noticed(stage: Stage, wrong: dict[str, Any]) -> None:
    _, bot = stage
    assert await bot.sent(HELPDESK.id, card_activity(card() | {"body": [BARS | {"fallback": INSTEAD}]}))
    with pytest.raises(AssertionError, match="BadSyntax"):
        await bot.sent(HELPDESK.id, card_activity(card() | {"body": [{"type": "Container", "items": [wrong]}]}))
