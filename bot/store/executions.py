"""What the trail knows of executions: when each began, when and how it ended, and which answers Graph gave."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.domain.audit import Tag
from bot.domain.reconcile import CLOCKS_APART, Execution, Known
from bot.errors import StoreUnavailable
from bot.store.tables import audit_events, audit_head

#: An execution begins in the durable engine, with its requester's press on Reveal, or when a row of a bulk job is taken.
_BEGUN = (Tag.OPERATION_STARTED, Tag.OPERATION_REVEALING, Tag.BULK_ROW_STARTED)
_PUT_BACK = frozenset({Tag.OPERATION_PUT_BACK.value, Tag.BULK_ROW_PUT_BACK.value})
_FINISHED = frozenset({Tag.OPERATION_FINISHED.value, Tag.BULK_ROW_FINISHED.value})
_TAGS = [*(tag.value for tag in _BEGUN), *_PUT_BACK, *_FINISHED]


def read(connection: Connection, since: datetime) -> Known:
    """See `bot.ports.Operations.executions`.

    Raises:
        StoreUnavailable: an event of the trail is not what was written.
    """
    since = max(since, _complete_from(connection) or since)
    earlier = audit_events.alias()
    over = (
        select(earlier.c.number)
        .where(earlier.c.operation_id == audit_events.c.operation_id)
        .where(earlier.c.tag.in_(_FINISHED), earlier.c.at < since - CLOCKS_APART)
        .exists()
    )
    query = select(audit_events).where(audit_events.c.tag.in_(_TAGS), ~over).order_by(audit_events.c.number)
    found: dict[str, Execution] = {}
    for row in connection.execute(query):
        if row.tag in _PUT_BACK:  # nothing was made after all
            found.pop(row.operation_id, None)
            continue
        before = found.get(row.operation_id)  # started again after a process died: it began at the first
        began = before.began if before else row.at
        ending = _ending(row) if row.tag in _FINISHED else {}
        found[row.operation_id] = Execution(row.operation_id, row.target_id.lower(), began, **ending)
    return Known(since, tuple(found.values()))


def _ending(row: Row[Any]) -> dict[str, Any]:
    try:
        facts = json.loads(row.facts)
        return {
            "target_upn": str(facts["target_upn"]),
            "ended": row.at,
            "state": str(facts["state"]),
            "request_ids": tuple(facts["request_ids"]),
        }
    except (ValueError, KeyError, TypeError) as error:
        raise StoreUnavailable(f"event {row.number} of the audit trail cannot be read: `python app.py audit verify` says more") from error


def _complete_from(connection: Connection) -> datetime | None:
    """When the trail begins, if events before that were removed by age."""
    if not connection.execute(select(audit_head.c.removed)).scalar():
        return None
    return connection.execute(select(audit_events.c.at).order_by(audit_events.c.number).limit(1)).scalar()
