"""The part of the back door that is about signing in: methods, pass, default and sessions of a person, and what the tenant allows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.entra import families
from simulator.entra.defaults import PREFERENCES
from simulator.entra.errors import iso
from simulator.entra.policies import IDS
from simulator.entra.preferences import STATES
from simulator.entra.sign_in import HeldMethod, PassPolicy, TemporaryPass
from simulator.entra.state import Person, Tenant
from simulator.registered import registered

_REASONS = ("EnabledByPolicy", "DisabledByPolicy", "Expired", "NotYetValid", "OneTimeUsed")
_PASS_NUMBERS = {
    "defaultLifetimeInMinutes": "default_lifetime",
    "minimumLifetimeInMinutes": "minimum_lifetime",
    "maximumLifetimeInMinutes": "maximum_lifetime",
    "defaultLength": "default_length",
}
_PASS_FLAGS = {"isUsableOnce": "usable_once", "refusesCreation": "refuses_creation"}
_PASS_GROUPS = {"includeTargets": "targets", "excludeTargets": "excluded"}
Step = Callable[[], None]


def described(person: Person) -> dict[str, Any]:
    """How somebody signs in, as it is; `methods` are all but phones, password and pass."""
    state = person.sign_in
    held = state.temporary_pass
    return {
        "default": state.default,
        "systemPreferred": state.system_preferred,
        "perUserMfa": state.per_user_mfa,
        "federated": state.federated,
        "enabledOnPremises": state.enabled_on_premises,
        "sessionsValidFrom": state.sessions_valid_from,
        "passwordChanged": state.password_changed,
        "unusableBecause": state.unusable_because,
        "pass": held
        and {
            "id": held.id,
            "start": iso(held.start) + "Z",
            "end": iso(held.end) + "Z",
            "lifetimeInMinutes": held.lifetime_minutes,
            "isUsableOnce": held.usable_once,
            "used": held.used,
        },
        "methods": [shown(method) for method in person.holding().methods],
    }


def shown(method: HeldMethod) -> dict[str, Any]:
    """A method with the word of this tenant for its kind."""
    return {"kind": method.kind, **method.shown("beta")}


def steps(tenant: Tenant, person: Person, wanted: Any) -> list[Step]:
    """The changes that put somebody's sign-in in another state; none has happened yet.

    Raises:
        ValueError: an unknown field, or a value it cannot have.
    """
    if not isinstance(wanted, dict):
        raise ValueError(f"{wanted!r} is no object")
    return [_step(tenant, person, name, value) for name, value in wanted.items()]


def method_described(wanted: dict[str, Any]) -> Any:
    """A method from JSON: `kind`, `createdDateTime`, `lastUsedDateTime` and the facts of its kind; ValueError when it makes none."""
    facts = dict(wanted)
    kind, created, used = facts.pop("kind", None), facts.pop("createdDateTime", None), facts.pop("lastUsedDateTime", None)
    if not isinstance(kind, str):
        raise ValueError("a method needs a kind")
    return registered(kind, created, used, **facts)


def take_away(person: Person, method_id: str) -> None:
    """Removes a method without asking any rule; KeyError when there is none with this id."""
    for method in person.holding().methods:
        if method.id == method_id:
            families.take_away(person, method)
            return
    raise KeyError(method_id)


def _step(tenant: Tenant, person: Person, name: str, value: Any) -> Step:
    state = person.sign_in
    flags = {"systemPreferred": "system_preferred", "federated": "federated", "enabledOnPremises": "enabled_on_premises"}
    if name in flags and isinstance(value, bool):
        return lambda: setattr(state, flags[name], value)
    if name == "default" and (value is None or value in PREFERENCES):
        return lambda: setattr(state, "default", value)
    if name == "perUserMfa" and value in STATES:
        return lambda: setattr(state, "per_user_mfa", value)
    if name == "sessionsValidFrom" and isinstance(value, str):
        return lambda: setattr(state, "sessions_valid_from", value)
    if name == "unusableBecause" and value in (None, *_REASONS):
        return lambda: setattr(state, "unusable_because", value)
    if name == "pass" and (value is None or isinstance(value, dict)):
        held = None if value is None else _pass(tenant, state.temporary_pass, value)
        return lambda: setattr(state, "temporary_pass", held)
    if name == "methods" and isinstance(value, list) and all(isinstance(item, dict) for item in value):
        methods = [method_described(item) for item in value]

        def register() -> None:
            state.methods = ()
            person.strong.clear()
            for method in methods:
                state.add(person.upn, method)

        return register
    raise ValueError(f"{name}={value!r} is nothing that can be changed")


def _pass(tenant: Tenant, held: TemporaryPass | None, wanted: dict[str, Any]) -> TemporaryPass:
    """The pass that is there with other properties, or a new one."""
    now = tenant.clock()
    held = held or TemporaryPass(str(uuid.uuid4()), now, now, 60, False)
    names: dict[str, tuple[str, type]] = {
        "lifetimeInMinutes": ("lifetime_minutes", int),
        "isUsableOnce": ("usable_once", bool),
        "used": ("used", bool),
    }
    changes: dict[str, Any] = {}
    for name, value in wanted.items():
        if name == "startsInMinutes" and type(value) in (int, float):
            changes["start"] = now + value * 60
        elif name in names and type(value) is names[name][1]:
            changes[names[name][0]] = value
        else:
            raise ValueError(f"{name}={value!r} is nothing a pass has")
    return replace(held, **changes)


def tenant_described(tenant: Tenant) -> dict[str, Any]:
    """What holds for the whole tenant."""
    policy = tenant.sign_in.pass_policy
    names = _PASS_NUMBERS | _PASS_FLAGS
    return {
        "temporaryAccessPass": {
            "state": policy.state,
            **{name: getattr(policy, attribute) for name, attribute in names.items()},
            **{name: list(getattr(policy, attribute)) for name, attribute in _PASS_GROUPS.items()},
        },
        "disabledMethods": sorted(tenant.sign_in.disabled_methods),
        "deleteDelay": tenant.sign_in.delete_delay,
        "registrationReportHours": tenant.sign_in.report.age / 3600,
        "licence": tenant.licence,
        "appRoles": {app_id: sorted(roles) for app_id, roles in tenant.sign_in.app_roles.items()},
    }


def change_tenant(tenant: Tenant, wanted: dict[str, Any]) -> None:
    """Puts the tenant in another state; nothing changes when any part of it is wrong.

    Raises:
        ValueError: an unknown field, or a value it cannot have.
    """
    found: list[Step] = []
    for name, value in wanted.items():
        found.append(_tenant_step(tenant, name, value))
    for step in found:
        step()


def _tenant_step(tenant: Tenant, name: str, value: Any) -> Step:
    state = tenant.sign_in
    if name == "temporaryAccessPass" and isinstance(value, dict):
        policy = _pass_policy(tenant, state.pass_policy, value)
        return lambda: setattr(state, "pass_policy", policy)
    if name == "disabledMethods" and isinstance(value, list) and set(value) <= set(IDS):
        return lambda: setattr(state, "disabled_methods", set(value))
    if name == "deleteDelay" and type(value) in (int, float) and value >= 0:
        return lambda: setattr(state, "delete_delay", float(value))
    if name == "registrationReportHours" and type(value) in (int, float) and value > 0:
        return lambda: setattr(state.report, "age", value * 3600.0)
    if name == "licence" and value in ("P2", "P1", "Free"):
        return lambda: setattr(tenant, "licence", value)
    if name == "appRoles" and isinstance(value, dict) and all(_texts(roles) for roles in value.values()):
        return lambda: state.app_roles.update({app_id.lower(): set(roles) for app_id, roles in value.items()})
    raise ValueError(f"{name}={value!r} is nothing that can be changed")


def _pass_policy(tenant: Tenant, policy: PassPolicy, wanted: dict[str, Any]) -> PassPolicy:
    changes: dict[str, Any] = {}
    for name, value in wanted.items():
        if name == "state" and value in ("enabled", "disabled"):
            changes["state"] = value
        elif name in _PASS_NUMBERS and type(value) is int and value > 0:
            changes[_PASS_NUMBERS[name]] = value
        elif name in _PASS_FLAGS and isinstance(value, bool):
            changes[_PASS_FLAGS[name]] = value
        elif name in _PASS_GROUPS and _texts(value):
            changes[_PASS_GROUPS[name]] = tuple(item if item == "all_users" else _group(tenant, item) for item in value)
        else:
            raise ValueError(f"{name}={value!r} is nothing the policy has")
    return replace(policy, **changes)


def _group(tenant: Tenant, name: str) -> str:
    try:
        return tenant.group(name).id
    except KeyError:
        raise ValueError(f"no group is called {name}") from None


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
