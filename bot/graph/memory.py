"""What is remembered of the tenant: one for chat, background and bulk, so that none of them sees less than another."""

from __future__ import annotations

from bot.graph.client import GraphClient
from bot.graph.report import RegistrationReport
from bot.graph.role_groups import RoleGroups


class Memory:
    """Made once for a client.

    Attributes:
        grants: what we may read.
        role_groups: who could get into a group that has an administrator's role.
        report: rows of the registration report.
    """

    def __init__(self, client: GraphClient) -> None:
        self.grants = client.grants
        self.role_groups = RoleGroups(client, self.grants)
        self.report = RegistrationReport(client, self.grants)
