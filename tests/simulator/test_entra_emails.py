"""The mail address for self-service password reset."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator import cast
from tests.simulator.entra_client import Client, open_granted


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


def at(name: str, tail: str = "") -> str:
    return f"/users/{cast.person(name).id}/authentication{tail}"


ONE = {"emailAddress": "alice.home@mail.example"}
ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"  # the same for everybody


async def test_life_of_an_address(client: Client) -> None:
    created = await client.post(at("Alice Jansen", "/emailMethods"), ONE)
    assert (created.status, created.body["id"], created.body["emailAddress"]) == (201, ID, "alice.home@mail.example")
    second = await client.post(at("Alice Jansen", "/emailMethods"), ONE)
    assert (second.status, second.code) == (409, "conflict")
    changed = await client.patch(at("Alice Jansen", f"/emailMethods/{ID}"), {"emailAddress": "a.jansen@mail.example"})
    assert (changed.status, changed.body["emailAddress"]) == (200, "a.jansen@mail.example")
    [listed] = (await client.get(at("Alice Jansen", "/emailMethods"))).values
    assert listed["emailAddress"] == "a.jansen@mail.example"
    assert (await client.delete(at("Alice Jansen", f"/emailMethods/{ID}"))).status == 204
    assert [(write.what, write.before, write.after) for write in client.entra.writes] == [
        ("email.create", None, "alice.home@mail.example"),
        ("email.update", "alice.home@mail.example", "a.jansen@mail.example"),
        ("email.delete", ID, None),
    ]


async def test_an_address_named_in_strong_can_be_changed(client: Client) -> None:
    client.entra.person("Alice Jansen").strong.append("email")
    assert (await client.patch(at("Alice Jansen", f"/emailMethods/{ID}"), ONE)).status == 200
    [listed] = (await client.get(at("Alice Jansen", "/emailMethods"))).values
    assert (listed["id"], listed["emailAddress"]) == (ID, "alice.home@mail.example")


@pytest.mark.parametrize(
    "body", [{}, {"emailAddress": "nobody"}, {"emailAddress": 7}, {"emailAddress": "a@b@c.example"}, {**ONE, "id": "1"}, [], None]
)
async def test_refused(client: Client, body: object) -> None:
    assert (await client.post(at("Alice Jansen", "/emailMethods"), body)).status == 400
    assert not client.entra.writes


async def test_absent_and_external(client: Client) -> None:
    assert (await client.patch(at("Alice Jansen", f"/emailMethods/{ID}"), ONE)).status == 404
    assert (await client.post(at("Gus Taylor (Adatum)", "/emailMethods"), ONE)).status == 400


async def test_writing_needs_the_permission_to_write(client: Client) -> None:
    client.hold("UserAuthMethod-Email.Read.All", "UserAuthenticationMethod.Read.All")
    assert (await client.post(at("Alice Jansen", "/emailMethods"), ONE)).status == 403
    assert (await client.patch(at("Rina Patel", f"/emailMethods/{ID}"), ONE)).status == 403
