"""What holds changes back: a pause (all of them), a freeze (those of one person), a threat level (policy is tighter, `domain.threat`).

Each beats whatever would allow a change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.life import ID_ALPHABET
from bot.domain.people import Actor, Person
from bot.domain.phone import mask_text
from bot.domain.remarks import LogNote
from bot.domain.said import join, said_at, say, say_count

#: How long a freeze lasts when nobody says otherwise, and after a suspicious call.
FREEZE_FOR = timedelta(hours=24)
#: Longer than this is a decision for Entra ID (disable the account), not for a helpdesk bot.
LONGEST_FREEZE = timedelta(days=30)
REFERENCE_LENGTH = 12
#: So many of the people whose freezes ended together are named.
MOST_NAMES = 10


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is changed for anybody until an administrator types `resume`.

    Attributes:
        reason: masked; may be empty.
    """

    by_id: str
    by_name: str
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Freeze:
    """Nobody changes this person until it ends.

    Attributes:
        by_id, by_name: who reported a suspicious call first; without one, who froze last.
        reason: masked; may be empty.
        suspicious: a caller who may not be this person was reported.
        shared: more than one colleague froze this person, so none of them can undo it alone.
        not_by: object ids of those who may not end it: whoever asked for or agreed to a change of which the person said that it was not
            theirs, and the person.
    """

    target_id: str
    name: str
    upn: str
    by_id: str
    by_name: str
    since: datetime
    until: datetime
    reason: str = ""
    suspicious: bool = False
    shared: bool = False
    not_by: tuple[str, ...] = ()

    def then(self, later: Freeze) -> Freeze:
        """This freeze repeated by `later`: never shorter, never less suspicious."""
        named = self if self.suspicious else later
        return replace(
            later,
            by_id=named.by_id,
            by_name=named.by_name,
            since=self.since,
            until=max(self.until, later.until),
            reason=self.reason if self.suspicious and not later.suspicious else later.reason or self.reason,
            suspicious=self.suspicious or later.suspicious,
            shared=self.shared or self.by_id != later.by_id,
            not_by=tuple(dict.fromkeys((*self.not_by, *later.not_by))),
        )


@dataclass(frozen=True, slots=True)
class Threat:
    """The threat level is high until it ends, or until two administrators agree that it is over.

    Attributes:
        by_id, by_name: who raised it last; empty where nobody can say how the level stands, and it counts as high.
        since: when it was raised first.
        reason: masked.
        word_id, word_name, word_at: the administrator who wants it lowered, and since when; a second one has to agree.
    """

    by_id: str
    by_name: str
    since: datetime
    until: datetime
    reason: str = ""
    word_id: str = ""
    word_name: str = ""
    word_at: datetime | None = None

    def then(self, later: Threat) -> Threat:
        """This level raised again by `later`: never shorter, and nobody's word to lower it counts any more."""
        return replace(later, since=self.since, until=max(self.until, later.until))


@dataclass(frozen=True, slots=True)
class Stop:
    """What holds a change back at this moment; ended freezes and an ended threat level are not in it."""

    pause: Pause | None = None
    freeze: Freeze | None = None
    threat: Threat | None = None


#: Nothing stops anything.
GO = Stop()


def freeze_of(person: Person, by: Actor, now: datetime, until: datetime, reason: str = "", *, suspicious: bool = False) -> Freeze:
    """A freeze as it begins; the reason is masked here."""
    return Freeze(person.id, person.name, person.upn, by.id, by.name, now, until, mask_text(reason), suspicious)


def reference_to(object_id: str) -> str:
    """What a card carries instead of a person: short, always the same for one account, and nothing can be read from it."""
    number = int.from_bytes(hashlib.sha256(object_id.lower().encode()).digest())
    letters = []
    for _ in range(REFERENCE_LENGTH):
        number, digit = divmod(number, len(ID_ALPHABET))
        letters.append(ID_ALPHABET[digit])
    return "".join(letters)


def because(reason: str) -> str:
    """The reason as the rest of a sentence; empty when none was given."""
    return say(" because {reason}", reason=reason.rstrip(".")) if reason else ""


def frozen_event(freeze: Freeze, at: datetime, ticket: str = "") -> AuditEvent:
    """For the trail: who froze whom until when."""
    tag = Tag.CHAT_CALL_SUSPECTED if freeze.suspicious else Tag.CHAT_PERSON_FROZEN
    facts = {
        "target_upn": freeze.upn,
        "text": f"frozen until {said_at(freeze.until)}",
        "until": freeze.until.isoformat(),
        "reason": freeze.reason,
        "ticket": ticket,
    }
    return AuditEvent(tag, at, freeze.by_id, freeze.by_name, target_id=freeze.target_id, facts=facts)


def frozen_post(freeze: Freeze, at: datetime, ticket: str = "") -> LogNote:
    """For the log channel: who froze whom until when."""
    if freeze.suspicious:
        return LogNote(
            say("Suspicious call"),
            say(
                "{by} reports a suspicious call about {name} ({upn}). Nobody can change this person until {at}{because}.",
                by=freeze.by_name,
                name=freeze.name,
                upn=freeze.upn,
                at=freeze.until,
                because=because(freeze.reason),
            ),
            say("If somebody calls in this name, treat it as an attack. Undo it with unfreeze."),
            at,
            grave=True,
            ticket=ticket,
        )
    return LogNote(
        say("Frozen"),
        say(
            "{by} froze {name} ({upn}) until {at}{because}. Nobody can change this person until then.",
            by=freeze.by_name,
            name=freeze.name,
            upn=freeze.upn,
            at=said_at(freeze.until),
            because=because(freeze.reason),
        ),
        at=at,
        ticket=ticket,
    )


def unfrozen_event(freeze: Freeze, by: Actor, at: datetime, reason: str, ticket: str = "") -> AuditEvent:
    """For the trail: who ended the freeze."""
    facts = {"target_upn": freeze.upn, "reason": mask_text(reason), "ticket": ticket}
    return AuditEvent(Tag.CHAT_PERSON_UNFROZEN, at, by.id, by.name, target_id=freeze.target_id, facts=facts)


def unfrozen_post(freeze: Freeze, by: Actor, at: datetime, reason: str, ticket: str = "") -> LogNote:
    """For the log channel: who ended the freeze."""
    kind = say("after a suspicious call") if freeze.suspicious else say("frozen by {name}", name=freeze.by_name)
    text = say(
        "{by} unfroze {name} ({upn}), {kind}{because}.",
        by=by.name,
        name=freeze.name,
        upn=freeze.upn,
        kind=kind,
        because=because(mask_text(reason)),
    )
    return LogNote(say("Unfrozen"), text, at=at, ticket=ticket)


def all_unfrozen_post(
    ended: Sequence[Freeze], shared: Sequence[Freeze], agent: Person, by: Actor, at: datetime, reason: str, ticket: str
) -> LogNote:
    """For the log channel: who ended all the freezes of an agent.

    Args:
        shared: those of the agent's that stay.
    """
    text = say_count(
        len(ended),
        "{by} ended {count} freeze by {agent}{because}: {names}.",
        "{by} ended {count} freezes by {agent}{because}: {names}.",
        by=by.name,
        agent=agent.name,
        because=because(mask_text(reason)),
        names=whom(ended),
    )
    return LogNote(say("Unfrozen"), join(" ", (text, staying(shared))), at=at, ticket=ticket)


def staying(shared: Sequence[Freeze]) -> str:
    """Which of an agent's freezes stay, in a sentence; empty when there are none."""
    if not shared:
        return ""
    return say_count(
        len(shared),
        "{count} stays, because a colleague froze this person too: {names}.",
        "{count} stay, because a colleague froze these people too: {names}.",
        names=whom(shared),
    )


def whom(freezes: Sequence[Freeze]) -> str:
    """The people who are frozen so, some of them by name."""
    names = join(", ", (freeze.name for freeze in freezes[:MOST_NAMES]))
    return say("{names} and {count} more", names=names, count=len(freezes) - MOST_NAMES) if len(freezes) > MOST_NAMES else names


def paused_event(pause: Pause, ticket: str = "") -> AuditEvent:
    """For the trail: who paused everything."""
    return AuditEvent(Tag.CHAT_CHANGES_PAUSED, pause.since, pause.by_id, pause.by_name, facts={"reason": pause.reason, "ticket": ticket})


def paused_post(pause: Pause, ticket: str = "") -> LogNote:
    """For the log channel: who paused everything."""
    text = say(
        "{name} paused Doorman{because}. Nothing is changed until an administrator types resume.",
        name=pause.by_name,
        because=because(pause.reason),
    )
    return LogNote(say("Paused"), text, at=pause.since, grave=True, ticket=ticket)


def resumed_event(by: Actor, at: datetime, reason: str, ticket: str = "") -> AuditEvent:
    """For the trail: who ended the pause."""
    return AuditEvent(Tag.CHAT_CHANGES_RESUMED, at, by.id, by.name, facts={"reason": mask_text(reason), "ticket": ticket})


def resumed_post(pause: Pause, by: Actor, at: datetime, reason: str, ticket: str = "") -> LogNote:
    """For the log channel: who ended the pause."""
    text = say(
        "{by} ended the pause of {name} since {at}{because}. Changes are made again.",
        by=by.name,
        name=pause.by_name,
        at=said_at(pause.since),
        because=because(mask_text(reason)),
    )
    return LogNote(say("Resumed"), text, at=at, ticket=ticket)
