"""The back door for the demo page and for tests in other processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, Reply, open_tenant

ALICE = "/_control/people/alice@fabrikam.example"
NUMBER = {"phoneNumber": "+31 612345678", "phoneType": "mobile"}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


async def look(client: Client, what: str) -> Any:
    reply = await client.raw("GET", f"/_control/{what}")
    assert reply.status == 200
    return reply.body


async def change(client: Client, body: Any, path: str = ALICE) -> Reply:
    return await client.raw("POST", path, json=body)


@pytest.mark.parametrize("key", ["omar.farouk@fabrikam.example", cast.person("Omar Farouk").id, "Omar%20Farouk"])
async def test_state(client: Client, key: str) -> None:
    state = await look(client, f"state/{key}")
    assert (state["displayName"], state["accountEnabled"], state["manager"]) == ("Omar Farouk", True, "priya.raman@fabrikam.example")
    assert state["phones"]["mobile"] == {"number": "+31 612345001", "smsSignInState": "notEnabled"}
    assert [method["@odata.type"].rpartition(".")[2] for method in state["methods"]] == ["passwordAuthenticationMethod"] + [
        "phoneAuthenticationMethod"
    ] * 3
    assert (await look(client, "state/ada.admin@fabrikam.example"))["roles"] == ["Global Administrator"]


async def test_unknown_people(client: Client) -> None:
    assert (await client.raw("GET", "/_control/state/nobody")).status == 404
    assert (await change(client, {}, "/_control/people/nobody")).status == 404


async def test_people(client: Client) -> None:
    people = (await look(client, "people"))["value"]
    assert [person["userPrincipalName"] for person in people] == [member.upn for member in cast.EVERYONE]


async def test_state_shows_what_reads_do_not_show_yet(client: Client) -> None:
    await client.raw("POST", "/_control/faults", json={"effect": "late", "seconds": 10})
    await client.post(f"/users/alice@fabrikam.example{AUTHENTICATION}", NUMBER)
    state = await look(client, "state/alice@fabrikam.example")
    assert "mobile" in state["phones"]
    assert MOBILE in [method["id"] for method in state["methods"]]
    assert (await client.get(f"/users/alice@fabrikam.example{AUTHENTICATION}")).values == []  # looking did not end the delay


async def test_change_everything(client: Client) -> None:
    reply = await change(
        client,
        {
            "accountEnabled": False,
            "synced": True,
            "managementRestricted": True,
            "roles": ["User Administrator"],
            "strong": ["fido2"],
            "groups": ["Executives", "Helpdesk"],
            "phones": {"mobile": {"number": "+31 611111111", "smsSignInState": "ready"}, "office": "+31 201111111"},
        },
    )
    assert reply.status == 200
    assert reply.body == await look(client, "state/alice@fabrikam.example")
    user = (await client.get("/users/alice@fabrikam.example?$select=accountEnabled,onPremisesSyncEnabled,isManagementRestricted")).body
    assert (user["accountEnabled"], user["onPremisesSyncEnabled"], user["isManagementRestricted"]) == (False, True, True)
    assert reply.body["groups"] == ["Executives", "Helpdesk"]
    assert (reply.body["roles"], reply.body["strong"]) == (["User Administrator"], ["fido2"])
    assert await client.state_of("Alice Jansen") == "ready"
    assert (await change(client, {"groups": [], "phones": {"mobile": None}})).body["groups"] == []
    assert await client.state_of("Alice Jansen") is None


async def test_the_sms_policy(client: Client) -> None:
    kenji = "/_control/people/kenji.tanaka@fabrikam.example"
    assert (await change(client, {"smsPolicy": True}, kenji)).body["phones"]["mobile"]["smsSignInState"] == "notEnabled"
    assert (await change(client, {"smsPolicy": False}, kenji)).body["phones"]["mobile"]["smsSignInState"] == "notAllowedByPolicy"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"colour": "red"},
        {"accountEnabled": "yes"},
        {"roles": "Global Administrator"},
        {"groups": ["No such group"]},
        {"phones": {"fax": "+31 201111111"}},
        {"phones": {"mobile": 31}},
        {"phones": {"mobile": {"number": "+31 6", "smsSignInState": "on"}}},
    ],
)
async def test_changes_refused_as_a_whole(client: Client, body: Any) -> None:
    before = await look(client, "state/alice@fabrikam.example")
    wanted = {"synced": True, **body} if isinstance(body, dict) else body
    assert (await change(client, wanted)).status == 400
    assert await look(client, "state/alice@fabrikam.example") == before
    assert (await client.raw("POST", ALICE, data=b"{")).status == 400


async def test_faults(client: Client) -> None:
    added = await client.raw("POST", "/_control/faults", json={"effect": "throttle", "path": "/users", "retry_after": 2, "times": 1})
    assert (added.status, added.body["fired"]) == (201, 0)
    assert (await client.get("/users")).headers["Retry-After"] == "2"
    assert (await look(client, "faults"))["value"][0]["fired"] == 1
    assert (await client.raw("DELETE", "/_control/faults")).status == 204
    assert (await look(client, "faults"))["value"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"effect": "explode"},
        {"effect": "drop", "colour": "red"},
        {"effect": "drop", "path": "(", "regex": True},
        {"effect": "latency"},
        [],
    ],
)
async def test_faults_refused(client: Client, body: Any) -> None:
    assert (await client.raw("POST", "/_control/faults", json=body)).status == 400
    assert (await look(client, "faults"))["value"] == []


async def test_writes_and_requests(client: Client) -> None:
    await client.post(f"/users/alice@fabrikam.example{AUTHENTICATION}", NUMBER, headers={"client-request-id": "7Q2F"})
    [write] = (await look(client, "writes"))["value"]
    assert (write["what"], write["upn"], write["after"], write["client_request_id"]) == (
        "phone.create",
        "alice@fabrikam.example",
        "+31 612345678",
        "7Q2F",
    )
    [request] = (await look(client, "requests"))["value"]
    assert (request["method"], request["status"], request["body"], request["answer"]["id"]) == ("POST", 201, NUMBER, MOBILE)
