"""A change that was asked for before, planned anew on the account as it is now."""

from __future__ import annotations

from bot.commands.accounts import plan_switch
from bot.commands.phone_rules import plan_change
from bot.commands.sign_in import plan_default, plan_mfa
from bot.commands.spec import Facts
from bot.domain.change import Change, ChangeKind, Plan
from bot.domain.methods import Dossier
from bot.domain.sign_in import DefaultMethod, MfaState


def replan(dossier: Dossier, change: Change, facts: Facts) -> Plan:
    """What the same wish would change now.

    Raises:
        Refusal: Graph would not do it any more, or there is nothing to do.
        InvalidNumber: the number cannot be registered.
    """
    if change.phone:
        return plan_change(dossier, change.kind, change.phone, change.after, facts)
    match change.kind:
        case ChangeKind.SIGN_OUT | ChangeKind.BLOCK | ChangeKind.UNBLOCK:
            return plan_switch(dossier, change.kind)
        case ChangeKind.SET_DEFAULT:
            return plan_default(dossier, DefaultMethod(change.after or ""), facts)
        case ChangeKind.REQUIRE_MFA:
            return plan_mfa(dossier, MfaState(change.after or ""), facts)
        case _:
            raise NotImplementedError(change.kind)
