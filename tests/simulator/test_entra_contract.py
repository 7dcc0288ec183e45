"""The simulator offers nothing the contract does not have, asks the same permissions, and answers in its shapes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from simulator import cast
from simulator.entra.method_permissions import BETA
from simulator.entra.method_routes import HANDLERS as METHOD_HANDLERS
from simulator.entra.permissions import APPLICATION
from simulator.entra.registering_permissions import BESIDE
from simulator.entra.routes import BETA_HANDLERS, DELEGATED, HANDLERS, REGISTERING
from tests.contracts.graph import operations, permissions_for, response_violations, template_of, violations
from tests.simulator.entra_client import AUTHENTICATION, MOBILE, Client, open_tenant


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


def asked(
    method: str,
    path: str,
    query: dict[str, str] | None = None,
    *,
    body: object = None,
    answer: object = None,
    status: int = 200,
    version: str = "v1.0",
) -> SimpleNamespace:
    return SimpleNamespace(method=method, path=path, query=query or {}, body=body, answer=answer, status=status, version=version)


ROWS = [*(("v1.0", row) for row in sorted(HANDLERS)), *(("beta", row) for row in sorted(BETA_HANDLERS))]


@pytest.mark.parametrize(("version", "row"), ROWS)
def test_every_route_is_in_the_contract(version: str, row: tuple[str, str]) -> None:
    assert row in operations(version)


@pytest.mark.parametrize(("version", "row"), ROWS)
def test_permissions_are_those_of_the_contract(version: str, row: tuple[str, str]) -> None:
    method, template = row
    opens = (BETA if version == "beta" else APPLICATION)[row]
    assert opens == permissions_for(asked(method, template, version=version))
    assert opens or row in DELEGATED


@pytest.mark.parametrize("row", sorted(DELEGATED))
def test_scopes_are_those_of_the_contract(row: tuple[str, str]) -> None:
    assert DELEGATED[row] == operations()[row].scopes


@pytest.mark.parametrize("row", sorted(HANDLERS))
def test_what_is_needed_beside_is_that_of_the_contract(row: tuple[str, str]) -> None:
    assert BESIDE.get(row, frozenset()) == operations()[row].beside


def test_no_permission_is_listed_for_a_call_that_does_not_exist() -> None:
    assert APPLICATION.keys() == HANDLERS.keys()
    assert BETA.keys() == BETA_HANDLERS.keys()
    assert DELEGATED.keys() <= HANDLERS.keys()


async def test_answers_conform(client: Client) -> None:
    client.entra.grant(cast.GRAPH_APP_ID, "Mail.Send", "Application.Read.All", "AuthenticationContext.Read.All", "Policy.Read.All")
    client.renew()
    user = "/users/omar.farouk@fabrikam.example"
    search = {"ConsistencyLevel": "eventual"}
    await client.get("/users?$count=true", headers=search)
    await client.get('/users?$search="displayName:jan"&$expand=manager', headers=search)
    await client.get(f"{user}?$select=id,accountEnabled,userType,onPremisesSyncEnabled,isManagementRestricted&$expand=manager($select=id)")
    await client.get(f"{user}/manager")
    await client.get("/groups?$top=2")
    await client.get(f"/groups/{cast.group('Helpdesk').id}")
    await client.post(f"{user}/checkMemberGroups", {"groupIds": [cast.group("Helpdesk").id]})
    for tail in ("", "/microsoft.graph.group", "/graph.directoryRole"):
        await client.get(f"/users/theo.roth@fabrikam.example/transitiveMemberOf{tail}")
    assignments = "/roleManagement/directory/roleAssignments"
    await client.get(f"{assignments}?$filter=principalId eq '{cast.person('Ada Admin').id}'&$expand=roleDefinition")
    await client.get(f"/groups/{cast.group('Helpdesk').id}/transitiveMembers/graph.user")
    eligibilities = "/roleManagement/directory/roleEligibilityScheduleInstances"
    await client.get(f"{eligibilities}?$filter=principalId eq '{cast.person('Pia Kerr').id}'&$expand=roleDefinition")
    await client.get("/users/ada.admin@fabrikam.example/ownedObjects")
    await client.get(f"/groups/{cast.group('Tier 0 operators').id}/owners?$select=id")
    await client.get(f"/groups/{cast.group('Helpdesk').id}/members")
    in_groups = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
    await client.get(f"{in_groups}?$filter=principalId eq '{cast.person('Ada Admin').id}'&$expand=group")
    await client.get(f"{in_groups}?$filter=groupId eq '{cast.group('Tier 0 operators').id}'&$expand=principal")
    client.entra.person("Omar Farouk").strong.extend(("authenticator", "fido2", "hello", "otp", "email"))
    await client.get(f"{user}/authentication/methods")
    await client.get(f"{user}/authentication/methods/{MOBILE}")
    await client.get(f"{user}/authentication/phoneMethods")
    await client.get(f"{user}/authentication/phoneMethods/{MOBILE}")
    await client.patch(f"{user}/authentication/phoneMethods/{MOBILE}", {"phoneNumber": "+31 612340000"})
    await client.post(f"{user}/authentication/phoneMethods/{MOBILE}/disableSmsSignIn")
    await client.post(f"{user}/authentication/phoneMethods/{MOBILE}/enableSmsSignIn")
    await client.delete(f"{user}/authentication/phoneMethods/b6332ec1-7057-4abe-9331-3d72feddfe41")
    await client.post(f"/users/alice@fabrikam.example{AUTHENTICATION}", {"phoneNumber": "+31 612349999", "phoneType": "mobile"})
    told = {"emailAddress": {"address": "alice.jansen@fabrikam.example"}}
    message = {"subject": "Your account", "body": {"contentType": "html", "content": "<p>Hello</p>"}, "toRecipients": [told]}
    await client.post(f"/users/{cast.NOTICES.upn}/sendMail", {"Message": message, "SaveToSentItems": False})
    listed = await client.get("/auditLogs/directoryAudits?$orderby=activityDateTime desc&$top=3")
    assert len(listed.values) == 3
    assert (await client.get("/auditLogs/signIns?$top=3")).values
    await client.get(f"/identityProtection/riskyUsers/{cast.person('Sofia Rossi').id}")
    apps = "/users/alice@fabrikam.example/teamwork/installedApps"
    await client.post(apps, {"teamsApp@odata.bind": f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{cast.CATALOGUE_APP_ID}"})
    [installed] = (await client.get(f"{apps}?$expand=teamsApp,teamsAppDefinition")).values
    await client.get(f"{apps}/{installed['id']}")
    await client.delete(f"{apps}/{installed['id']}")
    await client.get(f"/applications(appId='{cast.GRAPH_APP_ID}')?$select=id,appId,web,optionalClaims")
    await client.get("/identity/conditionalAccess/authenticationContextClassReferences")
    await client.get("/identity/conditionalAccess/policies")
    photo = {"id": "2", "method": "GET", "url": f"{user}/photos/48x48/$value"}
    await client.post("/$batch", {"requests": [{"id": "1", "method": "GET", "url": "/users"}, photo]})

    seen = {(request.method, request.template) for request in client.entra.requests}
    assert seen == {*HANDLERS.keys() - METHOD_HANDLERS - REGISTERING.keys(), ("POST", "/$batch")}
    for request in client.entra.requests:
        assert request.status < 400, request
        assert response_violations(request) == []
        assert violations(request, frozenset(client.entra.login.apps[cast.GRAPH_APP_ID].permissions)) == []


async def test_errors_conform(client: Client) -> None:
    alice = f"/users/alice@fabrikam.example{AUTHENTICATION}"
    await client.get("/users/nobody@fabrikam.example")
    await client.get("/nothing")
    await client.post(alice, {"phoneNumber": "no number", "phoneType": "mobile"})
    await client.delete(f"{alice}/{MOBILE}")
    await client.delete(f"/users/alice@fabrikam.example/authentication/methods/{MOBILE}")
    assert [request.status for request in client.entra.requests] == [404, 400, 400, 404, 404]
    for request in client.entra.requests:
        assert response_violations(request) == []


class TestTheCheckerItself:
    """A checker that never complains would let everything pass."""

    def test_path(self) -> None:
        assert violations(asked("GET", "/people")) == ["GET /people: not in the contract"]
        assert violations(asked("PUT", "/users")) == ["PUT /users: not in the contract"]

    def test_literal_before_wildcard(self) -> None:
        assert template_of("/users/x/transitiveMemberOf/microsoft.graph.group") == "/users/{user-id}/transitiveMemberOf/graph.group"
        assert template_of("/users//manager") is None

    @pytest.mark.parametrize(
        ("path", "template"),
        [
            ("/applications(appId='00000000-0000-4000-8000-000000000001')", "/applications(appId='{appId}')"),
            ("/servicePrincipals(appId='x')", "/servicePrincipals(appId='{appId}')"),
            ("/servicePrincipals(appId='o''neill')", "/servicePrincipals(appId='{appId}')"),
            ("/servicePrincipals(appId='')", None),
            ("/servicePrincipals(appId=x)", None),
            ("/servicePrincipals(appId='x',id='y')", None),
            ("/servicePrincipals(id='x')", None),
            ("/servicePrincipals/x", "/servicePrincipals/{servicePrincipal-id}"),
            (
                "/reports/authenticationMethods/usersRegisteredByMethod(includedUserTypes='all',includedUserRoles='all')",
                "/reports/authenticationMethods/usersRegisteredByMethod"
                "(includedUserTypes='{includedUserTypes}',includedUserRoles='{includedUserRoles}')",
            ),
            ("/users/x/authentication/fido2Methods/creationOptions()", "/users/{user-id}/authentication/fido2Methods/creationOptions()"),
            ("/users/x/photo/$value", "/users/{user-id}/photo/$value"),
            ("/users/x/photos/48x48/$value", "/users/{user-id}/photos/{profilePhoto-id}/$value"),
        ],
    )
    def test_keys_inside_a_segment(self, path: str, template: str | None) -> None:
        assert template_of(path) == template

    @pytest.mark.parametrize("version", ["v1.0", "beta"])
    def test_every_template_is_its_own(self, version: str) -> None:
        for _, template in operations(version):
            assert template_of(template, version) == template
            filled = re.sub(r"\{[^}]+\}", "7", template)
            assert template_of(filled, version) == template

    def test_literal_segments_go_before_keys_and_keys_before_wildcards(self, monkeypatch: pytest.MonkeyPatch) -> None:
        paths = ["/a/{x-id}", "/a/f(k='{k}',l='{l}')", "/a/f(k='all',l='{l}')", "/{x-id}/all"]
        monkeypatch.setattr("tests.contracts.graph.contract", lambda _: {"paths": dict.fromkeys(paths)})
        find = template_of.__wrapped__  # what is found here is not to be remembered
        assert find("/a/g") == "/a/{x-id}"
        assert find("/a/f(k='1',l='2')") == "/a/f(k='{k}',l='{l}')"
        assert find("/a/all") == "/a/{x-id}"
        assert find("/b/all") == "/{x-id}/all"

    def test_query(self) -> None:
        assert violations(asked("GET", "/users", {"$skip": "1"})) == ["GET /users: unknown query option $skip"]
        assert violations(asked("GET", "/users", {"$select": "id,shoeSize"})) == ["GET /users: unknown property shoeSize in $select"]
        assert violations(asked("GET", "/users", {"$skiptoken": "x"})) == []

    def test_body(self) -> None:
        path = f"/users/x{AUTHENTICATION}"
        [field] = violations(asked("POST", path, body={"number": "+31 6"}))
        assert "unknown field number" in field
        [member] = violations(asked("POST", path, body={"phoneType": "home"}))
        assert "not one of mobile" in member
        [kind] = violations(asked("POST", path, body={"phoneNumber": 31}))
        assert "not of type string" in kind
        annotated = {"phoneType": "mobile", "phoneType@odata.type": "#microsoft.graph.authenticationPhoneType", "@odata.id": "x"}
        assert violations(asked("POST", path, body=annotated)) == []
        [at] = violations(asked("POST", path, body={"phone@number": "+31 6"}))
        assert "unknown field phone@number" in at
        [wrong_type] = violations(asked("POST", "/groups/x/members/$ref", body={"@odata.id": 5}))
        assert "@odata.id is 5, not of type string" in wrong_type  # an annotation the contract describes
        [unwanted] = violations(asked("POST", f"{path}/{MOBILE}/enableSmsSignIn", body={"a": 1}))
        assert "takes no body" in unwanted

    def test_permissions(self) -> None:
        path = f"/users/x{AUTHENTICATION}"
        [lacking] = violations(asked("POST", path), granted=frozenset({"User.Read.All"}))
        assert "UserAuthMethod-Phone.ReadWrite.All" in lacking
        [delegated] = violations(asked("POST", "/users/x/authentication/methods/y/resetPassword", body={}))
        assert "no application permission" in delegated

    def test_answers(self) -> None:
        path = f"/users/x{AUTHENTICATION}/{MOBILE}"
        good = asked("GET", path, answer={"@odata.context": "x", "id": MOBILE, "smsSignInState": "ready"})
        assert response_violations(good) == []
        linked = asked("GET", path, answer={"id": MOBILE, "smsSignInState@odata.type": "#x", "smsSignInState": "ready"})
        assert response_violations(linked) == []
        bad = SimpleNamespace(**{**vars(good), "answer": {"smsSignInState": "on", "colour": 1}, "status": 201})
        assert len(response_violations(bad)) == 3
        assert response_violations(asked("DELETE", path, status=204, answer={})) != []
        assert response_violations(asked("GET", path, status=404, answer={"problem": "x"})) != []
        assert response_violations(asked("GET", path, status=404, answer={"error": {"code": "x"}})) != []

    def test_values_of_the_type_they_claim(self) -> None:
        answer = {"value": [{"@odata.type": "#microsoft.graph.emailAuthenticationMethod", "phoneNumber": "+31 6"}]}
        [problem] = response_violations(asked("GET", "/users/x/authentication/methods", answer=answer))
        assert "unknown field phoneNumber" in problem

    async def test_recorded_requests_are_what_the_checker_reads(self, client: Client) -> None:
        await client.get("/users/alice@fabrikam.example")
        [request] = client.entra.requests
        assert violations(request) == []
        assert violations(replace(request, path="/elsewhere")) != []
