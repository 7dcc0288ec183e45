"""Accounts made a moment ago, which not every part of the service knows yet.

The directory shows such an account at once; the back end of the sign-in methods answers 404 for seconds to a minute
(KelvinTegelaar/CIPP-API#1955), and the index behind `$search` has it later too (https://learn.microsoft.com/graph/aad-advanced-queries).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.cast import Member
from simulator.entra.errors import iso

if TYPE_CHECKING:
    from simulator.entra.state import Person, Tenant

LONG_AGO = "2025-01-06T08:00:00Z"


@dataclass
class Newness:
    """How new an account is; as it stands, it is an old one that everybody knows.

    Attributes:
        created: when the account was made, in seconds since the epoch; None for long ago.
        methods_from: from then on its sign-in methods can be reached.
        methods_after: after that, so many calls still meet a part of the service that does not know it.
        searched_from: from then on a `$search` finds it.
    """

    created: float | None = None
    methods_from: float = 0.0
    methods_after: int = 0
    searched_from: float = 0.0

    @property
    def created_text(self) -> str:
        """The createdDateTime of the account."""
        return LONG_AGO if self.created is None else iso(self.created) + "Z"

    def hides_methods(self, now: float) -> bool:
        """Whether a call to the sign-in methods made now meets nobody; such a call counts."""
        if now < self.methods_from:
            return True
        if self.methods_after == 0:
            return False
        self.methods_after -= 1
        return True

    def hides_from_search(self, now: float) -> bool:
        """Whether the index of names lacks the account still."""
        return now < self.searched_from


def hire(tenant: Tenant, member: Member, *, seconds: float = 30.0, calls: int = 0) -> Person:
    """Adds an account at this moment; calls to its sign-in methods meet nobody for so many seconds, and then so many times more."""
    person, now = tenant.admit(member), tenant.clock()
    person.newness = Newness(created=now, methods_from=now + seconds, methods_after=calls, searched_from=now + seconds)
    return person
