"""What beta alone offers: the preferred second factor, and the per-user state of multifactor authentication.

https://learn.microsoft.com/graph/api/authentication-update?view=graph-rest-beta
"""

from __future__ import annotations

from typing import Any

from simulator.entra import families, phones
from simulator.entra.defaults import PREFERENCES, fitting
from simulator.entra.errors import method_error
from simulator.entra.message import Answer, Call
from simulator.entra.state import Person, Tenant
from simulator.entra.writes import note

_DEFAULT = "userPreferredMethodForSecondaryAuthentication"
_SYSTEM = "isSystemPreferredAuthenticationMethodEnabled"
STATES = ("disabled", "enabled", "enforced")


def get_preferences(tenant: Tenant, call: Call) -> Answer:
    person = _person(tenant, call)
    shown = {_SYSTEM: person.sign_in.system_preferred, _DEFAULT: person.sign_in.default}
    return Answer(200, {"@odata.context": families.context(person, call, "signInPreferences"), **shown})


def update_preferences(tenant: Tenant, call: Call) -> Answer:
    """Takes the preference even while the system-preferred method overrules it."""
    person = _person(tenant, call)
    body = _fields(call.body, "#microsoft.graph.signInPreferences", (_DEFAULT, _SYSTEM))
    preference, system = body.get(_DEFAULT), body.get(_SYSTEM)
    if _DEFAULT in body and preference not in PREFERENCES:
        raise method_error(f"The value '{preference}' is not a default method.")
    if _SYSTEM in body and not isinstance(system, bool):
        raise method_error(f"The property '{_SYSTEM}' must be a boolean.")
    if preference is not None and not fitting(person.holding(), preference):
        # undocumented: a preference for what is not registered has to be expected to fail
        raise method_error(f"The user has no method registered for '{preference}'.")
    if preference is not None:
        note(tenant, call, person, what="default.update", before=person.sign_in.default, after=preference)
        person.sign_in.default = preference
    if system is not None:
        note(tenant, call, person, what="default.update", before=_system(person.sign_in.system_preferred), after=_system(system))
        person.sign_in.system_preferred = system
    return Answer(204)


def get_requirements(tenant: Tenant, call: Call) -> Answer:
    person = _person(tenant, call)
    return Answer(200, {"@odata.context": families.context(person, call, "requirements"), "perUserMfaState": person.sign_in.per_user_mfa})


def update_requirements(tenant: Tenant, call: Call) -> Answer:
    """`enabled` becomes `enforced` at once for somebody who has registered a method."""
    person = _person(tenant, call)
    wanted = _fields(call.body, "#microsoft.graph.strongAuthenticationRequirements", ("perUserMfaState",)).get("perUserMfaState")
    if wanted not in STATES:
        raise method_error(f"The value '{wanted}' is not a state.")
    held = person.holding()
    if wanted == "enabled" and any(fitting(held, preference) for preference in PREFERENCES):
        wanted = "enforced"
    note(tenant, call, person, what="mfa.update", before=person.sign_in.per_user_mfa, after=wanted)
    person.sign_in.per_user_mfa = wanted
    return Answer(204)


def _person(tenant: Tenant, call: Call) -> Person:
    families.no_options(call)
    return phones.person_in(tenant, call)


def _fields(body: Any, type_name: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(body, dict) or not body.keys() & set(names):
        raise method_error(f"One of {', '.join(names)} is expected in the body.")
    for name, value in body.items():
        if name not in names and (name, value) != ("@odata.type", type_name):
            raise method_error(f"The property '{name}' cannot be set.")
    return body


def _system(on: bool) -> str:
    return "system preferred" if on else "user preferred"
