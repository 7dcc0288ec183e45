"""“This was not me”: whoever was told of a change did not want it. It only takes access away, so nothing stands in its way. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind, change_facts
from bot.domain.conversations import ConversationRef
from bot.domain.life import State
from bot.domain.methods import Dossier
from bot.domain.notice_rules import NotMeRules, Way
from bot.domain.notices import Notice, Recipient
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.domain.remarks import LogNote
from bot.domain.said import join, said_at, say
from bot.domain.stop import Freeze
from bot.domain.take_back import can_be_taken_back, plan_take_back

COMMAND = "not-me"
#: So many presses within a week are told apart: an attacker may be tiring the helpdesk, or working on this very person.
MANY, WITHIN = 3, timedelta(days=7)
_SAID = say("“This was not me”")


def undoes(notice: Notice, rules: NotMeRules) -> bool:
    """Whether what was added goes too. A mail may be read by anybody, so from there it stops and no more; nor does a row of a file."""
    return rules.undo and notice.way is Way.TEAMS and not notice.row


def freeze_after(notice: Notice, operation: Operation, rules: NotMeRules, at: datetime) -> Freeze:
    """The freeze: nobody's alone, so an administrator ends it, and one who neither asked for the change nor agreed to it."""
    target, until = operation.target, at + rules.freeze_for
    involved = (target.id, operation.requester.id, *sorted(operation.agreed))
    who = str(who_said(notice, target)).rstrip(",")
    return Freeze(target.id, target.name, target.upn, target.id, who, at, until, _SAID, suspicious=True, shared=True, not_by=involved)


def pressed_event(notice: Notice, operation: Operation, actor: Actor | None, at: datetime) -> AuditEvent:
    """For the trail: who said so; of a link in a mail nobody knows."""
    facts = {"recipient": notice.recipient.value, "way": notice.way.value, "target_upn": operation.target.upn, "ticket": operation.ticket}
    who = (actor.id, actor.name) if actor else ("", "")
    return AuditEvent(Tag.NOT_ME_PRESSED, at, *who, operation_id=operation.id, target_id=notice.target_id, facts=facts)


def red_post(notice: Notice, operation: Operation, rules: NotMeRules, at: datetime, *, often: int) -> LogNote:
    """For the log channel, and for the approvers.

    Args:
        often: how often somebody said so about this person within a week, this time included.
    """
    target = operation.target
    agreed = say("agreed to by {names}", names=operation.approvers) if operation.approvals else say("nobody else had to agree")
    text = say(
        "{who} says that {id} was not wanted: asked for by {requester}, {agreed}.",
        who=who_said(notice, target),
        id=operation.id,
        requester=operation.requester.name,
        agreed=agreed,
    )
    done = [say("Nobody can change {name} ({upn}) until {at}.", name=target.name, upn=target.upn, at=said_at(at + rules.freeze_for))]
    if rules.end_sessions:
        done.append(say("Every session ends."))
    gave = can_be_taken_back(operation, at)
    if gave and undoes(notice, rules):
        done.append(say("What {id} added is being removed; what comes of it is posted here.", id=operation.id))
    elif gave:
        done.append(say("What {id} added is still there: “Take back” removes it.", id=operation.id))
    if often >= MANY:
        done.append(say("That was said {number} times within a week.", number=often))
    hint = say("Treat whoever called as an attacker, and ring the person at a number that the directory had before. An administrator ends "
               "the freeze with “unfreeze {upn}”.", upn=target.upn)  # fmt: skip
    return LogNote(_SAID, join(" ", (text, *done)), hint, at, grave=True, ticket=operation.ticket, take_back=operation.id if gave else "")


def who_said(notice: Notice, target: Person) -> str:
    """Who pressed; of the link in a mail nobody knows more than whom it went to."""
    if notice.recipient is Recipient.MANAGER:
        return say("{manager}, the manager of {name},", manager=notice.name, name=target.name)
    if notice.way is Way.MAIL:
        return say("Whoever got the mail to {name}", name=target.name)
    return say("{name}", name=target.name)


def stopping(notice: Notice, operation: Operation, dossier: Dossier | None, rules: NotMeRules, at: datetime) -> Operation | None:
    """The operation that takes access away: asked for by the person, agreed to by nobody because nobody has to.

    Args:
        dossier: the person as they are now; None where Entra ID does not show it, and then the sessions end alone.

    Returns:
        None when there is nothing to take away.
    """
    person = dossier.person if dossier else operation.target
    ends = Change(ChangeKind.SIGN_OUT, None, person.sessions_from, None)
    changes: tuple[Change, ...] = (ends,) if rules.end_sessions else ()
    takes_back = ""
    if dossier and undoes(notice, rules) and can_be_taken_back(operation, at):
        planned = plan_take_back(operation, dossier).changes
        changes = tuple(change for change in planned if rules.end_sessions or change.kind is not ChangeKind.SIGN_OUT)
        takes_back = operation.id
    if not changes:
        return None
    asker = Actor(person.id, "", str(who_said(notice, person)).rstrip(","), upn=person.upn)
    return Operation(
        id="",
        command=COMMAND,
        text=str(_SAID),
        requester=asker,
        target=person,
        changes=changes,
        ticket=operation.ticket,
        reason=f"{_SAID}, {operation.id}",
        conversation=ConversationRef("", "", ""),
        state=State.QUEUED,
        created_at=at,
        expires_at=at + rules.freeze_for,
        decided_by=notice.name or person.name,
        takes_back=takes_back,
    )


def begun_event(made: Operation, at: datetime) -> AuditEvent:
    """For the trail: what is taken away."""
    asker = made.requester
    facts = {
        "command": COMMAND,
        "target_upn": made.target.upn,
        "changes": change_facts(made.changes),
        "reason": f"follows from {made.reason}",
    }
    return AuditEvent(Tag.OPERATION_PROPOSED, at, asker.id, asker.name, target_id=made.target.id, facts=facts)
