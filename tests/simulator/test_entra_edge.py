"""What every request has in common: envelope, headers, bodies, unknown paths, records, mounting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest
from aiohttp import web

from simulator import cast
from simulator.entra import Entra
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, open_tenant

ALICE = f"/users/alice@fabrikam.example{AUTHENTICATION}"
NUMBER = {"phoneNumber": "+31 612345678", "phoneType": "mobile"}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


async def test_ids_and_date(client: Client) -> None:
    reply = await client.get("/users/nobody", headers={"client-request-id": "7Q2F"})
    inner = reply.body["error"]["innerError"]
    assert (reply.headers["client-request-id"], inner["client-request-id"]) == ("7Q2F", "7Q2F")
    assert reply.headers["request-id"] == inner["request-id"]
    assert "Date" in reply.headers
    assert inner["date"] == "2027-01-15T08:00:00"
    assert (await client.get("/users")).headers["request-id"] != reply.headers["request-id"]


async def test_errors_of_the_method_service_repeat_their_message(client: Client) -> None:
    refused = await client.post(ALICE, {})
    assert refused.body["error"]["innerError"]["message"] == refused.message


@pytest.mark.parametrize(
    ("path", "segment"),
    [
        ("/people", "people"),
        ("/users/x/shoes", "shoes"),
        ("/users/x/authentication", "authentication"),
        ("/users/x/authentication/smartCardMethods", "smartCardMethods"),
        ("/", ""),
        ("/v1.0/users", "v1.0"),
        ("/users/x/authentication/methods/y/enableSmsSignIn", "enableSmsSignIn"),
    ],
)
async def test_unknown_segments(client: Client, path: str, segment: str) -> None:
    reply = await client.get(path)
    assert (reply.status, reply.code, reply.message) == (400, "BadRequest", f"Resource not found for the segment '{segment}'.")


async def test_other_versions_and_me(client: Client) -> None:
    for path in ("/beta/users", "/beta", "/betatest/users", "/", "/v2.0/users", "/favicon.ico"):
        reply = await client.raw("GET", path, headers={"Authorization": f"Bearer {client.token}"})
        assert (reply.status, reply.code) == (400, "BadRequest")
    assert "delegated" in (await client.get("/me")).message


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/users"), ("PUT", f"{ALICE}/{MOBILE}"), ("GET", "/$batch"), ("PUT", "/users/x"), ("HEAD", "/users")]
)
async def test_wrong_verbs(client: Client, method: str, path: str) -> None:
    assert (await client.send(method, path)).status == 405


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"phoneNumber": ', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"phoneNumber": "+31 612345678", "phoneType": "mobile"}', "text/plain", 415),
        (b"phoneNumber=1", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b'{"phoneNumber": "+31 612345678", "phoneType": "mobile"}', "application/json; charset=utf-8", 201),
    ],
)
@pytest.mark.parametrize("path", [ALICE])
async def test_bodies(client: Client, path: str, body: bytes, content_type: str, status: int) -> None:
    assert (await client.send("POST", path, data=body, headers={"Content-Type": content_type})).status == status


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b"null", 400), (b"{}", 400)])
async def test_broken_batches(client: Client, body: bytes, status: int) -> None:
    assert (await client.send("POST", "/$batch", data=body, headers={"Content-Type": "application/json"})).status == status


async def test_who_you_are_comes_before_what_you_send(client: Client) -> None:
    reply = await client.raw("POST", f"/v1.0{ALICE}", data=b"{", headers={"Content-Type": "application/json"})
    assert reply.status == 401


async def test_records_hold_no_token(client: Client) -> None:
    await client.post(ALICE, NUMBER, headers={"client-request-id": "7Q2F"})
    [record] = client.entra.requests
    assert "Authorization" not in record.headers
    assert (record.client_request_id, record.app_id, record.body, record.status) == ("7Q2F", cast.GRAPH_APP_ID, NUMBER, 201)


async def test_records_are_bounded(client: Client) -> None:
    assert client.entra.requests.maxlen == 10_000


async def test_percent_encoding_and_query(client: Client) -> None:
    guest = cast.person("Gus Taylor (Adatum)").upn
    await client.get("/users/" + guest.replace("#", "%23").replace("@", "%40") + "?%24select=id")
    [record] = client.entra.requests
    assert (record.path, record.query) == (f"/users/{guest}", {"$select": "id"})
    assert (await client.get("/users/" + guest)).status == 404  # a raw number sign cuts the address short


async def test_mounted_under_a_prefix() -> None:
    entra = Entra()
    outer = web.Application()
    outer.add_subapp("/entra", entra.app())
    runner = web.AppRunner(outer, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    entra.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with open_tenant() as client:
        client.entra.url, token = entra.url, entra.issue_token(cast.GRAPH_APP_ID, "https://graph.microsoft.com")
        reply = await client.raw("GET", "/entra/v1.0/users?$top=1", headers={"Authorization": f"Bearer {token}"})
        assert unquote(reply.body["@odata.nextLink"]).startswith(f"{entra.url}/entra/v1.0/users?$top=1")
    await runner.cleanup()


async def test_two_tenants_share_nothing() -> None:
    async with open_tenant() as one, open_tenant() as other:
        await one.post(ALICE, NUMBER)
        assert (await other.get(ALICE)).values == []
        assert not other.entra.writes
