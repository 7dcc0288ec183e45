"""Every way in which the service can be made to fail."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiohttp import ClientError

from simulator.entra import Fault
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, open_tenant

ALICE = f"/users/alice@fabrikam.example{AUTHENTICATION}"
NUMBER = {"phoneNumber": "+31 612345678", "phoneType": "mobile"}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


async def statuses(client: Client, times: int, path: str = "/users/alice@fabrikam.example") -> list[int]:
    return [(await client.get(path)).status for _ in range(times)]


async def test_matching_and_counting(client: Client) -> None:
    rule = client.entra.faults.add(Fault(effect="throttle", path="phoneMethods", method="POST", times=1))
    assert (await client.get(ALICE)).status == 200
    assert (await client.post(ALICE, NUMBER)).status == 429
    assert (await client.post(ALICE, NUMBER)).status == 201
    assert (rule.fired, len(client.entra.writes)) == (1, 1)


async def test_a_regular_expression(client: Client) -> None:
    client.entra.faults.add(Fault(effect="unavailable", path=r"^/v1\.0/users/[^/]+$", regex=True))
    assert (await client.get("/users/alice@fabrikam.example")).status == 503
    assert (await client.get(ALICE)).status == 200


async def test_the_first_of_two_wins_and_clear_ends_all(client: Client) -> None:
    client.entra.faults.add(Fault(effect="unavailable", times=1))
    client.entra.faults.add(Fault(effect="throttle"))
    assert await statuses(client, 2) == [503, 429]
    client.entra.faults.clear()
    assert await statuses(client, 1) == [200]


async def test_probability_repeats_with_the_seed(client: Client) -> None:
    client.entra.faults.add(Fault(effect="throttle", probability=0.5))
    outcome = await statuses(client, 20)
    assert {200, 429} == set(outcome)
    async with open_tenant() as second:
        second.entra.faults.add(Fault(effect="throttle", probability=0.5))
        assert await statuses(second, 20) == outcome


class TestRetryAfter:
    @pytest.mark.parametrize(("seconds", "printed"), [(None, None), (1, "1"), (30, "30"), (2.128, "2.128")])
    async def test_as_it_is(self, client: Client, seconds: float | None, printed: str | None) -> None:
        client.entra.faults.add(Fault(effect="throttle", retry_after=seconds))
        reply = await client.get("/users")
        assert (reply.status, reply.code, reply.headers.get("Retry-After")) == (429, "TooManyRequests", printed)

    @pytest.mark.parametrize("effect", ["unavailable", "gateway_timeout"])
    async def test_on_other_statuses(self, client: Client, effect: str) -> None:
        client.entra.faults.add(Fault(effect=effect, retry_after=7))
        assert (await client.get("/users")).headers["Retry-After"] == "7"

    async def test_as_a_date(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="throttle", retry_after=90, retry_after_date=True))
        header = (await client.get("/users")).headers["Retry-After"]
        assert header.endswith(" GMT")
        assert parsedate_to_datetime(header).timestamp() == client.clock.now + 90


class TestAfterTheWrite:
    @pytest.mark.parametrize(
        ("effect", "status"), [("unavailable", 503), ("gateway_timeout", 504), ("conflict", 409), ("empty", 200), ("garbage", 200)]
    )
    @pytest.mark.parametrize("after", [True, False])
    async def test_the_answer_is_lost(self, client: Client, effect: str, status: int, after: bool) -> None:
        client.entra.faults.add(Fault(effect=effect, method="POST", after=after))
        assert (await client.post(ALICE, NUMBER)).status == status
        assert len(client.entra.writes) == after
        assert len((await client.get(ALICE)).values) == after

    @pytest.mark.parametrize("after", [True, False])
    async def test_the_connection_is_lost(self, client: Client, after: bool) -> None:
        client.entra.faults.add(Fault(effect="drop", method="POST", after=after))
        with pytest.raises(ClientError):
            await client.post(ALICE, NUMBER)
        assert len(client.entra.writes) == after
        assert client.entra.requests[-1].status == 0

    async def test_saved_with_conflict(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="conflict", after=True))
        assert (await client.post(ALICE, NUMBER)).code == "phoneNumberNotUnique"


class TestLateWrites:
    async def test_reads_show_the_old_state_for_a_while(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="late", method="POST", path="phoneMethods", seconds=10))
        assert (await client.post(ALICE, NUMBER)).status == 201
        for path in (ALICE, "/users/alice@fabrikam.example/authentication/methods"):
            assert all(method["id"] != MOBILE for method in (await client.get(path)).values)
        assert (await client.get(f"{ALICE}/{MOBILE}")).status == 404
        assert "mobile" in client.entra.person("Alice Jansen").phones
        client.clock.now += 9.9
        assert (await client.get(ALICE)).values == []
        client.clock.now += 0.2
        assert [phone["id"] for phone in (await client.get(ALICE)).values] == [MOBILE]

    async def test_two_writes_appear_one_after_the_other(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="late", seconds=10))
        await client.post(ALICE, NUMBER)
        client.clock.now += 5
        assert (await client.delete(f"{ALICE}/{MOBILE}")).status == 204
        seen = []
        for step in (0, 6, 6):
            client.clock.now += step
            seen.append(len((await client.get(ALICE)).values))
        assert seen == [0, 1, 0]

    async def test_writes_inside_a_batch(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="late", seconds=10))
        part = {"id": "1", "method": "POST", "url": ALICE, "headers": {"Content-Type": "application/json"}, "body": NUMBER}
        await client.post("/$batch", {"requests": [part]})
        assert (await client.get(ALICE)).values == []

    async def test_without_the_fault_writes_show_at_once(self, client: Client) -> None:
        await client.post(ALICE, NUMBER)
        assert len((await client.get(ALICE)).values) == 1


async def test_latency(client: Client) -> None:
    client.entra.faults.add(Fault(effect="latency", seconds=0.05))
    started = time.perf_counter()
    assert (await client.get("/users/alice@fabrikam.example")).status == 200
    assert time.perf_counter() - started >= 0.05


async def test_held_until_the_rules_are_cleared(client: Client) -> None:
    fault = client.entra.faults.add(Fault(effect="hold", path="/users/alice", times=1))
    held = asyncio.create_task(client.get("/users/alice@fabrikam.example"))
    await fault.met.wait()
    assert (await client.get("/users/alice@fabrikam.example")).status == 200, "the next one"
    assert not held.done()
    client.entra.faults.clear()
    assert (await held).status == 200


async def test_a_limit_per_second(client: Client) -> None:
    client.entra.faults.add(Fault(effect="limit", per_second=2))
    assert await statuses(client, 3) == [200, 200, 429]
    assert (await client.get("/users")).headers["Retry-After"] == "1"
    client.clock.now += 0.5
    assert await statuses(client, 2) == [200, 429]
    client.clock.now += 60
    assert await statuses(client, 3) == [200, 200, 429]


class TestExpiredToken:
    async def test_plain(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="unauthorized"))
        reply = await client.get("/users")
        assert (reply.status, reply.code, "claims=" in reply.headers["WWW-Authenticate"]) == (401, "InvalidAuthenticationToken", False)

    async def test_with_a_claims_challenge(self, client: Client) -> None:
        claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
        client.entra.faults.add(Fault(effect="unauthorized", claims=claims))
        challenge = (await client.get("/users")).headers["WWW-Authenticate"]
        assert 'error="insufficient_claims"' in challenge
        assert base64.b64encode(claims.encode()).decode() in challenge


async def test_forbidden(client: Client) -> None:
    client.entra.faults.add(Fault(effect="forbidden"))
    assert (await client.get(ALICE)).code == "accessDenied"


async def test_garbage_and_nothing(client: Client) -> None:
    client.entra.faults.add(Fault(effect="garbage", status=502, times=1))
    client.entra.faults.add(Fault(effect="empty"))
    page = await client.get("/users")
    assert (page.status, page.headers["Content-Type"], page.text[:9]) == (502, "text/html; charset=utf-8", "<!DOCTYPE")
    empty = await client.get("/users")
    assert (empty.status, empty.text) == (200, "")


async def test_the_login_host_fails_too(client: Client) -> None:
    client.entra.faults.add(Fault(effect="unavailable", path="openid-configuration"))
    path = f"/{client.entra.tenant.id}/v2.0/.well-known/openid-configuration"
    assert (await client.raw("GET", path)).status == 503
    client.entra.faults.clear()
    client.entra.faults.add(Fault(effect="drop", path="openid-configuration"))
    with pytest.raises(ClientError):
        await client.raw("GET", path)


@pytest.mark.parametrize("description", [{"effect": "explode"}, {"effect": "latency"}, {"effect": "late"}, {"effect": "limit"}])
def test_rules_that_make_no_sense(description: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="effect"):
        Fault(**description)
