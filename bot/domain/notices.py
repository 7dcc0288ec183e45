"""Notices: whoever's sign-in was changed hears of it, whatever the caller says. Who is told what, by which way. Pure.

A notice is one message to one recipient by one way. Which there are follows from the operation and the policy alone, so they are stored
in the transaction that ends the operation; whether they can be delivered shows later.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.change import Change, ChangeKind
from bot.domain.life import State, fates
from bot.domain.notice_rules import NoticeRules, Way
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.remarks import LogNote
from bot.domain.rows import Row
from bot.domain.said import Said, join, said_at, say, say_each

#: Tried for so long, from the first attempt on.
TRIED_FOR = timedelta(hours=24)
#: A link in a mail stops things for so long.
LINK_FOR = timedelta(hours=72)
#: Of one mailbox: https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits
MAILS_A_MINUTE, MAILS_A_DAY = 30, 10_000


class Recipient(StrEnum):
    """Who is told. A stored word: never rename one."""

    PERSON = "person"
    MANAGER = "manager"
    OLD_ADDRESS = "old_address"  # the email address for password reset that was replaced


class Told(StrEnum):
    """Where a notice is. A stored word: never rename one."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message about one operation, or one row of a file.

    Attributes:
        id: 128 random bits: who knows it may stop, and nothing else.
        row: the number of the row of a file; 0 for an operation.
        person_id: whose chat it goes to, or whose mailbox; empty for a manager who is not known yet, and for an address that is nobody's.
        name: of whoever it goes to; untrusted.
        address: of a mail; masked once it was delivered.
        why: why it cannot be delivered, in a sentence.
        tried_at: when it was tried first; None before.
        card_id: activity id of the message in Teams.
        pressed_at: when somebody said by it that it was not them.
        stop_id: id of the operation that took access away because of that; empty until it came to be.
    """

    id: str
    operation_id: str
    row: int = 0
    recipient: Recipient
    way: Way
    target_id: str
    person_id: str = ""
    name: str = ""
    address: str = ""
    language: str = ""
    state: Told = Told.WAITING
    why: str = ""
    at: datetime
    tried_at: datetime | None = None
    told_at: datetime | None = None
    card_id: str = ""
    pressed_at: datetime | None = None
    stop_id: str = ""


def new_notice_id() -> str:
    """128 random bits, fit for an address."""
    return secrets.token_hex(16)


def written(operation: Operation) -> tuple[Change, ...]:
    """The changes that were made, or may have been; what was so already, was refused or left alone is nobody's news."""
    if operation.state not in (State.SUCCEEDED, State.PARTIAL) and not operation.results:
        return ()
    over = fates(operation.changes, [result.fate for result in operation.results], ended=True, sent=bool(operation.request_ids))
    return tuple(change for change, fate in zip(operation.changes, over, strict=True) if fate.written)


def due(operation: Operation, rules: NoticeRules, at: datetime, *, in_chat: bool) -> tuple[Notice, ...]:
    """The notices of an operation that has ended.

    Args:
        in_chat: its target has a chat with Doorman.
    """
    made = written(operation)
    if operation.bulk or not made or operation.requester.id == operation.target.id:
        return ()
    ways = _within(rules, in_chat=in_chat)
    notices = [_to_person(operation, way, at) for way in sorted(rules.person & ways)]
    kinds = operation.kinds | {change.kind for change in made}
    if not rules.manager_for.isdisjoint(kinds):
        managers = _within(rules, in_chat=rules.install)
        notices += [_to(operation, Recipient.MANAGER, way, at) for way in sorted(rules.manager & managers)]
    if rules.old_address and rules.mail:
        replaced = [change.before for change in made if change.kind is ChangeKind.SET_EMAIL and change.before]
        notices += [replace(_to(operation, Recipient.OLD_ADDRESS, Way.MAIL, at), address=str(address)) for address in replaced]
    return tuple(notices)


def due_of_row(job_id: str, row: Row, rules: NoticeRules, at: datetime) -> Notice | None:
    """The notice of a row of a file that has ended: to the person, by mail. None where nobody is told."""
    if not (rules.bulk and rules.person and rules.mail and row.target) or not any(fate.written for fate in row.fates):
        return None
    return Notice(
        id=new_notice_id(),
        operation_id=job_id,
        row=row.number,
        recipient=Recipient.PERSON,
        way=Way.MAIL,
        target_id=row.target.id,
        person_id=row.target.id,
        name=row.target.name,
        address=row.target.mail,
        language=row.target.language,
        at=at,
    )


def _within(rules: NoticeRules, *, in_chat: bool) -> frozenset[Way]:
    """The ways that there are."""
    possible = {Way.MAIL: rules.mail, Way.TEAMS: rules.install or in_chat}
    return frozenset(way for way, there in possible.items() if there)


def _to(operation: Operation, recipient: Recipient, way: Way, at: datetime) -> Notice:
    return Notice(
        id=new_notice_id(),
        operation_id=operation.id,
        recipient=recipient,
        way=way,
        target_id=operation.target.id,
        language=operation.target.language,
        at=at,
    )


def _to_person(operation: Operation, way: Way, at: datetime) -> Notice:
    address = operation.target.mail if way is Way.MAIL else ""
    made = _to(operation, Recipient.PERSON, way, at)
    return replace(made, person_id=operation.target.id, name=operation.target.name, address=address)


def to_manager(notice: Notice, manager: Person) -> Notice:
    """The notice, now that it is known who the manager is."""
    address = manager.mail if notice.way is Way.MAIL else ""
    return replace(notice, person_id=manager.id, name=manager.name, address=address, language=manager.language)


def settled(notices: Iterable[Notice]) -> bool:
    """Whether none of them waits any more."""
    return all(notice.state is not Told.WAITING for notice in notices)


_WHO = say_each(
    {
        Recipient.PERSON: "the person",
        Recipient.MANAGER: "the manager",
        Recipient.OLD_ADDRESS: "the email address that was replaced",
    }
)
_HOW = say_each({Way.TEAMS: "in Teams", Way.MAIL: "by mail"})


def whom(notice: Notice) -> str:
    """Who it is for and how, in a sentence: "the manager in Teams"."""
    return whom_by(notice.recipient, notice.way)


def whom_by(recipient: Recipient, way: Way) -> str:
    """The same, of what the trail has of it."""
    return say("{who} {how}", who=_WHO[recipient], how=_HOW[way])


def said(notices: Iterable[Notice]) -> tuple[str, ...]:
    """Who was told and who was not, a sentence each, for the card of whoever asked and for the history."""
    told = [notice for notice in notices if notice.state is not Told.WAITING]
    if not told:
        return ()
    reached = {(notice.recipient, notice.way) for notice in told if notice.state is Told.DELIVERED}
    if reached:
        lines = [_told_of_it(join(", ", (_reached(one, reached) for one in Recipient)))]
    else:
        lines = [say("Nobody could be told of it: ring the person.")]
    lines += [say("Not told: {whom}. {why}", whom=whom(notice), why=notice.why) for notice in told if notice.state is Told.UNDELIVERABLE]
    if pressed := next((notice for notice in told if notice.pressed_at), None):
        lines.append(say("Somebody pressed “This was not me” at {at}.", at=said_at(pressed.pressed_at or pressed.at)))
    return tuple(lines)


def is_as_it_should(sentence: str) -> bool:
    """Whether a sentence of `said` tells of nobody but those who were told."""
    return isinstance(sentence, Said) and sentence.template == _told_of_it("").template


def _told_of_it(whom: str) -> Said:
    return say("Told of it: {whom}.", whom=whom)


def _reached(recipient: Recipient, reached: set[tuple[Recipient, Way]]) -> str:
    """Somebody with all the ways that reached them: "the person in Teams and by mail"; empty for whom none did."""
    ways = join(say(" and "), (_HOW[way] for way in Way if (recipient, way) in reached))
    return say("{who} {how}", who=_WHO[recipient], how=ways) if ways else ""


def undelivered_post(notice: Notice, at: datetime) -> LogNote:
    """For the log channel: somebody could not be told."""
    text = say("{Who} could not be told of {id}. {why}", who=whom(notice), id=notice.operation_id, why=notice.why)
    return LogNote(say("Not told"), text, say("Ring the person, at a number that the directory had before."), at)
