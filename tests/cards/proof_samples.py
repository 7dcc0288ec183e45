"""Proofs of a caller: on the requester's card while they are asked for, and on the cards of those who answer."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.need import Eased
from bot.domain.operation import Operation
from bot.domain.outside import ProofShown
from bot.domain.proof import SOMEBODY_ELSE, Proof, ProofKind, ProofNeed, ProofRules, ProofState
from bot.domain.proving import Terms, impossible, proving
from bot.domain.replies import OperationShown, Reply
from bot.domain.said import say

CONTACT = "+31 20 555 0100"
TERMS = Terms(ProofRules())
NEED = ProofNeed(tier=2, count=1, rules=("A pass needs proof",))
ID = "0" * 32
#: As `number_match.new_secret` makes one, so that the numbers on the card are the same each time.
SECRET = "00$" + hashlib.sha256(f"00{ID}47".encode()).hexdigest()


def _asked(operation: Operation, now: datetime) -> Proof:
    return Proof(
        id=ID,
        operation_id=operation.id,
        target_id=operation.target.id,
        kind=ProofKind.MANAGER,
        agent_id=operation.requester.id,
        asked_at=now,
        expires_at=now + timedelta(minutes=15),
        asked_id="77",
        asked_name="Priya Raman",
    )


def ended_proofs(operation: Operation, now: datetime) -> tuple[Proof, Proof]:
    """One that failed, and one that was given after it."""
    given = replace(
        _asked(operation, now), state=ProofState.GIVEN, by_id="77", by_name="Priya Raman", answered_at=now, evidence="spoke to them"
    )
    failed = replace(
        given, kind=ProofKind.CALL_BACK, state=ProofState.FAILED, evidence="nobody answered, or somebody else did", asked_id=""
    )
    return failed, given


def proofs(proposed: Operation, now: datetime) -> dict[str, Reply]:
    """Samples by name.

    Args:
        proposed: an operation that waits for its confirmation.
    """
    asks = replace(proposed, need=replace(proposed.need, proof=NEED))
    either = replace(proposed, need=replace(proposed.need, approvals=1, group_names="Seniors", eased=(Eased(proof=NEED),)))
    proof, (failed, given) = _asked(asks, now), ended_proofs(asks, now)
    call, film, person = (replace(proof, kind=kind, asked_id="") for kind in (ProofKind.CALL_BACK, ProofKind.VIDEO, ProofKind.IN_PERSON))
    none = impossible(ProofKind.MANAGER, asks, "Entra ID names no manager.", now)

    def shown(operation: Operation, *some: Proof, number: str = "", rung: str = "") -> OperationShown:
        how_far = replace(proving(operation, some, TERMS, now), number=number, call=rung)
        return OperationShown(operation, now, own=True, proving=how_far)

    match = replace(proof, kind=ProofKind.NUMBER_MATCH, secret=SECRET, asked_id=asks.target.id, asked_name=asks.target.name)
    return {
        "proof-demanded": shown(asks, none),
        "proof-or-approval": shown(either),
        "proof-offered": shown(proposed),
        "proof-given": shown(asks, failed, given),
        "proof-number": shown(asks, match, number="47"),
        "proof-call-back": shown(asks, replace(call, evidence="+31 •••••••78, unchanged since 2 March 2025"), rung="+31 612345678"),
        "proof-video": shown(asks, film),
        "proof-in-person": shown(asks, person),
        "proof-number-asked": ProofShown(match, asks, contact=CONTACT),
        "proof-manager-asked": ProofShown(proof, asks, contact=CONTACT),
        "proof-manager-answered": ProofShown(given, asks, contact=CONTACT),
        "proof-sign-in-asked": ProofShown(replace(proof, kind=ProofKind.SIGN_IN), asks, f"https://doorman.contoso.com/p/{ID}", CONTACT),
        "proof-wrong-number": ProofShown(replace(match, state=ProofState.FAILED, evidence=say("a wrong number")), asks, contact=CONTACT),
        "proof-denied": ProofShown(replace(match, state=ProofState.FAILED, evidence=SOMEBODY_ELSE), asks, contact=CONTACT),
        "proof-not-needed": ProofShown(replace(match, state=ProofState.WITHDRAWN), asks, contact=CONTACT),
    }


def hostile_proofs(text: str, proposed: Operation, now: datetime) -> dict[str, Reply]:
    """The same with `text` wherever somebody else's words can stand."""
    found: dict[str, Reply] = {}
    for name, each in proofs(proposed, now).items():
        if isinstance(each, ProofShown):
            proof = replace(each.proof, asked_name=text, by_name=text, evidence=text)
            found[f"hostile {name}"] = replace(each, contact=text, proof=proof)
        elif isinstance(each, OperationShown) and each.proving:
            theirs = tuple(replace(one, asked_name=text, by_name=text, evidence=text) for one in each.proving.proofs)
            found[f"hostile {name}"] = replace(each, proving=replace(each.proving, proofs=theirs))
    return found
