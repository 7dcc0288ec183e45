"""Who has only a phone, with whom theirs ends, and where it goes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.report import (
    BETTER,
    ENOUGH,
    IN_SIGHT,
    LOOK_BACK,
    NO_FACTOR,
    PHONES,
    WEEKS,
    Class,
    Day,
    Listed,
    ReportRow,
    classify,
    forecast,
    population,
    trend,
    with_role,
)
from bot.domain.retirement import Channel, Population, Retirement

TODAY = date(2026, 11, 29)
BOTH, VOICE = frozenset(Channel), frozenset({Channel.VOICE})

unknown = st.text(min_size=1).filter(lambda name: name not in BETTER | NO_FACTOR | PHONES.keys())
phones = st.sets(st.sampled_from(sorted(PHONES)))
better = st.sets(st.sampled_from(sorted(BETTER)))
no_factor = st.sets(st.sampled_from(sorted(NO_FACTOR)))
first = st.lists(st.sampled_from(["push", "oath", "sms", "voiceMobile", "voiceOffice", "Sms", "VoiceMobile", "Fido2", "none", ""]))


def row(*methods: str, first: tuple[str, ...] = ()) -> ReportRow:
    return ReportRow("id", methods, first)


@pytest.mark.parametrize(
    ("given_row", "of", "channels"),
    [
        (None, Class.UNKNOWN, frozenset()),
        (ReportRow("id", None), Class.UNKNOWN, frozenset()),
        (row(), Class.NOTHING, frozenset()),
        (row("email", "securityQuestion", "temporaryAccessPass"), Class.NOTHING, frozenset()),
        (row("mobilePhone"), Class.PHONE_ONLY, BOTH),
        (row("officePhone", "email"), Class.PHONE_ONLY, VOICE),
        (row("alternateMobilePhone", "temporaryAccessPass"), Class.PHONE_ONLY, VOICE),
        (row("mobilePhone", first=("sms",)), Class.PHONE_ONLY, BOTH),
        (row("mobilePhone", "somethingNew"), Class.UNKNOWN, BOTH),
        (row("somethingNew"), Class.UNKNOWN, frozenset()),
        (row("mobilePhone", "passKeySynced", first=("sms",)), Class.PHONE_DEFAULT, BOTH),
        (row("officePhone", "softwareOneTimePasscode", first=("voiceOffice",)), Class.PHONE_DEFAULT, VOICE),
        (row("mobilePhone", "passKeySynced", first=("Sms",)), Class.PHONE_DEFAULT, BOTH),
        (row("mobilePhone", "passKeySynced", first=("Fido2",)), Class.PHONE_TOO, BOTH),
        (row("mobilePhone", "passKeySynced"), Class.PHONE_TOO, BOTH),
        (row("mobilePhone", "passKeySynced", "somethingNew"), Class.PHONE_TOO, BOTH),
        (row("passKeySynced", "email", first=("sms",)), Class.STRONG, frozenset()),
    ],
)
def test_everybody_is_in_one_class(given_row: ReportRow | None, of: Class, channels: frozenset[Channel]) -> None:
    assert classify(given_row) == (of, channels)


@given(phones, better, no_factor, st.sets(unknown, max_size=2), first)
def test_only_who_has_nothing_else_has_only_a_phone(
    phones: set[str], better: set[str], no_factor: set[str], unknown: set[str], first: list[str]
) -> None:
    of, channels = classify(row(*phones, *better, *no_factor, *unknown, first=tuple(first)))
    assert (of is Class.PHONE_ONLY) == bool(phones and not better and not unknown)
    assert (of is Class.UNKNOWN) == bool(unknown and not better)
    assert (of is Class.STRONG) == bool(better and not phones)
    assert bool(channels) == bool(phones)
    assert (Channel.SMS in channels) == ("mobilePhone" in phones)
    # What is no second factor changes nothing, nor does the order.
    assert (of, channels) == classify(row(*sorted(phones | better | unknown, reverse=True), first=tuple(first)))


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_who_may_keep_it_longer_is_in_no_population_that_ends_sooner(external: bool, guest: bool, admin: bool, global_admin: bool) -> None:
    found = population(Listed("id", "upn", "name", external=external, guest=guest), {"id"} if global_admin else {"another"})
    if admin or global_admin:
        found = with_role(found)
    assert found.later == (external or global_admin)
    assert (found is Population.GLOBAL_ADMINISTRATOR) == global_admin
    assert (found is Population.MEMBER) == (not (external or guest or admin or global_admin))
    assert (found is Population.ADMINISTRATOR) == (admin and not external and not global_admin)
    ends = Retirement(date(2027, 2, 1), date(2027, 7, 1)).ends(found, BOTH)
    assert ends == (date(2027, 7, 1) if external or global_admin else date(2027, 2, 1))


@st.composite
def histories(draw: st.DrawFn) -> list[Day]:
    backs = draw(st.sets(st.integers(-3, 120), max_size=60))
    return [Day(TODAY - timedelta(days=back), draw(st.integers(0, 100_000)), 100_000) for back in backs]


@given(histories())
def test_a_trend_has_the_last_reading_of_each_week(days: list[Day]) -> None:
    points = trend(days, TODAY)
    assert len(points) <= WEEKS
    assert [point.day for point in points] == sorted({point.day for point in points})
    weeks = {(TODAY - each.day).days // 7: max(other.day for other in days if other.day <= TODAY and (TODAY - other.day).days // 7 ==
             (TODAY - each.day).days // 7) for each in days if 0 <= (TODAY - each.day).days < 7 * WEEKS}  # fmt: skip
    assert [point.day for point in points] == sorted(weeks.values())


@given(histories())
def test_a_forecast_needs_history_and_never_lies_in_the_past(days: list[Day]) -> None:
    found = forecast(days, TODAY)
    recent = [each for each in days if TODAY - LOOK_BACK <= each.day <= TODAY]
    if found is None:
        span = max((each.day for each in recent), default=TODAY) - min((each.day for each in recent), default=TODAY)
        last = max(recent, key=lambda each: each.day, default=Day(TODAY, 0, 0))
        assert len(recent) < 3 or span < ENOUGH or last.phone_only == 0 or last.day < TODAY
        return
    last = max(recent, key=lambda each: each.day)
    assert found.none_left is None or TODAY < found.none_left <= last.day + IN_SIGHT
    if found.a_week <= 0:
        assert found.none_left is None


@given(st.integers(1, 300), st.integers(0, 5_000), st.sets(st.integers(0, 28), min_size=5), st.integers(0, 10_000_000))
def test_an_even_fall_ends_where_its_line_does_whatever_one_bad_day_says(a_day: int, left: int, backs: set[int], wrong: int) -> None:
    backs |= {0, 8, 16, 24}
    days = [Day(TODAY - timedelta(days=back), left + 1 + a_day * back, 100_000) for back in sorted(backs)]
    found = forecast(days, TODAY)
    assert found is not None
    assert found.a_week == pytest.approx(7 * a_day)
    if (left + 1) / a_day <= IN_SIGHT.days:
        assert found.none_left == TODAY + timedelta(days=-(-(left + 1) // a_day))
    spoilt = [Day(days[2].day, wrong, 100_000) if each is days[2] else each for each in days]
    assert (again := forecast(spoilt, TODAY)) is not None
    assert again.a_week == pytest.approx(found.a_week)


def test_210_a_week_are_gone_on_12_january() -> None:
    days = [Day(TODAY - timedelta(days=back), 1_320 + 30 * back, 12_000) for back in range(28)]
    found = forecast(days, TODAY)
    assert found is not None
    assert (found.a_week, found.none_left) == (210, date(2027, 1, 12))


def test_what_should_be_over_by_now_and_was_not_read_since_is_no_forecast() -> None:
    days = [Day(TODAY - timedelta(days=back), 10 * (back - 9), 12_000) for back in range(10, 29)]
    assert forecast(days, TODAY) is None
    assert forecast(days, days[0].day) is not None


def test_what_grows_has_no_end() -> None:
    days = [Day(TODAY - timedelta(days=back), 500 - back, 12_000) for back in range(28)]
    found = forecast(days, TODAY)
    assert found is not None
    assert (found.a_week, found.none_left) == (-7, None)
