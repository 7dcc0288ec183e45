"""What beta alone offers: the default method and the per-user state of multifactor authentication."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from tests.simulator.entra_client import Client, open_granted

DEFAULT = "userPreferredMethodForSecondaryAuthentication"
SYSTEM = "isSystemPreferredAuthenticationMethodEnabled"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


def at(name: str, segment: str) -> str:
    return f"/users/{cast.person(name).id}/authentication/{segment}"


async def preferences(client: Client, name: str) -> tuple[Any, Any]:
    body = (await client.send("GET", at(name, "signInPreferences"), version="beta")).body
    return body[DEFAULT], body[SYSTEM]


async def prefer(client: Client, name: str, body: Any) -> int:
    return (await client.send("PATCH", at(name, "signInPreferences"), json=body, version="beta")).status


async def mfa(client: Client, name: str) -> str:
    return str((await client.send("GET", at(name, "requirements"), version="beta")).body["perUserMfaState"])


async def require(client: Client, name: str, body: Any) -> int:
    return (await client.send("PATCH", at(name, "requirements"), json=body, version="beta")).status


async def test_as_they_are(client: Client) -> None:
    assert await preferences(client, "Alice Jansen") == ("push", False)
    assert await preferences(client, "Priya Raman") == ("push", True)
    assert await preferences(client, "Jan de Vries") == (None, False)


@pytest.mark.parametrize("preference", ["sms", "voiceMobile", "voiceAlternateMobile", "voiceOffice"])
async def test_any_registered_method_can_be_preferred(client: Client, preference: str) -> None:
    assert await prefer(client, "Omar Farouk", {DEFAULT: preference}) == 204
    assert await preferences(client, "Omar Farouk") == (preference, False)


@pytest.mark.parametrize("preference", ["push", "oath", "none", "unknownFutureValue", "Sms", None, 7])
async def test_nothing_else_can(client: Client, preference: Any) -> None:
    assert await prefer(client, "Omar Farouk", {DEFAULT: preference}) == 400
    assert (await preferences(client, "Omar Farouk"), client.entra.writes) == (("sms", False), [])


async def test_an_authenticator_also_shows_codes(client: Client) -> None:
    assert await prefer(client, "Alice Jansen", {DEFAULT: "oath"}) == 204
    assert await prefer(client, "Alice Jansen", {DEFAULT: "sms"}) == 400


async def test_system_preferred(client: Client) -> None:
    assert await prefer(client, "Priya Raman", {DEFAULT: "oath"}) == 204  # taken although it is overruled
    assert await prefer(client, "Priya Raman", {SYSTEM: False}) == 204
    assert await preferences(client, "Priya Raman") == ("oath", False)
    assert [write.what for write in client.entra.writes] == ["default.update"] * 2


@pytest.mark.parametrize("body", [{}, [], {SYSTEM: "yes"}, {DEFAULT: "sms", "colour": 1}, {"systemPreferredAuthenticationMethod": "Sms"}])
async def test_preferences_refused(client: Client, body: Any) -> None:
    assert await prefer(client, "Omar Farouk", body) == 400


async def test_enabled_becomes_enforced_for_who_has_registered(client: Client) -> None:
    assert await mfa(client, "Alice Jansen") == "disabled"
    assert await require(client, "Alice Jansen", {"perUserMfaState": "enabled"}) == 204
    assert await mfa(client, "Alice Jansen") == "enforced"
    assert await require(client, "Jan de Vries", {"perUserMfaState": "enabled"}) == 204
    assert await mfa(client, "Jan de Vries") == "enabled"
    assert await require(client, "Jan de Vries", {"perUserMfaState": "disabled"}) == 204
    assert [(write.what, write.before, write.after) for write in client.entra.writes] == [
        ("mfa.update", "disabled", "enforced"),
        ("mfa.update", "disabled", "enabled"),
        ("mfa.update", "enabled", "disabled"),
    ]


@pytest.mark.parametrize("body", [{}, {"perUserMfaState": "on"}, {"perUserMfaState": None}, {"perUserMfaState": "unknownFutureValue"}])
async def test_states_refused(client: Client, body: Any) -> None:
    assert await require(client, "Alice Jansen", body) == 400


async def test_permissions_of_the_two_are_of_different_families(client: Client) -> None:
    async def statuses(*permissions: str) -> list[int]:
        client.hold(*permissions)
        reads = [(await client.send("GET", at("Omar Farouk", s), version="beta")).status for s in ("signInPreferences", "requirements")]
        state = {"perUserMfaState": "disabled"}
        return [*reads, await prefer(client, "Omar Farouk", {DEFAULT: "sms"}), await require(client, "Omar Farouk", state)]

    assert await statuses("UserAuthenticationMethod.Read.All") == [200, 403, 403, 403]
    assert await statuses("UserAuthenticationMethod.ReadWrite.All") == [200, 403, 204, 403]
    assert await statuses("Policy.Read.All") == [403, 200, 403, 403]
    assert await statuses("Policy.ReadWrite.AuthenticationMethod") == [403, 200, 403, 204]
    assert await statuses("UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All") == [403] * 4
    refused = await client.send("GET", at("Omar Farouk", "requirements"), version="beta")
    assert (refused.code, refused.message) == ("accessDenied", "Request Authorization failed")


async def test_query_options_and_nobody(client: Client) -> None:
    for segment in ("signInPreferences", "requirements"):
        assert (await client.send("GET", f"{at('Omar Farouk', segment)}?$select=id", version="beta")).status == 400
        assert (await client.send("GET", f"/users/nobody/authentication/{segment}", version="beta")).status == 404
