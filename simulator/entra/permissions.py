"""Which application permissions open which call: the `x-permissions` of the contract, as a table.

A test compares every row with tests/contracts/graph-v1.0.yaml. Source of the data:
https://github.com/microsoftgraph/microsoft-graph-devx-content/blob/dev/permissions/new/permissions.json
"""

from __future__ import annotations

from simulator.entra.method_permissions import V1
from simulator.entra.registering_permissions import V1 as REGISTERING


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_READ_USERS = _names(
    """
    AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy DeviceManagementApps.Read.All
    DeviceManagementApps.ReadWrite.All DeviceManagementConfiguration.Read.All
    DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.Read.All
    DeviceManagementManagedDevices.ReadWrite.All DeviceManagementServiceConfig.Read.All
    DeviceManagementServiceConfig.ReadWrite.All Directory.Read.All Directory.ReadWrite.All User.Read.All
    User.ReadBasic.All User.ReadWrite.All User.ReadWrite.CrossCloud
    """
)
_READ_MANAGER = _names(
    """
    AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.Read.All Directory.ReadWrite.All
    User.Read.All User.ReadWrite.All
    """
)
_READ_PHOTOS = _names("ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.Read.All User.ReadBasic.All")
_CHECK_MEMBERS = _names(
    """
    AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Application.Read.All Application.ReadWrite.All
    Device.Read.All Device.ReadWrite.All Directory.Read.All Directory.ReadWrite.All Group.Read.All Group.ReadBasic.All
    Group.ReadWrite.All GroupMember.Read.All GroupMember.ReadBasic.All User.Read.All User.ReadWrite.All
    """
)
_READ_MEMBERSHIPS = _names(
    """
    Directory.Read.All Directory.ReadWrite.All Group.Read.All Group.ReadBasic.All GroupMember.Read.All
    GroupMember.ReadBasic.All User.Read.All
    """
)
_LIST_GROUPS = _names(
    """
    Directory.Read.All Directory.ReadWrite.All Group-NestingSupport.ReadWrite.All
    Group-PreferredDataLocation.ReadWrite.All Group.ManageProtection.All Group.Read.All Group.ReadBasic.All
    Group.ReadWrite.All GroupMember.Read.All
    """
)
_READ_GROUP = _names(
    """
    Directory.Read.All Directory.ReadWrite.All Group-NestingSupport.ReadWrite.All
    Group-PreferredDataLocation.ReadWrite.All Group-XTenantIdentitySync.Read.All Group.ManageProtection.All
    Group.Read.All Group.ReadBasic.All Group.ReadWrite.All GroupMember.Read.All
    """
)
_READ_ROLES = _names("Directory.Read.All Directory.ReadWrite.All RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory")
_READ_MEMBERS = _names(
    """
    Directory.Read.All Group.Read.All Group.ReadBasic.All Group.ReadWrite.All GroupMember.Read.All
    GroupMember.ReadBasic.All GroupMember.ReadWrite.All
    """
)
_READ_ELIGIBLE = _names(
    """
    RoleEligibilitySchedule.Read.Directory RoleEligibilitySchedule.ReadWrite.Directory RoleManagement.Read.All
    RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory
    """
)
_READ_GROUP_ELIGIBLE = _names("PrivilegedEligibilitySchedule.Read.AzureADGroup PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup")
_READ_OWNED = _names(
    """
    AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy Directory.Read.All Directory.ReadWrite.All User.Read.All
    User.ReadWrite.All
    """
)
_READ_OWNERS = _names("Directory.Read.All Group.Read.All Group.ReadWrite.All GroupMember.Read.All GroupMember.ReadWrite.All")
_READ_APPLICATIONS = _names(
    """
    Application.Read.All Application.ReadWrite.All Application.ReadWrite.OwnedBy Directory.Read.All Directory.ReadWrite.All
    """
)
_READ_CONTEXTS = _names(
    "AuthenticationContext.Read.All AuthenticationContext.ReadWrite.All Policy.Read.ConditionalAccess Policy.ReadWrite.ConditionalAccess"
)
_READ_AUDITS = _names("AuditLog.Read.All Directory.Read.All")
_WRITE_INSTALLED = _names(
    """
    TeamsAppInstallation.ManageSelectedForUser.All TeamsAppInstallation.ReadWriteAndConsentForUser.All
    TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All TeamsAppInstallation.ReadWriteForUser.All
    TeamsAppInstallation.ReadWriteSelectedForUser.All TeamsAppInstallation.ReadWriteSelfForUser.All
    """
)
_READ_INSTALLED = _WRITE_INSTALLED | _names(
    "TeamsAppInstallation.Read.All TeamsAppInstallation.Read.User TeamsAppInstallation.ReadForUser.All"
)
_READ_METHODS = _names("UserAuthenticationMethod.Read.All UserAuthenticationMethod.ReadWrite.All")
_WRITE_PHONES = _names("UserAuthMethod-Phone.ReadWrite.All UserAuthenticationMethod.ReadWrite.All")
_READ_PHONES = _WRITE_PHONES | _names("UserAuthMethod-Phone.Read.All UserAuthenticationMethod.Read.All")

APPLICATION: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/users"): _READ_USERS,
    ("GET", "/users/{user-id}"): _READ_USERS,
    ("GET", "/users/{user-id}/manager"): _READ_MANAGER,
    ("GET", "/users/{user-id}/photos/{profilePhoto-id}/$value"): _READ_PHOTOS,
    ("POST", "/users/{user-id}/sendMail"): _names("Mail.Send"),
    ("GET", "/users/{user-id}/teamwork/installedApps"): _READ_INSTALLED,
    ("POST", "/users/{user-id}/teamwork/installedApps"): _WRITE_INSTALLED,
    ("GET", "/users/{user-id}/teamwork/installedApps/{userScopeTeamsAppInstallation-id}"): _READ_INSTALLED,
    ("DELETE", "/users/{user-id}/teamwork/installedApps/{userScopeTeamsAppInstallation-id}"): _WRITE_INSTALLED,
    ("POST", "/users/{user-id}/checkMemberGroups"): _CHECK_MEMBERS,
    ("GET", "/users/{user-id}/transitiveMemberOf"): _READ_MEMBERSHIPS,
    ("GET", "/groups"): _LIST_GROUPS,
    ("GET", "/groups/{group-id}"): _READ_GROUP,
    ("GET", "/groups/{group-id}/owners"): _READ_OWNERS,
    ("GET", "/groups/{group-id}/members"): _READ_MEMBERS,
    ("GET", "/users/{user-id}/ownedObjects"): _READ_OWNED,
    ("GET", "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"): _READ_GROUP_ELIGIBLE,
    ("GET", "/roleManagement/directory/roleAssignments"): _READ_ROLES,
    ("GET", "/roleManagement/directory/roleEligibilityScheduleInstances"): _READ_ELIGIBLE,
    ("GET", "/auditLogs/directoryAudits"): _READ_AUDITS,
    ("GET", "/auditLogs/signIns"): _names("AuditLog.Read.All"),
    ("GET", "/identityProtection/riskyUsers/{riskyUser-id}"): _names("IdentityRiskyUser.Read.All"),
    ("GET", "/applications(appId='{appId}')"): _READ_APPLICATIONS,
    ("GET", "/identity/conditionalAccess/authenticationContextClassReferences"): _READ_CONTEXTS,
    ("GET", "/identity/conditionalAccess/policies"): _names("Policy.Read.All"),
    ("GET", "/users/{user-id}/authentication/methods"): _READ_METHODS,
    ("GET", "/users/{user-id}/authentication/methods/{authenticationMethod-id}"): _READ_METHODS,
    ("GET", "/users/{user-id}/authentication/phoneMethods"): _READ_PHONES,
    ("POST", "/users/{user-id}/authentication/phoneMethods"): _WRITE_PHONES,
    ("GET", "/users/{user-id}/authentication/phoneMethods/{phoneAuthenticationMethod-id}"): _READ_PHONES,
    ("PATCH", "/users/{user-id}/authentication/phoneMethods/{phoneAuthenticationMethod-id}"): _WRITE_PHONES,
    ("DELETE", "/users/{user-id}/authentication/phoneMethods/{phoneAuthenticationMethod-id}"): _WRITE_PHONES,
    ("POST", "/users/{user-id}/authentication/phoneMethods/{phoneAuthenticationMethod-id}/enableSmsSignIn"): _WRITE_PHONES,
    ("POST", "/users/{user-id}/authentication/phoneMethods/{phoneAuthenticationMethod-id}/disableSmsSignIn"): _WRITE_PHONES,
    **V1,
    **REGISTERING,
    # type casts have no row of their own in the data; they are as open as what they cast
    ("GET", "/users/{user-id}/transitiveMemberOf/graph.group"): _READ_MEMBERSHIPS,
    ("GET", "/users/{user-id}/transitiveMemberOf/graph.directoryRole"): _READ_MEMBERSHIPS,
    ("GET", "/groups/{group-id}/transitiveMembers/graph.user"): _READ_MEMBERS,
}

# https://learn.microsoft.com/graph/permissions-reference#userreadbasicall: basic profile only
FULL_PROFILE = _READ_USERS - {"User.ReadBasic.All"}

# Without one of these a listed group or role shows its id and type alone.
# https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
READ_ANY_GROUP = _names(
    "Directory.Read.All Directory.ReadWrite.All Group.Read.All Group.ReadWrite.All Group.ReadBasic.All GroupMember.Read.All"
)
READ_ANY_ROLE = _names("Directory.Read.All Directory.ReadWrite.All RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory")

# What the registration of the Graph client holds when the simulated tenant starts.
DEFAULT_GRANTS = _names(
    """
    UserAuthMethod-Phone.ReadWrite.All UserAuthenticationMethod.Read.All User.Read.All GroupMember.Read.All RoleManagement.Read.Directory
    RoleEligibilitySchedule.Read.Directory PrivilegedEligibilitySchedule.Read.AzureADGroup AuditLog.Read.All IdentityRiskyUser.Read.All
    UserAuthMethod-Email.ReadWrite.All UserAuthMethod-MicrosoftAuthApp.ReadWrite.All UserAuthMethod-Passkey.ReadWrite.All
    UserAuthMethod-SoftwareOATH.ReadWrite.All UserAuthMethod-WindowsHello.ReadWrite.All UserAuthMethod-PlatformCred.ReadWrite.All
    UserAuthMethod-QR.ReadWrite.All UserAuthMethod-HardwareOATH.ReadWrite.All
    UserAuthMethod-External.ReadWrite.All UserAuthMethod-TAP.ReadWrite.All Policy.Read.AuthenticationMethod
    TeamsAppInstallation.ReadWriteSelfForUser.All User.RevokeSessions.All User.EnableDisableAccount.All User-PasswordProfile.ReadWrite.All
    """
)
