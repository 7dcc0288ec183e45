"""The kill benchmark, short: SIGKILL during confirmed changes, on both kinds of database. The long one is `python -m benchmarks.kill`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.kill import Plan, run
from benchmarks.kill_count import Count

pytestmark = pytest.mark.usefixtures("forked_bots")

PLAN = Plan(changes=12, kills=8, seed=7)


def test_every_confirmed_change_happens_once_whenever_the_bot_dies(new_database: Callable[[str], str], tmp_path: Path) -> None:
    """Both kinds at the same time, because most of it is waiting."""
    addresses = {kind: new_database(kind) for kind in ("sqlite", "postgresql")}

    async def on_each() -> list[Count]:
        for kind in addresses:
            (tmp_path / kind).mkdir()
        return await asyncio.gather(*(run(PLAN, address, tmp_path / kind) for kind, address in addresses.items()))

    for result in asyncio.run(on_each()):
        assert result.problems == [], "\n".join(result.problems)
        assert result.figures["changes confirmed"] == PLAN.changes
        assert result.figures["in effect exactly once"] == PLAN.changes
        assert result.figures["log cards delivered"] == PLAN.changes
        assert result.figures["kills"] == PLAN.kills
