"""What waits about somebody already: said by `show`, and on every new card about the same person."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.change import KINDS
from bot.domain.difference import difference_text
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.plan import Plan
from bot.domain.said import join, say

#: More changes of one request are not told, and more requests about one person.
MOST_CHANGES, MOST_WAITING = 2, 5


def worth_telling(waiting: Sequence[Operation], agent_id: str, planned: Plan | None = None) -> tuple[Operation, ...]:
    """What of it this agent should hear of: of their own cards that they have not confirmed the last of its kind alone.

    Args:
        planned: what the agent asks for just now, beside which an older card of its kind is none of these.
    """
    own = [one for one in waiting if one.state is State.PROPOSED and one.requester.id.lower() == agent_id.lower()]
    last = {_kind(one): one.id for one in own}
    passed_over = {one.id for one in own if one.id != last[_kind(one)] or (planned and _kind(one) == _kind(planned))}
    return tuple(one for one in waiting if one.id not in passed_over)[:MOST_WAITING]


def _kind(asked: Operation | Plan) -> tuple[object, ...]:
    """What it is about, whatever it should become."""
    return (asked.bundle, frozenset((change.label, change.phone, change.method) for change in asked.changes if not change.follows))


def waiting_in_words(operation: Operation) -> str:
    """One request: its id, what it would change, and who asked; numbers masked."""
    changes = join("; ", map(difference_text, operation.changes[:MOST_CHANGES]))
    what = KINDS[operation.bundle].task if operation.bundle else changes
    return say("{id} waits already: {what}, asked by {name}.", id=operation.id, what=what, name=operation.requester.name)
