"""Alarms for the log channel, raised in the transaction that records what calls for them, and not again too soon."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from bot.domain import alarms as said
from bot.domain.audit import AuditEvent, Tag
from bot.domain.limits import DAY, HOUR, SetBefore
from bot.domain.operation import Operation
from bot.domain.remarks import LogNote
from bot.domain.rules import Limits
from bot.domain.stop import Freeze
from bot.store import outbox
from bot.store.prepared import Prepared
from bot.store.set_before import IN_FORCE
from bot.store.tables import alarms, audit_events, operations
from bot.store.trail import Trail

if TYPE_CHECKING:
    from bot.store.engine import Enqueue

_REFUSALS = [Tag.CHAT_CARD_REFUSED.value, Tag.CHAT_COMMAND_REFUSED.value]
#: Refusals of one agent in one hour that are looked at; who collects more has raised the alarm long before.
_LOOKED_AT = 500
_RAISED = Prepared(select(alarms.c.key).where(alarms.c.key == bindparam("alarm"), alarms.c.at > bindparam("since")))
_CHANGED_IN_TEAM = select(func.count(operations.c.target_id.distinct()), func.min(operations.c.confirmed_at)).where(
    operations.c.department == bindparam("team"), operations.c.confirmed_at > bindparam("since"), operations.c.state.in_(IN_FORCE)
)


def after_refusal(connection: Connection, enqueue: Enqueue, trail: Trail, event: AuditEvent, limits: Limits) -> None:
    """Tells the log channel when an agent was refused too often within an hour, or went beyond a grave limit; each once an hour."""
    if event.tag not in _REFUSALS or event.facts.get("code") not in said.TELLING or not event.actor_id:
        return
    _beyond(connection, enqueue, event, limits)
    key, since = f"refusals:{event.actor_id.lower()}", event.at - HOUR
    if _raised(connection, key, since):
        return
    stored = (
        select(audit_events.c.at, audit_events.c.facts)
        .where((audit_events.c.actor_id == event.actor_id) & audit_events.c.tag.in_(_REFUSALS) & (audit_events.c.at > since))
        .order_by(audit_events.c.at.desc())
        .limit(_LOOKED_AT)
    )
    refused = [(found.at, found.facts) for found in connection.execute(stored)]
    refused += [
        (row["at"], row["facts"])
        for row in trail.appended()  # this event among them
        if row["actor_id"] == event.actor_id and row["tag"] in _REFUSALS and row["at"] > since
    ]
    codes = [(at, str(json.loads(facts).get("code"))) for at, facts in refused]
    _raise(connection, enqueue, key, said.refusals(limits, event.actor_name, codes, event.at), event.at)


def after_call(connection: Connection, enqueue: Enqueue, freeze: Freeze, remark: LogNote, at: datetime, *, again: bool) -> None:
    """Tells the log channel of a suspicious call; of a further one about somebody who is frozen for one already, once an hour."""
    key = f"call:{freeze.target_id.lower()}"
    if not again or not _raised(connection, key, at - HOUR):
        _raise(connection, enqueue, key, remark, at)


def _beyond(connection: Connection, enqueue: Enqueue, event: AuditEvent, limits: Limits) -> None:
    code = str(event.facts["code"])
    remark, key = said.beyond(limits, code, event.actor_name, event.at), f"{code}:{event.actor_id.lower()}"
    if remark and not _raised(connection, key, event.at - HOUR):
        _raise(connection, enqueue, key, remark, event.at)


def after_confirmation(
    connection: Connection, enqueue: Enqueue, operation: Operation, before: SetBefore | None, limits: Limits, now: datetime
) -> None:  # fmt: skip
    """Tells the log channel of a number that was somebody else's, and of many people changed in one team; of a team once a day.

    Args:
        before: for whom else a number of this operation was set.
    """
    if remark := said.same_number(limits, operation, before, now):
        outbox.add_remark(connection, enqueue, remark)
    department = operation.target.department.strip()
    key = f"team:{hashlib.sha256(department.lower().encode()).hexdigest()}"
    if not department or not limits.team_per_day or _raised(connection, key, now - DAY):
        return
    people, since = connection.execute(_CHANGED_IN_TEAM, {"team": department, "since": now - DAY}).one()
    _raise(connection, enqueue, key, said.team(limits, operation, people, since, now), now)


def forget(connection: Connection, now: datetime) -> None:
    """Removes what keeps no alarm from being raised again."""
    connection.execute(delete(alarms).where(alarms.c.at < now - 2 * DAY))


def _raised(connection: Connection, key: str, since: datetime) -> bool:
    return _RAISED(connection, {"alarm": key, "since": since}).first() is not None


def _raise(connection: Connection, enqueue: Enqueue, key: str, remark: LogNote | None, now: datetime) -> None:
    if remark is None:
        return
    connection.execute(delete(alarms).where(alarms.c.key == key))
    connection.execute(insert(alarms).values(key=key, at=now))
    outbox.add_remark(connection, enqueue, remark)
