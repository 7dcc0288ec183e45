"""The report's card: what is counted, what ends, and charts of which nobody misses anything who sees none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.people import Actor
from bot.domain.replies import ReportShown
from bot.domain.report import Class, Counts, Scope
from bot.domain.retirement import Channel, Population, Retirement
from bot.languages import Readers
from cards import render
from tests.cards.card_schema import charts, elements, problems, strings, without_charts
from tests.cards.report_samples import DATES, DEPARTMENT, DEPARTMENTS, NOW, REPORT, WHOLE, falling, hostile_reports, reports


def words(shown: ReportShown, language: str = "en") -> str:
    """Everything that a client without charts shows, a line each."""
    reader = Readers("en").of(Actor("1", "t", "Noor", language=language))
    shown_to = elements(without_charts(render(shown, reader=reader).card["body"]))
    blocks = [each for each in shown_to if each.get("type") in ("TextBlock", "RichTextBlock")]
    lines = ["".join(run["text"] for run in each["inlines"]) if "inlines" in each else each["text"] for each in blocks]
    return "\n".join(lines).replace("\u00a0", " ")


def drawn(kind: str) -> dict[str, Any]:
    (found,) = [each for each in charts(render(WHOLE).card) if each["type"] == kind]
    return found


def test_the_checker_of_charts_catches_what_teams_would_not_draw() -> None:
    card, line, bars = render(WHOLE).card, drawn("Chart.Line"), drawn("Chart.HorizontalBar.Stacked")
    assert problems(card) == []
    point = line["data"][0]["values"][0]
    wrong: list[dict[str, Any]] = [
        {name: value for name, value in line.items() if name != "fallback"},
        line | {"fallback": "drop"},
        line | {"fallback": bars},
        line | {"colour": "good"},
        line | {"color": "red"},
        line | {"type": "Chart.Lines"},
        line | {"data": []},
        line | {"data": [{"legend": "x", "values": [point]}]},
        line | {"data": [{"legend": "x", "values": [point, {"x": "29 November", "y": 1}]}]},
        bars | {"data": [{"title": "x", "data": [{"legend": "x", "value": "12"}]}]},
        bars | {"data": [{"title": "x", "data": [{"legend": "x", "value": -1}]}]},
    ]
    for chart in wrong:
        assert problems(card | {"body": [chart]}), chart
    assert problems(card | {"body": [line | {"fallback": {"type": "TextBlok"}}]})  # the official schema reads what stands in its place


@pytest.mark.parametrize("name", reports())
def test_who_sees_no_chart_reads_every_number_of_it(name: str) -> None:
    shown = reports()[name]
    assert isinstance(shown, ReportShown)
    for chart in charts(render(shown).card):
        instead = " ".join(strings(chart["fallback"])).replace("\u00a0", " ")
        for series in chart["data"]:
            if chart["type"] == "Chart.Line":
                assert [f"{point['y']:,}" for point in series["values"] if f"{point['y']:,}" not in instead] == []
            else:
                assert series["title"] in instead
                assert f"{series['data'][0]['value']:,}" in instead
                assert f" of {sum(part['value'] for part in series['data']):,}" in instead


def test_a_chart_is_not_asked_for_by_a_name_that_no_client_has() -> None:
    assert [each for each in charts(render(WHOLE).card) if "requires" in each] == []


@pytest.mark.parametrize(
    "text", ["**bold** [click](https://evil.example) <at>all</at>", "{{DATE(2026-01-01T00:00:00Z)}} `x` _it_", "x" * 999]
)
def test_names_in_charts_do_nothing(text: str) -> None:
    card = render(hostile_reports(text)["report"]).card
    assert problems(card) == []
    labels = [each[key] for chart in charts(card) for each in elements(chart["data"]) for key in ("title", "legend") if key in each]
    assert labels
    for label in labels:
        assert len(label) <= 40
        assert not re.search(r"[*`\[\]<>]|\{\{|://|(?<!\w)_", label), label


def test_what_ends_for_whom_and_in_how_many_days() -> None:
    said = words(WHOLE)
    assert "Texts and calls end on 1 February 2027, in 64 days, for 3,912 of them: members and administrators." in said
    assert "Texts and calls end on 1 July 2027, in 214 days, for 101 of them: Global Administrators and external users." in said
    tomorrow = words(replace(WHOLE, now=NOW + timedelta(days=63)))
    assert "Texts and calls end on 1 February 2027, in 1 day, for 3,912 of them: members" in tomorrow
    afterwards = words(replace(WHOLE, now=NOW + timedelta(days=64)))
    assert "Texts and calls ended on 1 February 2027 for 3,912 of them: members" in afterwards


def test_a_provider_of_texts_leaves_those_who_can_only_be_called() -> None:
    said = words(replace(WHOLE, retirement=replace(DATES, provider=frozenset({Channel.SMS}))))
    assert "carries on with texts, not with calls. SMS sign-in ends on 1 February 2027, with a telephony provider too." in said
    assert "162 people have numbers that can only be called." in said
    assert "Calls end on 1 February 2027, in 64 days, for 160 of them: members." in said
    assert "Calls end on 1 July 2027, in 214 days, for 2 of them: external users." in said
    assert "4,013 of 11,700" in said


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        (frozenset(Channel), "carries on with texts and calls, so nobody loses them. SMS sign-in ends on 1 February 2027, with a"),
        (frozenset({Channel.VOICE}), "carries on with calls, which every phone takes; texts end. SMS sign-in ends on 1 February 2027"),
    ],
)
def test_with_a_provider_of_calls_nothing_is_counted_down(provider: frozenset[Channel], said: str) -> None:
    shown = words(replace(WHOLE, retirement=replace(DATES, provider=provider)))
    assert said in shown
    assert " days" not in shown


def test_another_cloud_has_a_report_and_no_countdown() -> None:
    said = words(replace(WHOLE, retirement=Retirement()))
    assert "named no day on which texts and calls end in this cloud" in said
    assert "days" not in said
    assert "4,013 of 11,700 people have only a phone" in said


def test_eight_departments_and_the_rest_counted() -> None:
    said = words(WHOLE)
    assert [name for name, _ in DEPARTMENTS if name and name not in said] == ["People", "Projects"]
    assert "No department" in said
    assert "and 2 more departments" in said


def test_a_department_is_not_compared_with_itself() -> None:
    said = words(ReportShown(DEPARTMENT, DATES, NOW, "d0"))
    assert "Logistics" in said
    assert "Departments with most of them" not in said
    assert "Kind of account" not in said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (falling(12, 210), "At 210 fewer a week, nobody is left on 12 April 2027. That is after 1 February 2027."),
        (falling(12, 2_000), "At 2,000 fewer a week, nobody is left on 14 December 2026."),
        (falling(12, 10), "At the pace of the last weeks they do not come to an end within two years."),
        (falling(12, 0), "They become no fewer."),
        (falling(12, -35), "They become 35 more each week."),
        (falling(1, 210)[-2:], "How it goes on shows here as soon as Entra ID was read in two different weeks."),
        ((), "How it goes on shows here as soon as Entra ID was read in two different weeks."),
    ],
)
def test_where_it_goes(days: Any, said: str) -> None:
    assert said in words(replace(WHOLE, report=replace(REPORT, days=days))).split("\n")


def test_a_department_without_a_visible_name_is_none() -> None:
    shown = replace(WHOLE, report=replace(REPORT, departments=(("\u3164", Counts({Class.PHONE_ONLY: 7})),)))
    assert "No department of 7" in words(shown)


def test_a_week_without_a_reading_is_a_gap() -> None:
    days = [day for day in falling(6, 210) if not 8 <= (NOW.date() - day.day).days <= 20]
    assert re.search(r"[▁-█]+·[▁-█]+", words(replace(WHOLE, report=replace(REPORT, days=days))))


@pytest.mark.parametrize(("hours", "told"), [(47, False), (49, True)])
def test_old_rows_of_entra_are_told(hours: int, told: bool) -> None:
    shown = replace(WHOLE, report=replace(REPORT, oldest=NOW - timedelta(hours=hours)))
    assert ("some rows are of" in words(shown)) is told


@pytest.mark.parametrize(
    ("minutes", "lists", "buttons"), [(59, True, ["list"]), (61, True, ["list", "read_again"]), (61, False, ["read_again"])]
)
def test_buttons(minutes: int, lists: bool, buttons: list[str]) -> None:
    shown = replace(WHOLE, report=replace(REPORT, read_at=NOW - timedelta(minutes=minutes)), lists=lists)
    assert [each["verb"] for each in render(shown).card.get("actions", ())] == buttons


def test_nobody_and_nobody_with_only_a_phone() -> None:
    empty = replace(REPORT, scope=Scope(group="Empty", members=frozenset()), populations={}, departments=(), days=())
    assert "Nobody of these is in what I read from Entra ID." in words(replace(WHOLE, report=empty))
    strong_ones = {Population.MEMBER: Counts({Class.STRONG: 12})}
    strong = replace(WHOLE, report=replace(REPORT, populations=strong_ones, departments=(), days=falling(4, 0, 0, 12)))
    said = words(strong)
    assert "Nobody of 12 people has only a phone" in said
    assert " days" not in said
    assert "actions" not in render(strong).card


def test_it_is_said_in_the_readers_language() -> None:
    said = words(WHOLE, "nl")
    assert "Van de 11.700 mensen hebben er 4.013 alleen een telefoon" in said.split("\n")
    assert "Sms'jes en oproepen stoppen op 1 februari 2027, over 64 dagen, voor 3.912 van hen: leden en beheerders." in said
    reader = Readers("en").of(Actor("1", "t", "Noor", language="nl"))
    assert {chart["title"] for chart in charts(render(WHOLE, reader=reader).card)} == {
        "Afdelingen met de meesten van hen", "Alleen een telefoon, per week",
    }  # fmt: skip
