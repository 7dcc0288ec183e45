"""What is said when policy says no: why, and what to do instead. Pure; every sentence stands here once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.change import KINDS, ChangeKind
from bot.domain.need import Need
from bot.domain.people import Person, Privileges
from bot.domain.policy import Decision, Reason
from bot.domain.proof import ProofNeed
from bot.domain.rules import Ask, Ground, Policy, Rule
from bot.domain.said import join, say, say_count, together

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
    Ground.BREAK_GLASS: say("Emergency accounts are changed by the procedure your organisation keeps for them, never from a chat."),
    Ground.PRIVILEGED: say(
        "An Entra administrator with the Privileged Authentication Administrator role can do this in the Entra admin centre."
    ),
    Ground.RESTRICTED: say("An administrator of that unit can do this in the Entra admin centre."),
    Ground.GUEST: say("Ask them to contact the helpdesk of their own organisation."),
    Ground.HELPDESK: say(
        "Whoever helps the helpdesk can be named in the policy; until then, an Entra administrator can do this in the Entra admin centre."
    ),
    Ground.VIP: say("Whoever runs Doorman can name in the policy who may do this for VIPs."),
    Ground.ORDINARY: say("Whoever runs Doorman can allow it in the policy."),
}


def described(ground: Ground, ask: Ask) -> str:
    """What is special about this target, as a sentence; empty for ordinary people."""
    name, privileges = ask.target.name, ask.privileges
    if ground is Ground.PRIVILEGED:
        return say("{name} is protected: {held}.", name=name, held=_held(privileges))
    return {
        Ground.BREAK_GLASS: say("{name} is protected: an emergency (break-glass) account.", name=name),
        Ground.RESTRICTED: say("{name} is protected: in a restricted-management administrative unit.", name=name),
        Ground.GUEST: say("{name} is protected: invited from another organisation, as a guest account or an external member.", name=name),
        Ground.HELPDESK: say("{name} is protected: a colleague of the helpdesk.", name=name),
        Ground.VIP: say("{name} is a VIP.", name=name),
        Ground.ORDINARY: "",
    }[ground]


def _held(privileges: Privileges) -> str:
    """The gravest of what makes somebody an administrator."""
    if privileges.roles:
        return join(", ", privileges.roles)
    if privileges.eligible:
        return say("may activate {roles}", roles=join(", ", privileges.eligible))
    if privileges.groups:
        return say("in the role-assignable group {groups}", groups=join(", ", privileges.groups))
    if privileges.owns:
        return say("owns the role-assignable group {groups}", groups=join(", ", privileges.owns))
    return say("may activate membership or ownership of the role-assignable group {groups}", groups=join(", ", privileges.joinable))


def own_account() -> Decision:
    """Nobody changes their own."""
    return Decision(
        False, Reason.OWN_ACCOUNT, say("This is your own account, and nobody changes their own."), say("Ask a colleague of the helpdesk.")
    )


def denied(ask: Ask, on: Iterable[Ground], rules: Sequence[Rule]) -> Decision:
    """A rule forbids it."""
    grounds = [ground for ground in GRAVITY if ground in on and any(ground in rule.targets for rule in rules)]
    text = join(" ", (described(grounds[0], ask), say("The policy forbids this: {rules}.", rules=quoted(names(rules)))))
    hint = _INSTEAD[grounds[0]] if grounds[0] not in (Ground.VIP, Ground.ORDINARY) else say("Ask whoever runs Doorman if this seems wrong.")
    return Decision(False, Reason.DENIED_BY_RULE, text, hint, rules=names(rules))


def nobody_may(ask: Ask, kind: ChangeKind, ground: Ground, *, otherwise: bool = False) -> Decision:
    """No rule lets anybody do this to such a person.

    Args:
        otherwise: a rule would, if the person were registered, or not.
    """
    if otherwise:
        who = say("somebody who has a sign-in method already") if ask.registered else say("somebody who has no sign-in method yet")
        text = join(" ", (described(ground, ask), say("No rule of the policy lets anybody {why} for {who}.", why=KINDS[kind].why, who=who)))
    elif ground is Ground.ORDINARY:
        text = say("No rule of the policy lets anybody {why}.", why=KINDS[kind].why)
    elif ground is Ground.VIP:
        text = say("{described} No rule of the policy lets anybody {why} for VIPs.", described=described(ground, ask), why=KINDS[kind].why)
    else:
        text = say("{described} I can show this account but not change it.", described=described(ground, ask))
    return Decision(False, _REASONS[ground], text, _INSTEAD[ground])


def others_may(policy: Policy, ask: Ask, kind: ChangeKind, ground: Ground, rules: Sequence[Rule]) -> Decision:
    """Rules let others do this, but not whoever asks."""
    who = policy.group_names(frozenset(group for rule in rules for group in rule.ask))
    reason = Reason.NOT_ASKER if ground is Ground.ORDINARY else _REASONS[ground]
    mine = say("None of your groups may {why} for {name}.", why=KINDS[kind].why, name=ask.target.name)
    text = join(" ", (described(ground, ask), mine))
    return Decision(False, reason, text, say("Members of {who} may ask for this: ask one of them.", who=who), rules=names(rules))


def not_here(policy: Policy, rules: Sequence[Rule]) -> Decision:
    """The right person, in the wrong conversation."""
    where = policy.group_names(frozenset(one for rule in rules for one in rule.conversations))
    return Decision(
        False,
        Reason.NOT_HERE,
        say("This may not be asked for in this conversation."),
        say("Ask in {where}.", where=where),
        rules=names(rules),
    )


def not_now(rules: Sequence[Rule]) -> Decision:
    """The right person and place, at the wrong hour."""
    when = join(say(" or "), sorted({rule.hours.in_words for rule in rules if rule.hours}))
    return Decision(
        False,
        Reason.NOT_NOW,
        say("This may not be asked for at this hour."),
        say("It may be asked for {when}.", when=when),
        rules=names(rules),
    )


def needs_words(rules: Sequence[Rule], *, reason: bool, tickets: Sequence[Rule], given: str) -> Decision:
    """A reason or a ticket is missing, or the ticket is none the policy accepts.

    Args:
        reason: a reason is missing.
        tickets: the rules whose ticket is missing.
        given: the ticket that was given.
    """
    forms = together(sorted({rule.ticket_example or say("one that matches {pattern}", pattern=rule.ticket) for rule in tickets}))
    a_ticket = (
        say("a ticket such as {forms}", forms=forms)
        if all(rule.ticket_example for rule in tickets)
        else say("a ticket: {forms}", forms=forms)
    )
    what = join(say(" and "), (say("a reason") if reason else "", a_ticket if tickets else ""))
    wrong = say(", and “{given}” is none", given=given) if tickets and given else ""
    examples = sorted({rule.ticket_example for rule in tickets if rule.ticket_example})
    tail = " ".join(filter(None, (f"ticket {examples[0] if examples else '…'}" if tickets else "", "because …" if reason else "")))
    said_by = quoted(names(rules))
    return Decision(
        False,
        Reason.NEEDS_TICKET if tickets else Reason.NEEDS_REASON,
        say("This needs {what}{wrong}. The policy says so: {said_by}.", what=what, wrong=wrong, said_by=said_by),
        say("Type it again with `{tail}` at the end.", tail=tail),
        rules=names(rules),
        wants=(*(("ticket",) if tickets else ()), *(("reason",) if reason else ())),
    )


def no_common_approver(rules: Sequence[Rule]) -> Decision:
    """The rules that match accept different approvers, so nobody would satisfy them all."""
    return Decision(
        False,
        Reason.NOBODY_CAN_APPROVE,
        say("Nobody can approve this: no group is accepted by each of {rules}.", rules=quoted(names(rules))),
        say("Whoever runs Doorman has to name a common group of approvers in these rules."),
        rules=names(rules),
    )


def no_common_proof(need: ProofNeed) -> Decision:
    """The rules that match accept different proofs, so nothing would satisfy them all."""
    return Decision(
        False,
        Reason.NOBODY_CAN_PROVE,
        say("Nothing can prove the caller here: no kinds of proof are enough for each of {rules}.", rules=quoted(need.rules)),
        say("Whoever runs Doorman has to name common kinds of proof in these rules."),
        rules=need.rules,
    )


def too_few_approvers(need: Need, could: Sequence[Person]) -> Decision:
    """The groups that may approve have not enough members besides the requester and the target."""
    left = join(", ", (person.name for person in could))
    missing = need.approvals - len(could)
    return Decision(
        False,
        Reason.NOBODY_CAN_APPROVE,
        say(
            "Too few people can approve this: it needs {need}, and besides whoever asks and whom it is about there is only {left}.",
            need=need.in_words,
            left=left,
        )
        if could
        else say(
            "Nobody can approve this: it needs {need}, and besides whoever asks and whom it is about there is nobody there.",
            need=need.in_words,
        ),
        say_count(
            missing,
            "Whoever looks after {groups} in Entra ID has to add {count} more person.",
            "Whoever looks after {groups} in Entra ID has to add {count} more people.",
            groups=need.group_names,
        ),
        rules=need.rules,
    )


def names(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Names of rules as a decision carries them."""
    return tuple(sorted({rule.name for rule in rules}))


def quoted(words: Sequence[str]) -> str:
    """“A” and “B”."""
    return join(say(" and "), (say("“{name}”", name=word) for word in words))
