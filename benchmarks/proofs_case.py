"""One case: two agents, two callers, their manager and three who may agree, who press what there is in an order that the dice choose."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from benchmarks.proofs_desk import HELPDESK, SENIORS, VIPS, WHERE, Clock, Died, Replica, Tenant, actor
from benchmarks.proofs_oracle import Oracle, Wanted
from benchmarks.proofs_shapes import is_yes, people_of, policy_of
from bot.commands.approvals import decision_on
from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.incoming import CardAction, Verb
from bot.domain.life import State
from bot.domain.methods import PhoneType
from bot.domain.need import Need
from bot.domain.number_match import choices_of, number_of
from bot.domain.operation import Approval, Operation
from bot.domain.people import Person
from bot.domain.proof import Proof, ProofKind, ProofState
from bot.domain.proving import DOCUMENT_WORDS, OFFERED
from bot.domain.stop import freeze_of
from bot.errors import DirectoryError, Refusal
from bot.ports import SignedIn
from bot.services.expire import expire
from bot.services.proof_answers import NO, WRONG, YES
from bot.services.review import Wish
from bot.store.proofs_asked import withdraw_about
from bot.store.transactions import Transactions

#: How likely a process dies at any work that it starts.
DEATHS = 0.01
STEPS = 30
MANY = 24
SECONDS = (*(1, 20, 60, 119, 120, 121, 240) * 2, 299, 300, 599, 899, 900, 1799)
Step = Callable[[Replica], Awaitable[object]]


class Case:
    """Plays it.

    Args:
        writers: what each replica writes with.
    """

    def __init__(self, number: int, seed: int, writers: Sequence[Transactions]) -> None:
        self.number = number
        self._dice = random.Random(f"{seed}-{number}")
        self._clock = Clock()
        self._people = people_of(number)
        self._tenant = self._tenant_of()
        self._policy = policy_of(self._dice)
        self._writers = writers
        self._replicas = self._open()
        self._seen: list[Operation] = []  # as some card showed them; never the newest on purpose
        self._proofs: list[Proof] = []
        self._keys = 0
        self.oracle = Oracle()

    def _open(self, deaths: float = DEATHS) -> list[Replica]:
        return [Replica(writer, self._tenant, self._policy, self._dice, deaths) for writer in self._writers]

    def _tenant_of(self) -> Tenant:
        people, dice = self._people, self._dice
        groups = {people[role].id: frozenset({HELPDESK}) for role in ("hanna", "bram", "colleague")}
        seniors = ["senior", "another senior", "bram"] + ["manager"] * (dice.random() < 0.5)
        for role in seniors:
            groups[people[role].id] = groups.get(people[role].id, frozenset()) | {SENIORS}
        if dice.random() < 0.3:
            groups[people["diego"].id] = frozenset({VIPS})
        managers = {people["diego"].id: people["manager"].id, people["alice"].id: people[dice.choice(("manager", "hanna"))].id}
        return Tenant(self._clock, {one.id: one for one in people.values()}, groups, managers)

    async def play(self) -> None:
        """All steps; what was found stands in `oracle`."""
        while not self._seen:  # nothing of some shapes can be proved or agreed to at all
            await asyncio.gather(self._propose(self._replicas[0]), return_exceptions=True)
            self._policy = self._policy if self._seen else policy_of(self._dice)
            self._replicas = self._replicas if self._seen else self._open()
        for _ in range(STEPS):
            await self._step()
            await self._replicas[0].transactions.read(lambda connection: self.oracle.look(connection, self._clock.now))
            for wanted in self.oracle.wanted.values():
                self._proofs += [proof for proof in await self._replicas[0].proofs.of(wanted.id, self._clock.now) if self._is_new(proof)]
        await self._carry_out()

    def _is_new(self, proof: Proof) -> bool:
        return bool(proof.state is ProofState.ASKED or proof.by_id) and all(one.id != proof.id for one in self._proofs)

    async def _step(self) -> None:
        """One press, or two at once, on either replica."""
        dice, many = self._dice, 2 if self._dice.random() < 0.25 else 1
        self._tenant.slow = dice.choice((0, 0, 0, 0, 5, 70))
        self._tenant.down = dice.random() < 0.03
        steps = [dice.choices(self._steps, self._weights)[0] for _ in range(many)]
        if many == 2 and dice.random() < 0.3:
            steps = [self._answer, self._answer]
        if self._not_me in steps and many == 2 and self._answer in steps:
            steps = [self._not_me]  # what was given and withdrawn between two looks nobody could tell
        found = await asyncio.gather(*(step(dice.choice(self._replicas)) for step in steps), return_exceptions=True)
        for one in found:
            if isinstance(one, Refusal):
                self.oracle.figures["refused"] += 1
            elif isinstance(one, Died):
                self.oracle.figures["deaths"] += 1
            elif isinstance(one, BaseException) and not isinstance(one, DirectoryError):
                self.oracle.violations.append(f"{type(one).__name__}: {one}")

    @property
    def _steps(self) -> list[Step]:
        return [step for step, _ in self._weighed]

    @property
    def _weights(self) -> list[int]:
        return [weight for _, weight in self._weighed]

    @property
    def _weighed(self) -> list[tuple[Step, int]]:
        return [
            (self._propose, 5),
            (self._ask, 9),
            (self._answer, 12),
            (self._confirm, 8),
            (self._approve, 5),
            (self._pass_time, 3),
            (self._bring, 2),
            (self._expire, 1),
            (self._cancel, 1),
            (self._withdraw, 1),
            (self._freeze, 1),
            (self._not_me, 1),
        ]

    async def _propose(self, replica: Replica) -> None:
        agent, target = (self._people[self._dice.choice(pair)] for pair in (("hanna", "bram"), ("diego", "diego", "alice")))
        change = self._dice.choice((Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 687654321"),
                                    Change(ChangeKind.RESET_PASSWORD, None, "", None)))  # fmt: skip
        standing = await self._tenant.standing(agent.id, self._policy.groups())
        asking = await replica.reviewer.asking(standing, await self._tenant.dossier(target.id), WHERE)
        wish = Wish(frozenset({change.kind}), (change,))
        decision = replica.reviewer.decide(wish, asking)
        if not decision.allowed:
            return
        capped, now = replica.reviewer.capped(wish, asking), self._clock.now
        operation = Operation(
            id="", command="", text="", requester=actor(agent), target=target, changes=(change,), conversation=WHERE, created_at=now,
            expires_at=now + timedelta(minutes=10), need=decision.need or Need(), capped=capped,
            reason=self._dice.choice(("", "", "seen at the door")),
        )  # fmt: skip
        event = AuditEvent(Tag.OPERATION_PROPOSED, now, agent.id, agent.name, "", target.id)
        proposed = await replica.operations.propose(operation, event)
        self._seen.append(proposed)
        self.oracle.wanted[proposed.id] = Wanted(proposed.id, operation.need, capped, frozenset({agent.id, target.id}))

    def _press(self, who: Person, verb: Verb, id: str, **more: Any) -> CardAction:
        self._keys += 1
        return CardAction(f"{self.number}-{self._keys}", actor(who), verb, id, WHERE, **more)

    async def _shown(self, replica: Replica) -> Operation:
        """An operation as a card shows it: as it is, or as it was some time ago; mostly the one that was asked for last."""
        seen = self._seen[-1] if self._dice.random() < 0.6 else self._dice.choice(self._seen)
        if self._dice.random() < 0.25:
            return seen
        found = await replica.operations.get(seen.id)
        assert found is not None
        self._seen = [*self._seen, found][-MANY:]
        return found

    def _presser(self, usual: str) -> Person:
        """Whoever should press, and now and then anybody."""
        by_id = {one.id: one for one in self._people.values()}
        return by_id[usual] if self._dice.random() < 0.9 else self._dice.choice(list(by_id.values()))

    async def _ask(self, replica: Replica) -> None:
        operation = await self._shown(replica)
        needs = [need for need in (operation.need.proof, *(one.proof for one in operation.need.eased)) if need]
        wanted = [kind for kind in OFFERED if any(need.takes(kind, capped=operation.capped) for need in needs)]
        kind = self._dice.choice(wanted if wanted and self._dice.random() < 0.8 else list(ProofKind))
        await replica.desk.asked(self._press(self._presser(operation.requester.id), Verb.PROVE, operation.id, kind=kind.value), operation)

    async def _answer(self, replica: Replica) -> None:
        """Any answer to a proof, mostly the last one, whatever has become of it."""
        if not self._proofs:
            return
        proof = self._proofs[-1] if self._dice.random() < 0.7 else self._dice.choice(self._proofs)
        who = self._presser(proof.asked_id or proof.agent_id)
        if self._dice.random() < 0.04:
            verb = self._dice.choice((Verb.MATCH, Verb.VOUCH, Verb.ATTEST, Verb.NOT_ME))
            if who.id == (proof.asked_id or proof.agent_id) and is_yes(verb, proof):
                self.oracle.pressed(proof.id, self._clock.now)
            await replica.desk.answered(self._press(who, verb, proof.id, pick=YES, answer=self._people["colleague"].id))
            return
        await self._answer_as_meant(replica, proof, who)

    async def _answer_as_meant(self, replica: Replica, proof: Proof, who: Person) -> None:
        dice, right = self._dice, self._dice.random() < 0.75
        may = who.id == (proof.asked_id or proof.agent_id)
        if right and may:
            self.oracle.pressed(proof.id, self._clock.now)
        no = dice.random() < 0.2
        match proof.kind:
            case ProofKind.SIGN_IN if right:
                await replica.answers.answered(proof.id, SignedIn(object_id=who.id, name=who.name), yes=True)
            case ProofKind.SIGN_IN if may:
                await replica.answers.answered(proof.id, SignedIn(object_id=who.id, name=who.name), yes=False)
            case ProofKind.SIGN_IN:
                await replica.answers.other_account(proof.id, who.id, who.name)
            case ProofKind.NUMBER_MATCH if no and not right:
                await replica.desk.answered(self._press(who, Verb.NOT_ME, proof.id))
            case ProofKind.NUMBER_MATCH:
                choices, number = choices_of(proof.secret, proof.id), number_of(proof.secret, proof.id)
                wrong = next(place for place, one in enumerate(choices) if one != number)
                pick = choices.index(number) if right else dice.choice((wrong, 7, None))
                await replica.desk.answered(self._press(who, Verb.MATCH, proof.id, pick=pick))
            case ProofKind.MANAGER:
                pick = YES if right else dice.choice((NO, NO, WRONG, 7, None))
                await replica.desk.answered(self._press(who, Verb.VOUCH, proof.id, pick=pick))
            case ProofKind.IN_PERSON:
                pick = dice.randrange(len(DOCUMENT_WORDS)) if right else len(DOCUMENT_WORDS)
                await replica.desk.answered(self._press(who, Verb.ATTEST, proof.id, pick=pick))
            case _:
                colleague = self._people["colleague" if right else dice.choice(("hanna", "diego", "colleague"))].id
                pick = YES if right else dice.choice((1, 2, None))
                await replica.desk.answered(self._press(who, Verb.ATTEST, proof.id, pick=pick, answer=colleague))

    async def _confirm(self, replica: Replica) -> None:
        operation = await self._shown(replica)
        proved = any(one.operation_id == operation.id for one in self.oracle.given.values())
        if operation.need.eased and not proved and self._dice.random() < 0.8:
            return  # whoever has another way does not ask two people
        reason = self._dice.choice(("", "Sam saw him at the gate"))
        await replica.requester.press(
            self._press(self._presser(operation.requester.id), Verb.CONFIRM, operation.id, reason=reason), operation
        )

    async def _withdraw(self, replica: Replica) -> None:
        """The agent waits no longer for one that was asked for, whatever has become of it."""
        if self._proofs:
            proof = self._proofs[-1] if self._dice.random() < 0.7 else self._dice.choice(self._proofs)
            await replica.desk.answered(self._press(self._presser(proof.agent_id), Verb.WITHDRAW, proof.id))

    async def _cancel(self, replica: Replica) -> None:
        operation = await self._shown(replica)
        await replica.requester.press(self._press(self._presser(operation.requester.id), Verb.CANCEL, operation.id), operation)

    async def _approve(self, replica: Replica) -> None:
        operation, who = await self._shown(replica), self._people[self._dice.choice(("senior", "another senior", "bram", "manager"))]
        unused: Any = None
        standing = await self._tenant.standing(who.id, operation.need.groups)
        if operation.state is State.AWAITING_APPROVAL and (await decision_on(unused, operation, standing, operation.agreed)).allowed:
            now = self._clock.now
            event = AuditEvent(Tag.OPERATION_APPROVED, now, who.id, who.name, operation.id, operation.target.id)
            await replica.operations.approve(operation.id, Approval(who.id, who.name, now), event)

    async def _pass_time(self, _: Replica) -> None:
        self._clock.forward(self._dice.choice(SECONDS))

    async def _bring(self, replica: Replica) -> None:
        """The cards of whoever is asked, and the end of what nobody answered."""
        for proof in self._proofs[-2:]:
            await replica.cards.bring(f"{proof.id}:{self._dice.choice(('over', 'given'))}", pages="", contact="")

    async def _expire(self, replica: Replica) -> None:
        await expire(replica.operations, (await self._shown(replica)).id, self._clock, self._clock.sleep)

    async def _freeze(self, replica: Replica) -> None:
        """Somebody is frozen, or not any more."""
        target, now = self._people["diego"], self._clock.now
        if freeze := (await replica.stops.stop(target.id, now)).freeze:
            await replica.stops.unfreeze(freeze, actor(self._people["senior"]), now)
        else:
            await replica.stops.freeze(freeze_of(target, actor(self._people["senior"]), now, now + timedelta(days=1)))

    async def _not_me(self, replica: Replica) -> None:
        """What was proved of Diego counts no more; as his word about an earlier change has it, but for the freeze."""
        target, now = self._people["diego"].id, self._clock.now
        await replica.transactions.record(lambda connection, trail: withdraw_about(connection, trail, replica.enqueue, target, now))

    async def _carry_out(self) -> None:
        """What everybody has agreed to is looked at once more before it is carried out, by the policy as it was and by another one."""
        for policy in (self._policy, policy_of(self._dice)):
            replica = Replica(self._writers[-1], self._tenant, policy, self._dice, 0.0)
            for wanted in self.oracle.wanted.values():
                operation = await replica.operations.get(wanted.id)
                if operation and operation.state in (State.QUEUED, State.READY):
                    await self._look_again(replica, operation, wanted, "" if policy is self._policy else " by another policy")

    async def _look_again(self, replica: Replica, operation: Operation, wanted: Wanted, how: str) -> None:
        target, now = operation.target.id, self._clock.now
        if freeze := (await replica.stops.stop(target, now)).freeze:
            await replica.stops.unfreeze(freeze, actor(self._people["senior"]), now)
        standing = await self._tenant.standing(operation.requester.id, replica.reviewer.policy.groups())
        dossier = await self._tenant.dossier(target)
        asking = await replica.reviewer.asking(standing, dossier, WHERE)
        decision = replica.reviewer.decide(Wish(operation.kinds, operation.changes), asking)
        if not decision.allowed:
            return  # nothing of the other shape can be proved or agreed to at all
        allowed = (await replica.reviewer.still(operation, standing, dossier)).allowed
        self.oracle.figures[f"{'' if allowed else 'not '}carried out{how}"] += 1
        look = partial(self.oracle.may_go_on, wanted=wanted, now=decision.need or Need())
        if await replica.transactions.read(look) != allowed:
            self.oracle.violations.append(f"{wanted.id} is {'' if allowed else 'not '}carried out{how}: {wanted.need}, now {decision.need}")


def told(case: Case) -> list[str]:
    """What was wrong with it, with how to see it again."""
    return [f"case {case.number}: {one}" for one in case.oracle.violations]
