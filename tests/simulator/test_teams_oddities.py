"""What real clients and the real service do beside the book: quotes, odd time zones, empty values, regions, invokes sent again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from simulator import cast
from simulator.teams.identity import personal_chat_id
from simulator.teams.quotes import STYLES
from tests.simulator.teams_bot import TEXT, Stage, card, card_activity, card_answer, running

HANNA, BRAM = cast.person("Hanna Visser"), cast.person("Bram Peeters")
CHAT = personal_chat_id(HANNA)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as opened:
        yield opened


@pytest.mark.parametrize("style", STYLES)
async def test_quotes_stand_in_the_message_and_ones_own_words_too(stage: Stage, style: str) -> None:
    teams, bot = stage
    quoted = await teams.say(BRAM, "block omar", BRAM)
    await teams.say(HANNA, "show alice", quoting=(quoted, "block omar"), style=style)
    activity = bot.received[-1]
    (formatted,) = [each["content"] for each in activity["attachments"] if each["contentType"] == "text/html"]
    assert "show alice" in activity["text"]
    assert "<p>show alice</p>" in formatted
    assert "block omar" in json.dumps(activity)
    marks = [entity for entity in activity["entities"] if entity["type"] == "quotedReply"]
    assert [mark["quotedReply"]["messageId"] for mark in marks] == ([quoted.id] if style == "mark" else [])


async def test_clients_name_their_time_zone_as_they_like(stage: Stage) -> None:
    teams, bot = stage
    for zone in ("W. Europe Standard Time", None):
        teams.equip(HANNA, timezone=zone, empty_value=True)
        await teams.say(HANNA, "hello")
        await teams.say(BRAM, "hello")
        hannas, brams = bot.received[-2:]
        assert hannas.get("localTimezone") == zone
        assert hannas["value"] == {}
        assert (brams["localTimezone"], brams.get("value")) == ("Europe/Amsterdam", None)


async def test_a_personal_chat_is_served_in_one_region(stage: Stage) -> None:
    teams, bot = stage
    assert (await bot.send(CHAT, TEXT))[0] == 201
    teams.move(HANNA, "fr")
    status, body, _ = await bot.send(CHAT, TEXT)
    assert (status, body["error"]) == (403, {"code": "BadArgument", "message": "User is from different region"})
    await teams.say(HANNA, "hello")
    assert bot.received[-1]["serviceUrl"] == teams.service_url.replace("/emea/", "/fr/")
    assert (await bot.send(cast.CHANNELS[0].id, TEXT))[0] == 201
    teams.equip(HANNA, region="apac")  # now and then an activity names another one
    await teams.say(HANNA, "hello")
    assert bot.received[-1]["serviceUrl"] == teams.service_url.replace("/emea/", "/apac/")


async def test_who_blocks_the_bot_gets_nothing(stage: Stage) -> None:
    teams, bot = stage
    sent = await bot.sent(CHAT, TEXT)
    teams.block(HANNA)
    for status, body, _ in (await bot.send(CHAT, TEXT), await bot.update(CHAT, sent, TEXT)):
        assert (status, body["errorCode"], json.loads(body["message"])["subCode"]) == (403, 209, "MessageWritesBlocked")
    teams.block(HANNA, False)
    assert (await bot.send(CHAT, TEXT))[0] == 201


async def test_a_refusal_with_a_code_of_its_own(stage: Stage) -> None:
    teams, bot = stage
    teams.faults.add("403", code="ServiceError", message="Unknown", count=1)
    status, body, _ = await bot.send(CHAT, TEXT)
    assert (status, body) == (403, {"error": {"code": "ServiceError", "message": "Unknown"}})


@pytest.mark.parametrize("how", ["later", "at once"])
async def test_invokes_are_sent_again_the_same_and_anew(stage: Stage, how: str) -> None:
    teams, bot = stage
    numbers = iter(range(9))
    bot.answer = lambda activity: card_answer(card(f"answer {next(numbers)}")) if activity["type"] == "invoke" else TEXT
    message = await bot.sent(CHAT, card_activity(card("confirm")))
    teams.insistent = how
    answer = await asyncio.wait_for(teams.press(HANNA, message, "confirm"), 5)
    invokes = [activity for activity in bot.received if activity["type"] == "invoke"]
    ids = [invoke["id"] for invoke in invokes]
    assert len(ids) == 4
    assert len(set(ids)) == 2
    if how == "later":
        assert ids[0] == ids[1] != ids[2] == ids[3]
        assert answer.card == card("answer 3")
    same = [{**invoke, "id": "", "timestamp": ""} for invoke in invokes]
    assert all(one == same[0] for one in same)
