"""A desk that works with policy.example.toml."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulator.shifts import by_day
from tests.desk import APPROVALS, Desk

_EXAMPLE = Path(__file__).parents[2] / "policy.example.toml"


def example_copy(folder: Path) -> Path:
    """A copy of the example with the hours of the day, whatever the time of the test."""
    copy = folder / "policy.toml"
    copy.write_text(by_day(_EXAMPLE.read_text(encoding="utf-8"), datetime.now(UTC)), encoding="utf-8")
    return copy


class PolicyDesk(Desk):
    """A desk with the example policy. `meanwhile` happens when the bot first waits for anything, and takes a second."""

    def __init__(self, database_url: str) -> None:
        self._folder = TemporaryDirectory(prefix="policy-")
        super().__init__(database_url, POLICY_FILE=str(example_copy(Path(self._folder.name))), APPROVAL_CHANNEL_ID=APPROVALS.id)
        self.meanwhile: Callable[[], None] | None = None

    async def close(self) -> None:
        try:
            await super().close()
        finally:
            self._folder.cleanup()

    async def _nap(self, seconds: float) -> None:
        if self.meanwhile:
            self.meanwhile()
            self.meanwhile = None
            self.clock.forward(seconds=1)
        await super()._nap(seconds)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[PolicyDesk]:
    """The product with the example policy."""
    async with PolicyDesk(database_url) as desk:
        yield desk
