"""A country that is named beside the table only, and numbers that were read as those of another one."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bot.domain.file_found import FILE_NAME, NO_ANSWERS, SHEET_NAME, Answers, Doubt, Found, Question, Unused, open_questions
from bot.sheets.read import read
from tests.sheets.conftest import saved

NATIONAL, WHOLE = "UPN,Mobile\na@b.example,06 12345678\n", "UPN,Mobile\na@b.example,+33 6 12345678\n"


def end(tmp_path: Path, content: bytes | str, name: str = "people.csv", answers: Answers = NO_ANSWERS, region: str = "NL") -> Found:
    """What else a file holds."""
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    *_, found = read(path, name, default_region=region, answers=answers)
    assert isinstance(found, Found)
    return found


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("Employees France", True), ("Medewerkers België", True), ("Site: Lyon, France", True), ("Staff UK", True), ("Staff FR", True),
        ("United Kingdom;users", True), ("# Frankrijk; 29-11-2026", True), ("Czech Republic", True), ("NL and BE", True),
        ("Employees Netherlands", False), ("Medewerkers Nederland", False), ("The Netherlands", False),
        ("Telephones of the Utrecht site", False),
        ("Report of HR and IT", False), ("AD export", False), ("EXPORTED BY IT IN UTRECHT", False), ("Frances and her team", False),
    ],
)  # fmt: skip
def test_a_line_above_the_names_may_name_another_country(tmp_path: Path, title: str, asked: bool) -> None:
    found = end(tmp_path, f"{title}\n{NATIONAL}")
    assert (found.national, found.region) == (1, "NL")
    assert [(each.doubt, each.place) for each in found.doubtful] == ([(Doubt.ELSEWHERE, "1")] if asked else [])
    assert open_questions(found, NO_ANSWERS) == ((Question.COLUMNS,) if asked else ())


def test_where_numbers_say_their_country_a_title_does_not_matter(tmp_path: Path) -> None:
    assert end(tmp_path, f"Employees France\n{WHOLE}").unused == ()
    assert end(tmp_path, "Employees France\nUPN,Country,Mobile\na@b.example,NL,06 12345678\n").unused == ()


def test_neither_does_it_where_the_country_was_answered_or_none_is_set(tmp_path: Path) -> None:
    content = "Employees France\nUPN,Mobile\na@b.example,06 12 34 56 78\n"
    assert end(tmp_path, content, answers=Answers(region="FR")).unused == ()
    assert end(tmp_path, content, answers=Answers(region="BE")).unused == ()
    assert end(tmp_path, content, region="").unused == ()


@pytest.mark.parametrize(
    ("name", "asked"),
    [("users_France.csv", True), ("EmployeesFrance.xlsx", True), ("staff-DE.csv", True), ("France", True), ("people.csv", False),
     ("users_NL.csv", False), ("netherlands.csv", False), ("AD_export.csv", False), ("", False)],
)  # fmt: skip
def test_so_may_the_name_of_the_file(tmp_path: Path, name: str, asked: bool) -> None:
    example = name.rpartition(".")[0] or name
    assert end(tmp_path, NATIONAL, name).unused == ((Unused("", Doubt.ELSEWHERE, example, FILE_NAME),) if asked else ())


def test_and_that_of_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "France"
    sheet.append(["UPN", "Mobile"])
    sheet.append(["a@b.example", "06 12345678"])
    assert end(tmp_path, saved(book)).unused == (Unused("", Doubt.ELSEWHERE, "France", SHEET_NAME),)


def test_numbers_in_titles_are_masked(tmp_path: Path) -> None:
    (told,) = end(tmp_path, NATIONAL, "France 0612345678.csv").unused
    assert told.example == "France ••••••••78"
