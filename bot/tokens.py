"""Access tokens of our own apps, cached and renewed before they expire. The only importer of msal.

One `Tokens` serves one app and one resource: Graph, or the Bot Connector. msal blocks, so it runs in a thread of its own
(not the loop's default executor, which the durable engine replaces). A token is never logged.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509 import load_pem_x509_certificates
from msal.application import ConfidentialClientApplication
from msal.managed_identity import ManagedIdentityClient, UserAssignedManagedIdentity
from requests.adapters import HTTPAdapter

from bot.errors import DirectoryError, NotAuthorised, Unavailable

#: Asks Entra for a new token, blocking: the claims of a challenge (or None) in, msal's answer out.
Acquire = Callable[[str | None], dict[str, Any]]

#: What Entra's codes mean for the administrator: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
MEANINGS = {
    "AADSTS7000215": "the client secret is wrong (copy the secret's value, not its id)",
    "AADSTS7000222": "the client secret has expired",
    "AADSTS700016": "the app registration is not known in this tenant",
    "AADSTS700027": "the certificate is not the one registered for the app",
    "AADSTS90002": "the tenant does not exist",
    "AADSTS900023": "the tenant id is not valid",
    "AADSTS500011": "the resource is not known in this tenant",
    "AADSTS53003": "a Conditional Access policy blocks the app",
}

CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
RETRY_SECONDS = 10.0  # after a failed renewal, while the old token is still good

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    renew_at: float
    good_until: float


class Tokens:
    """Tokens for one app and one resource.

    Args:
        acquire: blocking call to msal; may raise anything.
        clock: seconds that only go forward.

    Attributes:
        unanswered: called when the login host did not answer and there is no token to go on with.
    """

    def __init__(self, acquire: Acquire, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._acquire = acquire
        self._clock = clock
        self.unanswered: Callable[[], None] = lambda: None
        self._token: _Token | None = None
        self._renewal: tuple[str | None, asyncio.Task[_Token]] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tokens")

    async def get(self, claims: str | None = None, *, refused: str = "") -> str:
        """A token that can be used now.

        However many ask at once, one request is made. A token that is due for renewal but still good is handed out while the renewal runs.

        Args:
            claims: JSON of a claims challenge (continuous access evaluation) that the new token has to meet.
            refused: the token that the resource answered 401 to; it is not handed out again.

        Raises:
            NotAuthorised: Entra refuses; `code` is its AADSTS code, `detail` a sentence.
            Unavailable: the login host cannot be reached or does not make sense.
        """
        now = self._clock()
        token = self._token
        if token is not None and token.value == refused:
            self._token = token = None
        if token is not None and now < token.good_until and (claims is None or refused):
            if now >= token.renew_at:
                self._renew(None)
            return token.value
        return (await asyncio.shield(self._renew(claims))).value

    def close(self) -> None:
        """Lets the thread go; a request under way is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _renew(self, claims: str | None) -> asyncio.Task[_Token]:
        """The renewal under way, or a new one when there is none or it does not meet the claims."""
        if self._renewal is not None:
            for_claims, task = self._renewal
            if not task.done() and (claims is None or claims == for_claims):
                return task
        task = asyncio.create_task(self._fetch(claims))
        task.add_done_callback(self._note_failure)
        self._renewal = (claims, task)
        return task

    async def _fetch(self, claims: str | None) -> _Token:
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, _answer, self._acquire, claims)
        now = self._clock()
        seconds = float(answer.get("expires_in") or 0)
        renew = float(answer.get("refresh_in") or max(seconds - 600, seconds * 0.75))
        token = _Token(str(answer["access_token"]), now + renew, now + seconds - min(60.0, seconds * 0.1))
        self._token = token
        return token

    def _note_failure(self, task: asyncio.Task[_Token]) -> None:
        """Marks the failure as seen, and keeps a token that is still good from asking again at once."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.warning("token not renewed", action="token_not_renewed", error=type(error).__name__, detail=getattr(error, "detail", ""))
        old = self._token
        if isinstance(error, Unavailable) and (old is None or self._clock() >= old.good_until):
            self.unanswered()
        if old is not None:
            self._token = _Token(old.value, self._clock() + RETRY_SECONDS, old.good_until)


def with_secret(*, authority_host: str, tenant_id: str, client_id: str, secret: str, scope: str) -> Tokens:
    """Tokens for an app registration with a client secret.

    Args:
        authority_host: such as `https://login.microsoftonline.com`; `http://` on loopback only.
        scope: such as `https://graph.microsoft.com/.default`.

    Raises:
        ValueError: the authority host is no web address, or is `http://` and not on this machine.
    """
    return Tokens(_ConfidentialApp(authority_host, tenant_id, client_id, lambda: secret, scope))


def with_certificate(*, authority_host: str, tenant_id: str, client_id: str, path: str, scope: str, passphrase: str = "") -> Tokens:
    """Tokens for an app registration with a certificate: a PEM file with key and certificate, or a PFX file. Raises as `with_secret`."""
    return Tokens(_ConfidentialApp(authority_host, tenant_id, client_id, lambda: certificate(path, passphrase), scope))


def with_managed_identity(*, client_id: str, scope: str) -> Tokens:
    """Tokens for a user-assigned managed identity: https://learn.microsoft.com/entra/msal/python/advanced/managed-identity"""
    return Tokens(_ManagedIdentity(client_id, scope.removesuffix("/.default")))


class _ConfidentialApp:
    """msal's client for an app registration, built at first use because building it already asks the login host."""

    def __init__(self, authority_host: str, tenant_id: str, client_id: str, credential: Callable[[], Any], scope: str) -> None:
        self._session = login_session(authority_host)
        self._authority = f"https://{urlsplit(authority_host).netloc}/{tenant_id}"
        self._client_id = client_id
        self._credential = credential
        self._scopes = [scope]
        self._app: Any = None

    def __call__(self, claims: str | None) -> dict[str, Any]:
        if self._app is None:
            self._app = ConfidentialClientApplication(  # type: ignore[no-untyped-call]
                self._client_id,
                client_credential=self._credential(),
                authority=self._authority,
                instance_discovery=False,  # the administrator's own setting needs no proof from the public login host
                client_capabilities=["CP1"],
                http_client=self._session,
            )
        self._app.remove_tokens_for_client()  # `Tokens` is the cache; whoever gets here wants a new one
        answer: dict[str, Any] = self._app.acquire_token_for_client(self._scopes, claims_challenge=claims)
        return answer


class _ManagedIdentity:
    """msal's client for a managed identity."""

    def __init__(self, client_id: str, resource: str) -> None:
        self._identity = UserAssignedManagedIdentity(client_id=client_id)  # type: ignore[no-untyped-call]
        self._session = login_session()
        self._resource = resource
        self._client: Any = None

    def __call__(self, claims: str | None) -> dict[str, Any]:
        if self._client is None or claims is None:  # a new client has an empty cache; with claims msal must know the old token
            self._client = ManagedIdentityClient(self._identity, http_client=self._session, client_capabilities=["CP1"])
        answer: dict[str, Any] = self._client.acquire_token_for_client(resource=self._resource, claims_challenge=claims)
        return answer


class LoginAdapter(HTTPAdapter):
    """How msal's HTTP client reaches hosts: with time-outs (it has none of its own), and one retry of a connection that failed.

    Args:
        plain: a loopback host that has no TLS; msal insists on https addresses, so those are turned back into http for it.
    """

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__(max_retries=1)
        self._plain = plain

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """As in requests."""
        if self._plain and request.url:
            request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, stream, timeout or (CONNECT_SECONDS, READ_SECONDS), verify, cert, proxies)


def login_session(authority_host: str = "") -> requests.Session:
    """msal's HTTP client, able to reach a simulator on this machine without TLS. No other host is ever asked without it.

    Raises:
        ValueError: the authority host is no web address, or is `http://` and not on this machine.
    """
    session = requests.Session()
    session.mount("https://", LoginAdapter())
    if authority_host:
        parts = urlsplit(authority_host)
        local = _is_loopback(parts.hostname or "")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{authority_host!r} is not the address of a login host")
        if parts.scheme == "http" and not local:
            raise ValueError("a login host without TLS is accepted on this machine only")
        session.trust_env = not local
        if parts.scheme == "http":
            session.mount(f"https://{parts.netloc}/", LoginAdapter(plain=True))
    return session


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def certificate(path: str, passphrase: str = "") -> dict[str, Any]:
    """msal's credential for a certificate file; NotAuthorised when the file is not usable."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise NotAuthorised(f"the certificate file {path} cannot be read: {error.strerror}") from error
    password = passphrase.encode() or None
    try:
        if b"-----BEGIN" not in content:
            load_key_and_certificates(content, password)
            return {"private_key_pfx_path": path, "passphrase": passphrase or None, "public_certificate": True}
        load_pem_private_key(content, password)
        certificate = load_pem_x509_certificates(content)[0].public_bytes(Encoding.PEM).decode()
    except (ValueError, TypeError) as error:
        raise NotAuthorised(f"the certificate file {path} needs a private key and its certificate: {error}") from error
    return {"private_key": content.decode("latin-1"), "public_certificate": certificate, "passphrase": passphrase or None}


def _answer(acquire: Acquire, claims: str | None) -> dict[str, Any]:
    """msal's answer with a token in it; runs in the thread. Everything else becomes one of our errors."""
    try:
        answer = acquire(claims)
    except DirectoryError:
        raise
    except requests.RequestException as error:
        raise Unavailable(f"the login host cannot be reached ({type(error).__name__})") from error
    except Exception as error:  # msal raises its own, ValueError and RuntimeError alike
        if code := aadsts_code(f"{error} {error.__context__ or ''}"):
            raise _refusal(code, str(error)) from error
        raise Unavailable(f"the login host gave no usable answer ({type(error).__name__})") from error
    if answer and answer.get("access_token"):
        return answer
    error_name, description = str((answer or {}).get("error", "")), str((answer or {}).get("error_description", ""))
    if error_name in ("", "temporarily_unavailable", "server_error"):
        raise Unavailable(f"the login host gave no token: {_first_line(description) or 'empty answer'}")
    raise _refusal(aadsts_code(description) or error_name, description)


def _refusal(code: str, description: str) -> NotAuthorised:
    return NotAuthorised(f"{code}: {MEANINGS.get(code) or _first_line(description)}", status=401, code=code)


def aadsts_code(text: str) -> str:
    """Entra's error number in a text of msal or of the login host; empty when there is none."""
    found = re.search(r"AADSTS\d+", text)
    return found[0] if found else ""


def _first_line(text: str) -> str:
    """The sentence without Entra's trace ids."""
    return re.split(r"\s+Trace ID:|[\r\n]", text.strip(), maxsplit=1)[0]
