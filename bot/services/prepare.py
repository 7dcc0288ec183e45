"""Steps 3 to 5 up to the moment before anything is stored: may this be said, who is meant, does policy agree, what would change.

One path for what is proposed and for what an administrator only tries out with `policy test`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.commands import COMMANDS
from bot.commands.grammar.arguments import Line
from bot.commands.parser import parse
from bot.commands.spec import Command, Context, Invocation, Rehearsal, Reporting, Several, Steer, WhatHappened
from bot.domain.change import ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.methods import Dossier
from bot.domain.people import Actor, Person, Standing
from bot.domain.plan import Plan
from bot.domain.policy import Decision
from bot.domain.refusals import too_few_approvers
from bot.domain.replies import Reply
from bot.domain.review import as_wanted, could_approve
from bot.domain.said import join, say
from bot.domain.sign_in import Aspect
from bot.domain.stop import GO
from bot.errors import NotFound, Refusal
from bot.planning.facts import Facts
from bot.ports import BulkJobs, Clock, Directory, Operations, Stops, Usages
from bot.services.approve import Approvals
from bot.services.gate import Gate
from bot.services.limits import within_limits
from bot.services.look import aspects_of, glance, look
from bot.services.require import require
from bot.services.review import Asking, Reviewer, Wish, is_first, wish_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be proposed.

    Attributes:
        decision: policy's yes, with what it needs.
        approvals_in: the channel where the approvers' card will be; None when nobody has to agree, or for their personal chats.
        approvers: who could agree by now.
        first: the person has no method yet.
    """

    plan: Plan
    decision: Decision
    approvals_in: ConversationRef | None = None
    approvers: tuple[Person, ...] = ()
    first: bool = False


class Preparation:
    """Takes a command as far as it goes without storing anything."""

    def __init__(
        self,
        operations: Operations,
        stops: Stops,
        usages: Usages,
        directory: Directory,
        gate: Gate,
        reviewer: Reviewer,
        approvals: Approvals,
        facts: Facts,
        clock: Clock,
        jobs: BulkJobs,
        steer: Steer,
        report: Reporting,
    ) -> None:
        self._operations = operations
        self._stops = stops
        self._usages = usages
        self._directory = directory
        self._gate = gate
        self._reviewer = reviewer
        self._approvals = approvals
        self._facts = facts
        self._clock = clock
        self._jobs = jobs
        self._steer = steer
        self._report = report

    def permit(self, command: Command, standing: Standing, where: ConversationRef) -> Decision:
        """Policy's yes to saying this here; raises Forbidden when someone with this standing may not."""
        decision = self._permitted(command, standing, where)
        require(decision)
        return decision

    def may_say(self, command: Command, standing: Standing, where: ConversationRef) -> bool:
        """Whether `permit` would raise nothing."""
        return self._permitted(command, standing, where).allowed

    def _permitted(self, command: Command, standing: Standing, where: ConversationRef) -> Decision:
        if command.reports:
            return self._reviewer.may_report(standing, where, admin=self._gate.is_admin(standing))
        return self._gate.permit(standing, for_everyone=command.for_everyone, admin=command.admin, admins_too=command.admins_too)

    async def find(self, invocation: Invocation, standing: Standing, chosen: str = "") -> tuple[Person, ...]:
        """Whom the invocation means; several when the name fits several.

        Raises:
            Refusal: nobody.
        """
        who = invocation.who
        assert who is not None
        object_id = chosen or who.object_id
        if who.last and not object_id:
            raise Refusal(say("Nobody can tell who “{who}” is here.", who=who.text), say("Say who, by name or address."), code="who")
        try:
            people = (await self._directory.person(object_id),) if object_id else await self._directory.find(who.text)
        except NotFound:
            people = ()
        if not people and self._may_name_leavers(invocation.command, standing):
            people = await self._operations.known(object_id or who.text)
        if not people and object_id:
            raise Refusal(say("That account no longer exists in Entra ID."), code="no_such_person")
        if not people:
            raise Refusal(
                say("I find nobody called “{who}”.", who=who.text),
                say("Check the spelling, or give the user principal name, such as alice@example.com."),
                code="no_such_person",
            )
        return people

    async def dossier(self, invocation: Invocation, standing: Standing, person: Person) -> Dossier:
        """Everything the command needs to know about somebody; of somebody Entra ID no longer knows, what was recorded here."""
        command = invocation.command
        wanted = (aspects_of(command.changes) | command.aspects) - (frozenset() if self._facts.per_user_mfa else {Aspect.MFA_STATE})
        try:
            return await (look if command.changes else glance)(self._directory, person.id, wanted)
        except NotFound:
            if self._may_name_leavers(invocation.command, standing):
                return Dossier(person, {})
            raise

    async def run(
        self,
        invocation: Invocation,
        actor: Actor,
        standing: Standing,
        where: ConversationRef,
        dossier: Dossier | None,
        picked: str = "",
    ) -> Proposal | Several | WhatHappened | Reply:
        """What a changing command would propose, what it could be about, or the reply of another.

        Args:
            picked: Graph's id of the method that was picked on a card.

        Raises:
            Refusal: policy, a limit or the state of the account forbids it, or nobody could approve it.
        """
        now = self._clock()
        command = invocation.command
        stop, asking, protected = GO, None, ""
        if dossier and command.changes:
            asking = await self._reviewer.asking(standing, dossier, where, reason=invocation.reason, ticket=invocation.ticket)
            require(self._reviewer.decide(Wish(invocation.kinds, containing=invocation.containing), asking))
        elif dossier:
            stop = await self._stops.seen(dossier.person.id, now)
            protected = self._reviewer.protection(standing, dossier, where)
        context = Context(
            actor=actor,
            standing=standing,
            helpdesk=self._gate.is_helpdesk(standing),
            admin=self._gate.is_admin(standing),
            approver=self._gate.is_approver(standing),
            reporter=self._reviewer.may_report(standing, where, admin=self._gate.is_admin(standing)).allowed,
            where=where,
            now=now,
            facts=self._facts,
            commands=COMMANDS,
            directory=self._directory,
            operations=self._operations,
            stops=self._stops,
            usages=self._usages,
            jobs=self._jobs,
            rehearse=self.rehearse,
            steer=self._steer,
            report=self._report,
            dossier=dossier,
            protected=protected,
            stop=stop,
            picked=picked,
        )
        result = await command.run(invocation, context)
        if not isinstance(result, Plan):
            return result
        assert asking is not None, "whatever changes something changes somebody"
        return await self.agreed(result, asking, actor)

    async def agreed(self, plan: Plan, asking: Asking, actor: Actor) -> Proposal:
        """A plan that policy agrees to as a whole, with what Entra ID will do by itself.

        Raises:
            Refusal: policy, a limit or the lack of approvers forbids it.
        """
        unseen = asking.dossier.privileges.said_unseen
        settled, decision = self._reviewer.settle(replace(plan, warnings=(*plan.warnings, *unseen)), asking)
        require(decision)
        proposal = await self.complete(settled, decision, actor, asking.where, asking.case.at)
        return replace(proposal, first=is_first(wish_of(settled), asking))

    async def complete(
        self, plan: Plan, decision: Decision, actor: Actor, where: ConversationRef, now: datetime, job_id: str = ""
    ) -> Proposal:
        """A plan that policy agrees to, once limits and approvers have been looked at.

        Args:
            job_id: of the file it is about, whose people do not agree to what is changed of themselves.

        Raises:
            Refusal: the policy does not want it so, a limit is reached, too few people could approve, or there is nowhere to ask them.
        """
        require(as_wanted(decision, plan.changes))
        need = decision.need
        asks_others = need is not None and need.approvals > 0
        plan = await within_limits(self._usages, self._reviewer.policy.limits, plan, actor, now, asks_others=asks_others)
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
        return Proposal(plan, decision, await self._approvals.places.place(where, need, approvers), approvers)

    async def rehearse(self, line: Line, person: Person, where: ConversationRef) -> Rehearsal:
        """What would happen if this person typed this line here and now.

        Raises:
            DirectoryError: Graph cannot say.
        """
        actor = Actor(person.id, "", person.name)
        try:
            invocation = parse(line.text, line.mentions)
            standing = await self._gate.standing(actor)
            decision = self.permit(invocation.command, standing, where)
            if not invocation.command.changes:
                return Rehearsal(allowed=True, rules=decision.rules)
            if invocation.who is None:
                return _rehearsed(await self._file(invocation, actor, standing, where))
            people = await self.find(invocation, standing)
            if len(people) > 1:
                names = ", ".join(one.upn for one in people)
                raise Refusal(
                    say("Several people are meant: {names}.", names=names),
                    say("Say the address instead of the name."),
                    code="several_people",
                )
            dossier = await self.dossier(invocation, standing, people[0])
            proposal = await self.run(invocation, actor, standing, where, dossier)
            if isinstance(proposal, Several):
                names = join("; ", (method.facts for method in proposal.methods))
                raise Refusal(
                    say("Several are registered, and one has to be picked on a card: {names}.", names=names), code="several_methods"
                )
            if isinstance(proposal, WhatHappened):
                raise Refusal(say("It depends on what happened."), say("Say it too, such as `lost`."), code="what_happened")
        except Refusal as refusal:
            return Rehearsal(allowed=False, code=refusal.code, text=refusal.text, hint=refusal.hint, rules=refusal.rules)
        assert isinstance(proposal, Proposal), "a changing command makes a plan"
        return _rehearsed(proposal)

    async def _file(self, invocation: Invocation, actor: Actor, standing: Standing, where: ConversationRef) -> Proposal:
        """What policy says of a file as such, whoever is in it: of each of its rows it is asked when there is one."""
        nobody = Dossier(Person("", "", ""), {})
        reason, ticket = invocation.reason, invocation.ticket
        decision = await self._reviewer.request(standing, nobody, Wish(invocation.kinds), where, reason=reason, ticket=ticket)
        require(decision)
        plan = Plan(nobody.person, (), bundle=ChangeKind.BULK)
        return await self.complete(plan, decision, actor, where, self._clock())

    def _may_name_leavers(self, command: Command, standing: Standing) -> bool:
        return command.leavers and self._gate.is_admin(standing)


def _rehearsed(proposal: Proposal) -> Rehearsal:
    changes = tuple(change.masked() for change in proposal.plan.changes)
    need = proposal.decision.need
    return Rehearsal(allowed=True, rules=proposal.decision.rules, changes=changes, need=need, approvers=proposal.approvers)


def as_known(actor: Actor, standing: Standing) -> Actor:
    """The actor with the user principal name that Entra has."""
    return replace(actor, upn=standing.person.upn)
