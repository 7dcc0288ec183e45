"""Fresh sign-ins of people: sent to Entra's page and back, looked at, and forgotten. Implements `ports.proof.SignIns` on msal.

msal blocks, so it runs in threads. It does not check an ID token (its decision, AzureAD/microsoft-authentication-library-for-python#911):
the token comes straight from the token endpoint over TLS, and whatever matters in it is checked here.
"""

from __future__ import annotations

import asyncio
import json
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
import structlog
from msal.application import ConfidentialClientApplication
from msal.token_cache import TokenCache

from bot.domain.people import Person
from bot.domain.said import say
from bot.errors import DirectoryError, Unavailable
from bot.ports.proof import SignedIn, SignInBegun, SignInRefused
from bot.tokens import aadsts_code, login_session

T = TypeVar("T")

#: How far the clock of the login host may be off from ours, or a sign-in lie before its flow began.
CLOCKS_APART = 60.0
#: Nobody waits longer for a place among the threads than for the login host itself.
_AT_ONCE = 8
_SESSION = 8
#: What of a redirect is of any use; the rest of it is not even looked at.
_ANSWER = ("code", "state", "error", "error_description", "client_info")
#: The login host cannot answer now: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-response
_LATER = ("server_error", "temporarily_unavailable")
#: MFA is wanted and was not done: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_MFA_LACKS = ("AADSTS50074", "AADSTS50076", "AADSTS50079", "AADSTS50158")

#: msal recommends a POST, which a browser sends from another site without our cookie; a code in an address is good once, and for us alone.
warnings.filterwarnings("ignore", "response_mode='form_post' is recommended")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SignInApp:
    """The app registration that people sign in to.

    Attributes:
        authority_host: as of `bot.tokens.with_secret`.
        tenant_id: whose people may sign in.
        credential: the secret, or what msal takes of a certificate; called in a thread.
        redirect_uri: where they come back to.
        context: the authentication context that the sign-in has to meet: its policy asks for MFA. No ID token of Entra's v2.0 says so in
            another way: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (amr)
    """

    authority_host: str
    tenant_id: str
    client_id: str
    credential: Callable[[], Any]
    redirect_uri: str
    context: str


class EntraSignIns:
    """`ports.proof.SignIns` with Entra ID.

    Args:
        now: seconds since the epoch, by the clock that tokens are made by.

    Raises:
        ValueError: the authority host is no web address, or is `http://` and not on this machine.
    """

    def __init__(self, app: SignInApp, *, now: Callable[[], float] = time.time) -> None:
        self._app = app
        self._now = now
        self._session = login_session(app.authority_host)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sign-ins")

    async def begin(self, person: Person, state: str, *, again: bool = False) -> SignInBegun:
        return await self._in_thread(lambda: self._begin(person.upn, state, again))

    async def finish(self, flow: str, answer: dict[str, str]) -> SignedIn:
        begun = json.loads(flow)
        returned = {name: answer[name] for name in _ANSWER if name in answer}
        if returned.get("state") != begun["flow"]["state"]:
            raise _unusable("state")
        if "code" not in returned:
            raise _sent_back(returned)
        claims = await self._in_thread(lambda: self._redeem(begun["flow"], returned))
        return self._checked(claims, begun["at"])

    def close(self) -> None:
        """Lets the threads go; a request under way is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, upn: str, state: str, again: bool) -> SignInBegun:
        """`max_age` makes Entra ask anew; `prompt=login` does so too, with more to type, and is the documented one:
        https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
        """
        flow = self._msal().initiate_auth_code_flow(
            [],
            redirect_uri=self._app.redirect_uri,
            state=state,
            login_hint=upn,
            max_age=0,
            claims_challenge=json.dumps({"id_token": {"acrs": {"essential": True, "value": self._app.context}}}),
            prompt="login" if again else None,
            response_mode="query",
        )
        # msal takes the time from password to code for an age too, and gives people two minutes for all of MFA. Ours is looked at below.
        del flow["max_age"]
        url = flow.pop("auth_uri")
        if self._app.authority_host.startswith("http://"):  # loopback, where nothing else is accepted
            url = url.replace("https://", "http://", 1)
        return SignInBegun(url, json.dumps({"flow": flow, "at": self._now()}))

    def _redeem(self, flow: dict[str, Any], returned: Mapping[str, str]) -> dict[str, Any]:
        """The claims of the ID token that the code stands for; the tokens themselves go no further."""
        try:
            answer = self._msal().acquire_token_by_auth_code_flow(flow, dict(returned))
        except RuntimeError:  # the nonce is not ours; msal's text has the claims in it, so it is not passed on
            raise _unusable("nonce") from None
        if "id_token_claims" in answer:
            claims: dict[str, Any] = answer["id_token_claims"]
            return claims
        if answer.get("error") in (*_LATER, "invalid_client", "unauthorized_client", None):
            code = aadsts_code(str(answer.get("error_description", "")))
            raise Unavailable(f"the login host gave no ID token ({code or answer.get('error') or 'empty answer'})", code=code)
        raise _unusable(aadsts_code(str(answer.get("error_description", ""))) or str(answer["error"]))

    def _checked(self, claims: Mapping[str, Any], begun_at: float) -> SignedIn:
        """Who it is; SignInRefused where the claims are not what was asked for."""
        app, now, oid = self._app, self._now(), claims.get("oid")
        if claims.get("tid") != app.tenant_id or not str(claims.get("iss", "")).endswith(f"/{app.tenant_id}/v2.0"):
            raise SignInRefused("other_tenant", say("You signed in with an account of another organisation."))
        if claims.get("aud") != app.client_id or not isinstance(oid, str) or not oid or _number(claims.get("exp")) < now - CLOCKS_APART:
            raise _unusable("claims")
        since = _number(claims.get("auth_time"))
        if not since:
            log.warning("the app registration declares no auth_time", action="sign_in_without_auth_time")
        if not begun_at - CLOCKS_APART <= since <= now + CLOCKS_APART:
            raise SignInRefused("stale", say("You were signed in already, and it takes a fresh sign-in."))
        contexts = claims.get("acrs")
        if not isinstance(contexts, list) or app.context not in contexts:
            raise SignInRefused("no_mfa", say("Your organisation's policy did not ask for a second factor here, so this proves nothing."))
        name = str(claims.get("name") or claims.get("preferred_username") or "")
        return SignedIn(object_id=oid.lower(), name=name, session=str(claims.get("uti", ""))[:_SESSION])

    def _msal(self) -> Any:
        """msal's client, one for each step: what it would keep of a person's tokens goes with it, and so does its memory of a login host
        that failed, which would hold everybody back for what one person met. Building it asks the login host where its endpoints are.
        """
        app = self._app
        return ConfidentialClientApplication(  # type: ignore[no-untyped-call]
            app.client_id,
            client_credential=app.credential(),
            authority=f"https://{app.authority_host.partition('://')[2]}/{app.tenant_id}",
            instance_discovery=False,  # the administrator's own setting needs no proof from the public login host
            http_client=self._session,
            token_cache=_Nothing(),  # type: ignore[no-untyped-call]
            exclude_scopes=["offline_access"],  # so that there is no refresh token to begin with
        )

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _asked, work)


class _Nothing(TokenCache):
    """A cache that keeps nothing; msal's own would log the code with its verifier too, on the level for debugging."""

    def add(self, event: Any, now: Any = None) -> None:
        """Forgets it."""


def _asked(work: Callable[[], T]) -> T:
    """The login host's answer, through msal; whatever else comes of it is `Unavailable`."""
    try:
        return work()
    except (SignInRefused, Unavailable):
        raise
    except requests.RequestException as error:
        raise Unavailable(f"the login host cannot be reached ({type(error).__name__})") from error
    except DirectoryError as error:  # of our own credential
        raise Unavailable(error.detail, code=error.code) from error
    except Exception as error:  # msal raises its own, ValueError and KeyError alike; its texts may have claims in them
        raise Unavailable(f"the login host gave no usable answer ({type(error).__name__})") from None


def _sent_back(returned: Mapping[str, str]) -> SignInRefused | Unavailable:
    """What the login host's own refusal means; of its words only the number is used, for anybody can write them into an address."""
    error, code = returned.get("error", ""), aadsts_code(returned.get("error_description", ""))
    if error in _LATER:
        return Unavailable("the login host asks to come back later", code=code)
    if code in _MFA_LACKS:
        return SignInRefused("no_mfa", say("Your sign-in had no second factor."))
    if error == "access_denied":
        return SignInRefused("cancelled", say("The sign-in was not finished."))
    return _unusable(code)


def _unusable(what: str) -> SignInRefused:
    log.warning("a sign-in cannot be used", action="sign_in_unusable", detail=what)
    return SignInRefused("unusable", say("This sign-in cannot be used."))


def _number(value: Any) -> float:
    """A moment of a claim; 0 where there is none."""
    return float(value) if type(value) in (int, float) else 0.0
