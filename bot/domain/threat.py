"""The threat level: while it is high, policy is tighter for everything that does more than take access away. Pure.

`tightened` is the only thing that a level does: it takes a policy and gives one that allows nothing more and demands nothing less. One
administrator raises it; two have to agree that it is over, or it ends by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import ChangeKind
from bot.domain.high import High
from bot.domain.need import Need
from bot.domain.people import Actor
from bot.domain.phone import mask_text
from bot.domain.policy import ALLOWED, Decision, Reason
from bot.domain.proof import LONGEST_VALID, ProofNeed, combined
from bot.domain.remarks import LogNote
from bot.domain.rules import Limits, Policy
from bot.domain.said import join, said_at, say, say_count
from bot.domain.stop import Threat, because

#: How long a raised level lasts when nobody says otherwise.
RAISED_FOR = timedelta(hours=24)
#: Longer than this is a policy, and belongs into the file.
LONGEST = timedelta(days=7)
#: The second administrator has to agree within this time.
AGREE_WITHIN = timedelta(minutes=15)
#: What stands where rules are named that decided.
HIGH_RULE = say("Threat level high")
#: For cards as long as nobody can say how the level stands, and the policy wants it taken as high.
UNKNOWN = Threat("", "", datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def tightened(policy: Policy, threat: Threat | None) -> Policy:
    """The policy as it holds at a threat level: no request is allowed by it that was not before, and none needs less."""
    return replace(policy, limits=tightened_limits(policy.limits, policy.high, threat), threat=threat) if threat else policy


def tightened_limits(limits: Limits, high: High, threat: Threat | None) -> Limits:
    """The limits as they hold at a threat level."""
    both = [most for most in (limits.target_per_day, high.target_per_day) if most]
    return replace(limits, target_per_day=min(both, default=0)) if threat else limits


def holds(policy: Policy, more: Collection[ChangeKind], need: Need) -> Decision:
    """Whether what was asked for before is all that this policy's threat level demands; without one it is.

    Args:
        more: the kinds of change by which it does more than take access away.
        need: what it waits for, or was agreed to with.
    """
    if policy.threat is None or not more:
        return ALLOWED
    if not policy.high.refuses.isdisjoint(more):
        return refused(policy.threat)
    if need.approvals < policy.least_approvals:
        return Decision(
            False,
            Reason.NEEDS_MORE_AGREEMENT,
            say_count(
                policy.least_approvals,
                "The threat level is high: {count} other person has to agree to this, and it was asked for with fewer.",
                "The threat level is high: {count} other people have to agree to this, and it was asked for with fewer.",
            ),
            say("It has to be asked for anew."),
            rules=(HIGH_RULE,),
        )
    if policy.least_tier and ChangeKind.BULK not in more and not need.proof.covers(least := _of_tier(policy)):
        return Decision(
            False,
            Reason.NEEDS_MORE_AGREEMENT,
            say("The threat level is high: this needs {proof}, and it was asked for without.", proof=least.in_words),
            say("It has to be asked for anew."),
            rules=(HIGH_RULE,),
        )
    return ALLOWED


def least_proof(policy: Policy, need: ProofNeed) -> ProofNeed:
    """What has to be proved, as a threat level has it: by a proof of its tier at least, for which nobody stands in."""
    if not policy.least_tier:
        return need
    least = _of_tier(policy)
    if need.covers(least) and not need.or_approvals:
        return need
    return combined((need, least if need else replace(least, valid_for=policy.proof.valid_for)))


def _of_tier(policy: Policy) -> ProofNeed:
    return ProofNeed(tier=policy.least_tier, count=1, valid_for=LONGEST_VALID, rules=(HIGH_RULE,))


def by_level(decision: Decision) -> bool:
    """Whether it is a no that the threat level has brought about: what waits has to be asked for anew then."""
    return not decision.allowed and HIGH_RULE in decision.rules


def refused(threat: Threat) -> Decision:
    """Nobody gets this while the level is high; who raised it and why is not for everybody who reads what became of an operation."""
    return Decision(
        False,
        Reason.THREAT_HIGH,
        say("The threat level is high since {at}: until it is normal again I do this for nobody.", at=said_at(threat.since)),
        say(
            "It ends on {until}, or as soon as two administrators agree. What only takes access away is done as always.",
            until=said_at(threat.until),
        ),
        rules=(HIGH_RULE,),
    )


class Word(Enum):
    """What an administrator's word to lower the level comes to."""

    FIRST = auto()  # another one has to agree
    TWICE = auto()  # theirs is known already
    AGREED = auto()  # it is normal again


def heard(threat: Threat, by_id: str, at: datetime, admins: Collection[str]) -> Word:
    """What this administrator's word comes to.

    Args:
        admins: who is an administrator at this moment, by object id in small letters; the word of nobody else counts.
    """
    known = threat.word_at is not None and at - threat.word_at <= AGREE_WITHIN and threat.word_id.lower() in admins
    if not known:
        return Word.FIRST
    return Word.TWICE if threat.word_id.lower() == by_id.lower() else Word.AGREED


def agree_by(threat: Threat) -> datetime:
    """Until when another administrator may agree to a word that is known: for a while, and never longer than the level lasts."""
    assert threat.word_at is not None, "a word is known"
    return min(threat.word_at + AGREE_WITHIN, threat.until)


def word_of(threat: Threat, by: Actor, at: datetime) -> Threat:
    """The level once its first administrator wants it lowered."""
    return replace(threat, word_id=by.id, word_name=by.name, word_at=at)


def raised_event(threat: Threat, at: datetime, ticket: str = "") -> AuditEvent:
    """For the trail: who raised the level until when."""
    facts = {"text": f"high until {said_at(threat.until)}", "reason": threat.reason, "ticket": ticket}
    return AuditEvent(Tag.CHAT_THREAT_RAISED, at, threat.by_id, threat.by_name, facts=facts)


def raised_post(threat: Threat, high: High, at: datetime, ticket: str = "") -> LogNote:
    """For the channels: who raised the level, and what that means."""
    text = say(
        "{name} raised the threat level{because}. It is high until {until}.",
        name=threat.by_name,
        because=because(threat.reason),
        until=said_at(threat.until),
    )
    hint = join(" ", (say("{label}: {value}.", label=label, value=value) for label, value in high.in_words if value))
    return LogNote(HIGH_RULE, text, hint, at, grave=True, ticket=ticket)


def worded_event(by: Actor, at: datetime, reason: str, ticket: str = "") -> AuditEvent:
    """For the trail: one administrator wants the level lowered."""
    return AuditEvent(Tag.CHAT_THREAT_WORDED, at, by.id, by.name, facts={"reason": mask_text(reason), "ticket": ticket})


def worded_post(threat: Threat, by: Actor, at: datetime, reason: str, ticket: str = "") -> LogNote:
    """For the channels: a second administrator has to agree to this word, which the level knows by now."""
    text = say(
        "{name} wants the threat level lowered{because}. It stays high until another administrator agrees.",
        name=by.name,
        because=because(mask_text(reason)),
    )
    hint = say("Another administrator types `threat normal` by {at}.", at=said_at(agree_by(threat)))
    return LogNote(say("Threat level"), text, hint, at, ticket=ticket)


def lowered_event(at: datetime, by: Actor | None = None, reason: str = "", ticket: str = "") -> AuditEvent:
    """For the trail: who ended the high level, or that its time was over."""
    if by is None:
        return AuditEvent(Tag.CHAT_THREAT_LOWERED, at, facts={"text": "its time was over"})
    return AuditEvent(Tag.CHAT_THREAT_LOWERED, at, by.id, by.name, facts={"reason": mask_text(reason), "ticket": ticket})


def lowered_post(threat: Threat, at: datetime, by: Actor | None = None, reason: str = "", ticket: str = "") -> LogNote:
    """For the channels: who ended the high level, or that its time was over."""
    if by is None:
        text = say("The threat level is normal again: the time for which {name} raised it is over.", name=threat.by_name)
    else:
        text = say(
            "{first} and {second} lowered the threat level, which was high since {since}{because}. It is normal again.",
            first=threat.word_name,
            second=by.name,
            since=said_at(threat.since),
            because=because(mask_text(reason)),
        )
    return LogNote(say("Threat level normal"), text, at=at, ticket=ticket)
