"""Policy asked with the facts of this moment: who asks, who is meant, and what stops changes now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.change import ChangeKind
from bot.domain.exchange import ConversationRef
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.people import Standing
from bot.domain.policy import Decision, Groups, Reason, permit
from bot.domain.review import as_wanted, review, still_enough
from bot.domain.rules import Ask, Policy
from bot.domain.stop import GO
from bot.ports import Clock, Stops

#: What another wording, hour or place could put right is no protection of the person.
_COULD_BE = frozenset({Reason.NEEDS_REASON, Reason.NEEDS_TICKET, Reason.NOT_HERE, Reason.NOT_NOW})
#: For asking about the account alone, whatever its rights.
_NO_GROUPS = Groups("")


class Reviewer:
    """Answers whether a change may be made, from the directory and the stops as they are now."""

    def __init__(self, policy: Policy, stops: Stops, clock: Clock) -> None:
        self.policy = policy
        self._stops = stops
        self._clock = clock

    async def request(
        self,
        standing: Standing,
        dossier: Dossier,
        kinds: Iterable[ChangeKind],
        where: ConversationRef,
        *,
        reason: str = "",
        ticket: str = "",
    ) -> Decision:
        """Whether this may be asked for now, and what it would need."""
        now = self._clock()
        ask = self._ask(standing, dossier, frozenset(kinds), where, now, reason, ticket)
        return review(self.policy, ask, await self._stops.stop(dossier.person.id, now), now)

    async def still(self, operation: Operation, standing: Standing, dossier: Dossier) -> Decision:
        """Whether an operation that was allowed when it was asked still is.

        Args:
            standing: the requester's, read now.
            dossier: the target's, read now.
        """
        if not (account := permit(standing, _NO_GROUPS, for_everyone=True)).allowed:
            return account
        now = self._clock()
        kinds, where = operation.kinds, operation.conversation
        ask = self._ask(standing, dossier, kinds, where, operation.created_at, operation.reason, operation.ticket)
        verdict = review(self.policy, ask, await self._stops.stop(operation.target.id, now), now)
        if not verdict.allowed:
            return verdict
        return as_wanted(still_enough(operation.need, len(operation.approvals), verdict), operation.changes)

    def protection(self, standing: Standing, dossier: Dossier, where: ConversationRef) -> str:
        """Why nothing at all may be changed here by whoever asks, in a sentence; empty when something may. Stops are not asked."""
        now = self._clock()
        said = ""
        for kind in ChangeKind:  # as a rule the first one may be: this is part of every `show`
            decision = review(self.policy, self._ask(standing, dossier, frozenset({kind}), where, now, "-", ""), GO, now)
            if decision.allowed or decision.reason in _COULD_BE:
                return ""
            said = said or decision.text
        return said

    def _ask(
        self,
        standing: Standing,
        dossier: Dossier,
        kinds: frozenset[ChangeKind],
        where: ConversationRef,
        at: datetime,
        reason: str,
        ticket: str,
    ) -> Ask:
        return Ask(
            kinds=kinds,
            requester_id=standing.person.id,
            requester_groups=standing.groups,
            target=dossier.person,
            privileges=dossier.privileges,
            target_groups=dossier.groups,
            where=where,
            at=at,
            reason=reason,
            ticket=ticket,
        )
