"""The authorisation endpoint, the sign-in page and the redemption of codes: strict where the service is, and each thing that goes wrong."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from simulator import cast
from simulator.entra.authorize import CANCELLED, DONE, REFUSED, SKIPPED
from simulator.entra.conditional_access import AccessPolicy
from tests.signing_in import query_of, sign_in
from tests.simulator.entra_client import Client, Reply, open_tenant

ALICE = cast.person("Alice Jansen")
OMAR = cast.person("Omar Farouk")
BACK = "https://doorman.fabrikam.example/signed-in"
VERIFIER = "v" * 43
C21 = '{"id_token": {"acrs": {"essential": true, "value": "c21"}}}'
AUTHORIZE = f"/{cast.TENANT_ID}/oauth2/v2.0/authorize"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        opened.entra.login.apps[cast.GRAPH_APP_ID].redirect_uris = [BACK]
        yield opened


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def asked(**changes: str | None) -> str:
    """The path and query that an app sends somebody to."""
    query = {
        "client_id": cast.GRAPH_APP_ID,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "openid profile offline_access",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "login_hint": OMAR.upn,
        "max_age": "0",
        "claims": C21,
        **changes,
    }
    return f"{AUTHORIZE}?{urlencode({name: value for name, value in query.items() if value is not None})}"


async def signed_in(client: Client, who: str = "", mfa: str = DONE, **changes: str | None) -> dict[str, str]:
    """What the app gets back."""
    back = await sign_in(client.session, f"{client.entra.url}{asked(**changes)}", who, mfa)
    assert back.startswith(f"{BACK}?")
    return query_of(back)


async def redeem(client: Client, code: str, /, **changes: str | None) -> Reply:
    form = {
        "grant_type": "authorization_code",
        "client_id": cast.GRAPH_APP_ID,
        "client_secret": cast.GRAPH_SECRET,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    return await client.raw(
        "POST", f"/{cast.TENANT_ID}/oauth2/v2.0/token", data={name: value for name, value in form.items() if value is not None}
    )


async def claims_of(client: Client, reply: Reply) -> dict[str, Any]:
    """The claims of the ID token, whose signature is right."""
    keys = (await client.raw("GET", f"/{cast.TENANT_ID}/discovery/v2.0/keys")).body["keys"]
    key = jwt.PyJWK(keys[0]).key
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    found: dict[str, Any] = jwt.decode(reply.body["id_token"], key, algorithms=["RS256"], audience=cast.GRAPH_APP_ID, options=options)
    return found


async def token_claims(client: Client, who: str = "", mfa: str = DONE, **changes: str | None) -> dict[str, Any]:
    return await claims_of(client, await redeem(client, (await signed_in(client, who, mfa, **changes))["code"]))


async def test_whoever_signs_in_is_in_the_token(client: Client) -> None:
    back = await signed_in(client)
    assert back["state"] == "state-1"
    reply = await redeem(client, back["code"])
    claims = await claims_of(client, reply)
    assert (claims["oid"], claims["name"], claims["preferred_username"]) == (OMAR.id, OMAR.name, OMAR.upn)
    assert (claims["tid"], claims["nonce"], claims["ver"]) == (cast.TENANT_ID, "nonce-1", "2.0")
    assert claims["iss"] == client.entra.url.replace("http:", "https:") + f"/{cast.TENANT_ID}/v2.0"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["auth_time"] == int(client.clock())
    assert claims["acrs"] == ["c21"]
    assert len(claims["uti"]) == 22
    assert "amr" not in claims  # a claim of v1.0 tokens
    assert "refresh_token" in reply.body


async def test_another_account_can_sign_in(client: Client) -> None:
    client.entra.person(ALICE.upn).strong.append("authenticator")
    assert (await token_claims(client, ALICE.upn))["oid"] == ALICE.id


async def test_claims_are_those_that_the_app_declares(client: Client) -> None:
    app = client.entra.login.apps[cast.GRAPH_APP_ID]
    app.optional_claims = set()
    bare = await token_claims(client, claims=None)
    assert not bare.keys() & {"auth_time", "acrs", "amr"}
    assert (await token_claims(client))["acrs"] == ["c21"]  # asked for by name: declared or not
    app.optional_claims = {"acrs", "auth_time", "amr"}
    assert (await token_claims(client, claims=None))["acrs"] == ["c21"]  # added without being asked for
    client.entra.login.codes.amr_in_v2 = True
    assert (await token_claims(client))["amr"] == ["pwd", "mfa"]
    assert (await token_claims(client, mfa=SKIPPED))["amr"] == ["pwd"]
    assert "oid" not in await token_claims(client, scope="openid")


async def test_a_context_is_there_unless_a_policy_stands_before_it(client: Client) -> None:
    assert "acrs" not in await token_claims(client, mfa=SKIPPED)
    client.entra.access.policies = [AccessPolicy("Trial", ("c21",), "enabledForReportingButNotEnforced")]
    assert (await token_claims(client, mfa=SKIPPED))["acrs"] == ["c21"]
    client.entra.access.policies = [AccessPolicy("All but Omar", ("c21",), excluded=frozenset((OMAR.id,)))]
    assert (await token_claims(client, mfa=SKIPPED))["acrs"] == ["c21"]
    client.entra.access.policies = []
    assert (await token_claims(client, mfa=SKIPPED))["acrs"] == ["c21"]
    assert "acrs" not in await token_claims(client, claims=None)


async def test_what_goes_wrong_with_the_token_can_be_arranged(client: Client) -> None:
    codes = client.entra.login.codes
    codes.signed_in_ago = 7200
    codes.instead = {"tid": cast.OTHER_TENANT_ID, "acrs": None}
    claims = await token_claims(client)
    assert claims["auth_time"] == int(client.clock()) - 7200
    assert claims["tid"] == cast.OTHER_TENANT_ID
    assert "acrs" not in claims


@pytest.mark.parametrize(
    ("mfa", "error", "number"), [(REFUSED, "access_denied", "AADSTS500121"), (CANCELLED, "access_denied", "AADSTS65004")]
)
async def test_whoever_does_not_want_to_is_sent_back(client: Client, mfa: str, error: str, number: str) -> None:
    back = await signed_in(client, mfa=mfa)
    assert (back["error"], back["state"]) == (error, "state-1")
    assert back["error_description"].startswith(f"{number}: ")


@pytest.mark.parametrize(
    ("changes", "error", "number"),
    [
        ({"response_type": "id_token"}, "unsupported_response_type", "AADSTS700054"),
        ({"response_mode": "fragment"}, "invalid_request", "AADSTS70007"),
        ({"scope": "profile"}, "invalid_request", "AADSTS900144"),
        ({"scope": "openid Wish.Read"}, "invalid_client", "AADSTS650053"),
        ({"state": None}, "invalid_request", "AADSTS900144"),
        ({"nonce": None}, "invalid_request", "AADSTS900144"),
        ({"code_challenge": None}, "invalid_request", "AADSTS900144"),
        ({"code_challenge_method": "plain"}, "invalid_request", "AADSTS501491"),
        ({"prompt": "now"}, "invalid_request", "AADSTS90023"),
        ({"prompt": "none"}, "login_required", "AADSTS50058"),
        ({"max_age": "-1"}, "invalid_request", "AADSTS90023"),
        ({"claims": "{"}, "invalid_request", "AADSTS90013"),
        ({"claims": "[]"}, "invalid_request", "AADSTS90013"),
        ({"claims": '{"id_token": {"acrs": {"value": "c100"}}}'}, "invalid_request", "AADSTS90013"),
        ({"claims": '{"id_token": {"acrs": "c1"}}'}, "invalid_request", "AADSTS90013"),
    ],
)
async def test_a_wrong_request_goes_back_to_the_app(client: Client, changes: dict[str, str | None], error: str, number: str) -> None:
    reply = await client.raw("GET", asked(**changes), allow_redirects=False)
    assert reply.status == 302
    back = query_of(reply.headers["Location"])
    assert back["error"] == error
    assert back["error_description"].startswith(f"{number}: ")


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_id": None}, "AADSTS900144"),
        ({"client_id": cast.OTHER_TENANT_ID}, "AADSTS700016"),
        ({"client_id": cast.BOT_APP_ID}, "AADSTS500113"),
        ({"redirect_uri": "https://evil.example/signed-in"}, "AADSTS50011"),
        ({"redirect_uri": f"{BACK}/"}, "AADSTS50011"),
        ({"redirect_uri": None}, "AADSTS50011"),
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(client: Client, changes: dict[str, str | None], number: str) -> None:
    reply = await client.raw("GET", asked(**changes), allow_redirects=False)
    assert (reply.status, number in reply.text) == (400, True)


async def test_the_page_asks_again(client: Client) -> None:
    page = (await client.raw("GET", asked())).text
    number = page.split("name='ctx' value='")[1].split("'")[0]
    assert f"value='{OMAR.upn}'" in page
    client.entra.person("Bram Peeters").account_enabled = False

    async def said(login: str, mfa: str) -> str:
        return (await client.raw("POST", f"/{cast.TENANT_ID}/login", data={"ctx": number, "login": login, "mfa": mfa})).text

    assert "AADSTS50034" in await said("nobody@fabrikam.example", DONE)
    assert "AADSTS50057" in await said(cast.person("Bram Peeters").upn, DONE)
    client.entra.person(ALICE.upn).strong.clear()
    assert "AADSTS50079" in await said(ALICE.upn, DONE)  # nothing to do it with
    assert "what becomes of MFA" in await said(OMAR.upn, "")
    reply = await client.raw("POST", f"/{cast.TENANT_ID}/login", data={"ctx": "x", "login": OMAR.upn, "mfa": DONE})
    assert reply.status == 400


async def test_a_code_is_good_once(client: Client) -> None:
    code = (await signed_in(client))["code"]
    assert (await redeem(client, code)).status == 200
    again = await redeem(client, code)
    assert (again.status, again.body["error"], again.body["error_codes"]) == (400, "invalid_grant", [54005])


@pytest.mark.parametrize(
    ("changes", "error", "number"),
    [
        ({"code": "1.unknown"}, "invalid_grant", 70000),
        ({"code": None}, "invalid_request", 900144),
        ({"code_verifier": None}, "invalid_request", 900144),
        ({"code_verifier": "w" * 43}, "invalid_grant", 501481),
        ({"redirect_uri": "https://evil.example/"}, "invalid_client", 500112),
        ({"client_id": cast.BOT_APP_ID, "client_secret": cast.BOT_SECRET}, "invalid_grant", 70000),
        ({"client_secret": "wrong"}, "invalid_client", 7000215),
        ({"client_secret": None}, "invalid_client", 7000216),
    ],
)
async def test_a_code_is_for_the_app_that_asked(client: Client, changes: dict[str, str | None], error: str, number: int) -> None:
    code = (await signed_in(client))["code"]
    refused = await redeem(client, code, **changes)
    assert (refused.body["error"], refused.body["error_codes"]) == (error, [number])
    assert (await redeem(client, code)).status == 200  # and is not used up by that


async def test_a_code_is_good_for_ten_minutes(client: Client) -> None:
    code = (await signed_in(client))["code"]
    client.clock.now += 600
    assert (await redeem(client, code)).body["error_codes"] == [70008]


async def test_the_back_door(client: Client) -> None:
    app = f"/_control/applications/{cast.GRAPH_APP_ID}"
    changed = await client.raw("POST", app, json={"redirectUris": [BACK, "https://x.example/"], "optionalClaims": ["acrs"]})
    assert changed.body == {"redirectUris": [BACK, "https://x.example/"], "optionalClaims": ["acrs"]}
    assert (await client.raw("GET", app)).body == changed.body
    assert (await client.raw("POST", app, json={"redirectUris": "x"})).status == 400
    assert (await client.raw("GET", "/_control/applications/none")).status == 404
    access = {
        "contexts": [{"id": "c1", "name": "One", "published": False}],
        "policies": [{"name": "P", "contexts": ["c1"], "state": "disabled"}],
    }
    assert (await client.raw("POST", "/_control/conditional-access", json=access)).body == access
    assert (await client.raw("GET", "/_control/conditional-access")).body == access
    assert (await client.raw("POST", "/_control/conditional-access", json={"policies": [{"state": "on"}]})).status == 400
    tokens = {"amrInV2": True, "signedInAgo": 60, "instead": {"tid": "x"}}
    assert (await client.raw("POST", "/_control/id-tokens", json=tokens)).status == 204
    assert client.entra.login.codes.instead == {"tid": "x"}
    assert (await client.raw("POST", "/_control/id-tokens", json={"signedInAgo": "long"})).status == 400


async def test_graph_shows_the_app_and_its_contexts(client: Client) -> None:
    client.hold("Application.Read.All", "AuthenticationContext.Read.All", "Policy.Read.All")
    app = (await client.get(f"/applications(appId='{cast.GRAPH_APP_ID}')")).body
    assert app["web"]["redirectUris"] == [BACK]
    assert [each["name"] for each in app["optionalClaims"]["idToken"]] == ["acrs", "auth_time"]
    assert (await client.get(f"/applications(appId='{cast.TENANT_ID}')")).status == 404
    [context] = (await client.get("/identity/conditionalAccess/authenticationContextClassReferences")).values
    assert (context["id"], context["isAvailable"]) == ("c21", True)
    [policy] = (await client.get("/identity/conditionalAccess/policies")).values
    assert policy["conditions"]["applications"]["includeAuthenticationContextClassReferences"] == ["c21"]
    client.hold("Policy.Read.All")
    assert (await client.get("/identity/conditionalAccess/authenticationContextClassReferences")).status == 403
    assert (await client.get(f"/applications(appId='{cast.GRAPH_APP_ID}')")).status == 403
