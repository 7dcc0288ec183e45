"""What is said when policy says no: why, and what to do instead. Pure; every sentence stands here once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.change import KINDS, ChangeKind
from bot.domain.policy import Decision, Reason
from bot.domain.rules import Ask, Ground, Policy, Rule

#: The gravest first: of several grounds the first one that stands in the way is the one that is named.
GRAVITY = (Ground.BREAK_GLASS, Ground.PRIVILEGED, Ground.RESTRICTED, Ground.GUEST, Ground.HELPDESK, Ground.VIP, Ground.ORDINARY)

_REASONS = {
    Ground.BREAK_GLASS: Reason.BREAK_GLASS_TARGET,
    Ground.PRIVILEGED: Reason.PRIVILEGED_TARGET,
    Ground.RESTRICTED: Reason.RESTRICTED_TARGET,
    Ground.GUEST: Reason.GUEST_TARGET,
    Ground.HELPDESK: Reason.HELPDESK_TARGET,
    Ground.VIP: Reason.VIP_TARGET,
    Ground.ORDINARY: Reason.NO_RULE,
}
_INSTEAD = {
    Ground.BREAK_GLASS: "Emergency accounts are changed by the procedure your organisation keeps for them, never from a chat.",
    Ground.PRIVILEGED: "An Entra administrator with the Privileged Authentication Administrator role can do this in the Entra admin "
    "centre.",
    Ground.RESTRICTED: "An administrator of that unit can do this in the Entra admin centre.",
    Ground.GUEST: "Ask them to contact the helpdesk of their own organisation.",
    Ground.HELPDESK: "Whoever helps the helpdesk can be named in the policy; until then, an Entra administrator can do this in the Entra "
    "admin centre.",
    Ground.VIP: "Whoever runs Doorman can name in the policy who may do this for VIPs.",
    Ground.ORDINARY: "Whoever runs Doorman can allow it in the policy.",
}


def described(ground: Ground, ask: Ask) -> str:
    """What is special about this target, as a sentence; empty for ordinary people."""
    name, privileges = ask.target.name, ask.privileges
    if ground is Ground.PRIVILEGED:
        held = ", ".join(privileges.roles)
        could = privileges.eligible and f"may activate {', '.join(privileges.eligible)}"
        return f"{name} is protected: {held or could or 'in the role-assignable group ' + ', '.join(privileges.groups)}."
    return {
        Ground.BREAK_GLASS: f"{name} is protected: an emergency (break-glass) account.",
        Ground.RESTRICTED: f"{name} is protected: in a restricted-management administrative unit.",
        Ground.GUEST: f"{name} is protected: invited from another organisation, as a guest account or an external member.",
        Ground.HELPDESK: f"{name} is protected: a colleague of the helpdesk.",
        Ground.VIP: f"{name} is a VIP.",
        Ground.ORDINARY: "",
    }[ground]


def own_account() -> Decision:
    """Nobody changes their own."""
    return Decision(
        False, Reason.OWN_ACCOUNT, "This is your own account, and nobody changes their own.", "Ask a colleague of the helpdesk."
    )


def denied(ask: Ask, on: Iterable[Ground], rules: Sequence[Rule]) -> Decision:
    """A rule forbids it."""
    grounds = [ground for ground in GRAVITY if ground in on and any(ground in rule.targets for rule in rules)]
    text = " ".join(filter(None, (described(grounds[0], ask), f"The policy forbids this: {quoted(names(rules))}.")))
    hint = _INSTEAD[grounds[0]] if grounds[0] not in (Ground.VIP, Ground.ORDINARY) else "Ask whoever runs Doorman if this seems wrong."
    return Decision(False, Reason.DENIED_BY_RULE, text, hint, rules=names(rules))


def nobody_may(ask: Ask, kind: ChangeKind, ground: Ground) -> Decision:
    """No rule lets anybody do this to such a person."""
    if ground is Ground.ORDINARY:
        text = f"No rule of the policy lets anybody {KINDS[kind].why}."
    elif ground is Ground.VIP:
        text = f"{described(ground, ask)} No rule of the policy lets anybody {KINDS[kind].why} for VIPs."
    else:
        text = f"{described(ground, ask)} I can show this account but not change it."
    return Decision(False, _REASONS[ground], text, _INSTEAD[ground])


def others_may(policy: Policy, ask: Ask, kind: ChangeKind, ground: Ground, rules: Sequence[Rule]) -> Decision:
    """Rules let others do this, but not whoever asks."""
    who = policy.group_names(frozenset(group for rule in rules for group in rule.ask))
    reason = Reason.NOT_ASKER if ground is Ground.ORDINARY else _REASONS[ground]
    text = " ".join(filter(None, (described(ground, ask), f"None of your groups may {KINDS[kind].why} for {ask.target.name}.")))
    return Decision(False, reason, text, f"Members of {who} may ask for this: ask one of them.", rules=names(rules))


def not_here(policy: Policy, rules: Sequence[Rule]) -> Decision:
    """The right person, in the wrong conversation."""
    where = policy.group_names(frozenset(one for rule in rules for one in rule.conversations))
    return Decision(False, Reason.NOT_HERE, "This may not be asked for in this conversation.", f"Ask in {where}.", rules=names(rules))


def not_now(rules: Sequence[Rule]) -> Decision:
    """The right person and place, at the wrong hour."""
    when = " or ".join(sorted({rule.hours.spoken for rule in rules if rule.hours}))
    return Decision(False, Reason.NOT_NOW, "This may not be asked for at this hour.", f"It may be asked for {when}.", rules=names(rules))


def needs_words(rules: Sequence[Rule], *, reason: bool, tickets: Sequence[Rule], given: str) -> Decision:
    """A reason or a ticket is missing, or the ticket is none the policy accepts.

    Args:
        reason: a reason is missing.
        tickets: the rules whose ticket is missing.
        given: the ticket that was given.
    """
    forms = " and ".join(sorted({rule.ticket_example or f"one that matches {rule.ticket}" for rule in tickets}))
    a_ticket = f"a ticket such as {forms}" if all(rule.ticket_example for rule in tickets) else f"a ticket: {forms}"
    what = " and ".join(filter(None, ("a reason" if reason else "", a_ticket if tickets else "")))
    wrong = f", and “{given}” is none" if tickets and given else ""
    examples = sorted({rule.ticket_example for rule in tickets if rule.ticket_example})
    tail = " ".join(filter(None, (f"ticket {examples[0] if examples else '…'}" if tickets else "", "because …" if reason else "")))
    said_by = quoted(names(rules))
    return Decision(
        False,
        Reason.NEEDS_TICKET if tickets else Reason.NEEDS_REASON,
        f"This needs {what}{wrong}. The policy says so: {said_by}.",
        f"Type it again with `{tail}` at the end.",
        rules=names(rules),
    )


def no_common_approver(rules: Sequence[Rule]) -> Decision:
    """The rules that match accept different approvers, so nobody would satisfy them all."""
    return Decision(
        False,
        Reason.NOBODY_CAN_APPROVE,
        f"Nobody can approve this: no group is accepted by each of {quoted(names(rules))}.",
        "Whoever runs Doorman has to name a common group of approvers in these rules.",
        rules=names(rules),
    )


def names(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Names of rules as a decision carries them."""
    return tuple(sorted({rule.name for rule in rules}))


def quoted(words: Sequence[str]) -> str:
    """“A” and “B”."""
    return " and ".join(f"“{word}”" for word in words)
