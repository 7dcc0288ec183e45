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
        ([], "2026-01-05T10:00:00+05:30", "Asia/Kolkata"),
        ([], "2026-01-05T10:00:00+0545", "Asia/Kathmandu"),
        ([], "2026-01-05T10:00:00-03:30", "America/St_Johns"),
        ([], "2026-01-05T10:00:00+05:31", ""),
        ([], "2026-01-05", ""),
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


@pytest.mark.parametrize(
    ("told", "zone_said"),
    [
        ({"localTimezone": "Asia/Tokyo"}, "that of your Teams: Asia/Tokyo."),
        ({"entities": [{"type": "clientInfo", "timezone": "Tokyo Standard Time"}]}, "that of your Teams: Asia/Tokyo."),
        ({"localTimestamp": "2026-01-05T10:00:00.000+05:30"}, "that of your Teams: Asia/Kolkata."),
        ({"localTimestamp": "2026-01-05T10:00:00.000-05:00"}, "that of your Teams: UTC-5."),
        ({}, "does not say which time zone you are in, so I read the time as UTC."),
    ],
)
async def test_a_card_says_in_which_zone_a_time_was_read(door: Door, told: dict[str, Any], zone_said: str) -> None:
    silent: dict[str, Any] = {"localTimezone": None, "localTimestamp": None, "entities": []}
    for line in ("pass for noor dekker tomorrow at 9", "recover noor dekker first day tomorrow 9am"):
        await door.knock(door.activity(line, **silent | told))
        assert zone_said in door.last_words(), line
    await door.knock(door.activity("pass for noor dekker in 2 hours", **silent | told))
    assert zone_said not in door.last_words()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pass for noor dekker at soon", "“soon” is no time"),
        ("pass for noor dekker for ages", "“ages” is no length of time"),
        ("freeze noor dekker for 90", "“90” is no length of time"),
        ("pass for noor dekker at 25:00", "“25:00” is no time"),
    ],
)
async def test_what_is_no_time_is_not_taken_for_a_name(door: Door, line: str, said: str) -> None:
    answer = await door.desk.say(HANNA, line)
    assert said in answer.text
    assert "nobody called" not in answer.text


@pytest.mark.parametrize("line", ["freeze kenji tanaka for 1 week", "freeze kenji tanaka for an hour", "bevries kenji tanaka voor 3 dagen"])
async def test_how_long_is_read_as_people_say_it(door: Door, line: str) -> None:
    answer = await door.desk.say(HANNA, line)
    assert "Kenji Tanaka" in answer.text
    assert "nobody called" not in answer.text


async def test_an_hour_that_does_not_exist_is_said(door: Door) -> None:
    try:
        for day, said in (("2027-03-28", "does not exist: the clocks go forward"), ("2027-10-31", "comes twice: the clocks go back")):
            ahead = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(days=2)
            door.desk.clock.ahead = ahead - datetime.now(UTC)
            answer = await door.desk.say(HANNA, f"pass for noor dekker at {day} 02:30")
            assert f"02:30 on {day} (Europe/Amsterdam) {said}" in answer.text, answer.text
    finally:
        door.desk.clock.ahead = timedelta()


async def test_a_form_takes_times_as_clients_give_them(door: Door) -> None:
    for start, length in (("9:00 PM", "1:00"), ("tomorrow at 9", "an hour"), ("21.00", "1h30")):
        form = await door.desk.say(HANNA, "pass")
        filled = {"input_who": "noor dekker", "input_start": start, "input_time": length}
        await door.desk.press(HANNA, form, "fill", data=filled)
        assert "confirm" in form.verbs or "is past" in form.text, form.text
    form = await door.desk.say(HANNA, "pass")
    await door.desk.press(HANNA, form, "fill", data={"input_who": "noor dekker", "input_time": "60"})
    assert "“60” is no length of time" in form.text


async def test_a_time_zone_of_another_type_is_no_crash(door: Door) -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"localTimestamp": 5},
        {"localTimestamp": {}},
        {"entities": [{"type": "clientInfo", "timezone": ["x"]}], "localTimezone": None},
    )
    for wrong in wrongs:
        assert (await door.knock(door.activity("hello", **wrong))).status == 200
