"""An account made a moment ago: the directory has it, the sign-in methods and the index of names have it later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from simulator.cast import Member
from tests.simulator.entra_client import MOBILE, Client, open_granted

NINA = Member(name="Nina New", upn="nina.new@fabrikam.example", mail="nina.new@fabrikam.example")
EVENTUAL = {"ConsistencyLevel": "eventual"}
#: A body that each of these takes from an account that is known.
BODIES = {
    "phoneMethods": {"phoneNumber": "+31 612345678", "phoneType": "mobile"},
    "emailMethods": {"emailAddress": "nina@mail.example"},
    "temporaryAccessPassMethods": {},
    "signInPreferences": {"userPreferredMethodForSecondaryAuthentication": "push"},
    "requirements": {"perUserMfaState": "disabled"},
}
CALLS = [
    ("GET", "v1.0", "methods"),
    ("GET", "v1.0", "phoneMethods"),
    ("GET", "v1.0", f"phoneMethods/{MOBILE}"),
    ("GET", "v1.0", "temporaryAccessPassMethods"),
    ("GET", "beta", "signInPreferences"),
    ("GET", "beta", "requirements"),
    *(("POST", "v1.0", name) for name in ("phoneMethods", "emailMethods", "temporaryAccessPassMethods")),
    *(("PATCH", "beta", name) for name in ("signInPreferences", "requirements")),
]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


async def call(client: Client, method: str, version: str, segment: str) -> int:
    body = None if method == "GET" else BODIES[segment]
    path = f"/users/{NINA.id}/authentication/{segment}"
    return (await client.send(method, path, version=version, json=body)).status


async def test_its_methods_meet_nobody_until_then(client: Client) -> None:
    client.entra.hire(NINA, seconds=40)
    for method, version, segment in CALLS:
        assert await call(client, method, version, segment) == 404, (method, segment)
    client.clock.now += 39
    assert await call(client, "GET", "v1.0", "methods") == 404
    client.clock.now += 1
    assert await call(client, "GET", "v1.0", "methods") == 200
    assert await call(client, "POST", "v1.0", "phoneMethods") == 201


async def test_some_calls_more_meet_a_part_that_does_not_know_it(client: Client) -> None:
    client.entra.hire(NINA, seconds=0, calls=2)
    assert [await call(client, "GET", "v1.0", "methods") for _ in range(4)] == [404, 404, 200, 200]
    assert client.entra.writes == []


async def test_the_directory_has_it_at_once_and_the_index_later(client: Client) -> None:
    client.entra.hire(NINA, seconds=40)
    shown = await client.get(f"/users/{NINA.upn}?$select=id,createdDateTime")
    assert (shown.status, shown.body["id"], shown.body["createdDateTime"]) == (200, NINA.id, "2027-01-15T08:00:00Z")
    search = "/users?$search=" + quote('"displayName:nina"')
    assert (await client.get(search, headers=EVENTUAL)).values == []
    assert [row["id"] for row in (await client.get("/users?$filter=startsWith(displayName,'Nina')")).values] == [NINA.id]
    client.clock.now += 40
    assert [row["id"] for row in (await client.get(search, headers=EVENTUAL)).values] == [NINA.id]


async def test_from_another_process(client: Client) -> None:
    wanted = {"userPrincipalName": NINA.upn, "displayName": NINA.name, "seconds": 5}
    made = await client.raw("POST", "/_control/people", json=wanted)
    assert (made.status, made.body["id"]) == (201, NINA.id)
    assert await call(client, "GET", "v1.0", "methods") == 404
    for wrong in (wanted, {**wanted, "userPrincipalName": "nina"}, {**wanted, "userPrincipalName": "n@x.example", "calls": "two"}):
        assert (await client.raw("POST", "/_control/people", json=wrong)).status == 400
