"""The login host: documents, client credentials by secret and by certificate, refusals, and the tokens themselves."""

from __future__ import annotations

import asyncio
import base64
import datetime
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from msal.application import ConfidentialClientApplication

from simulator import cast
from simulator.entra import InvalidToken
from tests.simulator.entra_client import GRAPH, Client, Reply, open_tenant

CONNECTOR = "https://api.botframework.com"
TOKEN = f"/{cast.TENANT_ID}/oauth2/v2.0/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


@pytest.fixture(scope="module")
def certificate() -> tuple[str, str]:
    """A self-signed certificate: (private key, certificate) as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "doorman")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2045, 1, 1, tzinfo=datetime.UTC))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), built.public_bytes(serialization.Encoding.PEM).decode()


def form(**changes: str | None) -> dict[str, str]:
    fields = {
        "grant_type": "client_credentials",
        "client_id": cast.GRAPH_APP_ID,
        "client_secret": cast.GRAPH_SECRET,
        "scope": f"{GRAPH}/.default",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


async def ask(client: Client, fields: dict[str, str], path: str = TOKEN) -> Reply:
    return await client.raw("POST", path, data=fields)


class TestDocuments:
    @pytest.mark.parametrize("tenant", [cast.TENANT_ID, cast.DOMAIN])
    @pytest.mark.parametrize("version", ["", "/v2.0"])
    async def test_endpoints_are_https_on_the_same_host(self, client: Client, tenant: str, version: str) -> None:
        body = (await client.raw("GET", f"/{tenant}{version}/.well-known/openid-configuration")).body
        here = client.entra.url.replace("http:", "https:")
        assert body["token_endpoint"] == f"{here}{TOKEN}"
        assert body["issuer"].startswith(here)

    async def test_instance_discovery_leads_to_the_document(self, client: Client) -> None:
        asked = f"https://127.0.0.1/{cast.TENANT_ID}/oauth2/v2.0/authorize"
        body = (await client.raw("GET", f"/common/discovery/instance?api-version=1.0&authorization_endpoint={asked}")).body
        document = body["tenant_discovery_endpoint"].partition(client.entra.url.partition("//")[2])[2]
        assert (await client.raw("GET", document)).body["token_endpoint"].endswith(TOKEN)

    @pytest.mark.parametrize(("tenant", "number"), [(cast.OTHER_TENANT_ID, 90002), ("adatum.example", 90002), ("nonsense", 900023)])
    async def test_unknown_tenants(self, client: Client, tenant: str, number: int) -> None:
        for reply in (
            await client.raw("GET", f"/{tenant}/v2.0/.well-known/openid-configuration"),
            await ask(client, form(), f"/{tenant}/oauth2/v2.0/token"),
        ):
            assert (reply.status, reply.body["error_codes"]) == (400, [number])

    async def test_keys_verify_tokens(self, client: Client) -> None:
        keys = jwt.PyJWKSet.from_dict((await client.raw("GET", f"/{cast.TENANT_ID}/discovery/v2.0/keys")).body)
        kid = jwt.get_unverified_header(client.token)["kid"]
        claims = jwt.decode(
            client.token, keys[kid].key, algorithms=["RS256"], audience=GRAPH, options={"verify_iat": False, "verify_nbf": False}
        )
        assert claims["appid"] == cast.GRAPH_APP_ID


class TestSecret:
    async def test_a_token_that_opens_graph(self, client: Client) -> None:
        body = (await ask(client, form())).body
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
        client.token = body["access_token"]
        assert (await client.get("/users")).status == 200

    async def test_basic_authentication(self, client: Client) -> None:
        basic = base64.b64encode(f"{cast.GRAPH_APP_ID}:{cast.GRAPH_SECRET}".encode()).decode()
        good = await client.raw("POST", TOKEN, data=form(client_id=None, client_secret=None), headers={"Authorization": f"Basic {basic}"})
        assert good.status == 200
        bad = await client.raw("POST", TOKEN, data=form(client_id=None, client_secret=None), headers={"Authorization": "Basic ###"})
        assert bad.status == 400

    @pytest.mark.parametrize(
        ("changes", "status", "number", "error"),
        [
            ({"client_secret": "wrong"}, 401, 7000215, "invalid_client"),
            ({"client_secret": None}, 401, 7000216, "invalid_client"),
            ({"client_id": cast.stable_id("nobody's app")}, 400, 700016, "unauthorized_client"),
            ({"client_id": None}, 400, 900144, "invalid_request"),
            ({"grant_type": None}, 400, 900144, "invalid_request"),
            ({"grant_type": "password"}, 400, 70003, "unsupported_grant_type"),
            ({"scope": None}, 400, 900144, "invalid_request"),
            ({"scope": f"{GRAPH}/User.Read"}, 400, 1002012, "invalid_scope"),
            ({"scope": "https://vault.azure.net/.default"}, 400, 500011, "invalid_resource"),
        ],
    )
    async def test_refusals(self, client: Client, changes: dict[str, str | None], status: int, number: int, error: str) -> None:
        reply = await ask(client, form(**changes))
        assert (reply.status, reply.body["error_codes"], reply.body["error"]) == (status, [number], error)
        assert reply.body["error_description"].startswith(f"AADSTS{number}: ")

    async def test_the_bot_gets_a_token_for_the_connector(self, client: Client) -> None:
        fields = form(client_id=cast.BOT_APP_ID, client_secret=cast.BOT_SECRET, scope=f"{CONNECTOR}/.default")
        token = (await ask(client, fields)).body["access_token"]
        claims = client.entra.verify_token(token, CONNECTOR)
        assert (claims["appid"], claims["tid"], claims["roles"]) == (cast.BOT_APP_ID, cast.TENANT_ID, [])
        with pytest.raises(InvalidToken, match="audience"):
            client.entra.verify_token(token, GRAPH)


class TestCertificate:
    def assertion(
        self, client: Client, certificate: tuple[str, str], *, algorithm: str = "PS256", key: str | None = None, **changes: Any
    ) -> str:
        app = client.entra.register_app(cast.GRAPH_APP_ID, certificate_pem=certificate[1])
        claims = {
            "aud": f"{client.entra.url}{TOKEN}",
            "iss": cast.GRAPH_APP_ID,
            "sub": cast.GRAPH_APP_ID,
            "exp": client.clock.now + 600,
            **changes,
        }
        thumbprint = x509.load_pem_x509_certificate(certificate[1].encode()).fingerprint(hashes.SHA256())
        assert app.certificate is not None
        return jwt.encode(claims, key or certificate[0], algorithm, headers={"x5t#S256": jwt.utils.base64url_encode(thumbprint).decode()})

    def fields(self, assertion: str) -> dict[str, str]:
        return form(client_secret=None, client_assertion=assertion, client_assertion_type=JWT_BEARER)

    @pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
    async def test_a_signed_assertion(self, client: Client, certificate: tuple[str, str], algorithm: str) -> None:
        assert (await ask(client, self.fields(self.assertion(client, certificate, algorithm=algorithm)))).status == 200

    async def test_another_key(self, client: Client, certificate: tuple[str, str]) -> None:
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
        reply = await ask(client, self.fields(self.assertion(client, certificate, key=pem)))
        assert (reply.status, reply.body["error_codes"]) == (401, [700027])

    async def test_a_certificate_nobody_registered(self, client: Client, certificate: tuple[str, str]) -> None:
        fields = self.fields(self.assertion(client, certificate))
        client.entra.login.apps[cast.GRAPH_APP_ID].certificate = None
        assert (await ask(client, fields)).body["error_codes"] == [700027]
        assert (await ask(client, self.fields("no assertion"))).body["error_codes"] == [700027]

    @pytest.mark.parametrize(
        ("changes", "number"), [({"exp": 1}, 700024), ({"aud": "https://elsewhere.example"}, 700023), ({"sub": "another-app"}, 700021)]
    )
    async def test_claims(self, client: Client, certificate: tuple[str, str], changes: dict[str, Any], number: int) -> None:
        assert (await ask(client, self.fields(self.assertion(client, certificate, **changes)))).body["error_codes"] == [number]

    async def test_the_type_of_the_assertion(self, client: Client, certificate: tuple[str, str]) -> None:
        fields = self.fields(self.assertion(client, certificate)) | {"client_assertion_type": "other"}
        assert (await ask(client, fields)).body["error_codes"] == [900144]


class TestTokensAtGraph:
    async def refused(self, client: Client, authorization: str | None) -> Reply:
        headers = {"Authorization": authorization} if authorization is not None else {}
        reply = await client.raw("GET", "/v1.0/users", headers=headers)
        assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
        assert reply.headers["WWW-Authenticate"].startswith("Bearer ")
        return reply

    @pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer no.jwt.here", "Bearer x"])
    async def test_no_token(self, client: Client, authorization: str | None) -> None:
        await self.refused(client, authorization)

    async def test_a_changed_token(self, client: Client) -> None:
        head, body, signature = client.token.split(".")
        forged = jwt.encode({"aud": GRAPH}, rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256")
        assert "Signature" in (await self.refused(client, f"Bearer {forged}")).message
        assert "Signature" in (await self.refused(client, f"Bearer {head}.{body}.{signature[:-4]}AAAA")).message

    async def test_another_audience(self, client: Client) -> None:
        token = client.entra.issue_token(cast.GRAPH_APP_ID, CONNECTOR)
        assert "audience" in (await self.refused(client, f"Bearer {token}")).message

    async def test_a_token_expires_even_when_known(self, client: Client) -> None:
        assert (await client.get("/users")).status == 200
        client.clock.now += 3600
        assert "expired" in (await self.refused(client, f"Bearer {client.token}")).message

    async def test_permissions_are_those_of_the_token(self, client: Client) -> None:
        client.entra.revoke(cast.GRAPH_APP_ID, "User.Read.All")
        assert (await client.get("/users")).status == 200
        client.renew()
        assert (await client.get("/users")).code == "Authorization_RequestDenied"
        client.entra.grant(cast.GRAPH_APP_ID, "User.Read.All")
        client.renew()
        assert (await client.get("/users")).status == 200


class LoopbackHttp:
    """The http client the bot gives MSAL: plain http where MSAL insists on https."""

    def get(self, url: str, params: dict[str, str] | None = None, headers: dict[str, str] | None = None, **_: Any) -> Any:
        return self._send(url + ("?" + urllib.parse.urlencode(params) if params else ""), None, headers)

    def post(self, url: str, data: Any = None, headers: dict[str, str] | None = None, **_: Any) -> Any:
        return self._send(url, urllib.parse.urlencode(data).encode(), headers)

    def _send(self, url: str, data: bytes | None, headers: dict[str, str] | None) -> Any:
        class Response:
            def __init__(self, answer: Any) -> None:
                self.status_code, self.text, self.headers = answer.status, answer.read().decode(), dict(answer.headers)

            def raise_for_status(self) -> None:
                if self.status_code >= 400:
                    raise RuntimeError(self.text)

        request = urllib.request.Request(url.replace("https:", "http:", 1), data, headers or {})
        try:
            return Response(urllib.request.urlopen(request))
        except urllib.error.HTTPError as error:
            return Response(error)

    def close(self) -> None:
        """Nothing is kept open."""


class TestMsal:
    """The library the bot uses, unchanged, against the simulator."""

    async def acquire(self, client: Client, credential: Any) -> dict[str, Any]:
        authority = f"{client.entra.url.replace('http:', 'https:')}/{cast.TENANT_ID}"

        def run() -> dict[str, Any]:
            app = ConfidentialClientApplication(  # type: ignore[no-untyped-call]
                cast.GRAPH_APP_ID, client_credential=credential, authority=authority, http_client=LoopbackHttp(), instance_discovery=False
            )
            return dict(app.acquire_token_for_client([f"{GRAPH}/.default"]))  # type: ignore[no-untyped-call]

        return await asyncio.to_thread(run)

    async def test_secret(self, client: Client) -> None:
        result = await self.acquire(client, cast.GRAPH_SECRET)
        client.token = result["access_token"]
        assert (await client.get("/users")).status == 200

    async def test_bad_secret(self, client: Client) -> None:
        result = await self.acquire(client, "wrong")
        assert (result["error"], result["error_codes"]) == ("invalid_client", [7000215])

    async def test_certificate(self, client: Client, certificate: tuple[str, str]) -> None:
        client.clock.now = datetime.datetime.now(datetime.UTC).timestamp()
        client.entra.register_app(cast.GRAPH_APP_ID, certificate_pem=certificate[1])
        result = await self.acquire(client, {"private_key": certificate[0], "public_certificate": certificate[1]})
        assert "access_token" in result, json.dumps(result)
