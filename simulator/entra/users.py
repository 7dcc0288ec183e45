"""Users: get, list, search, manager.

https://learn.microsoft.com/graph/api/resources/user
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from simulator.entra.errors import INSUFFICIENT, bad_request, no_such_object
from simulator.entra.listing import allow_only, matched, page, selection
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.people import BEGINNING, EXACT
from simulator.entra.permissions import FULL_PROFILE
from simulator.entra.profile import ACTIVITY, activity, check_activity
from simulator.entra.query import Schema
from simulator.entra.state import Person, Tenant

_SEARCHABLE = "displayName givenName surname userPrincipalName mail mailNickname"
_STARTS_WITH = f"{_SEARCHABLE} employeeId mobilePhone"
_EQUALS = f"""
    {_STARTS_WITH} id jobTitle department companyName city country usageLocation accountEnabled userType creationType externalUserState
    onPremisesSyncEnabled businessPhones
"""

# The properties this tenant has values for; others of the real type are refused in $select rather than invented.
SCHEMA = Schema(
    type_name="user",
    getters={
        "id": lambda p: p.id,
        "displayName": lambda p: p.display_name,
        "givenName": lambda p: p.given_name,
        "surname": lambda p: p.surname,
        "userPrincipalName": lambda p: p.upn,
        "mail": lambda p: p.mail,
        "mailNickname": lambda p: p.upn.partition("@")[0].replace("#", ""),
        "jobTitle": lambda p: p.job_title or None,
        "department": lambda p: p.department or None,
        "companyName": lambda p: None if p.external else "Fabrikam",
        "employeeId": lambda p: p.employee_id or None,
        "officeLocation": lambda p: None,
        "city": lambda p: None,
        "country": lambda p: None,
        "usageLocation": lambda p: None,
        "preferredLanguage": lambda p: p.language or None,
        "businessPhones": lambda p: list(p.business_phones),
        "mobilePhone": lambda p: p.mobile_phone,  # the profile phone, which is not an authentication phone
        "otherMails": lambda p: [*([p.mail] if p.external and p.mail else []), *p.other_mails],
        "proxyAddresses": lambda p: list(p.proxy_addresses),
        "accountEnabled": lambda p: p.account_enabled,
        "userType": lambda p: p.user_type,
        "creationType": lambda p: "Invitation" if p.external else None,
        "externalUserState": lambda p: "Accepted" if p.external else None,
        "onPremisesSyncEnabled": lambda p: True if p.synced else None,
        "onPremisesLastSyncDateTime": lambda p: "2026-01-05T06:00:00Z" if p.synced else None,
        "onPremisesSamAccountName": lambda p: p.sam_account_name if p.synced else None,
        "isManagementRestricted": lambda p: p.management_restricted or None,
        "createdDateTime": lambda p: p.newness.created_text,
        "signInSessionsValidFromDateTime": lambda p: p.sign_in.sessions_valid_from,
        "lastPasswordChangeDateTime": lambda p: p.sign_in.password_changed,
        "passwordPolicies": lambda p: None,
        ACTIVITY: activity,
    },
    equals=frozenset(_EQUALS.split()),
    starts_with=frozenset(_STARTS_WITH.split()),
    advanced_only=frozenset(("mobilePhone", "businessPhones")),
    searchable=frozenset(_SEARCHABLE.split()),
    tokenized=frozenset(("displayName",)),
    collections=frozenset(("businessPhones", "otherMails", "proxyAddresses")),
    exact=EXACT,
    beginning=BEGINNING,
)
DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
BASIC = frozenset(("id", "displayName", "givenName", "surname", "mail", "userPrincipalName"))
_EXPAND_MANAGER = re.compile(r"manager(?:\((.*)\))?", re.DOTALL)


def get_user(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$select", "$expand")
    person = person_in(tenant, call)
    names, expand = _shape(tenant, call)
    body = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity", **_shown(tenant, person, names, expand)}
    return Answer(200, body)


def list_users(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$select", "$expand", "$filter", "$search", "$orderby", "$top", "$count", "$skiptoken")
    names, expand = _shape(tenant, call)
    found, used = matched(call, tenant.people.everybody(), SCHEMA, tenant.people.matching)
    if "$search" in call.query:
        now = tenant.clock()
        found = [person for person in found if not person.newness.hides_from_search(now)]
    if not used <= BASIC and not call.permissions & FULL_PROFILE:
        raise GraphError(403, "Authorization_RequestDenied", INSUFFICIENT)
    return page(call, found, lambda person: _shown(tenant, person, names, expand), "users")


def get_manager(tenant: Tenant, call: Call) -> Answer:
    allow_only(call, "$select")
    person = person_in(tenant, call)
    manager = _manager(tenant, person)
    if manager is None:
        raise no_such_object("manager")
    names = selection(call.query.get("$select"), SCHEMA, DEFAULT)
    check_activity(tenant, call, names)
    context = "https://graph.microsoft.com/v1.0/$metadata#directoryObjects/$entity"
    return Answer(200, {"@odata.context": context, "@odata.type": "#microsoft.graph.user", **shown(manager, names)})


def person_in(tenant: Tenant, call: Call) -> Person:
    """The account the path names; GraphError 404 when there is none."""
    person = tenant.find(call.params[0])
    if person is None:
        raise no_such_object(call.params[0])
    return person


def shown(person: Person, names: tuple[str, ...]) -> dict[str, Any]:
    """These properties of the person, as the service prints them."""
    getters = SCHEMA.getters
    body = {name: getters[name](person) for name in names}
    if ACTIVITY in body and body[ACTIVITY] is None:
        del body[ACTIVITY]
    return body


def _shape(tenant: Tenant, call: Call) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """What to print of each user and of its manager (None: no manager), within the permissions of the caller."""
    names = selection(call.query.get("$select"), SCHEMA, DEFAULT)
    expand = _expansion(call.query["$expand"]) if "$expand" in call.query else None
    check_activity(tenant, call, (*names, *(expand or ())))
    if not call.permissions & FULL_PROFILE:
        if "$select" not in call.query:
            names = tuple(name for name in names if name in BASIC)
        if expand is not None or not BASIC.issuperset(names):
            raise GraphError(403, "Authorization_RequestDenied", INSUFFICIENT)
    return names, expand


@lru_cache(maxsize=256)
def _expansion(text: str) -> tuple[str, ...]:
    """The manager's properties named by an `$expand`, the only expansion this tenant knows."""
    match = _EXPAND_MANAGER.fullmatch(text.strip())
    if match is None:
        raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{text.partition('(')[0]}'.")
    select = None
    for option in filter(None, (match[1] or "").split(";")):
        name, _, value = option.strip().partition("=")
        if name == "$select":
            select = value
        elif (name, value) != ("$levels", "1"):
            raise bad_request(f"Parsing OData Select and Expand failed: '{option}' is not supported.")
    return selection(select, SCHEMA, DEFAULT)


def _manager(tenant: Tenant, person: Person) -> Person | None:
    return tenant.people.get(person.manager_id) if person.manager_id else None


def _shown(tenant: Tenant, person: Person, names: tuple[str, ...], expand: tuple[str, ...] | None) -> dict[str, Any]:
    body = shown(person, names)
    if expand is not None:
        manager = _manager(tenant, person)
        if manager is not None:  # the service leaves the property out when there is no manager
            body["manager"] = {"@odata.type": "#microsoft.graph.user", **shown(manager, expand)}
    return body
