"""What has to be done when a phone is lost, new, at home, or has never been there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.pass_terms import PassTerms
from bot.domain.plan import Plan
from bot.domain.recovery import SESSIONS, Situation, named, recovery
from bot.domain.said import say
from bot.planning.installation import Installation
from bot.planning.methods import refuse_hidden
from bot.planning.passes import plan_pass
from bot.ports import Directory

_NOT_REMOVED = say("Nothing is removed: the phone at home stays registered.")
_NOTHING_OLD = say("No authenticator, passkey or codes of an old phone are registered, so there is nothing to remove later.")
_FOLLOWED = say("I look after 1 hour and after 24 hours whether something new was registered, and tell you.")
_WHICH = say("Several devices are registered: ask which one is gone. What is on it goes; if nobody can say, all of them go.")
_OWN_CARD = say("The pass gets a card of its own as soon as the rest is done.")


def plan_recovery(
    situation: Situation,
    dossier: Dossier,
    terms: PassTerms,
    now: datetime,
    *,
    start: datetime | None = None,
    first_day_to_manager: bool = False,
) -> Plan:
    """What happened, as a plan.

    Args:
        start: of the pass; None for the moment it is revealed.
        first_day_to_manager: the first pass of somebody new is revealed by the manager.

    Raises:
        Refusal: no pass can be made for this person, or nobody can see what is registered.
    """
    refuse_hidden(dossier)
    minutes = terms.usual if situation is Situation.FIRST_DAY else None
    a_pass = plan_pass(dossier, terms, now, minutes=minutes, start=start)
    changes, case = recovery(situation, dossier, a_pass.changes[0])
    notes: list[str] = []
    details: list[str] = [_FOLLOWED] if case.followed else []
    warnings = [*a_pass.warnings]
    if situation is Situation.LOST:
        details.append(_OWN_CARD)
        if case.devices:  # for whoever chooses, so no warning: approvers see what was chosen
            details.insert(0, _WHICH)
    if situation is Situation.LEFT_AT_HOME:
        notes.append(_NOT_REMOVED)
    if situation is Situation.NEW_PHONE:
        old = named(case.later)
        later = say("Once something new is registered I remove what is on the old phone: {methods}.", methods=old)
        notes.append(later if old else _NOTHING_OLD)
    notes += a_pass.notes
    details += a_pass.details
    to_manager = first_day_to_manager and situation is Situation.FIRST_DAY
    return Plan(dossier.person, changes, tuple(notes), tuple(details), tuple(warnings), ChangeKind.RECOVER, case, to_manager=to_manager)


async def plan_again(directory: Directory, dossier: Dossier, operation: Operation, installation: Installation, now: datetime) -> Plan:
    """The same recovery on the account as it is now, with what was chosen before and is not done: what is, a pass too, is not made anew.

    Raises:
        Refusal: as `plan_recovery`.
    """
    assert operation.recovery is not None, "operations of recoveries alone"
    terms = (await directory.pass_terms(dossier.person.id)).at_most(installation.longest_pass)
    wanted = next((change.wanted.due(now) for change in operation.changes if change.wanted), None)
    situation, start = operation.recovery.situation, wanted.start if wanted else None
    plan = plan_recovery(situation, dossier, terms, now, start=start, first_day_to_manager=installation.first_day_to_manager)
    assert plan.recovery is not None, "it is one"
    fates = [result.fate.good for result in operation.results] or [False] * len(operation.changes)
    done = [change for change, over in zip(operation.changes, fates, strict=True) if over]
    left = {_about(change) for change in operation.changes} - {_about(change) for change in done}
    chosen = {(found.phone, found.method) for found in operation.recovery.stays(operation.changes)}
    # What its requester took off stays off; what was registered since could be the finder's own, and is proposed.
    ticked = tuple(_about(each) in left or (each.is_removal and (each.phone, each.method) not in chosen) for each in plan.changes)
    found = tuple(each for each in plan.recovery.found if each.method != SESSIONS or not any(_ends_sessions(one) for one in done))
    return replace(plan, recovery=replace(plan.recovery, ticked=ticked, found=found))


def _ends_sessions(change: Change) -> bool:
    return change.kind is ChangeKind.SIGN_OUT


def _about(change: Change) -> tuple[object, ...]:
    return (change.kind,) if change.once_only else (change.kind, change.phone, change.method)
