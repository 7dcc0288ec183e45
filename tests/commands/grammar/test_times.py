"""Times of day as people type them, in the zone of their Teams."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from bot.commands.grammar.times import Moment, resolve
from bot.commands.parser import parse
from bot.errors import Refusal, UsageError

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)  # 11:30 in Amsterdam
AMSTERDAM = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("14:00", Moment(time(14))),
        ("9.30", Moment(time(9, 30))),
        ("tomorrow 9:30", Moment(time(9, 30), "tomorrow")),
        ("today 23:59", Moment(time(23, 59), "today")),
        ("2026-09-15 08:00", Moment(time(8), date(2026, 9, 15))),
    ],
)
def test_what_is_read(typed: str, moment: Moment) -> None:
    assert parse(f"pass for omar at {typed} reusable").args["start"] == moment


@pytest.mark.parametrize("typed", ["25:00", "14:60", "noon", "tomorrow"])
def test_what_is_no_time_is_not_taken_for_one(typed: str) -> None:
    assert "start" not in parse(f"pass for omar at {typed}").args  # a person of that name, whom nobody finds


@pytest.mark.parametrize("typed", ["2026-02-30 08:00", "2026-09-15", "2026-09-15 25:00"])
def test_a_day_that_does_not_exist_or_lacks_its_time_is_not_read(typed: str) -> None:
    with pytest.raises(UsageError):
        parse(f"pass for omar at {typed}")


@pytest.mark.parametrize(
    ("moment", "zone", "meant"),
    [
        (Moment(time(14)), AMSTERDAM, datetime(2026, 9, 14, 12, tzinfo=UTC)),
        (Moment(time(14)), "", datetime(2026, 9, 14, 14, tzinfo=UTC)),
        (Moment(time(8), "tomorrow"), AMSTERDAM, datetime(2026, 9, 15, 6, tzinfo=UTC)),
        (Moment(time(8), date(2026, 9, 20)), "Asia/Tokyo", datetime(2026, 9, 19, 23, tzinfo=UTC)),
    ],
)
def test_what_is_meant(moment: Moment, zone: str, meant: datetime) -> None:
    assert resolve(moment, NOW, zone) == meant


@pytest.mark.parametrize(
    ("moment", "zone", "why"),
    [
        (Moment(time(11, 30)), AMSTERDAM, r"11:30 on 2026-09-14 \(Europe/Amsterdam\) is past"),
        (Moment(time(9)), "", r"09:00 on 2026-09-14 \(UTC\) is past"),
        (Moment(time(9), date(2026, 11, 1)), "", "more than 30 days ahead"),
    ],
)
def test_what_is_refused(moment: Moment, zone: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        resolve(moment, NOW, zone)
