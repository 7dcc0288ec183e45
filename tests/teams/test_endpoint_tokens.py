"""Who may knock: every token that does not prove the Bot Connector gets its 401, and no turn is taken."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from simulator import cast
from simulator.teams import Teams
from simulator.teams.tokens import ISSUER, new_key
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR = 3600
STRANGERS_KEY = new_key()


def signed(**claims: Any) -> Callable[[Teams], str]:
    return lambda teams: f"Bearer {teams.token(**claims)}"


def at(seconds: float) -> int:
    return int(time.time() + seconds)


def _b64(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def tampered(teams: Teams) -> str:
    head, payload, signature = teams.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"Bearer {head}.{_b64(json.dumps(claims | {'exp': at(HOUR * 24)}).encode())}.{signature}"


def with_header(header: bytes) -> Callable[[Teams], str]:
    return lambda teams: f"Bearer {_b64(header)}." + teams.token().partition(".")[2]


BAD: dict[str, Callable[[Teams], str | None]] = {
    "missing": lambda _: None,
    "garbage": lambda _: "Bearer garbage",
    "dots": lambda _: "Bearer ..",
    "three garbled parts": lambda _: "Bearer a.b.c",
    "no scheme": lambda teams: teams.token(),
    "basic": lambda _: "Basic " + base64.b64encode(b"bot:secret").decode(),
    "basic with a good token": lambda teams: f"Basic {teams.token()}",
    "empty bearer": lambda _: "Bearer ",
    "bearer alone": lambda _: "Bearer",
    "expired": signed(exp=at(-HOUR)),
    "expired a moment beyond the leeway": signed(exp=at(-302)),
    "not yet valid": signed(nbf=at(HOUR)),
    "without exp": signed(exp=None),
    "exp of words": signed(exp="tomorrow"),
    "exp infinite": signed(exp=float("inf")),
    "exp absurd": signed(exp=10**400),
    "exp a list": signed(exp=[]),
    "wrong audience": signed(aud=cast.GRAPH_APP_ID),
    "without audience": signed(aud=None),
    "wrong issuer": signed(iss="https://sts.windows.net/" + cast.TENANT_ID),
    "issuer with a tail": signed(iss=ISSUER + ".evil.example"),
    "without issuer": signed(iss=None),
    "unknown key": signed(kid="nobody", key=STRANGERS_KEY),
    "known key id, other key": signed(key=STRANGERS_KEY),
    "without key id": signed(kid=None),
    "key endorsed for another channel": signed(endorsed=False),
    "alg none": signed(alg="none"),
    "alg HS256 with the public key": signed(alg="HS256"),
    "tampered payload": tampered,
    "signature cut": lambda teams: f"Bearer {teams.token()[:-8]}",
    "no signature": lambda teams: f"Bearer {teams.token().rpartition('.')[0]}.",
    "other service URL": signed(serviceurl="https://smba.trafficmanager.net/emea/"),
    "without service URL": signed(serviceurl=None),
    "service URL of the wrong type": signed(serviceurl=["x"]),
    "other tenant": signed(tid=cast.OTHER_TENANT_ID),
    "header nested deeply": with_header(b'{"alg":"RS256","x":' + b"[" * 3000),
    "header is a list": with_header(b"[]"),
    "key id is a list": with_header(b'{"alg":"RS256","kid":["teams-1"]}'),
    "header not UTF-8": with_header(b"\xff\xfe"),
    "critical extension": with_header(b'{"alg":"RS256","kid":"teams-1","crit":["b64"],"b64":false}'),
    "letters beyond ASCII": lambda _: "Bearer é.ü.ß",
}


@pytest.mark.parametrize("name", BAD)
async def test_what_proves_nothing_is_401(door: Door, name: str) -> None:
    answer = await door.refuses(door.activity("set mobile for alice 0612345678"), 401, authorization=BAD[name](door.teams))
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_bytes_that_are_no_text_in_the_header_are_401(door: Door) -> None:
    body = json.dumps(door.activity()).encode()
    head = b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    answer = await door.raw(head + b"Authorization: Bearer \xff\xfe.\xfd.x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    assert answer.split(b" ")[1] == b"401"


async def test_a_good_token_opens_the_door(door: Door) -> None:
    said = door.said()
    assert (await door.knock(door.activity("hello"))).status == 200
    assert door.said() == said + 1


@pytest.mark.parametrize(
    "claims", [lambda: {"exp": at(-200)}, lambda: {"nbf": at(200)}, lambda: {"tid": cast.TENANT_ID.upper()}], ids=["exp", "nbf", "tid"]
)
async def test_a_token_at_the_edge_is_good(door: Door, claims: Callable[[], dict[str, Any]]) -> None:
    assert (await door.knock(door.activity(), authorization=f"bearer {door.teams.token(**claims())}")).status == 200


async def test_the_service_url_may_be_spelt_otherwise(door: Door) -> None:
    token = door.teams.token(serviceurl=None, serviceUrl=door.teams.service_url.upper().rstrip("/"))
    assert (await door.knock(door.activity(), authorization=f"Bearer {token}")).status == 200


async def test_a_token_of_another_channel_is_not_for_teams(door: Door) -> None:
    await door.refuses(door.activity(channelId="webchat"), 401)


async def test_a_token_seen_before_still_has_to_fit_the_activity(door: Door) -> None:
    bearer = f"Bearer {door.teams.token()}"
    assert (await door.knock(door.activity(), authorization=bearer)).status == 200
    await door.refuses(door.activity(serviceUrl="https://smba.trafficmanager.net/emea/"), 401, authorization=bearer)
    await door.refuses(door.activity(channelId="emulator"), 401, authorization=bearer)


async def test_a_key_that_is_endorsed_for_another_channel_serves_no_other_channel(door: Door) -> None:
    bearer = f"Bearer {door.teams.token(endorsed=False)}"
    for channel in ("webchat", "WebChat", "msteams"):
        status = 403 if channel == "webchat" else 401
        for kind in ("message", "invoke", "messageUpdate", "conversationUpdate", "installationUpdate"):
            await door.refuses(door.activity(type=kind, channelId=channel), status, authorization=bearer)
