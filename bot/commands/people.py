"""Looking at a person: show."""

from __future__ import annotations

from bot.commands.arguments import Somebody
from bot.commands.kinds import Word
from bot.commands.phone_rules import retirement_note
from bot.commands.spec import Command, Context, Invocation
from bot.domain.exchange import PersonShown, Reply

READS = (
    ("User.Read.All", "find people and read their accounts"),
    ("UserAuthenticationMethod.Read.All", "list the sign-in methods of a person"),
    ("RoleManagement.Read.Directory", "recognise administrators, whose accounts are protected"),
)


async def show(invocation: Invocation, context: Context) -> Reply:
    """The account and every sign-in method of a person; numbers in full only in a personal chat."""
    dossier = context.dossier
    assert dossier is not None, "dispatch resolves <who>"
    notes = []
    if dossier.person.synced:
        notes.append("The office phone of a synced account is kept in the on-premises directory.")
    if dossier.phones and context.facts.retirement:
        notes.append(retirement_note(context.facts.retirement))
    private = context.where.kind == "personal"
    return PersonShown(
        dossier if private else dossier.masked(),
        context.protected,
        tuple(notes),
        freeze=context.stop.freeze,
        reference=await context.stops.refer(dossier.person, context.now),
    )


SHOW = Command(
    name="show",
    topic="People",
    pattern=(Word("show", near=("find", "get", "display", "lookup", "look up", "search", "view", "check", "who is", "list")), Somebody()),
    summary="A person's account and sign-in methods",
    example="show alice",
    run=show,
    reads=READS,
)
