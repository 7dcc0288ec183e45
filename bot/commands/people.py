"""Looking at a person: show."""

from __future__ import annotations

import asyncio

from bot.commands.arguments import Somebody
from bot.commands.kinds import Word
from bot.commands.phone_rules import retirement_note
from bot.commands.spec import Command, Context, Invocation
from bot.domain.audit import AuditEvent, Tag
from bot.domain.exchange import PastChange, PersonShown, Reply
from bot.domain.operation import State
from bot.domain.sign_in import Aspect
from bot.domain.strength import strength
from bot.errors import DirectoryError, NotAuthorised, NotLicensed, Throttled

READS = (
    ("User.Read.All", "find people and read their accounts"),
    ("UserAuthenticationMethod.Read.All", "list the sign-in methods of a person"),
    ("RoleManagement.Read.Directory", "recognise administrators, whose accounts are protected"),
)

MOST_PAST = 3
#: Events among which the last changes are looked for; a request that came to nothing has one, a change two.
_EVENTS = 12
_CHANGED = frozenset({State.SUCCEEDED, State.PARTIAL})
_SPOKEN = {
    Aspect.PREFERENCE: "the default method",
    Aspect.MFA_STATE: "per-user MFA",
    Aspect.REGISTRATION: "Entra's registration report",
}


async def show(invocation: Invocation, context: Context) -> Reply:
    """The account and every sign-in method of a person; numbers in full only in a personal chat."""
    dossier = context.dossier
    assert dossier is not None, "dispatch resolves <who>"
    person, retirement = dossier.person, context.facts.retirement
    judged = strength(dossier, retirement, context.now.date())
    notes = []
    if person.synced:
        notes.append("The office phone of a synced account is kept in the on-premises directory.")
    if dossier.phones and retirement and not (judged and judged.weak):
        notes.append(retirement_note(retirement))
    events = context.operations.events(target_id=person.id, tags=(Tag.OPERATION_PROPOSED, Tag.OPERATION_FINISHED), limit=_EVENTS)
    reference, past = await asyncio.gather(context.stops.refer(person, context.now), events)
    return PersonShown(
        dossier if context.where.kind == "personal" else dossier.masked(),
        context.protected,
        tuple(notes),
        freeze=context.stop.freeze,
        reference=reference,
        strength=judged.text if judged else "",
        stronger=bool(judged and judged.weak and person.enabled and not context.protected and not context.stop.freeze),
        unread=tuple(f"{_SPOKEN[aspect]} ({_why(error)})" for aspect, error in sorted(dossier.unread.items())),
        past=_changes_in(past),
    )


def _why(error: DirectoryError) -> str:
    match error:
        case NotLicensed():
            return "needs Entra ID P1 or P2"
        case NotAuthorised(permission=permission) if permission:
            return f"needs the permission {permission}"
        case Throttled():
            return "Entra ID allows few looks at it; try again in a minute"
        case _:
            return "Entra ID did not answer"


def _changes_in(events: tuple[AuditEvent, ...]) -> tuple[PastChange, ...]:
    """The last changes that were made, newest first: how they ended, and who had asked for what."""
    asked = {event.operation_id: event for event in events if event.tag is Tag.OPERATION_PROPOSED}
    made = [
        PastChange(event.at, asked[event.operation_id].actor_name, event.operation_id, asked[event.operation_id].facts, event.facts)
        for event in events
        if event.tag is Tag.OPERATION_FINISHED and event.operation_id in asked and event.facts.get("state") in _CHANGED
    ]
    return tuple(made[:MOST_PAST])


SHOW = Command(
    name="show",
    topic="People",
    pattern=(Word("show", near=("find", "get", "display", "lookup", "look up", "search", "view", "check", "who is", "list")), Somebody()),
    summary="A person's account, sign-in methods and latest changes, and how strong they are",
    example="show alice",
    run=show,
    aspects=frozenset(Aspect),
    reads=READS,
)
