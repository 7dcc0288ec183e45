"""The freezes that failed proofs bring: after several, and at once when whoever has to know says that it is somebody else. Pure.

And what the log channel is told of proofs that are wanted too often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import AuditEvent, Tag
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.proof import ProofRules
from bot.domain.proving import FAILED_WITHIN, MOST_ASKED_A_DAY
from bot.domain.remarks import LogNote
from bot.domain.said import say, say_count
from bot.domain.stop import FREEZE_FOR, Freeze


@dataclass(frozen=True, slots=True)
class Lock:
    """A freeze that a failed proof brings.

    Attributes:
        after: so many failed proofs since `since` bring it; 0 for at once.
        post: for the log channel.
    """

    freeze: Freeze
    event: AuditEvent
    post: LogNote
    after: int
    since: datetime


def failures_lock(operation: Operation, rules: ProofRules, at: datetime) -> Lock:
    """Nobody is changed for a day after so many failed proofs: somebody goes on trying, and an administrator has to look."""
    reason = say_count(
        rules.fails, "{count} proof of the caller failed within 24 hours", "{count} proofs of the caller failed within 24 hours"
    )
    return _lock(operation, "", str(say("Doorman")), reason, at, rules.fails)


def refused_lock(operation: Operation, by_id: str, by_name: str, at: datetime) -> Lock:
    """Whoever was asked to vouch for the caller says that it is somebody else."""
    reason = say("{name} was asked whether the caller is real, and said no", name=by_name)
    return _lock(operation, by_id, by_name, reason, at, 0)


def asked_often(operation: Operation, person: Person, at: datetime) -> LogNote:
    """For the log channel: somebody is to be asked once more who was asked as often as one may be."""
    return LogNote(
        say("Asked too often"),
        say(
            "{name} was asked {count} times within 24 hours about callers, and is not asked again for now. {requester} tried to, for {id}.",
            name=person.name,
            count=MOST_ASKED_A_DAY,
            requester=operation.requester.name,
            id=operation.id,
        ),
        say("Somebody may be trying until they agree: ring {name}, at a number that the directory had before.", name=person.name),
        at,
        ticket=operation.ticket,
    )


def _lock(operation: Operation, by_id: str, by_name: str, reason: str, at: datetime, after: int) -> Lock:
    target = operation.target
    not_by = tuple(dict.fromkeys((target.id, operation.requester.id)))
    freeze = Freeze(target.id, target.name, target.upn, by_id, by_name, at, at + FREEZE_FOR, str(reason), True, True, not_by)
    facts = {"target_upn": target.upn, "text": "frozen: proofs failed", "reason": str(reason), "ticket": operation.ticket}
    event = AuditEvent(Tag.CHAT_PERSON_FROZEN, at, by_id, by_name, operation.id, target.id, facts)
    post = LogNote(
        say("The caller is not proved"),
        say(
            "{reason} ({id}, asked for by {requester}). Nobody can change {name} ({upn}) until {until}.",
            reason=reason,
            id=operation.id,
            requester=operation.requester.name,
            name=target.name,
            upn=target.upn,
            until=freeze.until,
        ),
        say("Treat whoever called as an attacker. An administrator ends the freeze with “unfreeze {upn}”.", upn=target.upn),
        at,
        grave=True,
        ticket=operation.ticket,
    )
    return Lock(freeze, event, post, after, at - FAILED_WITHIN)
