"""Which Graph application permissions the commands need, and why: from what they read and from the kinds of change they make."""

from __future__ import annotations

from bot.commands import COMMANDS
from bot.domain.change import KINDS


def needed_permissions() -> dict[str, tuple[str, ...]]:
    """Permission -> its reasons, in the order in which the commands name them; what reads comes before what writes."""
    reasons: dict[str, list[str]] = {}
    reads = [read for command in COMMANDS for read in command.reads]
    writes = [(KINDS[kind].permission, KINDS[kind].why) for command in COMMANDS for kind in sorted(command.changes)]
    for permission, why in (*reads, *writes):
        known = reasons.setdefault(permission, [])
        if why not in known:
            known.append(why)
    return {permission: tuple(why) for permission, why in reasons.items()}
