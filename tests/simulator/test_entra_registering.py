"""What a signed-in administrator may do: register apps, consent, make groups, publish; and what they may not."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from simulator import cast
from simulator.entra.principals import GRAPH_APP, app_roles
from simulator.entra.registering_permissions import DELEGATED
from simulator.entra.routes import REGISTERING
from tests.contracts.graph import response_violations, violations
from tests.simulator.entra_client import GRAPH, Client, open_tenant

TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
ADA = cast.person("Ada Admin")
EVERY = frozenset(name for names in DELEGATED.values() for name in names)
NOBODY = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        opened.entra.register_app(TOOLS)
        signed_in(opened)
        yield opened
        for request in opened.entra.requests:
            assert response_violations(request) == []


def signed_in(client: Client, *scopes: str, roles: tuple[str, ...] = ("Global Administrator",)) -> None:
    client.entra.person(ADA.upn).roles = list(roles)
    client.token = client.entra.issue_user_token(TOOLS, GRAPH, ADA.upn, *(scopes or EVERY))


async def registered(client: Client, name: str = "Doorman") -> dict[str, Any]:
    made = await client.post("/applications", {"displayName": name, "signInAudience": "AzureADMyOrg", "tags": ["Mine"]})
    assert made.status == 201, made.text
    body: dict[str, Any] = made.body
    return body


async def principal_of(client: Client, app: dict[str, Any]) -> str:
    made = await client.post("/servicePrincipals", {"appId": app["appId"]})
    assert made.status == 201, made.text
    return str(made.body["id"])


def package(**changed: Any) -> bytes:
    manifest = {"id": NOBODY, "name": {"short": "Mine"}, "version": "1.0.0", "icons": {"color": "c.png", "outline": "o.png"}} | changed
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as files:
        files.writestr("manifest.json", json.dumps(manifest))
        files.writestr("c.png", b"")
        files.writestr("o.png", b"")
    return content.getvalue()


async def publish(client: Client, content: bytes, kind: str = "application/zip", over: str = "") -> Any:
    """Into the catalogue, or as a newer version of the app there with the id `over`."""
    path = f"/appCatalogs/teamsApps/{over}/appDefinitions" if over else "/appCatalogs/teamsApps"
    return await client.send("POST", path, data=content, headers={"Content-Type": kind})


async def test_everything_conforms_and_an_app_gets_what_it_was_given(client: Client) -> None:
    client.entra.teamwork.app = None
    app = await registered(client)
    path = f"/applications/{app['id']}"
    assert [each["appId"] for each in (await client.get("/applications?$filter=displayName eq 'doorman'")).values] == [app["appId"]]
    assert (await client.get(f"{path}?$select=id,tags,keyCredentials")).body["tags"] == ["Mine"]
    assert (await client.get(f"/servicePrincipals(appId='{app['appId']}')")).status == 404
    principal = await principal_of(client, app)
    graph = (await client.get(f"/servicePrincipals(appId='{GRAPH_APP}')?$select=id,appRoles")).body
    role = next(each["id"] for each in graph["appRoles"] if each["value"] == "User.Read.All")
    wanted = [{"resourceAppId": GRAPH_APP, "resourceAccess": [{"id": role, "type": "Role"}]}]
    assert (await client.patch(path, {"requiredResourceAccess": wanted})).status == 204
    grant = {"principalId": principal, "resourceId": graph["id"], "appRoleId": role}
    assignments = f"/servicePrincipals/{principal}/appRoleAssignments"
    assert (await client.post(assignments, grant)).status == 201
    assert (await client.post(assignments, grant)).message == "Permission being assigned already exists on the object"
    assert [each["appRoleId"] for each in (await client.get(assignments)).values] == [role]

    secret = (await client.post(f"{path}/addPassword", {"passwordCredential": {"displayName": "one"}})).body
    form = {
        "grant_type": "client_credentials",
        "client_id": app["appId"],
        "client_secret": secret["secretText"],
        "scope": f"{GRAPH}/.default",
    }
    token = await client.raw("POST", f"/{cast.TENANT_ID}/oauth2/v2.0/token", data=form)
    assert client.entra.verify_token(token.body["access_token"], GRAPH)["roles"] == ["User.Read.All"]
    (shown,) = (await client.get(path)).body["passwordCredentials"]
    assert (shown["displayName"], shown["secretText"], shown["hint"]) == ("one", None, secret["secretText"][:3])
    assert (await client.post(f"{path}/removePassword", {"keyId": secret["keyId"]})).status == 204
    assert (await client.post(f"{path}/removePassword", {"keyId": secret["keyId"]})).status == 400
    assert (await client.raw("POST", f"/{cast.TENANT_ID}/oauth2/v2.0/token", data=form)).status == 401

    body = {"displayName": "Agents", "mailEnabled": False, "mailNickname": "agents", "securityEnabled": True, "description": "Us"}
    bound = {"members@odata.bind": [f"{GRAPH}/v1.0/users/{ADA.id}"]}
    made = await client.post("/groups", body | bound)
    assert (made.status, client.entra.group(made.body["id"]).members, made.body["description"]) == (201, {ADA.id}, "Us")
    assert (await client.post("/groups", body)).body["id"] != made.body["id"]  # names need not be unique

    published = await publish(client, package())
    assert (published.status, published.body["externalId"]) == (201, NOBODY)
    assert (await publish(client, package())).status == 409
    listed = await client.get(f"/appCatalogs/teamsApps?$filter=externalId eq '{NOBODY}'")
    assert [each["id"] for each in listed.values] == [published.body["id"]]
    assert (await publish(client, package(version="1.0.1"), over=published.body["id"])).status == 204
    (shown,) = (await client.get(f"/appCatalogs/teamsApps?$filter=externalId eq '{NOBODY}'&$expand=appDefinitions")).values
    assert (shown["id"], [each["version"] for each in shown["appDefinitions"]]) == (published.body["id"], ["1.0.1"])

    assert {(request.method, request.template) for request in client.entra.requests} >= REGISTERING.keys()
    assert [problem for request in client.entra.requests for problem in violations(request)] == []


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        (("Application Administrator",), {"register", "principal", "change", "secret"}),
        (("Application Developer",), {"register", "principal", "change", "secret"}),  # what is one's own
        (("Privileged Role Administrator",), {"consent"}),
        (("Groups Administrator",), {"group"}),
        (("Teams Administrator",), {"publish", "newer"}),
        ((), set()),
    ],
)
async def test_roles_open_what_they_open_and_nothing_else(client: Client, roles: tuple[str, ...], may: set[str]) -> None:
    app = await registered(client, "Theirs")
    principal = await principal_of(client, app)
    if roles != ("Application Developer",):
        client.entra.login.apps[app["appId"]].owner = ""
    fresh = await registered(client, "Fresh")
    signed_in(client, roles=roles)
    graph = (await client.get(f"/servicePrincipals(appId='{GRAPH_APP}')?$select=id")).body["id"]
    grant = {"principalId": principal, "resourceId": graph, "appRoleId": next(iter(app_roles()))}
    if roles != ("Application Developer",):
        client.entra.login.apps[fresh["appId"]].owner = ""
    answers = {
        "register": await client.post("/applications", {"displayName": "New"}),
        "principal": await client.post("/servicePrincipals", {"appId": fresh["appId"]}),
        "change": await client.patch(f"/applications/{app['id']}", {"displayName": "Changed"}),
        "secret": await client.post(f"/applications/{app['id']}/addPassword", {"passwordCredential": {}}),
        "consent": await client.post(f"/servicePrincipals/{principal}/appRoleAssignments", grant),
        "group": await client.post(
            "/groups", {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
        ),
        "publish": await publish(client, package()),
        "newer": await publish(client, package(id=cast.BOT_APP_ID, version="1.0.1"), over=cast.CATALOGUE_APP_ID),
    }  # fmt: skip
    assert {name for name, answer in answers.items() if answer.status < 300} == may
    assert {answer.status for name, answer in answers.items() if name not in may} <= {403}


async def test_a_permission_is_needed_too_and_one_beside_it(client: Client) -> None:
    signed_in(client, "Application.Read.All")
    assert (await client.post("/applications", {"displayName": "New"})).status == 403
    signed_in(client, "Application.ReadWrite.All")
    app = await registered(client)
    principal = await principal_of(client, app)
    path = f"/servicePrincipals/{principal}/appRoleAssignments"
    for scopes, status in ((("AppRoleAssignment.ReadWrite.All",), 403), (("AppRoleAssignment.ReadWrite.All", "Directory.Read.All"), 400)):
        signed_in(client, *scopes)
        assert (await client.post(path, {})).status == status


async def test_what_is_no_body_is_refused(client: Client) -> None:
    app = await registered(client)
    path, principal = f"/applications/{app['id']}", await principal_of(client, app)
    group = {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    access = {"resourceAppId": GRAPH_APP, "resourceAccess": [{"id": "User.Read.All", "type": "Role"}]}
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(b"no certificate").decode()}
    refused = [
        await client.post("/applications", {}),
        await client.post("/applications", {"displayName": "x", "uniqueName": "x"}),
        await client.post("/applications", {"displayName": "x", "tags": ["two words"]}),
        await client.patch(path, {"signInAudience": "Everybody"}),
        await client.patch(path, {"requiredResourceAccess": [access]}),
        await client.patch(path, {"keyCredentials": [key]}),
        await client.patch(path, {"keyCredentials": [key | {"key": None}]}),
        await client.post(f"{path}/addPassword", {"displayName": "x"}),
        await client.post(f"{path}/addPassword", {"passwordCredential": {"endDateTime": "tomorrow"}}),
        await client.post("/servicePrincipals", {"appId": NOBODY}),
        await client.post(f"/servicePrincipals/{principal}/appRoleAssignments", {"principalId": principal}),
        await client.post("/groups", group | {"mailNickname": "two words"}),
        await client.post("/groups", group | {"mailEnabled": True}),
        await client.post("/groups", group | {"members@odata.bind": ["somebody"]}),
        await publish(client, b"no zip"),
        await publish(client, package(icons={})),
        await publish(client, package(version="one")),
        await publish(client, package(version="9.0.0"), over=cast.CATALOGUE_APP_ID),  # another app's
        await client.get("/appCatalogs/teamsApps?$filter=name eq 'x'"),
        await client.get("/appCatalogs/teamsApps?$expand=everything"),
    ]
    assert [answer.status for answer in refused] == [400] * len(refused)
    assert (await client.post("/servicePrincipals", {"appId": app["appId"]})).status == 409
    ours = package(id=cast.BOT_APP_ID, version="1.0.0")
    assert [(await publish(client, ours, over=each)).status for each in (cast.CATALOGUE_APP_ID, NOBODY)] == [409, 404]
    assert (await publish(client, package(), "text/plain")).status == 415
    assert (await client.send("POST", "/groups", data=package(), headers={"Content-Type": "application/zip"})).status == 415


async def test_what_was_made_a_moment_ago_is_not_known_everywhere(client: Client) -> None:
    client.entra.tenant.unseen_calls = 2
    app = await registered(client)
    assert (await client.get(f"/applications/{app['id']}")).status == 404
    refused = await client.post("/servicePrincipals", {"appId": app["appId"]})
    assert (refused.status, "does not reference a valid application object" in refused.message) == (400, True)
    principal = await principal_of(client, app)
    path = f"/servicePrincipals/{principal}/appRoleAssignments"
    assert [(await client.get(path)).status for _ in range(3)] == [404, 404, 200]


async def test_certificates_are_kept_by_their_id_and_replaced_as_a_list(client: Client) -> None:
    app = await registered(client)
    await principal_of(client, app)
    path = f"/applications/{app['id']}"
    new = {"type": "AsymmetricX509Cert", "usage": "Verify", "keyId": NOBODY, "displayName": "one", "key": certificate()}
    assert (await client.patch(path, {"keyCredentials": [new]})).status == 204
    (shown,) = (await client.get(path)).body["keyCredentials"]
    assert (shown["keyId"], shown["key"]) == (NOBODY, None)
    assert (await client.patch(path, {"keyCredentials": [shown, {**new, "keyId": None}]})).status == 204
    assert len((await client.get(path)).body["keyCredentials"]) == 2
    assert (await client.patch(path, {"keyCredentials": []})).status == 204
    assert (await client.get(path)).body["keyCredentials"] == []


def certificate() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name, now = x509.Name([]), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


async def devices(client: Client, action: str, **form: str) -> Any:
    return await client.raw("POST", f"/organizations/oauth2/v2.0/{action}", data={"client_id": TOOLS, **form})


async def test_the_device_code_flow(client: Client) -> None:
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    scope = "https://graph.microsoft.com/User.Read.All openid profile offline_access"
    begun = (await devices(client, "devicecode", scope=scope)).body
    ask = {"grant_type": grant, "device_code": begun["device_code"]}
    assert (await devices(client, "token", **ask)).body["error"] == "authorization_pending"
    assert (await devices(client, "token", **ask)).body["error"] == "slow_down"
    client.clock.now += 6
    assert (await devices(client, "token", **ask)).body["error"] == "authorization_pending"
    code = begun["user_code"]
    assert (await client.raw("GET", "/_control/device-codes")).body == {"value": [code]}
    assert (await client.raw("POST", f"/_control/device-codes/{code}", json={"user": "Nobody"})).status == 400
    assert (await client.raw("POST", f"/_control/device-codes/{code}", json={"user": ADA.name})).status == 204
    token = (await devices(client, "token", **ask)).body
    claims = client.entra.verify_token(token["access_token"], client.entra.url)
    assert (claims["oid"], claims["scp"], "refresh_token" in token, "id_token" in token) == (ADA.id, "User.Read.All", True, True)
    assert (await devices(client, "token", **ask)).body["error"] == "bad_verification_code"

    declined = (await devices(client, "devicecode", scope=scope)).body
    await client.raw("POST", f"/_control/device-codes/{declined['user_code']}", json={"user": None})
    assert (await devices(client, "token", **ask | {"device_code": declined["device_code"]})).body["error"] == "authorization_declined"
    late = (await devices(client, "devicecode", scope=scope)).body
    client.clock.now += 901
    assert (await devices(client, "token", **ask | {"device_code": late["device_code"]})).body["error"] == "expired_token"

    for changed, number in (({"client_id": NOBODY}, 700016), ({"scope": "openid"}, 900144), ({"scope": "https://x.example/A"}, 500011)):
        assert (await devices(client, "devicecode", **{"scope": scope, **changed})).body["error_codes"] == [number]
    plain = await client.raw("POST", "/organizations/oauth2/v2.0/token", data={"grant_type": "client_credentials"})
    assert plain.body["error_codes"] == [900023]  # with a secret there is no choice of tenant


async def test_who_may_not_consent_gets_no_token_for_what_is_new(client: Client) -> None:
    entra = client.entra
    entra.person(ADA.upn).roles = ["Teams Administrator"]
    begun = (await devices(client, "devicecode", scope="AppCatalog.ReadWrite.All")).body
    entra.login.devices.sign_in(begun["user_code"], entra.person(ADA.upn))
    ask = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": begun["device_code"]}
    assert (await devices(client, "token", **ask)).body["error_codes"] == [65001]
    entra.login.devices.consented.add("AppCatalog.ReadWrite.All")
    begun = (await devices(client, "devicecode", scope="AppCatalog.ReadWrite.All")).body
    entra.login.devices.sign_in(begun["user_code"], entra.person(ADA.upn))
    assert (await devices(client, "token", **ask | {"device_code": begun["device_code"]})).status == 200
