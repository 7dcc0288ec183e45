"""The back door to how people sign in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from simulator.registered import KINDS
from tests.simulator.entra_client import Client, open_granted

ALICE = "/_control/people/alice@fabrikam.example"
STATE = "/_control/state/alice@fabrikam.example"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


async def look(client: Client, path: str = STATE) -> Any:
    reply = await client.raw("GET", path)
    assert reply.status == 200
    return reply.body


async def test_what_is_shown(client: Client) -> None:
    state = (await look(client))["signIn"]
    assert (state["default"], state["systemPreferred"], state["perUserMfa"], state["federated"], state["pass"]) == (
        "push", False, "disabled", False, None,
    )  # fmt: skip
    [method] = state["methods"]
    assert (method["kind"], method["displayName"], method["lastUsedDateTime"]) == ("authenticator", "iPhone 14", "2026-01-05T07:58:00Z")
    wout = (await look(client, "/_control/state/wout.wiersma@fabrikam.example"))["signIn"]["pass"]
    assert (wout["lifetimeInMinutes"], wout["end"], wout["used"]) == (480, "2027-01-15T16:00:00Z", False)


async def test_change_everything(client: Client) -> None:
    wanted = {
        "default": "sms",
        "systemPreferred": True,
        "perUserMfa": "enabled",
        "federated": True,
        "enabledOnPremises": False,
        "sessionsValidFrom": "2026-12-01T00:00:00Z",
        "unusableBecause": "DisabledByPolicy",
        "pass": {"lifetimeInMinutes": 90, "isUsableOnce": True, "startsInMinutes": 30},
        "methods": [{"kind": "fido2", "displayName": "Red key", "createdDateTime": "2026-11-01T00:00:00Z"}, {"kind": "otp"}],
    }
    reply = await client.raw("POST", ALICE, json={"signIn": wanted, "accountEnabled": False})
    assert (reply.status, reply.body) == (200, await look(client))
    state = reply.body["signIn"]
    assert {name: state[name] for name in wanted if name not in ("pass", "methods")}.items() <= wanted.items()
    assert (state["pass"]["start"], state["pass"]["lifetimeInMinutes"]) == ("2027-01-15T08:30:00Z", 90)
    assert [method["kind"] for method in state["methods"]] == ["fido2", "otp"]
    listed = (await client.get("/users/alice@fabrikam.example/authentication/fido2Methods")).values
    assert [(key["displayName"], key["createdDateTime"]) for key in listed] == [("Red key", "2026-11-01T00:00:00Z")]
    [held] = (await client.get("/users/alice@fabrikam.example/authentication/temporaryAccessPassMethods")).values
    assert held["methodUsabilityReason"] == "DisabledByPolicy"
    assert (await client.raw("POST", ALICE, json={"signIn": {"pass": None, "default": None}})).body["signIn"]["pass"] is None


@pytest.mark.parametrize("kind", KINDS)
async def test_somebody_registers_a_method_and_loses_it(client: Client, kind: str) -> None:
    added = await client.raw("POST", f"{ALICE}/methods", json={"kind": kind, "lastUsedDateTime": "2027-01-14T08:00:00Z"})
    assert (added.status, added.body["kind"], added.body["lastUsedDateTime"]) == (201, kind, "2027-01-14T08:00:00Z")
    assert added.body["id"] in [method["id"] for method in (await look(client))["methods"]]
    assert (await client.raw("DELETE", f"{ALICE}/methods/{added.body['id']}")).status == 204
    assert (await client.raw("DELETE", f"{ALICE}/methods/{added.body['id']}")).status == 404
    assert not client.entra.writes  # nobody changed anything through Graph


async def test_methods_of_a_kind_have_different_ids(client: Client) -> None:
    ids = [(await client.raw("POST", f"{ALICE}/methods", json={"kind": "authenticator"})).body["id"] for _ in range(3)]
    await client.raw("DELETE", f"{ALICE}/methods/{ids[0]}")
    ids.append((await client.raw("POST", f"{ALICE}/methods", json={"kind": "authenticator"})).body["id"])
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    "sign_in",
    [
        [],
        {"colour": "red"},
        {"default": "none"},
        {"systemPreferred": 1},
        {"perUserMfa": "on"},
        {"unusableBecause": "Because"},
        {"pass": {"code": "1234"}},
        {"pass": 60},
        {"methods": [{"kind": "smartcard"}]},
        {"methods": [{"displayName": "no kind"}]},
        {"methods": [{"kind": "otp", "displayName": "none such"}]},
    ],
)
async def test_changes_refused_as_a_whole(client: Client, sign_in: Any) -> None:
    before = await look(client)
    assert (await client.raw("POST", ALICE, json={"synced": True, "signIn": sign_in})).status == 400
    assert await look(client) == before


async def test_methods_refused(client: Client) -> None:
    bodies: tuple[Any, ...] = ({"kind": "smartcard"}, {}, {"kind": "otp", "colour": 1}, [])
    for body in bodies:
        assert (await client.raw("POST", f"{ALICE}/methods", json=body)).status == 400
    assert (await client.raw("POST", "/_control/people/nobody/methods", json={"kind": "otp"})).status == 404


async def test_the_tenant(client: Client) -> None:
    policy = {"state": "disabled", "defaultLength": 12, "isUsableOnce": True, "refusesCreation": False, "includeTargets": ["all_users"]}
    wanted = {"temporaryAccessPass": policy, "deleteDelay": 10, "licence": "P1", "disabledMethods": ["Sms"]}
    wanted["appRoles"] = {cast.GRAPH_APP_ID: ["User Administrator"]}
    reply = await client.raw("POST", "/_control/tenant", json=wanted)
    assert (reply.status, reply.body) == (200, await look(client, "/_control/tenant"))
    assert policy.items() <= reply.body["temporaryAccessPass"].items()
    assert {name: reply.body[name] for name in wanted if name != "temporaryAccessPass"} | {"temporaryAccessPass": policy} == wanted


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"colour": "red"},
        {"deleteDelay": -1},
        {"licence": "E5"},
        {"disabledMethods": ["SmartCard"]},
        {"appRoles": {"x": "User Administrator"}},
        {"temporaryAccessPass": {"state": "on"}},
        {"temporaryAccessPass": {"includeTargets": ["No such group"]}},
        {"temporaryAccessPass": {"defaultLength": "8"}},
    ],
)
async def test_the_tenant_refuses_as_a_whole(client: Client, body: Any) -> None:
    before = await look(client, "/_control/tenant")
    wanted = {"deleteDelay": 5, **body} if isinstance(body, dict) else body
    assert (await client.raw("POST", "/_control/tenant", json=wanted)).status == 400
    assert await look(client, "/_control/tenant") == before
