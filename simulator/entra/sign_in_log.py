"""The log of sign-ins: interactive ones, as v1.0 and, without a filter of their kinds, beta have them.

https://learn.microsoft.com/graph/api/resources/signin and signin-list
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator import cast
from simulator.entra.errors import bad_request, iso
from simulator.entra.listing import allow_only, page
from simulator.entra.log_filter import Filterable, compiled
from simulator.entra.message import Answer, Call, GraphError

if TYPE_CHECKING:
    from simulator.entra.state import Person, Tenant

#: "Invalid username or password": https://learn.microsoft.com/entra/identity-platform/reference-error-codes
WRONG_PASSWORD = 50126
_REASONS = {0: "Other.", WRONG_PASSWORD: "Error validating credentials due to invalid username or password."}
_EQUALS = """
    userId userDisplayName userPrincipalName appId appDisplayName clientAppUsed conditionalAccessStatus correlationId ipAddress
    resourceDisplayName resourceId riskDetail riskState riskLevelAggregated riskLevelDuringSignIn
"""
#: By what the page of the resource says can be filtered; the version makes no difference here.
_BY = Filterable(
    moment="createdDateTime",
    equals=frozenset(_EQUALS.split()),
    begins=frozenset(("userDisplayName", "userPrincipalName", "appDisplayName", "ipAddress")),
    numbers=frozenset(("status/errorCode",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRow:
    """One sign-in. `steps` after the password are (authenticationMethod, authenticationMethodDetail, succeeded), as beta names them."""

    at: float
    user_id: str
    upn: str
    name: str
    error: int = 0
    steps: tuple[tuple[str, str, bool], ...] = ()
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def shown(self, version: str) -> dict[str, Any]:
        """As the service prints it in that version."""
        body: dict[str, Any] = {
            "id": self.id,
            "createdDateTime": f"{iso(self.at)}Z",
            "userDisplayName": self.name,
            "userPrincipalName": self.upn.lower(),
            "userId": self.user_id,
            "appId": "00000002-0000-0ff1-ce00-000000000000",
            "appDisplayName": "Office 365 Exchange Online",
            "ipAddress": "198.51.100.7",
            "clientAppUsed": "Browser",
            "correlationId": cast.stable_id(f"correlation of {self.id}"),
            "conditionalAccessStatus": "notApplied",
            "isInteractive": True,
            "riskDetail": "none",
            "riskLevelAggregated": "none",
            "riskLevelDuringSignIn": "none",
            "riskState": "none",
            "riskEventTypes_v2": [],
            "resourceDisplayName": "Office 365 Exchange Online",
            "resourceId": "00000002-0000-0ff1-ce00-000000000000",
            "status": {"errorCode": self.error, "failureReason": _REASONS.get(self.error, "Other."), "additionalDetails": None},
        }
        if version == "beta":
            body["signInEventTypes"] = ["interactiveUser"]
            body["authenticationRequirement"] = f"{'multi' if self.steps else 'single'}FactorAuthentication"
            password = ("Password", "Password in the cloud", self.error != WRONG_PASSWORD)
            body["authenticationDetails"] = [self._step(*step) for step in (password, *self.steps)]
        return body

    def _step(self, method: str, detail: str, succeeded: bool) -> dict[str, Any]:
        return {
            "authenticationStepDateTime": f"{iso(self.at)}Z",
            "authenticationMethod": method,
            "authenticationMethodDetail": detail,
            "succeeded": succeeded,
            "authenticationStepResultDetail": "MFA completed in Azure AD" if succeeded else "",
            "authenticationStepRequirement": "",
        }


def row(person: Person, at: float, error: int = 0, *steps: tuple[str, str, bool]) -> SignInRow:
    """A sign-in of this person; without steps one by password alone."""
    return SignInRow(at=at, user_id=person.id, upn=person.upn, name=person.display_name or "", error=error, steps=steps)


def list_sign_ins(tenant: Tenant, call: Call) -> Answer:
    """The log, newest first unless `$orderby` says otherwise."""
    allow_only(call, "$filter", "$top", "$orderby", "$skiptoken")
    if tenant.licence == "Free":  # https://learn.microsoft.com/graph/known-issues
        text = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text)
    order = call.query.get("$orderby", "createdDateTime desc")
    if order not in ("createdDateTime", "createdDateTime asc", "createdDateTime desc"):
        raise bad_request("Invalid orderby clause.")
    tests = compiled(call.query["$filter"], _BY) if "$filter" in call.query else []
    found = [one for one in tenant.sign_ins if all(test(one.shown("v1.0")) for test in tests)]
    found.sort(key=lambda one: one.at, reverse=order.endswith(" desc"))
    return page(call, found, lambda one: one.shown(call.version), "auditLogs/signIns")
