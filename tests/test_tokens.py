"""Tokens: from the simulated login host with every credential, cached, renewed, and refused in words."""

from __future__ import annotations

import asyncio
import datetime
import json
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID

from bot import tokens
from bot.errors import NotAuthorised, Unavailable
from bot.tokens import LoginAdapter, Tokens
from simulator import cast
from simulator.entra import Entra, Fault

CLAIMS = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1700000000"}}})
Connect = Callable[..., Tokens]


@pytest.fixture
async def entra() -> AsyncIterator[Entra]:
    entra = Entra()
    await entra.start()
    yield entra
    await entra.stop()


@pytest.fixture
def connect(entra: Entra) -> Connect:
    def make(**other: Any) -> Tokens:
        known = {
            "authority_host": entra.url,
            "tenant_id": cast.TENANT_ID,
            "client_id": cast.GRAPH_APP_ID,
            "secret": cast.GRAPH_SECRET,
            "scope": f"{entra.url}/.default",
        }
        return tokens.with_secret(**{**known, **other})

    return make


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """What goes to the login host."""
    requests_sent: list[requests.PreparedRequest] = []
    real = LoginAdapter.send

    def send(self: LoginAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        requests_sent.append(request)
        return real(self, request, *args, **kwargs)

    monkeypatch.setattr(LoginAdapter, "send", send)
    return requests_sent


def roles(token: str) -> list[str]:
    return list(jwt.decode(token, options={"verify_signature": False})["roles"])


async def test_a_secret_gives_a_token(entra: Entra, connect: Connect) -> None:
    token = await connect().get()
    assert entra.verify_token(token, entra.url)["appid"] == cast.GRAPH_APP_ID


async def test_the_connector_has_a_token_of_its_own(entra: Entra, connect: Connect) -> None:
    scope = "https://api.botframework.com/.default"
    token = await connect(client_id=cast.BOT_APP_ID, secret=cast.BOT_SECRET, scope=scope).get()
    assert entra.verify_token(token, "https://api.botframework.com")["appid"] == cast.BOT_APP_ID


async def test_the_cache_answers_and_one_request_serves_all(connect: Connect, sent: list[requests.PreparedRequest]) -> None:
    source = connect()
    found = await asyncio.gather(*(source.get() for _ in range(50)))
    assert len({*found, await source.get()}) == 1
    assert [request.method for request in sent] == ["GET", "POST"], "one look at the OpenID document, one token"


async def test_a_refused_token_is_not_handed_out_again(connect: Connect) -> None:
    source = connect()
    old = await source.get()
    new = await source.get(refused=old)
    assert new != old
    assert await source.get(refused=old) == new, "somebody has renewed it already"
    assert await source.get(CLAIMS, refused=old) == new


async def test_claims_reach_the_login_host(connect: Connect, sent: list[requests.PreparedRequest]) -> None:
    source = connect()
    old = await source.get()
    assert await source.get(CLAIMS, refused=old) != old
    assert "essential" not in str(sent[1].body)
    assert "essential" in str(sent[2].body)
    assert "CP1" in str(sent[1].body), "the capability is told every time"


def pem(path: Path, *, key_too: bool = True, name: str = "doorman") -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Writes a self-signed certificate and its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    text = certificate.public_bytes(Encoding.PEM)
    if key_too:
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + text
    path.write_bytes(text)
    return key, certificate


def with_certificate(entra: Entra, path: Path, **other: Any) -> Tokens:
    return tokens.with_certificate(
        authority_host=entra.url,
        tenant_id=cast.TENANT_ID,
        client_id=cast.GRAPH_APP_ID,
        path=str(path),
        scope=f"{entra.url}/.default",
        **other,
    )


async def test_a_pem_certificate_gives_a_token(entra: Entra, tmp_path: Path) -> None:
    _, certificate = pem(tmp_path / "app.pem")
    entra.register_app(cast.GRAPH_APP_ID, certificate_pem=certificate.public_bytes(Encoding.PEM))
    assert roles(await with_certificate(entra, tmp_path / "app.pem").get())


@pytest.mark.parametrize("passphrase", ["", "sesame"])
async def test_a_pfx_certificate_gives_a_token(entra: Entra, tmp_path: Path, passphrase: str) -> None:
    key, certificate = pem(tmp_path / "app.pem")
    protection = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    (tmp_path / "app.pfx").write_bytes(pkcs12.serialize_key_and_certificates(b"app", key, certificate, None, protection))
    entra.register_app(cast.GRAPH_APP_ID, certificate_pem=certificate.public_bytes(Encoding.PEM))
    assert roles(await with_certificate(entra, tmp_path / "app.pfx", passphrase=passphrase).get())


async def test_a_certificate_entra_does_not_know(entra: Entra, tmp_path: Path) -> None:
    pem(tmp_path / "app.pem")
    with pytest.raises(NotAuthorised, match="the certificate is not the one registered") as refused:
        await with_certificate(entra, tmp_path / "app.pem").get()
    assert refused.value.code == "AADSTS700027"


@pytest.mark.parametrize(
    "content", [None, b"", b"no certificate", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "certificate only"]
)
async def test_a_certificate_file_that_cannot_be_used(entra: Entra, tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "app.pem"
    if isinstance(content, str):
        pem(path, key_too=False)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(NotAuthorised, match=r"the certificate file .*app\.pem"):
        await with_certificate(entra, path).get()


@pytest.mark.parametrize(
    ("other", "code", "words"),
    [
        ({"secret": "wrong"}, "AADSTS7000215", "the client secret is wrong"),
        ({"client_id": cast.stable_id("nobody")}, "AADSTS700016", "not known in this tenant"),
        ({"tenant_id": cast.stable_id("nowhere")}, "AADSTS90002", "the tenant does not exist"),
        ({"tenant_id": "not a tenant"}, "AADSTS900023", "the tenant id is not valid"),
        ({"scope": "https://elsewhere.example/.default"}, "AADSTS500011", "the resource is not known"),
    ],
)
async def test_each_refusal_says_what_is_wrong(connect: Connect, other: dict[str, str], code: str, words: str) -> None:
    with pytest.raises(NotAuthorised, match=words) as refused:
        await connect(**other).get()
    assert refused.value.code == code
    assert "Trace ID" not in str(refused.value)


async def test_after_a_refusal_a_corrected_setting_works(entra: Entra, connect: Connect) -> None:
    source = connect(secret="new secret")
    with pytest.raises(NotAuthorised):
        await source.get()
    entra.register_app(cast.GRAPH_APP_ID, secret="new secret")
    assert await source.get()


@pytest.mark.parametrize("effect", ["unavailable", "gateway_timeout", "drop", "garbage", "empty"])
@pytest.mark.parametrize("path", ["openid-configuration", "oauth2/v2.0/token"])
async def test_a_login_host_that_fails(entra: Entra, connect: Connect, path: str, effect: str) -> None:
    entra.faults.add(Fault(effect=effect, path=path))
    with pytest.raises(Unavailable, match="login host"):
        await connect().get()


async def test_a_login_host_that_is_not_there(entra: Entra, connect: Connect) -> None:
    source = connect()
    await entra.stop()
    with pytest.raises(Unavailable, match="cannot be reached"):
        await source.get()


@pytest.mark.parametrize(
    "host", ["http://login.microsoftonline.com", "ftp://127.0.0.1", "login.microsoftonline.com", "http://127.0.0.1.example.com"]
)
def test_without_tls_only_on_this_machine(connect: Connect, host: str) -> None:
    with pytest.raises(ValueError, match="login host"):
        connect(authority_host=host)


def test_proxies_are_for_other_machines() -> None:
    assert not tokens.login_session("http://127.0.0.1:1").trust_env
    assert tokens.login_session("https://login.microsoftonline.com").trust_env


async def test_a_managed_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(self: LoginAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        asked.append(request.url or "")
        response = requests.Response()
        response.status_code = 200
        response._content = b'{"access_token": "from the machine", "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}'
        return response

    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", answer)
    source = tokens.with_managed_identity(client_id="11111111-2222-3333-4444-555555555555", scope="https://graph.microsoft.com/.default")
    assert await source.get() == "from the machine"
    assert len(asked) == 1
    assert "client_id=11111111-2222-3333-4444-555555555555" in asked[0]
    assert "resource=https%3A%2F%2Fgraph.microsoft.com&" in f"{asked[0]}&"


class Scripted:
    """A login host that answers by the book, and counts."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[str | None] = []
        self.go = threading.Event()
        self.go.set()

    def __call__(self, claims: str | None) -> dict[str, Any]:
        self.go.wait(5)
        self.calls.append(claims)
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def good(name: str, seconds: int = 3600, **more: int) -> dict[str, Any]:
    return {"access_token": name, "expires_in": seconds, **more}


async def settle(source: Tokens) -> None:
    """Waits for the renewal in the background."""
    assert source._renewal is not None
    await asyncio.wait([source._renewal[1]])


async def test_the_old_token_serves_while_the_new_one_is_fetched() -> None:
    login, clock = Scripted(good("first"), good("second")), Clock()
    source = Tokens(login, clock=clock)
    assert await source.get() == "first"
    clock.now += 2900
    assert await source.get() == "first"
    assert len(login.calls) == 1
    clock.now += 200
    login.go.clear()
    assert [await source.get() for _ in range(20)] == ["first"] * 20
    login.go.set()
    await settle(source)
    assert await source.get() == "second"
    assert len(login.calls) == 2


async def test_entra_may_ask_for_an_earlier_renewal() -> None:
    login, clock = Scripted(good("first", refresh_in=1800), good("second")), Clock()
    source = Tokens(login, clock=clock)
    await source.get()
    clock.now += 1801
    assert await source.get() == "first"
    await settle(source)
    assert await source.get() == "second"


async def test_a_token_at_its_end_is_not_used() -> None:
    login, clock = Scripted(good("first"), good("second")), Clock()
    source = Tokens(login, clock=clock)
    await source.get()
    clock.now += 3560
    assert await source.get() == "second"


async def test_a_failed_renewal_leaves_the_old_token_and_does_not_hammer() -> None:
    login, clock = Scripted(good("first"), Unavailable("down")), Clock()
    source = Tokens(login, clock=clock)
    await source.get()
    clock.now += 3100
    assert await source.get() == "first"
    await settle(source)
    assert [await source.get() for _ in range(5)] == ["first"] * 5
    assert len(login.calls) == 2
    clock.now += 11
    assert await source.get() == "first"
    await settle(source)
    assert len(login.calls) == 3
    clock.now += 500
    with pytest.raises(Unavailable):
        await source.get()


async def test_who_gives_up_waiting_does_not_stop_the_others() -> None:
    login = Scripted(good("first"))
    login.go.clear()
    source = Tokens(login)
    impatient, patient = asyncio.create_task(source.get()), asyncio.create_task(source.get())
    await asyncio.sleep(0)
    impatient.cancel()
    login.go.set()
    assert await patient == "first"
    assert len(login.calls) == 1


async def test_all_who_are_challenged_share_one_request() -> None:
    login = Scripted(good("first"), good("second"))
    source = Tokens(login)
    await source.get()
    assert set(await asyncio.gather(*(source.get(CLAIMS, refused="first") for _ in range(20)))) == {"second"}
    assert login.calls == [None, CLAIMS]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({}, Unavailable),
        ({"error": "temporarily_unavailable", "error_description": "AADSTS90033: busy"}, Unavailable),
        ({"error": "invalid_client", "error_description": "AADSTS7000222: expired\r\nTrace ID: x"}, NotAuthorised),
        ({"error": "something_new", "error_description": ""}, NotAuthorised),
        (requests.ConnectionError("s3cr3t in an address"), Unavailable),
        (RuntimeError("OIDC"), Unavailable),
        (ValueError("not JSON"), Unavailable),
    ],
)
async def test_every_answer_becomes_an_error_of_ours(answer: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind) as error:
        await Tokens(Scripted(answer)).get()
    assert "s3cr3t" not in str(error.value)
    assert "Trace ID" not in str(error.value)


async def test_tokens_are_not_logged(connect: Connect, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    source = connect()
    token = await source.get()
    await source.get(refused=token)
    out = capsys.readouterr()
    assert token not in caplog.text + out.out + out.err
    assert cast.GRAPH_SECRET not in caplog.text + out.out + out.err


async def test_closing() -> None:
    source = Tokens(Scripted(good("first")))
    await source.get()
    source.close()
    assert await source.get() == "first"
