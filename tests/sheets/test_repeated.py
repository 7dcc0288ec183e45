"""What looks like one table and is two; cells that reach over several rows."""

from __future__ import annotations

import openpyxl
import pytest

from bot.domain.file_found import NO_ANSWERS, Doubt, Question, open_questions
from tests.sheets.conftest import Reader, Telling, refusal, saved

NOOR, LOTTE, MOBILE, OFFICE = "noor.dekker@fabrikam.example", "lotte.visser@fabrikam.example", "+31612345678", "+31207654321"


@pytest.mark.parametrize("again", ["UPN,Mobile,Office", "User,mobile phone,Business phone", "Gebruiker,Mobiel,Kantoor,"])
def test_the_names_of_the_columns_once_more_are_nobodys(reading: Reader, again: str) -> None:
    rows = reading(f"UPN,Mobile,Office\n{NOOR},{MOBILE},{OFFICE}\n{again}\n{LOTTE},{MOBILE},{OFFICE}\n")
    assert [(row.number, row.problem) for row in rows] == [(2, ""), (4, "")]


@pytest.mark.parametrize("again", ["UPN,Office,Mobile", "Mobile,UPN,Office", "UPN,Mobile,Country", "UPN,Mobile,Old office"])
def test_other_names_begin_another_table(reading: Reader, again: str) -> None:
    refused = refusal(reading, f"UPN,Mobile,Office\n{NOOR},{MOBILE},{OFFICE}\n\n{again}\n{LOTTE},{OFFICE},{MOBILE}\n")
    assert (refused.code, "Row 4" in refused.text) == ("file_two_tables", True)


def test_what_stands_in_rows_is_no_header(reading: Reader) -> None:
    rows = reading(f"UPN,Mobile,Kind,Line\n{NOOR},{MOBILE},Employee,Mobile\n,,Employee,\nwho?,,User,none\n")
    assert [bool(row.problem) for row in rows] == [False, True, True]


def merged(area: str, *rows: list[str | None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    sheet.merge_cells(area)
    return saved(book)


@pytest.mark.parametrize(
    ("name", "cell"), [("Country", "France"), ("Action", "remove"), ("Office", OFFICE), ("Display name", "Noor Dekker")]
)
def test_cells_that_are_merged_with_those_below_are_not_read(reading: Reader, name: str, cell: str) -> None:
    refused = refusal(reading, merged("A2:A3", [name, "UPN", "Mobile"], [cell, NOOR, "0612345678"], [None, LOTTE, "0612345679"]))
    assert (refused.code, name in refused.text) == ("file_merged", True)


@pytest.mark.parametrize("area", ["A1:C1", "B3:C3", "C3:C4"])
def test_what_is_merged_elsewhere_does_no_harm(reading: Reader, area: str) -> None:
    rows = reading(merged(area, ["Numbers of Utrecht", None, None], ["UPN", "Mobile", "Site"], [NOOR, MOBILE, "x"], [LOTTE, MOBILE, None]))
    assert [row.problem for row in rows] == ["", ""]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (f"DRAFT - do not process before 2027\nUPN,Mobile\n{NOOR},{MOBILE}\n", 1),
        (f",Do not use,Use\nUPN,Mobile,Office\n{NOOR},{MOBILE},{OFFICE}\n", 1),
        (f"UPN,Mobile\n{NOOR},{MOBILE}\nThe rows below: do not process!,\n{LOTTE},{MOBILE}\n", 3),
        (f"UPN,Mobile\n{NOOR},{MOBILE}\n\nLeft the company:\n{LOTTE},{MOBILE}\n", 4),
    ],
)
def test_a_line_about_nobody_may_hold_the_others_back(telling: Telling, content: str, row: int) -> None:
    _, end = telling(content)
    assert [(each.place, each.doubt) for each in end.unused] == [(str(row), Doubt.BRAKE)]
    assert open_questions(end, NO_ANSWERS) == (Question.COLUMNS,)


def test_other_lines_are_no_brakes(telling: Telling) -> None:
    _, end = telling(f"Numbers of Utrecht\n,Phones,\nUPN,Mobile,Office\n{NOOR},{MOBILE},{OFFICE}\nTotal\n")
    assert end.unused == ()
