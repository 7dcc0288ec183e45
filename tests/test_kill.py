"""The kill benchmark, short: SIGKILL during confirmed changes, on both kinds of database. The long one is `python -m benchmarks.kill`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.kill import Plan, run
from tests.killing import on_both

pytestmark = pytest.mark.usefixtures("forked_bots")

PLAN = Plan(changes=12, kills=8, seed=7)


def test_every_confirmed_change_happens_once_whenever_the_bot_dies(new_database: Callable[[str], str], tmp_path: Path) -> None:
    for result in on_both(new_database, tmp_path, partial(run, PLAN)):
        assert result.figures["changes confirmed"] == PLAN.changes
        assert result.figures["in effect exactly once"] == PLAN.changes
        assert result.figures["log cards delivered"] == PLAN.changes
        assert result.figures["kills"] == PLAN.kills
