"""A change that was asked for before, planned anew on the account as it is now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.change import KINDS, Change, ChangeKind
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.plan import Plan
from bot.domain.sign_in import DefaultMethod, MfaState
from bot.domain.sms import asked_for
from bot.planning.accounts import plan_switch
from bot.planning.installation import Installation
from bot.planning.methods import plan_email, plan_same_removal
from bot.planning.passes import plan_password, plan_revocation, plan_same_pass
from bot.planning.phones import plan_change
from bot.planning.recover import plan_again
from bot.planning.reset import plan_reset
from bot.planning.sign_in import plan_default, plan_mfa
from bot.ports import Directory


async def replan_all(directory: Directory, dossier: Dossier, operation: Operation, installation: Installation, now: datetime) -> Plan:
    """What all that an operation asked for would change now.

    Raises:
        Refusal: as `replan`.
    """
    match operation.bundle:
        case ChangeKind.RESET_MFA | ChangeKind.RESET_EVERYTHING:
            return plan_reset(dossier, operation.bundle)
        case ChangeKind.RECOVER if not operation.may_be_replaced:
            return await plan_again(directory, dossier, operation, installation, now)
    plans = [await replan(directory, dossier, change, installation, now) for change in asked_for(operation.changes)]
    return replace(plans[0], changes=tuple(change for one in plans for change in one.changes))


async def replan(directory: Directory, dossier: Dossier, change: Change, installation: Installation, now: datetime) -> Plan:
    """What the same wish would change now.

    Raises:
        Refusal: Graph would not do it any more, or there is nothing to do.
        InvalidNumber: the number cannot be registered.
        DirectoryError: Graph cannot say what the tenant allows.
    """
    if change.phone:
        return plan_change(dossier, change.kind, change.phone, change.after, installation, now.date())
    if KINDS[change.kind].family:
        return plan_same_removal(dossier, change)
    match change.kind:
        case ChangeKind.SIGN_OUT | ChangeKind.BLOCK | ChangeKind.UNBLOCK:
            return plan_switch(dossier, change.kind)
        case ChangeKind.SET_DEFAULT:
            return plan_default(dossier, DefaultMethod(change.after or ""), installation, now.date())
        case ChangeKind.REQUIRE_MFA:
            return plan_mfa(dossier, MfaState(change.after or ""), installation)
        case ChangeKind.SET_EMAIL:
            return plan_email(dossier, change.after or "")
        case ChangeKind.CREATE_PASS:
            terms = (await directory.pass_terms(dossier.person.id)).at_most(installation.longest_pass)
            return plan_same_pass(dossier, terms, change, now)
        case ChangeKind.REVOKE_PASS:
            return plan_revocation(dossier)
        case ChangeKind.RESET_PASSWORD:
            return plan_password(dossier.person)
        case _:
            raise NotImplementedError(change.kind)
