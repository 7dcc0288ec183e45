"""Times of day as people type them, in the zone of their Teams."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.commands.grammar.arguments import Who
from bot.commands.grammar.times import Moment, TwoDays, resolve
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


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("at 9", Moment(time(9))),
        ("at 9h30", Moment(time(9, 30))),
        ("om 9u30", Moment(time(9, 30))),
        ("om 9 uur", Moment(time(9))),
        ("at 9 o'clock", Moment(time(9))),
        ("at nine", Moment(time(9))),
        ("at 14:00 hrs", Moment(time(14))),
        ("at 1400", Moment(time(14))),
        ("at 9:00 PM", Moment(time(21))),
        ("at 9:00\u202fPM", Moment(time(21))),
        ("at 9pm", Moment(time(21))),
        ("at 9 p.m.", Moment(time(21))),
        ("at 12:15 am", Moment(time(0, 15))),
        ("at ٩:٣٠", Moment(time(9, 30))),
        ("at noon", Moment(time(12))),
        ("at midnight", Moment(time(0), "tomorrow")),
        ("tomorrow at 9:00", Moment(time(9), "tomorrow")),
        ("at 9:00 tomorrow", Moment(time(9), "tomorrow")),
        ("morgen om 9:00", Moment(time(9), "tomorrow")),
        ("today at noon", Moment(time(12), "today")),
        ("the day after tomorrow at 8am", Moment(time(8), "the day after tomorrow")),
        ("overmorgen 8 uur", Moment(time(8), "the day after tomorrow")),
        ("on monday at 9:00", Moment(time(9), "monday")),
        ("Monday 9:00", Moment(time(9), "monday")),
        ("op maandag om 9 uur", Moment(time(9), "monday")),
        ("at 9:00 on friday", Moment(time(9), "friday")),
        ("on 2026-09-15 at 08:00", Moment(time(8), date(2026, 9, 15))),
        ("at 2026-09-15T08:00", Moment(time(8), date(2026, 9, 15))),
        ("at 15-09-2026 08:00", Moment(time(8), date(2026, 9, 15))),
        ("on 9/15/2026 at 08:00", Moment(time(8), date(2026, 9, 15))),
        ("op 9.9.2026 om 8 uur", Moment(time(8), date(2026, 9, 9))),
        ("at 9-10-2026 8am", Moment(time(8), TwoDays("9-10-2026", date(2026, 10, 9), date(2026, 9, 10)))),
        ("in 2 hours", Moment(time(), later=timedelta(hours=2))),
        ("in half an hour", Moment(time(), later=timedelta(minutes=30))),
        ("over 2 uur", Moment(time(), later=timedelta(hours=2))),
    ],
)
def test_as_people_and_clients_say_it(typed: str, moment: Moment) -> None:
    for line in (f"pass for omar farouk {typed}", f"pass for omar farouk {typed} for an hour", f"recover omar farouk first day {typed}"):
        said = parse(line)
        assert said.args["start"] == moment
        assert said.who == Who("omar farouk")


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("for an hour", 1),
        ("for half an hour", 0.5),
        ("for 1 week", 168),
        ("for two hours", 2),
        ("for 1h30", 1.5),
        ("for 1:30", 1.5),
        ("for 1.5 hours", 1.5),
        ("for 1 hour and 30 minutes", 1.5),
        ("for an hour and a half", 1.5),
        ("for a quarter of an hour", 0.25),
        ("for ٩٠ minutes", 1.5),
        ("voor een uur", 1),
        ("voor anderhalf uur", 1.5),
        ("voor 1,5 uur", 1.5),
        ("voor 2 weken", 336),
        ("voor een kwartier", 0.25),
    ],
)
def test_how_long_as_people_say_it(typed: str, hours: float) -> None:
    for line in ("freeze omar farouk", "pass for omar farouk"):
        said = parse(f"{line} {typed}")
        assert (said.args["time"], said.who) == (timedelta(hours=hours), Who("omar farouk"))
    assert parse(f"threat high {typed} because odd calls").args["time"] == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("at 25:00", "“25:00” is no time"),
        ("at 14:60", "“14:60” is no time"),
        ("at 13:00 pm", "I do not know what to do with “pm”"),
        ("at soon", "“soon” is no time"),
        ("tomorrow", "“tomorrow” is no time"),
        ("at tomorrow", "“tomorrow” is no time"),
        ("at 2026-02-30 08:00", "“2026-02-30” is no time"),
        ("at 2026-09-15", "“2026-09-15” is no time"),
        ("om straks", "“straks” is no time"),
        ("for ages", "“ages” is no length of time"),
        ("for 90", "“90” is no length of time"),
        ("for 1 month", "“1” is no length of time"),
        ("voor altijd", "“altijd” is no length of time"),
        ("until monday", "I do not know what to do with “until monday”"),
        ("60 minutes", "Did you mean `pass for omar for 60 minutes`?"),
    ],
)
def test_what_is_no_time_is_said_to_be_none(typed: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(f"pass for omar {typed}")
    assert refused.value.text.startswith(said)
    assert "Did you mean" in said or "quotation marks" in refused.value.hint


@pytest.mark.parametrize(
    "name",
    ["om prakash", "Ravi Om Prakash", "jan in 't veld", "anna op den camp", "Kim At Sea", "els over de brug", "may vrijdag-smit", "4ever"],
)
def test_names_with_such_words_are_names(name: str) -> None:
    assert parse(f"pass for {name} at 9").who == Who(name)
    assert parse(f"freeze {name}").who == Who(name)


@pytest.mark.parametrize(
    ("moment", "zone", "meant"),
    [
        (Moment(time(14)), AMSTERDAM, datetime(2026, 9, 14, 12, tzinfo=UTC)),
        (Moment(time(14)), "", datetime(2026, 9, 14, 14, tzinfo=UTC)),
        (Moment(time(8), "tomorrow"), AMSTERDAM, datetime(2026, 9, 15, 6, tzinfo=UTC)),
        (Moment(time(8), date(2026, 9, 20)), "Asia/Tokyo", datetime(2026, 9, 19, 23, tzinfo=UTC)),
        (Moment(time(12), "monday"), AMSTERDAM, datetime(2026, 9, 14, 10, tzinfo=UTC)),  # which it is
        (Moment(time(9), "monday"), AMSTERDAM, datetime(2026, 9, 21, 7, tzinfo=UTC)),
        (Moment(time(9), "sunday"), AMSTERDAM, datetime(2026, 9, 20, 7, tzinfo=UTC)),
        (Moment(time(9), "the day after tomorrow"), "", datetime(2026, 9, 16, 9, tzinfo=UTC)),
        (Moment(time(), later=timedelta(hours=2)), AMSTERDAM, datetime(2026, 9, 14, 11, 30, tzinfo=UTC)),
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
        (Moment(time(), later=timedelta()), "", "is past"),
    ],
)
def test_what_is_refused(moment: Moment, zone: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        resolve(moment, NOW, zone)


@pytest.mark.parametrize(
    ("day", "clock", "why"),
    [
        (date(2026, 3, 29), time(2, 30), r"02:30 on 2026-03-29 \(Europe/Amsterdam\) does not exist: the clocks go forward"),
        (date(2026, 10, 25), time(2, 30), r"02:30 on 2026-10-25 \(Europe/Amsterdam\) comes twice: the clocks go back"),
    ],
)
def test_an_hour_that_the_clocks_leave_out_or_repeat_is_said(day: date, clock: time, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        resolve(Moment(clock, day), datetime.combine(day, time(), UTC) - timedelta(days=1), AMSTERDAM)
    before = resolve(Moment(time(1, 59), day), datetime.combine(day, time(), UTC) - timedelta(days=1), AMSTERDAM)
    after = resolve(Moment(time(3), day), datetime.combine(day, time(), UTC) - timedelta(days=1), AMSTERDAM)
    assert after - before in (timedelta(minutes=1), timedelta(hours=2, minutes=1))
