"""The kill benchmark of proofs, short: SIGKILL while callers are proved. The long one is `python -m benchmarks.kill_proofs`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.kill_cases import Plan
from benchmarks.kill_proofs import run
from tests.killing import on_both

pytestmark = pytest.mark.usefixtures("forked_bots")

PLAN = Plan(cases=5, kills=6, seed=3)


def test_nothing_is_confirmed_unproved_whenever_the_bot_dies(new_database: Callable[[str], str], tmp_path: Path) -> None:
    for result in on_both(new_database, tmp_path, partial(run, PLAN)):
        assert result.figures["cases"] == PLAN.cases
        assert result.figures["kills"] == PLAN.kills
