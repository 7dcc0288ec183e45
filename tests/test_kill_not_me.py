"""The kill benchmark of "not me", short: SIGKILL while everything is stopped. The long one is `python -m benchmarks.kill_not_me`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.kill_count import Count
from benchmarks.kill_not_me import Plan, run

pytestmark = pytest.mark.usefixtures("forked_bots")

PLAN = Plan(cases=3, kills=5, seed=3)


def test_everything_is_stopped_once_whenever_the_bot_dies(new_database: Callable[[str], str], tmp_path: Path) -> None:
    """Both kinds at the same time, because most of it is waiting."""
    addresses = {kind: new_database(kind) for kind in ("sqlite", "postgresql")}

    async def on_each() -> list[Count]:
        for kind in addresses:
            (tmp_path / kind).mkdir()
        return await asyncio.gather(*(run(PLAN, address, tmp_path / kind) for kind, address in addresses.items()))

    for result in asyncio.run(on_each()):
        assert result.problems == [], "\n".join(result.problems)
        assert result.figures["cases"] == PLAN.cases
        assert result.figures["kills"] == PLAN.kills
