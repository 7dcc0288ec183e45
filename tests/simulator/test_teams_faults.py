"""Misfortunes of the Connector strike exactly where and as often as ordered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from simulator import cast
from simulator.teams import Faults
from simulator.teams.identity import personal_chat_id
from tests.simulator.teams_bot import TEXT, Stage, running

HANNA = cast.person("Hanna Visser")
CHAT = personal_chat_id(HANNA)
LOG = cast.CHANNELS[1]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as both:
        yield both


@pytest.mark.parametrize(
    ("kind", "code"),
    [("403", "ConversationBlockedByUser"), ("404", "ConversationNotFound"), ("412", "PreconditionFailed"), ("500", "ServiceError")],
)
async def test_a_status_strikes_once_and_nothing_is_accepted(stage: Stage, kind: str, code: str) -> None:
    teams, bot = stage
    fault = teams.faults.add(kind, count=1)
    status, body, _ = await bot.send(CHAT, TEXT)
    assert (status, body["error"]["code"]) == (int(kind), code)
    assert teams.sent == []
    await bot.sent(CHAT, TEXT)
    assert fault.hits == 1


async def test_429_carries_retry_after(stage: Stage) -> None:
    teams, bot = stage
    teams.faults.add(429, count=1, retry_after=7)
    status, body, headers = await bot.send(CHAT, TEXT)
    assert (status, body["error"]["code"], headers["Retry-After"]) == (429, "Throttled", "7")


async def test_502_is_a_page_of_a_proxy(stage: Stage) -> None:
    teams, bot = stage
    teams.faults.add("502", count=1)
    status, body, headers = await bot.send(CHAT, TEXT)
    assert (status, headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert body.startswith("<html>")


@pytest.mark.parametrize(("kind", "accepted"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection(stage: Stage, kind: str, accepted: int) -> None:
    teams, bot = stage
    teams.faults.add(kind, count=1)
    with pytest.raises(aiohttp.ClientError):
        await bot.send(CHAT, TEXT)
    assert len(teams.sent) == len(teams.thread(HANNA)) == accepted
    await bot.sent(CHAT, TEXT)


async def test_a_lost_answer_was_accepted(stage: Stage) -> None:
    teams, bot = stage
    teams.faults.add("lose_answer", count=1)
    status, body, _ = await bot.send(CHAT, TEXT)
    assert status == 504
    assert "<html>" in body
    assert len(teams.sent) == 1


async def test_latency_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    teams, bot = stage
    waited: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float, *_: object) -> None:
        waited.append(seconds)
        await real(0)

    monkeypatch.setattr("simulator.teams.connector.asyncio.sleep", sleep)
    teams.faults.add("latency", seconds=2, count=1)
    teams.faults.add("latency", seconds=3)
    await bot.sent(CHAT, TEXT)
    await bot.sent(CHAT, TEXT)
    assert waited == [5, 3]


async def test_a_fault_is_narrowed_by_conversation_and_method(stage: Stage) -> None:
    teams, bot = stage
    sent = await bot.sent(LOG.id, TEXT)
    teams.faults.add("500", conversation=LOG.id, method="PUT")
    await bot.sent(LOG.id, TEXT)
    assert (await bot.update(LOG.id, sent, TEXT))[0] == 500
    assert (await bot.update(f"{LOG.id};messageid={sent}", sent, TEXT))[0] == 500  # threads belong to their channel
    await bot.sent(CHAT, TEXT)
    teams.faults.clear()
    assert (await bot.update(LOG.id, sent, TEXT))[0] == 200


async def test_a_new_thread_belongs_to_its_channel(stage: Stage) -> None:
    teams, bot = stage
    teams.faults.add("500", conversation=LOG.id)
    creation = {"channelData": {"channel": {"id": LOG.id}}, "activity": TEXT}
    assert (await bot.call("POST", "conversations", creation))[0] == 500
    assert teams.sent == []


async def test_down_and_up(stage: Stage) -> None:
    teams, bot = stage
    teams.down(LOG)
    assert (await bot.send(LOG.id, TEXT))[0] == 502
    await bot.sent(CHAT, TEXT)
    teams.up(LOG)
    await bot.sent(LOG.id, TEXT)


def test_probability_repeats_with_its_seed() -> None:
    def strikes(seed: int) -> list[bool]:
        faults = Faults()
        faults.add("500", probability=0.5, seed=seed)
        return [faults.strike("c", "POST")[1] is not None for _ in range(40)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 5 < sum(strikes(1)) < 35


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault 'meteor'"):
        Faults().add("meteor")
    with pytest.raises(TypeError):
        Faults().add("500", chance=1)


def test_one_rule_can_be_removed() -> None:
    faults = Faults()
    first, second = faults.add("500"), faults.add("404")
    assert faults.remove(first.id)
    assert not faults.remove(first.id)
    assert faults.all() == [second]
