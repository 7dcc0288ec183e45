"""How much is too much: what was done lately, against the policy's limits. Pure; counts go in, a decision comes out.

A limit counts what was confirmed, not what was merely asked for, and a lift by an administrator makes the counts start anew. What only
takes access away has a count of its own, so that nothing else that was done keeps anybody from it. What counts as done is chosen by the
queries of `store.limit_counts`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.people import Actor, Person
from bot.domain.phone import digits, mask_text
from bot.domain.policy import ALLOWED, Decision, Reason
from bot.domain.remarks import LogNote
from bot.domain.rules import Limits
from bot.domain.said import join, said_at, said_day, say, say_count
from bot.domain.stop import because

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

#: Nothing is counted and nothing raises an alarm.
NO_LIMITS = Limits(
    target_per_day=0,
    agent_per_hour=0,
    same_number="allow",
    refusals_per_hour=0,
    team_per_day=0,
    requests_per_hour=0,
    contain_per_hour=0,
    freezes_per_hour=0,
)


@dataclass(frozen=True, slots=True)
class SetBefore:
    """A number of this request was set for another person: whose it was meant to be, and when."""

    name: str
    upn: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Usage:
    """What was confirmed lately by one agent and for one person, and what their limits were lifted for.

    Attributes:
        target, agent: when each of the newest changes was confirmed: for this person, and by this agent.
        requests: when this agent confirmed each of the newest that somebody else had to agree to, whatever became of them.
        contained: when this agent confirmed each of the newest operations that only take access away, whatever became of them.
        target_lifted, agent_lifted: when an administrator last lifted the limits of either.
        before: the newest time at which a number of this request was set for somebody else; None where policy allows that.
    """

    target: tuple[datetime, ...] = ()
    agent: tuple[datetime, ...] = ()
    requests: tuple[datetime, ...] = ()
    contained: tuple[datetime, ...] = ()
    target_lifted: datetime | None = None
    agent_lifted: datetime | None = None
    before: SetBefore | None = None


@dataclass(frozen=True, slots=True)
class Lift:
    """An administrator lets somebody's counts start anew, as agent and as target.

    Attributes:
        reason: masked; may be empty.
    """

    person: Person
    by: Actor
    at: datetime
    reason: str = ""
    ticket: str = ""


def number_digest(number: str) -> str:
    """What the store keeps of a number to recognise it by; an extension makes it another number.

    Whoever has the digest can try every number in seconds, so it protects no better than the operation's own row, which has the number
    in full for as long. It is there so that the lookup needs no second copy of it.
    """
    return hashlib.sha256(digits(number).encode()).hexdigest()


def digests(changes: Iterable[Change]) -> frozenset[str]:
    """The digests of all numbers that these changes would set."""
    return frozenset(number_digest(change.after) for change in changes if change.kind is ChangeKind.SET_PHONE and change.after)


def reached(times: Iterable[datetime], most: int, window: timedelta, now: datetime, lifted: datetime | None = None) -> datetime | None:
    """When a limit that is reached now lets the next one through; None when it is not reached.

    Args:
        times: when each was done; those before the window or before the lift do not count.
        most: how many the window may hold; 0 for any number.
    """
    counted = sorted((at for at in times if at > now - window and not (lifted and at <= lifted)), reverse=True)
    return counted[most - 1] + window if 0 < most <= len(counted) else None


def check(
    limits: Limits,
    usage: Usage,
    target: Person,
    agent: Actor,
    now: datetime,
    *,
    asks_others: bool = False,
    contains: bool = False,
    high: bool = False,
) -> Decision:
    """Whether one more operation on this person by this agent keeps within the limits; the sentence speaks to the agent.

    Args:
        asks_others: somebody else has to agree to it.
        contains: it only takes access away, so its own limit alone holds.
        high: these are the limits of a high threat level.
    """
    if contains:
        return _check_containment(limits, usage, agent, now)
    if ends := reached(usage.target, limits.target_per_day, DAY, now, usage.target_lifted):
        return Decision(
            False,
            Reason.LIMIT,
            say_count(
                limits.target_per_day,
                "{count} change of {name} within 24 hours is the limit, and that many were confirmed. It ends on {at}.",
                "{count} changes of {name} within 24 hours is the limit, and that many were confirmed. It ends on {at}.",
                name=target.name,
                at=_ends_at(ends),
            ),
            join(
                " ",
                (
                    say("The threat level is high, so it is fewer than usual.") if high else "",
                    say("If so many changes are right, tell an administrator why."),
                    _sooner(target.upn),
                ),
            ),
        )
    if ends := reached(usage.agent, limits.agent_per_hour, HOUR, now, usage.agent_lifted):
        return Decision(
            False,
            Reason.LIMIT,
            say_count(
                limits.agent_per_hour,
                "{count} change by one agent within an hour is the limit, and you confirmed that many. It ends on {at}.",
                "{count} changes by one agent within an hour is the limit, and you confirmed that many. It ends on {at}.",
                at=_ends_at(ends),
            ),
            _sooner(agent.name),
        )
    if asks_others and (ends := reached(usage.requests, limits.requests_per_hour, HOUR, now, usage.agent_lifted)):
        return Decision(
            False,
            Reason.LIMIT,
            say_count(
                limits.requests_per_hour,
                "{count} request for somebody's approval by one agent within an hour is the limit, and you confirmed that many, "
                "whatever became of them. It ends on {at}.",
                "{count} requests for somebody's approval by one agent within an hour is the limit, and you confirmed that many, "
                "whatever became of them. It ends on {at}.",
                at=_ends_at(ends),
            ),
            _sooner(agent.name),
        )
    if limits.same_number == "refuse" and usage.before and not _lets_pass(usage, usage.before, now):
        return Decision(
            False,
            Reason.LIMIT,
            said_before(usage.before),
            say(
                "Make sure whose number it is. If both share it, an administrator can let it pass for a day with `lift limits for {upn}`.",
                upn=target.upn,
            ),
        )
    return ALLOWED


def _check_containment(limits: Limits, usage: Usage, agent: Actor, now: datetime) -> Decision:
    ends = reached(usage.contained, limits.contain_per_hour, HOUR, now, usage.agent_lifted)
    if not ends:
        return ALLOWED
    return Decision(
        False,
        Reason.CONTAIN_LIMIT,
        say_count(
            limits.contain_per_hour,
            "One agent takes access away {count} time within an hour at the most, and you confirmed that many. It ends on {at}.",
            "One agent takes access away {count} times within an hour at the most, and you confirmed that many. It ends on {at}.",
            at=_ends_at(ends),
        ),
        join(" ", (say("A colleague can go on at once."), _sooner(agent.name))),
    )


def may_freeze(limits: Limits, others: Iterable[datetime], agent_name: str, now: datetime, lifted: datetime | None) -> Decision:
    """Whether this agent may freeze one more person by typing; a suspicious call is not asked about.

    Args:
        others: when the agent last froze each other person so.
    """
    ends = reached(others, limits.freezes_per_hour, HOUR, now, lifted)
    if not ends:
        return ALLOWED
    return Decision(
        False,
        Reason.FREEZE_LIMIT,
        say_count(
            limits.freezes_per_hour,
            "One agent freezes {count} person within an hour at the most, and you froze that many. It ends on {at}.",
            "One agent freezes {count} people within an hour at the most, and you froze that many. It ends on {at}.",
            at=_ends_at(ends),
        ),
        join(
            " ",
            (
                say("The button Suspicious call always freezes. If many people are in danger, ask an administrator to type `pause`."),
                _sooner(agent_name),
            ),
        ),
    )


def warnings(limits: Limits, usage: Usage) -> tuple[str, ...]:
    """What is worth a second look before the click. No number stands here: warnings are shown to everybody."""
    return (said_before(usage.before),) if usage.before and limits.same_number != "allow" else ()


def said_before(before: SetBefore) -> str:
    """For whom the number was set before, in a sentence."""
    day = said_day(before.at.astimezone(UTC))
    return say("This number was set for another person, {name}, on {day}.", name=before.name or before.upn, day=day)


def lifted_event(lift: Lift) -> AuditEvent:
    """For the trail: who lifted whose limits."""
    facts = {"target_upn": lift.person.upn, "reason": lift.reason, "ticket": lift.ticket}
    return AuditEvent(Tag.CHAT_LIMITS_LIFTED, lift.at, lift.by.id, lift.by.name, target_id=lift.person.id, facts=facts)


def lifted_post(lift: Lift) -> LogNote:
    """For the log channel: who lifted whose limits."""
    return LogNote(
        say("Limits lifted"),
        say(
            "{by} lifted the limits of {name} ({upn}){because}. What was done before counts no more.",
            by=lift.by.name,
            name=lift.person.name,
            upn=lift.person.upn,
            because=because(lift.reason),
        ),
        at=lift.at,
        ticket=lift.ticket,
    )


def lift_of(person: Person, by: Actor, at: datetime, reason: str, ticket: str) -> Lift:
    """A lift as it begins; the reason is masked here."""
    return Lift(person, by, at, mask_text(reason), ticket)


def _lets_pass(usage: Usage, before: SetBefore, now: datetime) -> bool:
    """Whether an administrator knew of it: lifted after it, and no longer than a day ago."""
    return usage.target_lifted is not None and usage.target_lifted >= before.at and usage.target_lifted > now - DAY


def _sooner(who: str) -> str:
    return say("An administrator can end it sooner with `lift limits for {who}`, but not while the threat level is high.", who=who)


def _ends_at(at: datetime) -> str:
    """To the full minute, never too early."""
    return said_at(at + timedelta(seconds=60) - timedelta(microseconds=1))
