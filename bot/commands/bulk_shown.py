"""A job as its requester's card shows it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.exchange import BulkShown
from bot.domain.operation import Operation, State
from bot.ports import BulkJobs

#: Rows of each kind on a card.
SAMPLE_ROWS = 3
_WITH_SAMPLES = frozenset({State.PROPOSED, State.AWAITING_APPROVAL, State.SUCCEEDED, State.FAILED})


async def bulk_shown(jobs: BulkJobs, operation: Operation, now: datetime) -> BulkShown:
    """The job with how far it has come; with its first rows where somebody is about to decide by them."""
    assert operation.bulk is not None, "it is a job"
    sampled = operation.bulk.counts and operation.state in _WITH_SAMPLES and (operation.bulk.dry_run or operation.state.waiting)
    samples = await jobs.samples(operation.id, SAMPLE_ROWS) if sampled else ()
    return BulkShown(operation, await jobs.progress(operation.id, now), now, samples)
