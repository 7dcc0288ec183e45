"""Whether a request may be made, and who may agree to it: policy's rules applied to one request. Pure.

Deny beats allow; every ground of the target needs a rule that allows it; what the matching rules demand adds up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce

from bot.domain.change import ChangeKind
from bot.domain.policy import ALLOWED, Decision, Reason, stopped
from bot.domain.rules import NO_NEED, Ask, Ground, Hours, Need, Policy, Rule
from bot.domain.stop import Stop


def grounds(policy: Policy, ask: Ask) -> frozenset[Ground]:
    """What sort of target this is; never empty."""
    target, privileges = ask.target, ask.privileges
    found = {
        Ground.PRIVILEGED: bool(privileges.roles or privileges.groups or privileges.eligible),
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
    if not (halt := stopped(stop, now)).allowed:
        return halt
    if ask.requester_id.lower() == ask.target.id.lower():
        return Decision(
            False, Reason.OWN_ACCOUNT, "This is your own account, and nobody changes their own.", "Ask a colleague of the helpdesk."
        )
    on = grounds(policy, ask)
    denying = [rule for rule in policy.rules if rule.deny and _about(rule, ask, on) and _asked_by(rule, ask) and _holds(rule, ask)]
    if denying:
        return Decision(False, Reason.DENIED_BY_RULE, "The policy forbids this.", rules=_names(denying))
    allowing: list[Rule] = []
    for kind in sorted(ask.kinds):
        for ground in sorted(on):
            fitting = [
                rule
                for rule in policy.rules
                if not rule.deny and _covers(rule, kind, ground) and _asked_by(rule, ask) and _holds(rule, ask)
            ]
            if not fitting:
                return Decision(False, Reason.NO_RULE, "No rule of the policy allows this.")
            allowing += fitting
    return _demands(policy, ask, allowing)


def may_approve(
    need: Need, approver_id: str, approver_groups: frozenset[str], *, requester_id: str, target_id: str, already: frozenset[str]
) -> Decision:
    """Whether this person's agreement (or denial) would count."""
    if approver_id == requester_id:
        return Decision(False, Reason.OWN_REQUEST, "You asked for this yourself, so somebody else has to agree.", "Ask a colleague.")
    if approver_id == target_id:
        return Decision(False, Reason.ABOUT_APPROVER, "This is about your own account, so somebody else has to agree.")
    if not approver_groups & need.groups:
        return Decision(False, Reason.NOT_APPROVER, f"Only members of {need.group_names} can decide this.")
    if approver_id in already:
        return Decision(False, Reason.COUNTED, "You have agreed already; somebody else has to agree too.")
    return ALLOWED


def _demands(policy: Policy, ask: Ask, rules: list[Rule]) -> Decision:
    if any(rule.reason for rule in rules) and not ask.reason:
        return Decision(False, Reason.NEEDS_REASON, "This needs a reason.", "Add `because …` at the end.", rules=_names(rules))
    if wanting := [rule for rule in rules if rule.ticket and not re.fullmatch(rule.ticket, ask.ticket)]:
        return Decision(False, Reason.NEEDS_TICKET, "This needs a ticket.", "Add `ticket …` at the end.", rules=_names(wanting))
    approving = [rule for rule in rules if rule.approvals]
    need = NO_NEED
    if approving:
        groups = reduce(frozenset.__and__, (rule.approve for rule in approving))
        need = Need(
            approvals=max(rule.approvals for rule in approving),
            groups=groups,
            group_names=policy.group_names(groups),
            rules=_names(approving),
            deny_reason=any(rule.deny_reason for rule in approving),
            valid_for=min((rule.approve_for for rule in approving if rule.approve_for), default=policy.approve_for),
        )
        if not groups:
            return Decision(False, Reason.NOBODY_CAN_APPROVE, "Nobody can approve this.", rules=need.rules)
    confirm_for = min((rule.confirm_for for rule in rules if rule.confirm_for), default=policy.confirm_for)
    return Decision(True, Reason.ALLOWED, rules=_names(rules), need=need, confirm_for=confirm_for)


def _about(rule: Rule, ask: Ask, on: frozenset[Ground]) -> bool:
    return any(_covers(rule, kind, ground) for kind in ask.kinds for ground in on)


def _covers(rule: Rule, kind: ChangeKind, ground: Ground) -> bool:
    return (not rule.actions or kind in rule.actions) and ground in rule.targets


def _asked_by(rule: Rule, ask: Ask) -> bool:
    return bool(rule.ask & ask.requester_groups) or (rule.deny and not rule.ask)


def _holds(rule: Rule, ask: Ask) -> bool:
    here = {ask.where.conversation_id, ask.where.channel_id, ask.where.team_id}
    return (not rule.conversations or bool(rule.conversations & here)) and (rule.hours is None or _within(rule.hours, ask.at))


def _within(hours: Hours, at: datetime) -> bool:
    local = at.astimezone(hours.zone)
    if hours.start < hours.end:
        return local.weekday() in hours.days and hours.start <= local.time() < hours.end
    began = local if local.time() >= hours.start else local - timedelta(days=1)
    return began.weekday() in hours.days and (local.time() >= hours.start or local.time() < hours.end)


def _names(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(sorted({rule.name for rule in rules}))
