"""Whether the requester changed meanwhile themselves what a request is about, as far as that is known here."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.change import Change
from bot.domain.operation import Operation
from bot.domain.own_change import changed_meanwhile
from bot.ports import Operations


async def own_change(operations: Operations, operation: Operation, changes: Iterable[Change]) -> str:
    """That they did, in a sentence; empty where it was not them, or not for all of these changes."""
    return changed_meanwhile(operation, changes, await operations.made_to(operation.target.id, operation.created_at))
