"""JSON batching: one request, many answers, each with its own fate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.entra import Fault
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, open_tenant

ALICE = "/users/alice@fabrikam.example"
NUMBER = {"phoneNumber": "+31 612345678", "phoneType": "mobile"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


def get(request_id: str, url: str = ALICE, **more: Any) -> dict[str, Any]:
    return {"id": request_id, "method": "GET", "url": url, **more}


def add_phone(request_id: str, user: str = ALICE, **more: Any) -> dict[str, Any]:
    return {"id": request_id, "method": "POST", "url": f"{user}{AUTHENTICATION}", "headers": JSON, "body": NUMBER, **more}


async def send(client: Client, *requests: Any) -> dict[str, dict[str, Any]]:
    reply = await client.post("/$batch", {"requests": list(requests)})
    assert reply.status == 200
    return {response["id"]: response for response in reply.body["responses"]}


async def test_each_has_its_answer(client: Client) -> None:
    answers = await send(client, get("1"), get("2", "/users/nobody"), get("3", "nothing"), add_phone("4"))
    assert {name: answer["status"] for name, answer in answers.items()} == {"1": 200, "2": 404, "3": 400, "4": 201}
    assert answers["1"]["body"]["displayName"] == "Alice Jansen"
    assert answers["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"


async def test_answers_come_in_no_particular_order(client: Client) -> None:
    requests = [get(str(number)) for number in range(20)]
    reply = await client.post("/$batch", {"requests": requests})
    assert [response["id"] for response in reply.body["responses"]] != [request["id"] for request in requests]


async def test_parts_are_recorded_one_by_one(client: Client) -> None:
    await client.post("/$batch", {"requests": [add_phone("1")]}, headers={"client-request-id": "operation-1"})
    part, whole = client.entra.requests
    assert (part.in_batch, part.template, part.body) == (True, "/users/{user-id}/authentication/phoneMethods", NUMBER)
    assert (whole.in_batch, whole.template, whole.status) == (False, "/$batch", 200)
    assert [write.client_request_id for write in client.entra.writes] == ["operation-1"]


async def test_a_delete_has_no_body(client: Client) -> None:
    answers = await send(client, {"id": "1", "method": "DELETE", "url": f"/users/kenji.tanaka@fabrikam.example{AUTHENTICATION}/{MOBILE}"})
    assert (answers["1"]["status"], "body" in answers["1"]) == (204, False)


@pytest.mark.parametrize(
    "requests",
    [
        None,
        [],
        ["text"],
        [get(str(number)) for number in range(21)],
        [get("a"), get("A")],
        [{"id": "1", "url": ALICE}],
        [get("1", "https://graph.microsoft.com/v1.0/users")],
        [get("1", dependsOn=["2"])],
        [get("1", dependsOn=["2"]), get("2", dependsOn=["1"])],
        [get("1", dependsOn="2")],
        [get("1", headers=["x"])],
        [add_phone("1", headers={})],
        [{"id": "1", "method": "BREW", "url": ALICE}],
    ],
)
async def test_batches_refused_as_a_whole(client: Client, requests: object) -> None:
    reply = await client.post("/$batch", {"requests": requests})
    assert (reply.status, reply.code) == (400, "BadRequest")
    assert not client.entra.writes


async def test_the_version_belongs_to_the_batch_alone(client: Client) -> None:
    answers = await send(client, get("1", f"/v1.0{ALICE}"), get("2", "/$batch"))
    assert [answers["1"]["status"], answers["2"]["status"]] == [400, 400]


async def test_inner_content_type(client: Client) -> None:
    answers = await send(client, add_phone("1", headers={"content-type": "text/plain"}))
    assert answers["1"]["status"] == 415


async def test_dependants_wait_and_fail_with_what_they_need(client: Client) -> None:
    answers = await send(
        client,
        get("read", f"{ALICE}{AUTHENTICATION}", dependsOn=["ADD"]),
        add_phone("add"),
        add_phone("again", dependsOn=["read"]),
        get("last", dependsOn=["again"]),
    )
    assert len(answers["read"]["body"]["value"]) == 1
    assert (answers["again"]["status"], answers["last"]["status"]) == (409, 424)


async def test_inner_permission(client: Client) -> None:
    client.token = client.entra.issue_token(client.entra.register_app("a-small-app").app_id, "https://graph.microsoft.com")
    answers = await send(client, get("1"), add_phone("2"))
    assert [answers[name]["body"]["error"]["code"] for name in "12"] == ["Authorization_RequestDenied", "accessDenied"]


async def test_inner_throttling(client: Client) -> None:
    client.entra.faults.add(Fault(effect="throttle", path="omar", retry_after=3, times=1))
    omar = "/users/omar.farouk@fabrikam.example"
    answers = await send(client, get("1"), get("2", omar))
    assert (answers["1"]["status"], answers["2"]["status"], answers["2"]["headers"]["Retry-After"]) == (200, 429, "3")
    assert (await send(client, get("2", omar)))["2"]["status"] == 200


async def test_inner_loss_is_a_gateway_timeout(client: Client) -> None:
    client.entra.faults.add(Fault(effect="drop", path="phoneMethods", after=True))
    answers = await send(client, add_phone("1"))
    assert answers["1"]["status"] == 504
    assert len(client.entra.writes) == 1
