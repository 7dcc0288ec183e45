"""The authorisation endpoint and the page on which people sign in: the first half of the authorisation code flow with PKCE.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc

Nobody types a password here: whoever acts says who signs in, and what becomes of MFA. There is no single sign-on, so everybody signs in
afresh. A request whose redirect address cannot be trusted is answered on our own page; whatever else is wrong goes back to the app.

Assumed, on the strict side: `state`, `nonce` and PKCE with S256 have to be there, which the pages only recommend, and `response_mode` is
`query`. `max_age` is on no page of Microsoft's, and works (AzureAD/microsoft-authentication-library-for-python#381). Somebody who
refuses MFA is sent back with error 500121, where the service would also let them try again.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from simulator.entra.errors import iso
from simulator.entra.message import Answer
from simulator.entra.state import Person, Tenant
from simulator.entra.tokens import AppRegistration

SCOPES = frozenset(("openid", "profile", "email", "offline_access"))
PROMPTS = frozenset(("login", "none", "consent", "select_account"))
CONTEXT = re.compile(r"c[1-9][0-9]?")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_MOST_OPEN = 1000
#: What can become of MFA.
DONE, REFUSED, SKIPPED, CANCELLED = "done", "refused", "skipped", "cancelled"


class PageError(Exception):
    """An error that the login host shows itself, because there is nobody whom it could send it to."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"AADSTS{number}: {message}")


class SentBack(Exception):
    """An error that the app is told: https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""

    def __init__(self, error: str, number: int, message: str) -> None:
        super().__init__(f"AADSTS{number}: {message}")
        self.error = error


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What an app asked for. `wanted` are the authentication contexts that its ID token should have."""

    app_id: str
    redirect_uri: str
    scopes: frozenset[str]
    state: str
    nonce: str
    challenge: str
    login_hint: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for: somebody has signed in for a request, at a moment."""

    request: SignInRequest
    person: Person
    mfa: bool
    at: float


class SignInPages:
    """The pages of the login host.

    Attributes:
        codes: those that were handed out, with what they stand for; None once one was redeemed.
    """

    def __init__(self, tenant: Tenant, clock: Callable[[], float]) -> None:
        self._tenant = tenant
        self._clock = clock
        self._open: dict[str, SignInRequest] = {}
        self.codes: dict[str, Grant | None] = {}

    def authorize(self, query: Mapping[str, str]) -> Answer:
        """The answer to an app that sends somebody to sign in."""
        try:
            app, redirect_uri = self._trusted(query)
        except PageError as error:
            return _page(400, escape(str(error)))
        try:
            request = _read(app, redirect_uri, query)
        except SentBack as error:
            return self._send_back(redirect_uri, query.get("state", ""), error)
        if len(self._open) >= _MOST_OPEN:
            self._open.clear()
        number = secrets.token_urlsafe(16)
        self._open[number] = request
        return self._question(number, request)

    def answer(self, form: Mapping[str, str]) -> Answer:
        """Somebody says on our page who signs in (`login`) and what becomes of MFA (`mfa`)."""
        request = self._open.get(form.get("ctx", ""))
        if request is None:
            return _page(400, "AADSTS90014: The required field 'ctx' is missing, or the page is too old.")
        person, mfa = self._tenant.find(form.get("login", "").strip()), form.get("mfa")
        if mfa == CANCELLED:
            del self._open[form["ctx"]]
            denied = SentBack("access_denied", 65004, "User declined to consent to access the app.")
            return self._send_back(request.redirect_uri, request.state, denied)
        if mfa not in (DONE, REFUSED, SKIPPED):
            return self._question(form["ctx"], request, "Say what becomes of MFA.")
        if person is None:
            return self._question(form["ctx"], request, "AADSTS50034: The user account does not exist in the directory.")
        if not person.account_enabled:
            return self._question(form["ctx"], request, "AADSTS50057: The user account is disabled.")
        if mfa == DONE and not has_second_factor(person):
            text = "AADSTS50079: The user is required to use multifactor authentication, and has nothing registered for it."
            return self._question(form["ctx"], request, text)
        del self._open[form["ctx"]]
        if mfa == REFUSED:
            failed = SentBack("access_denied", 500121, "Authentication failed during strong authentication request.")
            return self._send_back(request.redirect_uri, request.state, failed)
        code = f"1.{secrets.token_urlsafe(48)}"
        self.codes[code] = Grant(request, person, mfa == DONE, self._clock())
        return _redirect(request.redirect_uri, {"code": code, "state": request.state, "session_state": secrets.token_hex(16)})

    def _trusted(self, query: Mapping[str, str]) -> tuple[AppRegistration, str]:
        """The app and the address it may be answered at; PageError for others."""
        app_id = query.get("client_id", "")
        if not app_id:
            raise PageError(900144, "The request body must contain the following parameter: 'client_id'.")
        app = self._tenant.apps.get(app_id.lower())
        if app is None:
            raise PageError(700016, f"Application with identifier '{app_id}' was not found in the directory '{self._tenant.id}'.")
        if not app.redirect_uris:
            raise PageError(500113, "No reply address is registered for the application.")
        redirect_uri = query.get("redirect_uri", "")
        if redirect_uri not in app.redirect_uris:
            raise PageError(
                50011,
                f"The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the "
                f"application '{app.app_id}'.",
            )
        return app, redirect_uri

    def _question(self, number: str, request: SignInRequest, complaint: str = "") -> Answer:
        buttons = ((DONE, "Sign in with MFA"), (SKIPPED, "Sign in without MFA"), (REFUSED, "Refuse MFA"), (CANCELLED, "Cancel"))
        wanted = f"<p>The app asks for {escape(', '.join(request.wanted))}.</p>" if request.wanted else ""
        inside = (
            f"<p role='alert'>{escape(complaint)}</p>{wanted}<form method='post' action='/{self._tenant.id}/login'>"
            f"<input type='hidden' name='ctx' value='{number}'>"
            f"<label>Account <input name='login' value='{escape(request.login_hint)}' autofocus></label> "
            + " ".join(f"<button name='mfa' value='{value}'>{said}</button>" for value, said in buttons)
            + "</form>"
        )
        return _page(200, inside)

    def _send_back(self, redirect_uri: str, state: str, error: SentBack) -> Answer:
        stamp = iso(self._clock()).replace("T", " ") + "Z"
        told = f"{error} Trace ID: {secrets.token_hex(16)} Correlation ID: {secrets.token_hex(16)} Timestamp: {stamp}"
        return _redirect(redirect_uri, {"error": error.error, "error_description": told} | ({"state": state} if state else {}))


def has_second_factor(person: Person) -> bool:
    """Whether somebody has anything that MFA can be done with; an address for resetting the password is nothing of that kind."""
    holding = person.holding()
    return bool(holding.phones or holding.temporary_pass or [method for method in holding.methods if method.kind != "email"])


def wanted_contexts(claims: str | None) -> tuple[str, ...]:
    """The authentication contexts of a `claims` parameter: https://learn.microsoft.com/entra/identity-platform/claims-challenge

    Raises:
        ValueError: it is no such parameter.
    """
    if claims is None:
        return ()
    asked = json.loads(claims)
    if not isinstance(asked, dict) or not asked.keys() <= {"id_token", "access_token", "userinfo"}:
        raise ValueError("it is no object of id_token, access_token and userinfo")
    if any(part is not None and not isinstance(part, dict) for part in asked.values()):
        raise ValueError("a part of it is no object")
    acrs = (asked.get("id_token") or {}).get("acrs") or {}
    found = [acrs["value"]] if "value" in acrs else acrs.get("values", [])
    if not all(isinstance(each, str) and CONTEXT.fullmatch(each) for each in found):
        raise ValueError("acrs names something that is no authentication context")
    return tuple(found)


def _read(app: AppRegistration, redirect_uri: str, query: Mapping[str, str]) -> SignInRequest:
    """The request; SentBack where anything is wrong with it."""
    for name in ("response_type", "scope", "state", "nonce", "code_challenge"):
        if not query.get(name):
            raise SentBack("invalid_request", 900144, f"The request body must contain the following parameter: '{name}'.")
    kind, mode = query["response_type"], query.get("response_mode", "query")
    if kind != "code":
        raise SentBack("unsupported_response_type", 700054, f"response_type '{kind}' is not enabled for the application.")
    if mode != "query":
        raise SentBack("invalid_request", 70007, f"'{mode}' is not a supported value of 'response_mode'.")
    scopes = frozenset(query["scope"].split())
    for scope in sorted(scopes - SCOPES):
        raise SentBack("invalid_client", 650053, f"The application '{app.name}' asked for scope '{scope}' that doesn't exist.")
    if "openid" not in scopes:
        raise SentBack("invalid_request", 900144, "The request has to ask for the scope 'openid'.")
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query["code_challenge"]):
        raise SentBack("invalid_request", 501491, "Invalid size of Code_Challenge parameter, or no S256.")
    _check_interaction(query)
    try:
        wanted = wanted_contexts(query.get("claims"))
    except (ValueError, AttributeError) as error:
        raise SentBack("invalid_request", 90013, f"Invalid input received from the user: claims: {error}.") from None
    return SignInRequest(
        app.app_id,
        redirect_uri,
        scopes,
        query["state"],
        query["nonce"],
        query["code_challenge"],
        query.get("login_hint", ""),
        wanted,
    )


def _check_interaction(query: Mapping[str, str]) -> None:
    prompt, age = query.get("prompt"), query.get("max_age")
    if prompt is not None and prompt not in PROMPTS:
        raise SentBack("invalid_request", 90023, f"The value '{prompt}' of 'prompt' is not supported.")
    if prompt == "none":
        raise SentBack("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
    if age is not None and not age.isdecimal():
        raise SentBack("invalid_request", 90023, "The value of 'max_age' is no number of seconds.")


def _page(status: int, inside: str) -> Answer:
    page = f"<!DOCTYPE html><html lang='en'><head><title>Sign in to your account</title></head><body><h1>Sign in</h1>{inside}</body></html>"
    return Answer(status, page.encode(), {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})


def _redirect(to: str, query: Mapping[str, Any]) -> Answer:
    return Answer(302, b"", {"Location": f"{to}?{urlencode(query)}", "Cache-Control": "no-store"})
