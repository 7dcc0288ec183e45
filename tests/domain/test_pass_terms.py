"""What is wanted of a pass; and secrets, which show themselves nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pass_terms import PassTerms, WantedPass, made_now, window
from bot.domain.secret import Issued, Secret, temporary_password

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)


def test_a_start_that_has_passed_means_at_once() -> None:
    assert WantedPass(60, start=NOW - timedelta(minutes=1)).due(NOW) == WantedPass(60)
    assert WantedPass(60, start=NOW).due(NOW) == WantedPass(60)
    later = WantedPass(60, start=NOW + timedelta(hours=1))
    assert later.due(NOW) is later
    assert WantedPass(60).due(NOW) == WantedPass(60)


@given(
    st.integers(10, 43200),
    st.none() | st.integers(-3000, 3000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.integers(0, 7200).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.integers(10, 480),
)
def test_a_pass_ends_when_that_was_agreed_or_at_the_minimum(minutes: int, start: datetime | None, now: datetime, minimum: int) -> None:
    wanted = WantedPass(max(minutes, minimum), start=start)
    begins, agreed = window(wanted, NOW)
    made = made_now(wanted, NOW, now, minimum)
    ends = (made.start or now) + timedelta(minutes=made.minutes)
    assert minimum <= made.minutes <= wanted.minutes
    assert ends >= min(agreed, now + timedelta(minutes=made.minutes))
    assert ends - timedelta(minutes=1) <= max(agreed, now + timedelta(minutes=minimum))
    assert made.start is None or (made.start, ends) == (begins, agreed)


def test_whom_the_policy_covers() -> None:
    def terms(included: str, excluded: str = "") -> PassTerms:
        return PassTerms(True, 60, 480, 60, False, frozenset(included.split()), frozenset(excluded.split()))

    mine = frozenset({"a", "b"})
    assert terms("all_users").cover(mine)
    assert terms("b c").cover(mine)
    assert not terms("c").cover(mine)
    assert not terms("").cover(mine)
    assert not terms("all_users", "a").cover(mine)


def test_a_secret_shows_itself_in_no_representation() -> None:
    secret = Secret("Kq7+Xw")
    issued = Issued(secret)
    assert "Kq7" not in f"{secret} {secret!r} {issued} {issued!r} {[secret]}"


def test_temporary_passwords_meet_the_complexity_rules_and_differ() -> None:
    made = {temporary_password().value for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert any(map(str.isupper, password))
        assert any(map(str.islower, password))
        assert any(map(str.isdigit, password))
        assert 16 <= len(password) <= 256
        assert not set(password) & set("0O1IlLS5Z2z")
