"""The control API does what the Python calls do, for other processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from simulator import cast
from simulator.teams import Teams
from simulator.teams.identity import personal_chat_id
from tests.simulator.teams_bot import TEXT, FakeBot, card, card_activity, card_answer, running

Stage = tuple[Teams, FakeBot, Callable[..., Awaitable[tuple[int, Any]]]]
HANNA = cast.person("Hanna Visser")
CHAT = personal_chat_id(HANNA)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as (teams, bot), aiohttp.ClientSession(teams.url) as session:

        async def control(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            async with session.request(method, "/_control/" + path, json=body) as response:
                return response.status, await response.json()

        yield teams, bot, control


async def test_say_press_threads_and_sent(stage: Stage) -> None:
    _, bot, control = stage
    status, said = await control(
        "POST", "say", {"as": HANNA.upn, "text": "show @Alice Jansen", "conversation": "Helpdesk", "mentions": ["alice@fabrikam.example"]}
    )
    assert status == 200
    assert said["delivered"] == 200
    assert bot.received[0]["text"] == "<at>Doorman</at> show <at>Alice Jansen</at>"
    card_id = await bot.sent(said["conversation"], card_activity(card("confirm")))
    own = card()
    bot.answer = lambda _: card_answer(own)
    status, answer = await control("POST", "press", {"as": HANNA.upn, "message": card_id, "verb": "confirm", "data": {"x": 1}})
    assert (status, answer["status"], answer["card"], answer["error"]) == (200, 200, own, None)
    assert bot.received[-1]["value"]["action"]["data"] == {"operation": "7Q2F", "x": 1}
    _, threads = await control("GET", "threads?conversation=Helpdesk")
    assert [m["id"] for m in threads["messages"]] == [said["id"], card_id]
    assert list(threads["messages"][1]["views"].values()) == [own]
    _, everything = await control("GET", "threads")
    assert everything == threads
    await bot.sent(CHAT, TEXT)
    _, sent = await control("GET", "sent?since=1")
    assert (sent["next"], [s["activity"] for s in sent["sent"]]) == (2, [TEXT])


async def test_faults_and_down(stage: Stage) -> None:
    teams, bot, control = stage
    status, fault = await control("POST", "faults", {"kind": "429", "conversation": "Doorman log", "count": 1, "retry_after": 3})
    assert (status, fault["conversation"], fault["retry_after"]) == (200, cast.CHANNELS[1].id, 3)
    assert (await bot.send(cast.CHANNELS[1].id, TEXT))[0] == 429
    assert (await control("GET", "faults"))[1]["faults"][0]["hits"] == 1
    await control("POST", "faults", {"kind": "500"})
    await control("DELETE", f"faults?id={fault['id']}")
    assert [f.kind for f in teams.faults.all()] == ["500"]
    await control("DELETE", "faults")
    assert (await control("POST", "down", {"conversation": "Doorman log"}))[1] == {"down": [cast.CHANNELS[1].id]}
    assert (await bot.send(cast.CHANNELS[1].id, TEXT))[0] == 502
    assert (await control("POST", "down", {"conversation": "Doorman log", "down": False}))[1] == {"down": []}
    await bot.sent(cast.CHANNELS[1].id, TEXT)


async def test_errors_are_shown(stage: Stage) -> None:
    teams, bot, control = stage
    card_id = await bot.sent(CHAT, card_activity(card("confirm")))
    await teams.press(HANNA, card_id, "confirm")
    teams.bot_endpoint = "http://127.0.0.1:1/"
    await teams.say(HANNA, "anybody?")
    _, errors = await control("GET", "errors")
    assert errors["clientErrors"] == teams.client_errors != []
    assert [u["status"] for u in errors["undelivered"]] == [0]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("say", {"as": "nobody", "text": "hi"}),
        ("say", {"text": "hi"}),
        ("say", []),
        ("press", {"as": HANNA.upn, "message": "1", "verb": "x"}),
        ("faults", {"kind": "meteor"}),
        ("faults", {"kind": "500", "chance": 1}),
        ("down", {"conversation": "nowhere"}),
    ],
)
async def test_mistakes_are_400_with_a_reason(stage: Stage, path: str, body: Any) -> None:
    _, _, control = stage
    status, answer = await control("POST", path, body)
    assert status == 400
    assert answer["error"]
