"""The job that an id means, and how its requester's card shows it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.operation import Operation
from bot.domain.replies import BulkShown
from bot.domain.rows import Sample
from bot.domain.said import say
from bot.errors import Refusal
from bot.ports import BulkJobs, Operations

#: Rows of each kind on a card.
SAMPLE_ROWS = 3


async def bulk_job(operations: Operations, job_id: str) -> Operation:
    """The job with this id.

    Raises:
        Refusal: there is none.
    """
    job = await operations.get(job_id)
    if job is None or job.bulk is None:
        raise Refusal(say("There is no bulk job {id}.", id=job_id), say("Look at the id on its card."), code="unknown_operation")
    return job


async def first_rows(jobs: BulkJobs, operation: Operation) -> tuple[Sample, ...]:
    """The first rows of each kind where somebody is about to decide by them; none of what is no job."""
    bulk = operation.bulk
    sampled = bulk and bulk.counts and (bulk.dry_run or operation.state.waiting)
    return await jobs.samples(operation.id, SAMPLE_ROWS) if sampled else ()


async def bulk_shown(jobs: BulkJobs, operation: Operation, now: datetime) -> BulkShown:
    """The job with how far it has come; with its first rows where somebody is about to decide by them."""
    assert operation.bulk is not None, "it is a job"
    return BulkShown(operation, await jobs.progress(operation.id, now), now, await first_rows(jobs, operation))
