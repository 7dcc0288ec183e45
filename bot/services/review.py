"""Policy asked with the facts of this moment: who asks, who is meant, what was done to them before, and what stops changes now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.approvers import about_approver
from bot.domain.change import CONTAINING, Change, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.methods import Dossier
from bot.domain.need import NO_NEED, Need
from bot.domain.operation import Operation
from bot.domain.people import Person, Standing
from bot.domain.plan import Plan, kinds_of
from bot.domain.policy import ALLOWED, NO_GROUPS, Audience, Decision, Reason, permit, stopped
from bot.domain.proving import still_proved, unproved
from bot.domain.registered import REMEMBERED_FOR, Made, leaves_nothing_strong, moved_since, registered, replaces
from bot.domain.review import as_wanted, askable, grounds, review, still_enough
from bot.domain.rules import CAPPED, Ask, Policy
from bot.domain.said import say
from bot.domain.signal_words import bad, in_one_line, told
from bot.domain.sms import switches_on, with_sign_in
from bot.domain.stop import GO, Stop
from bot.domain.threat import holds, tightened
from bot.ports import Clock, Past, Proofs, Signs, Stops

_WORDS_MISSING = frozenset({Reason.NEEDS_REASON, Reason.NEEDS_TICKET})
#: What another wording, hour or place could put right is no protection of the person.
_COULD_BE = _WORDS_MISSING | {Reason.NOT_HERE, Reason.NOT_NOW}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, as policy has to know it.

    Attributes:
        kinds: what policy has to agree to.
        changes: what would be changed; empty before it is planned.
        containing: those of the kinds that only take access away.
        takes_back: it takes back what an operation added.
    """

    kinds: frozenset[ChangeKind]
    changes: tuple[Change, ...] = ()
    containing: frozenset[ChangeKind] = frozenset()
    takes_back: bool = False


def wish_of(planned: Plan | Operation) -> Wish:
    """What a plan, or an operation, asks for."""
    return _wish(planned.changes, planned.bundle, takes_back=bool(planned.takes_back))


def _wish(changes: tuple[Change, ...], bundle: ChangeKind | None, *, takes_back: bool = False) -> Wish:
    kinds = kinds_of(changes, bundle)
    more = frozenset(change.kind for change in changes if not change.contains)
    return Wish(kinds, changes, kinds & (frozenset(change.kind for change in changes) - more), takes_back)


@dataclass(frozen=True, slots=True)
class Case:
    """What our own memory knows about somebody at a moment.

    Attributes:
        stop: the pause, the freeze of this person, and the threat level.
        made: what Doorman changed of them lately.
    """

    at: datetime
    stop: Stop = GO
    made: tuple[Made, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks about whom, where and with which words.

    Attributes:
        asked_at: when it was asked, for rules with hours; None for now.
        risky: a signal about the person is bad, or cannot be read.
        seen: what may be known of the person, in a sentence; empty where nobody asked.
        signs: the same in full and in one line.
        waiting: requests about the same person that wait for somebody.
    """

    standing: Standing
    dossier: Dossier
    where: ConversationRef
    case: Case
    reason: str = ""
    ticket: str = ""
    asked_at: datetime | None = None
    risky: bool = False
    seen: str = ""
    signs: str = ""
    waiting: tuple[Operation, ...] = ()


class Reviewer:
    """Answers whether a change may be made, from the directory, the stops and the past as they are now."""

    def __init__(self, policy: Policy, stops: Stops, past: Past, proofs: Proofs, signs: Signs, clock: Clock) -> None:
        self.policy = policy
        self._signs = signs
        self._proofs = proofs
        self._stops = stops
        self._past = past
        self._clock = clock

    async def case(self, target_id: str) -> Case:
        """What is known of somebody now, whom a change is asked for."""
        now = self._clock()
        stop, made = await asyncio.gather(self._stops.stop(target_id, now), self._past.made_to(target_id, now - REMEMBERED_FOR))
        return Case(now, stop, made)

    def at(self, stop: Stop) -> Policy:
        """The policy as it holds at the threat level."""
        return tightened(self.policy, stop.threat)

    async def now(self) -> Policy:
        """The policy as it holds at this moment."""
        return self.at(await self._stops.stop("", self._clock()))

    async def kept_back(self, operation: Operation) -> Decision:
        """Whether a pause, a freeze or the threat level lets an operation go on that was asked for before. Entra ID is not asked."""
        if operation.contains:
            return ALLOWED
        now = self._clock()
        stop = await self._stops.stop(operation.target.id, now)
        halt = stopped(stop, now, operation.requester.id)
        return self.suffices(operation, stop) if halt.allowed else halt

    def suffices(self, operation: Operation, stop: Stop) -> Decision:
        """Whether what an operation was asked for with is all that the threat level demands."""
        wish = wish_of(operation)
        return holds(self.at(stop), frozenset() if operation.contains else wish.kinds - wish.containing, operation.need)

    async def request(
        self, standing: Standing, dossier: Dossier, wish: Wish, where: ConversationRef, *, reason: str = "", ticket: str = ""
    ) -> Decision:
        """Whether this may be asked for now, and what it would need."""
        return self.decide(wish, await self.asking(standing, dossier, where, reason=reason, ticket=ticket))

    async def asking(self, standing: Standing, dossier: Dossier, where: ConversationRef, *, reason: str = "", ticket: str = "") -> Asking:
        """Who asks about whom, with what is known of that person now."""
        case = await self.case(dossier.person.id)
        return Asking(standing=standing, dossier=dossier, where=where, case=case, reason=reason, ticket=ticket)

    async def called(
        self, standing: Standing, dossier: Dossier, where: ConversationRef, *, reason: str = "", ticket: str = "", lost: bool = False
    ) -> Asking:
        """The same where somebody is on the telephone who may have to be proved: with what the tenant tells of them.

        Args:
            lost: a device is said to be lost.
        """
        asking, waiting = await asyncio.gather(
            self.asking(standing, dossier, where, reason=reason, ticket=ticket),
            self._past.waiting_about(dossier.person.id, self._clock()),
        )
        asking = replace(asking, waiting=waiting)
        if not self._wants_proofs(asking.case.stop):
            return asking
        signals = await self._signs.signals(dossier, lost=lost)
        return replace(asking, risky=bad(signals), seen=told(signals, lost=lost), signs=in_one_line(signals, lost=lost))

    def ahead(self, person: Person) -> None:
        """Somebody is being looked at of whom `called` will want to know what the tenant tells."""
        if self._wants_proofs(GO):
            self._signs.ahead(person)

    def _wants_proofs(self, stop: Stop) -> bool:
        return stop.threat is not None or any(rule.proof or rule.if_risk for rule in self.policy.rules)

    def askable(self, standing: Standing, where: ConversationRef) -> frozenset[ChangeKind]:
        """The kinds of change that policy lets somebody ask for here, about anybody at all."""
        return askable(self.policy, standing.groups, where)

    def decide(self, wish: Wish, asking: Asking) -> Decision:
        """The same where our own memory has been asked already."""
        return review(self.at(asking.case.stop), _ask(wish, asking), asking.case.stop, asking.case.at)

    def settle(self, plan: Plan, asking: Asking) -> tuple[Plan, Decision]:
        """A plan with what Entra ID will do by itself, and policy's word on the whole.

        SMS sign-in that comes with a number is kept where policy allows it with the same proofs and the same people's agreement, and
        switched off again otherwise: it never keeps the number back, and never asks for more than the number does.
        """
        alone = self.decide(wish_of(plan), asking)
        if not alone.allowed or not switches_on(plan.changes, asking.dossier):
            return plan, alone
        on = with_sign_in(plan, asking.dossier, on=True)
        decision, need = self.decide(wish_of(on), asking), alone.need or NO_NEED
        no_more = (decision.need or NO_NEED).proves_no_more(need)
        if decision.allowed and no_more and still_enough(need, need.approvals, decision).allowed:
            return on, decision
        off = with_sign_in(plan, asking.dossier, on=False)
        return off, self.decide(wish_of(off), asking)

    async def still(self, operation: Operation, standing: Standing, dossier: Dossier) -> Decision:
        """Whether an operation that was allowed when it was asked still is.

        Args:
            standing: the requester's, read now.
            dossier: the target's, read now.
        """
        if operation.by_the_person:
            return ALLOWED
        if not (account := permit(standing, NO_GROUPS, Audience.EVERYBODY)).allowed:
            return account
        if not (others := about_approver(operation)).allowed:
            return others
        case = await self.case(operation.target.id)
        if moved_since(operation, case.made):
            return Decision(
                False,
                Reason.NEEDS_MORE_AGREEMENT,
                say("A number of {upn} was set after this was asked for, and nobody has agreed to that number.", upn=operation.target.upn),
                say("It has to be asked for anew."),
            )
        # What it has removed itself by now, half-way or before it was cut off, makes nobody registered.
        made = tuple(one for one in case.made if one.operation_id != operation.id or not one.took)
        asking = Asking(
            standing=standing,
            dossier=dossier,
            where=operation.conversation,
            case=replace(case, made=made),
            reason=operation.reason,
            ticket=operation.ticket,
            asked_at=operation.created_at,
            risky=operation.need.risky,
        )
        verdict = self.decide(wish_of(operation), asking)
        if not verdict.allowed:
            return verdict
        need = await self._proved(operation, verdict)
        if need is None:
            return unproved(operation, verdict)
        return as_wanted(still_enough(operation.need, len(operation.approvals), replace(verdict, need=need)), operation.changes)

    async def _proved(self, operation: Operation, verdict: Decision) -> Need | None:
        """What policy demands of people by now, with the proofs that still stand; None where too few do."""
        need = verdict.need or NO_NEED
        if not (need.proof or need.eased) or not operation.provable:
            return need
        standing = await self._proofs.standing(operation.proofs) if operation.proofs else ()
        return still_proved(operation, need, standing)

    def capped(self, wish: Wish, asking: Asking) -> bool:
        """Whether the person is one whose session is worth stealing, so that what it proves counts less."""
        return not CAPPED.isdisjoint(grounds(self.policy, _ask(wish, asking)))

    def may(
        self, kinds: Iterable[ChangeKind], standing: Standing, dossier: Dossier, where: ConversationRef, stop: Stop
    ) -> frozenset[ChangeKind]:
        """What of these whoever asks may ask for here and now, perhaps with a reason or a ticket. Nothing is read for it."""
        asking = Asking(standing=standing, dossier=dossier, where=where, case=Case(self._clock(), stop), reason="-")
        decisions = {kind: self.decide(Wish(frozenset({kind})), asking) for kind in kinds}
        return frozenset(kind for kind, made in decisions.items() if made.allowed or made.reason in _WORDS_MISSING)

    def protection(self, standing: Standing, dossier: Dossier, where: ConversationRef) -> str:
        """Why nothing at all may be changed here by whoever asks, in a sentence; empty when something may. Stops are not asked.

        What only takes access away is no answer: who may do nothing else should read why.
        """
        asking = Asking(standing=standing, dossier=dossier, where=where, case=Case(self._clock()), reason="-")
        said = ""
        for kind in ChangeKind:  # as a rule the first one may be: this is part of every `show`
            if kind in CONTAINING:
                continue
            decision = self.decide(Wish(frozenset({kind})), asking)
            if decision.allowed or decision.reason in _COULD_BE:
                return ""
            said = said or decision.text
        return said


def is_first(wish: Wish, asking: Asking) -> bool:
    """Whether this is somebody's first method."""
    return not _registered(wish, asking)


def _registered(wish: Wish, asking: Asking) -> bool:
    agent, made, now = asking.standing.person.id, asking.case.made, asking.case.at
    if ChangeKind.BULK in wish.kinds and not wish.changes:
        return True  # a file as such is about nobody, and its rows may be about anybody
    return registered(asking.dossier, made, agent, now) or replaces(asking.dossier, wish.changes, made, agent, now)


def _ask(wish: Wish, asking: Asking) -> Ask:
    dossier, has_method = asking.dossier, _registered(wish, asking)
    amounts = has_method and leaves_nothing_strong(dossier, wish.changes)
    return Ask(
        kinds=wish.kinds,
        requester_id=asking.standing.person.id,
        requester_groups=asking.standing.groups,
        target=dossier.person,
        privileges=dossier.privileges,
        target_groups=dossier.groups,
        where=asking.where,
        at=asking.asked_at or asking.case.at,
        reason=asking.reason,
        ticket=asking.ticket,
        containing=wish.containing | (wish.kinds & CONTAINING),
        implied=frozenset({ChangeKind.RESET_MFA}) if amounts else frozenset(),
        registered=has_method,
        takes_back=wish.takes_back,
        risky=asking.risky,
    )
