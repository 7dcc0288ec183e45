"""When a day's head is due, and what counts as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.heads import due_day, heads_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("now", "hour", "day"),
    [
        ("2026-11-02T04:59:59+00:00", 6, "2026-11-01"),
        ("2026-11-02T05:00:00+00:00", 6, "2026-11-02"),
        ("2026-07-02T03:59:59+00:00", 6, "2026-07-01"),
        ("2026-07-02T04:00:00+00:00", 6, "2026-07-02"),
        ("2026-03-29T00:59:59+00:00", 2, "2026-03-28"),  # there is no two o'clock on this day
        ("2026-03-29T01:00:00+00:00", 2, "2026-03-29"),
        ("2026-10-25T00:30:00+00:00", 2, "2026-10-25"),  # and on this one there are two
        ("2026-10-25T01:30:00+00:00", 2, "2026-10-25"),
        ("2026-12-31T23:00:00+00:00", 0, "2027-01-01"),
        ("2027-01-01T22:59:59+00:00", 23, "2027-01-01"),
    ],
)
def test_a_head_is_due_by_the_clock_on_the_wall(now: str, hour: int, day: str) -> None:
    assert str(due_day(datetime.fromisoformat(now), hour, AMSTERDAM)) == day


@given(
    begin=st.integers(0, 700 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["Europe/Amsterdam", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
def test_every_day_has_one(begin: datetime, hour: int, zone: str) -> None:
    days = {due_day(begin + timedelta(minutes=10 * step), hour, ZoneInfo(zone)) for step in range(6 * 24 * 4)}
    assert sorted(days) == [min(days) + timedelta(days=number) for number in range(len(days))]
    assert len(days) in (4, 5)


@pytest.mark.parametrize("text", [f"12:{HASH}", f" 12 : {HASH}\n", f"12:{HASH.upper()}", f"1\u200b2:{HASH[:20]}\u200b{HASH[20:]}\u00a0"])
def test_a_head_may_be_copied_with_blanks(text: str) -> None:
    assert heads_of([text, f"13:{HASH}"]) == {12: HASH, 13: HASH}


@pytest.mark.parametrize(
    "text", ["", "12", HASH, f"0:{HASH}", f"-1:{HASH}", f"12:{HASH[1:]}", f"12:{HASH}0", f"12;{HASH}", f"12:{'g' * 64}", f"٣:{HASH}"]
)
def test_what_is_no_head_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no head of a trail"):
        heads_of([text])


def test_two_heads_that_contradict_each_other_are_said() -> None:
    with pytest.raises(ValueError, match="event 12 differ"):
        heads_of([f"12:{HASH}", f"12:{'0' * 64}"])
