"""What may be known of a caller: risky users, the log of sign-ins, the numbers of the profile; strict as their pages are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator import cast
from simulator.entra import Quotas, audits, sign_in_log
from simulator.entra.risk import Risk
from tests.contracts.graph import response_violations
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, open_tenant

SIGN_INS = "/auditLogs/signIns"
SOFIA, RINA, OMAR, DIEGO = (cast.person(name) for name in ("Sofia Rossi", "Rina Patel", "Omar Farouk", "Diego Vega"))
RISKY = f"/identityProtection/riskyUsers/{SOFIA.id}"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened
        assert [problem for request in opened.entra.requests for problem in response_violations(request)] == []


async def test_one_person_is_at_risk(client: Client) -> None:
    found = (await client.get(RISKY)).body
    assert (found["riskLevel"], found["riskState"], found["userPrincipalName"]) == ("high", "atRisk", SOFIA.upn)
    client.entra.person("Omar Farouk").risk = Risk("medium", "dismissed", "adminDismissedAllRiskForUser", client.clock.now)
    assert (await client.get(f"/identityProtection/riskyUsers/{OMAR.id}")).body["riskState"] == "dismissed"


async def test_nobody_else_is(client: Client) -> None:
    for key in (OMAR.id, SOFIA.upn, "nobody"):
        refused = await client.get(f"/identityProtection/riskyUsers/{key}")
        assert (refused.status, refused.code) == (404, "Request_ResourceNotFound")
    assert (await client.get(f"{RISKY}?$filter=riskLevel eq 'high'")).status == 400


@pytest.mark.parametrize(("licence", "risk", "log"), [("P2", 200, 200), ("P1", 403, 200), ("Free", 403, 403)])
async def test_licences(client: Client, licence: str, risk: int, log: int) -> None:
    client.entra.tenant.licence = licence
    assert ((await client.get(RISKY)).status, (await client.get(SIGN_INS)).status) == (risk, log)


@pytest.mark.parametrize(("permission", "path"), [("IdentityRiskyUser.Read.All", RISKY), ("AuditLog.Read.All", SIGN_INS)])
async def test_permissions(client: Client, permission: str, path: str) -> None:
    client.hold("Directory.Read.All", "User.Read.All")
    assert (await client.get(path)).code == "Authorization_RequestDenied"
    client.hold(permission)
    assert (await client.get(path)).status == 200


async def test_failed_sign_ins_are_newest_first(client: Client) -> None:
    found = (await client.get(f"{SIGN_INS}?$filter=userId eq '{RINA.id}'")).values
    assert [row["status"]["errorCode"] for row in found] == [sign_in_log.WRONG_PASSWORD] * 6
    assert [row["createdDateTime"] for row in found] == sorted((row["createdDateTime"] for row in found), reverse=True)
    assert "authenticationDetails" not in found[0]


async def test_only_beta_tells_the_steps(client: Client) -> None:
    omar = client.entra.person("Omar Farouk")
    client.entra.sign_ins.append(sign_in_log.row(omar, client.clock.now, 0, ("Text message", "+31 XXXXXXX01", True)))
    (row,) = (await client.get(f"{SIGN_INS}?$filter=userId eq '{OMAR.id}' and status/errorCode eq 0", version="beta")).values
    assert [step["authenticationMethod"] for step in row["authenticationDetails"]] == ["Password", "Text message"]
    first = await client.get(f"{SIGN_INS}?$top=2", version="beta")
    assert "/beta/auditLogs/signIns?" in first.body["@odata.nextLink"]


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        (f"userPrincipalName eq '{RINA.upn}'", 6),
        ("startswith(userDisplayName,'Rina')", 6),
        (f"userId eq '{RINA.id}' and status/errorCode eq 0", 0),
        (f"userId eq '{RINA.id}' and status/errorCode eq {sign_in_log.WRONG_PASSWORD}", 6),
        (f"userId eq '{OMAR.id}'", 0),
        ("createdDateTime ge 2027-01-15T07:30:00Z", 2),  # the clock stands at eight, and one failed every quarter of an hour
        ("createdDateTime le 2027-01-15T07:30:00Z", 5),
    ],
)
async def test_filters(client: Client, expression: str, count: int) -> None:
    assert len((await client.get(f"{SIGN_INS}?$filter={expression}")).values) == count


@pytest.mark.parametrize(
    "query",
    [
        "$filter=status/errorCode ne 0",  # the page of the resource has eq alone
        "$filter=status/errorCode eq '0'",
        "$filter=userId ne 'x'",
        "$filter=userId eq x",
        "$filter=createdDateTime gt 2026-01-01T00:00:00Z",
        "$filter=createdDateTime ge '2026-01-01T00:00:00Z'",
        "$filter=activityDateTime ge 2026-01-01T00:00:00Z",
        "$filter=targetResources/any(t:t/id eq 'x')",
        "$filter=userId eq 'a' or userId eq 'b'",
        "$select=id",
        "$orderby=userId",
        "$top=0",
    ],
)
async def test_refused(client: Client, query: str) -> None:
    assert (await client.get(f"{SIGN_INS}?{query}")).status == 400


async def test_risk_may_be_asked_once_a_second_and_no_wait_is_told(client: Client) -> None:
    client.entra.quotas = quotas = Quotas()
    assert (await client.get(RISKY)).status == 200
    refused = await client.get(RISKY)
    assert (refused.status, "Retry-After" in refused.headers) == (429, False)
    client.clock.now += 1
    assert (await client.get(RISKY)).status == 200
    assert quotas.refused == {"risk": 1}


async def test_sign_ins_share_the_limit_of_the_other_reports(client: Client) -> None:
    client.entra.quotas = Quotas()
    for path in (SIGN_INS, "/auditLogs/directoryAudits", SIGN_INS, f"/reports/authenticationMethods/userRegistrationDetails/{OMAR.id}"):
        assert (await client.get(path)).status == 200
    assert (await client.get(SIGN_INS, version="beta")).status == 200
    refused = await client.get(SIGN_INS)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    client.clock.now += 10
    assert (await client.get(SIGN_INS)).status == 200


async def test_numbers_of_the_profile_are_no_methods(client: Client) -> None:
    client.entra.person("Omar Farouk").mobile_phone = "+31 612349999"
    omar = (await client.get(f"/users/{OMAR.id}?$select=id,mobilePhone,businessPhones")).body
    assert (omar["mobilePhone"], omar["businessPhones"]) == ("+31 612349999", [])
    diego = (await client.get(f"/users/{DIEGO.id}")).body
    assert (diego["mobilePhone"], diego["businessPhones"]) == (None, ["+34 911234567"])


async def test_the_echo_of_a_phone_names_what_it_touched(client: Client) -> None:
    await client.patch(f"/users/{OMAR.id}{AUTHENTICATION}/{MOBILE}", {"phoneNumber": "+31 687654321"})
    [echo] = (await client.get(f"/auditLogs/directoryAudits?$filter=loggedByService eq '{audits.DIRECTORY}'")).values
    names = [one["displayName"] for one in echo["targetResources"][0]["modifiedProperties"]]
    assert names == ["StrongAuthenticationUserDetails", "Included Updated Properties"]


async def test_from_outside(client: Client) -> None:
    omar = "/_control/people/omar.farouk@fabrikam.example"
    wanted = {"risk": "medium", "mobilePhone": "+31 612349999", "businessPhones": ["+31 201234567"]}
    assert wanted.items() <= (await client.raw("POST", omar, json=wanted)).body.items()
    assert (await client.get(f"/identityProtection/riskyUsers/{OMAR.id}")).body["riskLevel"] == "medium"
    assert (await client.raw("POST", omar, json={"risk": None, "mobilePhone": None})).body["risk"] is None
    for wrong in ({"risk": "awful"}, {"risk": 3}, {"mobilePhone": 3}, {"businessPhones": [3]}, {"businessPhones": "+31 6"}):
        assert (await client.raw("POST", omar, json=wrong)).status == 400
    before = len((await client.raw("GET", "/_control/sign-ins")).body["value"])
    made = await client.raw("POST", "/_control/sign-ins", json={"user": OMAR.id, "method": "Text message"})
    assert (made.status, made.body["status"]["errorCode"]) == (201, 0)
    await client.raw("POST", "/_control/sign-ins", json={"user": OMAR.name, "errorCode": sign_in_log.WRONG_PASSWORD})
    assert len((await client.raw("GET", "/_control/sign-ins")).body["value"]) == before + 2
    assert len((await client.get(f"{SIGN_INS}?$filter=userId eq '{OMAR.id}'")).values) == 2
    for refused in ({}, {"user": "nobody"}, {"user": OMAR.id, "errorCode": "0"}, {"user": OMAR.id, "colour": "red"}):
        assert (await client.raw("POST", "/_control/sign-ins", json=refused)).status == 400
