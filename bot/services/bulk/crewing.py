"""What the crews of a process share."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.bulk import BulkRules
from bot.ports import Budget, BulkDirectory, BulkJobs, Clock, Directory, Hindrances, Operations, People, Sleep, Stops
from bot.services.review import Reviewer


@dataclass(frozen=True, slots=True)
class Tenant:
    """The tenant as crews reach it.

    Attributes:
        directory: for whoever asked and agreed, in the background.
        bulk: for rows, many together.
        people: the same for each row by itself.
        budget: what all of it may cost.
        hindrances: what keeps it from being asked now.
    """

    directory: Directory
    bulk: BulkDirectory
    people: People
    budget: Budget
    hindrances: Hindrances


@dataclass(frozen=True, slots=True)
class Crewing:
    """What a crew needs."""

    operations: Operations
    jobs: BulkJobs
    stops: Stops
    tenant: Tenant
    reviewer: Reviewer
    rules: BulkRules
    clock: Clock
    sleep: Sleep
