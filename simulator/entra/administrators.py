"""What a signed-in administrator may do by the directory roles they hold: a delegated permission alone lets nobody do more.

https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from __future__ import annotations

from simulator.entra.errors import denied
from simulator.entra.message import Call
from simulator.entra.state import Tenant

GLOBAL = "Global Administrator"
APPLICATIONS = ("Application Administrator", "Cloud Application Administrator")
REGISTERS = (*APPLICATIONS, "Application Developer")
#: App roles of Microsoft Graph itself are beyond application administrators:
#: https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent#prerequisites
CONSENTS = ("Privileged Role Administrator",)
MAKES_GROUPS = ("Groups Administrator", "User Administrator", "Directory Writers")
#: https://learn.microsoft.com/graph/api/teamsapp-publish
PUBLISHES = ("Teams Administrator",)
#: Who may consent to delegated permissions for everybody.
ALLOWS_CLIENTS = (*APPLICATIONS, *CONSENTS)


def roles_of(tenant: Tenant, user_id: str) -> set[str]:
    """Names of the directory roles that somebody holds, also through groups; none for whom the tenant does not know."""
    person = tenant.people.get(user_id)
    if person is None:
        return set()
    return {*person.roles, *(role for group in tenant.transitive_groups(user_id).values() for role in group.roles)}


def need_role(tenant: Tenant, call: Call, *roles: str, owner: str = "") -> None:
    """Raises GraphError 403 when somebody is signed in who has none of these roles, is no global administrator and not the owner."""
    if call.user_id and call.user_id != owner and not roles_of(tenant, call.user_id) & {GLOBAL, *roles}:
        raise denied(call)
