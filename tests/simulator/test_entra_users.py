"""Users: properties, filters, search, pages, manager."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from simulator import cast
from tests.simulator.entra_client import Client, Reply, open_tenant

EVENTUAL = {"ConsistencyLevel": "eventual"}
GUEST = cast.person("Gus Taylor (Adatum)")


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


def names(reply: Reply) -> list[str]:
    return [user["displayName"] for user in reply.values]


@pytest.mark.parametrize("key", ["alice@fabrikam.example", "ALICE@fabrikam.example", cast.person("Alice Jansen").id])
async def test_by_id_or_upn(client: Client, key: str) -> None:
    body = (await client.get(f"/users/{key}")).body
    assert body["displayName"] == "Alice Jansen"
    default = "businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName"
    assert " ".join(sorted(body.keys() - {"@odata.context"})) == default


async def test_encoded_upns(client: Client) -> None:
    assert (await client.get(f"/users/{quote(GUEST.upn)}?$select=userType")).body["userType"] == "Guest"


async def test_apostrophe_in_a_upn(client: Client) -> None:
    assert (await client.get("/users/mia.o%27brien@fabrikam.example")).body["surname"] == "O'Brien"


async def test_unknown_user(client: Client) -> None:
    reply = await client.get("/users/nobody@fabrikam.example")
    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")


async def test_select(client: Client) -> None:
    client.entra.person("Sofia Rossi").account_enabled = False
    body = (await client.get("/users/sofia.rossi@fabrikam.example?$select=id,accountEnabled,onPremisesSyncEnabled")).body
    assert body == {
        "@odata.context": body["@odata.context"],
        "id": cast.person("Sofia Rossi").id,
        "accountEnabled": False,
        "onPremisesSyncEnabled": True,
    }
    assert (await client.get("/users/alice@fabrikam.example?$select=onPremisesSyncEnabled")).body["onPremisesSyncEnabled"] is None
    assert (await client.get("/users/alice@fabrikam.example?$select=shoeSize")).status == 400
    assert (await client.get("/users/alice@fabrikam.example?$select=")).status == 400
    assert (await client.get("/users/alice@fabrikam.example?$filter=id eq 'x'")).status == 400


async def test_addresses_and_employee_id(client: Client) -> None:
    omar = client.entra.person("Omar Farouk")
    omar.employee_id, omar.other_mails, omar.aliases = "7001", ("home@mail.example",), ("smtp:old@fabrikam.example",)
    body = (await client.get(f"/users/{omar.id}?$select=mail,otherMails,proxyAddresses,employeeId")).body
    assert (body["employeeId"], body["otherMails"]) == ("7001", ["home@mail.example"])
    assert body["proxyAddresses"] == [f"SMTP:{omar.mail}", "smtp:old@fabrikam.example"]
    other = (await client.get("/users/alice@fabrikam.example?$select=otherMails,proxyAddresses,employeeId")).body
    assert (other["employeeId"], other["otherMails"]) == (None, [])
    unasked = (await client.get(f"/users/{omar.id}")).body
    assert {"otherMails", "proxyAddresses", "employeeId"}.isdisjoint(unasked)


async def test_manager(client: Client) -> None:
    expanded = (await client.get("/users/alice@fabrikam.example?$expand=manager($select=id,displayName;$levels=1)")).body["manager"]
    assert expanded == {"@odata.type": "#microsoft.graph.user", "id": cast.person("Priya Raman").id, "displayName": "Priya Raman"}
    assert (await client.get("/users/alice@fabrikam.example/manager?$select=mail")).body["mail"] == "priya.raman@fabrikam.example"
    assert (await client.get("/users/victoria.crane@fabrikam.example/manager")).status == 404
    assert "manager" not in (await client.get("/users/victoria.crane@fabrikam.example?$expand=manager")).body
    assert (await client.get("/users/alice@fabrikam.example?$expand=memberOf")).status == 400
    assert (await client.get("/users/alice@fabrikam.example?$expand=manager($top=1)")).status == 400


async def test_managers_whom_nobody_should_tell(client: Client) -> None:
    """An agent of the helpdesk, somebody who has left, a guest, nobody; each of them asked for in one batch."""
    people = ("jan.de.vries", "jan.devries2", "gert.brandt", "oscar.outsider", "nobody")
    select = "$select=id,displayName,accountEnabled,userType"
    asked = [{"id": name, "method": "GET", "url": f"/users/{name}@fabrikam.example/manager?{select}"} for name in people]
    answered = {part["id"]: part for part in (await client.post("/$batch", {"requests": asked})).body["responses"]}
    told = {name: tuple(answered[name]["body"].get(key) for key in ("displayName", "accountEnabled", "userType")) for name in people}
    assert told["jan.de.vries"] == ("Hanna Visser", True, "Member")
    assert told["jan.devries2"] == ("Dirk Bakker", False, "Member")
    assert told["gert.brandt"] == (GUEST.name, True, "Guest")
    for name in ("oscar.outsider", "nobody"):
        assert (answered[name]["status"], answered[name]["body"]["error"]["code"]) == (404, "Request_ResourceNotFound")
    client.hold("User.ReadBasic.All")
    assert (await client.get("/users/alice@fabrikam.example/manager")).code == "Authorization_RequestDenied"


class TestFilter:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("displayName eq 'alice jansen'", ["Alice Jansen"]),
            ("surname eq 'O''Brien'", ["Mia O'Brien"]),
            ("startsWith(displayName,'Mia O''')", ["Mia O'Brien"]),
            ("startswith(mail,'omar') or startsWith(userPrincipalName,'sofia')", ["Omar Farouk", "Sofia Rossi"]),
            ("displayName eq 'Jan de Vries' and jobTitle eq 'Buyer'", ["Jan de Vries"]),
            ("(surname eq 'Farouk' or surname eq 'Rossi') and onPremisesSyncEnabled eq true", ["Sofia Rossi"]),
            ("surname eq 'Farouk' or surname eq 'Rossi' and givenName eq 'Nobody'", ["Omar Farouk"]),
            ("accountEnabled eq false", ["Dirk Bakker"]),
            ("userType eq 'Guest'", [GUEST.name, "Olga Petrenko"]),
            ("userType eq 'Guest' and creationType eq 'Invitation'", [GUEST.name]),
            ("displayName in ('Theo Roth', 'Ada Admin')", ["Ada Admin", "Theo Roth"]),
            ("proxyAddresses/any(p:startsWith(p,'smtp:theo'))", ["Theo Roth"]),
            ("otherMails/any(m:m eq 'gus.taylor@adatum.example')", [GUEST.name]),
            (f"userPrincipalName eq '{GUEST.upn}'", [GUEST.name]),
            ("employeeId eq 'e-7001'", ["Omar Farouk", "Theo Roth"]),
            ("startsWith(employeeId,'E-7')", ["Omar Farouk", "Theo Roth"]),
            ("otherMails/any(m:m eq 'HOME@mail.example')", ["Omar Farouk"]),
            ("proxyAddresses/any(p:p eq 'smtp:old@fabrikam.example')", ["Theo Roth"]),
            ("proxyAddresses/any(p:p eq 'sip:theo@fabrikam.example')", ["Theo Roth"]),
            ("proxyAddresses/any(p:p eq 'old@fabrikam.example')", []),
            ("mail eq 'old@fabrikam.example' or proxyAddresses/any(p:p eq 'SMTP:old@fabrikam.example')", ["Theo Roth"]),
        ],
    )
    async def test_matches(self, client: Client, expression: str, expected: list[str]) -> None:
        omar, theo = client.entra.person("Omar Farouk"), client.entra.person("Theo Roth")
        omar.employee_id, theo.employee_id = "E-7001", "e-7001"
        omar.other_mails, theo.aliases = ("home@mail.example",), ("smtp:old@fabrikam.example", "SIP:theo@fabrikam.example")
        reply = await client.get(f"/users?$filter={quote(expression)}")
        assert sorted(names(reply)) == expected

    @pytest.mark.parametrize(
        ("expression", "code"),
        [
            ("displayName eq", "BadRequest"),
            ("displayName eq 'x' or", "BadRequest"),
            ("displayName eq 'x' y", "BadRequest"),
            ("displayName eq 'O'Brien'", "BadRequest"),
            ("displayName eq x", "BadRequest"),
            ("(displayName eq 'x'", "BadRequest"),
            ("startsWith(displayName,'x'", "BadRequest"),
            ("startsWith(displayName,true)", "BadRequest"),
            ("shoeSize eq '45'", "BadRequest"),
            ("displayName/any(p:p eq 'x')", "BadRequest"),
            ("proxyAddresses/any(p:q eq 'x')", "BadRequest"),
            ("'", "BadRequest"),
            ("displayName like 'x'", "Request_UnsupportedQuery"),
            ("startsWith(jobTitle,'x')", "Request_UnsupportedQuery"),
            ("createdDateTime eq 'x'", "Request_UnsupportedQuery"),
            ("(" * 300 + "displayName eq 'x'" + ")" * 300, "Request_UnsupportedQuery"),
        ],
    )
    async def test_refused(self, client: Client, expression: str, code: str) -> None:
        reply = await client.get(f"/users?$filter={quote(expression)}")
        assert (reply.status, reply.code) == (400, code)

    @pytest.mark.parametrize(
        "query",
        [
            "$filter=endsWith(mail,'adatum.example')",
            "$filter=displayName ne 'x'",
            "$filter=not startsWith(displayName,'a')",
            "$filter=mobilePhone eq null",
            "$filter=startsWith(displayName,'a')&$orderby=displayName",
        ],
    )
    async def test_needs_the_advanced_engine(self, client: Client, query: str) -> None:
        refused = await client.get(f"/users?{query}")
        assert (refused.status, refused.code) == (400, "Request_UnsupportedQuery")
        assert (await client.get(f"/users?{query}", headers=EVENTUAL)).status == 400
        assert (await client.get(f"/users?{query}&$count=true", headers=EVENTUAL)).status == 200


class TestSearch:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ('"displayName:vries"', ["Jan de Vries", "Jan de Vries"]),
            ('"displayName:de jan"', ["Jan de Vries", "Jan de Vries"]),
            ('"displayName:rien"', []),
            ('"displayName:Brien"', ["Mia O'Brien"]),
            ('"mail:omar" OR "displayName:Rossi"', ["Omar Farouk", "Sofia Rossi"]),
            ('"displayName:jan" AND "userPrincipalName:jan.devries2"', ["Jan de Vries"]),
            ('"displayName:nobody" AND "displayName:omar" OR "displayName:theo"', ["Theo Roth"]),
            ('"mail:farouk"', []),
            (r'"displayName:omar\"farouk"', ["Omar Farouk"]),
            (r'"mail:omar\\"', []),
        ],
    )
    async def test_matches(self, client: Client, expression: str, expected: list[str]) -> None:
        reply = await client.get(f"/users?$search={quote(expression)}", headers=EVENTUAL)
        assert reply.status == 200
        assert sorted(names(reply)) == expected

    @pytest.mark.parametrize("held", ["Zoë Åkesson-Núñez", unicodedata.normalize("NFD", "Zoë Åkesson-Núñez")])
    @pytest.mark.parametrize("wanted", ["Zoë", "zoe", "ZOE\u0308", "akesson", "Åkesson", "nunez", "Núñez zoë", "nun\u0303"])
    async def test_accents_do_not_count_however_they_are_written(self, client: Client, held: str, wanted: str) -> None:
        client.entra.person("Noor Dekker").display_name = held
        reply = await client.get("/users?$search=" + quote(f'"displayName:{wanted}"'), headers=EVENTUAL)
        assert names(reply) == [held]
        assert names(await client.get(f"/users?$filter=startsWith(displayName,'{quote('Zoè')}')")) == []  # to a filter they do

    async def test_names_may_be_missing(self, client: Client) -> None:
        person = client.entra.person("Noor Dekker")
        person.display_name = person.given_name = person.surname = None
        assert names(await client.get("/users?$search=" + quote('"displayName:noor"'), headers=EVENTUAL)) == []
        assert (await client.get(f"/users?$filter=startsWith(userPrincipalName,'{person.upn}')")).values[0]["displayName"] is None
        assert (await client.get("/users?$orderby=displayName&$top=1")).values[0]["id"] == person.id

    @pytest.mark.parametrize(
        "expression",
        [
            "displayName:jan",
            '"jan"',
            '"displayName:a" "displayName:b"',
            '"displayName:a" OR',
            '"jobTitle:x"',
            '"shoe:x"',
            "",
            '"displayName:a"b"',
        ],
    )
    async def test_refused(self, client: Client, expression: str) -> None:
        assert (await client.get(f"/users?$search={quote(expression)}", headers=EVENTUAL)).status == 400

    async def test_header(self, client: Client) -> None:
        refused = await client.get('/users?$search="displayName:jan"')
        assert (refused.status, refused.code, "ConsistencyLevel: eventual" in refused.message) == (400, "Request_UnsupportedQuery", True)

    async def test_with_a_filter_but_not_with_an_order(self, client: Client) -> None:
        both = await client.get("/users?$search=\"displayName:jan\"&$filter=jobTitle eq 'Buyer'", headers=EVENTUAL)
        assert names(both) == ["Jan de Vries"]
        assert (await client.get('/users?$search="displayName:jan"&$orderby=displayName', headers=EVENTUAL)).status == 400


class TestPages:
    async def test_every_account_once(self, client: Client) -> None:
        reply = await client.get("/users?$select=id&$top=60&$count=true", headers=EVENTUAL)
        assert reply.body["@odata.count"] == len(cast.EVERYONE)
        seen, pages = [user["id"] for user in reply.values], 1
        while link := reply.body.get("@odata.nextLink"):
            reply = await client.raw(
                "GET", link.removeprefix(client.entra.url), headers={**EVENTUAL, "Authorization": f"Bearer {client.token}"}
            )
            assert "@odata.count" not in reply.body
            seen += [user["id"] for user in reply.values]
            pages += 1
        assert pages == 3
        assert sorted(seen) == sorted(member.id for member in cast.EVERYONE)

    async def test_the_link_keeps_the_query(self, client: Client) -> None:
        first = await client.get("/users?$filter=displayName eq 'Jan de Vries'&$select=id,mail&$top=1")
        link = first.body["@odata.nextLink"].removeprefix(client.entra.url)
        second = await client.raw("GET", link, headers={"Authorization": f"Bearer {client.token}"})
        assert {first.values[0]["mail"], second.values[0]["mail"]} == {"jan.de.vries@fabrikam.example", "jan.devries2@fabrikam.example"}
        assert "@odata.nextLink" not in second.body

    async def test_everybody_for_the_report(self, client: Client) -> None:
        client.entra.add_crowd(2000)
        client.hold("User.Read.All")
        asked = "/users?$select=id,displayName,userPrincipalName,accountEnabled,userType,creationType,department&$top=999"
        reply = await client.get(asked)
        seen, sizes = reply.values, [len(reply.values)]
        while link := reply.body.get("@odata.nextLink"):
            reply = await client.get(link.partition("/v1.0")[2])
            seen += reply.values
            sizes.append(len(reply.values))
        assert [user["id"] for user in seen] == list(client.entra.tenant.people)
        assert sizes == [999, 999, len(seen) - 2 * 999]
        kinds = {(user["userType"], user["creationType"]) for user in seen}
        assert kinds == {("Member", None), ("Guest", "Invitation"), ("Guest", None), ("Member", "Invitation")}
        assert all((user["creationType"] == "Invitation") == ("#EXT#" in user["userPrincipalName"]) for user in seen)
        client.hold("User.ReadBasic.All")
        assert (await client.get(asked)).code == "Authorization_RequestDenied"

    async def test_a_hundred_unless_asked(self, client: Client) -> None:
        assert len((await client.get("/users")).values) == 100
        assert len((await client.get("/users?$top=999")).values) == len(cast.EVERYONE)

    @pytest.mark.parametrize("query", ["$top=0", "$top=1000", "$top=many", "$skiptoken=x", "$skiptoken=Zm9vOjE=", "$skip=5"])
    async def test_refused(self, client: Client, query: str) -> None:
        assert (await client.get(f"/users?{query}")).status == 400

    async def test_a_count_without_the_header_is_ignored(self, client: Client) -> None:
        assert "@odata.count" not in (await client.get("/users?$count=true")).body

    async def test_order(self, client: Client) -> None:
        last = names(await client.get("/users?$orderby=displayName desc&$top=2"))
        assert last == ["Wout Wiersma", "Victoria Crane"]
        for order in ("displayName sideways", "accountEnabled", "shoeSize"):
            assert (await client.get(f"/users?$orderby={order}")).status == 400


async def test_the_basic_permission_shows_the_basic_profile(client: Client) -> None:
    client.entra.revoke(cast.GRAPH_APP_ID, "User.Read.All")
    client.entra.grant(cast.GRAPH_APP_ID, "User.ReadBasic.All")
    client.renew()
    assert set((await client.get("/users/alice@fabrikam.example")).body) - {"@odata.context"} == {
        "id", "displayName", "givenName", "surname", "mail", "userPrincipalName",
    }  # fmt: skip
    for path in (
        "/users/alice@fabrikam.example?$select=accountEnabled",
        "/users/alice@fabrikam.example?$expand=manager",
        "/users?$filter=accountEnabled eq true",
    ):
        refused = await client.get(path)
        assert (refused.status, refused.code) == (403, "Authorization_RequestDenied")


OMAR = f"/users/{cast.person('Omar Farouk').id}"
PHOTO, ACTIVITY = "/photos/48x48/$value", "?$select=id,signInActivity"


async def test_when_somebody_signed_in_last(client: Client) -> None:
    """It takes a permission, a licence and the object id beside what an account takes; of whoever never signed in it is left out."""
    found = (await client.get(f"{OMAR}{ACTIVITY}")).body["signInActivity"]
    assert found["lastSuccessfulSignInDateTime"].endswith("Z")
    assert "signInActivity" not in (await client.get(f"/users/{cast.person('Noor Dekker').id}{ACTIVITY}")).body
    by_name = await client.get(f"/users/omar.farouk@fabrikam.example{ACTIVITY}")
    assert (by_name.status, "valid Guid" in by_name.message) == (400, True)
    for path in (f"{OMAR}{ACTIVITY}", "/users?$select=signInActivity", f"{OMAR}/manager?$select=signInActivity"):
        client.entra.tenant.licence = "Free"
        refused = await client.get(path)
        assert (refused.status, refused.code) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
        client.entra.tenant.licence = "P1"
        assert (await client.get(path)).status == 200
    client.hold("User.Read.All")
    assert (await client.get(f"{OMAR}{ACTIVITY}")).code == "Authentication_MSGraphPermissionMissing"
    assert (await client.get(OMAR)).status == 200


async def test_a_photo_is_bytes_and_in_a_batch_text(client: Client) -> None:
    async with client.session.get(f"{client.entra.url}/v1.0{OMAR}{PHOTO}", headers={"Authorization": f"Bearer {client.token}"}) as answer:
        content = await answer.read()
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
    assert content[:3] == b"\xff\xd8\xff"
    parts = [{"id": str(n), "method": "GET", "url": url} for n, url in enumerate((f"{OMAR}{PHOTO}", f"/users/nobody{PHOTO}"))]
    answers = {each["id"]: each for each in (await client.post("/$batch", {"requests": parts})).body["responses"]}
    assert base64.b64decode(answers["0"]["body"]) == content
    assert answers["1"]["body"]["error"]["code"] == "ErrorInvalidUser"
    for path, code in ((f"{OMAR}/photos/50x50/$value", "ImageNotFound"), (f"/users/noor.dekker@fabrikam.example{PHOTO}", "ImageNotFound")):
        missing = await client.get(path)
        assert (missing.status, missing.code) == (404, code)
    for permission, status in (("ProfilePhoto.Read.All", 200), ("AuditLog.Read.All", 403)):
        client.hold(permission)
        [part] = (await client.post("/$batch", {"requests": parts[:1]})).body["responses"]
        assert part["status"] == status
