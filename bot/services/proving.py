"""Asking for a proof that the caller is the person: the press on the requester's card, before there is a Confirm on it."""

from __future__ import annotations

import structlog

from bot.domain.incoming import CardAction, Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.proof import ProofKind
from bot.domain.proof_lock import asked_often
from bot.domain.proving import FAILED_WITHIN, MOST_ASKED_A_DAY, TO_CONFIRM, Terms, asked, impossible, proof_event, proving
from bot.domain.remarks import LogNote
from bot.domain.replies import OperationShown, Reply
from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import Operations, Proofs
from bot.services.confirm import check_presser, too_late
from bot.services.gate import Gate
from bot.services.proof_answers import ProofAnswers, answers
from bot.services.require import require
from bot.services.review import Reviewer
from bot.services.showing import Showing
from bot.services.view import unknown
from bot.services.witnesses import NotPossible, Witnesses

log = structlog.get_logger()


class ProofDesk:
    """Takes what is pressed about proofs: on a kind of them here, and answers by `ProofAnswers`."""

    def __init__(
        self,
        operations: Operations,
        proofs: Proofs,
        gate: Gate,
        reviewer: Reviewer,
        witnesses: Witnesses,
        showing: Showing,
        answers: ProofAnswers,
        terms: Terms,
    ) -> None:
        self._operations = operations
        self._proofs = proofs
        self._gate = gate
        self._reviewer = reviewer
        self._witnesses = witnesses
        self._showing = showing
        self._answers = answers
        self._clock = answers.clock
        self._terms = terms

    async def answered(self, action: CardAction) -> Reply | None:
        """The card after an answer; None where the id names no proof of the presser's, and may name something else.

        Raises:
            Refusal: there is no such proof, or not for the presser.
        """
        proof = await self._proofs.get(action.id)
        if proof and answers(action, proof):
            return await self._answers.press(action, proof)
        if action.verb is Verb.NOT_ME:  # whoever has nothing to do with a proof is answered as if there were none, and as soon
            return None
        raise unknown(action.verb)

    async def asked(self, action: CardAction, operation: Operation) -> OperationShown:
        """Asks for a proof of this kind; the card then says who answers, or why nobody can.

        Raises:
            Refusal: somebody else pressed, or it cannot be asked for; the text says why.
            DirectoryError: Graph cannot say who could answer.
        """
        check_presser(action, operation)
        require(self._gate.permit(await self._gate.standing(action.actor, fresh=True)))
        if operation.state is not State.PROPOSED:
            await too_late(self._operations, operation, self._clock)
        require(await self._reviewer.kept_back(operation))
        kind = await self._offered(action, operation)
        try:
            witness = await self._witnesses.of(kind, operation)
        except NotPossible as error:
            return await self._none(action, operation, kind, error.args[0])
        now = self._clock()
        if witness.recipient and await self._proofs.asked_of(witness.recipient.id, now - FAILED_WITHIN) >= MOST_ASKED_A_DAY:
            why = say(
                "{name} was asked {count} times within 24 hours; whoever is asked again and again agrees at last.",
                name=witness.recipient.name, count=MOST_ASKED_A_DAY,
            )  # fmt: skip
            return await self._none(action, operation, kind, why, asked_often(operation, witness.recipient, now))
        proof = asked(kind, operation, witness.recipient, now, witness.evidence)
        event = proof_event(proof, now, action.actor, operation.ticket)
        until = proof.expires_at + TO_CONFIRM
        waiting = await self._proofs.ask(proof, operation, until, event)
        if waiting is None:
            latest = await self._operations.get(operation.id) or operation
            if latest.state is not State.PROPOSED:
                await too_late(self._operations, latest, self._clock)
            raise await self._one_at_a_time(operation)
        return await self._showing.of(waiting, own=True, call=witness.call)

    async def _none(
        self, action: CardAction, operation: Operation, kind: ProofKind, why: str, post: LogNote | None = None
    ) -> OperationShown:
        """The card goes on saying why this kind is not to be had."""
        none = impossible(kind, operation, why, self._clock())
        await self._proofs.note(none, proof_event(none, none.asked_at, action.actor, operation.ticket), post)
        return await self._showing.of(operation, own=True)

    async def _one_at_a_time(self, operation: Operation) -> Refusal:
        name, other = operation.target.name, await self._operations.get(await self._proofs.waited_for(operation.target.id, self._clock()))
        if other is None:  # it was answered this moment
            return Refusal(say("Another proof about {name} was being waited for.", name=name), say("Press again."), code="proof_asked")
        agent = other.requester.name
        text = say("{agent} waits for a proof about {name} already ({id}), so none is asked for here.", agent=agent, name=name, id=other.id)
        return Refusal(text, say("Speak to {agent}, or wait for the answer to {id}.", agent=agent, id=other.id), code="proof_asked")

    async def _offered(self, action: CardAction, operation: Operation) -> ProofKind:
        found = proving(operation, await self._proofs.of(operation.id, self._clock() - FAILED_WITHIN), self._terms, self._clock())
        wanted = next((kind for kind in ProofKind if kind.value == action.kind), None)
        if found.asked:
            raise Refusal(
                say("A proof is being waited for already: {kind}.", kind=found.asked.kind.in_words),
                say("Wait for its answer, or press “{button}” on the card.", button=say("Take another proof")),
                code="proof_asked",
            )
        if wanted is None or not operation.provable or wanted not in found.offers:
            none = say("There is no such proof for {id}.", id=operation.id)
            why = next((each.why for each in found.not_offered if each.kind is wanted), none)
            raise Refusal(why, say("The card of {id} says which can be had.", id=operation.id), code="proof_not_offered")
        return wanted
