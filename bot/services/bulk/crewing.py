"""What the crews of a process share."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.bulk import BulkRules
from bot.ports import Budget, BulkDirectory, BulkJobs, Clock, Directory, Hindrances, Operations, People, Sleep, Stops
from bot.services.review import Reviewer


@dataclass(frozen=True, slots=True)
class Crewing:
    """What a crew needs."""

    operations: Operations
    jobs: BulkJobs
    stops: Stops
    directory: Directory
    bulk_directory: BulkDirectory
    people: People
    budget: Budget
    hindrances: Hindrances
    reviewer: Reviewer
    rules: BulkRules
    clock: Clock
    sleep: Sleep
