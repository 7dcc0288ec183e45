"""What the rules that allow a request demand of it together: words, the agreement of others, and proofs of the caller. Pure.

Demands add up. In a rule with `or_proof` the proof is no demand but the other way: either its approvals or that proof, and what other rules
demand stays. Proofs are about one caller, so nothing is proved for the people of a file; somebody has agreed to the file instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from bot.domain import refusals, threat
from bot.domain.change import ChangeKind
from bot.domain.need import Eased, Need
from bot.domain.policy import Decision, Reason
from bot.domain.proof import NO_PROOF, NOT_OFFERED, ProofNeed, combined
from bot.domain.refusals import names
from bot.domain.rules import Ask, Policy, Rule

#: A longer ticket matches no pattern, whatever the pattern, so that none can be made to search for long.
LONGEST_TICKET = 64


def demands(policy: Policy, ask: Ask, rules: Sequence[Rule]) -> Decision:
    """The yes with what it needs, or what is missing for one.

    Args:
        rules: all that allow it to whoever asks, here and now.
    """
    reasoning = [rule for rule in rules if rule.reason and not ask.reason]
    ticketing = [rule for rule in rules if rule.ticket and not _matches(rule.ticket, ask.ticket)]
    if reasoning or ticketing:
        wanting = [*reasoning, *ticketing]
        return refusals.needs_words(wanting, reason=bool(reasoning), tickets=ticketing, given=ask.ticket)
    of_file = ChangeKind.BULK in ask.kinds
    wanted = [_agreed_instead(policy, rule) if of_file else rule for rule in rules]
    approving = _approving(policy, ask, wanted)
    agreement = _agreement(policy, approving)
    if approving and not agreement.groups:
        return refusals.no_common_approver(approving)
    need = Need(
        approvals=agreement.approvals,
        groups=agreement.groups,
        group_names=agreement.group_names,
        rules=agreement.rules,
        deny_reason=agreement.deny_reason,
        valid_for=agreement.valid_for,
    )
    if not of_file:
        need = _with_proofs(policy, ask, rules, need)
    if not need.instead and not need.proof.could_be_met(NOT_OFFERED):
        return refusals.no_common_proof(need.proof)
    confirm_for = min(rule.confirm_for or policy.confirm_for for rule in rules)
    deciding = tuple(sorted({*names([*rules, *approving]), *need.proof.rules}))
    return Decision(True, Reason.ALLOWED, rules=deciding, need=need, confirm_for=confirm_for)


def colleagues(policy: Policy) -> frozenset[str]:
    """Groups whose members have any right here."""
    return policy.helpdesk | policy.asking() | policy.approving()


def _whoever(policy: Policy) -> frozenset[str]:
    """Where no rule says who may agree to something, it is whoever may agree to anything, or else a colleague."""
    return policy.approving() or colleagues(policy)


def _agreed_instead(policy: Policy, rule: Rule) -> Rule:
    """The rule as it is about a row of a file: somebody has agreed to the file where a proof of the caller would be demanded."""
    if rule.approvals or not (rule.proof or rule.if_risk):
        return rule
    return replace(rule, approvals=1, approve=rule.approve or _whoever(policy))


def _approving(policy: Policy, ask: Ask, rules: Sequence[Rule]) -> list[Rule]:
    """Those that want an agreement, and the threat level as one more where it wants more people than they do."""
    approving = [rule for rule in rules if rule.approvals]
    least = policy.least_approvals if ask.more else 0
    if least > max((rule.approvals for rule in approving), default=0):
        approving.append(Rule(name=threat.HIGH_RULE, approvals=least, approve=_whoever(policy)))
    return approving


def _agreement(policy: Policy, approving: Sequence[Rule], proof: ProofNeed = NO_PROOF) -> Eased:
    """What these rules want together of others, once this is proved; no groups where no group is accepted by each of them."""
    if not approving:
        return Eased(proof=proof)
    groups = reduce(frozenset.__and__, (rule.approve for rule in approving))
    return Eased(
        proof=proof,
        approvals=max(rule.approvals for rule in approving),
        groups=groups,
        group_names=policy.group_names(groups),
        rules=names(approving),
        deny_reason=any(rule.deny_reason for rule in approving),
        valid_for=min(rule.approve_for or policy.approve_for for rule in approving),
    )


def _with_proofs(policy: Policy, ask: Ask, rules: Sequence[Rule], need: Need) -> Need:
    """The need with what has to be proved, what else may be, and who stands in where nothing can be."""
    proof = combined(_proved(rule, ask) for rule in rules if not rule.or_proof)
    others = {rule: _proved(rule, ask) for rule in rules if rule.or_proof and rule.approvals and rule.proof}
    if ask.more:
        proof = threat.least_proof(policy, proof)
        others = {rule: threat.least_proof(policy, other) for rule, other in others.items()}
    return replace(
        need,
        proof=proof,
        eased=_eased(policy, ask, rules, others, need),
        instead=_instead(policy, proof, need) if proof.or_approvals else None,
        risky=ask.risky and any(rule.if_risk for rule in rules),
    )


def _proved(rule: Rule, ask: Ask) -> ProofNeed:
    """The proof that a rule speaks of."""
    both = (rule.proof, rule.if_risk if ask.risky else NO_PROOF)
    return combined(replace(each, rules=(rule.name,)) for each in both if each)


def _eased(policy: Policy, ask: Ask, rules: Sequence[Rule], others: Mapping[Rule, ProofNeed], need: Need) -> tuple[Eased, ...]:
    """By which proofs fewer people have to agree: each that a rule offers instead of its approvals, and several of them together."""
    found = []
    for proof in _together(others.values()):
        settled = [rule for rule, other in others.items() if proof.covers(other)]
        left = _approving(policy, ask, [rule for rule in rules if rule not in settled])
        eased = _agreement(policy, left, replace(proof, rules=names(settled)))
        if eased.approvals < need.approvals and proof.could_be_met(NOT_OFFERED):
            found.append(eased)
    return tuple(sorted((one for one in found if not any(_easier(other, one) for other in found)), key=_easiest))


def _together(proofs: Iterable[ProofNeed]) -> set[ProofNeed]:
    """Each of these, and whatever several of them come to."""
    found = set[ProofNeed]()
    for proof in proofs:
        found |= {replace(combined((proof, other)), rules=()) for other in (NO_PROOF, *found)}
    return found


def _easier(one: Eased, other: Eased) -> bool:
    """Whether nothing speaks for the other, because as much is gained by less."""
    return one is not other and other.proof.covers(one.proof) and one.approvals <= other.approvals and one.groups >= other.groups


def _easiest(eased: Eased) -> tuple[int, int, int, list[str], float]:
    proof = eased.proof
    return eased.approvals, proof.tier, proof.count, sorted(proof.kinds or ()), -proof.valid_for.total_seconds()


def _instead(policy: Policy, proof: ProofNeed, need: Need) -> Eased:
    groups = need.groups or _whoever(policy)
    return Eased(
        proof=NO_PROOF,
        approvals=need.approvals + proof.or_approvals,
        groups=groups,
        group_names=policy.group_names(groups),
        rules=tuple(sorted({*need.rules, *proof.rules})),
        deny_reason=need.deny_reason,
        valid_for=need.valid_for if need.approvals else policy.approve_for,
    )


def _matches(pattern: str, ticket: str) -> bool:
    return len(ticket) <= LONGEST_TICKET and re.fullmatch(pattern, ticket) is not None
