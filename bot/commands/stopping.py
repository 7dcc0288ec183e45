"""Stopping: pause and resume everything, freeze and unfreeze one person, or all whom an agent froze."""

from __future__ import annotations

from datetime import timedelta

from bot.commands.grammar.arguments import BY, FOR, Somebody
from bot.commands.grammar.kinds import Optional, Word
from bot.commands.grammar.lengths import Duration
from bot.commands.people import READS
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain import policy
from bot.domain.people import Person
from bot.domain.phone import mask_text
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import Reply
from bot.domain.said import join, said_at, say, say_count
from bot.domain.stop import FREEZE_FOR, LONGEST_FREEZE, Pause, freeze_of, staying, whom
from bot.errors import Refusal
from bot.ports import Stops


async def pause(invocation: Invocation, context: Context, *, stops: Stops) -> Reply:
    """Stops every change until `resume`.

    Raises:
        Refusal: it is paused already.
    """
    actor = context.actor
    before = await stops.pause(Pause(actor.id, actor.name, context.now, mask_text(invocation.reason)), invocation.ticket)
    if before:
        raise Refusal(
            say("I am paused already, by {before} since {at}.", before=before.by_name, at=said_at(before.since)),
            say("Type `resume` to end it."),
            code="already_paused",
        )
    return Remark(
        say("I change nothing from now on, not even what is confirmed already. Looking things up goes on."),
        say("Type `resume` to end the pause."),
        Tone.DONE,
        say("Paused"),
    )


async def resume(invocation: Invocation, context: Context, *, stops: Stops) -> Reply:
    """Ends the pause.

    Raises:
        Refusal: nothing is paused.
    """
    ended = await stops.resume(context.actor, context.now, invocation.reason, invocation.ticket)
    if ended is None:
        raise Refusal(say("I am not paused."), say("Type `pause because …` to stop every change."), code="not_paused")
    return Remark(
        say("Changes are made again. {ended} had paused me at {at}.", ended=ended.by_name, at=said_at(ended.since)),
        say("What was confirmed during the pause was not done: its card has a button to try again."),
        Tone.DONE,
        say("Resumed"),
    )


async def freeze(invocation: Invocation, context: Context, *, stops: Stops) -> Reply:
    """Lets nobody change a person for a while.

    Raises:
        Refusal: longer than a freeze may last, or one person too many within the hour.
    """
    lasting = invocation.args.get("time", FREEZE_FOR)
    assert isinstance(lasting, timedelta)
    if not lasting or lasting > LONGEST_FREEZE:
        raise Refusal(
            say("A freeze lasts a minute at least and {days} days at most.", days=LONGEST_FREEZE.days),
            say("For longer, disable the account in the Entra admin centre."),
            code="freeze_length",
        )
    begun = freeze_of(_target(context), context.actor, context.now, context.now + lasting, invocation.reason)
    kept, _ = await stops.freeze(begun, invocation.ticket)
    return Remark(
        say(
            "Nobody can change {kept} ({upn}) until {at}. Cards that wait for a click cannot be confirmed.",
            kept=kept.name,
            upn=kept.upn,
            at=said_at(kept.until),
        ),
        say("Type `unfreeze {upn}` to end it sooner.", upn=kept.upn),
        Tone.DONE,
        say("Frozen"),
    )


async def unfreeze(invocation: Invocation, context: Context, *, stops: Stops) -> Reply:
    """Ends a freeze.

    Raises:
        Refusal: nobody froze this person, or it is not for the actor to undo.
    """
    person = _target(context)
    seen = (await stops.stop(person.id, context.now)).freeze
    if seen is None:
        raise Refusal(say("{name} is not frozen.", name=person.name), code="not_frozen")
    decision = policy.may_unfreeze(seen, context.actor.id, admin=context.admin)
    if not decision.allowed:
        raise Refusal(decision.text, decision.hint, code=decision.reason.value)
    if not await stops.unfreeze(seen, context.actor, context.now, invocation.reason, invocation.ticket):
        raise Refusal(
            say("Somebody changed this freeze at the same moment."), say("Look with `show {upn}`.", upn=person.upn), code="freeze_changed"
        )
    return Remark(say("{name} ({upn}) can be changed again.", name=person.name, upn=person.upn), "", Tone.DONE, say("Unfrozen"))


async def unfreeze_all(invocation: Invocation, context: Context, *, stops: Stops) -> Reply:
    """Ends every freeze that is one agent's alone.

    Raises:
        Refusal: there is none.
    """
    agent = _target(context)
    ended, shared = await stops.unfreeze_all(agent, context.actor, context.now, invocation.reason, invocation.ticket)
    hint = say("An administrator ends each of those with `unfreeze` and the name.") if shared else ""
    if not ended:
        nobody = say("Nobody is frozen by {name} alone.", name=agent.name)
        raise Refusal(join(" ", (nobody, staying(shared))), hint, code="not_frozen")
    text = say_count(
        len(ended),
        "{count} freeze by {name} has ended: {names}.",
        "{count} freezes by {name} have ended: {names}.",
        name=agent.name,
        names=whom(ended),
    )
    return Remark(join(" ", (text, staying(shared))), hint, Tone.DONE, say("Unfrozen"))


def _target(context: Context) -> Person:
    assert context.dossier is not None, "dispatch resolves <who>"
    return context.dossier.person


FREEZE = Command(
    name="freeze",
    topic="Stopping",
    pattern=(Word("freeze", near=("lock", "hold")), Somebody(before_time=True), Optional((FOR, Duration()))),
    summary="Let nobody change a person for 24 hours, or as long as you say; say it again to prolong it",
    example="freeze omar for 24 hours",
    run=freeze,
    job="Suspicious call",
    reasoned=True,
    acts=True,
    audience=Audience.STAFF,
    reads=READS,
)

UNFREEZE = Command(
    name="unfreeze",
    topic="Stopping",
    pattern=(Word("unfreeze", also=("thaw",), near=("release",)), Somebody()),
    summary="End a freeze: an administrator, or the one who froze if nobody else did",
    example="unfreeze omar",
    run=unfreeze,
    reasoned=True,
    acts=True,
    audience=Audience.STAFF,
    reads=READS,
)

UNFREEZE_ALL = Command(
    name="unfreeze-all",
    topic="Stopping",
    pattern=(Word("unfreeze all", also=("thaw all",), near=("unfreeze everybody", "unfreeze everyone", "release all")), BY, Somebody()),
    summary="End every freeze that is one agent's alone; those that a colleague shares stay",
    example="unfreeze all by bram",
    run=unfreeze_all,
    audience=Audience.ADMINISTRATORS,
    leavers=True,
    reasoned=True,
    acts=True,
    reads=READS,
)

PAUSE = Command(
    name="pause",
    topic="Administration",
    pattern=(Word("pause", near=("stop", "halt")),),
    summary="Stop every change until somebody types resume",
    example="pause",
    run=pause,
    audience=Audience.ADMINISTRATORS,
    reasoned=True,
    acts=True,
)

RESUME = Command(
    name="resume",
    topic="Administration",
    pattern=(Word("resume", near=("continue", "unpause")),),
    summary="Make changes again after a pause",
    example="resume",
    run=resume,
    audience=Audience.ADMINISTRATORS,
    reasoned=True,
    acts=True,
)
