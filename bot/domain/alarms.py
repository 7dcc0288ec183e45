"""What the log channel is told without anybody asking: refusals of one agent, many resets in one team, one number for two people …"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bot.domain.limits import SetBefore
from bot.domain.operation import Operation
from bot.domain.policy import Reason
from bot.domain.remarks import LogNote
from bot.domain.rules import Limits
from bot.domain.said import join, said_at, say, say_count, say_each

#: Refusals that say nothing about whoever was refused: a part that was forgotten, a moment that was wrong, an agreement that is missing.
_HARMLESS = frozenset(
    {
        Reason.ALLOWED, Reason.PAUSED, Reason.NEEDS_REASON, Reason.NEEDS_TICKET, Reason.NOBODY_CAN_APPROVE, Reason.COUNTED,
        Reason.NEEDS_MORE_AGREEMENT, Reason.ONE_TIME_ONLY, Reason.THREAT_HIGH,
    }
)  # fmt: skip
#: Refusals that mean something: somebody asked for what is not theirs to do. What else a refusal may be (a slip of the finger, a number
#: that does not exist, a card that came too late) has a code outside the policy's reasons, but for somebody else's card or history.
TELLING: frozenset[str] = (frozenset(Reason) - _HARMLESS) | {"not_requester", "not_ones_own"}

#: Each of these in the words of whoever reads the log channel: what was tried, or what was in the way.
IN_WORDS = say_each({
    Reason.OTHER_TENANT: "from another organisation",
    Reason.NOT_A_MEMBER: "as a guest or a bot",
    Reason.DISABLED: "with a disabled account",
    Reason.NOT_HELPDESK: "not of the helpdesk",
    Reason.NOT_ADMIN: "not an administrator",
    Reason.NOT_ASKER: "not of those who may ask for it",
    Reason.NOT_APPROVER: "not of those who may agree to it",
    Reason.OWN_ACCOUNT: "about their own account",
    Reason.GUEST_TARGET: "about a guest",
    Reason.PRIVILEGED_TARGET: "about somebody with a directory role",
    Reason.RESTRICTED_TARGET: "about a restricted account",
    Reason.BREAK_GLASS_TARGET: "about an emergency account",
    Reason.HELPDESK_TARGET: "about somebody of the helpdesk",
    Reason.VIP_TARGET: "about a VIP",
    Reason.FROZEN: "about somebody who is frozen",
    Reason.NOT_FREEZER: "ending what somebody else froze",
    Reason.NO_RULE: "allowed by no rule",
    Reason.DENIED_BY_RULE: "forbidden by a rule",
    Reason.NOT_HERE: "in the wrong conversation",
    Reason.NOT_NOW: "at the wrong hour",
    Reason.OWN_REQUEST: "agreeing to their own request",
    Reason.ABOUT_APPROVER: "agreeing to what is about themselves",
    Reason.SAME_PERSON: "agreeing with a second account",
    Reason.VOUCHED: "agreeing after vouching for the caller",
    Reason.REVEALS_IT: "agreeing to what they are to reveal",
    Reason.AGREEMENT_LOST: "with an agreement that counts no more",
    Reason.LIMIT: "beyond a limit",
    Reason.CONTAIN_LIMIT: "taking access away from too many people",
    Reason.FREEZE_LIMIT: "freezing too many people",
    Reason.NO_MANAGER: "for somebody without a manager",
    Reason.NEEDS_PROOF: "without a proof of the caller",
    Reason.NOBODY_CAN_PROVE: "where no caller can be proved",
    "not_requester": "on somebody else's card",
    "not_ones_own": "about somebody else's request or history",
})  # fmt: skip


def refusals(limits: Limits, name: str, refused: Iterable[tuple[datetime, str]], now: datetime) -> LogNote | None:
    """The remark about an agent who was refused too often, or None.

    Args:
        refused: time and code of each refusal in the last hour, whatever it means.
    """
    telling = sorted((at, code) for at, code in refused if code in TELLING)
    if not 0 < limits.refusals_per_hour <= len(telling):
        return None
    often = Counter(code for _, code in telling).most_common(5)
    what = join(", ", (say("{what} ({count})", what=IN_WORDS[code], count=count) for code, count in often))
    who = name or say("somebody without a name")
    return LogNote(
        say("Repeated refusals"),
        say("{Who} was refused {count} times since {at}: {what}.", who=who, count=len(telling), at=said_at(telling[0][0]), what=what),
        say(
            "Ask what was wanted. An administrator sees each of them with `history by {who}`. If it was not this person, have the "
            "account secured in Entra ID.",
            who=who,
        ),
        now,
        grave=True,
    )


def beyond(limits: Limits, code: str, name: str, now: datetime) -> LogNote | None:
    """The remark about an agent who wanted to go beyond a limit on what stops people, which may itself be an attack; None for others.

    Args:
        code: of the refusal.
    """
    who = name or say("somebody without a name")
    undo = ""
    match code:
        case Reason.CONTAIN_LIMIT:
            title = say("Many people lose access")
            text = say_count(
                limits.contain_per_hour,
                "{Who} took access away {count} time within an hour, and wanted to go on.",
                "{Who} took access away {count} times within an hour, and wanted to go on.",
                who=who,
            )
        case Reason.FREEZE_LIMIT:
            title = say("Many people are frozen")
            text = say_count(
                limits.freezes_per_hour,
                "{Who} froze {count} person within an hour, and wanted to freeze more.",
                "{Who} froze {count} people within an hour, and wanted to freeze more.",
                who=who,
            )
            undo = say("An administrator can end these freezes with `unfreeze all by {who}`.", who=who)
        case _:
            return None
    hint = say(
        "Ask {who} what is happening. If so many are right, an administrator types `lift limits for {who}`; if it was not this person, "
        "have the account secured in Entra ID.",
        who=who,
    )
    return LogNote(title, text, join(" ", (hint, undo)), now, grave=True)


def team(limits: Limits, operation: Operation, people: int, since: datetime, now: datetime) -> LogNote | None:
    """The remark about many people of one department, or None; without a department there is no team.

    Args:
        operation: the change that was just confirmed.
        people: how many different people of its target's department it makes in 24 hours.
        since: when the first of these changes was confirmed.
    """
    department = operation.target.department.strip()
    if not department or not 0 < limits.team_per_day <= people:
        return None
    return LogNote(
        say("Many resets in one team"),
        say(
            "{people} people of {department} were changed, or are about to be, since {at}; the last one is {target} ({upn}), "
            "confirmed by {requester}.",
            people=people,
            department=department[:80],
            at=said_at(since),
            target=operation.target.name,
            upn=operation.target.upn,
            requester=operation.requester.name,
        ),
        say("Call the team's lead on a number you know. If nobody there can explain it, an administrator can type `pause`."),
        now,
        grave=True,
    )


def same_number(limits: Limits, operation: Operation, before: SetBefore | None, now: datetime) -> LogNote | None:
    """The remark about a number that was set for somebody else before, or None where policy allows that."""
    if before is None or limits.same_number == "allow":
        return None
    number = next((change.masked().after for change in operation.changes if change.after), "")
    return LogNote(
        say("One number for two people"),
        say(
            "{requester} confirmed the number {number} for {target} ({upn}). It was set for {before} ({before_upn}) on {at}.",
            requester=operation.requester.name,
            number=number or "",
            target=operation.target.name,
            upn=operation.target.upn,
            before=before.name,
            before_upn=before.upn,
            at=said_at(before.at),
        ),
        say(
            "Ask {requester} how both can have it. If nobody can say, type `freeze {upn}` and `freeze {before_upn}`.",
            requester=operation.requester.name,
            upn=operation.target.upn,
            before_upn=before.upn,
        ),
        now,
        grave=True,
    )
