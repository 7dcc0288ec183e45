"""The addresses we read, written out: a request builder of the SDK costs more than the whole rest of a call.

Each of them is held against the contract of Graph by a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from uuid import UUID

from bot.domain.approvers import MOST_HOLDERS
from bot.errors import NotFound
from bot.graph.call import Limit, limit_of
from bot.graph.permissions import (
    READ_AUDITS,
    READ_ELIGIBLE,
    READ_GROUP_ELIGIBLE,
    READ_GROUPS,
    READ_METHODS,
    READ_PASSES,
    READ_PHONES,
    READ_POLICIES,
    READ_POLICY,
    READ_ROLES,
    READ_USERS,
)
from bot.ports import FIND_LIMIT

#: What `people.person` needs.
PERSON = [
    "id",
    "displayName",
    "userPrincipalName",
    "mail",
    "jobTitle",
    "department",
    "accountEnabled",
    "userType",
    "onPremisesSyncEnabled",
    "givenName",
    "surname",
    "onPremisesSamAccountName",
]
#: What `marks.marks_in` needs.
MARKS = ["id", "mail", "otherMails", "proxyAddresses", "employeeId", "userPrincipalName"]
#: What `registrations.listed_in` needs.
LISTED = ["id", "displayName", "userPrincipalName", "accountEnabled", "userType", "creationType", "department"]
#: What `registrations.row_in` needs: whose row is which, what is registered, and what is asked for first.
REPORTED = [
    "id",
    "isAdmin",
    "methodsRegistered",
    "isSystemPreferredAuthenticationMethodEnabled",
    "systemPreferredAuthenticationMethods",
    "userPreferredMethodForSecondaryAuthentication",
    "lastUpdatedDateTime",
]
PAGE = FIND_LIMIT + 1  # one more than shown, so that "there are more" is noticed
MOST_ROWS = 999  # of a page: https://learn.microsoft.com/graph/paging
GROUPS_PER_CHECK = 20  # https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups

_PERSON = ",".join(PERSON)
_ACCOUNT = f"{_PERSON},isManagementRestricted,signInSessionsValidFromDateTime,lastPasswordChangeDateTime,preferredLanguage"
_COSTS = {"/checkMemberGroups": 4, "/members": 3, "/transitiveMemberOf": 2, "/transitiveMembers": 5}


@dataclass(frozen=True, slots=True)
class Read:
    """A call that changes nothing, alone or as part of a batch.

    Attributes:
        url: below the version, such as `/users/…`.
        permission: the least application permission of the call.
        body: for reads that Graph wants as POST.
        eventual: an advanced query: https://learn.microsoft.com/graph/aad-advanced-queries
        beta: v1.0 does not have it; never part of a batch, which is of one version.
    """

    url: str
    permission: str
    body: dict[str, Any] | None = None
    eventual: bool = False
    beta: bool = False

    def as_part(self, number: int, more: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
        """As it stands in a batch, with more headers if there are any."""
        part: dict[str, Any] = {"id": str(number), "method": "GET" if self.body is None else "POST", "url": self.url}
        headers = dict(more)
        if self.eventual:
            headers["ConsistencyLevel"] = "eventual"
        if self.body is not None:
            headers["Content-Type"] = "application/json"
            part["body"] = self.body
        if headers:
            part["headers"] = headers
        return part

    @property
    def limit(self) -> Limit:
        """What a refusal of it holds up."""
        return limit_of(self.url.partition("?")[0])

    @property
    def units(self) -> int:
        """What it costs, in resource units: https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits"""
        path, _, query = self.url.partition("?")
        cost = next((cost for part, cost in _COSTS.items() if part in path), 2 if path == "/users" else 1)
        cost += ("$expand=" in query) - ("$select=" in query) - (f"$top={PAGE}" in query)  # below $top=20 it costs less
        return max(1, cost)


def object_id(text: str) -> str:
    """An object id in the one spelling Graph uses.

    Raises:
        NotFound: it is none, so there is no such object.
    """
    if found := as_object_id(text):
        return found
    raise NotFound("not an object id")


def as_object_id(text: str) -> str:
    """As `object_id`, but empty when it is none."""
    if len(text) != 36:
        return ""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _quoted(expression: str) -> str:
    return quote(expression, safe="")


#: Everybody, as the report of who has only a phone needs them: https://learn.microsoft.com/graph/api/user-list
EVERYBODY = Read(f"/users?$select={','.join(LISTED)}&$top={MOST_ROWS}", READ_USERS)
#: The registration report, whole: https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails
REGISTRATIONS = Read(f"/reports/authenticationMethods/userRegistrationDetails?$select={','.join(REPORTED)}&$top={MOST_ROWS}", READ_AUDITS)
#: What the tenant allows: https://learn.microsoft.com/graph/api/temporaryaccesspassauthenticationmethodconfiguration-get
PASS_POLICY = Read("/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass", READ_POLICY)
#: https://learn.microsoft.com/graph/api/smsauthenticationmethodconfiguration-get
SMS_POLICY = Read("/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Sms", READ_POLICY)
#: The groups that roles can be assigned to, 500 at most: https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept
ROLE_GROUPS = Read(f"/groups?$filter={_quoted('isAssignableToRole eq true')}&$select=id,displayName&$top={MOST_ROWS}", READ_GROUPS)
ONE_ID = "/users?$select=id&$top=1"


def person(user_id: str) -> Read:
    """The account."""
    return Read(f"/users/{user_id}?$select={_PERSON}", READ_USERS)


def account(user_id: str) -> Read:
    """The account, and whether a restricted administrative unit protects it."""
    return Read(f"/users/{user_id}?$select={_ACCOUNT}", READ_USERS)


def created(user_id: str) -> Read:
    """When the account was created."""
    return Read(f"/users/{user_id}?$select=id,createdDateTime", READ_USERS)


def marks(user_id: str) -> Read:
    """By what the account can be told to be one person's with another one."""
    return Read(f"/users/{user_id}?$select={','.join(MARKS)}", READ_USERS)


def manager(user_id: str) -> Read:
    """The account of somebody's manager."""
    return Read(f"/users/{user_id}/manager?$select={_PERSON}", READ_USERS)


def last_sign_in(user_id: str) -> Read:
    """When somebody signed in last; with User.Read.All beside it. Only an object id serves as its key."""
    return Read(f"/users/{user_id}?$select=id,signInActivity", READ_AUDITS)


def photo(user_id: str) -> Read:
    """The smallest photo: https://learn.microsoft.com/graph/api/profilephoto-get"""
    return Read(f"/users/{user_id}/photos/48x48/$value", READ_USERS)


def methods(user_id: str) -> Read:
    """All authentication methods."""
    return Read(f"/users/{user_id}/authentication/methods", READ_METHODS)


def tokens(user_id: str) -> Read:
    """Hardware tokens, of which v1.0 shows nothing but the date."""
    return Read(f"/users/{user_id}/authentication/hardwareOathMethods", READ_METHODS, beta=True)


def passes(user_id: str) -> Read:
    """The Temporary Access Pass, if there is one, without its code."""
    return Read(f"/users/{user_id}/authentication/temporaryAccessPassMethods", READ_PASSES)


def phones(user_id: str) -> Read:
    """The phones alone, which a narrower permission opens."""
    return Read(f"/users/{user_id}/authentication/phoneMethods", READ_PHONES)


def preferences(user_id: str) -> Read:
    """The preferred second factor: https://learn.microsoft.com/graph/api/authentication-get?view=graph-rest-beta"""
    return Read(f"/users/{user_id}/authentication/signInPreferences", READ_METHODS, beta=True)


def requirements(user_id: str) -> Read:
    """The state of per-user MFA: https://learn.microsoft.com/graph/api/authentication-get?view=graph-rest-beta"""
    return Read(f"/users/{user_id}/authentication/requirements", READ_POLICIES, beta=True)


def registration(user_id: str) -> Read:
    """A row of the registration report: https://learn.microsoft.com/graph/api/userregistrationdetails-get"""
    return Read(f"/reports/authenticationMethods/userRegistrationDetails/{user_id}", READ_AUDITS)


def roles_held(user_id: str) -> Read:
    """Built-in directory roles, held directly or through a group."""
    return Read(f"/users/{user_id}/transitiveMemberOf/graph.directoryRole", READ_ROLES)


def groups_held(user_id: str) -> Read:
    """Groups, nested ones too, and whether roles can be assigned to them."""
    fields = "id,displayName,isAssignableToRole"
    url = f"/users/{user_id}/transitiveMemberOf/graph.group?$count=true&$select={fields}&$top={MOST_ROWS}"
    return Read(url, READ_GROUPS, eventual=True)


def assignments(user_id: str) -> Read:
    """Roles assigned directly: custom ones and those for a part of the tenant included."""
    own = _quoted(f"principalId eq '{user_id}'")
    return Read(f"/roleManagement/directory/roleAssignments?$expand=roleDefinition&$filter={own}", READ_ROLES)


def holders_of(role_id: str) -> Read:
    """Who holds a role, people and groups: https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments"""
    of_role = _quoted(f"roleDefinitionId eq '{role_id}'")
    return Read(f"/roleManagement/directory/roleAssignments?$expand=principal&$filter={of_role}", READ_ROLES)


def eligibilities(user_id: str) -> Read:
    """Roles the account may activate: https://learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityscheduleinstances"""
    own = _quoted(f"principalId eq '{user_id}'")
    return Read(f"/roleManagement/directory/roleEligibilityScheduleInstances?$expand=roleDefinition&$filter={own}", READ_ELIGIBLE)


def owned(user_id: str) -> Read:
    """What the account owns, whole: groups say by default whether roles can be assigned to them.

    https://learn.microsoft.com/graph/api/user-list-ownedobjects
    """
    return Read(f"/users/{user_id}/ownedObjects", READ_USERS)


def owners(group_id: str) -> Read:
    """Who owns a group: https://learn.microsoft.com/graph/api/group-list-owners"""
    return Read(f"/groups/{group_id}/owners?$select=id&$top={MOST_ROWS}", READ_GROUPS)


def group_eligibilities(principal_id: str) -> Read:
    """The groups that an account, or a group as a whole, may activate membership or ownership of; what it may through a group is not in it.

    https://learn.microsoft.com/graph/api/privilegedaccessgroup-list-eligibilityscheduleinstances
    """
    own = _quoted(f"principalId eq '{principal_id}'")
    return Read(f"/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$expand=group&$filter={own}", READ_GROUP_ELIGIBLE)


def eligible_for(group_id: str) -> Read:
    """Who may activate membership or ownership of a group."""
    in_it = _quoted(f"groupId eq '{group_id}'")
    url = f"/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$expand=principal&$filter={in_it}"
    return Read(url, READ_GROUP_ELIGIBLE)


def contents(group_id: str) -> Read:
    """What is in a group directly, people and groups, each with its type: https://learn.microsoft.com/graph/api/group-list-members"""
    return Read(f"/groups/{group_id}/members?$select=id&$top={MOST_ROWS}", READ_GROUPS)


def members(group_id: str) -> Read:
    """People with an enabled account in a group, or in groups inside it: https://learn.microsoft.com/graph/api/group-list-transitivemembers"""
    enabled = _quoted("accountEnabled eq true")
    url = f"/groups/{group_id}/transitiveMembers/graph.user?$count=true&$filter={enabled}&$select={_PERSON}&$top={MOST_ROWS}"
    return Read(url, READ_GROUPS, eventual=True)


def groups(expression: str) -> Read:
    """Groups by `$filter`: https://learn.microsoft.com/graph/api/group-list"""
    return Read(f"/groups?$filter={_quoted(expression)}&$select=id,displayName&$top={PAGE}", READ_GROUPS)


def people_in(group_id: str) -> Read:
    """The ids of everybody in a group, or in groups inside it, as `members` whether their accounts are enabled or not."""
    return Read(f"/groups/{group_id}/transitiveMembers/graph.user?$count=true&$select=id&$top={MOST_ROWS}", READ_GROUPS, eventual=True)


def check_groups(user_id: str, group_ids: Sequence[str]) -> list[Read]:
    """In which of these groups the account is, nested ones too."""
    url = f"/users/{user_id}/checkMemberGroups"
    chunks = (group_ids[start : start + GROUPS_PER_CHECK] for start in range(0, len(group_ids), GROUPS_PER_CHECK))
    return [Read(url, READ_GROUPS, body={"groupIds": list(chunk)}) for chunk in chunks]


def audits(app_id: str, since: datetime) -> Read:
    """What Entra's own log says this application did: https://learn.microsoft.com/graph/api/directoryaudit-list"""
    expression = f"activityDateTime ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} and initiatedBy/app/appId eq '{app_id}'"
    return Read(f"/auditLogs/directoryAudits?$filter={_quoted(expression)}&$top={MOST_ROWS}", READ_AUDITS)


def filtered(expression: str) -> Read:
    """Accounts by `$filter`."""
    return Read(f"/users?$filter={_quoted(expression)}&$select={_PERSON}&$top={PAGE}", READ_USERS)


def holders(expression: str) -> Read:
    """The ids of a few accounts by `$filter`, so many that "more than `MOST_HOLDERS`" is noticed."""
    return Read(f"/users?$filter={_quoted(expression)}&$select=id&$top={MOST_HOLDERS + 1}", READ_USERS)


def searched(expression: str, most: int = PAGE) -> Read:
    """Accounts by `$search`."""
    return Read(f"/users?$search={_quoted(expression)}&$select={_PERSON}&$top={most}", READ_USERS, eventual=True)
