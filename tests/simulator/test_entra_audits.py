"""The audit log: what a change leaves in it, how it is read, and when it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from simulator import cast
from simulator.entra import Fault, audits
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, Reply, open_tenant

AUDITS = "/auditLogs/directoryAudits"
OURS = f"initiatedBy/app/appId eq '{cast.GRAPH_APP_ID}'"
ALICE = cast.person("Alice Jansen")
PHONES = f"/users/{ALICE.id}{AUTHENTICATION}"
NUMBER = {"phoneNumber": "+31 612345678", "phoneType": "mobile"}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


async def read(client: Client, expression: str = OURS, **more: str) -> list[Any]:
    options = "".join(f"&${name}={value}" for name, value in more.items())
    reply = await client.get(f"{AUDITS}?$filter={expression}{options}")
    assert reply.status == 200, reply.body
    return reply.values


async def write_thrice(client: Client) -> None:
    """Adds, changes and removes Alice's phone, a minute apart."""
    await client.post(PHONES, NUMBER)
    client.clock.now += 60
    await client.patch(f"{PHONES}/{MOBILE}", {"phoneNumber": "+31 687654321"})
    client.clock.now += 60
    await client.delete(f"{PHONES}/{MOBILE}")


async def test_every_write_leaves_its_row(client: Client) -> None:
    await write_thrice(client)
    removed, changed, added = await read(client)
    assert [row["activityDisplayName"] for row in (added, changed, removed)] == [
        "Admin registered security info",
        "Admin updated security info",
        "Admin deleted security info",
    ]
    assert added["resultReason"] == "Admin registered phone method for user"
    for row in (added, changed, removed):
        assert (row["category"], row["loggedByService"], row["result"]) == ("UserManagement", "Authentication Methods", "success")
        assert row["id"].startswith("Authentication Methods_")
        assert row["initiatedBy"]["app"]["appId"] == cast.GRAPH_APP_ID
        assert row["initiatedBy"]["user"] is None
        [target] = row["targetResources"]
        assert (target["id"], target["userPrincipalName"], target["type"]) == (ALICE.id, ALICE.upn, "User")
    values = [row["targetResources"][0]["modifiedProperties"][2] for row in (added, changed, removed)]
    assert [(value["oldValue"], value["newValue"]) for value in values] == [
        (None, "+31 612345678"),
        ("+31 612345678", "+31 687654321"),
        ("+31 687654321", None),
    ]


async def test_switching_sms_sign_in_and_a_conflict_leave_rows_too(client: Client) -> None:
    await client.post(PHONES, NUMBER)  # the policy makes it Alice's sign-in name at once
    second = await client.post(f"/users/{cast.person('Jan de Vries').id}{AUTHENTICATION}", NUMBER)
    assert second.status == 409
    await client.post(f"{PHONES}/{MOBILE}/disableSmsSignIn")
    await client.post(f"{PHONES}/{MOBILE}/enableSmsSignIn")
    assert [row["targetResources"][0]["id"] == ALICE.id for row in await read(client, orderby="activityDateTime asc")] == [
        True,
        False,
        True,
        True,
    ]


async def test_microsofts_own_echo_is_by_another_app(client: Client) -> None:
    await client.post(PHONES, NUMBER)
    rows = (await client.get(AUDITS)).values
    assert sorted(row["loggedByService"] for row in rows) == ["Authentication Methods", "Core Directory"]
    assert len(await read(client)) == 1


async def test_what_was_refused_leaves_nothing(client: Client) -> None:
    await client.post(PHONES, {"phoneNumber": "none", "phoneType": "mobile"})
    await client.delete(f"{PHONES}/{MOBILE}")
    assert client.entra.audits == []


async def test_an_answer_that_is_lost_leaves_its_row(client: Client) -> None:
    client.entra.faults.add(Fault(effect="gateway_timeout", path="phoneMethods", after=True, times=1))
    assert (await client.post(PHONES, NUMBER)).status == 504
    assert len(await read(client)) == 1


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("category eq 'UserManagement'", 6),
        ("category eq 'UserManagement' and loggedByService eq 'Authentication Methods'", 3),
        ("activityDisplayName eq 'Admin updated security info'", 1),
        ("startswith(activityDisplayName,'Admin')", 3),
        (f"targetResources/any(r:r/id eq '{ALICE.id}') and {OURS}", 3),
        (f"targetResources/any(t: t/id eq '{cast.person('Omar Farouk').id}')", 0),
        ("initiatedBy/app/displayName eq 'Doorman'", 3),
        ("initiatedBy/user/id eq 'x'", 0),
        ("correlationId eq '00000000-0000-0000-0000-000000000000'", 0),
    ],
)
async def test_filters(client: Client, expression: str, count: int) -> None:
    await write_thrice(client)
    assert len(await read(client, expression)) == count


async def test_filter_by_time(client: Client) -> None:
    await write_thrice(client)
    oldest, middle, newest = (row["activityDateTime"] for row in await read(client, orderby="activityDateTime"))
    assert oldest < middle < newest
    assert len(await read(client, f"{OURS} and activityDateTime ge {middle}")) == 2
    assert len(await read(client, f"{OURS} and activityDateTime le {middle}")) == 2
    assert len(await read(client, f"{OURS} and activityDateTime eq {middle}")) == 1
    assert len(await read(client, f"{OURS} and activityDateTime ge {oldest} and activityDateTime le {middle}")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "$filter=",
        "$filter=result eq 'success'",
        "$filter=category ne 'UserManagement'",
        "$filter=category eq UserManagement",
        "$filter=category eq 'a' or category eq 'b'",
        "$filter=category eq 'a' category eq 'b'",
        "$filter=activityDateTime gt 2026-01-01T00:00:00Z",
        "$filter=activityDateTime ge '2026-01-01T00:00:00Z'",
        "$filter=activityDateTime ge 2026-01-01",
        "$filter=startswith(category,'User')",
        "$filter=targetResources/any(t:x/id eq 'y')",
        "$orderby=category",
        "$search=x",
        "$count=true",
        "$top=0",
    ],
)
async def test_refused(client: Client, query: str) -> None:
    assert (await client.get(f"{AUDITS}?{query}")).status == 400


async def test_pages(client: Client) -> None:
    await write_thrice(client)
    first = await client.get(f"{AUDITS}?$filter={OURS}&$top=2")
    second = await client.get(first.body["@odata.nextLink"].partition("/v1.0")[2])
    assert [len(first.values), len(second.values)] == [2, 1]
    assert "@odata.nextLink" not in second.body
    assert second.values[0]["activityDisplayName"] == "Admin registered security info"


async def test_rows_show_late(client: Client) -> None:
    client.entra.faults.add(Fault(effect="logged_late", path="phoneMethods", method="POST", seconds=300, times=1))
    await write_thrice(client)
    assert [row["activityDisplayName"] for row in await read(client)] == ["Admin deleted security info", "Admin updated security info"]
    client.clock.now += 300
    assert len(await read(client)) == 3


async def test_in_a_batch_rows_show_late_too(client: Client) -> None:
    client.entra.faults.add(Fault(effect="logged_late", seconds=300))
    part = {"id": "1", "method": "POST", "url": PHONES, "body": NUMBER, "headers": {"Content-Type": "application/json"}}
    assert (await client.post("/$batch", {"requests": [part]})).status == 200
    assert await read(client) == []
    assert len(client.entra.audits) == 2


async def test_five_requests_in_ten_seconds(client: Client) -> None:
    client.entra.faults.add(Fault(effect="limit", path="/auditLogs/", per_second=0.5, burst=5))

    async def statuses(times: int) -> list[int]:
        return [(await client.get(AUDITS)).status for _ in range(times)]

    assert await statuses(7) == [200] * 5 + [429] * 2
    client.clock.now += 2
    assert await statuses(2) == [200, 429]
    client.clock.now += 100
    assert await statuses(6) == [200] * 5 + [429]
    assert (await client.get(f"/users/{ALICE.id}")).status == 200


@pytest.mark.parametrize(("licence", "status"), [("P2", 200), ("P1", 200), ("Free", 403)])
async def test_licence(client: Client, licence: str, status: int) -> None:
    client.entra.tenant.licence = licence
    reply = await client.get(AUDITS)
    assert reply.status == status
    if status == 403:
        assert reply.code == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


async def test_permission(client: Client) -> None:
    client.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    client.renew()
    assert (await client.get(AUDITS)).code == "Authorization_RequestDenied"


async def control(client: Client, method: str, tail: str = "", **more: Any) -> Reply:
    return await client.raw(method, f"/_control/audits{tail}", **more)


async def test_rows_are_added_and_dropped_from_outside(client: Client) -> None:
    added = await control(client, "POST", json={"user": "Alice Jansen", "activity": audits.REGISTERED})
    assert added.status == 201
    [row] = await read(client)
    assert (row["activityDisplayName"], row["targetResources"][0]["id"]) == (audits.REGISTERED, ALICE.id)
    await control(client, "POST", json={"user": ALICE.id, "appId": "another"})
    assert len(await read(client)) == 1
    assert len((await control(client, "GET")).body["value"]) == 2
    assert (await control(client, "DELETE", f"/{quote(row['id'])}")).status == 204
    assert await read(client) == []
    assert (await control(client, "DELETE", f"/{quote(row['id'])}")).status == 404


@pytest.mark.parametrize("body", [{}, {"user": "nobody"}, {"user": "Alice Jansen", "colour": "red"}, []])
async def test_rows_refused(client: Client, body: Any) -> None:
    assert (await control(client, "POST", json=body)).status == 400
    assert client.entra.audits == []
