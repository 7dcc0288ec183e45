"""Which permissions open the calls of `method_routes`: the `x-permissions` of the contract, as tables. Tests compare every row.

https://github.com/microsoftgraph/microsoft-graph-devx-content/blob/dev/permissions/new/permissions.json
"""

from __future__ import annotations

from simulator.entra.families import BETA_COLLECTIONS, COLLECTIONS, templates

Table = dict[tuple[str, str], frozenset[str]]

_USER = "/users/{user-id}"
_AUTHENTICATION = f"{_USER}/authentication"
_PASSES = f"{_AUTHENTICATION}/temporaryAccessPassMethods"
_PASS = f"{_PASSES}/{{temporaryAccessPassAuthenticationMethod-id}}"
_PASSWORDS = f"{_AUTHENTICATION}/passwordMethods"
_POLICY = "/policies/authenticationMethodsPolicy"
_FAMILIES = {
    "authenticator": "MicrosoftAuthApp",
    "passwordless": "MicrosoftAuthApp",
    "fido2": "Passkey",
    "otp": "SoftwareOATH",
    "hardware": "HardwareOATH",
    "email": "Email",
    "hello": "WindowsHello",
    "platform": "PlatformCred",
    "external": "External",
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _write(family: str) -> frozenset[str]:
    return _names(f"UserAuthMethod-{family}.ReadWrite.All UserAuthenticationMethod.ReadWrite.All")


def _read(family: str) -> frozenset[str]:
    return _write(family) | _names(f"UserAuthMethod-{family}.Read.All UserAuthenticationMethod.Read.All")


def _typed(kinds: dict[str, str]) -> Table:
    found: Table = {}
    for kind in kinds:
        collection, element = templates(kind)
        family = _FAMILIES[kind]
        found["GET", collection] = found["GET", element] = _read(family)
        found["DELETE", element] = _write(family)
    return found


_READ_METHODS = _names("UserAuthenticationMethod.Read.All UserAuthenticationMethod.ReadWrite.All")
_READ_POLICY = _names("Policy.Read.All Policy.Read.AuthenticationMethod Policy.ReadWrite.AuthenticationMethod")
_UPDATE_USER = _names(
    """
    AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy DeviceManagementApps.ReadWrite.All
    DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All
    DeviceManagementServiceConfig.ReadWrite.All Directory.ReadWrite.All User-Mail.ReadWrite.All
    User-PasswordProfile.ReadWrite.All User-Phone.ReadWrite.All User.EnableDisableAccount.All User.ManageIdentities.All
    User.ReadWrite.All User.ReadWrite.CrossCloud
    """
)
_REVOKE = _names(
    """
    AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.ReadWrite.All User.ReadWrite.All
    User.RevokeSessions.All
    """
)

_BOTH: Table = {
    **_typed(COLLECTIONS),
    ("GET", templates("fido2")[0]): _names("UserAuthMethod-Passkey.Read.All"),  # alone, unlike every other collection
    ("POST", templates("email")[0]): _write("Email"),
    ("PATCH", templates("email")[1]): _write("Email"),
    ("GET", _PASSWORDS): _read("Password"),
    ("GET", f"{_PASSWORDS}/{{passwordAuthenticationMethod-id}}"): _read("Password"),
    ("GET", _PASSES): _read("TAP"),
    ("POST", _PASSES): _write("TAP"),
    ("GET", _PASS): _read("TAP"),
    ("DELETE", _PASS): _write("TAP"),
}
_RESET = ("POST", f"{_AUTHENTICATION}/methods/{{authenticationMethod-id}}/resetPassword")
_OPERATION = ("GET", f"{_AUTHENTICATION}/operations/{{longRunningOperation-id}}")
V1: Table = {
    **_BOTH,
    _RESET: frozenset(),
    _OPERATION: frozenset(),
    ("PATCH", _USER): _UPDATE_USER,
    ("POST", f"{_USER}/revokeSignInSessions"): _REVOKE,
    ("GET", _POLICY): _READ_POLICY,
    ("GET", f"{_POLICY}/authenticationMethodConfigurations/{{authenticationMethodConfiguration-id}}"): _READ_POLICY,
    ("GET", "/reports/authenticationMethods/userRegistrationDetails"): _names("AuditLog.Read.All"),
    ("GET", "/reports/authenticationMethods/userRegistrationDetails/{userRegistrationDetails-id}"): _names("AuditLog.Read.All"),
}
BETA: Table = {
    **_BOTH,
    **_typed(BETA_COLLECTIONS),
    ("GET", "/auditLogs/signIns"): _names("AuditLog.Read.All"),
    ("GET", f"{_AUTHENTICATION}/methods"): _READ_METHODS,
    ("GET", f"{_AUTHENTICATION}/methods/{{authenticationMethod-id}}"): _READ_METHODS,
    ("GET", f"{_AUTHENTICATION}/qrCodePinMethod"): _read("QR"),
    ("DELETE", f"{_AUTHENTICATION}/qrCodePinMethod"): _write("QR"),
    ("GET", f"{_AUTHENTICATION}/requirements"): _names("Policy.Read.All Policy.ReadWrite.AuthenticationMethod"),
    ("PATCH", f"{_AUTHENTICATION}/requirements"): _names("Policy.ReadWrite.AuthenticationMethod"),
    # missing from the data; by https://learn.microsoft.com/graph/api/authentication-update and hardwareoathauthenticationmethod-delete
    ("GET", f"{_AUTHENTICATION}/signInPreferences"): _READ_METHODS,
    ("PATCH", f"{_AUTHENTICATION}/signInPreferences"): _names("UserAuthenticationMethod.ReadWrite.All"),
    ("POST", f"{templates('hardware')[1]}/deactivate"): _write("HardwareOATH"),
}

# what a token of a signed-in administrator has to name instead; other calls take tokens of apps only
DELEGATED: Table = {
    _RESET: _names("UserAuthenticationMethod.ReadWrite.All"),
    _OPERATION: _names(
        """
        UserAuthenticationMethod.Read UserAuthenticationMethod.Read.All UserAuthenticationMethod.ReadWrite
        UserAuthenticationMethod.ReadWrite.All
        """
    ),
}
