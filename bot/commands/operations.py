"""Looking back: status of one operation, history of a person or of one's own requests."""

from __future__ import annotations

from bot.commands.arguments import FOR, OperationId, Somebody
from bot.commands.kinds import Optional, Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain.exchange import History, OperationShown, Reply
from bot.domain.operation import ID_ALPHABET
from bot.errors import Refusal

HISTORY_LIMIT = 20


async def status(invocation: Invocation, context: Context) -> Reply:
    """The card of one operation as it is now; numbers in full only for its requester in a personal chat.

    Raises:
        Refusal: there is no such operation.
    """
    wanted = str(invocation.args["id"]).upper()
    operation = await context.operations.get(wanted)
    if operation is None:
        strange = sorted({char for char in wanted if char not in ID_ALPHABET})
        hint = "Check the id with whoever gave it to you; `history` lists your own requests."
        if strange:
            hint = f"Ids never contain {' or '.join(strange)}, because it is easily misheard or misread. {hint}"
        raise Refusal(f"There is no operation {wanted}.", hint, code="unknown_operation")
    own = context.where.kind == "personal" and operation.requester.id.lower() == context.actor.id.lower()
    return OperationShown(operation if own else operation.masked(), context.now, own=own)


async def history(invocation: Invocation, context: Context) -> Reply:
    """What happened to a person's account through Doorman, or what the actor did, newest first."""
    if context.dossier is not None:
        person = context.dossier.person
        return History(f"History of {person.name}", await context.operations.events(target_id=person.id, limit=HISTORY_LIMIT))
    return History("What you did recently", await context.operations.events(actor_id=context.actor.id, limit=HISTORY_LIMIT))


STATUS = Command(
    name="status",
    topic="Looking back",
    pattern=(Word("status", near=("state", "progress", "operation")), OperationId()),
    summary="How an operation is doing",
    example="status 7QXF",
    run=status,
)

HISTORY = Command(
    name="history",
    topic="Looking back",
    pattern=(Word("history", near=("log", "audit")), Optional((FOR, Somebody()))),
    summary="What happened to a person's account, or your own recent requests",
    example="history for alice",
    run=history,
    reads=READS,
)
