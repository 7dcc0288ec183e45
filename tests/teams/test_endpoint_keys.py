"""Where the proof comes from: keys are fetched when needed, not more often, and without them nobody is let in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot.teams.authentication import InboundTokens, KeysUnavailable, TokenRefused
from simulator import cast
from simulator.teams import Teams
from simulator.teams.tokens import ISSUER, new_key
from tests.desk import Desk
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR = 3600
STRANGERS_KEY = new_key()


async def test_keys_out_of_reach_are_503_and_nothing_happens(no_crash: object, new_database: Callable[[str], str]) -> None:
    desk = Desk(new_database("sqlite"), BOT_OPENID_METADATA="http://127.0.0.1:9/openid")
    await desk.open()
    try:
        door = Door(desk)
        assert "keys" in (await door.refuses(door.activity(), 503)).error
        await door.refuses(door.activity(), 401, authorization=None)
    finally:
        await desk.close()


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class Checker:
    """The check by itself, on the simulator's keys, with a clock to move."""

    def __init__(self, teams: Teams, session: aiohttp.ClientSession, metadata_url: str) -> None:
        self.teams = teams
        self.clock = Clock()
        self.tokens = InboundTokens(
            session, metadata_url=metadata_url, issuer=ISSUER, app_id=cast.BOT_APP_ID, tenant_id=cast.TENANT_ID, now=self.clock
        )

    async def verify(self, token: str) -> dict[str, Any]:
        return await self.tokens.verify(f"Bearer {token}", self.teams.service_url, "msteams")

    async def refuses(self, token: str) -> None:
        with pytest.raises(TokenRefused):
            await self.verify(token)


@pytest.fixture
def checker(door: Door) -> Checker:
    return Checker(door.teams, door.teams.delivery.session, door.teams.openid_url)


async def test_rotated_keys_are_fetched_when_a_key_is_unknown(checker: Checker) -> None:
    await checker.verify(checker.teams.token())
    checker.teams.tokens.rotate()
    await checker.refuses(checker.teams.token())  # the keys were fetched this minute
    checker.clock.now += 61
    await checker.verify(checker.teams.token())


async def test_unknown_keys_make_us_ask_once_a_minute_at_most(checker: Checker) -> None:
    await checker.verify(checker.teams.token())
    fetches = checker.teams.tokens.fetches
    for _ in range(20):
        await checker.refuses(checker.teams.token(kid="nobody", key=STRANGERS_KEY))
    assert checker.teams.tokens.fetches == fetches
    checker.clock.now += 61
    for _ in range(20):
        await checker.refuses(checker.teams.token(kid="nobody", key=STRANGERS_KEY))
    assert checker.teams.tokens.fetches == fetches + 1


async def test_keys_are_looked_at_again_daily(checker: Checker) -> None:
    await checker.verify(checker.teams.token())
    fetches = checker.teams.tokens.fetches
    checker.clock.now += 24 * HOUR + 1
    await checker.verify(checker.teams.token(exp=int(checker.clock.now) + HOUR))
    assert checker.teams.tokens.fetches == fetches + 1


async def test_requests_that_come_while_the_keys_are_fetched_wait_for_them(checker: Checker) -> None:
    fetches = checker.teams.tokens.fetches
    await asyncio.gather(*(checker.verify(checker.teams.token(jti=str(n))) for n in range(20)))
    assert checker.teams.tokens.fetches == fetches + 1


class KeyServer:
    """Publishes whatever a test says, and counts."""

    def __init__(self, teams: Teams) -> None:
        self.good = teams.tokens.jwks()
        self.answer: Any = self.good
        self.asked = 0
        self.url = ""

    async def document(self, _: web.Request) -> web.Response:
        self.asked += 1
        if isinstance(self.answer, int):
            return web.Response(status=self.answer)
        return web.json_response({"jwks_uri": f"{self.url}/keys"})

    async def keys(self, _: web.Request) -> web.Response:
        return web.Response(body=self.answer) if isinstance(self.answer, bytes) else web.json_response(self.answer)


@pytest_asyncio.fixture(loop_scope="module")
async def key_server(door: Door) -> AsyncIterator[KeyServer]:
    server = KeyServer(door.teams)
    app = web.Application()
    app.add_routes([web.get("/openid", server.document), web.get("/keys", server.keys)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
def lone_checker(door: Door, key_server: KeyServer) -> Checker:
    """A check that gets its keys from `key_server`."""
    return Checker(door.teams, door.teams.delivery.session, f"{key_server.url}/openid")


NO_KEYS: tuple[Any, ...] = (500, 404, b"", b"<html>", b"\xff", [], {}, {"keys": None}, {"keys": []}, {"keys": [1, "kid", None, {}]},
                            {"keys": [{"kid": "teams-1", "kty": "EC"}]}, {"keys": [{"kid": ["x"], "kty": "RSA"}]})  # fmt: skip


@pytest.mark.parametrize("answer", NO_KEYS, ids=repr)
async def test_a_key_server_without_usable_keys_lets_nobody_in(lone_checker: Checker, key_server: KeyServer, answer: Any) -> None:
    key_server.answer = answer
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            await lone_checker.verify(lone_checker.teams.token())
    assert key_server.asked == 1  # and is left in peace for some seconds
    key_server.answer = key_server.good
    lone_checker.clock.now += 6
    await lone_checker.verify(lone_checker.teams.token())


async def test_one_unreadable_key_does_not_spoil_the_others(lone_checker: Checker, key_server: KeyServer) -> None:
    key_server.answer = {"keys": [{"kid": "odd", "kty": "OKP"}, "odd", *key_server.good["keys"]]}
    await lone_checker.verify(lone_checker.teams.token())


async def test_a_dead_key_server_slows_nobody_down_who_has_a_known_key(lone_checker: Checker, key_server: KeyServer) -> None:
    async def everybody() -> None:
        soon = int(lone_checker.clock.now) + HOUR
        await asyncio.gather(*(lone_checker.verify(lone_checker.teams.token(exp=soon, jti=str(n))) for n in range(20)))

    await everybody()
    key_server.answer = 500
    lone_checker.clock.now += 25 * HOUR
    await everybody()
    await everybody()
    assert key_server.asked == 2
    for _ in range(5):
        await lone_checker.refuses(lone_checker.teams.token(kid="nobody", key=STRANGERS_KEY))
    assert key_server.asked == 2
    lone_checker.clock.now += 24 * HOUR  # keys that nobody could confirm for two days prove nothing
    with pytest.raises(KeysUnavailable):
        await lone_checker.verify(lone_checker.teams.token(exp=int(lone_checker.clock.now) + HOUR))
