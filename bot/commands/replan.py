"""A change that was asked for before, planned anew on the account as it is now."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.accounts import plan_switch
from bot.commands.methods import plan_email, plan_same_removal
from bot.commands.phone_rules import plan_change
from bot.commands.reset import plan_reset
from bot.commands.sign_in import plan_default, plan_mfa
from bot.commands.spec import Facts
from bot.domain.change import KINDS, Change, ChangeKind, Plan
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.sign_in import DefaultMethod, MfaState


def replan_all(dossier: Dossier, operation: Operation, facts: Facts) -> Plan:
    """What all that an operation asked for would change now.

    Raises:
        Refusal: as `replan`.
    """
    match operation.bundle:
        case ChangeKind.RESET_MFA | ChangeKind.RESET_EVERYTHING:
            return plan_reset(dossier, operation.bundle)
    plans = [replan(dossier, change, facts) for change in operation.changes]
    return replace(plans[0], changes=tuple(change for one in plans for change in one.changes))


def replan(dossier: Dossier, change: Change, facts: Facts) -> Plan:
    """What the same wish would change now.

    Raises:
        Refusal: Graph would not do it any more, or there is nothing to do.
        InvalidNumber: the number cannot be registered.
    """
    if change.phone:
        return plan_change(dossier, change.kind, change.phone, change.after, facts)
    if KINDS[change.kind].family:
        return plan_same_removal(dossier, change)
    match change.kind:
        case ChangeKind.SIGN_OUT | ChangeKind.BLOCK | ChangeKind.UNBLOCK:
            return plan_switch(dossier, change.kind)
        case ChangeKind.SET_DEFAULT:
            return plan_default(dossier, DefaultMethod(change.after or ""), facts)
        case ChangeKind.REQUIRE_MFA:
            return plan_mfa(dossier, MfaState(change.after or ""), facts)
        case ChangeKind.SET_EMAIL:
            return plan_email(dossier, change.after or "")
        case _:
            raise NotImplementedError(change.kind)
