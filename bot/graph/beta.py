"""What only Graph's beta has, as our own: the preferred method and per-user MFA. msgraph-sdk has no builders for it.

https://learn.microsoft.com/graph/api/resources/authentication?view=graph-rest-beta
"""

from __future__ import annotations

import json
from typing import Any

from kiota_abstractions.method import Method as Http
from kiota_abstractions.request_information import RequestInformation

from bot.domain.change import Change, ChangeKind
from bot.domain.sign_in import DefaultMethod, MfaState, Preference
from bot.errors import Unavailable
from bot.graph import reads

_DEFAULT, _SYSTEM_PREFERRED = "userPreferredMethodForSecondaryAuthentication", "isSystemPreferredAuthenticationMethodEnabled"
_SYSTEM_METHOD = "systemPreferredAuthenticationMethod"  # not in the description; the service gives it all the same
_STATE = "perUserMfaState"


def preference_in(fields: dict[str, Any]) -> Preference:
    """The preference in `signInPreferences`."""
    return Preference(DefaultMethod.of(fields.get(_DEFAULT)), fields.get(_SYSTEM_PREFERRED) is True, str(fields.get(_SYSTEM_METHOD) or ""))


def mfa_state_in(fields: dict[str, Any]) -> MfaState:
    """The state in `requirements`; Unavailable when there is none."""
    if not (state := fields.get(_STATE)):
        raise Unavailable("no state of per-user MFA")
    return MfaState(state) if state in MfaState._value2member_map_ else MfaState.UNKNOWN


def beta_request(beta_url: str, target_id: str, change: Change) -> RequestInformation | None:
    """The request that makes one change below beta; None for a change that v1.0 can make."""
    match change.kind:
        case ChangeKind.SET_DEFAULT:
            read, body = reads.preferences(target_id), {_DEFAULT: change.after}
        case ChangeKind.REQUIRE_MFA:
            read, body = reads.requirements(target_id), {_STATE: change.after}
        case _:
            return None
    request = RequestInformation(Http.PATCH)
    request.url = beta_url + read.url
    request.headers.add("Content-Type", "application/json")
    request.content = json.dumps(body).encode()
    return request
