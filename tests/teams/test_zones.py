"""The time zone of a person's client, by whatever name, and times that are read and said by it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.teams.zones import WINDOWS, zone
from tests.desk import HANNA
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUMMER, WINTER = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)


async def test_every_name_of_windows_stands_for_a_zone_that_exists() -> None:
    assert len(WINDOWS) > 130
    for name, iana in WINDOWS.items():
        assert zone([name], "") == ZoneInfo(iana).key == iana
        if found := re.fullmatch(r"utc([+-]\d\d)", name):
            for at in (SUMMER, WINTER):
                assert at.astimezone(ZoneInfo(iana)).utcoffset() == timedelta(hours=int(found[1]))


@pytest.mark.parametrize(
    ("names", "local", "known"),
    [
        (["Europe/Amsterdam"], "", "Europe/Amsterdam"),
        (["W. Europe Standard Time"], "", "Europe/Berlin"),
        (["india standard time "], "", "Asia/Kolkata"),
        (["Mars/Olympus", "Europe/Paris"], "", "Europe/Paris"),
        (["", "GMT Standard Time"], "", "Europe/London"),
        (["../../etc/passwd"], "", ""),
        ([], "2026-01-05T10:00:00.000+02:00", "Etc/GMT-2"),
        (["Nowhere"], "2026-01-05T10:00:00-05:00", "Etc/GMT+5"),
        ([], "2026-01-05T10:00:00+00:00", "Etc/UTC"),
        ([], "2026-01-05T10:00:00+05:30", ""),
        ([], "2026-01-05T10:00:00+99:00", ""),
        ([], "2026-01-05T10:00:00Z", ""),
        ([], "soon", ""),
    ],
)
async def test_what_a_client_says(names: list[str], local: str, known: str) -> None:
    assert zone(names, local) == known


@pytest.mark.parametrize(
    ("particular", "offset", "called"),
    [
        ({"timezone": "Europe/Amsterdam"}, "Europe/Amsterdam", "Europe/Amsterdam"),
        ({"timezone": "W. Europe Standard Time"}, "Europe/Berlin", "Europe/Berlin"),
        ({"timezone": "Tokyo Standard Time"}, "Asia/Tokyo", "Asia/Tokyo"),
        ({"timezone": None}, "Europe/Amsterdam", "UTC+"),  # the offset of its present time is left
    ],
)
async def test_a_time_of_day_is_that_of_the_person(door: Door, particular: dict[str, str | None], offset: str, called: str) -> None:
    door.teams.equip(HANNA, **particular)
    try:
        past = datetime.now(ZoneInfo(offset))
        said = f"{past:%H:%M}"
        answer = await door.desk.say(HANNA, f"pass for noor dekker at today {said}")
        assert f"{said} on {past:%Y-%m-%d} ({called}" in answer.text, answer.text
    finally:
        door.teams.equip(HANNA, timezone="Europe/Amsterdam")


async def test_a_time_zone_of_another_type_is_no_crash(door: Door) -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"localTimestamp": 5},
        {"localTimestamp": {}},
        {"entities": [{"type": "clientInfo", "timezone": ["x"]}], "localTimezone": None},
    )
    for wrong in wrongs:
        assert (await door.knock(door.activity("hello", **wrong))).status == 200
