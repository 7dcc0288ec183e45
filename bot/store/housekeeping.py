"""Forgetting, hour by hour: what no longer serves, and numbers that nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.domain.notices import Told
from bot.domain.phone import mask_text
from bot.domain.said import from_store, to_store
from bot.store import alarms, chats, deliveries, kept_files, limit_counts, memory, records, sign_in_flows
from bot.store.bulk_read import every as bulk_rows_of
from bot.store.tables import bulk_jobs, bulk_numbers, bulk_rows, freezes, log_notices, log_posts, notices, operations, proofs, references

#: An ended freeze stops nothing and stands in the trail.
FREEZES_KEPT = timedelta(days=1)
#: What the log channel has seen stays in the channel.
LOG_NOTES_KEPT = timedelta(days=30)
#: A `show` card older than this has lost its button's meaning; whoever presses is told what to type.
REFERENCES_KEPT = timedelta(days=90)
#: Whoever has not been in their chat with us for a year has left, or will be known again with the next word.
CHATS_KEPT = timedelta(days=365)
#: The longest that people may take to agree is much shorter, and then the card changes no more.
APPROVAL_CARDS_KEPT = timedelta(days=90)
#: A link in a mail serves for three days, and what was told stands in the trail.
NOTICES_KEPT = timedelta(days=90)
#: What was proved stands in the trail and with its operation.
PROOFS_KEPT = timedelta(days=90)
#: Operations rewritten in one transaction: others wait for it.
MASKED_AT_ONCE = 200


def forget(connection: Connection, now: datetime, numbers_days: int) -> None:
    """Removes what has served its time: delivery keys, ended freezes, delivered remarks, references, lifts, alarms, digests, last persons,
    places of cards and chats, notices that were delivered or never will be, sign-ins of people.
    """
    deliveries.forget(connection, now)
    connection.execute(delete(freezes).where(freezes.c.until < now - FREEZES_KEPT))
    connection.execute(delete(references).where(references.c.at < now - REFERENCES_KEPT))
    delivered = select(log_posts.c.operation_id).where(log_posts.c.delivered)
    old = (log_notices.c.at < now - LOG_NOTES_KEPT) & log_notices.c.id.in_(delivered)
    ids = list(connection.execute(select(log_notices.c.id).where(old)).scalars())
    connection.execute(delete(log_notices).where(log_notices.c.id.in_(ids)))
    connection.execute(delete(log_posts).where(log_posts.c.operation_id.in_(ids)))
    limit_counts.forget(connection, now, timedelta(days=numbers_days) if numbers_days else None)
    alarms.forget(connection, now)
    kept_files.forget_left(connection)
    memory.forget(connection, now)
    sign_in_flows.forget(connection, now)
    connection.execute(delete(notices).where(notices.c.state != Told.WAITING.value, notices.c.told_at < now - NOTICES_KEPT))
    connection.execute(delete(proofs).where(proofs.c.asked_at < now - PROOFS_KEPT))
    chats.forget(connection, now - CHATS_KEPT, now - APPROVAL_CARDS_KEPT)


def mask_numbers(connection: Connection, now: datetime, days: int) -> int:
    """Masks every number in what was asked by operations that finished longer ago, at most `MASKED_AT_ONCE` of them.

    Returns:
        How many there were.
    """
    old = ~operations.c.numbers_removed & (operations.c.finished_at < now - timedelta(days=days))
    found = connection.execute(select(operations.c.id, operations.c.request).where(old).limit(MASKED_AT_ONCE)).all()
    for operation_id, request in found:
        changed = {"request": _masked(request), "numbers_removed": True}
        connection.execute(update(operations).where(operations.c.id == operation_id).values(changed))
    _mask_rows(connection, [operation_id for operation_id, _ in found])
    return len(found)


def _mask_rows(connection: Connection, job_ids: list[str]) -> None:
    """The same for the rows of bulk jobs, each job in one go: there are few of them."""
    jobs = connection.execute(select(bulk_jobs.c.job).where(bulk_jobs.c.job.in_(job_ids))).scalars().all()
    connection.execute(delete(bulk_numbers).where(bulk_numbers.c.job.in_(jobs)))
    statement = update(bulk_rows).where((bulk_rows.c.job == bindparam("of")) & (bulk_rows.c.number == bindparam("at_number")))
    for job in jobs:
        changed = [
            {"of": job, "at_number": row.number, "wishes": [], "changes": [records.change_row(each.masked()) for each in row.changes]}
            for row in bulk_rows_of(connection, job)
        ]
        if changed:
            connection.execute(statement.values(wishes=bindparam("wishes"), changes=bindparam("changes")), changed)


def _masked(request: dict[str, Any]) -> dict[str, Any]:
    """What was asked, without its numbers; who asked for what about whom stays."""
    return request | {
        "text": mask_text(request["text"]),
        "reason": mask_text(request["reason"]),
        "notes": [to_store(mask_text(from_store(note))) for note in request["notes"]],
        "warnings": [to_store(mask_text(from_store(warning))) for warning in request["warnings"]],
        "changes": [records.change_row(records.change(change).masked()) for change in request["changes"]],
    }
