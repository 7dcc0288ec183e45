"""Whether a request may be made, and who may agree to it: policy's rules applied to one request. Pure.

Deny beats allow; every ground of the target needs a rule that allows it; what the matching rules demand adds up. What only takes access
away is apart: no pause or freeze keeps it back, and only a rule that names it may demand anything of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import refusals, threat
from bot.domain.change import CONTAINING, Change, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.demands import colleagues, demands
from bot.domain.hand_over import SEEN_ONCE
from bot.domain.need import NO_NEED, Need
from bot.domain.people import Person
from bot.domain.policy import ALLOWED, Decision, Reason, stopped
from bot.domain.proof import NO_PROOF
from bot.domain.refusals import GRAVITY
from bot.domain.rules import PROTECTED, Ask, Ground, Policy, Rule
from bot.domain.said import join, say
from bot.domain.stop import Stop

#: Where a kind stands among all of them.
_PLACE = list(ChangeKind).index


def grounds(policy: Policy, ask: Ask) -> frozenset[Ground]:
    """What sort of target this is; never empty."""
    target, privileges = ask.target, ask.privileges
    found = {
        Ground.PRIVILEGED: privileges.administrator,
        Ground.RESTRICTED: privileges.restricted,
        Ground.BREAK_GLASS: target.id.lower() in policy.break_glass,
        Ground.GUEST: target.guest,
        Ground.HELPDESK: bool(ask.target_groups & policy.helpdesk),
        Ground.VIP: bool(ask.target_groups & policy.vip),
    }
    return frozenset(ground for ground, true in found.items() if true) or frozenset({Ground.ORDINARY})


def review(policy: Policy, ask: Ask, stop: Stop, now: datetime) -> Decision:
    """Whether this request may be made now, which rules say so, and what it needs before it is carried out.

    Args:
        ask: `ask.at` is when it was asked, for rules with hours; a later check of the same request keeps it.
        stop: what stops a change of this person at `now`; nothing that allows one can outweigh it.
    """
    if not ask.contains and not (halt := stopped(stop, now, ask.requester_id)).allowed:
        return halt
    if ask.requester_id.lower() == ask.target.id.lower():
        return refusals.own_account()
    assert ask.kinds, "a request is for something"
    if ask.takes_back and colleagues(policy) & ask.requester_groups:
        return Decision(True, Reason.ALLOWED, rules=(CONTAINMENT.name,), need=NO_NEED, confirm_for=policy.confirm_for)
    on = grounds(policy, ask)
    if denying := [rule for rule in policy.rules if rule.deny and _forbids(rule, ask, on) and _denied_to(rule, ask) and _holds(rule, ask)]:
        return refusals.denied(ask, on, denying)
    if policy.threat and not policy.high.refuses.isdisjoint(ask.more):
        return threat.refused(policy.threat)
    kinds = sorted(ask.kinds, key=_PLACE)
    pairs = [(kind, ground) for ground in GRAVITY if ground in on for kind in kinds]
    covering = {pair: _covering(policy, ask, *pair) for pair in pairs}
    covering |= _amounting_to(policy, ask, on)
    allowing = {pair: [rule for rule in rules if _may_ask(rule, ask) and _holds(rule, ask)] for pair, rules in covering.items()}
    if open_pairs := [pair for pair in covering if not allowing[pair]]:
        return _uncovered(policy, ask, open_pairs, covering)
    decision = demands(policy, ask, list(dict.fromkeys(rule for fitting in allowing.values() for rule in fitting)))
    passes = [rule for (kind, _), fitting in allowing.items() if kind is ChangeKind.CREATE_PASS for rule in fitting]
    seen_once = [rule for (kind, _), fitting in allowing.items() if kind in SEEN_ONCE for rule in fitting]
    first = policy.first_day_to_manager and not ask.registered
    if decision.need and seen_once and (first or any(rule.to_manager for rule in seen_once)):
        decision = replace(decision, need=replace(decision.need, to_manager=True))
    return replace(decision, reusable=True) if passes and all(rule.reusable for rule in passes) else decision


#: What no rule names, because it is built in: whoever has any right here may take access away from somebody who is not protected.
CONTAINMENT = Rule(name=say("Built-in: taking access away is one person's work"))


def _covering(policy: Policy, ask: Ask, kind: ChangeKind, ground: Ground) -> list[Rule]:
    """The rules that allow this to somebody. Where it only takes access away, those that name it, and if none does it is built in."""
    found = [rule for rule in _allowing(policy, kind, ground) if rule.registered in (None, ask.registered)]
    if kind not in ask.containing:
        return found
    if naming := [rule for rule in found if _names(rule, kind)]:
        return naming
    if ground not in PROTECTED:
        return [replace(CONTAINMENT, ask=colleagues(policy))]
    # Nobody may who could not before, and "*" demands nothing of it.
    return [_demanding_nothing(rule) for rule in found]


def _demanding_nothing(rule: Rule) -> Rule:
    return replace(rule, approvals=0, approve=frozenset(), reason=False, ticket="", proof=NO_PROOF, or_proof=False, if_risk=NO_PROOF)


def _amounting_to(policy: Policy, ask: Ask, on: frozenset[Ground]) -> dict[tuple[ChangeKind, Ground], list[Rule]]:
    """What the request amounts to, as far as rules that tell who is registered speak of it: older files mean what they meant."""
    amounts = {}
    for kind in ask.implied - ask.kinds:
        for ground in on:
            if found := [rule for rule in _allowing(policy, kind, ground) if rule.registered is True]:
                amounts[kind, ground] = found
    return amounts


def _names(rule: Rule, kind: ChangeKind) -> bool:
    """Whether a rule speaks of taking access away by this kind: "*" does not, and "sms_sign_in" means switching it on."""
    return kind in rule.actions and kind is not ChangeKind.SMS_SIGN_IN


def _forbids(rule: Rule, ask: Ask, on: frozenset[Ground]) -> bool:
    """Whether a rule that denies is about this request. One against more exposure never refuses less."""
    if rule.registered not in (None, ask.registered):
        return False
    kinds = {kind for kind in ask.kinds if kind not in ask.containing or _names(rule, kind)}
    kinds |= ask.implied if rule.registered else frozenset()
    return any(_covers(rule, kind, ground) for kind in kinds for ground in on)


def askable(policy: Policy, groups: frozenset[str], where: ConversationRef) -> frozenset[ChangeKind]:
    """The kinds of change that somebody in these groups may ask for here: of somebody, at one hour or another."""
    rules = [rule for rule in policy.rules if rule.holds_in(where) and (rule.ask & groups or (rule.deny and not rule.ask))]
    mine = bool(colleagues(policy) & groups)

    def may(kind: ChangeKind, ground: Ground, registered: bool) -> bool:
        fitting = [rule for rule in rules if _covers(rule, kind, ground) and rule.registered in (None, registered)]
        contains = kind in CONTAINING
        if any(rule.deny and rule.hours is None and (not contains or _names(rule, kind)) for rule in fitting):
            return False
        return any(not rule.deny for rule in fitting) or (contains and mine and ground not in PROTECTED)

    return frozenset(kind for kind in ChangeKind if any(may(kind, ground, known) for ground in Ground for known in (True, False)))


def as_wanted(decision: Decision, changes: Iterable[Change]) -> Decision:
    """Policy's answer about changes of these kinds, with what it says of these very changes: whether a pass may be a reusable one."""
    reusable = any(change.wanted is not None and not change.wanted.once for change in changes)
    if not decision.allowed or decision.reusable or not reusable:
        return decision
    return Decision(
        False,
        Reason.ONE_TIME_ONLY,
        say("Policy allows one-time passes only here: a reusable one is a second password."),
        say(
            "Leave out `reusable`. Whoever runs Doorman can allow it in POLICY_FILE, with `reusable = true` in each rule that lets you "
            "ask for a pass: {rules}.",
            rules=join("; ", decision.rules),
        ),
        rules=decision.rules,
    )


def may_approve(
    need: Need,
    approver_id: str,
    approver_groups: frozenset[str],
    *,
    requester_id: str,
    target_id: str,
    already: frozenset[str],
    manager_id: str = "",
) -> Decision:
    """Whether this person's agreement (or denial) would count.

    Args:
        manager_id: of the one who reveals it instead of the requester; empty for nobody.
    """
    approver = approver_id.lower()
    if approver == requester_id.lower():
        return Decision(
            False, Reason.OWN_REQUEST, say("You asked for this yourself, so somebody else has to agree."), say("Ask a colleague.")
        )
    if approver == target_id.lower():
        return Decision(False, Reason.ABOUT_APPROVER, say("This is about your own account, so somebody else has to agree."))
    if approver == manager_id.lower():
        return Decision(False, Reason.REVEALS_IT, say("You are the manager who will reveal this, so somebody else has to agree."))
    if not approver_groups & need.groups:
        return Decision(False, Reason.NOT_APPROVER, say("Only members of {group_names} can decide this.", group_names=need.group_names))
    if approver in {one.lower() for one in already}:
        return Decision(False, Reason.COUNTED, say("You have agreed already; somebody else has to agree too."))
    return ALLOWED


def could_approve(
    need: Need, people: Iterable[Person], *, requester_id: str, target_id: str, already: frozenset[str], manager_id: str = ""
) -> tuple[Person, ...]:
    """Those of the members of the groups that may approve whose agreement would count; the arguments are those of `may_approve`."""
    return tuple(
        person
        for person in people
        if person.enabled
        and not person.guest
        and may_approve(
            need,
            person.id,
            need.groups,
            requester_id=requester_id,
            target_id=target_id,
            already=already,
            manager_id=manager_id,
        ).allowed
    )


def still_enough(before: Need, agreed: int, now: Decision) -> Decision:
    """Whether what was agreed to when it was asked is all that policy demands by now.

    Args:
        before: the need that the operation was confirmed with.
        agreed: how many people agreed.
        now: policy's yes of this moment.
    """
    need = now.need or NO_NEED
    if need.approvals > agreed or (need.to_manager and not before.to_manager) or (need.approvals and not before.groups <= need.groups):
        more = (
            say("Since this was asked for, the threat level was raised, and more is needed: {need}.", need=need.in_words)
            if threat.HIGH_RULE in need.rules
            else say("Since this was asked for, the policy has come to demand more: {need}.", need=need.in_words)
        )
        return Decision(
            False,
            Reason.NEEDS_MORE_AGREEMENT,
            more,
            say("It has to be asked for anew."),
            rules=need.rules,
        )
    return now


def _uncovered(
    policy: Policy,
    ask: Ask,
    pairs: Sequence[tuple[ChangeKind, Ground]],
    rules: Mapping[tuple[ChangeKind, Ground], Sequence[Rule]],
) -> Decision:
    """The refusal for the pair that is hardest to put right: what nobody may, then what others may, then elsewhere, then later."""
    for pair in pairs:
        if not rules[pair]:
            return refusals.nobody_may(ask, *pair, otherwise=bool(_allowing(policy, *pair)))
    for pair in pairs:
        if not any(_may_ask(rule, ask) for rule in rules[pair]):
            return refusals.others_may(policy, ask, *pair, rules[pair])
    mine = {pair: [rule for rule in rules[pair] if _may_ask(rule, ask)] for pair in pairs}
    for pair in pairs:
        if not any(rule.holds_in(ask.where) for rule in mine[pair]):
            return refusals.not_here(policy, mine[pair])
    return refusals.not_now([rule for rule in mine[pairs[0]] if rule.holds_in(ask.where)])


def _allowing(policy: Policy, kind: ChangeKind, ground: Ground) -> list[Rule]:
    return [rule for rule in policy.rules if not rule.deny and _covers(rule, kind, ground)]


def _covers(rule: Rule, kind: ChangeKind, ground: Ground) -> bool:
    return (not rule.actions or kind in rule.actions) and ground in rule.targets


def _may_ask(rule: Rule, ask: Ask) -> bool:
    return bool(rule.ask & ask.requester_groups)


def _denied_to(rule: Rule, ask: Ask) -> bool:
    return not rule.ask or bool(rule.ask & ask.requester_groups)


def _holds(rule: Rule, ask: Ask) -> bool:
    return rule.holds_in(ask.where) and rule.holds_at(ask.at)
