"""Which permissions open the calls by which an administrator sets an application up: of apps, and of somebody signed in.

A test compares every row with tests/contracts/graph-v1.0.yaml.
"""

from __future__ import annotations

from simulator.entra.method_permissions import Table


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


APPS = "/applications"
APP = f"{APPS}/{{application-id}}"
APP_BY_CLIENT = "/applications(appId='{appId}')"
PRINCIPALS = "/servicePrincipals"
PRINCIPAL_BY_CLIENT = "/servicePrincipals(appId='{appId}')"
ASSIGNMENTS = f"{PRINCIPALS}/{{servicePrincipal-id}}/appRoleAssignments"
GROUPS = "/groups"
GROUP = f"{GROUPS}/{{group-id}}"
CATALOGUE = "/appCatalogs/teamsApps"
VERSIONS = f"{CATALOGUE}/{{teamsApp-id}}/appDefinitions"

_READ = _names("Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All")
_READ_AS_APP = _READ | _names("Application.ReadWrite.OwnedBy")
_LIST = _READ_AS_APP - _names("Directory.ReadWrite.All")
_WRITE = _names("Application.ReadWrite.All")
_OWNED = _WRITE | _names("Application.ReadWrite.OwnedBy")
_CREATE = _names("AppRegistration.Create")
_DIRECTORY = _names("Directory.ReadWrite.All")
_ASSIGN = _names("AppRoleAssignment.ReadWrite.All")
_READ_GROUP = _names(
    """
    Directory.Read.All Directory.ReadWrite.All Group-NestingSupport.ReadWrite.All Group-PreferredDataLocation.ReadWrite.All
    Group.ManageProtection.All Group.Read.All Group.ReadBasic.All Group.ReadWrite.All GroupMember.Read.All
    """
)
_MAKE_GROUP = _names("Directory.ReadWrite.All Group-PreferredDataLocation.ReadWrite.All Group.ReadWrite.All")
_READ_CATALOGUE = _names("AppCatalog.Read.All AppCatalog.ReadWrite.All")
_PUBLISH = _names("AppCatalog.ReadWrite.All AppCatalog.Submit Directory.ReadWrite.All")

#: Reading an app by its client id and reading groups are in `permissions`, because Doorman itself does that too.
V1: Table = {
    ("GET", APPS): _LIST,
    ("POST", APPS): _OWNED | _CREATE,
    ("GET", APP): _READ_AS_APP,
    ("PATCH", APP): _OWNED,
    ("POST", f"{APP}/addPassword"): _OWNED | _DIRECTORY,
    ("POST", f"{APP}/removePassword"): _OWNED | _DIRECTORY,
    ("POST", PRINCIPALS): _OWNED | _DIRECTORY,
    ("GET", PRINCIPAL_BY_CLIENT): _READ_AS_APP,
    ("GET", ASSIGNMENTS): _READ_AS_APP,
    ("POST", ASSIGNMENTS): _ASSIGN,
    ("POST", GROUPS): _MAKE_GROUP | _names("Group.Create"),
    ("GET", CATALOGUE): _READ_CATALOGUE,
    ("POST", CATALOGUE): frozenset(),
    ("POST", VERSIONS): frozenset(),
}

DELEGATED: Table = {
    ("GET", APPS): _READ,
    ("POST", APPS): _WRITE | _CREATE,
    ("GET", APP): _READ,
    ("GET", APP_BY_CLIENT): _READ,
    ("PATCH", APP): _WRITE,
    ("POST", f"{APP}/addPassword"): _WRITE | _DIRECTORY,
    ("POST", f"{APP}/removePassword"): _WRITE | _DIRECTORY,
    ("POST", PRINCIPALS): _WRITE | _DIRECTORY,
    ("GET", PRINCIPAL_BY_CLIENT): _READ,
    ("GET", ASSIGNMENTS): _READ,
    ("POST", ASSIGNMENTS): _ASSIGN,
    ("GET", GROUPS): _READ_GROUP,
    ("GET", GROUP): _READ_GROUP | _names("Group-XTenantIdentitySync.Read.All"),
    ("POST", GROUPS): _MAKE_GROUP,
    ("GET", CATALOGUE): _READ_CATALOGUE | _names("AppCatalog.Submit Directory.Read.All Directory.ReadWrite.All"),
    ("POST", CATALOGUE): _PUBLISH,
    ("POST", VERSIONS): _PUBLISH,
}

#: Beside the permission that opens the call, one of these: `x-also-requires` of the contract.
BESIDE: Table = {("POST", ASSIGNMENTS): _names("Application.Read.All Directory.Read.All")}
