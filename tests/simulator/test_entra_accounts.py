"""Changes to the account itself: enabled or not, password, sessions; and whose roles are enough for whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from tests.simulator.entra_client import GRAPH, Client, Reply, open_granted

ALICE, SOFIA, ADA, THEO, FREYA, GUS, BRAM = (
    f"/users/{cast.person(name).id}"
    for name in ("Alice Jansen", "Sofia Rossi", "Ada Admin", "Theo Roth", "Freya Nilsen", "Gus Taylor (Adatum)", "Bram Peeters")
)
PASSWORD = {"passwordProfile": {"password": "Wachtwoord-1", "forceChangePasswordNextSignIn": True}}
DENIED = (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
PASSWORD_METHOD = "/authentication/methods/28c10230-6103-485e-b985-444c60001490"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        opened.entra.assign_roles(cast.GRAPH_APP_ID, "User Administrator")
        yield opened


def said(reply: Reply) -> tuple[int, str, str]:
    return reply.status, reply.code, reply.message


async def shown(client: Client, path: str, *names: str) -> Any:
    body = (await client.get(f"{path}?$select={','.join(names)}")).body
    return [body[name] for name in names]


class TestEnabled:
    async def test_off_and_on(self, client: Client) -> None:
        off = await client.patch(ALICE, {"accountEnabled": False})
        assert (off.status, off.text, await shown(client, ALICE, "accountEnabled")) == (204, "", [False])
        assert (await client.patch(ALICE, {"accountEnabled": True})).status == 204
        assert [write.what for write in client.entra.writes] == ["account.disable", "account.enable"]

    async def test_on_premises_wins_in_the_end(self, client: Client) -> None:
        assert (await client.patch(SOFIA, {"accountEnabled": False})).status == 204
        assert await shown(client, SOFIA, "accountEnabled", "onPremisesSyncEnabled") == [False, True]
        assert (await client.patch(ALICE, {"accountEnabled": False})).status == 204
        assert (await client.raw("POST", "/_control/directory-sync")).status == 204
        assert await shown(client, SOFIA, "accountEnabled") == [True]
        assert await shown(client, ALICE, "accountEnabled") == [False]

    async def test_permissions(self, client: Client) -> None:
        for permissions, status in (
            (("User.Read.All", "UserAuthenticationMethod.ReadWrite.All"), 403),
            (("User.EnableDisableAccount.All",), 403),
            (("User.EnableDisableAccount.All", "User.ReadBasic.All"), 403),
            (("User-PasswordProfile.ReadWrite.All", "User.Read.All"), 403),
            (("User.EnableDisableAccount.All", "User.Read.All"), 204),
            (("User.ReadWrite.All",), 204),
        ):
            client.hold(*permissions)
            reply = await client.patch(ALICE, {"accountEnabled": False})
            assert reply.status == status, permissions
            assert status == 204 or said(reply) == DENIED

    async def test_administrators_need_a_role_above_theirs(self, client: Client) -> None:
        assert said(await client.patch(ADA, {"accountEnabled": False})) == DENIED
        assert said(await client.patch(THEO, {"accountEnabled": False})) == DENIED  # through a role-assignable group
        client.entra.group("Tier 0 operators").roles.clear()
        assert said(await client.patch(THEO, {"accountEnabled": False})) == DENIED  # which protects by itself
        client.entra.person("Bram Peeters").roles.append("Helpdesk Administrator")
        assert (await client.patch(BRAM, {"accountEnabled": False})).status == 204
        client.entra.assign_roles(cast.GRAPH_APP_ID, "Privileged Authentication Administrator")
        assert (await client.patch(ADA, {"accountEnabled": False})).status == 204
        client.entra.assign_roles(cast.GRAPH_APP_ID)
        assert said(await client.patch(BRAM, {"accountEnabled": True})) == DENIED
        assert (await client.patch(ALICE, {"accountEnabled": False})).status == 204  # no role, none needed

    async def test_restricted_management(self, client: Client) -> None:
        client.entra.person("Alice Jansen").management_restricted = True
        assert said(await client.patch(ALICE, {"accountEnabled": False})) == DENIED
        assert said(await client.post(f"{ALICE}/revokeSignInSessions")) == DENIED

    @pytest.mark.parametrize(
        "body", [{}, [], None, {"accountEnabled": "no"}, {"displayName": "Mallory"}, {"accountEnabled": False, "mobilePhone": "1"}]
    )
    async def test_refused(self, client: Client, body: Any) -> None:
        assert (await client.patch(ALICE, body)).status == 400
        assert not client.entra.writes

    async def test_nobody(self, client: Client) -> None:
        assert (await client.patch("/users/nobody", {"accountEnabled": False})).status == 404

    async def test_inside_a_batch(self, client: Client) -> None:
        request = {"id": "1", "method": "PATCH", "url": ALICE, "body": {"accountEnabled": False}}
        request["headers"] = {"Content-Type": "application/json"}
        [answer] = (await client.post("/$batch", {"requests": [request]})).body["responses"]
        assert (answer["status"], client.entra.person("Alice Jansen").account_enabled) == (204, False)


class TestSessions:
    async def test_revoke(self, client: Client) -> None:
        reply = await client.post(f"{ALICE}/revokeSignInSessions")
        assert (reply.status, reply.body["value"]) == (200, True)
        assert await shown(client, ALICE, "signInSessionsValidFromDateTime") == ["2027-01-15T08:00:00Z"]
        [write] = client.entra.writes
        assert (write.what, write.after) == ("sessions.revoke", "2027-01-15T08:00:00Z")

    async def test_guests_keep_theirs_and_the_answer_is_the_same(self, client: Client) -> None:
        reply = await client.post(f"{GUS}/revokeSignInSessions", {})
        assert (reply.status, reply.body["value"], client.entra.writes) == (200, True, [])
        assert await shown(client, GUS, "signInSessionsValidFromDateTime") == ["2025-01-06T08:00:00Z"]

    async def test_parameters_and_permissions(self, client: Client) -> None:
        assert (await client.post(f"{ALICE}/revokeSignInSessions", {"a": 1})).status == 400
        client.hold("User.Read.All", "User.EnableDisableAccount.All")
        assert said(await client.post(f"{ALICE}/revokeSignInSessions")) == DENIED
        client.hold("User.RevokeSessions.All")
        assert (await client.post(f"{ALICE}/revokeSignInSessions")).status == 200


class TestPasswordByAnApp:
    async def test_set(self, client: Client) -> None:
        reply = await client.patch(ALICE, PASSWORD)
        assert (reply.status, reply.text) == (204, "")
        changed = await shown(client, ALICE, "lastPasswordChangeDateTime", "signInSessionsValidFromDateTime")
        assert changed == ["2027-01-15T08:00:00Z"] * 2
        assert "Wachtwoord-1" not in repr(client.entra.writes) + repr(vars(client.entra.person("Alice Jansen")))

    @pytest.mark.parametrize("path", [SOFIA, FREYA, GUS])
    async def test_not_where_the_password_lives_elsewhere(self, client: Client, path: str) -> None:
        reply = await client.patch(path, PASSWORD)
        assert (reply.status, reply.code, client.entra.writes) == (400, "Request_BadRequest", [])

    async def test_a_permission_and_a_role(self, client: Client) -> None:
        client.entra.assign_roles(cast.GRAPH_APP_ID)
        assert said(await client.patch(ALICE, PASSWORD)) == DENIED
        client.entra.assign_roles(cast.GRAPH_APP_ID, "Helpdesk Administrator", "Authentication Administrator")
        assert said(await client.patch(ALICE, PASSWORD)) == DENIED
        client.entra.assign_roles(cast.GRAPH_APP_ID, "User Administrator")
        assert said(await client.patch(ADA, PASSWORD)) == DENIED
        client.hold("User.ReadWrite.All", "User.Read.All")
        assert said(await client.patch(ALICE, PASSWORD)) == DENIED
        client.hold("User-PasswordProfile.ReadWrite.All")
        assert (await client.patch(ALICE, PASSWORD)).status == 204

    @pytest.mark.parametrize(
        "profile",
        [
            {},
            [],
            {"password": "short1!"},
            {"password": "alllowercase"},
            {"password": 7},
            {"password": "Wachtwoord-1", "colour": 1},
            {"password": "Wachtwoord-1", "forceChangePasswordNextSignIn": "yes"},
        ],
    )
    async def test_refused(self, client: Client, profile: Any) -> None:
        assert (await client.patch(ALICE, {"passwordProfile": profile})).status == 400
        assert not client.entra.writes

    async def test_both_properties_or_neither(self, client: Client) -> None:
        assert (await client.patch(ALICE, {"accountEnabled": False, "passwordProfile": {"password": "short"}})).status == 400
        assert client.entra.person("Alice Jansen").account_enabled


class TestPasswordByAnAdministrator:
    """A long-running operation that takes the token of a signed-in administrator."""

    def sign_in(self, client: Client, name: str, *roles: str, scope: str = "UserAuthenticationMethod.ReadWrite.All") -> None:
        client.entra.person(name).roles[:] = roles
        client.token = client.entra.issue_user_token(cast.GRAPH_APP_ID, GRAPH, name, scope)

    async def test_no_app_may(self, client: Client) -> None:
        refused = await client.post(f"{ALICE}{PASSWORD_METHOD}/resetPassword", {})
        assert said(refused) == (403, "accessDenied", "Request Authorization failed")
        assert (await client.get(f"{ALICE}/authentication/operations/x")).status == 403

    async def test_made_up_and_followed_to_the_end(self, client: Client) -> None:
        self.sign_in(client, "Bram Peeters", "Authentication Administrator")
        reply = await client.post(f"{ALICE}{PASSWORD_METHOD}/resetPassword", {})
        assert (reply.status, len(reply.body["newPassword"]) >= 12) == (202, True)
        operation = reply.headers["Location"].removeprefix(f"{client.entra.url}/v1.0").partition("?")[0]
        assert (await client.get(operation)).body["status"] == "running"
        client.clock.now += 6
        assert (await client.get(operation)).body["status"] == "succeeded"
        assert (await client.get(f"{operation}x")).status == 404
        assert [write.what for write in client.entra.writes] == ["password.reset"]

    async def test_given(self, client: Client) -> None:
        self.sign_in(client, "Bram Peeters", "Helpdesk Administrator")
        reply = await client.post(f"{ALICE}{PASSWORD_METHOD}/resetPassword", {"newPassword": "Wachtwoord-1"})
        assert (reply.status, reply.text) == (202, "")

    async def test_synchronised_accounts_need_one_given(self, client: Client) -> None:
        self.sign_in(client, "Bram Peeters", "Authentication Administrator")
        assert (await client.post(f"{SOFIA}{PASSWORD_METHOD}/resetPassword", {})).status == 400
        assert (await client.post(f"{SOFIA}{PASSWORD_METHOD}/resetPassword", {"newPassword": "Wachtwoord-1"})).status == 202

    @pytest.mark.parametrize("path", [FREYA, GUS])
    async def test_not_for_federated_accounts(self, client: Client, path: str) -> None:
        self.sign_in(client, "Bram Peeters", "Global Administrator")
        assert (await client.post(f"{path}{PASSWORD_METHOD}/resetPassword", {"newPassword": "Wachtwoord-1"})).status == 400

    @pytest.mark.parametrize(
        ("roles", "path"),
        [((), ALICE), (("Reports Reader",), ALICE), (("Authentication Administrator",), ADA), (("User Administrator",), THEO),
         (("Global Administrator",), BRAM)],
    )  # fmt: skip
    async def test_whose_role_is_not_enough(self, client: Client, roles: tuple[str, ...], path: str) -> None:
        self.sign_in(client, "Bram Peeters", *roles)  # nor on oneself
        assert (await client.post(f"{path}{PASSWORD_METHOD}/resetPassword", {})).status == 403

    async def test_scope_method_and_body(self, client: Client) -> None:
        self.sign_in(client, "Bram Peeters", "Global Administrator", scope="UserAuthenticationMethod.Read.All")
        assert (await client.post(f"{ALICE}{PASSWORD_METHOD}/resetPassword", {})).status == 403
        self.sign_in(client, "Bram Peeters", "Global Administrator")
        assert (await client.post(f"{ALICE}/authentication/methods/another/resetPassword", {})).status == 404
        bodies: tuple[Any, ...] = ([], {"password": "Wachtwoord-1"}, {"newPassword": "short"})
        for body in bodies:
            assert (await client.post(f"{ALICE}{PASSWORD_METHOD}/resetPassword", body)).status == 400
        assert (await client.get(ALICE)).status == 403  # what a signed-in person may otherwise read is not simulated
