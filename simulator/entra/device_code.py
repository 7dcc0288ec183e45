"""The device code flow: somebody signs in on another page with a short code, and the waiting client gets a token for them.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code and https://www.rfc-editor.org/rfc/rfc8628 (`slow_down`)
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.entra.administrators import ALLOWS_CLIENTS, GLOBAL, roles_of
from simulator.entra.message import Answer
from simulator.entra.refused import LoginError
from simulator.entra.state import Person, Tenant
from simulator.entra.tokens import LIFETIME, AppRegistration, Tokens

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
#: Public clients of Microsoft's own that every tenant knows.
FIRST_PARTY = {"14d82eec-204b-4c2f-b7e8-296a70dab67e": "Microsoft Graph Command Line Tools"}
PAGE = "https://login.microsoft.com/device"
_OPEN_ID = frozenset(("openid", "profile", "email", "offline_access"))
_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ23456789"


@dataclass
class Device:
    """One flow under way: whose code it is, what it asks for, and what became of it on the page."""

    client_id: str
    scopes: frozenset[str]
    ends: float
    person: Person | None = None
    refused: LoginError | None = None
    polled_at: float | None = None


class DeviceCodes:
    """The flows of one tenant.

    Attributes:
        seconds: how long a code is good.
        interval: seconds between two questions of a client; who asks more often is told to slow down.
        consented: delegated permissions of Graph that the tenant lets these clients have already.
    """

    def __init__(self, tenant: Tenant, tokens: Tokens, clock: Callable[[], float]) -> None:
        self._tenant = tenant
        self._tokens = tokens
        self._clock = clock
        self._devices: dict[str, Device] = {}
        self._codes: dict[str, str] = {}
        self.seconds = 900
        self.interval = 5
        self.consented: set[str] = set()

    def begin(self, form: Mapping[str, str], audiences: tuple[str, ...]) -> Answer:
        """The two codes of a new flow.

        Raises:
            LoginError: the client is unknown, or asks for what is no permission of Graph.
        """
        client_id = form.get("client_id", "").lower()
        if client_id not in FIRST_PARTY:
            text = f"Application with identifier '{client_id}' was not found in the directory '{self._tenant.id}'."
            raise LoginError(700016, text, "unauthorized_client", 400)
        device_code, user_code = secrets.token_urlsafe(48), "".join(secrets.choice(_LETTERS) for _ in range(9))
        scopes = frozenset(_name(scope, audiences) for scope in form.get("scope", "").split())
        if not scopes - _OPEN_ID:
            raise LoginError(900144, "The request body must contain the following parameter: 'scope'.", "invalid_request", 400)
        self._devices[device_code] = Device(client_id, scopes, self._clock() + self.seconds)
        self._codes[user_code] = device_code
        return Answer(
            200,
            {
                "user_code": user_code,
                "device_code": device_code,
                "verification_uri": PAGE,
                "expires_in": self.seconds,
                "interval": self.interval,
                "message": f"To sign in, use a web browser to open the page {PAGE} and enter the code {user_code} to authenticate.",
            },
        )

    @property
    def waiting(self) -> list[str]:
        """The codes that nobody has entered yet, oldest first."""
        return [code for code, device in self._codes.items() if device in self._devices and not _settled(self._devices[device])]

    def sign_in(self, user_code: str, person: Person | None) -> None:
        """Somebody enters the code and signs in; None for an account of another tenant. KeyError for a code that is none."""
        device = self._devices[self._codes[user_code]]
        device.person = person
        lacking = device.scopes - _OPEN_ID - self.consented
        if person is None:
            text = "User account from identity provider does not exist in tenant and cannot access the application in that tenant."
            device.refused = LoginError(50020, text, "invalid_grant", 400)
        elif not lacking or roles_of(self._tenant, person.id) & {GLOBAL, *ALLOWS_CLIENTS}:
            self.consented |= lacking
        else:
            text = f"The user or administrator has not consented to use the application with ID '{device.client_id}'."
            device.refused = LoginError(65001, text, "invalid_grant", 400)

    def refuse(self, user_code: str, refused: LoginError | None = None) -> None:
        """Somebody enters the code and presses Cancel, or a policy refuses them. KeyError for a code that is none."""
        declined = LoginError(65004, "User declined to consent to access the app.", "authorization_declined", 400)
        self._devices[self._codes[user_code]].refused = refused or declined

    def redeem(self, form: Mapping[str, str], host: str) -> Answer:
        """A token for whoever signed in.

        Raises:
            LoginError: nobody has, yet or any more.
        """
        device = self._devices.get(form.get("device_code", ""))
        if device is None or form.get("client_id", "").lower() != device.client_id:
            raise LoginError(70018, "Invalid verification code.", "bad_verification_code", 400)
        now, before = self._clock(), device.polled_at
        device.polled_at = now
        if now >= device.ends:
            raise LoginError(70019, "Verification code expired. Have the user retry the sign-in.", "expired_token", 400)
        if device.refused is not None:
            raise device.refused
        if device.person is None:
            if before is not None and now < before + self.interval:
                raise LoginError(70016, "The client polls too often.", "slow_down", 400)
            text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
            raise LoginError(70016, text, "authorization_pending", 400)
        del self._devices[form["device_code"]]
        return Answer(200, self._tokens_for(device, device.person, host))

    def _tokens_for(self, device: Device, person: Person, host: str) -> dict[str, Any]:
        now, scopes = int(self._clock()), device.scopes - _OPEN_ID
        app = AppRegistration(device.client_id, name=FIRST_PARTY[device.client_id])
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(sorted(scopes)),
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self._tokens.issue_to_user(app, f"http://{host}", person.id, scopes),
        }
        if "openid" in device.scopes:
            claims = {
                "aud": device.client_id,
                "iss": f"https://{host}/{self._tenant.id}/v2.0",
                "iat": now,
                "nbf": now,
                "exp": now + 3600,
                "sub": base64.urlsafe_b64encode(hashlib.sha256(f"{device.client_id} {person.id}".encode()).digest()).decode().rstrip("="),
                "tid": self._tenant.id,
                "uti": uuid.uuid4().hex,
                "ver": "2.0",
            }
            if "profile" in device.scopes:
                claims |= {"oid": person.id, "name": person.display_name, "preferred_username": person.upn}
            body["id_token"] = self._tokens.issue_id(claims)
        if "offline_access" in device.scopes:
            body["refresh_token"] = f"1.{secrets.token_urlsafe(64)}"
        return body


def _settled(device: Device) -> bool:
    return device.person is not None or device.refused is not None


def _name(scope: str, audiences: tuple[str, ...]) -> str:
    """A permission of Graph, with or without its address before it; LoginError for one of another resource."""
    resource, _, name = scope.rpartition("/")
    if resource and resource not in audiences:
        raise LoginError(500011, f"The resource principal named {resource} was not found in the tenant.", "invalid_resource", 400)
    return name
