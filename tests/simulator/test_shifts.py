"""Whoever tries Doorman at night sees the rules of the day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.change import ChangeKind
from simulator.shifts import by_day
from tests.domain.cells import EXAMPLE, asked, policy_in, verdict

MOMENTS = [datetime(2026, 7, 31, hour, 30, tzinfo=UTC) for hour in range(24)]


@pytest.mark.parametrize("at", MOMENTS, ids=lambda at: f"{at:%H:%M}")
def test_it_is_day_for_hours_yet(tmp_path: Path, at: datetime) -> None:
    (tmp_path / "policy.toml").write_text(by_day(EXAMPLE.read_text(encoding="utf-8"), at), encoding="utf-8")
    policy = policy_in(tmp_path / "policy.toml")
    for moment in (at, at.replace(minute=59)):
        assert verdict(asked(policy, ChangeKind.CREATE_PASS, at=moment)) == "proof2+1-lead/proof"


def test_by_day_the_file_is_as_it_stands() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert by_day(text, datetime(2026, 7, 31, 9, tzinfo=UTC)) == text
