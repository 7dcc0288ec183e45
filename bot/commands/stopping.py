"""Stopping: pause and resume everything, freeze and unfreeze one person."""

from __future__ import annotations

from datetime import timedelta

from bot.commands.arguments import FOR, Duration, Somebody
from bot.commands.kinds import Optional, Word
from bot.commands.people import READS
from bot.commands.spec import Command, Context, Invocation
from bot.domain import policy
from bot.domain.exchange import Notice, Reply, Tone
from bot.domain.people import Person
from bot.domain.phone import mask_text
from bot.domain.stop import FREEZE_FOR, LONGEST_FREEZE, Pause, freeze_of, said_at
from bot.errors import Refusal


async def pause(invocation: Invocation, context: Context) -> Reply:
    """Stops every change until `resume`.

    Raises:
        Refusal: it is paused already.
    """
    actor = context.actor
    before = await context.stops.pause(Pause(actor.id, actor.name, context.now, mask_text(invocation.reason)), invocation.ticket)
    if before:
        raise Refusal(f"I am paused already, by {before.by_name} since {said_at(before.since)}.", "Type `resume` to end it.", code="paused")
    return Notice(
        "I change nothing from now on, not even what is confirmed already. Looking things up goes on.",
        "Type `resume` to end the pause.",
        Tone.DONE,
        "Paused",
    )


async def resume(invocation: Invocation, context: Context) -> Reply:
    """Ends the pause.

    Raises:
        Refusal: nothing is paused.
    """
    ended = await context.stops.resume(context.actor, context.now, invocation.reason, invocation.ticket)
    if ended is None:
        raise Refusal("I am not paused.", "Type `pause because …` to stop every change.", code="not_paused")
    return Notice(
        f"Changes are made again. {ended.by_name} had paused me at {said_at(ended.since)}.",
        "What was confirmed during the pause was not done: its card has a button to try again.",
        Tone.DONE,
        "Resumed",
    )


async def freeze(invocation: Invocation, context: Context) -> Reply:
    """Lets nobody change a person for a while.

    Raises:
        Refusal: longer than a freeze may last.
    """
    lasting = invocation.args.get("time", FREEZE_FOR)
    assert isinstance(lasting, timedelta)
    if not lasting or lasting > LONGEST_FREEZE:
        raise Refusal(
            f"A freeze lasts a minute at least and {LONGEST_FREEZE.days} days at most.",
            "For longer, disable the account in the Entra admin centre.",
            code="freeze_length",
        )
    begun = freeze_of(_target(context), context.actor, context.now, context.now + lasting, invocation.reason)
    kept, _ = await context.stops.freeze(begun, invocation.ticket)
    return Notice(
        f"Nobody can change {kept.name} ({kept.upn}) until {said_at(kept.until)}. Cards that wait for a click cannot be confirmed.",
        f"Type `unfreeze {kept.upn}` to end it sooner.",
        Tone.DONE,
        "Frozen",
    )


async def unfreeze(invocation: Invocation, context: Context) -> Reply:
    """Ends a freeze.

    Raises:
        Refusal: nobody froze this person, or it is not for the actor to undo.
    """
    person = _target(context)
    seen = (await context.stops.stop(person.id, context.now)).freeze
    if seen is None:
        raise Refusal(f"{person.name} is not frozen.", code="not_frozen")
    decision = policy.may_unfreeze(seen, context.actor.id, admin=context.admin)
    if not decision.allowed:
        raise Refusal(decision.text, decision.hint, code=decision.reason.value)
    if not await context.stops.unfreeze(seen, context.actor, context.now, invocation.reason, invocation.ticket):
        raise Refusal("Somebody changed this freeze at the same moment.", f"Look with `show {person.upn}`.", code="freeze_changed")
    return Notice(f"{person.name} ({person.upn}) can be changed again.", "", Tone.DONE, "Unfrozen")


def _target(context: Context) -> Person:
    assert context.dossier is not None, "dispatch resolves <who>"
    return context.dossier.person


FREEZE = Command(
    name="freeze",
    topic="Stopping",
    pattern=(Word("freeze", near=("lock", "hold")), Somebody(), Optional((FOR, Duration()))),
    summary="Let nobody change a person for 24 hours, or as long as you say; say it again to prolong it",
    example="freeze omar for 24 hours",
    run=freeze,
    reasoned=True,
    admins_too=True,
    reads=READS,
)

UNFREEZE = Command(
    name="unfreeze",
    topic="Stopping",
    pattern=(Word("unfreeze", also=("thaw",), near=("unlock", "release")), Somebody()),
    summary="End a freeze: an administrator, or the one who froze if nobody else did",
    example="unfreeze omar",
    run=unfreeze,
    reasoned=True,
    admins_too=True,
    reads=READS,
    scopes=(),
)

PAUSE = Command(
    name="pause",
    topic="Administration",
    pattern=(Word("pause", near=("stop", "halt")),),
    summary="Stop every change until somebody types resume",
    example="pause",
    run=pause,
    admin=True,
    reasoned=True,
    scopes=(),
)

RESUME = Command(
    name="resume",
    topic="Administration",
    pattern=(Word("resume", near=("continue", "unpause")),),
    summary="Make changes again after a pause",
    example="resume",
    run=resume,
    admin=True,
    reasoned=True,
    scopes=(),
)
