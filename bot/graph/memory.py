"""What is remembered of the tenant: one for chat, background and bulk, so that none of them sees less than another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.domain.sign_in import Preference
from bot.graph.client import GraphClient
from bot.graph.portraits import Portraits
from bot.graph.report import RegistrationReport
from bot.graph.role_groups import RoleGroups

#: How long what only decorates a card is remembered of a person, and of how many people.
SHOWN_SECONDS = 1.0
MOST_SHOWN = 1_000


class Memory:
    """Made once for a client.

    Attributes:
        grants: what we may read.
        role_groups: who could get into a group that has an administrator's role.
        report: rows of the registration report.
        preferences: which methods were shown as somebody's default a moment ago.
        portraits: what decorates the card of somebody.
    """

    def __init__(self, client: GraphClient) -> None:
        self.grants = client.grants
        self.role_groups = RoleGroups(client, self.grants)
        self.report = RegistrationReport(client, self.grants)
        self.preferences = Preferences(client.gate.clock)
        self.portraits = Portraits(client, self.grants)


class Preferences:
    """What somebody is asked for first, for where that is shown and decides nothing.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[float, Preference]] = {}

    async def of(self, user_id: str, read: Callable[[str], Awaitable[Preference]]) -> Preference:
        """As it was within the last second, or is read now; raises what `read` does."""
        asked_at = self._clock()
        if (seen := self._seen.get(user_id)) and asked_at < seen[0] + SHOWN_SECONDS:
            return seen[1]
        found = await read(user_id)
        if len(self._seen) >= MOST_SHOWN:
            self._seen.clear()
        self._seen[user_id] = asked_at, found
        return found

    def forget(self, user_id: str) -> None:
        """It was changed, or perhaps was."""
        self._seen.pop(user_id, None)
