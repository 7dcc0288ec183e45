"""The registration report: what people have registered, hours ago. What its queries may be is narrower than for directory objects.

https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails and userregistrationdetails-get
https://learn.microsoft.com/graph/api/resources/userregistrationdetails (which properties can be filtered and ordered by)
No page says how large a page of the report may be: published clients ask for 999, and nobody is served more here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from simulator.entra.defaults import PREFERENCES
from simulator.entra.errors import bad_request, iso, no_such_object
from simulator.entra.listing import allow_only, expired_page, page, position, selection
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.query import Schema, compile_filter
from simulator.entra.registrations import Row
from simulator.entra.state import Tenant

_WHERE = "reports/authenticationMethods/userRegistrationDetails"
# As seen, where the page lists words of the other property: https://github.com/mondoohq/mql/pull/5684
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
_PASSWORDLESS = frozenset(("fido2", "hello", "platform", "passwordless"))
_SECOND = frozenset(kind for kinds in PREFERENCES.values() for kind in kinds)


class _Judged(NamedTuple):
    """What follows from the kinds of methods alone; many people have the same ones."""

    mfa: bool
    passwordless: bool
    reset: bool
    system: tuple[str, ...]
    methods: tuple[str, ...]


@lru_cache(maxsize=4096)
def _judged(kinds: tuple[str, ...]) -> _Judged:
    second, passwordless = not _SECOND.isdisjoint(kinds), not _PASSWORDLESS.isdisjoint(kinds)
    system = tuple(word for kind, word in _SYSTEM.items() if kind in kinds)[:1]
    methods = tuple(_NAMES[kind] for kind in dict.fromkeys(kinds) if kind in _NAMES)
    return _Judged(second or passwordless, passwordless, second, system, methods)


@lru_cache(maxsize=1024)
def _moment(at: float) -> str:
    return iso(at) + "Z"


_FLAGS = frozenset((
    "isAdmin", "isMfaCapable", "isMfaRegistered", "isPasswordlessCapable", "isSsprCapable", "isSsprEnabled", "isSsprRegistered",
    "isSystemPreferredAuthenticationMethodEnabled",
))  # fmt: skip
_SORTED = ("userDisplayName", "userPrincipalName")
SCHEMA = Schema(
    type_name="userRegistrationDetails",
    getters={
        "id": lambda row: row.id,
        "userPrincipalName": lambda row: row.upn,
        "userDisplayName": lambda row: row.name,
        "userType": lambda row: "guest" if row.guest else "member",
        "isAdmin": lambda row: row.admin,
        "isMfaCapable": lambda row: _judged(row.kinds).mfa,
        "isMfaRegistered": lambda row: _judged(row.kinds).mfa,
        "isPasswordlessCapable": lambda row: _judged(row.kinds).passwordless,
        "isSsprCapable": lambda row: _judged(row.kinds).reset,
        "isSsprEnabled": lambda row: True,
        "isSsprRegistered": lambda row: _judged(row.kinds).reset,
        "isSystemPreferredAuthenticationMethodEnabled": lambda row: row.system_preferred,
        "systemPreferredAuthenticationMethods": lambda row: list(_judged(row.kinds).system),
        "userPreferredMethodForSecondaryAuthentication": lambda row: row.default,
        "methodsRegistered": lambda row: list(_judged(row.kinds).methods),
        "lastUpdatedDateTime": lambda row: _moment(row.made),
    },
    equals=_FLAGS.union(_SORTED, ("id", "userType", "userPreferredMethodForSecondaryAuthentication")),
    starts_with=frozenset(_SORTED),
    collections=frozenset(("methodsRegistered", "systemPreferredAuthenticationMethods")),
    flags=_FLAGS,
    plain=True,
)
_EVERYTHING = tuple(SCHEMA.getters)


def get_registration(tenant: Tenant, call: Call) -> Answer:
    """One row, as it was when the report was last made: a change is not in it for hours."""
    allow_only(call)
    _need_licence(tenant)
    row = tenant.sign_in.report.row(tenant, call.params[0].lower())
    if row is None:
        raise no_such_object(call.params[0])
    return Answer(200, {"@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{_WHERE}/$entity", **_shown(row, _EVERYTHING)})


def list_registrations(tenant: Tenant, call: Call) -> Answer:
    """The rows of an edition; whoever follows its links stays with it, though another is made meanwhile."""
    allow_only(call, "$filter", "$select", "$orderby", "$top", "$skiptoken")
    _need_licence(tenant)
    names = selection(call.query.get("$select"), SCHEMA, _EVERYTHING)
    edition = tenant.sign_in.report.edition(tenant, position(call).edition)
    if edition is None:
        raise expired_page()
    query = call.query.get("$filter"), call.query.get("$orderby")
    found = edition.found(query, lambda rows: _found(rows, *query))
    return page(call, found, lambda row: _shown(row, names), _WHERE, edition.name)


def _found(rows: Sequence[Row], wanted: str | None, order: str | None) -> Sequence[Row]:
    """The rows that pass the filter, ordered."""
    if wanted is not None:
        test = compile_filter(wanted, SCHEMA).test
        rows = [row for row in rows if test(row)]
    if order is None:
        return rows
    name, _, direction = order.strip().partition(" ")
    SCHEMA.known(name)
    if name not in _SORTED or direction not in ("", "asc", "desc"):
        raise bad_request(f"The $orderby expression '{order}' is not supported.")
    get = SCHEMA.getters[name]
    return sorted(rows, key=lambda row: (get(row) or "").casefold(), reverse=direction == "desc")


def _need_licence(tenant: Tenant) -> None:
    if tenant.licence == "Free":
        text = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text)


def _shown(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: SCHEMA.getters[name](row) for name in names}
