"""Our trail against Entra's log: what belongs together, what does not, and what cannot be told yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.reconcile import LOG_LATE, MOST_NAMED, Comparison, DirectoryAudit, Execution, Known, compare, event, post

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SINCE = NOW - timedelta(hours=24)
ALICE, OMAR = "a11ce", "0ma2"


def execution(began: float, ended: float | None = None, target: str = ALICE, **more: object) -> Execution:
    """One that began so many minutes before now; by default it was over within one."""
    values = {"state": "succeeded", "request_ids": ("r-1",), "target_upn": f"{target}@fabrikam.example", **more}
    over = None if ended is None else NOW - timedelta(minutes=ended)
    return Execution(f"OP{began:g}", target, NOW - timedelta(minutes=began), ended=over, **values)  # type: ignore[arg-type]


def record(minutes: float, target: str = ALICE, result: str = "success") -> DirectoryAudit:
    """One of so many minutes before now."""
    at = NOW - timedelta(minutes=minutes)
    return DirectoryAudit(f"M_{minutes:g}", at, "Admin updated security info", "app", target, f"{target}@fabrikam.example", result, "c-1")


def compared(executions: list[Execution], records: list[DirectoryAudit]) -> Comparison:
    return compare(Known(SINCE, tuple(executions)), records, NOW)


def test_a_change_and_its_records_agree() -> None:
    found = compared([execution(120, 119)], [record(119.5), record(119.4)])
    assert found.agrees
    assert (found.changes, found.records, found.recent) == (1, 2, 0)


def test_nothing_agrees_with_nothing() -> None:
    assert compared([], []).agrees


@pytest.mark.parametrize("minutes", [124.9, 114.1])
def test_clocks_may_differ_by_five_minutes(minutes: float) -> None:
    assert compared([execution(120, 119)], [record(minutes)]).agrees


@pytest.mark.parametrize(("minutes", "target"), [(125.1, ALICE), (113.9, ALICE), (119.5, OMAR), (119.5, "")])
def test_a_record_at_another_time_or_about_another_account_is_unknown(minutes: float, target: str) -> None:
    found = compared([execution(120, 119)], [record(minutes, target)])
    assert [one.id for one in found.unknown] == [f"M_{minutes:g}"]
    assert [one.operation_id for one in found.missing] == ["OP120"]


def test_a_record_during_an_execution_that_has_not_ended_is_known() -> None:
    assert compared([execution(300, None, state="", request_ids=())], [record(5), record(299)]).agrees


def test_what_failed_here_may_still_have_its_record_there() -> None:
    found = compared([execution(120, 119, state="failed", request_ids=())], [record(119.5, result="failure")])
    assert found.agrees
    assert found.changes == 0


@pytest.mark.parametrize("state", ["succeeded", "partial"])
def test_a_change_that_entra_does_not_show_is_missing(state: str) -> None:
    assert [one.operation_id for one in compared([execution(120, 119, state=state)], []).missing] == ["OP120"]


@pytest.mark.parametrize(("state", "request_ids"), [("failed", ("r-1",)), ("stale", ("r-1",)), ("succeeded", ()), ("partial", ())])
def test_what_was_not_written_is_not_missed(state: str, request_ids: tuple[str, ...]) -> None:
    found = compared([execution(120, 119, state=state, request_ids=request_ids)], [])
    assert (found.agrees, found.changes) == (True, 0)


def test_a_record_of_a_failure_does_not_show_a_change() -> None:
    assert compared([execution(120, 119)], [record(119.5, result="failure")]).missing
    assert compared([execution(120, 119)], [record(119.6, result="failure"), record(119.5)]).agrees


def test_what_is_younger_than_the_log_is_late_is_counted_apart() -> None:
    late = LOG_LATE.total_seconds() / 60
    found = compared([execution(late, late - 1), execution(late + 2, late, OMAR)], [])
    assert ([one.target_id for one in found.missing], found.recent) == ([OMAR], 1)
    assert not compared([execution(late, late - 1)], []).missing


def test_what_lies_before_the_time_explains_and_is_not_reported() -> None:
    day = 24 * 60
    known = Known(SINCE, (execution(day + 3, day + 2), execution(day + 60, day - 60, OMAR)))
    assert known.records_from == NOW - timedelta(minutes=day + 60 + 5)
    assert Known(SINCE, (execution(60, 59),)).records_from == SINCE - timedelta(minutes=5), "what was done before the first change too"
    found = compare(known, [record(day - 1), record(day + 59, OMAR), record(day + 30, "other")], NOW)
    assert found.agrees, "the first by Entra's clock, the second because it began before, the third is too old"
    assert (found.changes, found.records) == (1, 1)


def test_a_discrepancy_has_the_same_name_whenever_it_is_found() -> None:
    found = compared([execution(120, 119, OMAR)], [record(5)])
    assert found.keys == ("entra:M_5", "trail:OP120")
    assert found.only(["trail:OP120"]).keys == ("trail:OP120",)
    assert found.only([]).agrees


def test_the_post_names_a_few_counts_the_rest_and_holds_no_number() -> None:
    found = compared([execution(120, 119, target_upn="+31 6 12345678")], [record(minutes) for minutes in range(1, 10)])
    remark = post(found, NOW)
    assert remark.grave
    assert remark.text.count("Not in my trail: ") == MOST_NAMED
    assert "And 5 more." in remark.text
    assert "replace its secret" in remark.hint
    assert "look with show" in remark.hint
    only_missing = post(found.only(["trail:OP120"]), NOW)
    assert only_missing.text.startswith("Not in Entra's log: OP120 for ")
    assert "12345678" not in only_missing.text
    assert "secret" not in only_missing.hint
    assert event(found, NOW).facts == {"count": 10, "text": remark.text}
