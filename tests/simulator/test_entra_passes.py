"""Temporary Access Passes: what the policy allows, what is shown once, what replaces what, and when a pass is usable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.entra.sign_in import PassPolicy
from tests.simulator.entra_client import Client, open_granted

SEGMENT = "/authentication/temporaryAccessPassMethods"
ALICE = f"/users/{cast.person('Alice Jansen').id}{SEGMENT}"
DENIED = ("accessDenied", "Request Authorization failed")
WOUT = f"/users/{cast.person('Wout Wiersma').id}{SEGMENT}"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


async def only(client: Client, path: str = ALICE) -> dict[str, Any]:
    [held] = (await client.get(path)).values
    return dict(held)


def reason(held: dict[str, Any]) -> tuple[bool, str]:
    return held["isUsable"], held["methodUsabilityReason"]


async def test_the_code_is_shown_once(client: Client) -> None:
    created = await client.post(ALICE, {})
    code = created.body["temporaryAccessPass"]
    assert (created.status, len(code)) == (201, 8)
    assert (created.body["lifetimeInMinutes"], created.body["isUsableOnce"], reason(created.body)) == (60, False, (True, "EnabledByPolicy"))
    assert created.body["startDateTime"] == created.body["createdDateTime"] == "2027-01-15T08:00:00Z"
    single = await client.get(f"{ALICE}/{created.body['id']}")
    listed = await client.get(ALICE)
    everything = await client.get(f"/users/{cast.person('Alice Jansen').id}/authentication/methods")
    state = await client.raw("GET", "/_control/state/alice@fabrikam.example")
    for later in (single, listed, everything, state):
        assert code not in later.text
    assert single.body["temporaryAccessPass"] is listed.values[0]["temporaryAccessPass"] is None
    assert everything.values[-1]["@odata.type"] == "#microsoft.graph.temporaryAccessPassAuthenticationMethod"
    assert code not in repr(client.entra.writes)


async def test_what_is_asked_for(client: Client) -> None:
    body = {"lifetimeInMinutes": 90, "isUsableOnce": True, "startDateTime": "2027-01-15T11:00:00+01:00"}
    created = await client.post(ALICE, body)
    assert (created.body["lifetimeInMinutes"], created.body["isUsableOnce"]) == (90, True)
    assert (created.body["startDateTime"], reason(created.body)) == ("2027-01-15T10:00:00Z", (False, "NotYetValid"))


async def test_a_second_pass_replaces_the_first_without_a_word(client: Client) -> None:
    first, second = await client.post(ALICE, {}), await client.post(ALICE, {})
    assert (second.status, second.body["id"] != first.body["id"]) == (201, True)
    assert second.body["temporaryAccessPass"] != first.body["temporaryAccessPass"]
    assert (await only(client))["id"] == second.body["id"]
    assert (await client.get(f"{ALICE}/{first.body['id']}")).status == 404
    assert [(write.what, write.before, write.after) for write in client.entra.writes] == [
        ("pass.create", None, first.body["id"]),
        ("pass.create", first.body["id"], second.body["id"]),
    ]


async def test_a_lost_answer_leaves_a_pass_nobody_knows(client: Client) -> None:
    client.entra.faults.add(Fault(effect="gateway_timeout", method="POST", path="temporaryAccessPassMethods", times=1, after=True))
    assert (await client.post(ALICE, {})).status == 504
    assert (await only(client))["temporaryAccessPass"] is None


async def test_delete(client: Client) -> None:
    held = await only(client, WOUT)
    assert (await client.delete(f"{ALICE}/{held['id']}")).status == 404
    assert (await client.delete(f"{WOUT}/{held['id']}")).status == 204
    assert (await client.get(WOUT)).values == []
    assert (await client.delete(f"{WOUT}/{held['id']}")).status == 404


async def test_reasons_over_time(client: Client) -> None:
    start = {"startDateTime": "2027-01-15T08:30:00Z", "isUsableOnce": True}
    await client.post(ALICE, start)
    person = client.entra.person("Alice Jansen").sign_in
    assert reason(await only(client)) == (False, "NotYetValid")
    client.clock.now += 1800
    assert reason(await only(client)) == (True, "EnabledByPolicy")
    await client.raw("POST", "/_control/people/alice@fabrikam.example", json={"signIn": {"pass": {"used": True}}})
    assert reason(await only(client)) == (False, "OneTimeUsed")
    await client.raw("POST", "/_control/people/alice@fabrikam.example", json={"signIn": {"pass": {"isUsableOnce": False}}})
    client.clock.now += 3600
    client.renew()  # its own hour is over too
    assert reason(await only(client)) == (False, "Expired")
    person.unusable_because = "DisabledByPolicy"
    assert reason(await only(client)) == (False, "DisabledByPolicy")
    assert (await client.post(ALICE, {})).body["methodUsabilityReason"] == "DisabledByPolicy"  # made, and not usable


@pytest.mark.parametrize(
    "policy",
    [
        PassPolicy(state="disabled"),
        PassPolicy(targets=(cast.group("Executives").id,)),
        PassPolicy(targets=()),
        PassPolicy(excluded=("all_users",)),
    ],
)
async def test_outside_the_policy(client: Client, policy: PassPolicy) -> None:
    client.entra.tenant.sign_in.pass_policy = policy
    refused = await client.post(ALICE, {})
    assert (refused.status, refused.code) == (400, "badRequest")
    assert "AuthMethodType [TemporaryAccessPass]" in refused.message
    policy.refuses_creation = False
    assert reason((await client.post(ALICE, {})).body) == (False, "DisabledByPolicy")


async def test_targets_are_transitive_groups(client: Client) -> None:
    client.entra.tenant.sign_in.pass_policy = PassPolicy(targets=(cast.group("Helpdesk").id,))
    assert (await client.post(f"/users/{cast.person('Nadia Haddad').id}{SEGMENT}", {})).status == 201  # in a nested group
    client.entra.tenant.sign_in.pass_policy.excluded = (cast.group("Helpdesk evening").id,)
    assert (await client.post(f"/users/{cast.person('Nadia Haddad').id}{SEGMENT}", {})).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {"lifetimeInMinutes": 59},
        {"lifetimeInMinutes": 481},
        {"lifetimeInMinutes": "60"},
        {"lifetimeInMinutes": True},
        {"isUsableOnce": "yes"},
        {"startDateTime": "2027-01-15T11:00:00"},
        {"startDateTime": "tomorrow"},
        {"startDateTime": "2026-01-15T11:00:00Z"},
        {"startDateTime": "2027-01-15T07:59:59Z"},
        {"temporaryAccessPass": "Chosen1!"},
        [],
        None,
    ],
)
async def test_refused(client: Client, body: Any) -> None:
    assert (await client.post(ALICE, body)).status == 400
    assert (client.entra.writes, (await client.get(ALICE)).values) == ([], [])


async def test_one_time_passes_only(client: Client) -> None:
    client.entra.tenant.sign_in.pass_policy = PassPolicy(usable_once=True, default_length=12)
    assert (await client.post(ALICE, {"isUsableOnce": False})).status == 400
    created = await client.post(ALICE, {})
    assert (created.body["isUsableOnce"], len(created.body["temporaryAccessPass"])) == (True, 12)


async def test_guests(client: Client) -> None:
    guest = f"/users/{cast.person('Gus Taylor (Adatum)').id}{SEGMENT}"
    refused = await client.post(guest, {})
    assert (refused.status, refused.message) == (400, "Temporary Access Pass cannot be added to an external guest user.")
    client.entra.person("Oscar Outsider").user_type = "Guest"  # of our own: an internal guest
    assert (await client.post(f"/users/{cast.person('Oscar Outsider').id}{SEGMENT}", {})).status == 201


async def test_beta_does_not_tell_whether_it_is_usable(client: Client) -> None:
    [held] = (await client.send("GET", WOUT, version="beta")).values
    assert "methodUsabilityReason" not in held


async def test_a_pass_may_show_late(client: Client) -> None:
    client.entra.faults.add(Fault(effect="late", method="POST", path="temporaryAccessPassMethods", seconds=10))
    await client.post(ALICE, {})
    assert (await client.get(ALICE)).values == []
    client.clock.now += 11
    assert await only(client)


async def test_permissions(client: Client) -> None:
    async def statuses(*permissions: str) -> list[int]:
        client.hold(*permissions)
        held = (await client.raw("GET", "/_control/state/wout.wiersma@fabrikam.example")).body["signIn"]["pass"]["id"]
        replies = [await client.get(WOUT), await client.get(f"{WOUT}/{held}"), await client.post(WOUT, {})]
        assert all((reply.code, reply.message) == DENIED for reply in replies if reply.status == 403)
        return [reply.status for reply in replies]

    assert await statuses("UserAuthMethod-Phone.ReadWrite.All", "Policy.ReadWrite.AuthenticationMethod") == [403, 403, 403]
    assert await statuses("UserAuthMethod-TAP.Read.All") == [200, 200, 403]
    assert await statuses("UserAuthMethod-TAP.ReadWrite.All") == [200, 200, 201]
    assert await statuses("UserAuthenticationMethod.ReadWrite.All") == [200, 200, 201]


async def test_inside_a_batch(client: Client) -> None:
    request = {"id": "1", "method": "POST", "url": ALICE, "body": {}, "headers": {"Content-Type": "application/json"}}
    [answer] = (await client.post("/$batch", {"requests": [request]})).body["responses"]
    assert (answer["status"], len(answer["body"]["temporaryAccessPass"])) == (201, 8)
