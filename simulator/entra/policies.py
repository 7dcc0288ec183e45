"""The tenant's policy for authentication methods: read-only, as a whole and one configuration at a time.

https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicies-overview
"""

from __future__ import annotations

from typing import Any

from simulator import cast
from simulator.entra.errors import bad_request, method_error
from simulator.entra.message import Answer, Call
from simulator.entra.state import Person, Tenant

_METADATA = "https://graph.microsoft.com/v1.0/$metadata#policies/authenticationMethodsPolicy"
# id of a configuration to its type and the facts it has besides state and targets; passes are below
_PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "Fido2": ("fido2", {"isSelfServiceRegistrationAllowed": True, "isAttestationEnforced": False}),
    "MicrosoftAuthenticator": ("microsoftAuthenticator", {"isSoftwareOathEnabled": True}),
    "Sms": ("sms", {}),
    "SoftwareOath": ("softwareOath", {}),
    "Voice": ("voice", {"isOfficePhoneAllowed": True}),
    "Email": ("email", {"allowExternalIdToUseEmailOtp": "default"}),
}
_PASS = "TemporaryAccessPass"
IDS = (*_PLAIN, _PASS)


def get_policy(tenant: Tenant, call: Call) -> Answer:
    _no_options(call)
    body = {
        "@odata.context": f"{_METADATA}/$entity",
        "id": "authenticationMethodsPolicy",
        "displayName": "Authentication Methods Policy",
        "description": "The tenant-wide policy that controls which authentication methods are allowed in the tenant",
        "policyVersion": "1.5",
        "policyMigrationState": "migrationComplete",
        "authenticationMethodConfigurations": [configuration(tenant, name) for name in IDS],
    }
    return Answer(200, body)


def get_configuration(tenant: Tenant, call: Call) -> Answer:
    _no_options(call)
    name = next((name for name in IDS if name.lower() == call.params[0].lower()), None)
    if name is None:
        raise method_error("The authentication method configuration was not found.", status=404, code="resourceNotFound")
    return Answer(200, {"@odata.context": f"{_METADATA}/authenticationMethodConfigurations/$entity", **configuration(tenant, name)})


def configuration(tenant: Tenant, name: str) -> dict[str, Any]:
    """One configuration of `IDS` as the service prints it."""
    if name != _PASS:
        type_name, facts = _PLAIN[name]
        state = "disabled" if name in tenant.sign_in.disabled_methods else "enabled"
        if name == "Sms":
            printed = _printed(name, type_name, state, ("all_users",), (cast.NO_SMS.id,) if cast.NO_SMS.id in tenant.groups else ())
            return printed | {"includeTargets": [target | {"isUsableForSignIn": True} for target in printed["includeTargets"]]}
        return _printed(name, type_name, state, ("all_users",), ()) | facts
    policy = tenant.sign_in.pass_policy
    return _printed(name, "temporaryAccessPass", policy.state, policy.targets, policy.excluded) | {
        "defaultLifetimeInMinutes": policy.default_lifetime,
        "defaultLength": policy.default_length,
        "minimumLifetimeInMinutes": policy.minimum_lifetime,
        "maximumLifetimeInMinutes": policy.maximum_lifetime,
        "isUsableOnce": policy.usable_once,
    }


def covered(tenant: Tenant, person: Person) -> bool:
    """Whether the policy lets this person use a pass."""
    policy = tenant.sign_in.pass_policy
    groups = tenant.transitive_groups(person.id).keys() | {"all_users"}
    return policy.state == "enabled" and not groups.isdisjoint(policy.targets) and groups.isdisjoint(policy.excluded)


def _printed(name: str, type_name: str, state: str, targets: tuple[str, ...], excluded: tuple[str, ...]) -> dict[str, Any]:
    return {
        "@odata.type": f"#microsoft.graph.{type_name}AuthenticationMethodConfiguration",
        "id": name,
        "state": state,
        "includeTargets": [{"targetType": "group", "id": target, "isRegistrationRequired": False} for target in targets],
        "excludeTargets": [{"targetType": "group", "id": target} for target in excluded],
    }


def _no_options(call: Call) -> None:
    for name in call.query:
        raise bad_request(f"The query parameter '{name}' is not supported.")
