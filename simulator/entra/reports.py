"""The registration report: what a person has registered, hours ago.

https://learn.microsoft.com/graph/api/resources/userregistrationdetails
"""

from __future__ import annotations

from typing import Any

from simulator.entra.defaults import PREFERENCES, fitting
from simulator.entra.errors import bad_request, iso, no_such_object
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.state import Person, Tenant

AGE = 3 * 3600  # seconds after which a row is made anew
_SYSTEM = {"authenticator": "PhoneAppNotification", "fido2": "Fido2", "otp": "PhoneAppOTP", "mobile": "Sms"}
_NAMES = {
    "mobile": "mobilePhone",
    "alternateMobile": "alternateMobilePhone",
    "office": "officePhone",
    "authenticator": "microsoftAuthenticatorPush",
    "passwordless": "microsoftAuthenticatorPasswordless",
    "fido2": "passKeyDeviceBound",
    "hello": "windowsHelloForBusiness",
    "platform": "macOsSecureEnclaveKey",
    "otp": "softwareOneTimePasscode",
    "hardware": "hardwareOneTimePasscode",
    "email": "email",
}


def get_registration(tenant: Tenant, call: Call) -> Answer:
    """One row, as it was when the report was last made: a change is not in it for hours."""
    for name in call.query:
        raise bad_request(f"The query parameter '{name}' is not supported.")
    if tenant.licence == "Free":
        text = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text)
    person = tenant.people.get(call.params[0].lower())
    if person is None:
        raise no_such_object(call.params[0])
    now = tenant.clock()
    made, row = tenant.sign_in.reports.get(person.id, (0.0, {}))
    if not row or now - made >= AGE:
        row = _row(tenant, person)
        tenant.sign_in.reports[person.id] = (now, row)
    context = "https://graph.microsoft.com/v1.0/$metadata#reports/authenticationMethods/userRegistrationDetails/$entity"
    return Answer(200, {"@odata.context": context, **row})


def _row(tenant: Tenant, person: Person) -> dict[str, Any]:
    held = person.holding()
    kinds = [*held.phones, *(method.kind for method in held.methods)]
    second = any(fitting(held, preference) for preference in PREFERENCES)
    passwordless = bool({"fido2", "hello", "platform", "passwordless"} & set(kinds))
    system = next((word for kind, word in _SYSTEM.items() if kind in kinds), None)
    roles = [*person.roles, *(role for group in tenant.transitive_groups(person.id).values() for role in group.roles)]
    return {
        "id": person.id,
        "userPrincipalName": person.upn,
        "userDisplayName": person.display_name,
        "userType": "guest" if person.guest else "member",
        "isAdmin": bool(roles),
        "isMfaCapable": second or passwordless,
        "isMfaRegistered": second or passwordless,
        "isPasswordlessCapable": passwordless,
        "isSsprCapable": second,
        "isSsprEnabled": True,
        "isSsprRegistered": second,
        "isSystemPreferredAuthenticationMethodEnabled": person.sign_in.system_preferred,
        "systemPreferredAuthenticationMethods": [system] if system else [],
        "userPreferredMethodForSecondaryAuthentication": person.sign_in.default or "none",
        "methodsRegistered": [_NAMES[kind] for kind in dict.fromkeys(kinds) if kind in _NAMES],
        "lastUpdatedDateTime": iso(tenant.clock()) + "Z",
    }
