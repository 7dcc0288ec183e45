"""Tokens for the bot: the good one passes the published checks, each bad one fails for its own reason."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest

from simulator import cast
from simulator.teams import Teams, new_key
from simulator.teams.identity import personal_chat_id
from simulator.teams.tokens import CONNECTOR_AUDIENCE, ISSUER
from tests.simulator.teams_bot import TEXT, Stage, running

CHAT = personal_chat_id(cast.person("Hanna Visser"))


async def published(teams: Teams) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    async with aiohttp.ClientSession() as session:
        async with session.get(teams.openid_url) as response:
            document = await response.json()
        async with session.get(document["jwks_uri"]) as response:
            return document, (await response.json())["keys"]


async def check(teams: Teams, token: str) -> dict[str, Any]:
    """The checks Microsoft asks of a bot; raises when one fails."""
    document, keys = await published(teams)
    kid = jwt.get_unverified_header(token).get("kid")
    key = next((k for k in keys if k["kid"] == kid), None)
    if key is None or "msteams" not in key["endorsements"]:
        raise jwt.InvalidKeyError(kid)
    claims = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        audience=cast.BOT_APP_ID,
        issuer=document["issuer"],
        options={"require": ["exp", "iss", "aud"]},
    )
    if claims.get("serviceurl") != teams.service_url:
        raise jwt.InvalidTokenError("serviceurl")
    return claims


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as both:
        yield both


async def test_a_good_token_passes(stage: Stage) -> None:
    teams, _ = stage
    claims = await check(teams, teams.token())
    assert claims["iss"] == ISSUER
    assert claims["exp"] > time.time()


async def test_the_bot_receives_a_good_token_and_the_same_one_again(stage: Stage) -> None:
    teams, bot = stage
    await teams.say("Hanna Visser", "one")
    await teams.say("Hanna Visser", "two")
    first, second = (headers["Authorization"] for headers in bot.headers)
    assert first == second
    await check(teams, first.removeprefix("Bearer "))


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"exp": None}, jwt.MissingRequiredClaimError),
        ({"exp": 1}, jwt.ExpiredSignatureError),
        ({"nbf": 9_999_999_999}, jwt.ImmatureSignatureError),
        ({"aud": "another-bot"}, jwt.InvalidAudienceError),
        ({"iss": "https://sts.windows.net/"}, jwt.InvalidIssuerError),
        ({"serviceurl": "https://evil.example/"}, jwt.InvalidTokenError),
        ({"serviceurl": None}, jwt.InvalidTokenError),
        ({"kid": "unknown"}, jwt.InvalidKeyError),
        ({"kid": None}, jwt.InvalidKeyError),
        ({"key": new_key()}, jwt.InvalidSignatureError),
        ({"endorsed": False}, jwt.InvalidKeyError),
        ({"alg": "none"}, jwt.InvalidAlgorithmError),
        ({"alg": "HS256"}, jwt.InvalidAlgorithmError),
    ],
)
async def test_a_bad_token_is_bad_for_its_own_reason(stage: Stage, overrides: dict[str, Any], error: type[Exception]) -> None:
    teams, _ = stage
    with pytest.raises(error):
        await check(teams, teams.token(**overrides))


async def test_the_unendorsed_key_is_published_and_signs_rightly(stage: Stage) -> None:
    teams, _ = stage
    token = teams.token(endorsed=False)
    _, keys = await published(teams)
    key = next(k for k in keys if k["kid"] == jwt.get_unverified_header(token)["kid"])
    assert key["endorsements"] == ["webchat"]
    jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=cast.BOT_APP_ID)


async def test_hs256_is_signed_with_the_public_key(stage: Stage) -> None:
    """Otherwise the confusion attack would fail for the wrong reason."""
    teams, _ = stage
    _, keys = await published(teams)
    token = teams.token(alg="HS256")
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "HS256", "kid": keys[0]["kid"]}
    assert len(token.split(".")[2]) == 43  # 32 bytes of HMAC


async def test_rotation_retires_the_old_key(stage: Stage) -> None:
    teams, _ = stage
    old = teams.token()
    teams.tokens.rotate()
    with pytest.raises(jwt.InvalidKeyError):
        await check(teams, old)
    await check(teams, teams.token())


async def test_a_token_is_renewed_before_it_ends() -> None:
    now = [1_800_000_000.0]
    teams = Teams(clock=lambda: now[0])
    first = teams.tokens.bearer("http://x/")
    now[0] += 3000
    assert teams.tokens.bearer("http://x/") == first
    now[0] += 400
    assert teams.tokens.bearer("http://x/") != first


async def test_the_bots_token_is_asked_for() -> None:
    async with running(verify_bot_token=lambda token: token == "good") as (_, bot):
        for bearer, expected in (("", 401), ("Basic good", 401), ("Bearer bad", 401), ("Bearer good", 201)):
            bot.bearer = bearer
            status, body, _ = await bot.send(CHAT, TEXT)
            assert status == expected, bearer
            if expected == 401:
                assert body["error"]["code"] == "Unauthorized"


async def test_claims_are_kept_until_they_end() -> None:
    asked: list[str] = []
    claims = {"appid": cast.BOT_APP_ID, "exp": time.time() + 60}

    def verified(token: str) -> dict[str, Any]:
        asked.append(token)
        return claims

    async with running(verify_bot_token=verified) as (_, bot):
        await bot.sent(CHAT, TEXT)
        await bot.sent(CHAT, TEXT)
        assert len(asked) == 1
        claims["exp"] = 1
        bot.bearer = "Bearer another"
        await bot.sent(CHAT, TEXT)
        await bot.sent(CHAT, TEXT)
        assert len(asked) == 3


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 201),
        ({"aud": "https://graph.microsoft.com"}, 401),
        ({"exp": 1}, 401),
        ({"exp": None}, 401),
        ({"appid": "another-app"}, 401),
    ],
)
async def test_the_bots_token_is_checked_with_the_login_servers_keys(claims: dict[str, Any], status: int) -> None:
    """The signing half of the simulator stands in for the login server: its JWKS has the same form."""
    async with running() as (login, _):
        bearer_claims = {"aud": CONNECTOR_AUDIENCE, "appid": cast.BOT_APP_ID, **claims}
        async with running(login_url=f"{login.url}/v1/.well-known/keys") as (_, bot):
            bot.bearer = "Bearer " + login.token(**bearer_claims)
            assert (await bot.send(CHAT, TEXT))[0] == status
            bot.bearer = "Bearer " + login.token(**bearer_claims, key=new_key())
            assert (await bot.send(CHAT, TEXT))[0] == 401
            bot.bearer = "Bearer not-a-jwt"
            assert (await bot.send(CHAT, TEXT))[0] == 401
