"""What only Graph's beta has: the preferred method, per-user MFA, QR codes, hardware tokens. msgraph-sdk has no builders for it.

https://learn.microsoft.com/graph/api/resources/authentication?view=graph-rest-beta, qrcodepinauthenticationmethod and
hardwareoathauthenticationmethod there
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.domain.methods import Family, Method
from bot.domain.sign_in import DefaultMethod, MfaState, Preference
from bot.errors import Unavailable
from bot.graph.shape import of_graph

DEFAULT, _SYSTEM_PREFERRED = "userPreferredMethodForSecondaryAuthentication", "isSystemPreferredAuthenticationMethodEnabled"
_SYSTEM_METHOD = "systemPreferredAuthenticationMethod"  # not in the description; the service gives it all the same
STATE = "perUserMfaState"
#: The status of a token that signs somebody in; "assigned" is one that is somebody's and does not.
#: https://learn.microsoft.com/graph/api/resources/hardwareoathtokenauthenticationmethoddevice?view=graph-rest-beta
_ACTIVE = "activated"


@of_graph
def preference_in(fields: dict[str, Any]) -> Preference:
    """The preference in `signInPreferences`; Unavailable when it says nothing at all."""
    if DEFAULT not in fields and _SYSTEM_PREFERRED not in fields:
        raise Unavailable("no preference")
    return Preference(DefaultMethod.of(fields.get(DEFAULT)), fields.get(_SYSTEM_PREFERRED) is True, str(fields.get(_SYSTEM_METHOD) or ""))


@of_graph
def mfa_state_in(fields: dict[str, Any]) -> MfaState:
    """The state in `requirements`; Unavailable when there is none."""
    if not (state := fields.get(STATE)):
        raise Unavailable("no state of per-user MFA")
    return MfaState(state) if state in MfaState._value2member_map_ else MfaState.UNKNOWN


@of_graph
def with_tokens(methods: Iterable[Method], rows: Iterable[dict[str, Any]]) -> tuple[Method, ...]:
    """The methods, hardware tokens with what beta says of them: which one it is, and whether it is active."""
    devices = {str(row.get("id")): row.get("device") or {} for row in rows}
    return tuple(_told(method, devices.get(method.id)) for method in methods)


def _told(method: Method, device: dict[str, Any] | None) -> Method:
    if method.family is not Family.HARDWARE_TOKEN:
        return method
    if not device:
        return replace(method, active=None)
    name = " ".join(str(device[key]) for key in ("manufacturer", "model", "serialNumber") if device.get(key))
    return replace(method, name=name, active=device.get("status") in (None, _ACTIVE))
