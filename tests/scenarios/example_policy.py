"""A desk that works with policy.example.toml."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.desk import APPROVALS, Desk

EXAMPLE = str(Path(__file__).parents[2] / "policy.example.toml")


class PolicyDesk(Desk):
    """A desk with the example policy. `meanwhile` happens when the bot first waits for anything, and takes a second."""

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url, POLICY_FILE=EXAMPLE, APPROVAL_CHANNEL_ID=APPROVALS.id)
        self.meanwhile: Callable[[], None] | None = None

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
