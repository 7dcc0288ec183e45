"""Proving that the caller is the person: what may be asked for on one request, and what that comes to when it is confirmed. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.life import REVEAL_FOR, State
from bot.domain.need import Need
from bot.domain.number_match import new_secret
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.domain.policy import Decision, Reason
from bot.domain.proof import SOURCES, Proof, ProofKind, ProofRules, ProofState, enough, tier_of
from bot.domain.said import say, say_each

#: How long whoever is asked has for an answer.
ANSWER_WITHIN: dict[ProofKind, timedelta] = {
    ProofKind.NUMBER_MATCH: timedelta(minutes=2),
    ProofKind.SIGN_IN: timedelta(minutes=10),
    ProofKind.MANAGER: timedelta(minutes=30),
    ProofKind.CALL_BACK: timedelta(minutes=15),
    ProofKind.VIDEO: timedelta(minutes=15),
    ProofKind.IN_PERSON: timedelta(minutes=15),
}
#: What somebody else answers, in a chat of their own or on a page; the others are the agent's own word.
ANSWERED_ELSEWHERE = (ProofKind.NUMBER_MATCH, ProofKind.SIGN_IN, ProofKind.MANAGER)
#: What only the agent can say, so that nobody else knows whether it is possible.
ATTESTED = (ProofKind.VIDEO, ProofKind.IN_PERSON)
#: In the order in which they are offered. What is not built is not here.
OFFERED = (*ANSWERED_ELSEWHERE, ProofKind.CALL_BACK, ProofKind.VIDEO, ProofKind.IN_PERSON)
#: Whoever is asked again and again agrees at last: one kind is asked for so often for one request.
MOST_ASKED = 2
OFTEN = say("It was asked for often enough.")
#: And of one person, whatever the request, so many answers are asked for within `FAILED_WITHIN`.
MOST_ASKED_A_DAY = 6
#: Failed proofs about one person are counted for so long.
FAILED_WITHIN = timedelta(hours=24)
#: After an answer there is at least so much time to press Confirm.
TO_CONFIRM = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an installation allows.

    Attributes:
        no_sign_in: why nobody can be sent to a fresh sign-in, in a sentence; empty where they can.
    """

    rules: ProofRules
    no_sign_in: str = ""


@dataclass(frozen=True, slots=True)
class NotOffered:
    """A kind that cannot be asked for, and why, in a sentence."""

    kind: ProofKind
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """How far a request is with its proofs, for its requester's card.

    Attributes:
        proofs: all that were asked for, in order.
        offers: the kinds that may be asked for now.
        approvals: so many other people have to agree, with what stands now.
        missing: what is demanded has not been proved, so it cannot be confirmed.
        stands_in: nothing that is demanded is possible, so that more people stand in for it.
        number: of the match that is under way; for the agent's own eyes, and empty otherwise.
        call: the number to be called back, in full; for the agent's own eyes once, and empty otherwise.
    """

    proofs: tuple[Proof, ...] = ()
    offers: tuple[ProofKind, ...] = ()
    not_offered: tuple[NotOffered, ...] = ()
    approvals: int = 0
    missing: bool = False
    stands_in: bool = False
    number: str = ""
    call: str = ""

    @property
    def spares_everybody(self) -> bool:
        """With what stands now nobody else has to agree."""
        return not self.approvals and not self.stands_in

    @property
    def asked(self) -> Proof | None:
        """The one that somebody is to answer."""
        return next((proof for proof in self.proofs if proof.state is ProofState.ASKED), None)


def proving(operation: Operation, proofs: tuple[Proof, ...], terms: Terms, now: datetime) -> Proving:
    """How far a request that waits for its confirmation is.

    Where a proof of it has failed, it is not confirmed before another one is given, whatever is demanded.

    Args:
        proofs: those of the request; and what failed for other requests about the same person, which keeps others from standing in.
    """
    proofs = tuple(in_time(proof, now) for proof in proofs)
    own = [proof for proof in proofs if proof.operation_id == operation.id]
    whys = {kind: _why_not(kind, operation, own, terms, now) for kind in OFFERED}
    failed = any(proof.state is ProofState.FAILED for proof in proofs)
    doubted = any(proof.state is ProofState.FAILED for proof in own) and not any(proof.counts(now) for proof in own)
    missing = doubted or not enough(operation.need.proof, own, now)
    return Proving(
        proofs=proofs,
        offers=tuple(kind for kind, why in whys.items() if why == ""),
        not_offered=tuple(NotOffered(kind, why) for kind, why in whys.items() if why),
        approvals=operation.need.with_proofs(own, now).approvals,
        missing=missing,
        stands_in=missing and not failed and operation.need.instead is not None and not _possible(operation, own, whys, now),
    )


def in_time(proof: Proof, now: datetime) -> Proof:
    """What nobody answered in time is over, also before anybody has ended it."""
    late = proof.state is ProofState.ASKED and proof.expires_at <= now
    return replace(proof, state=ProofState.EXPIRED) if late else proof


def _why_not(kind: ProofKind, operation: Operation, proofs: Collection[Proof], terms: Terms, now: datetime) -> str | None:
    """Why this kind is not to be had; empty when it is, None when it is there."""
    these = [proof for proof in proofs if proof.kind is kind]
    if any(proof.counts(now) for proof in these):
        return None
    if any(proof.state is ProofState.FAILED for proof in these):
        return say("It failed, and for this request it is not asked for again.")
    ended = [proof for proof in these if proof.state is ProofState.WITHDRAWN and not proof.taken_back]
    if impossible := next((proof.evidence for proof in ended if proof.evidence), ""):
        return impossible
    if len(these) >= MOST_ASKED:
        return OFTEN
    if kind is ProofKind.SIGN_IN and terms.no_sign_in:
        return terms.no_sign_in
    if kind is ProofKind.SIGN_IN and operation.first:
        return say("{name} has nothing to sign in with yet.", name=operation.target.name)
    return _counts_too_little(kind, operation)


def _counts_too_little(kind: ProofKind, operation: Operation) -> str:
    """Where something has to be proved, why this kind would not help; where nothing has to be, each tells those who agree something."""
    wanted = [operation.need.proof, *(eased.proof for eased in operation.need.eased)]
    if not operation.need.proof or any(need.takes(kind, capped=operation.capped) for need in wanted):
        return ""
    tier = tier_of(kind, capped=operation.capped)
    least = min(need.tier for need in wanted)
    if tier < least:
        return say("It counts as tier {tier}, and here tier {least} is needed.", tier=tier, least=least)
    return say("Policy does not take it here.")


def _possible(operation: Operation, proofs: Collection[Proof], whys: Mapping[ProofKind, str | None], now: datetime) -> bool:
    """Whether what is demanded can still come to be without the agent's own word. What nobody answered cannot; that an agent let the time
    of their own word go by, or waited for it no longer, is no answer.
    """
    need, capped = operation.need.proof, operation.capped
    tried = {proof.source for proof in proofs if need.suits(proof) and (proof.counts(now) or proof.state is ProofState.ASKED)}
    unanswered = {proof.kind for proof in proofs if proof.state is ProofState.EXPIRED and (proof.by_id or proof.asked_id)}
    taken_back = {kind for kind in whys if all(proof.taken_back for proof in proofs if proof.kind is kind)}
    left = [
        kind for kind, why in whys.items() if (why == "" or (why == OFTEN and kind in taken_back)) and kind not in (*ATTESTED, *unanswered)
    ]
    return len(tried | {SOURCES[kind] for kind in left if need.takes(kind, capped=capped)}) >= need.count


@dataclass(frozen=True, slots=True)
class Settled:
    """What a confirmation rests on: the agreement that is left to be had, and the proofs that stand or have failed."""

    need: Need
    proofs: tuple[Proof, ...]


def settle(operation: Operation, proofs: tuple[Proof, ...], terms: Terms, now: datetime) -> Settled | Decision:
    """Whether a request may be confirmed with these proofs, and who still has to agree then."""
    how_far = proving(operation, proofs, terms, now)
    own = tuple(proof for proof in proofs if proof.operation_id == operation.id)
    standing = tuple(proof for proof in proofs if proof.state is ProofState.FAILED or (proof in own and proof.counts(now)))
    if not how_far.missing:
        return Settled(operation.need.with_proofs(own, now), standing)
    if not how_far.stands_in:
        return unproved(operation)
    if not operation.reason:
        return Decision(
            False,
            Reason.NEEDS_REASON,
            say("No proof of the caller is possible here, so others have to agree, and they need a reason."),
            say("Write on its card why you know them, such as: Hanna saw the caller at the door."),
        )
    return Settled(operation.need.without_proof, tuple(proof for proof in how_far.proofs if proof.state is not ProofState.ASKED))


def next_step(operation: Operation, need: Need, now: datetime) -> tuple[State, datetime | None]:
    """Where a confirmation leads with this need, and until when whoever comes next has time; None where nobody has to come."""
    to = State.AWAITING_APPROVAL if need.approvals else operation.agreed_state
    return to, {State.AWAITING_APPROVAL: now + need.valid_for, State.READY: now + REVEAL_FOR}.get(to)


def unproved(operation: Operation, now: Decision | None = None) -> Decision:
    """The no to a confirmation, or to carrying out, without what has to be proved.

    Args:
        now: policy's yes of this moment, where it was confirmed before; None for a confirmation.
    """
    if now is None and not operation.need.proof:
        text = say("A proof of the caller failed for {id}, so it is not confirmed without another one.", id=operation.id)
        return Decision(False, Reason.NEEDS_PROOF, text, say("Ask for another proof on its card, or cancel it."))
    if now is None:
        text = say("{id} needs {proof}, and that is not there.", id=operation.id, proof=operation.need.proof.in_words)
        return Decision(False, Reason.NEEDS_PROOF, text, say("Ask for a proof on its card."), rules=operation.need.proof.rules)
    need = now.need or Need()
    text = say("What was proved of the caller is not enough any more: {need}.", need=need.in_words)
    return Decision(False, Reason.NEEDS_PROOF, text, say("It has to be asked for anew."), rules=need.proof.rules or now.rules)


def still_proved(operation: Operation, need: Need, standing: Collection[Proof]) -> Need | None:
    """What policy demands of people by now, given the proofs that an operation was confirmed with; None where more has to be proved.

    Args:
        need: as policy has it at this moment.
        standing: those of the operation's proofs that nobody has withdrawn since.
    """
    at = max((proof.answered_at for proof in standing if proof.answered_at), default=operation.created_at)
    # They counted when it was confirmed; how long agreement takes after that is no matter of theirs.
    counting = [replace(proof, answered_at=at, expires_at=at + timedelta(minutes=1)) for proof in standing]
    if enough(need.proof, counting, at):
        return need.with_proofs(counting, at)
    return need.without_proof if operation.need.stood_in and need.instead is not None else None


def asked(kind: ProofKind, operation: Operation, recipient: Person | None, now: datetime, evidence: str = "") -> Proof:
    """A proof as it is asked for.

    Args:
        recipient: who answers in a chat of their own or on a page; None for the agent.
    """
    id = secrets.token_hex(16)
    return Proof(
        id=id,
        operation_id=operation.id,
        target_id=operation.target.id,
        kind=kind,
        agent_id=operation.requester.id,
        capped=operation.capped,
        asked_at=now,
        expires_at=now + ANSWER_WITHIN[kind],
        secret=new_secret(id) if kind is ProofKind.NUMBER_MATCH else "",
        asked_id=recipient.id if recipient else "",
        asked_name=recipient.name if recipient else "",
        evidence=evidence,
    )


def answered(
    proof: Proof, state: ProofState, by: Actor | None, at: datetime, operation: Operation, terms: Terms, evidence: str = ""
) -> Proof:
    """A proof as it is once somebody has answered."""
    wanted = [need for need in (operation.need.proof, *(eased.proof for eased in operation.need.eased)) if need and need.suits(proof)]
    lives = [need.valid_for for need in wanted] or [terms.rules.valid_for]
    return replace(
        proof,
        state=state,
        by_id=by.id if by else "",
        by_name=by.name if by else "",
        answered_at=at,
        expires_at=at + max(lives) if state is ProofState.GIVEN else proof.expires_at,
        evidence=evidence or proof.evidence,
    )


def impossible(kind: ProofKind, operation: Operation, why: str, now: datetime) -> Proof:
    """A proof that could not be asked for, kept so that the card goes on saying why."""
    return replace(asked(kind, operation, None, now), state=ProofState.WITHDRAWN, answered_at=now, evidence=why, secret="")


_TAGS = {
    ProofState.ASKED: Tag.PROOF_ASKED,
    ProofState.GIVEN: Tag.PROOF_GIVEN,
    ProofState.FAILED: Tag.PROOF_FAILED,
    ProofState.EXPIRED: Tag.PROOF_EXPIRED,
    ProofState.WITHDRAWN: Tag.PROOF_WITHDRAWN,
}


def proof_event(proof: Proof, at: datetime, by: Actor | None = None, ticket: str = "") -> AuditEvent:
    """For the trail: what became of a proof, who answered, and what they went by."""
    who = (by.id, by.name) if by else ("", "")
    facts = {"kind": proof.kind.value, "tier": proof.tier, "evidence": str(proof.evidence), "ticket": ticket}
    return AuditEvent(_TAGS[proof.state], at, *who, operation_id=proof.operation_id, target_id=proof.target_id, facts=facts)


#: What the agent says that somebody showed, by the number of the button.
DOCUMENT_WORDS = tuple(say_each(dict(enumerate(("Passport", "Identity card", "Driving licence", "Company badge")))).values())
