"""A change that was asked for before, planned anew on the account as it is now."""

from __future__ import annotations

from datetime import datetime

from bot.commands.accounts import plan_switch
from bot.commands.pass_rules import plan_pass, plan_password, plan_revocation
from bot.commands.phone_rules import plan_change
from bot.commands.spec import Facts
from bot.domain.change import Change, ChangeKind, Plan
from bot.domain.methods import Dossier
from bot.domain.passes import WantedPass, due
from bot.ports import Directory


async def replan(directory: Directory, dossier: Dossier, change: Change, facts: Facts, now: datetime) -> Plan:
    """What the same wish would change now.

    Raises:
        Refusal: Graph would not do it any more, or there is nothing to do.
        InvalidNumber: the number cannot be registered.
        DirectoryError: Graph cannot say what the tenant allows.
    """
    if change.phone:
        return plan_change(dossier, change.kind, change.phone, change.after, facts)
    match change.kind:
        case ChangeKind.SIGN_OUT | ChangeKind.BLOCK | ChangeKind.UNBLOCK:
            return plan_switch(dossier, change.kind)
        case ChangeKind.CREATE_PASS:
            wanted = WantedPass.of(due(change, now).after)
            terms = await directory.pass_terms(dossier.person.id)
            return plan_pass(dossier, terms, now, minutes=wanted.minutes, reusable=not wanted.once, start=wanted.start)
        case ChangeKind.REVOKE_PASS:
            return plan_revocation(dossier)
        case ChangeKind.RESET_PASSWORD:
            return plan_password(dossier.person)
        case _:
            raise NotImplementedError(change.kind)
