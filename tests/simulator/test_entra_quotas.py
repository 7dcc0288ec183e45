"""The documented limits of identity and access: what they count, what they say, and how they refuse."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import cast
from simulator.entra import Fault, Quotas
from simulator.entra.message import Call, GraphError
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, open_tenant

ALICE = "/users/alice@fabrikam.example"
OMAR = f"/users/omar.farouk@fabrikam.example{AUTHENTICATION}/{MOBILE}"
UNIT, SHARE = "x-ms-resource-unit", "x-ms-throttle-limit-percentage"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


def read(request_id: str) -> dict[str, Any]:
    return {"id": request_id, "method": "GET", "url": ALICE}


def write(request_id: str, number: str) -> dict[str, Any]:
    body = {"phoneNumber": number}
    return {"id": request_id, "method": "PATCH", "url": OMAR, "headers": {"Content-Type": "application/json"}, "body": body}


async def test_off_by_default(client: Client) -> None:
    assert client.entra.quotas is None
    assert not [name for name in (await client.get(ALICE)).headers if name.startswith("x-ms-")]


@pytest.mark.parametrize(
    ("method", "path", "units"),
    [
        ("GET", ALICE, 1),
        ("GET", f"{ALICE}?$select=id", 1),
        ("GET", f"{ALICE}?$expand=manager", 2),
        ("GET", "/users", 2),
        ("GET", "/users?$top=20", 2),
        ("GET", "/users?$top=5", 1),
        ("GET", "/users?$top=5&$select=id", 1),
        ("GET", f"{ALICE}/transitiveMemberOf", 2),
        ("GET", f"{ALICE}/transitiveMemberOf/microsoft.graph.directoryRole", 2),
        ("GET", f"/groups/{cast.group('Helpdesk').id}/transitiveMembers/microsoft.graph.user", 5),
        ("GET", f"{ALICE}{AUTHENTICATION}", 1),
        ("POST", f"{ALICE}{AUTHENTICATION}", 1),
        ("POST", f"{ALICE}/checkMemberGroups", 4),
        ("GET", "/users/nobody", 1),
        ("GET", "/nothing", 1),
    ],
)
async def test_what_a_request_costs(client: Client, method: str, path: str, units: int) -> None:
    client.entra.quotas = Quotas()
    assert (await client.send(method, path)).headers[UNIT] == str(units)


async def test_only_some_requests_are_writes(client: Client) -> None:
    client.entra.quotas = quotas = Quotas()
    await client.post(f"{ALICE}/checkMemberGroups", {"groupIds": []})
    await client.get("/users")
    assert quotas.accepted_writes == 0
    await client.patch(OMAR, {"phoneNumber": "nonsense"})  # a request that fails has been made all the same
    assert quotas.accepted_writes == 1
    await client.raw("PATCH", f"/v1.0{OMAR}", json={})  # nobody's
    assert quotas.accepted_writes == 1


async def test_reports_have_other_limits(client: Client) -> None:
    client.entra.quotas = Quotas(units=1, reports=3, scale=4)
    for _ in range(3):
        assert (await client.get("/auditLogs/directoryAudits?$top=1")).status == 200
    refused = await client.get("/AuditLogs/directoryAudits?$top=1")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "2.5")
    client.clock.now += 2.5
    assert (await client.get("/auditLogs/directoryAudits?$top=1")).status == 200


async def test_writes_beyond_the_limit(client: Client) -> None:
    client.entra.quotas = quotas = Quotas(writes=2)
    for last in "12":
        assert (await client.patch(OMAR, {"phoneNumber": f"+31 61234567{last}"})).status == 204
    refused = await client.patch(OMAR, {"phoneNumber": "+31 612345673"})
    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "TooManyRequests", "150")
    assert refused.headers["x-ms-throttle-information"] == "WriteLimitExceeded"
    assert refused.headers["x-ms-throttle-scope"] == f"Tenant_Application/Write/{cast.GRAPH_APP_ID}/{cast.TENANT_ID}"
    assert UNIT not in refused.headers
    assert client.entra.person("Omar Farouk").phones["mobile"].number == "+31 612345672"
    assert (await client.get(ALICE)).status == 200, "reads go on"
    assert quotas.refused == {"WriteLimitExceeded": 1}


async def test_units_beyond_the_limit(client: Client) -> None:
    client.entra.quotas = Quotas(units=4)
    for _ in range(2):
        assert (await client.get("/users")).status == 200
    refused = await client.get(ALICE)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert "/ReadWrite/" in refused.headers["x-ms-throttle-scope"]


async def test_waiting_as_told_is_enough(client: Client) -> None:
    client.entra.quotas = Quotas(units=3)
    for _ in range(3):
        await client.get(ALICE)
        client.clock.now += 2
    refused = await client.get(ALICE)
    assert refused.status == 429
    client.clock.now += float(refused.headers["Retry-After"])
    assert (await client.get(ALICE)).status == 200


async def test_asking_again_at_once_only_lengthens_the_wait(client: Client) -> None:
    waits = []
    for refusals_count in (False, True):
        client.entra.quotas = Quotas(units=10, refusals_count=refusals_count)
        for _ in range(10):
            await client.get(ALICE)
            client.clock.now += 0.5
        waits.append([(await client.get(ALICE)).headers["Retry-After"] for _ in range(12)])
    assert waits[0] == ["5"] * 12
    assert waits[1] == ["6", "6", "7", "7", "8", "8", "9", "9", "9", "9", "9", "9"], "use is never told to be more than 1.8 of a limit"


async def test_the_share_is_told_from_four_fifths_on(client: Client) -> None:
    client.entra.quotas = Quotas(units=10, writes=2)
    told = [(await client.get(ALICE)).headers.get(SHARE) for _ in range(9)]
    assert told == [None] * 8 + ["0.90"]
    client.clock.now += 11
    changed = [(await client.patch(OMAR, {"phoneNumber": "+31 612345679"})).headers.get(SHARE) for _ in range(2)]
    assert changed == [None, "1.00"]
    assert (await client.get(ALICE)).headers.get(SHARE) is None, "of a limit that does not concern reads"


async def test_parts_of_a_batch_are_counted_and_refused_alone(client: Client) -> None:
    client.entra.quotas = quotas = Quotas(writes=1, units=5)
    reply = await client.post("/$batch", {"requests": [read("1"), write("2", "+31 612345671"), write("3", "+31 612345672"), read("4")]})
    parts = {part["id"]: part for part in reply.body["responses"]}
    assert (reply.status, reply.headers.get(UNIT)) == (200, None)
    assert {name: part["status"] for name, part in parts.items()} == {"1": 200, "2": 204, "3": 429, "4": 200}
    assert (parts["1"]["headers"][UNIT], parts["3"]["headers"]["Retry-After"]) == ("1", "150")
    assert parts["3"]["headers"]["x-ms-throttle-information"] == "WriteLimitExceeded"
    assert (quotas.most_units, quotas.accepted_writes) == (4, 1)


async def test_applications_have_limits_of_their_own(client: Client) -> None:
    client.entra.quotas = Quotas(units=1)
    assert [(await client.get(ALICE)).status for _ in range(2)] == [200, 429]
    client.entra.grant(client.entra.register_app("another").app_id, "User.Read.All")
    client.token = client.entra.issue_token("another", "https://graph.microsoft.com")
    assert (await client.get(ALICE)).status == 200


async def test_a_lost_answer_was_counted(client: Client) -> None:
    client.entra.quotas = quotas = Quotas()
    client.entra.faults.add(Fault(effect="unavailable", path="phoneMethods", after=True, times=1))
    assert (await client.patch(OMAR, {"phoneNumber": "+31 612345671"})).status == 503
    client.entra.faults.add(Fault(effect="unavailable", path="phoneMethods", times=1))
    assert (await client.patch(OMAR, {"phoneNumber": "+31 612345671"})).status == 503
    assert quotas.accepted_writes == 1


@pytest.mark.parametrize("wrong", [{"writes": 0}, {"scale": -1}, {"reports": 0}, {"unit_window": float("nan")}, {"units": float("inf")}])
def test_nonsense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        Quotas(**wrong)  # type: ignore[arg-type]


def call(method: str) -> Call:
    return Call(method, ALICE, "/users/{user-id}", (), {}, "", {}, None, "", "", app_id="app")  # type: ignore[arg-type]


#: Moments that add up exactly: waiting until the very moment is what is tried here, and not how a float is rounded.
PAUSES = st.integers(0, 3 * 64).map(lambda number: number / 64)


@given(st.lists(st.tuples(PAUSES, st.sampled_from(["GET", "PATCH"])), max_size=80), st.booleans(), st.sampled_from([1, 8]))
def test_no_window_ever_holds_more(steps: list[tuple[float, str]], refusals_count: bool, scale: int) -> None:
    """Whatever is asked when, and waiting as long as one was told is always enough."""
    quotas = Quotas(writes=4, write_window=9, units=7, unit_window=5, scale=scale, refusals_count=refusals_count)
    now, accepted = 0.0, []
    for pause, method in steps:
        now += pause
        one = call(method)
        try:
            quotas.take(one, "tenant", now)
        except GraphError as refusal:
            now += float(refusal.headers["Retry-After"])
            quotas.take(one, "tenant", now)
        accepted.append((now, method))
    everything, writes = [at for at, _ in accepted], [at for at, method in accepted if method == "PATCH"]
    assert _most(everything, 5 / scale) <= 7
    assert quotas.most_writes() == _most(writes, 9 / scale) <= 4
    assert quotas.most_writes(asked=True) >= quotas.most_writes()
    assert quotas.accepted_writes == len(writes)


def _most(moments: list[float], window: float) -> int:
    return max((sum(at - window < other <= at for other in moments) for at in moments), default=0)


def test_rates() -> None:
    quotas = Quotas(writes=100, write_window=100, scale=10)
    assert (quotas.write_rate(), quotas.most_writes()) == (0.0, 0)
    for number in range(11):
        quotas.take(call("PATCH"), "tenant", number / 2)
    figures = quotas.figures()
    assert (figures["write_rate"], figures["allowed_rate"], figures["accepted_writes"]) == (2.0, 10.0, 11)
    assert (quotas.most_writes(1.0), quotas.most_writes(1.1), figures["most_writes"]) == (2, 3, 11)


async def test_latency_does_not_hold_others_up(client: Client) -> None:
    client.entra.latency = 0.2
    began = time.perf_counter()
    reply = await client.post("/$batch", {"requests": [read(str(number)) for number in range(20)]})
    took = time.perf_counter() - began
    assert reply.status == 200
    assert 0.2 <= took < 2, "once for the batch as a whole, not for each of its parts"
