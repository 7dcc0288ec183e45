"""The bench of `conftest`, with a bulk directory on it."""

from __future__ import annotations

from bot.graph.bulk import GraphBulkDirectory
from tests.graph.conftest import Bench


class Free:
    """A budget without limits that notes what it was asked and told."""

    def __init__(self) -> None:
        self.units: list[int] = []
        self.writes = 0
        self.refusals: list[float] = []
        self.parts: list[float] = []
        self.rate = 1.0

    async def read(self, units: int = 1) -> None:
        self.units.append(units)

    async def write(self) -> None:
        self.writes += 1

    def refused(self, retry_after: float) -> None:
        self.refusals.append(retry_after)

    def pressure(self, part: float) -> None:
        self.parts.append(part)


class BulkBench(Bench):
    """The bench, with a bulk directory on it."""

    async def open(self) -> None:
        await super().open()
        self.budget = Free()
        self.client.gate.listeners.append(self.budget)
        self.bulk = GraphBulkDirectory(self.client, self.budget, self.directory.memory)

    def batches(self) -> list[int]:
        """How many parts each batch had."""
        return [len(request.body["requests"]) for request in self.requests if request.path == "/$batch"]
