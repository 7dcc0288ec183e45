"""The trail held against Entra's audit log: on the command line, and on a schedule that posts what differs."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.domain.reconcile import LOOK_BACK, Comparison, compare
from bot.errors import DirectoryError
from bot.ports import Clock, Directory, Discrepancies, Past

log = structlog.get_logger()


async def reconcile(past: Past, directory: Directory, since: datetime, now: datetime) -> Comparison:
    """Compares both logs from `since` on.

    Raises:
        DirectoryError: Entra's log cannot be read.
        StoreUnavailable: ours cannot.
    """
    known = await past.executions(since)
    records = await directory.audits(known.records_from)
    return compare(await past.executions(since), records, now)  # read again: something may have begun while Entra was asked


def turn(now: datetime, hours: int) -> str:
    """The name of the present turn of a schedule: the same for all replicas, and for the whole of the turn."""
    length = timedelta(hours=hours).total_seconds()
    return f"{int(now.timestamp() // length * length)}"


async def report_discrepancies(past: Past, discrepancies: Discrepancies, directory: Directory, clock: Clock) -> None:
    """One turn of the schedule: posts what was not posted before; nothing when all agree or Entra's log cannot be read.

    Raises:
        StoreUnavailable: the turn has to be repeated.
    """
    now = clock()
    try:
        found = await reconcile(past, directory, now - LOOK_BACK, now)
    except DirectoryError as error:  # the next turn looks back far enough
        log.info("not reconciled", action="reconcile_skipped", error=type(error).__name__, status=error.status, code=error.code)
        return
    posted = await discrepancies.report(found, now) if not found.agrees else 0
    log.info("reconciled", action="reconciled", changes=found.changes, records=found.records, recent=found.recent, posted=posted)
