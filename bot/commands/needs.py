"""Which Graph application permissions the commands need, and why: from what they read and from the kinds of change they make.

And which ones Doorman can do without, for what.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import COMMANDS
from bot.domain.change import KINDS


@dataclass(frozen=True, slots=True)
class Extra:
    """What an optional permission is good for.

    Attributes:
        why: what is done with it, as the reasons of `needed_permissions` say it.
        without: what is lost without it, as a sentence.
    """

    why: str
    without: str


#: https://learn.microsoft.com/graph/permissions-reference: the first one comes with RoleManagement.Read.Directory.
OPTIONAL_PERMISSIONS = {
    "RoleEligibilitySchedule.Read.Directory": Extra(
        "recognise who could activate an administrator's role (Privileged Identity Management); comes with RoleManagement.Read.Directory",
        "Somebody who has not activated the role counts as an ordinary person.",
    ),
    "AuditLog.Read.All": Extra(
        "compare the audit trail with Entra's own audit log; needs Entra ID P1 or P2 as well",
        "Changes made with Doorman's credentials behind its back are not noticed.",
    ),
}


def needed_permissions() -> dict[str, tuple[str, ...]]:
    """Permission -> its reasons, in the order in which the commands name them; what reads comes before what writes."""
    reasons: dict[str, list[str]] = {}
    reads = [read for command in COMMANDS for read in command.reads]
    writes = [(KINDS[kind].permission, KINDS[kind].why) for command in COMMANDS for kind in sorted(command.changes)]
    for permission, why in (*reads, *(write for write in writes if write[0])):
        known = reasons.setdefault(permission, [])
        if why not in known:
            known.append(why)
    return {permission: tuple(why) for permission, why in reasons.items()}
