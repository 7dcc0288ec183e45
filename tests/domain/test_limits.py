"""Limits: whatever was done before, no more than the policy says gets through, and a lift is the only way round."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import alarms, limits
from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.limits import DAY, HOUR, NO_LIMITS, SetBefore, Usage, check, may_freeze, number_digest, reached, warnings
from bot.domain.methods import PhoneType
from bot.domain.people import Actor, Person
from bot.domain.policy import Reason
from bot.domain.rules import Limits

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
ALICE, HANNA = Person("alice", "Alice Jansen", "alice@x"), Actor("hanna", "tenant", "Hanna Visser")

moments = st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta()).map(lambda by: NOW + by)
times = st.lists(moments, max_size=12).map(tuple)
windows = st.sampled_from((HOUR, DAY))
most = st.integers(min_value=0, max_value=8)
before = st.none() | st.builds(SetBefore, st.just("Omar"), st.just("omar@x"), moments)
usages = st.builds(
    Usage, target=times, agent=times, requests=times, contained=times, target_lifted=st.none() | moments, agent_lifted=st.none() | moments,
    before=before,
)  # fmt: skip
kinds = st.fixed_dictionaries({"asks_others": st.booleans(), "contains": st.booleans()})
policies = st.builds(
    Limits, target_per_day=most, agent_per_hour=most, same_number=st.sampled_from(("refuse", "warn", "allow")), refusals_per_hour=most,
    team_per_day=most, requests_per_hour=most, contain_per_hour=most, freezes_per_hour=most,
)  # fmt: skip


@given(times, most, windows, st.none() | moments)
def test_a_limit_is_reached_by_so_many_in_its_window_and_ends_when_the_next_fits(
    done: tuple[datetime, ...], allowed: int, window: timedelta, lifted: datetime | None
) -> None:
    counted = [at for at in done if at > NOW - window and (lifted is None or at > lifted)]
    ends = reached(done, allowed, window, NOW, lifted)
    assert (ends is not None) == (0 < allowed <= len(counted))
    if ends:
        assert ends > NOW
        assert reached(done, allowed, window, ends, lifted) is None
        assert reached(done, allowed, window, ends - timedelta(microseconds=1), lifted) is not None


@given(times, st.integers(min_value=1, max_value=8), windows)
def test_done_one_after_the_other_no_window_ever_holds_more(asked: tuple[datetime, ...], allowed: int, window: timedelta) -> None:
    done: list[datetime] = []
    for at in sorted(asked):
        if reached(done, allowed, window, at) is None:
            done.append(at)
    assert all(len([other for other in done if at - window < other <= at]) <= allowed for at in done)


@given(policies, usages, kinds)
def test_what_is_refused_says_when_it_ends_or_who_can_lift_it(policy: Limits, usage: Usage, kind: dict[str, bool]) -> None:
    decision = check(policy, usage, ALICE, HANNA, NOW, **kind)
    if not decision.allowed:
        assert decision.reason is (Reason.CONTAIN_LIMIT if kind["contains"] else Reason.LIMIT)
        assert "It ends on" in decision.text or "Omar" in decision.text
        assert "lift limits for" in decision.hint


@given(policies, usages, moments, kinds)
def test_more_usage_never_allows_what_less_forbids(policy: Limits, usage: Usage, further: datetime, kind: dict[str, bool]) -> None:
    counts = ("target", "agent", "requests", "contained")
    further_by_count: dict[str, Any] = {name: (*getattr(usage, name), further) for name in counts}
    more = replace(usage, **further_by_count)
    assert not check(policy, more, ALICE, HANNA, NOW, **kind).allowed or check(policy, usage, ALICE, HANNA, NOW, **kind).allowed


@given(policies, usages, kinds)
def test_lifting_both_now_lets_everything_pass(policy: Limits, usage: Usage, kind: dict[str, bool]) -> None:
    assert check(policy, replace(usage, target_lifted=NOW, agent_lifted=NOW), ALICE, HANNA, NOW, **kind).allowed


@given(usages, times, kinds)
def test_without_limits_nothing_is_refused_or_warned_of(usage: Usage, frozen: tuple[datetime, ...], kind: dict[str, bool]) -> None:
    assert check(NO_LIMITS, usage, ALICE, HANNA, NOW, **kind).allowed
    assert warnings(NO_LIMITS, usage) == ()
    assert may_freeze(NO_LIMITS, frozen, "Hanna", NOW, None).allowed


@given(policies, usages, st.booleans())
def test_only_its_own_count_refuses_what_only_takes_access_away(policy: Limits, usage: Usage, asks_others: bool) -> None:
    recent = [at for at in usage.contained if at > NOW - HOUR and not (usage.agent_lifted and at <= usage.agent_lifted)]
    decision = check(policy, usage, ALICE, HANNA, NOW, asks_others=asks_others, contains=True)
    assert decision.allowed == (not 0 < policy.contain_per_hour <= len(recent))
    without = replace(policy, contain_per_hour=0)
    alone = check(without, usage, ALICE, HANNA, NOW, asks_others=asks_others)
    assert alone == check(policy, usage, ALICE, HANNA, NOW, asks_others=asks_others)  # and it counts for nothing else


@given(policies, usages)
def test_only_what_asks_others_is_refused_for_asking_too_much(policy: Limits, usage: Usage) -> None:
    alone = check(policy, usage, ALICE, HANNA, NOW)
    asking = check(policy, usage, ALICE, HANNA, NOW, asks_others=True)
    recent = [at for at in usage.requests if at > NOW - HOUR and not (usage.agent_lifted and at <= usage.agent_lifted)]
    assert asking.allowed == (alone.allowed and not 0 < policy.requests_per_hour <= len(recent))


@given(policies, times, st.none() | moments)
def test_a_freeze_beyond_the_limit_is_refused_and_told(policy: Limits, frozen: tuple[datetime, ...], lifted: datetime | None) -> None:
    decision = may_freeze(policy, frozen, "Hanna", NOW, lifted)
    recent = [at for at in frozen if at > NOW - HOUR and not (lifted and at <= lifted)]
    assert decision.allowed == (not 0 < policy.freezes_per_hour <= len(recent))
    if not decision.allowed:
        assert "lift limits for Hanna" in decision.hint
        remark = alarms.beyond(policy, decision.reason.value, "Hanna", NOW)
        assert remark is not None
        assert remark.grave
        assert "unfreeze all by Hanna" in remark.hint


def test_of_which_limits_the_log_channel_is_told() -> None:
    told = {reason for reason in Reason if alarms.beyond(Limits(), reason.value, "Hanna", NOW)}
    assert told == {Reason.CONTAIN_LIMIT, Reason.FREEZE_LIMIT}
    assert told <= alarms.TELLING  # or nobody would look


@pytest.mark.parametrize(("mode", "allowed", "warned"), [("refuse", False, 1), ("warn", True, 1), ("allow", True, 0)])
def test_a_number_of_somebody_else(mode: str, allowed: bool, warned: int) -> None:
    policy = replace(NO_LIMITS, same_number=mode)
    usage = Usage(before=SetBefore("Omar Farouk", "omar@x", NOW - timedelta(days=2)))
    assert check(policy, usage, ALICE, HANNA, NOW).allowed is allowed
    assert warnings(policy, usage) == ("This number was set for another person, Omar Farouk, on 12 September 2026.",) * warned
    lifted = replace(usage, target_lifted=NOW - timedelta(hours=23))
    assert check(policy, lifted, ALICE, HANNA, NOW).allowed
    assert check(policy, lifted, ALICE, HANNA, NOW + timedelta(hours=2)).allowed is allowed  # a lift serves for a day


def test_the_end_is_said_to_the_minute_and_never_too_early() -> None:
    usage = Usage(target=(NOW - timedelta(hours=1, seconds=-1),))
    assert "It ends on 15 September, 08:31 UTC." in check(replace(NO_LIMITS, target_per_day=1), usage, ALICE, HANNA, NOW).text


def test_a_number_is_recognised_however_it_is_written_and_an_extension_makes_another() -> None:
    assert number_digest("+31 612345678") == number_digest("+31612345678")
    assert len({number_digest(number) for number in ("+31 612345678", "+31 612345679", "+31 612345678x1")}) == 3
    on = Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, Switch.OFF, Switch.ON)
    gone = Change(ChangeKind.REMOVE_PHONE, PhoneType.MOBILE, "+31 612345678", None)
    assert limits.digests((on, gone)) == frozenset()


def test_which_refusals_mean_something() -> None:
    assert {"not_in_helpdesk_group", "own_account", "frozen", "limit_reached", "denied_by_rule", "not_requester"} <= alarms.TELLING
    harmless = {"usage", "invalid_number", "no_such_person", "paused", "needs_reason", "needs_ticket", "allowed", "too_late"}
    assert not harmless & alarms.TELLING
    assert set(alarms.IN_WORDS) == alarms.TELLING


@given(st.lists(st.tuples(moments, st.sampled_from(("not_in_helpdesk_group", "usage", "frozen"))), max_size=12), most)
def test_an_agent_raises_an_alarm_by_refusals_that_mean_something(refused: list[tuple[datetime, str]], allowed: int) -> None:
    telling = [code for _, code in refused if code != "usage"]
    remark = alarms.refusals(replace(NO_LIMITS, refusals_per_hour=allowed), "Oscar", refused, NOW)
    assert (remark is not None) == (0 < allowed <= len(telling))
    assert remark is None or f"refused {len(telling)} times" in remark.text
