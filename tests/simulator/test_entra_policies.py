"""The tenant's policy for methods, and the registration report: what is read and never written."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator import cast
from tests.simulator.entra_client import MOBILE, Client, open_granted

POLICY = "/policies/authenticationMethodsPolicy"
PASS = f"{POLICY}/authenticationMethodConfigurations/TemporaryAccessPass"
REPORT = "/reports/authenticationMethods/userRegistrationDetails"
OMAR, PRIYA = cast.person("Omar Farouk").id, cast.person("Priya Raman").id


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


async def test_the_policy_for_passes(client: Client) -> None:
    body = (await client.get(PASS)).body
    body.pop("@odata.context")
    assert body == {
        "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
        "id": "TemporaryAccessPass",
        "state": "enabled",
        "includeTargets": [{"targetType": "group", "id": "all_users", "isRegistrationRequired": False}],
        "excludeTargets": [],
        "defaultLifetimeInMinutes": 60,
        "defaultLength": 8,
        "minimumLifetimeInMinutes": 60,
        "maximumLifetimeInMinutes": 480,
        "isUsableOnce": False,
    }


async def test_as_set(client: Client) -> None:
    wanted = {"state": "disabled", "maximumLifetimeInMinutes": 120, "includeTargets": ["Helpdesk"], "excludeTargets": ["Executives"]}
    await client.raw("POST", "/_control/tenant", json={"temporaryAccessPass": wanted, "disabledMethods": ["Voice"]})
    body = (await client.get(PASS.replace("TemporaryAccessPass", "temporaryaccesspass"))).body
    assert (body["state"], body["maximumLifetimeInMinutes"]) == ("disabled", 120)
    assert [target["id"] for target in body["includeTargets"]] == [cast.group("Helpdesk").id]
    assert [target["id"] for target in body["excludeTargets"]] == [cast.group("Executives").id]
    states = {c["id"]: c["state"] for c in (await client.get(POLICY)).body["authenticationMethodConfigurations"]}
    assert (states["Voice"], states["TemporaryAccessPass"], states["Sms"], len(states)) == ("disabled", "disabled", "enabled", 7)


async def test_what_the_policy_does_not_offer(client: Client) -> None:
    assert (await client.get(f"{POLICY}/authenticationMethodConfigurations")).status == 400  # documented nowhere
    assert (await client.get(f"{POLICY}/authenticationMethodConfigurations/SmartCard")).status == 404
    assert (await client.get(f"{PASS}?$select=state")).status == 400
    assert (await client.patch(PASS, {"state": "disabled"})).status == 405


@pytest.mark.parametrize(
    ("permission", "status"),
    [
        ("Policy.Read.AuthenticationMethod", 200),
        ("Policy.Read.All", 200),
        ("UserAuthMethod-TAP.ReadWrite.All", 403),
        ("UserAuthenticationMethod.ReadWrite.All", 403),
    ],
)
async def test_permissions_of_the_policy(client: Client, permission: str, status: int) -> None:
    client.hold(permission)
    for path in (PASS, POLICY):
        reply = await client.get(path)
        assert reply.status == status
        assert status == 200 or (reply.code, reply.message) == (
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )


async def test_the_report(client: Client) -> None:
    row = (await client.get(f"{REPORT}/{OMAR}")).body
    assert row["methodsRegistered"] == ["mobilePhone", "alternateMobilePhone", "officePhone"]
    assert (row["isMfaRegistered"], row["isPasswordlessCapable"]) == (True, False)
    assert row["userPreferredMethodForSecondaryAuthentication"] == "sms"
    row = (await client.get(f"{REPORT}/{PRIYA}")).body
    assert row["methodsRegistered"] == ["microsoftAuthenticatorPush", "passKeyDeviceBound", "windowsHelloForBusiness"]
    assert (row["systemPreferredAuthenticationMethods"], row["isPasswordlessCapable"]) == (["PhoneAppNotification"], True)
    assert (await client.get(f"{REPORT}/{cast.person('Theo Roth').id}")).body["isAdmin"]
    assert (await client.get(f"{REPORT}/{cast.person('Jan de Vries').id}")).body["userPreferredMethodForSecondaryAuthentication"] == "none"


async def test_the_report_is_hours_old(client: Client) -> None:
    before = (await client.get(f"{REPORT}/{OMAR}")).body
    assert (await client.delete(f"/users/{OMAR}/authentication/phoneMethods/b6332ec1-7057-4abe-9331-3d72feddfe41")).status == 204
    client.clock.now += 3500
    assert (await client.get(f"{REPORT}/{OMAR}")).body == before
    client.clock.now += 3 * 3600
    client.renew()
    assert (await client.get(f"{REPORT}/{OMAR}")).body["methodsRegistered"] == ["mobilePhone", "officePhone"]
    await client.patch(f"/users/{OMAR}/authentication/phoneMethods/{MOBILE}", {"phoneNumber": "+31 612340000"})
    await client.raw("DELETE", "/_control/registration-report")
    assert (await client.get(f"{REPORT}/{OMAR}")).body["lastUpdatedDateTime"] == "2027-01-15T11:58:20Z"


async def test_the_report_needs_a_licence_and_a_permission(client: Client) -> None:
    assert (await client.get(f"{REPORT}/nobody")).status == 404
    assert (await client.get(f"{REPORT}/{OMAR}?$select=id")).status == 400
    client.entra.tenant.licence = "Free"
    refused = await client.get(f"{REPORT}/{OMAR}")
    assert (refused.status, refused.code) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    client.hold("Directory.Read.All", "UserAuthenticationMethod.Read.All")
    assert (await client.get(f"{REPORT}/{OMAR}")).code == "Authorization_RequestDenied"


async def test_managers_of_the_people_in_the_stories(client: Client) -> None:
    for name in ("Alice Jansen", "Omar Farouk", "Sofia Rossi", "Kenji Tanaka", "Mia O'Brien", *(member.name for member in cast.RECOVERY)):
        manager = await client.get(f"/users/{cast.person(name).id}/manager?$select=id,displayName,accountEnabled")
        assert (manager.status, manager.body["accountEnabled"]) == (200, True), name
