"""Looking at a person: show."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.commands.grammar.arguments import Somebody
from bot.commands.grammar.kinds import Word
from bot.commands.spec import Command, Context, Invocation
from bot.domain.next_steps import NEXT_STEPS, UNFREEZE
from bot.domain.policy import may_unfreeze
from bot.domain.replies import PersonShown, Reply
from bot.domain.retirement import Channel, Retiring
from bot.domain.said import say
from bot.domain.sign_in import Aspect
from bot.domain.strength import strength
from bot.domain.waiting import worth_telling
from bot.domain.wall_clock import zone_called
from bot.errors import DirectoryError, NotAuthorised, NotFound, NotLicensed, NotReady, Throttled
from bot.ports import Operations, Stops

READS = (
    ("User.Read.All", "find people and read their accounts"),
    ("User.Read.All", "show manager and photo"),
    ("UserAuthenticationMethod.Read.All", "list the sign-in methods of a person"),
    ("RoleManagement.Read.Directory", "recognise administrators, whose accounts are protected"),
)

#: So many of the latest changes are shown, and all of the last hour.
FEW_PAST, MOST_PAST = 3, 20
LATELY = timedelta(hours=1)
_IN_WORDS = {
    Aspect.PREFERENCE: say("the default method"),
    Aspect.MFA_STATE: say("per-user MFA"),
    Aspect.REGISTRATION: say("Entra's registration report"),
}


async def show(invocation: Invocation, context: Context, *, operations: Operations, stops: Stops) -> Reply:
    """The account and every sign-in method of a person; numbers in full only in a personal chat."""
    dossier = context.dossier
    assert dossier is not None, "dispatch resolves <who>"
    person, retiring = dossier.person, Retiring(context.installation.retirement, context.now.date(), dossier.population)
    judged = strength(dossier, retiring)
    notes: list[str] = []
    if person.synced:
        notes.append(say("The office phone of a synced account is kept in the on-premises directory."))
    if dossier.phones and not (judged and judged.phones):
        notes += retiring.of(dossier.channels, sms_sign_in=dossier.signs_in_by_sms, counted=True)
    reference, past, waiting = await asyncio.gather(
        stops.refer(person, context.now),
        operations.changes_of(person.id, MOST_PAST),
        operations.waiting_about(person.id, context.now),
    )
    past = tuple(sorted(past, key=lambda one: one.finished_at or one.created_at, reverse=True))
    latest = [one for index, one in enumerate(past) if index < FEW_PAST or one.ended_after(context.now - LATELY)]
    seen = dossier if context.where.kind == "personal" else dossier.masked()
    return PersonShown(
        seen,
        context.protected,
        tuple(notes),
        freeze=context.stop.freeze,
        reference=reference,
        strength=judged.text if judged else "",
        details=(judged.more,) if judged and judged.more else (),
        unread=tuple(say("{what} ({why})", what=_IN_WORDS[aspect], why=_why(error)) for aspect, error in sorted(dossier.unread.items())),
        past=tuple(operation.masked() for operation in latest),
        waiting=tuple(operation.masked() for operation in worth_telling(waiting, context.actor.id)),
        next_steps=(*(command for command, kind in NEXT_STEPS.items() if kind in context.may), *_unfreezing(context)),
        unseen=dossier.privileges.said_unseen,
        serving=retiring.serving(frozenset(Channel)),
        known_by=seen.portrait.in_words(context.now, zone_called(context.actor.zone)),
        high=context.stop.threat is not None,
    )


def _unfreezing(context: Context) -> tuple[str, ...]:
    """Where others read along, the button would be theirs too."""
    freeze, alone = context.stop.freeze, context.where.kind == "personal"
    return (UNFREEZE,) if freeze and alone and may_unfreeze(freeze, context.actor.id, admin=context.admin).allowed else ()


def _why(error: DirectoryError) -> str:
    match error:
        case NotLicensed():
            return say("needs Entra ID P1 or P2")
        case NotAuthorised(permission=permission) if permission:
            return say("needs the permission {permission}", permission=permission)
        case NotReady():
            return say("not ready yet: the account is new")
        case Throttled():
            return say("Entra ID allows few looks at it; try again in a minute")
        case NotFound():
            return say("no entry for this account, which may be new or disabled")
        case _:
            return say("Entra ID did not answer")


SHOW = Command(
    name="show",
    in_menu=True,
    topic="People",
    pattern=(
        Word("show", also=("show me",), near=("find", "get", "display", "lookup", "look up", "search", "view", "check", "who is", "list")),
        Somebody(),
    ),
    summary="A person's account, sign-in methods and latest changes, and how strong they are",
    example="show noor",
    run=show,
    job="Look somebody up",
    aspects=frozenset({Aspect.PREFERENCE, Aspect.MFA_STATE, Aspect.REGISTRATION, Aspect.PORTRAIT}),
    reads=READS,
)
