"""Who may see reports: administrators, and whom the policy's action `report` names. Pure.

A report is about everybody and changes nobody, so there is no target, no approval and no ticket: of its rules only group, place and hour
count. Deny beats allow here too, even for administrators.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain import refusals
from bot.domain.conversations import ConversationRef
from bot.domain.people import Standing
from bot.domain.policy import ALLOWED, NO_GROUPS, Audience, Decision, Reason, permit
from bot.domain.rules import Policy
from bot.domain.said import say


def may_report(policy: Policy, standing: Standing, where: ConversationRef, at: datetime, *, admin: bool) -> Decision:
    """Whether somebody may see a report, and take its list, here and now.

    Args:
        admin: they are one of Doorman's administrators.
    """
    if not (account := permit(standing, NO_GROUPS, Audience.EVERYBODY)).allowed:
        return account
    about = [rule for rule in policy.reports if rule.ask & standing.groups or (rule.deny and not rule.ask)]
    if denying := [rule for rule in about if rule.deny and rule.holds_in(where) and rule.holds_at(at)]:
        rules = refusals.names(denying)
        text = say("The policy forbids this: {rules}.", rules=refusals.quoted(rules))
        return Decision(False, Reason.DENIED_BY_RULE, text, say("Ask whoever runs Doorman if this seems wrong."), rules=rules)
    if admin:
        return ALLOWED
    allowing = [rule for rule in about if not rule.deny]
    if not allowing:
        return _not_yours(policy)
    here = [rule for rule in allowing if rule.holds_in(where)]
    if not here:
        return refusals.not_here(policy, allowing)
    now = [rule for rule in here if rule.holds_at(at)]
    return Decision(True, Reason.ALLOWED, rules=refusals.names(now)) if now else refusals.not_now(here)


def _not_yours(policy: Policy) -> Decision:
    groups = policy.reporting()
    return Decision(
        False,
        Reason.NOT_ASKER,
        say("Reports about everybody's sign-in methods are not open to you."),
        say("They are for Doorman's administrators and for members of {groups}: ask one of them.", groups=policy.group_names(groups))
        if groups
        else say("They are for Doorman's administrators. The policy can open them to a group, with the action “report”."),
    )
