"""Group membership, directory roles and who may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from simulator import cast
from tests.simulator.entra_client import Client, Reply, open_tenant

COUNTED = "$count=true"
EVENTUAL = {"ConsistencyLevel": "eventual"}
HELPDESK, EVENING, EXECUTIVES = (cast.group(name).id for name in ("Helpdesk", "Helpdesk evening", "Executives"))
NADIA = "/users/nadia.haddad@fabrikam.example"
THEO = "/users/theo.roth@fabrikam.example"
ASSIGNMENTS = "/roleManagement/directory/roleAssignments"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


async def test_groups(client: Client) -> None:
    assert [group["displayName"] for group in (await client.get("/groups?$filter=startsWith(displayName,'Helpdesk')")).values] == [
        "Helpdesk",
        "Helpdesk evening",
        "Helpdesk seniors",
    ]
    assert (await client.get(f"/groups/{HELPDESK}?$select=displayName")).body["displayName"] == "Helpdesk"
    assert (await client.get("/groups/none")).status == 404


async def test_a_group_by_its_name(client: Client) -> None:
    for name in ("Night's watch", "A'' ''B", "Sales & Co + 100%", "Zoë's 日本"):
        client.entra.tenant.form([cast.Group(name=name)])
        literal = name.replace("'", "''")
        asked = "/groups?$filter=" + quote(f"displayName eq '{literal}'") + "&$select=id,displayName"
        assert (await client.get(asked)).values == [{"id": cast.Group(name=name).id, "displayName": name}]
    assert (await client.get("/groups?$filter=displayName eq 'Night's watch'")).status == 400, "a quote ends the text"
    for permission, status in (("GroupMember.Read.All", 200), ("Group.ReadBasic.All", 200), ("User.Read.All", 403)):
        client.hold(permission)
        assert (await client.get("/groups?$filter=displayName eq 'Helpdesk'&$select=id,displayName")).status == status


class TestCheckMemberGroups:
    async def test_direct_and_nested(self, client: Client) -> None:
        reply = await client.post(f"{NADIA}/checkMemberGroups", {"groupIds": [HELPDESK, EXECUTIVES, EVENING.upper(), "unknown", HELPDESK]})
        assert reply.values == [HELPDESK, EVENING]

    async def test_membership_can_change(self, client: Client) -> None:
        nadia = client.entra.person("Nadia Haddad").id
        client.entra.tenant.leave(client.entra.group("Helpdesk evening"), nadia)
        assert (await client.post(f"{NADIA}/checkMemberGroups", {"groupIds": [HELPDESK]})).values == []
        client.entra.tenant.join(client.entra.group("Helpdesk"), nadia)
        assert (await client.post(f"{NADIA}/checkMemberGroups", {"groupIds": [HELPDESK]})).values == [HELPDESK]

    async def test_twenty_at_most(self, client: Client) -> None:
        assert (await client.post(f"{NADIA}/checkMemberGroups", {"groupIds": ["x"] * 20})).status == 200
        assert (await client.post(f"{NADIA}/checkMemberGroups", {"groupIds": ["x"] * 21})).status == 400

    @pytest.mark.parametrize("body", [None, {}, [], {"groupIds": HELPDESK}, {"groupIds": [1]}, {"groupIds": [], "more": 1}])
    async def test_refused(self, client: Client, body: object) -> None:
        assert (await client.post(f"{NADIA}/checkMemberGroups", body)).status == 400

    async def test_nobody(self, client: Client) -> None:
        assert (await client.post("/users/nobody/checkMemberGroups", {"groupIds": []})).status == 404


class TestMemberships:
    async def test_groups_and_roles_together(self, client: Client) -> None:
        listed = (await client.get(f"{THEO}/transitiveMemberOf?$select=id,displayName")).values
        assert [(item["@odata.type"], item["displayName"]) for item in listed] == [
            ("#microsoft.graph.group", "Tier 0 operators"),
            ("#microsoft.graph.directoryRole", "Privileged Role Administrator"),
        ]
        assert (await client.get(f"{THEO}/transitiveMemberOf?$select=shoeSize")).status == 400

    @pytest.mark.parametrize("cast_name", ["microsoft.graph.group", "graph.group"])
    async def test_cast_to_groups(self, client: Client, cast_name: str) -> None:
        listed = (await client.get(f"{THEO}/transitiveMemberOf/{cast_name}")).values
        assert [(group["displayName"], group["isAssignableToRole"]) for group in listed] == [("Tier 0 operators", True)]
        assert (await client.get(f"{NADIA}/transitiveMemberOf/{cast_name}")).values[0]["isAssignableToRole"] is None

    async def test_cast_to_roles(self, client: Client) -> None:
        [through_group] = (await client.get(f"{THEO}/transitiveMemberOf/microsoft.graph.directoryRole")).values
        assert through_group["roleTemplateId"] == "e8611ab8-c189-46e8-94e1-60213ab1f814"
        [direct] = (await client.get("/users/ada.admin@fabrikam.example/transitiveMemberOf/graph.directoryRole")).values
        assert direct["displayName"] == "Global Administrator"

    async def test_a_cast_with_options_is_an_advanced_query(self, client: Client) -> None:
        path = f"{THEO}/transitiveMemberOf/microsoft.graph.group?$select=id"
        assert (await client.get(path)).code == "Request_UnsupportedQuery"
        assert (await client.get(path, headers=EVENTUAL)).code == "Request_UnsupportedQuery"
        reply = await client.get(f"{path}&{COUNTED}", headers=EVENTUAL)
        assert (reply.body["@odata.count"], list(reply.values[0])) == (1, ["id"])

    async def test_without_the_right_to_read_roles_they_have_no_name(self, client: Client) -> None:
        client.entra.revoke(cast.GRAPH_APP_ID, "RoleManagement.Read.Directory")
        client.renew()
        [role] = (await client.get(f"{THEO}/transitiveMemberOf/graph.directoryRole")).values
        assert (role["displayName"], role["id"] is None) == (None, False)


class TestRoleAssignments:
    async def test_of_a_principal(self, client: Client) -> None:
        [assignment] = (
            await client.get(f"{ASSIGNMENTS}?$filter=principalId eq '{cast.person('Ada Admin').id}'&$expand=roleDefinition")
        ).values
        assert assignment["roleDefinition"]["displayName"] == "Global Administrator"
        assert assignment["directoryScopeId"] == "/"

    async def test_roles_through_a_group_show_at_the_group_alone(self, client: Client) -> None:
        assert (await client.get(f"{ASSIGNMENTS}?$filter=principalId eq '{cast.person('Theo Roth').id}'")).values == []
        [assignment] = (await client.get(f"{ASSIGNMENTS}?$filter=principalId eq '{cast.group('Tier 0 operators').id}'")).values
        assert "roleDefinition" not in assignment

    async def test_of_a_role(self, client: Client) -> None:
        client.entra.person("Oscar Outsider").roles.append("Global Administrator")
        listed = (await client.get(f"{ASSIGNMENTS}?$filter=roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10'")).values
        holders = ("Oscar Outsider", "Ada Admin", "Emergency Access")
        assert {row["principalId"] for row in listed} == {cast.person(name).id for name in holders}

    async def test_every_global_administrator_can_be_found(self, client: Client) -> None:
        tenant, crew = client.entra.tenant, client.entra.group("Tier 0 operators")
        crew.roles.append("Global Administrator")
        tenant.join(crew, cast.person("Kenji Tanaka").id)
        asked = f"{ASSIGNMENTS}?$filter=roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10'&$expand=principal"
        listed = (await client.get(asked)).values
        people = {row["principalId"] for row in listed if row["principal"]["@odata.type"] == "#microsoft.graph.user"}
        [group] = [row["principal"] for row in listed if row["principal"]["@odata.type"] == "#microsoft.graph.group"]
        assert (group["id"], group["displayName"], group["isAssignableToRole"]) == (crew.id, "Tier 0 operators", True)
        inside = (await client.get(f"/groups/{group['id']}/transitiveMembers/microsoft.graph.user")).values
        people |= {person["id"] for person in inside}
        assert people == {cast.person(name).id for name in ("Ada Admin", "Emergency Access", "Theo Roth", "Kenji Tanaka")}
        first = await client.get(f"{asked}&$top=1")
        assert len((await client.get(_next(first))).values) == 1, "pages"
        client.hold("RoleManagement.Read.Directory")
        for row in (await client.get(asked)).values:
            assert row["principal"]["id"] == row["principalId"]
            assert row["principal"]["displayName"] is None, "ids alone of what the app may not read"
        client.hold("User.Read.All", "GroupMember.Read.All")
        assert (await client.get(asked)).code == "Authorization_RequestDenied"

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?$filter=directoryScopeId eq '/'",
            "?$filter=principalId eq 'x'&$expand=directoryScope",
            "?$filter=principalId eq 'x'&$expand=principal,roleDefinition",
        ],
    )
    async def test_refused(self, client: Client, query: str) -> None:
        assert (await client.get(f"{ASSIGNMENTS}{query}")).status == 400


def _next(reply: Reply) -> str:
    """The link to the next page, below the version."""
    return str(reply.body["@odata.nextLink"]).partition("/v1.0")[2]


class TestMembers:
    """transitiveMembers, cast to users."""

    PATH = f"/groups/{HELPDESK}/transitiveMembers/microsoft.graph.user"

    async def test_nested_ones_too(self, client: Client) -> None:
        names = [person["displayName"] for person in (await client.get(self.PATH)).values]
        assert sorted(names) == ["Bram Peeters", "Hanna Visser", "Ingrid Lund", "Nadia Haddad", "Sam Okafor"]

    async def test_groups_that_contain_each_other(self, client: Client) -> None:
        client.entra.tenant.join(client.entra.group("Helpdesk evening"), HELPDESK)
        assert len((await client.get(self.PATH)).values) == 5

    async def test_a_cast_with_options_is_an_advanced_query(self, client: Client) -> None:
        path = f"{self.PATH}?$select=id&$filter=accountEnabled eq true"
        assert (await client.get(path)).code == "Request_UnsupportedQuery"
        assert (await client.get(path, headers=EVENTUAL)).code == "Request_UnsupportedQuery"
        client.entra.person("Bram Peeters").account_enabled = False
        reply = await client.get(f"{path}&{COUNTED}", headers=EVENTUAL)
        assert (reply.body["@odata.count"], len(reply.values), list(reply.values[0])) == (4, 4, ["id"])

    async def test_pages(self, client: Client) -> None:
        first = await client.get(f"{self.PATH}?$top=3&{COUNTED}", headers=EVENTUAL)
        second = await client.get(_next(first), headers=EVENTUAL)
        assert [len(first.values), len(second.values)] == [3, 2]
        assert "@odata.nextLink" not in second.body

    async def test_no_such_group(self, client: Client) -> None:
        assert (await client.get("/groups/none/transitiveMembers/graph.user")).status == 404
        assert (await client.get(f"{self.PATH}?$expand=manager")).status == 400

    async def test_without_the_right_to_read_users_they_are_ids(self, client: Client) -> None:
        client.entra.revoke(cast.GRAPH_APP_ID, "User.Read.All")
        client.renew()
        [person, *_] = (await client.get(self.PATH)).values
        assert (person["displayName"], person["id"] is None) == (None, False)

    async def test_permission(self, client: Client) -> None:
        client.entra.revoke(cast.GRAPH_APP_ID, "GroupMember.Read.All")
        client.renew()
        assert (await client.get(self.PATH)).code == "Authorization_RequestDenied"


class TestEligibilities:
    PATH = "/roleManagement/directory/roleEligibilityScheduleInstances"
    PIA = cast.person("Pia Kerr").id

    async def test_of_a_principal(self, client: Client) -> None:
        [row] = (await client.get(f"{self.PATH}?$filter=principalId eq '{self.PIA}'&$expand=roleDefinition")).values
        assert (row["principalId"], row["roleDefinition"]["displayName"]) == (self.PIA, "Exchange Administrator")
        assert (await client.get(f"{ASSIGNMENTS}?$filter=principalId eq '{self.PIA}'")).values == []
        assert (await client.get(f"{self.PATH}?$filter=principalId eq '{cast.person('Ada Admin').id}'")).values == []

    async def test_of_a_role_and_of_all(self, client: Client) -> None:
        client.entra.person("Omar Farouk").eligible_roles.append("User Administrator")
        assert len((await client.get(self.PATH)).values) == 2
        [row] = (await client.get(f"{self.PATH}?$filter=roleDefinitionId eq 'fe930be7-5e62-47db-91af-98c3a49a38b1'")).values
        assert (row["principalId"], "roleDefinition" in row) == (cast.person("Omar Farouk").id, False)

    async def test_pages(self, client: Client) -> None:
        client.entra.person("Pia Kerr").eligible_roles.append("User Administrator")
        first = await client.get(f"{self.PATH}?$filter=principalId eq '{self.PIA}'&$top=1")
        second = await client.get(_next(first))
        assert first.values != second.values
        assert "@odata.nextLink" not in second.body

    @pytest.mark.parametrize("query", ["$filter=memberType eq 'Direct'", "$expand=principal", "$search=x", "$top=0"])
    async def test_refused(self, client: Client, query: str) -> None:
        assert (await client.get(f"{self.PATH}?{query}")).status == 400

    async def test_licence(self, client: Client) -> None:
        client.entra.tenant.licence = "P1"
        reply = await client.get(self.PATH)
        assert (reply.status, reply.code) == (400, "AadPremiumLicenseRequired")

    @pytest.mark.parametrize(("held", "status"), [("RoleManagement.Read.Directory", 200), ("Directory.Read.All", 403)])
    async def test_permission(self, client: Client, held: str, status: int) -> None:
        client.entra.revoke(cast.GRAPH_APP_ID, "RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.Directory")
        client.entra.grant(cast.GRAPH_APP_ID, held)
        client.renew()
        assert (await client.get(self.PATH)).status == status


IN_GROUPS = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"


class TestOwningAndEligibility:
    async def test_owned_groups_say_whether_roles_can_be_assigned(self, client: Client) -> None:
        (group,) = (await client.get("/users/ada.admin@fabrikam.example/ownedObjects")).values
        assert (group["@odata.type"], group["displayName"], group["isAssignableToRole"]) == (
            "#microsoft.graph.group", "Tier 0 operators", True,
        )  # fmt: skip
        assert (await client.get("/users/alice@fabrikam.example/ownedObjects")).values == []

    async def test_without_a_permission_for_groups_ids_alone(self, client: Client) -> None:
        client.hold("User.Read.All")
        (group,) = (await client.get("/users/ada.admin@fabrikam.example/ownedObjects")).values
        assert (group["id"], group["isAssignableToRole"]) == (cast.group("Tier 0 operators").id, None)

    async def test_owners(self, client: Client) -> None:
        (owner,) = (await client.get(f"/groups/{cast.group('Tier 0 operators').id}/owners")).values
        assert (owner["@odata.type"], owner["id"]) == ("#microsoft.graph.user", cast.person("Ada Admin").id)

    async def test_eligibility_of_one_and_for_one(self, client: Client) -> None:
        tier, helpdesk = client.entra.group("Tier 0 operators"), client.entra.group("Helpdesk")
        tier.eligible.add((helpdesk.id, "member"))
        by_group = (await client.get(f"{IN_GROUPS}?$filter=groupId eq '{tier.id}'&$expand=principal")).values
        assert {(row["principal"]["@odata.type"], row["accessId"]) for row in by_group} == {
            ("#microsoft.graph.user", "owner"), ("#microsoft.graph.group", "member"),
        }  # fmt: skip
        (row,) = (await client.get(f"{IN_GROUPS}?$filter=principalId eq '{helpdesk.id}'&$expand=group")).values
        assert (row["group"]["isAssignableToRole"], row["memberType"]) == (True, "direct")
        through_it = await client.get(f"{IN_GROUPS}?$filter=principalId eq '{cast.person('Hanna Visser').id}'")
        assert through_it.values == []

    @pytest.mark.parametrize(("query", "status"), [("", 400), ("?$filter=accessId eq 'owner'", 400), ("?$filter=groupId eq 'x'", 200)])
    async def test_a_filter_is_mandatory(self, client: Client, query: str, status: int) -> None:
        assert (await client.get(f"{IN_GROUPS}{query}")).status == status

    async def test_without_a_licence(self, client: Client) -> None:
        client.entra.tenant.licence = "P1"
        refused = await client.get(f"{IN_GROUPS}?$filter=principalId eq '{cast.person('Alice Jansen').id}'")
        assert (refused.status, refused.code) == (400, "AadPremiumLicenseRequired")
