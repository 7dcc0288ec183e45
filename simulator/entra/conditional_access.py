"""Conditional Access as far as authentication contexts go: their names, the policies behind them, what a sign-in satisfies.

https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context says what is in `acrs`: a
context that was asked for is there unless a policy stands behind it that is not satisfied, so also where no policy does; one that was not
asked for is there only for an app that declares the optional claim. Assumed: whether a context is published decides what administrators
see of it, and nothing about tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator import cast
from simulator.entra.listing import allow_only, page
from simulator.entra.message import Answer, Call

if TYPE_CHECKING:
    from simulator.entra.state import Tenant

STATES = ("enabled", "disabled", "enabledForReportingButNotEnforced")


@dataclass
class AuthenticationContext:
    """https://learn.microsoft.com/graph/api/resources/authenticationcontextclassreference"""

    id: str
    name: str
    description: str = ""
    published: bool = True


@dataclass
class AccessPolicy:
    """A policy that asks for MFA where one of its contexts is wanted; `excluded` are object ids of people it leaves out.

    https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
    """

    name: str
    contexts: tuple[str, ...]
    state: str = "enabled"
    controls: tuple[str, ...] = ("mfa",)
    excluded: frozenset[str] = frozenset()

    def wants_mfa_of(self, person_id: str) -> bool:
        """Whether it stands in the way of this person without MFA."""
        return self.state == "enabled" and "mfa" in self.controls and person_id not in self.excluded


def _contexts() -> dict[str, AuthenticationContext]:
    return {"c21": AuthenticationContext("c21", "Doorman: caller", "A person who shows the helpdesk that it is them")}


def _policies() -> list[AccessPolicy]:
    return [AccessPolicy("Doorman: MFA of callers", ("c21",))]


@dataclass
class ConditionalAccess:
    """The contexts by id and the policies of the tenant; free to be changed."""

    contexts: dict[str, AuthenticationContext] = field(default_factory=_contexts)
    policies: list[AccessPolicy] = field(default_factory=_policies)

    def satisfied(self, person_id: str, wanted: Iterable[str], *, mfa: bool, implicit: bool) -> list[str]:
        """The contexts that a sign-in satisfies.

        Args:
            wanted: those that were asked for.
            implicit: those that have a policy are there too, without having been asked for.
        """
        protected = {context for policy in self.policies if policy.state == "enabled" for context in policy.contexts}
        of_interest = set(wanted) | (protected if implicit else set())
        return sorted(context for context in of_interest if mfa or not self.wants_mfa(person_id, context))

    def wants_mfa(self, person_id: str, context: str) -> bool:
        """Whether a policy asks this person for MFA before the context is there."""
        return any(context in policy.contexts and policy.wants_mfa_of(person_id) for policy in self.policies)

    def described(self) -> dict[str, Any]:
        """As JSON, for the back door."""
        contexts = [{"id": one.id, "name": one.name, "published": one.published} for one in self.contexts.values()]
        policies = [{"name": one.name, "contexts": list(one.contexts), "state": one.state} for one in self.policies]
        return {"contexts": contexts, "policies": policies}


def list_contexts(tenant: Tenant, call: Call) -> Answer:
    """https://learn.microsoft.com/graph/api/conditionalaccessroot-list-authenticationcontextclassreferences"""
    allow_only(call)
    return page(call, list(tenant.access.contexts.values()), _context, "identity/conditionalAccess/authenticationContextClassReferences")


def list_policies(tenant: Tenant, call: Call) -> Answer:
    """https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies"""
    allow_only(call)
    return page(call, tenant.access.policies, _policy, "identity/conditionalAccess/policies")


def _context(context: AuthenticationContext) -> dict[str, Any]:
    return {"id": context.id, "displayName": context.name, "description": context.description, "isAvailable": context.published}


def _policy(policy: AccessPolicy) -> dict[str, Any]:
    return {
        "id": cast.stable_id(f"conditional access policy {policy.name}"),
        "displayName": policy.name,
        "createdDateTime": "2025-01-06T08:00:00Z",
        "modifiedDateTime": None,
        "state": policy.state,
        "conditions": {
            "clientAppTypes": ["all"],
            "users": {"includeUsers": ["All"], "excludeUsers": sorted(policy.excluded)},
            "applications": {
                "includeApplications": [],
                "excludeApplications": [],
                "includeUserActions": [],
                "includeAuthenticationContextClassReferences": list(policy.contexts),
            },
        },
        "grantControls": {"operator": "OR", "builtInControls": list(policy.controls), "customAuthenticationFactors": [], "termsOfUse": []},
        "sessionControls": None,
    }
