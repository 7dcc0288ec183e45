"""What people are told of a change to their sign-in, before and after they said that it was not them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.life import State
from bot.domain.notice_rules import Way
from bot.domain.notices import Notice, Recipient, Told, said
from bot.domain.operation import Operation
from bot.domain.outside import NoticeShown
from bot.domain.replies import OperationShown, Reply

CONTACT = "+31 20 555 0100"


def notices(done: Operation, now: datetime) -> dict[str, Reply]:
    """Samples by name.

    Args:
        done: an operation that changed something.
    """
    person = Notice(
        id="0" * 32,
        operation_id=done.id,
        recipient=Recipient.PERSON,
        way=Way.TEAMS,
        target_id=done.target.id,
        person_id=done.target.id,
        name=done.target.name,
        at=now,
    )
    manager = replace(person, recipient=Recipient.MANAGER, person_id="77", name="Priya Raman")
    told = (
        replace(person, state=Told.DELIVERED),
        replace(person, way=Way.MAIL, state=Told.DELIVERED),
        replace(manager, state=Told.UNDELIVERABLE, why="Teams did not take it for a day.", pressed_at=now),
    )
    sent = replace(done, request_ids=("r1",))
    return {
        "notice-person": NoticeShown(person, sent, CONTACT),
        "notice-manager": NoticeShown(manager, sent),
        "notice-stopped": NoticeShown(replace(person, pressed_at=now), sent, CONTACT),
        "notice-stopped-by-manager": NoticeShown(replace(manager, pressed_at=now), sent),
        "operation-told": OperationShown(replace(done, told=said(told)), now, own=True),
        "operation-nobody-told": OperationShown(replace(done, told=said(told[2:])), now, own=True),
    }


def hostile_notices(text: str, operation: Operation, now: datetime) -> dict[str, Reply]:
    """The same with `text` wherever somebody else's words can stand."""
    found = notices(replace(operation, state=State.SUCCEEDED, request_ids=("r1",)), now)
    shown = [each for each in found.values() if isinstance(each, NoticeShown)]
    return {f"notice {index}": replace(each, contact=text, notice=replace(each.notice, name=text)) for index, each in enumerate(shown)}
