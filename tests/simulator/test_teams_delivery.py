"""Delivery to the bot: patience, redelivery, an unreachable bot, raw posts."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from simulator import cast
from tests.simulator.teams_bot import running

HANNA = cast.person("Hanna Visser")


async def test_a_slow_bot_gets_the_same_activity_again() -> None:
    async with running(redeliver_after=0.05) as (teams, bot):
        first = asyncio.Event()

        async def slow_once(_: dict[str, Any]) -> web.Response:
            if len(bot.received) == 1:
                await first.wait()
            return web.Response()

        bot.answer = slow_once
        message = await teams.say(HANNA, "reset")
        assert message.delivered == 200
        assert bot.received[0] == bot.received[1]
        assert len(bot.received) == 2
        assert len(teams.thread(HANNA)) == 1  # people see it once
        first.set()


async def test_a_bot_that_stays_slow_is_noted() -> None:
    async with running(redeliver_after=0.05, redeliveries=2) as (teams, bot):
        never = asyncio.Event()

        async def hang(_: dict[str, Any]) -> web.Response:
            await never.wait()
            return web.Response()

        bot.answer = hang
        message = await teams.say(HANNA, "reset")
        assert message.delivered == 0
        assert len(bot.received) == 3
        assert [(u.activity["id"], u.status) for u in teams.undelivered] == [(message.id, 0)]
        never.set()


async def test_refusals_and_absence_are_noted_and_not_repeated() -> None:
    async with running() as (teams, bot):
        bot.answer = lambda _: web.Response(status=500)
        assert (await teams.say(HANNA, "one")).delivered == 500
        assert len(bot.received) == 1
        teams.bot_endpoint = "http://127.0.0.1:1/api/messages"
        assert (await teams.say(HANNA, "two")).delivered == 0
        assert [u.status for u in teams.undelivered] == [500, 0]


async def test_say_need_not_wait() -> None:
    async with running() as (teams, bot):
        go = asyncio.Event()

        async def hold(_: dict[str, Any]) -> web.Response:
            await go.wait()
            return web.Response()

        bot.answer = hold
        message = await teams.say(HANNA, "hi", wait=False)
        assert message.delivered is None
        assert teams.thread(HANNA) == [message]
        go.set()


async def test_a_raw_post_is_sent_as_given() -> None:
    async with running() as (teams, bot):
        activity = teams.compose(HANNA, "hi")
        status, _, _ = await teams.post(activity)
        assert status == 200
        assert bot.headers[0]["Authorization"].startswith("Bearer ey")
        assert bot.headers[0]["Content-Type"] == "application/json; charset=utf-8"
        assert json.loads(bot.bodies[0]) == activity
        await teams.post(b"\xff{", {"X-Odd": "1"})
        assert bot.bodies[1] == b"\xff{"
        assert bot.headers[1]["X-Odd"] == "1"
        assert not {"Authorization", "Content-Type"} & bot.headers[1].keys()
        bot.answer = lambda _: web.Response(status=403, text="no", headers={"X-Why": "because"})
        status, headers, body = await teams.post(json.dumps(activity), {})
        assert (status, headers["X-Why"], body) == (403, "because", "no")
        assert teams.thread(HANNA) == []  # nobody typed anything


async def test_unknown_people_and_places_are_refused() -> None:
    async with running() as (teams, bot):
        with pytest.raises(KeyError):
            await teams.say("Nobody", "hi")
        with pytest.raises(KeyError):
            await teams.say(HANNA, "hi", "19:none@thread.tacv2")
        assert bot.received == []
