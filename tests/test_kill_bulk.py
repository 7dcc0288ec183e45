"""The kill benchmark of bulk jobs, short: SIGKILL while rows are carried out, on both kinds of database, two bots on PostgreSQL.

The long one is `python -m benchmarks.bulk_kill`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.bulk_kill import Plan, run
from benchmarks.kill_count import Count

pytestmark = pytest.mark.usefixtures("forked_bots")

PLANS = {"sqlite": Plan(kills=4, rows=30, seed=3, apart=1.5), "postgresql": Plan(kills=3, rows=30, replicas=2, seed=4, apart=1.5)}


def test_every_row_is_done_once_whenever_the_bot_dies(new_database: Callable[[str], str], tmp_path: Path) -> None:
    """Both kinds at the same time, because most of it is waiting."""
    addresses = {kind: new_database(kind) for kind in PLANS}

    async def on_each() -> list[Count]:
        for kind in addresses:
            (tmp_path / kind).mkdir()
        return await asyncio.gather(*(run(PLANS[kind], address, tmp_path / kind) for kind, address in addresses.items()))

    for result, plan in zip(asyncio.run(on_each()), PLANS.values(), strict=True):
        assert result.problems == [], "\n".join(result.problems)
        assert result.figures["rows"] == plan.rows * int(result.figures["jobs"])
        assert result.figures["kills"] == plan.kills
