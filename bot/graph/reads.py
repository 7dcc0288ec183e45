"""The addresses we read, made once by the SDK's request builders and then only filled in.

A builder costs more than the whole rest of a call, and the addresses never differ but for an id or a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from uuid import UUID

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.audit_logs.directory_audits.directory_audits_request_builder import DirectoryAuditsRequestBuilder
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.groups.item.members.members_request_builder import MembersRequestBuilder
from msgraph.generated.groups.item.owners.owners_request_builder import OwnersRequestBuilder
from msgraph.generated.groups.item.transitive_members.graph_user.graph_user_request_builder import GraphUserRequestBuilder
from msgraph.generated.identity_governance.privileged_access.group.eligibility_schedule_instances import (
    eligibility_schedule_instances_request_builder as group_eligibility,
)
from msgraph.generated.reports.authentication_methods.user_registration_details.user_registration_details_request_builder import (
    UserRegistrationDetailsRequestBuilder,
)
from msgraph.generated.reports.reports_request_builder import ReportsRequestBuilder
from msgraph.generated.role_management.directory.role_assignments.role_assignments_request_builder import RoleAssignmentsRequestBuilder
from msgraph.generated.role_management.directory.role_eligibility_schedule_instances import (
    role_eligibility_schedule_instances_request_builder as eligibility,
)
from msgraph.generated.users.item.manager.manager_request_builder import ManagerRequestBuilder
from msgraph.generated.users.item.transitive_member_of.graph_group.graph_group_request_builder import GraphGroupRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

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
PAGE = FIND_LIMIT + 1  # one more than shown, so that "there are more" is noticed
MOST_ROWS = 999  # of a page: https://learn.microsoft.com/graph/paging
GROUPS_PER_CHECK = 20  # https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups


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


_SLOT = "SLOT"


def _address(request: RequestInformation) -> str:
    return request.url.replace("%24", "$")


def _configured(parameters: Any) -> RequestConfiguration[Any]:
    return RequestConfiguration(query_parameters=parameters)


_adapter: Any = object()  # addresses alone: nothing is sent through these builders
_users = UsersRequestBuilder(_adapter, {"baseurl": ""})
_user = _users.by_user_id(_SLOT)
_roles = RoleAssignmentsRequestBuilder(_adapter, {"baseurl": ""})
_Eligible = eligibility.RoleEligibilityScheduleInstancesRequestBuilder
_InGroups = group_eligibility.EligibilityScheduleInstancesRequestBuilder
_Listed = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters

_PERSON = _address(
    _user.to_get_request_information(_configured(UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=PERSON)))
)
_ACCOUNT = _address(
    _user.to_get_request_information(
        _configured(
            UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(
                select=[
                    *PERSON,
                    "isManagementRestricted",
                    "signInSessionsValidFromDateTime",
                    "lastPasswordChangeDateTime",
                    "preferredLanguage",
                ]
            )
        )
    )
)
_MARKS = _address(
    _user.to_get_request_information(_configured(UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=MARKS)))
)
_CREATED = _address(
    _user.to_get_request_information(
        _configured(UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=["id", "createdDateTime"]))
    )
)
_MANAGER = _address(
    _user.manager.to_get_request_information(_configured(ManagerRequestBuilder.ManagerRequestBuilderGetQueryParameters(select=PERSON)))
)
_METHODS = _address(_user.authentication.methods.to_get_request_information())
_PHONES = _address(_user.authentication.phone_methods.to_get_request_information())
_PASSES = _address(_user.authentication.temporary_access_pass_methods.to_get_request_information())
_ROLES_HELD = _address(_user.transitive_member_of.graph_directory_role.to_get_request_information())
_GROUPS_HELD = _address(
    _user.transitive_member_of.graph_group.to_get_request_information(
        _configured(
            GraphGroupRequestBuilder.GraphGroupRequestBuilderGetQueryParameters(
                select=["id", "displayName", "isAssignableToRole"], count=True, top=MOST_ROWS
            )
        )
    )
)
_ASSIGNMENTS = _address(
    _roles.to_get_request_information(
        _configured(
            RoleAssignmentsRequestBuilder.RoleAssignmentsRequestBuilderGetQueryParameters(
                filter=f"principalId eq '{_SLOT}'", expand=["roleDefinition"]
            )
        )
    )
)
_ELIGIBLE = _address(
    _Eligible(_adapter, {"baseurl": ""}).to_get_request_information(
        _configured(
            _Eligible.RoleEligibilityScheduleInstancesRequestBuilderGetQueryParameters(
                filter=f"principalId eq '{_SLOT}'", expand=["roleDefinition"]
            )
        )
    )
)
def _group_eligibilities(by: str, expand: str) -> str:
    return _address(
        _InGroups(_adapter, {"baseurl": ""}).to_get_request_information(
            _configured(
                _InGroups.EligibilityScheduleInstancesRequestBuilderGetQueryParameters(filter=f"{by} eq '{_SLOT}'", expand=[expand])
            )
        )
    )


_ELIGIBLE_IN_GROUPS = _group_eligibilities("principalId", "group")
_ELIGIBLE_FOR_GROUP = _group_eligibilities("groupId", "principal")
_OWNED = _address(_user.owned_objects.to_get_request_information())
_OWNERS = _address(
    OwnersRequestBuilder(_adapter, {"baseurl": "", "group%2Did": _SLOT}).to_get_request_information(
        _configured(OwnersRequestBuilder.OwnersRequestBuilderGetQueryParameters(select=["id"], top=MOST_ROWS))
    )
)
_CONTENTS = _address(
    MembersRequestBuilder(_adapter, {"baseurl": "", "group%2Did": _SLOT}).to_get_request_information(
        _configured(MembersRequestBuilder.MembersRequestBuilderGetQueryParameters(select=["id"], top=MOST_ROWS))
    )
)
_ROLE_GROUPS = _address(
    GroupsRequestBuilder(_adapter, {"baseurl": ""}).to_get_request_information(
        _configured(
            GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
                filter="isAssignableToRole eq true", select=["id", "displayName"], top=MOST_ROWS
            )
        )
    )
)
_Groups = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters
_GROUPS_FILTERED = _address(
    GroupsRequestBuilder(_adapter, {"baseurl": ""}).to_get_request_information(
        _configured(_Groups(filter=_SLOT, select=["id", "displayName"], top=PAGE))
    )
)
_PEOPLE_IN = _address(
    GraphUserRequestBuilder(_adapter, {"baseurl": "", "group%2Did": _SLOT}).to_get_request_information(
        _configured(GraphUserRequestBuilder.GraphUserRequestBuilderGetQueryParameters(select=["id"], count=True, top=MOST_ROWS))
    )
)
_MEMBERS = _address(
    GraphUserRequestBuilder(_adapter, {"baseurl": "", "group%2Did": _SLOT}).to_get_request_information(
        _configured(
            GraphUserRequestBuilder.GraphUserRequestBuilderGetQueryParameters(
                filter="accountEnabled eq true", select=PERSON, count=True, top=MOST_ROWS
            )
        )
    )
)
_AUDITS = _address(
    DirectoryAuditsRequestBuilder(_adapter, {"baseurl": ""}).to_get_request_information(
        _configured(DirectoryAuditsRequestBuilder.DirectoryAuditsRequestBuilderGetQueryParameters(filter=_SLOT, top=MOST_ROWS))
    )
)
_REGISTRATION = _address(
    ReportsRequestBuilder(_adapter, {"baseurl": ""})
    .authentication_methods.user_registration_details.by_user_registration_details_id(_SLOT)
    .to_get_request_information()
)
#: Whose row is which, what is registered, and what is asked for first.
REPORTED = [
    "id",
    "isAdmin",
    "methodsRegistered",
    "isSystemPreferredAuthenticationMethodEnabled",
    "systemPreferredAuthenticationMethods",
    "userPreferredMethodForSecondaryAuthentication",
    "lastUpdatedDateTime",
]
_REPORT = _address(
    UserRegistrationDetailsRequestBuilder(_adapter, {"baseurl": ""}).to_get_request_information(
        _configured(
            UserRegistrationDetailsRequestBuilder.UserRegistrationDetailsRequestBuilderGetQueryParameters(select=REPORTED, top=MOST_ROWS)
        )
    )
)
_HOLDING = _address(
    _roles.to_get_request_information(
        _configured(
            RoleAssignmentsRequestBuilder.RoleAssignmentsRequestBuilderGetQueryParameters(
                filter=f"roleDefinitionId eq '{_SLOT}'", expand=["principal"]
            )
        )
    )
)
_CHECK_GROUPS = f"/users/{_SLOT}/checkMemberGroups"
_FILTERED = _address(_users.to_get_request_information(_configured(_Listed(filter=_SLOT, select=PERSON, top=PAGE))))
_HOLDERS = _address(_users.to_get_request_information(_configured(_Listed(filter=_SLOT, select=["id"], top=MOST_HOLDERS + 1))))
_SEARCHED = _address(_users.to_get_request_information(_configured(_Listed(search=_SLOT, select=PERSON, top=PAGE))))
#: Everybody, as the report of who has only a phone needs them: https://learn.microsoft.com/graph/api/user-list
EVERYBODY = Read(_address(_users.to_get_request_information(_configured(_Listed(select=LISTED, top=MOST_ROWS)))), READ_USERS)
#: The registration report, whole: https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails
REGISTRATIONS = Read(_REPORT, READ_AUDITS)
#: What the tenant allows: https://learn.microsoft.com/graph/api/temporaryaccesspassauthenticationmethodconfiguration-get
PASS_POLICY = Read("/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass", READ_POLICY)
#: https://learn.microsoft.com/graph/api/smsauthenticationmethodconfiguration-get
SMS_POLICY = Read("/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Sms", READ_POLICY)
#: The groups that roles can be assigned to, 500 at most: https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept
ROLE_GROUPS = Read(_ROLE_GROUPS, READ_GROUPS)
ONE_ID = _address(_users.to_get_request_information(_configured(_Listed(select=["id"], top=1))))


def person(user_id: str) -> Read:
    """The account."""
    return Read(_PERSON.replace(_SLOT, user_id), READ_USERS)


def account(user_id: str) -> Read:
    """The account, and whether a restricted administrative unit protects it."""
    return Read(_ACCOUNT.replace(_SLOT, user_id), READ_USERS)


def created(user_id: str) -> Read:
    """When the account was created."""
    return Read(_CREATED.replace(_SLOT, user_id), READ_USERS)


def marks(user_id: str) -> Read:
    """By what the account can be told to be one person's with another one."""
    return Read(_MARKS.replace(_SLOT, user_id), READ_USERS)


def manager(user_id: str) -> Read:
    """The account of somebody's manager."""
    return Read(_MANAGER.replace(_SLOT, user_id), READ_USERS)


def methods(user_id: str) -> Read:
    """All authentication methods."""
    return Read(_METHODS.replace(_SLOT, user_id), READ_METHODS)


def tokens(user_id: str) -> Read:
    """Hardware tokens, of which v1.0 shows nothing but the date."""
    return Read(f"/users/{user_id}/authentication/hardwareOathMethods", READ_METHODS, beta=True)


def passes(user_id: str) -> Read:
    """The Temporary Access Pass, if there is one, without its code."""
    return Read(_PASSES.replace(_SLOT, user_id), READ_PASSES)


def phones(user_id: str) -> Read:
    """The phones alone, which a narrower permission opens."""
    return Read(_PHONES.replace(_SLOT, user_id), READ_PHONES)


def preferences(user_id: str) -> Read:
    """The preferred second factor: https://learn.microsoft.com/graph/api/authentication-get?view=graph-rest-beta"""
    return Read(f"/users/{user_id}/authentication/signInPreferences", READ_METHODS, beta=True)


def requirements(user_id: str) -> Read:
    """The state of per-user MFA: https://learn.microsoft.com/graph/api/authentication-get?view=graph-rest-beta"""
    return Read(f"/users/{user_id}/authentication/requirements", READ_POLICIES, beta=True)


def registration(user_id: str) -> Read:
    """A row of the registration report: https://learn.microsoft.com/graph/api/userregistrationdetails-get"""
    return Read(_REGISTRATION.replace(_SLOT, user_id), READ_AUDITS)


def roles_held(user_id: str) -> Read:
    """Built-in directory roles, held directly or through a group."""
    return Read(_ROLES_HELD.replace(_SLOT, user_id), READ_ROLES)


def groups_held(user_id: str) -> Read:
    """Groups, nested ones too, and whether roles can be assigned to them."""
    return Read(_GROUPS_HELD.replace(_SLOT, user_id), READ_GROUPS, eventual=True)


def assignments(user_id: str) -> Read:
    """Roles assigned directly: custom ones and those for a part of the tenant included."""
    return Read(_ASSIGNMENTS.replace(_SLOT, user_id), READ_ROLES)


def holders_of(role_id: str) -> Read:
    """Who holds a role, people and groups: https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments"""
    return Read(_HOLDING.replace(_SLOT, role_id), READ_ROLES)


def eligibilities(user_id: str) -> Read:
    """Roles the account may activate: https://learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityscheduleinstances"""
    return Read(_ELIGIBLE.replace(_SLOT, user_id), READ_ELIGIBLE)


def owned(user_id: str) -> Read:
    """What the account owns, whole: groups say by default whether roles can be assigned to them.

    https://learn.microsoft.com/graph/api/user-list-ownedobjects
    """
    return Read(_OWNED.replace(_SLOT, user_id), READ_USERS)


def owners(group_id: str) -> Read:
    """Who owns a group: https://learn.microsoft.com/graph/api/group-list-owners"""
    return Read(_OWNERS.replace(_SLOT, group_id), READ_GROUPS)


def group_eligibilities(principal_id: str) -> Read:
    """The groups that an account, or a group as a whole, may activate membership or ownership of; what it may through a group is not in it.

    https://learn.microsoft.com/graph/api/privilegedaccessgroup-list-eligibilityscheduleinstances
    """
    return Read(_ELIGIBLE_IN_GROUPS.replace(_SLOT, principal_id), READ_GROUP_ELIGIBLE)


def eligible_for(group_id: str) -> Read:
    """Who may activate membership or ownership of a group."""
    return Read(_ELIGIBLE_FOR_GROUP.replace(_SLOT, group_id), READ_GROUP_ELIGIBLE)


def contents(group_id: str) -> Read:
    """What is in a group directly, people and groups, each with its type: https://learn.microsoft.com/graph/api/group-list-members"""
    return Read(_CONTENTS.replace(_SLOT, group_id), READ_GROUPS)


def members(group_id: str) -> Read:
    """People with an enabled account in a group, or in groups inside it: https://learn.microsoft.com/graph/api/group-list-transitivemembers"""
    return Read(_MEMBERS.replace(_SLOT, group_id), READ_GROUPS, eventual=True)


def groups(expression: str) -> Read:
    """Groups by `$filter`: https://learn.microsoft.com/graph/api/group-list"""
    return Read(_GROUPS_FILTERED.replace(_SLOT, quote(expression, safe="")), READ_GROUPS)


def people_in(group_id: str) -> Read:
    """The ids of everybody in a group, or in groups inside it, as `members` whether their accounts are enabled or not."""
    return Read(_PEOPLE_IN.replace(_SLOT, group_id), READ_GROUPS, eventual=True)


def check_groups(user_id: str, group_ids: Sequence[str]) -> list[Read]:
    """In which of these groups the account is, nested ones too."""
    url = _CHECK_GROUPS.replace(_SLOT, user_id)
    chunks = (group_ids[start : start + GROUPS_PER_CHECK] for start in range(0, len(group_ids), GROUPS_PER_CHECK))
    return [Read(url, READ_GROUPS, body={"groupIds": list(chunk)}) for chunk in chunks]


def audits(app_id: str, since: datetime) -> Read:
    """What Entra's own log says this application did: https://learn.microsoft.com/graph/api/directoryaudit-list"""
    expression = f"activityDateTime ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} and initiatedBy/app/appId eq '{app_id}'"
    return Read(_AUDITS.replace(_SLOT, quote(expression, safe="")), READ_AUDITS)


def filtered(expression: str) -> Read:
    """Accounts by `$filter`."""
    return Read(_FILTERED.replace(_SLOT, quote(expression, safe="")), READ_USERS)


def holders(expression: str) -> Read:
    """The ids of a few accounts by `$filter`, so many that "more than `MOST_HOLDERS`" is noticed."""
    return Read(_HOLDERS.replace(_SLOT, quote(expression, safe="")), READ_USERS)


def searched(expression: str) -> Read:
    """Accounts by `$search`."""
    return Read(_SEARCHED.replace(_SLOT, quote(expression, safe="")), READ_USERS, eventual=True)
