"""Signing an administrator in from a terminal: a short code to be entered on a page of the login host, on any device.

msal polls with a sleep of its own, so it is asked once at a time here. Nothing of the sign-in is kept.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from msal.application import PublicClientApplication

from bot.errors import DirectoryError, NotAuthorised, Unavailable
from bot.tokens import aadsts_code, login_session

#: Microsoft Graph Command Line Tools, a public client that every tenant may use; `Connect-MgGraph` says its id when it has connected:
#: https://learn.microsoft.com/powershell/microsoftgraph/authentication-commands
GRAPH_COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
#: Where whoever signs in may be of any organisation, and the token says of which.
ANY_TENANT = "organizations"
_POLL_ON = ("authorization_pending", "slow_down")

#: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ONE_MORE_TIME = "Run setup again; what was done so far stays, and it goes on from there."
_MEANINGS = {
    "expired_token": f"Nobody entered the code in time. {_ONE_MORE_TIME}",
    "authorization_declined": f"The sign-in was declined on the page. {_ONE_MORE_TIME}",
    "AADSTS90002": "There is no such tenant. Give its id or one of its domains with --tenant.",
    "AADSTS900023": "That is no name of a tenant. Give its id or one of its domains with --tenant.",
    "AADSTS50020": "That account is of another tenant. Sign in with one of this tenant, or give the other with --tenant.",
    "AADSTS50034": "There is no such account in this tenant. Give another with --tenant, or sign in with one of this tenant.",
    "AADSTS53003": (
        "A Conditional Access policy refuses this sign-in; many organisations refuse every sign-in by code. Ask who runs Conditional "
        "Access to leave you out of it for an hour, or go by hand: docs/install.md."
    ),
    "AADSTS65001": (
        "The tenant does not let this program act for you yet, and you may not allow it. A Cloud Application Administrator, Privileged "
        "Role Administrator or Global Administrator has to run setup once, or go by hand: docs/install.md."
    ),
    "AADSTS700016": "The tenant does not know the program that signs you in. Give another public client with --client-id.",
    "AADSTS7000218": "The client of --client-id is no public one: allow public client flows in its registration, or leave the option out.",
}


@dataclass(frozen=True, slots=True)
class Code:
    """What to do to sign in: the page, the code, and for how many minutes it is good."""

    page: str
    code: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who signed in, where, and the token for Graph."""

    name: str
    upn: str
    object_id: str
    tenant_id: str
    token: str = field(repr=False)


class DeviceSignIn:
    """One sign-in. Every call blocks.

    Args:
        authority_host: as of `bot.tokens.with_secret`.
        tenant: an id, a domain, or `ANY_TENANT`.
        scopes: delegated permissions, with the address of Graph before each.

    Raises:
        ValueError: the authority host is no web address, or is `http://` and not on this machine.
    """

    def __init__(self, authority_host: str, tenant: str, client_id: str, scopes: Sequence[str]) -> None:
        self._authority = f"https://{authority_host.partition('://')[2]}/{tenant}"
        self._session = login_session(authority_host)
        self._client_id = client_id
        self._scopes = list(scopes)
        self._app: Any = None
        self._flow: dict[str, Any] = {}

    def begin(self) -> Code:
        """Asks for a code.

        Raises:
            NotAuthorised: the login host refuses; `detail` says what to do.
            Unavailable: it cannot be reached, or does not make sense.
        """
        self._flow = _asked(self._begin)
        if "user_code" not in self._flow:
            raise _refusal(self._flow)
        return Code(str(self._flow["verification_uri"]), str(self._flow["user_code"]), int(self._flow["expires_in"]) // 60)

    def finish(self, sleep: Callable[[float], None]) -> Administrator:
        """Waits until somebody has entered the code. Raises as `begin`."""
        waited = 0.0
        while (answer := _asked(self._poll)).get("error") in _POLL_ON:
            if waited > self._flow["expires_in"]:
                raise _refusal({"error": "expired_token"})
            sleep(self._flow["interval"])
            waited += self._flow["interval"]
        claims = answer.get("id_token_claims") or {}
        if "access_token" not in answer:
            raise _refusal(answer)
        if not claims.get("tid") or not claims.get("oid"):
            raise Unavailable("the login host does not say who signed in")
        name, upn = str(claims.get("name") or ""), str(claims.get("preferred_username") or "")
        return Administrator(name or upn, upn, str(claims["oid"]), str(claims["tid"]).lower(), str(answer["access_token"]))

    def _begin(self) -> dict[str, Any]:
        self._app = PublicClientApplication(  # type: ignore[no-untyped-call]
            self._client_id,
            authority=self._authority,
            instance_discovery=False,  # the administrator's own setting needs no proof from the public login host
            http_client=self._session,
        )
        flow: dict[str, Any] = self._app.initiate_device_flow(self._scopes)
        return flow

    def _poll(self) -> dict[str, Any]:
        self._flow.pop("latest_attempt_at", None)  # msal's own clock has a say in this, and whoever waits here has waited
        answer: dict[str, Any] = self._app.acquire_token_by_device_flow(self._flow, exit_condition=lambda _: True)
        return answer


def _asked(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except requests.RequestException as error:
        raise Unavailable(f"the login host cannot be reached ({type(error).__name__})") from error
    except Exception as error:  # msal raises its own, ValueError and KeyError alike
        if code := aadsts_code(f"{error} {error.__context__ or ''}"):
            raise _refusal({"error_description": code}) from error
        raise Unavailable(f"the login host gave no usable answer ({type(error).__name__})") from error


def _refusal(answer: dict[str, Any]) -> DirectoryError:
    """What the login host's refusal means; of its own words only the number is passed on."""
    error, code = str(answer.get("error", "")), aadsts_code(str(answer.get("error_description", "")))
    if error in ("server_error", "temporarily_unavailable"):
        return Unavailable(f"the login host asks to come back later ({code or error})")
    meaning = _MEANINGS.get(error) or _MEANINGS.get(code) or "The login host refuses the sign-in; its number stands in Microsoft's list."
    return NotAuthorised(f"{meaning} ({code or error or 'no reason given'})", status=401, code=code or error)
