"""The registration report as a list: pages, filters, its age, who is in it, and what it costs."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from simulator import cast
from simulator.entra import Fault, Quotas
from tests.contracts.graph import violations
from tests.simulator.entra_client import MOBILE, Client, Reply, open_granted, open_tenant

REPORT = "/reports/authenticationMethods/userRegistrationDetails"
OMAR, PRIYA, DIRK, ALICE = (cast.person(name) for name in ("Omar Farouk", "Priya Raman", "Dirk Bakker", "Alice Jansen"))
ENABLED = [member for member in cast.EVERYONE if member.enabled]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


def link(reply: Reply) -> str | None:
    """The link to the next page, below the version."""
    told: str | None = reply.body.get("@odata.nextLink")
    return told and told.partition("/v1.0")[2]


def later(client: Client, hours: float) -> None:
    """So many hours have passed."""
    client.clock.now += hours * 3600
    client.renew()


async def everything(client: Client, query: str = "") -> list[dict[str, Any]]:
    """All rows, page by page."""
    reply = await client.get(REPORT + query)
    assert reply.status == 200, reply.text
    rows = reply.values
    while (following := link(reply)) is not None:
        reply = await client.get(following)
        assert reply.status == 200, reply.text
        rows += reply.values
    return rows


async def found(client: Client, filter_: str) -> set[str]:
    return {row["userDisplayName"] for row in await everything(client, f"?$top=999&$filter={quote(filter_)}")}


async def test_everybody_enabled_is_in_it_once(client: Client) -> None:
    rows = await everything(client)
    assert [row["id"] for row in rows] == [member.id for member in ENABLED]
    one = next(row for row in rows if row["id"] == OMAR.id)
    assert one == {
        "id": OMAR.id,
        "userPrincipalName": OMAR.upn,
        "userDisplayName": "Omar Farouk",
        "userType": "member",
        "isAdmin": False,
        "isMfaCapable": True,
        "isMfaRegistered": True,
        "isPasswordlessCapable": False,
        "isSsprCapable": True,
        "isSsprEnabled": True,
        "isSsprRegistered": True,
        "isSystemPreferredAuthenticationMethodEnabled": False,
        "systemPreferredAuthenticationMethods": ["Sms"],
        "userPreferredMethodForSecondaryAuthentication": "sms",
        "methodsRegistered": ["mobilePhone", "alternateMobilePhone", "officePhone"],
        "lastUpdatedDateTime": "2027-01-15T08:00:00Z",
    }
    for row in (one, next(row for row in rows if row["id"] == PRIYA.id)):
        alone = (await client.get(f"{REPORT}/{row['id']}")).body
        alone.pop("@odata.context")
        assert alone == row


async def test_what_a_client_sends_is_in_the_contract(client: Client) -> None:
    await everything(client, "?$top=100&$select=id,userType,isAdmin,methodsRegistered,lastUpdatedDateTime&$filter=isAdmin eq false")
    await client.get(f"{REPORT}?$orderby=userPrincipalName desc")
    for request in client.entra.requests:
        assert violations(request, frozenset(("AuditLog.Read.All",))) == []


async def test_pages(client: Client) -> None:
    assert len((await client.get(REPORT)).values) == 100
    assert len((await client.get(f"{REPORT}?$top=999")).values) == len(ENABLED)
    first = await client.get(f"{REPORT}?$top=60&$select=id,methodsRegistered")
    second = await client.get(link(first) or "")
    assert [len(first.values), len(second.values)] == [60, 60]
    assert {tuple(row) for row in (*first.values, *second.values)} == {("id", "methodsRegistered")}
    assert link(await client.get(link(second) or "")) is None
    assert "@odata.count" not in first.body


async def test_a_token_goes_with_its_link(client: Client) -> None:
    following = link(await client.get(f"{REPORT}?$top=60&$select=id")) or ""
    token = following.partition("$skiptoken=")[2]
    mangled = ("" if token[0] != "A" else "B") + "A" + token[1:]
    refused = [
        f"{REPORT}?$skiptoken={token}",
        following.replace("$top=60", "$top=61"),
        following.replace("$select=id", "$select=userType"),
        f"{following}&$filter=isAdmin eq true",
        f"/users?$top=60&$select=id&$skiptoken={token}",
        following.replace(token, mangled),
        following.replace(token, token[:-1] + ("x" if token[-1] != "x" else "y")),
        following.replace(token, token + "!"),
        following.replace(token, ""),
        following.replace(token, "cGFnZTo2MA=="),
    ]
    for path in refused:
        assert (await client.get(path)).status == 400, path
    users = link(await client.get("/users?$top=60&$select=id")) or ""
    assert (await client.get(following.replace(token, users.partition("$skiptoken=")[2]))).code == "Directory_ExpiredPageToken"
    assert (await client.get(following)).status == 200, "a token may be used again"


async def test_filters(client: Client) -> None:
    guests = {member.name for member in ENABLED if member.user_type == "Guest"}
    assert await found(client, "userType eq 'guest'") == guests
    admins = await found(client, "isAdmin eq true")
    assert {"Ada Admin", "Theo Roth"} <= admins, "through a group too"
    assert await found(client, "isAdmin eq true and isMfaRegistered eq false") == {"Theo Roth"}
    assert await found(client, f"id eq '{OMAR.id}'") == {"Omar Farouk"}
    assert await found(client, "userPrincipalName eq 'OMAR.farouk@fabrikam.example'") == {"Omar Farouk"}
    assert await found(client, "userDisplayName eq 'Mia O''Brien'") == {"Mia O'Brien"}
    assert await found(client, "startsWith(userDisplayName,'jan de')") == {"Jan de Vries"}
    assert await found(client, "methodsRegistered/any(t:t eq 'officePhone')") == {"Omar Farouk", "Mei Lin"}
    either = "methodsRegistered/any(t:t eq 'hardwareOneTimePasscode') or methodsRegistered/any(m: m eq 'macOsSecureEnclaveKey')"
    assert await found(client, either) == {"Gert Brandt", "Mei Lin"}
    assert await found(client, "systemPreferredAuthenticationMethods/any(t:t eq 'PhoneAppOTP')") == {"Rina Patel"}
    assert "Omar Farouk" in await found(client, "userPreferredMethodForSecondaryAuthentication eq 'sms'")
    rows = await everything(client, "?$top=3&$filter=isPasswordlessCapable eq true&$select=id,isPasswordlessCapable")
    assert len(rows) > 3
    assert all(row["isPasswordlessCapable"] for row in rows)


async def test_order(client: Client) -> None:
    names = [row["userDisplayName"] for row in await everything(client, "?$top=50&$orderby=userDisplayName desc&$select=userDisplayName")]
    assert names == sorted((member.name for member in ENABLED), key=str.casefold, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "$count=true",
        "$search=x",
        "$skip=5",
        "$expand=x",
        "$top=0",
        "$top=1000",
        "$top=many",
        "$select=",
        "$select=id,shoeSize",
        "$select=defaultMfaMethod",  # of the other version
        "$orderby=",
        "$orderby=isAdmin",
        "$orderby=userDisplayName sideways",
        "$orderby=userDisplayName,userPrincipalName",
        "$filter=",
        "$filter=shoeSize eq 43",
        "$filter=IsAdmin eq true",
        "$filter=isAdmin eq 'true'",
        "$filter=userType eq true",
        "$filter=isAdmin ne true",
        "$filter=not isAdmin eq true",
        "$filter=id in ('a','b')",
        "$filter=endsWith(userPrincipalName,'e')",
        "$filter=startsWith(userType,'m')",
        "$filter=methodsRegistered eq 'email'",
        "$filter=methodsRegistered/any(t:startsWith(t,'mobile'))",
        "$filter=methodsRegistered/all(t:t eq 'email')",
        "$filter=lastUpdatedDateTime ge 2027-01-01T00:00:00Z",
        "$filter=userDisplayName eq 'O'Brien'",
        "$skiptoken=x",
    ],
)
async def test_refused(client: Client, query: str) -> None:
    refused = await client.get(f"{REPORT}?{query}")
    assert refused.status == 400
    assert refused.body["error"]["innerError"]["request-id"]


async def test_methods_of_http(client: Client) -> None:
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        assert (await client.send(method, REPORT)).status == 405
    assert (await client.send("GET", REPORT, version="beta")).status == 400, "not in this tenant's beta"


async def test_it_is_hours_old(client: Client) -> None:
    entra = client.entra
    before = {row["id"]: row for row in await everything(client, "?$top=999")}
    await client.patch(f"/users/{OMAR.id}/authentication/phoneMethods/{MOBILE}", {"phoneNumber": "+31 612340000"})
    entra.person(ALICE.upn).strong.append("fido2")
    entra.person("Jan de Vries").roles.append("Global Administrator")
    entra.person(DIRK.upn).account_enabled = True
    entra.person("Sofia Rossi").account_enabled = False
    gone = entra.tenant.people.pop(PRIYA.id)
    came = entra.hire(cast.Member(name="Zara New", upn="zara@fabrikam.example"))
    later(client, 2)
    assert {row["id"]: row for row in await everything(client, "?$top=999")} == before
    assert (await client.get(f"{REPORT}/{PRIYA.id}")).body["id"] == PRIYA.id, "who left is in it until it is made anew"
    assert [(await client.get(f"{REPORT}/{one}")).status for one in (came.id, DIRK.id)] == [404, 404]
    assert came.upn not in await found(client, "userType eq 'member'")
    later(client, 1)
    rows = {row["id"]: row for row in await everything(client, "?$top=999")}
    assert {came.id, DIRK.id} - rows.keys() == set()
    assert {gone.id, entra.person("Sofia Rossi").id} & rows.keys() == set()
    assert [(await client.get(f"{REPORT}/{one}")).status for one in (gone.id, entra.person("Sofia Rossi").id)] == [404, 404]
    assert "passKeyDeviceBound" in rows[ALICE.id]["methodsRegistered"]
    assert rows[entra.person("Jan de Vries").id]["isAdmin"]
    assert {row["lastUpdatedDateTime"] for row in rows.values()} == {"2027-01-15T11:00:00Z"}


async def test_disabled_people_have_no_row(client: Client) -> None:
    assert (await client.get(f"{REPORT}/{DIRK.id}")).status == 404
    assert DIRK.id not in {row["id"] for row in await everything(client)}


async def test_rows_read_one_by_one_and_the_list_agree(client: Client) -> None:
    await client.get(f"{REPORT}/{ALICE.id}")
    later(client, 1)
    for name in (ALICE.upn, OMAR.upn):
        client.entra.person(name).strong.append("hello")
    for hours, alice, omar in ((0, "08:00", "09:00"), (1, "08:00", "09:00"), (1, "11:00", "09:00"), (1, "11:00", "12:00")):
        later(client, hours)
        rows = {row["id"]: row for row in await everything(client, "?$top=999")}
        for person, made in ((ALICE, alice), (OMAR, omar)):
            single = (await client.get(f"{REPORT}/{person.id}")).body
            assert {"@odata.context": single["@odata.context"], **rows[person.id]} == single
            assert single["lastUpdatedDateTime"] == f"2027-01-15T{made}:00Z"
        assert ("windowsHelloForBusiness" in rows[ALICE.id]["methodsRegistered"]) == (alice != "08:00")


async def test_who_is_halfway_stays_with_the_edition(client: Client) -> None:
    first = await client.get(f"{REPORT}?$top=100&$select=id,lastUpdatedDateTime")
    client.entra.tenant.people.pop(ENABLED[0].id)
    client.entra.person(ENABLED[-1].upn).strong.append("fido2")
    later(client, 3)
    anew = await client.get(f"{REPORT}?$top=100&$select=id,lastUpdatedDateTime")
    assert anew.values[0]["lastUpdatedDateTime"] != first.values[0]["lastUpdatedDateTime"]
    second = await client.get(link(first) or "")
    assert [row["id"] for row in (*first.values, *second.values)] == [member.id for member in ENABLED]
    later(client, 3)
    await client.get(REPORT)
    expired = await client.get(link(first) or "")
    assert (expired.status, expired.code) == (400, "Directory_ExpiredPageToken")


async def test_a_report_that_is_not_made_anew(client: Client) -> None:
    await client.get(REPORT)
    for hours, status in ((72, 200), (0, 400), ("many", 400), (True, 400)):
        assert (await client.raw("POST", "/_control/tenant", json={"registrationReportHours": hours})).status == status
    assert (await client.raw("GET", "/_control/tenant")).body["registrationReportHours"] == 72
    later(client, 50)
    assert (await client.get(f"{REPORT}?$top=1")).values[0]["lastUpdatedDateTime"] == "2027-01-15T08:00:00Z"
    await client.raw("DELETE", "/_control/registration-report")
    assert (await client.get(f"{REPORT}?$top=1")).values[0]["lastUpdatedDateTime"] == "2027-01-17T10:00:00Z"


async def test_licence_and_permission(client: Client) -> None:
    client.entra.tenant.licence = "P1"
    assert (await client.get(REPORT)).status == 200
    client.entra.tenant.licence = "Free"
    refused = await client.get(REPORT)
    assert (refused.status, refused.code) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    client.entra.tenant.licence = "P2"
    client.hold("Directory.Read.All", "UserAuthenticationMethod.Read.All", "Reports.Read.All")
    assert (await client.get(REPORT)).code == "Authorization_RequestDenied"
    client.hold("AuditLog.Read.All")
    assert (await client.get(REPORT)).status == 200


async def test_five_requests_in_ten_seconds_for_all_reports_together(client: Client) -> None:
    client.entra.quotas = quotas = Quotas(units=1, refusals_count=False)
    following = link(await client.get(f"{REPORT}?$top=50"))
    client.clock.now += 1
    paths = [following or "", f"{REPORT}/{OMAR.id}", "/auditLogs/directoryAudits?$top=1", f"{REPORT}?$top=1"]
    for path in paths:
        reply = await client.get(path)
        assert (reply.status, reply.headers.get("x-ms-resource-unit")) == (200, None), "no units of identity and access"
    for path in paths:
        refused = await client.get(path)
        assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "TooManyRequests", "9")
    assert (await client.get(f"/users/{OMAR.id}")).status == 200, "the others have limits of their own"
    client.clock.now += 9
    assert [(await client.get(path)).status for path in paths[:2]] == [200, 429]
    assert quotas.refused == {"reports": 5}
    assert quotas.figures()["reports"] == 5
    other = client.entra.register_app("another")
    client.entra.grant(other.app_id, "AuditLog.Read.All")
    client.token = client.entra.issue_token(other.app_id, "https://graph.microsoft.com")
    assert (await client.get(REPORT)).status == 200, "each application has its own"


async def test_reports_in_a_batch_count_one_by_one(client: Client) -> None:
    client.entra.quotas = Quotas()
    requests = [{"id": str(number), "method": "GET", "url": f"{REPORT}/{OMAR.id}"} for number in range(7)]
    parts = (await client.post("/$batch", {"requests": requests})).body["responses"]
    assert sorted(part["status"] for part in parts) == [200] * 5 + [429] * 2
    assert {part["headers"].get("Retry-After") for part in parts if part["status"] == 429} <= {"10", "11"}


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"effect": "forbidden"}, 403),
        ({"effect": "odd", "status": 404, "body": {"error": {"code": "UnknownError", "message": ""}}}, 404),
        ({"effect": "throttle", "retry_after": 7}, 429),
        ({"effect": "unavailable"}, 503),
        ({"effect": "gateway_timeout"}, 504),
        ({"effect": "garbage"}, 200),
        ({"effect": "empty"}, 200),
        ({"effect": "latency", "seconds": 0.01}, 200),
    ],
)
async def test_everything_can_go_wrong_with_it(fault: dict[str, Any], status: int) -> None:
    async with open_tenant() as client:
        following = link(await client.get(f"{REPORT}?$top=50")) or ""
        client.entra.faults.add(Fault(method="GET", path="userRegistrationDetails", query="$skiptoken", times=1, **fault))
        assert (await client.get(f"{REPORT}?$top=50")).status == 200, "the first page is none of its pages"
        assert (await client.get(following)).status == status
        assert len((await client.get(following)).values) == 50


async def test_a_crowd_costs_a_page_nothing(client: Client) -> None:
    client.entra.recording = False
    client.entra.add_crowd(6_000)
    people = client.entra.tenant.people
    wanted = "?$top=999&$filter=methodsRegistered/any(t:t eq 'mobilePhone')"
    for path in (f"{REPORT}?$top=999", REPORT + wanted, f"{REPORT}?$top=999&$orderby=userPrincipalName"):
        following = link(await client.get(path))
        began = time.process_time()
        pages = 0
        while following is not None:
            reply = await client.get(following)
            following, pages = link(reply), pages + 1
        took = (time.process_time() - began) / pages
        assert took < 0.1, "client and server together, so more than a page costs alone"
    assert len(await everything(client, "?$top=999")) == sum(person.account_enabled for person in people.values())
