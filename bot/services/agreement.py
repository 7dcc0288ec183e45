"""Step 5, what a plan still needs from people: who must agree, whether the limits leave room for it, and where those are asked.

One path for what is said in chat, for what is asked again by a button, and for a file.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.conversations import ConversationRef
from bot.domain.people import Actor
from bot.domain.plan import Plan
from bot.domain.policy import Decision
from bot.domain.refusals import too_few_approvers
from bot.domain.review import as_wanted, could_approve
from bot.domain.rules import Policy
from bot.ports import BulkJobs, Directory, Usages
from bot.services.approval_places import ApprovalPlaces
from bot.services.propose import Proposal
from bot.services.require import require
from bot.services.review import Asking, Reviewer, is_first, wish_of
from bot.services.within_limits import within_limits


class Agreement:
    """Makes a proposal of a plan."""

    def __init__(self, directory: Directory, usages: Usages, jobs: BulkJobs, reviewer: Reviewer, places: ApprovalPlaces) -> None:
        self._directory = directory
        self._usages = usages
        self._jobs = jobs
        self._reviewer = reviewer
        self._places = places

    async def of(self, plan: Plan, asking: Asking, actor: Actor) -> Proposal:
        """A plan that policy agrees to as a whole, with what Entra ID will do by itself.

        Raises:
            Refusal: policy, a limit or the lack of approvers forbids it.
        """
        unseen = asking.dossier.privileges.said_unseen
        settled, decision = self._reviewer.settle(replace(plan, warnings=(*plan.warnings, *unseen)), asking)
        require(decision)
        proposal = await self.complete(settled, decision, actor, asking.where, asking.case.at, policy=self._reviewer.at(asking.case.stop))
        return replace(proposal, first=is_first(wish_of(settled), asking))

    async def complete(
        self,
        plan: Plan,
        decision: Decision,
        actor: Actor,
        where: ConversationRef,
        now: datetime,
        *,
        job_id: str = "",
        policy: Policy | None = None,
    ) -> Proposal:
        """A plan that policy agrees to, once limits and approvers have been looked at.

        Args:
            job_id: of the file it is about, whose people do not agree to what is changed of themselves.
            policy: as it holds at the threat level; None for a file, which is nobody who could be changed too often.

        Raises:
            Refusal: the policy does not want it so, a limit is reached, too few people could approve, or there is nowhere to ask them.
        """
        require(as_wanted(decision, plan.changes))
        need = decision.need
        asks_others = need is not None and need.approvals > 0
        policy = policy or self._reviewer.policy
        high = policy.threat is not None
        plan = await within_limits(self._usages, policy.limits, plan, actor, now, asks_others=asks_others, high=high)
        if need is None or not need.approvals:
            return Proposal(plan, decision)
        approvers = could_approve(
            need, await self._directory.members(need.groups), requester_id=actor.id, target_id=plan.target.id, already=frozenset()
        )
        if job_id:
            changed = {person.id for person in await self._jobs.changed(job_id, [person.id for person in approvers])}
            approvers = tuple(person for person in approvers if person.id not in changed)
        if len(approvers) < need.approvals:
            require(too_few_approvers(need, approvers))
        return Proposal(plan, decision, await self._places.place(where, need, approvers), approvers)
