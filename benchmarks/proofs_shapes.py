"""What the cases of `benchmarks.proofs` are made of: people, proofs and policies of all shapes."""

from __future__ import annotations

import random
from datetime import timedelta

from benchmarks.proofs_desk import HELPDESK, SENIORS, VIPS
from bot.domain.incoming import Verb
from bot.domain.number_match import choices_of, number_of
from bot.domain.people import Person
from bot.domain.proof import Proof, ProofKind, ProofNeed, ProofRules
from bot.domain.proving import OFFERED
from bot.domain.rules import Ground, Policy, Rule
from bot.services.proof_answers import YES


def people_of(case: int) -> dict[str, Person]:
    """Everybody of one case, by what they are in it; nobody is in two cases."""
    roles = ("hanna", "bram", "colleague", "diego", "alice", "manager", "other manager", "senior", "another senior")
    return {
        role: Person(f"{case}-{role.replace(' ', '-')}", role.title(), f"{role.replace(' ', '.')}.{case}@fabrikam.example")
        for role in roles
    }


def need_of(dice: random.Random, *, stands_in: bool) -> ProofNeed:
    """Any proof that a policy may want."""
    kinds = frozenset(dice.sample(OFFERED, dice.randint(1, 4))) if dice.random() < 0.3 else None
    return ProofNeed(
        tier=dice.choice((0, 0, 1, 1, 2, 2, 3)),
        count=dice.choice((1, 1, 1, 1, 2, 2, 3)),
        kinds=kinds,
        valid_for=timedelta(minutes=dice.choice((2, 5, 15, 15, 15, 60))),
        or_approvals=dice.choice((0, 1, 2)) if stands_in else 0,
    )


def policy_of(dice: random.Random) -> Policy:
    """One or two rules for everybody, with proofs of all shapes."""
    rules = []
    for number in range(dice.choice((1, 1, 2))):
        approvals = dice.choice((0, 0, 1, 1, 2))
        instead = approvals > 0 and dice.random() < 0.5
        rules.append(
            Rule(
                name=f"Rule {number}",
                targets=frozenset({Ground.ORDINARY, Ground.VIP}),
                ask=frozenset({HELPDESK}),
                approvals=approvals,
                approve=frozenset({SENIORS}) if approvals else frozenset(),
                proof=need_of(dice, stands_in=not instead and dice.random() < 0.4),
                or_proof=instead,
            )
        )
    fails = dice.choice((1, 3, 3, 9))
    return Policy(rules=tuple(rules), vip=frozenset({VIPS}), helpdesk=frozenset({HELPDESK}), proof=ProofRules(fails=fails))


def is_yes(verb: Verb, proof: Proof) -> bool:
    """Whether the first button of a verb, on whatever card, says yes to a proof."""
    match verb:
        case Verb.MATCH if proof.kind is ProofKind.NUMBER_MATCH:
            return choices_of(proof.secret, proof.id)[YES] == number_of(proof.secret, proof.id)
        case Verb.VOUCH:
            return proof.kind is ProofKind.MANAGER
        case Verb.ATTEST:
            return not proof.asked_id
    return False
