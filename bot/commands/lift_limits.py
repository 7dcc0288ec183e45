"""Limits: letting somebody's counts start anew."""

from __future__ import annotations

from bot.commands.grammar.arguments import FOR, Somebody
from bot.commands.grammar.kinds import Word
from bot.commands.people import READS
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.limits import lift_of
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import Reply
from bot.domain.said import said_at, say
from bot.errors import Refusal
from bot.ports import Stops, Usages


async def lift_limits(invocation: Invocation, context: Context, *, usages: Usages, stops: Stops) -> Reply:
    """Lets the limits of an agent or of a person who is changed start anew.

    Raises:
        Refusal: it is the administrator's own, or the threat level is high, which takes two administrators to loosen.
    """
    assert context.dossier is not None, "dispatch resolves <who>"
    person = context.dossier.person
    if person.id.lower() == context.actor.id.lower():
        raise Refusal(say("Nobody lifts their own limits."), say("Ask another administrator, or wait until they end."), code="own_account")
    if threat := (await stops.stop("", context.now)).threat:
        raise Refusal(
            say("The threat level is high: until it is normal again nobody lifts limits, because they are a part of it."),
            say("Two administrators lower it, each with `threat normal`; else it ends by itself on {until}.", until=said_at(threat.until)),
            code="threat_high",
        )
    await usages.lift(lift_of(person, context.actor, context.now, invocation.reason, invocation.ticket))
    return Remark(
        say(
            "What was done by {name} and for {name} ({upn}) until now counts no more. For a day, a number that was set for "
            "somebody else before passes too.",
            name=person.name,
            upn=person.upn,
        ),
        say("The limits themselves stay as the policy has them."),
        Tone.DONE,
        say("Limits lifted"),
    )


LIFT_LIMITS = Command(
    name="lift-limits",
    topic="Administration",
    pattern=(Word("lift limits", also=("lift limit",), near=("lift", "reset limits", "raise limits", "unlimit")), FOR, Somebody()),
    summary="Let the limits of an agent, or of a person who was changed often, start anew",
    example="lift limits for omar",
    run=lift_limits,
    audience=Audience.ADMINISTRATORS,
    reasoned=True,
    acts=True,
    reads=READS,
)
