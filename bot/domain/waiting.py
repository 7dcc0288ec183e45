"""What waits about somebody already: said by `show`, and on every new card about the same person."""

from __future__ import annotations

from bot.domain.change import KINDS
from bot.domain.difference import difference_text
from bot.domain.operation import Operation
from bot.domain.said import join, say

#: More changes of one request are not told.
MOST_CHANGES = 2


def waiting_in_words(operation: Operation) -> str:
    """One request: its id, what it would change, and who asked; numbers masked."""
    changes = join("; ", map(difference_text, operation.changes[:MOST_CHANGES]))
    what = KINDS[operation.bundle].task if operation.bundle else changes
    return say("{id} waits already: {what}, asked by {name}.", id=operation.id, what=what, name=operation.requester.name)
