"""What the log channel is told without anybody asking: refusals of one agent, many resets in one team, one number for two people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bot.domain.exchange import LogNotice
from bot.domain.limits import SetBefore
from bot.domain.operation import Operation
from bot.domain.policy import Reason
from bot.domain.rules import Limits
from bot.domain.stop import said_at

#: Refusals that say nothing about whoever was refused: a part that was forgotten, a moment that was wrong, an agreement that is missing.
_HARMLESS = frozenset(
    {
        Reason.ALLOWED, Reason.PAUSED, Reason.NEEDS_REASON, Reason.NEEDS_TICKET, Reason.NOBODY_CAN_APPROVE, Reason.COUNTED,
        Reason.NEEDS_MORE_AGREEMENT,
    }
)  # fmt: skip
#: Refusals that mean something: somebody asked for what is not theirs to do. What else a refusal may be (a slip of the finger, a number
#: that does not exist, a card that came too late) has a code outside the policy's reasons, but for somebody else's card or history.
TELLING: frozenset[str] = (frozenset(Reason) - _HARMLESS) | {"not_requester", "not_ones_own"}


def refusals(limits: Limits, name: str, refused: Iterable[tuple[datetime, str]], now: datetime) -> LogNotice | None:
    """The notice about an agent who was refused too often, or None.

    Args:
        refused: time and code of each refusal in the last hour, whatever it means.
    """
    telling = sorted((at, code) for at, code in refused if code in TELLING)
    if not 0 < limits.refusals_per_hour <= len(telling):
        return None
    codes = ", ".join(f"{code.replace('_', ' ')} ({count})" for code, count in Counter(code for _, code in telling).most_common(5))
    who = name or "Somebody without a name"
    return LogNotice(
        "Repeated refusals",
        f"{who} was refused {len(telling)} times since {said_at(telling[0][0])}: {codes}.",
        f"Ask what was wanted. An administrator sees each of them with `history by {who}`. If it was not this person, have the account "
        "secured in Entra ID.",
        now,
        grave=True,
    )


def team(limits: Limits, operation: Operation, people: int, since: datetime, now: datetime) -> LogNotice | None:
    """The notice about many people of one department, or None; without a department there is no team.

    Args:
        operation: the change that was just confirmed.
        people: how many different people of its target's department it makes in 24 hours.
        since: when the first of these changes was confirmed.
    """
    department = operation.target.department.strip()
    if not department or not 0 < limits.team_per_day <= people:
        return None
    return LogNotice(
        "Many resets in one team",
        f"{people} people of {department[:80]} were changed, or are about to be, since {said_at(since)}; the last one is "
        f"{operation.target.name} ({operation.target.upn}), confirmed by {operation.requester.name}.",
        "Call the team's lead on a number you know. If nobody there can explain it, an administrator can type `pause`.",
        now,
        grave=True,
    )


def same_number(limits: Limits, operation: Operation, before: SetBefore | None, now: datetime) -> LogNotice | None:
    """The notice about a number that was set for somebody else before, or None where policy allows that."""
    if before is None or limits.same_number == "allow":
        return None
    number = next((change.masked().after for change in operation.changes if change.after), "")
    return LogNotice(
        "One number for two people",
        f"{operation.requester.name} confirmed the number {number} for {operation.target.name} ({operation.target.upn}). It was set for "
        f"{before.name} ({before.upn}) on {said_at(before.at)}.",
        f"Ask {operation.requester.name} how both can have it. If nobody can say, type `freeze {operation.target.upn}` and "
        f"`freeze {before.upn}`.",
        now,
        grave=True,
    )
