"""Step 5, what a plan still needs from people: who must agree, whether the limits leave room for it, and where those are asked.

One path for what is said in chat, for what is asked again by a button, and for a file.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.conversations import ConversationRef
from bot.domain.hand_over import how_it_is_seen, may_receive
from bot.domain.people import Actor, Person
from bot.domain.plan import Plan
from bot.domain.policy import Decision
from bot.domain.refusals import too_few_approvers
from bot.domain.review import as_wanted, could_approve
from bot.domain.rules import Policy
from bot.domain.said import say
from bot.domain.waiting import waiting_in_words, worth_telling
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
        wish, need = wish_of(settled), decision.need
        plan = _with_waiting(proposal.plan, asking)
        if asking.seen and need and (need.proof or need.eased):
            plan = _with_signals(plan, asking)
        proposal = replace(proposal, plan=plan)
        return replace(proposal, first=is_first(wish, asking), capped=self._reviewer.capped(wish, asking))

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
            Refusal: the policy does not want it so, a limit is reached, too few people could approve, there is nowhere to ask them, or
                the manager cannot be handed what it makes.
            DirectoryError: Graph does not say who could approve it, or who the manager is.
        """
        require(as_wanted(decision, plan.changes))
        decision = _to_manager(decision, plan)
        need = decision.need
        asks_others = need is not None and need.approvals > 0
        policy = policy or self._reviewer.policy
        high = policy.threat is not None
        plan = await within_limits(self._usages, policy.limits, plan, actor, now, asks_others=asks_others, high=high)
        manager = await self._manager(plan.target, actor) if need and need.to_manager else None
        if any(change.once_only for change in plan.changes):
            told = (how_it_is_seen(manager),)
            plan = replace(plan, notes=(*plan.notes, *told)) if manager else replace(plan, details=(*plan.details, *told))
        if need is None or not (need.approvals or need.instead):
            return Proposal(plan, decision, manager=manager)
        most = need.without_proof if need.instead else need  # where nothing can be proved those have to be found
        approvers = could_approve(
            most,
            await self._directory.members(most.groups),
            requester_id=actor.id,
            target_id=plan.target.id,
            already=frozenset(),
            manager_id=manager.id if manager else "",
        )
        if job_id:
            changed = {person.id for person in await self._jobs.changed(job_id, [person.id for person in approvers])}
            approvers = tuple(person for person in approvers if person.id not in changed)
        if len(approvers) < most.approvals:
            left = need.with_so_few(len(approvers))
            if left is None:
                require(too_few_approvers(need, approvers))
            decision, most = replace(decision, need=left), left or most
        if not most.approvals:
            return Proposal(plan, decision, manager=manager)
        return Proposal(plan, decision, await self._places.place(where, most, approvers), approvers, manager=manager)

    async def _manager(self, target: Person, actor: Actor) -> Person | None:
        """Who reveals what is made instead of whoever asks; raises Refusal when the manager cannot."""
        manager = await self._directory.manager(target.id)
        require(may_receive(manager, target, actor.id))
        return manager


def _with_signals(plan: Plan, asking: Asking) -> Plan:
    """What may be known of the person, on the card on which a proof is wanted: a warning where it is bad, and of a recovery never folded
    away, since somebody who has lost a phone is whom a thief pretends to be."""
    plan = replace(plan, details=(say("What Entra ID tells of them: {seen}.", seen=asking.signs), *plan.details))
    if asking.risky:
        return replace(plan, warnings=(asking.seen, *plan.warnings))
    return replace(plan, notes=(asking.seen, *plan.notes)) if plan.recovery else plan


def _with_waiting(plan: Plan, asking: Asking) -> Plan:
    """What waits about the same person stands on the new card, so that nobody asks for it twice."""
    waiting = worth_telling(asking.waiting, asking.standing.person.id, plan)
    return replace(plan, notes=(*plan.notes, *map(waiting_in_words, waiting)))


def _to_manager(decision: Decision, plan: Plan) -> Decision:
    """The decision with what the plan itself demands."""
    if decision.need is None or not plan.to_manager:
        return decision
    return replace(decision, need=replace(decision.need, to_manager=True))
