"""The routes of the sign-in methods and of the account, in v1.0 and in beta."""

from __future__ import annotations

from simulator.entra import accounts, emails, families, methods, passes, passwords, policies, preferences, reports
from simulator.entra.families import BETA_COLLECTIONS, COLLECTIONS, Handler, templates

_USER = "/users/{user-id}"
_AUTHENTICATION = f"{_USER}/authentication"
_PASSES = f"{_AUTHENTICATION}/temporaryAccessPassMethods"
_PASS = f"{_PASSES}/{{temporaryAccessPassAuthenticationMethod-id}}"
_PASSWORDS = f"{_AUTHENTICATION}/passwordMethods"
_POLICY = "/policies/authenticationMethodsPolicy"
_REPORT = "/reports/authenticationMethods/userRegistrationDetails"


def _typed(kinds: dict[str, str]) -> dict[tuple[str, str], Handler]:
    found: dict[tuple[str, str], Handler] = {}
    for kind in kinds:
        collection, element = templates(kind)
        found["GET", collection] = families.lister(kind)
        found["GET", element] = families.getter(kind)
        found["DELETE", element] = families.deleter(kind)
    return found


_BOTH: dict[tuple[str, str], Handler] = {
    **_typed(COLLECTIONS),
    ("POST", templates("email")[0]): emails.create_email,
    ("PATCH", templates("email")[1]): emails.update_email,
    ("GET", _PASSWORDS): methods.list_passwords,
    ("GET", f"{_PASSWORDS}/{{passwordAuthenticationMethod-id}}"): methods.get_password,
    ("GET", _PASSES): passes.list_passes,
    ("POST", _PASSES): passes.create_pass,
    ("GET", _PASS): passes.get_pass,
    ("DELETE", _PASS): passes.delete_pass,
}
HANDLERS: dict[tuple[str, str], Handler] = {
    **_BOTH,
    ("POST", f"{_AUTHENTICATION}/methods/{{authenticationMethod-id}}/resetPassword"): passwords.reset_password,
    ("GET", f"{_AUTHENTICATION}/operations/{{longRunningOperation-id}}"): passwords.get_operation,
    ("PATCH", _USER): accounts.update_user,
    ("POST", f"{_USER}/revokeSignInSessions"): accounts.revoke_sessions,
    ("GET", _POLICY): policies.get_policy,
    ("GET", f"{_POLICY}/authenticationMethodConfigurations/{{authenticationMethodConfiguration-id}}"): policies.get_configuration,
    ("GET", _REPORT): reports.list_registrations,
    ("GET", f"{_REPORT}/{{userRegistrationDetails-id}}"): reports.get_registration,
}
BETA_HANDLERS: dict[tuple[str, str], Handler] = {
    **_BOTH,
    **_typed(BETA_COLLECTIONS),
    ("POST", f"{templates('hardware')[1]}/deactivate"): families.deactivate_hardware,
    ("GET", f"{_AUTHENTICATION}/qrCodePinMethod"): families.get_qr_code,
    ("DELETE", f"{_AUTHENTICATION}/qrCodePinMethod"): families.delete_qr_code,
    ("GET", f"{_AUTHENTICATION}/signInPreferences"): preferences.get_preferences,
    ("PATCH", f"{_AUTHENTICATION}/signInPreferences"): preferences.update_preferences,
    ("GET", f"{_AUTHENTICATION}/requirements"): preferences.get_requirements,
    ("PATCH", f"{_AUTHENTICATION}/requirements"): preferences.update_requirements,
}
