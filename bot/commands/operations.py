"""Looking back: how an operation is doing, and what the trail says of a person, of an agent, of an operation."""

from __future__ import annotations

from bot.commands.bulk_shown import bulk_shown
from bot.commands.grammar.arguments import BY, FOR, ID, OperationId, Somebody
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.people import READS
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.audit import AuditEvent, Tag
from bot.domain.life import ID_ALPHABET
from bot.domain.operation import Operation
from bot.domain.refused import kind_of_refusal
from bot.domain.remarks import Refused
from bot.domain.replies import History, OperationShown, Reply
from bot.domain.rows import row_operation_id
from bot.domain.said import join, say
from bot.errors import Refusal
from bot.ports import BulkJobs, Operations

HISTORY_LIMIT = 20
#: So many times as many events are read of somebody's own, so that lines put right on the telephone leave enough of what was done.
MOST_SLIPS = 5
_SLIPS = frozenset({Refused.NOT_UNDERSTOOD, Refused.CHECK, Refused.MISSING})
#: Of one operation everything is shown; presses that were refused can make even that long.
OPERATION_LIMIT = 100


async def status(invocation: Invocation, context: Context, *, operations: Operations, jobs: BulkJobs) -> Reply:
    """The card of one operation as it is now; numbers in full only for its requester in a personal chat.

    Raises:
        Refusal: there is no such operation.
    """
    wanted = str(invocation.args["id"]).upper()
    operation = await operations.get(wanted)
    if operation is None:
        raise unknown(wanted)
    if operation.bulk:
        return await bulk_shown(jobs, operation, context.now)
    alone = context.where.kind == "personal"
    own = alone and _is_own(operation, context)
    return OperationShown(operation if own else operation.masked(), context.now, own=own, onlooker=alone and not own)


async def history(invocation: Invocation, context: Context, *, operations: Operations) -> Reply:
    """What happened to a person's account, what an agent did, or what the actor did, newest first.

    Raises:
        Refusal: it is about somebody else, and the actor is no administrator.
    """
    skip = int(context.picked) if context.picked.isdecimal() else 0
    if context.dossier is None:
        latest = await operations.events(actor_id=context.actor.id, limit=HISTORY_LIMIT * MOST_SLIPS, skip=skip)
        done = [number for number, event in enumerate(latest) if not _is_slip(event)]
        until = done[HISTORY_LIMIT] if len(done) > HISTORY_LIMIT else len(latest)
        newer = skip + until if until < len(latest) or len(latest) == HISTORY_LIMIT * MOST_SLIPS else 0
        events = tuple(latest[number] for number in done[:HISTORY_LIMIT])
        return await _told(say("What you did recently"), events, newer, operations)
    person, by = context.dossier.person, invocation.args["side"] == "by"
    if not context.admin and not (by and person.id.lower() == context.actor.id.lower()):
        raise Refusal(
            say("Only Doorman's administrators may see the history of other people."),
            say("`history` lists what you did yourself, and `history id 7QXF` all that became of one of your own requests."),
            code="not_ones_own",
        )
    whose = {"actor_id": person.id} if by else {"target_id": person.id}
    events = await operations.events(**whose, limit=HISTORY_LIMIT + 1, skip=skip)
    newer = skip + HISTORY_LIMIT if len(events) > HISTORY_LIMIT else 0
    title = say("What {name} did", name=person.name) if by else say("History of {name}", name=person.name)
    return await _told(title, events[:HISTORY_LIMIT], newer, operations)


def _is_slip(event: AuditEvent) -> bool:
    """Whether it is a line that was put right: for whoever typed it that is no part of what they did. The trail keeps it."""
    slipped = event.tag is Tag.CHAT_COMMAND_REFUSED and kind_of_refusal(str(event.facts.get("code", ""))) in _SLIPS
    return slipped or event.tag is Tag.CHAT_FORM_OPENED


async def _told(title: str, events: tuple[AuditEvent, ...], newer: int, operations: Operations) -> History:
    """The events, and the requests that they belong to; a row of a file belongs to the request of its file."""
    ids = dict.fromkeys(event.operation_id.partition("-")[0] for event in events if event.operation_id)
    found = [await operations.get(id) for id in ids]
    return History(title, events, requests=tuple(filter(None, found)), newer=newer)


async def history_of_one(invocation: Invocation, context: Context, *, operations: Operations) -> Reply:
    """Everything recorded about one operation, or about one row of a bulk job, newest first: who asked, who agreed, what was done.

    Raises:
        Refusal: there is no such operation or row, or it is somebody else's and the actor is no administrator.
    """
    wanted = str(invocation.args["id"]).upper()
    job_id, _, row = wanted.partition("-")
    operation = await operations.get(job_id)
    if not context.admin and not (operation and _is_own(operation, context)):
        raise Refusal(
            say("There is no operation {id}, or it is not your own request.", id=job_id),
            join(" ", (misread(job_id) if context.helpdesk else "", _theirs(job_id))),
            code="not_ones_own",
        )
    if operation is None:
        raise unknown(job_id)
    id = row_operation_id(job_id, int(row)) if row else job_id
    events = await operations.events(operation_id=id, limit=OPERATION_LIMIT)
    if row and not events:
        hint = say("`bulk result {id}` gives you a file that says what became of each row.", id=job_id)
        raise Refusal(say("The trail has nothing on row {row} of {id}.", row=row, id=job_id), hint, code="unknown_operation")
    older = await operations.event_count(id) - len(events) if len(events) == OPERATION_LIMIT else 0
    return History(say("History of {id} for {target}", id=id, target=operation.target.name), events, older)


def unknown(wanted: str) -> Refusal:
    """What is said of an id that nothing has."""
    hint = say("Check the id with whoever gave it to you; `history` lists your own requests.")
    return Refusal(say("There is no operation {wanted}.", wanted=wanted), join(" ", (misread(wanted), hint)), code="unknown_operation")


def _theirs(id: str) -> str:
    return say("Only Doorman's administrators may see the history of those of others; `status {id}` tells how one is doing.", id=id)


def misread(wanted: str) -> str:
    """Which letters of an id nothing can have, in a sentence; empty when there are none. It depends on what was typed alone."""
    strange = sorted({char for char in wanted.replace("-", "") if char not in ID_ALPHABET})
    letters = join(say(" or "), strange)
    return say("Ids never contain {letters}, because it is easily misheard or misread.", letters=letters) if strange else ""


def _is_own(operation: Operation, context: Context) -> bool:
    return operation.requester.id.lower() == context.actor.id.lower()


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
    pattern=(Word("history", near=("log", "audit")), Optional((Choice("side", ((FOR, "for"), (BY, "by"))), Somebody()))),
    summary="Your own recent requests; for administrators, what happened to a person's account or what an agent did",
    example="history",
    run=history,
    reads=READS,
    audience=Audience.STAFF,
    leavers=True,
)

HISTORY_ID = Command(
    name="history-id",
    topic="Looking back",
    pattern=(Word("history", near=("log", "audit")), ID, OperationId(rows=True)),
    summary="All that became of one request, with Graph's request ids; of somebody else's only for administrators",
    example="history id 7QXF",
    run=history_of_one,
    audience=Audience.STAFF,
)
