"""The kill benchmark of bulk jobs, short: SIGKILL while rows are carried out, on both kinds of database, two bots on PostgreSQL.

The long one is `python -m benchmarks.bulk_kill`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.bulk_kill import Plan, run
from tests.killing import on_each_database

pytestmark = pytest.mark.usefixtures("forked_bots")

PLANS = {"sqlite": Plan(kills=4, rows=30, seed=3, apart=1.5), "postgresql": Plan(kills=3, rows=30, replicas=2, seed=4, apart=1.5)}


def test_every_row_is_done_once_whenever_the_bot_dies(new_database: Callable[[str], str], tmp_path: Path) -> None:
    results = on_each_database(new_database, tmp_path, {kind: partial(run, plan) for kind, plan in PLANS.items()})
    for kind, result in results.items():
        assert result.figures["rows"] == PLANS[kind].rows * int(result.figures["jobs"])
        assert result.figures["kills"] == PLANS[kind].kills
