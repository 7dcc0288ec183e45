"""The threat level: one administrator raises it, two lower it, and whoever works here may ask how it stands."""

from __future__ import annotations

from datetime import timedelta

from bot.commands.grammar.arguments import FOR
from bot.commands.grammar.dutch import ways
from bot.commands.grammar.kinds import Optional, Token, Word
from bot.commands.grammar.lengths import MOST_WORDS, Duration
from bot.commands.spec import Audience, Command, Context, Invocation
from bot.domain.approvers import MOST_HOLDERS, same_person
from bot.domain.phone import mask_text
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import Reply
from bot.domain.said import join, said_at, say
from bot.domain.stop import Threat, because
from bot.domain.threat import HIGH_RULE, LONGEST, RAISED_FOR, agree_by, heard
from bot.domain.threat import Word as Counts
from bot.errors import DirectoryError, Refusal
from bot.ports import Directory, Stops

_NORMAL = say("Threat level normal")


async def high(invocation: Invocation, context: Context, *, stops: Stops) -> Reply:
    """Raises the level, or prolongs a high one.

    Raises:
        Refusal: nobody said why, or it would last too long.
    """
    reason, lasting = _reason_and_time(invocation)
    if not reason:
        raise Refusal(
            say("The threat level is raised for a reason, which every card of the helpdesk then shows."),
            say("Type `threat high because …`, and `for 48 hours` before or behind it if it should last longer than a day."),
            code="needs_reason",
        )
    if not lasting or lasting > LONGEST:
        raise Refusal(
            say("A high threat level lasts a minute at least and {days} days at most.", days=LONGEST.days),
            say("What should hold for longer belongs into the policy."),
            code="threat_length",
        )
    actor, now = context.actor, context.now
    kept = await stops.raise_threat(Threat(actor.id, actor.name, now, now + lasting, reason), invocation.ticket)
    return Remark(
        say("The threat level is high until {until}. The helpdesk's cards say so, and the channels are told.", until=said_at(kept.until)),
        say("Two administrators end it sooner, each with `threat normal`. `threat` says what it means."),
        Tone.DONE,
        HIGH_RULE,
    )


def _reason_and_time(invocation: Invocation) -> tuple[str, timedelta]:
    """Why, masked, and for how long: said before the reason, or behind it."""
    reason, said = invocation.reason.strip(), invocation.args.get("time")
    if isinstance(said, timedelta):
        return mask_text(reason), said
    words = reason.split()
    for length in range(1, MOST_WORDS + 1):
        if len(words) > length + 1 and words[-length - 1].lower() in ways(FOR.text):
            tokens = [Token(word, word.lower(), 0, 0) for word in words[-length:]]
            for match in Duration().match(tokens, 0, near=False):
                lasting = dict(match.values)["time"]
                if match.end == length and isinstance(lasting, timedelta):
                    return mask_text(" ".join(words[: -length - 1])), lasting
    return mask_text(reason), RAISED_FOR


async def normal(invocation: Invocation, context: Context, *, stops: Stops, directory: Directory) -> Reply:
    """An administrator's word that it is over; the second one's lowers the level.

    Raises:
        Refusal: it is normal already, there is nobody who could agree, or the word is known.
        DirectoryError: Graph cannot say who the administrators are.
    """
    threat = (await stops.stop("", context.now)).threat
    if threat is None:
        raise _not_high()
    admins = await _administrators(directory, context)
    if not admins - {context.actor.id.lower()}:
        raise Refusal(
            say("Two administrators lower the threat level, and there is none besides you."),
            say("It ends by itself on {until}.", until=said_at(threat.until)),
            code="nobody_can_approve",
        )
    if heard(threat, context.actor.id, context.now, admins) is Counts.AGREED:
        await _require_somebody_else(directory, context.actor.id, threat)
    taken = await stops.lower_threat(context.actor, context.now, admins, invocation.reason, invocation.ticket)
    if taken is None:
        raise _not_high()
    threat, counts = taken
    match counts:
        case Counts.AGREED:
            text = say("The threat level is normal again: {first} and you agree.", first=threat.word_name)
            return Remark(text, "", Tone.DONE, _NORMAL)
        case Counts.TWICE:
            raise Refusal(
                say("You have said so already; another administrator has to agree."),
                say("It is to be typed by {at}, or said by both of you anew.", at=said_at(agree_by(threat))),
                code="already_counted",
            )
    return Remark(
        say("Noted. The threat level stays high until another administrator agrees."),
        _otherwise(threat),
        title=say("Threat level"),
    )


def _otherwise(threat: Threat) -> str:
    """Until when another administrator may agree, and what happens if none does."""
    at, until = said_at(agree_by(threat)), said_at(threat.until)
    if agree_by(threat) == threat.until:
        return say("They type `threat normal`, or it ends by itself on {until}.", until=until)
    return say("They type `threat normal` by {at}. Otherwise it ends by itself on {until}.", at=at, until=until)


async def _require_somebody_else(directory: Directory, actor_id: str, threat: Threat) -> None:
    """Raises Refusal where Entra ID shows that the second administrator's account is another one of the first."""
    mine, theirs = await directory.marks([actor_id, threat.word_id])
    shared = [mark for mark in mine if mark.key in {other.key for other in theirs}]
    for mark, holders in zip(shared, await directory.holders(shared), strict=True):
        if len(holders) <= MOST_HOLDERS:
            decision = same_person(mark, threat.word_name)
            raise Refusal(decision.text, decision.hint, code=decision.reason.value)


async def _administrators(directory: Directory, context: Context) -> set[str]:
    """Whose word counts at this moment, by object id in small letters; raises DirectoryError."""
    members = await directory.members(frozenset({context.installation.admins}))
    return {person.id.lower() for person in members if person.enabled and not person.guest}


async def _wanted_by(threat: Threat, directory: Directory, context: Context) -> str:
    """Who wants it lowered, in a sentence; empty where that word does not count, or Entra ID cannot say whether it does."""
    if threat.word_at is None or context.now > agree_by(threat):
        return ""
    try:
        admins = await _administrators(directory, context)
    except DirectoryError:
        return ""
    if threat.word_id.lower() not in admins:
        return ""
    return say("{name} wants it lowered since {at}.", name=threat.word_name, at=said_at(threat.word_at))


def _not_high() -> Refusal:
    return Refusal(say("The threat level is normal."), say("An administrator raises it with `threat high because …`."), code="not_high")


async def level(invocation: Invocation, context: Context, *, stops: Stops, directory: Directory) -> Reply:
    """How the level stands, and what it means."""
    threat = (await stops.stop("", context.now)).threat
    if threat is None:
        return Remark(say("The threat level is normal."), say("An administrator raises it with `threat high because …`."), title=_NORMAL)
    text = say(
        "{name} raised the threat level{because}. It is high until {until}.",
        name=threat.by_name,
        because=because(threat.reason),
        until=said_at(threat.until),
    )
    word = await _wanted_by(threat, directory, context)
    ending = say("Two administrators end it sooner, each with `threat normal`.")
    return Remark(text, join(" ", (word, ending)), Tone.INFO, HIGH_RULE, context.installation.high.in_words)


THREAT_HIGH = Command(
    name="threat-high",
    topic="Administration",
    pattern=(Word("threat high", also=("threat level high",), near=("raise threat", "threat on")), Optional((FOR, Duration()))),
    summary="Demand more for every change, for 24 hours or as long as you say; a reason has to be given",
    example="threat high because a wave of calls, INC0042",
    run=high,
    audience=Audience.ADMINISTRATORS,
    reasoned=True,
    acts=True,
)

THREAT_NORMAL = Command(
    name="threat-normal",
    topic="Administration",
    pattern=(Word("threat normal", also=("threat level normal",), near=("lower threat", "threat low", "threat off")),),
    summary="Say that a high threat level is over; a second administrator has to agree within 15 minutes",
    example="threat normal",
    run=normal,
    audience=Audience.ADMINISTRATORS,
    reasoned=True,
    acts=True,
)

THREAT = Command(
    name="threat",
    topic="Stopping",
    pattern=(Word("threat", also=("threat level",)),),
    summary="How the threat level stands, and what that means for what you ask for",
    example="threat",
    run=level,
    audience=Audience.STAFF,
)
