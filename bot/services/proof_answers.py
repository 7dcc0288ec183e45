"""What a proof came to: the person's pick of a number, the manager's word, the agent's own, or a sign-in on a page.

An answer counts once, in time, from whoever was asked: that comes from the validated token or from the sign-in, never from a card.
"""

from __future__ import annotations

from bot.domain.incoming import CardAction, Verb
from bot.domain.number_match import choices_of, number_of
from bot.domain.operation import Operation
from bot.domain.outside import ProofShown
from bot.domain.people import Actor
from bot.domain.proof import SOMEBODY_ELSE, Proof, ProofKind, ProofState
from bot.domain.proof_lock import Lock, failures_lock, refused_lock
from bot.domain.proving import DOCUMENT_WORDS, FAILED_WITHIN, TO_CONFIRM, Terms, answered, in_time, proof_event
from bot.domain.replies import OperationShown
from bot.domain.said import say
from bot.ports import Clock, Operations, Proofs, SignedIn
from bot.services.gate import Gate
from bot.services.require import require
from bot.services.showing import Showing
from bot.services.view import unknown
from bot.services.witnesses import NotPossible, Witnesses

#: What is picked on the manager's card and on the agent's, counted from 0.
YES, NO, WRONG = 0, 1, 2

_ANSWERS = {
    Verb.MATCH: (ProofKind.NUMBER_MATCH,),
    Verb.VOUCH: (ProofKind.MANAGER,),
    Verb.NOT_ME: (ProofKind.NUMBER_MATCH, ProofKind.SIGN_IN),
    Verb.ATTEST: (ProofKind.CALL_BACK, ProofKind.VIDEO, ProofKind.IN_PERSON),
    Verb.WITHDRAW: tuple(ProofKind),
}


def answers(action: CardAction, proof: Proof) -> bool:
    """Whether this proof is answered, or waited for no longer, by this verb, and by whoever pressed."""
    who = proof.agent_id if action.verb is Verb.WITHDRAW else proof.asked_id or proof.agent_id
    return proof.kind in _ANSWERS[action.verb] and action.actor.id.lower() == who.lower()


def says_no(action: CardAction) -> bool:
    """Whether somebody who has to know says that it is somebody else, which is heard whenever it is said."""
    return action.verb is Verb.NOT_ME or (action.verb is Verb.VOUCH and action.pick == WRONG)


class ProofAnswers:
    """Takes answers.

    Args:
        contact: how the helpdesk is reached; empty where no setting says.
    """

    def __init__(
        self,
        operations: Operations,
        proofs: Proofs,
        gate: Gate,
        witnesses: Witnesses,
        showing: Showing,
        terms: Terms,
        clock: Clock,
        contact: str,
    ) -> None:
        self._operations = operations
        self._proofs = proofs
        self._gate = gate
        self._witnesses = witnesses
        self._showing = showing
        self._terms = terms
        self.clock = clock
        self._contact = contact

    async def press(self, action: CardAction, proof: Proof) -> ProofShown | OperationShown:
        """An answer on a card: the card as it is then.

        Args:
            action: one that `answers` this proof.

        Raises:
            Refusal: what was filled in cannot be used.
            DirectoryError: Graph cannot say whether whoever answers still may.
        """
        operation = await self._operations.get(proof.operation_id)
        if operation is None:
            raise unknown(action.verb)
        if action.verb in (Verb.ATTEST, Verb.WITHDRAW):
            return await self._by_the_agent(action, proof, operation)
        if proof.state is ProofState.ASKED and self.clock() < proof.expires_at:
            await self._said(action, proof, operation)
        elif says_no(action) and self.clock() < proof.asked_at + FAILED_WITHIN:
            await self._refused(proof, operation, action.actor, late=True)
        latest = in_time(await self._proofs.get(proof.id) or proof, self.clock())  # whoever is late reads so, and is not asked again
        return ProofShown(latest, operation, contact=self._contact)

    async def _said(self, action: CardAction, proof: Proof, operation: Operation) -> None:
        if says_no(action):
            await self._refused(proof, operation, action.actor)
        elif action.verb is Verb.MATCH:
            choices = choices_of(proof.secret, proof.id)
            right = action.pick is not None and action.pick < len(choices) and choices[action.pick] == number_of(proof.secret, proof.id)
            evidence = say("the right number") if right else say("a wrong number")
            await self._settle(proof, operation, action.actor, given=right, evidence=evidence)
        elif action.pick == YES:
            await self._vouched(proof, operation, action.actor)
        elif action.pick == NO:
            await self._unanswered(proof, operation, action.actor, say("could not speak to them"))

    async def _vouched(self, proof: Proof, operation: Operation, manager: Actor) -> None:
        """Whoever is the manager no more vouches for nobody; that is no failure of the person."""
        try:
            present = await self._witnesses.manager(operation)
            why = "" if present.id.lower() == manager.id.lower() else say("{name} is not the manager any more.", name=manager.name)
        except NotPossible as error:
            why = error.args[0]
        if why:
            await self._end(answered(proof, ProofState.WITHDRAWN, manager, self.clock(), operation, self._terms, why), operation, manager)
            return
        await self._settle(proof, operation, manager, given=True, evidence=say("spoke to them"))

    async def _by_the_agent(self, action: CardAction, proof: Proof, operation: Operation) -> OperationShown:
        """The agent's own word, or that the agent waits no longer."""
        require(self._gate.permit(await self._gate.standing(action.actor, fresh=True)))
        if action.verb is Verb.WITHDRAW:
            await self._withdrawn(proof, operation, action.actor)
        elif proof.state is ProofState.ASKED and self.clock() < proof.expires_at and action.pick is not None:
            if proof.kind is ProofKind.CALL_BACK and action.pick == NO:
                await self._unanswered(proof, operation, action.actor, say("nobody answered"))
            else:
                given, evidence = await self._attestation(action, proof, operation)
                await self._settle(proof, operation, action.actor, given=given, evidence=evidence)
        latest = await self._operations.get(operation.id) or operation
        return await self._showing.of(latest, own=True)

    async def _withdrawn(self, proof: Proof, operation: Operation, by: Actor) -> None:
        """Another kind is taken; whoever is asked reads that it is not needed any more, and may still say that it is not them."""
        await self._end(answered(proof, ProofState.WITHDRAWN, by, self.clock(), operation, self._terms), operation, by)

    async def _attestation(self, action: CardAction, proof: Proof, operation: Operation) -> tuple[bool, str]:
        """Whether it was the person, and what the agent went by; each of several documents is a yes."""
        pick = action.pick or YES
        if proof.kind is ProofKind.IN_PERSON:
            if pick >= len(DOCUMENT_WORDS):
                return False, say("somebody else stood there")
            return True, say("{document} seen", document=DOCUMENT_WORDS[pick])
        if proof.kind is ProofKind.VIDEO:
            if pick != YES:
                return False, say("somebody else was in the call")
            colleague = await self._witnesses.colleague(action.answer, operation)
            return True, say("in the call with {name}", name=colleague.name)
        if pick != YES:
            return False, say("somebody else answered")
        return True, proof.evidence

    async def _unanswered(self, proof: Proof, operation: Operation, by: Actor, evidence: str) -> None:
        """Nobody was reached, which says nothing of who the caller is."""
        ended = answered(proof, ProofState.EXPIRED, by, self.clock(), operation, self._terms, evidence)
        await self._end(ended, operation, by)

    async def _refused(self, proof: Proof, operation: Operation, by: Actor, *, late: bool = False) -> None:
        now = self.clock()
        lock = refused_lock(operation, by.id, by.name, now)
        failed = answered(proof, ProofState.FAILED, by, now, operation, self._terms, SOMEBODY_ELSE)
        await self._end(failed, operation, by, lock, late=late)

    async def _settle(self, proof: Proof, operation: Operation, by: Actor, *, given: bool, evidence: str) -> None:
        now = self.clock()
        state = ProofState.GIVEN if given else ProofState.FAILED
        lock = None if given else failures_lock(operation, self._terms.rules, now)
        await self._end(answered(proof, state, by, now, operation, self._terms, evidence), operation, by, lock)

    async def _end(self, proof: Proof, operation: Operation, by: Actor, lock: Lock | None = None, *, late: bool = False) -> bool:
        now = self.clock()
        until = now + TO_CONFIRM if proof.state is ProofState.GIVEN else now
        return await self._proofs.answer(proof, proof_event(proof, now, by, operation.ticket), until, lock, late=late)

    # What the page for a sign-in needs (`bot.web.proof`).

    async def asked(self, proof_id: str) -> tuple[Proof, Operation] | None:
        """A sign-in that somebody is asked for, in time; None when there is none, or none any more. Changes nothing."""
        proof = await self._proofs.get(proof_id)
        if proof is None or proof.kind is not ProofKind.SIGN_IN or proof.state is not ProofState.ASKED or self.clock() >= proof.expires_at:
            return None
        operation = await self._operations.get(proof.operation_id)
        return (proof, operation) if operation else None

    async def other_account(self, proof_id: str, object_id: str, name: str) -> None:
        """Somebody else signed in where the person was asked to."""
        if found := await self.asked(proof_id):
            proof, operation = found
            by = Actor(object_id.lower(), operation.requester.tenant_id, name)
            await self._settle(proof, operation, by, given=False, evidence=say("somebody else signed in"))

    async def answered(self, proof_id: str, signed_in: SignedIn, *, yes: bool) -> bool:
        """The person, who has signed in afresh, says whether they want it; False when it was too late, or not their place to say."""
        found = await self.asked(proof_id)
        if found is None or signed_in.object_id.lower() != found[0].asked_id.lower():
            return False
        proof, operation = found
        by, now = Actor(signed_in.object_id.lower(), operation.requester.tenant_id, signed_in.name), self.clock()
        if yes:
            given = answered(proof, ProofState.GIVEN, by, now, operation, self._terms, say("session {session}", session=signed_in.session))
            return await self._end(given, operation, by)
        failed = answered(proof, ProofState.FAILED, by, now, operation, self._terms, SOMEBODY_ELSE)
        return await self._end(failed, operation, by, refused_lock(operation, by.id, by.name, now))
