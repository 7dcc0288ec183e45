"""After a recovery: has the person registered something new? If so what served meanwhile goes, if not the agent hears of it."""

from __future__ import annotations

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change
from bot.domain.methods import Dossier
from bot.domain.operation import Operation
from bot.domain.recovery import LOOKS, Recovery, named, registered_since, unused_passes
from bot.domain.remarks import Remark, Tone
from bot.domain.said import join, say, say_count, together
from bot.errors import DirectoryError, NotFound, Throttled, Unavailable
from bot.ports import Announcer, Clock, Directory, Operations, Sleep
from bot.retry import pause_asking, until_taken
from bot.services import explain
from bot.services.following import tidying

log = structlog.get_logger()

#: Seconds between tries while Entra ID cannot be asked: about a quarter of an hour in all.
PAUSES = (5.0, 30.0, 60.0, 120.0, 300.0, 300.0)


async def follow_up(operations: Operations, directory: Directory, announcer: Announcer, clock: Clock, sleep: Sleep, subject: str) -> None:
    """One look at a person who was recovered.

    Whatever has to be removed then becomes an operation of its own, which was agreed to with the recovery: it is checked once more, carried
    out, read back and logged like every other.

    Args:
        subject: the recovery's id, a colon, and the number of the look, from 1.
    """
    operation_id, _, number = subject.partition(":")
    operation = await operations.get(operation_id)
    if operation is None or operation.recovery is None or await operations.recovery_closed(operation_id):
        return
    found = await _read(directory, sleep, operation)
    if isinstance(found, DirectoryError):
        text, hint = explain.directory_sentence(found)
        text = join(" ", (say("I could not look how {name} is doing.", name=operation.target.name), text))
        await _say(announcer, sleep, operation, Remark(text, hint, Tone.PROBLEM))
        return
    if not registered_since(operation.recovery, found):
        await _say(announcer, sleep, operation, reminder(operation, operation.recovery, int(number)))
        return
    now, changes = clock(), tidy(operation.recovery, found)
    facts = {"text": registered(operation.recovery, found)}
    event = AuditEvent(Tag.RECOVERY_CLOSED, now, operation_id=operation.id, target_id=operation.target.id, facts=facts)
    if await operations.close_recovery(event, tidying(operation, changes, now) if changes else None):
        await _say(announcer, sleep, operation, closed(operation, operation.recovery, found))


def tidy(case: Recovery, dossier: Dossier) -> tuple[Change, ...]:
    """What is no longer wanted and still there: passes, and what the recovery left for later."""
    return (*unused_passes(dossier), *(change for change in case.later if dossier.method(change.method)))


def registered(case: Recovery, dossier: Dossier) -> str:
    """What is new, in words."""
    return together(method.label for method in registered_since(case, dossier))


def closed(operation: Operation, case: Recovery, dossier: Dossier) -> Remark:
    """What the agent hears of somebody who is back."""
    gone = named(tidy(case, dossier))
    back = say("{name} has registered {methods}.", name=operation.target.name, methods=registered(case, dossier))
    removing = say("I am removing what is no longer needed: {methods}.", methods=gone) if gone else ""
    return Remark(
        join(" ", (back, removing, say("The recovery {id} is closed.", id=operation.id))),
        tone=Tone.DONE,
        title=say("Back in"),
    )


def reminder(operation: Operation, case: Recovery, look: int) -> Remark:
    """What the agent hears of somebody who has not registered anything new."""
    hours = int(LOOKS[look - 1].total_seconds() // 3600)
    if look < len(LOOKS):
        more = say("I look once more {count} hours after it.", count=int(LOOKS[-1].total_seconds() // 3600))
    else:
        old = named(case.later)
        left = say("Still there, to be removed by hand: {methods}.", methods=old) if old else ""
        another = say("If the pass has run out, make another one with “pass for {upn}”.", upn=operation.target.upn)
        more = join(" ", (say("I do not look again."), left, another))
    return Remark(
        say_count(
            hours,
            "{name} has registered nothing new yet, {count} hour after {id}. Please ask whether it works out.",
            "{name} has registered nothing new yet, {count} hours after {id}. Please ask whether it works out.",
            name=operation.target.name,
            id=operation.id,
        ),
        more,
        Tone.PROBLEM,
        say("Not back in yet"),
    )


async def _read(directory: Directory, sleep: Sleep, operation: Operation) -> Dossier | DirectoryError:
    failure: DirectoryError = NotFound("not asked yet")
    for pause in (0.0, *PAUSES):
        if pause:
            await sleep(pause_asking(failure, pause))
        try:
            found = await directory.dossier(operation.target.id)
            if found.hidden:  # what cannot be seen is neither new nor gone
                raise found.hidden
            return found
        except (Throttled, Unavailable) as error:
            failure = error
        except DirectoryError as error:
            return error
    return failure


async def _say(announcer: Announcer, sleep: Sleep, operation: Operation, remark: Remark) -> None:
    if await until_taken(lambda: announcer.send(operation.conversation, remark, operation.requester), sleep):
        log.warning("follow-up undeliverable", action="follow_up_undeliverable", operation=operation.id)
