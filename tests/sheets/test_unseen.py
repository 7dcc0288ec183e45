"""What the sender of a workbook does not see: hidden rows, hidden columns, other sheets. Nothing of it is used or dropped unsaid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.domain.file_found import NO_ANSWERS, Answers, Question, Sheet, open_questions
from bot.domain.methods import PhoneType
from bot.domain.rows import Wish
from bot.errors import Refusal
from tests.sheets.conftest import Telling, by_hand, inline, saved, table

NOOR = ("noor@b.example", "06 12345678", "Utrecht")
LOTTE = ("lotte@b.example", "06 12345679", "Breda")
KENJI = ("kenji@b.example", "06 12345690", "Utrecht")
HEADER = ("UPN", "Mobile", "Site")
WITH, WITHOUT = Answers(hidden=True), Answers(hidden=False)


def filled(sheet: Worksheet, *rows: tuple[object, ...]) -> Worksheet:
    """The sheet with these rows."""
    for row in rows:
        sheet.append(list(row))
    return sheet


def one(*rows: tuple[object, ...]) -> tuple[openpyxl.Workbook, Worksheet]:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return book, filled(sheet, *rows)


def users(rows: Sequence[object]) -> list[str]:
    """Whom the rows are about, without what comes after the name."""
    return [str(getattr(row, "user", "")).partition("@")[0] for row in rows]


def test_rows_that_a_filter_hides_are_left_out_and_counted(telling: Telling) -> None:
    book, sheet = one(HEADER, NOOR, LOTTE, KENJI, (), ("", "", ""))
    sheet.auto_filter.ref = "A1:C4"
    sheet.auto_filter.add_filter_column(2, ["Utrecht"])
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[5].hidden = True  # nothing is in it
    content = saved(book)
    rows, found = telling(content)
    assert [(row.number, row.user) for row in rows] == [(2, "noor@b.example"), (4, "kenji@b.example")]
    assert (found.hidden_rows, found.hidden_columns, open_questions(found, NO_ANSWERS)) == (1, (), ())
    rows, found = telling(content, WITH)
    assert (users(rows), found.hidden_rows) == (["noor", "lotte", "kenji"], 1)
    rows, found = telling(content, WITHOUT)
    assert (users(rows), found.hidden_rows) == (["noor", "kenji"], 1)


HIDING: Mapping[str, Callable[[Worksheet], None]] = {
    "hidden": lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True),
    "a hair's breadth": lambda sheet: setattr(sheet.row_dimensions[3], "height", 0.75),
    "a group that is closed": lambda sheet: sheet.row_dimensions.group(3, 3, hidden=True),
}


@pytest.mark.parametrize("how", HIDING)
def test_a_row_may_be_hidden_in_several_ways(telling: Telling, how: str) -> None:
    book, sheet = one(HEADER, NOOR, LOTTE)
    HIDING[how](sheet)
    rows, found = telling(saved(book))
    assert (users(rows), found.hidden_rows) == (["noor"], 1)


def test_a_row_is_shown_that_is_only_low(telling: Telling) -> None:
    book, sheet = one(HEADER, NOOR, LOTTE)
    sheet.row_dimensions[3].height = 8
    assert users(telling(saved(book))[0]) == ["noor", "lotte"]


def test_all_rows_hidden_is_said(telling: Telling) -> None:
    book, sheet = one(HEADER, NOOR, LOTTE)
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = True
    with pytest.raises(Refusal, match="all 2 rows below the names of the columns are hidden") as refused:
        telling(saved(book))
    assert "Show the rows that you mean" in refused.value.hint
    assert users(telling(saved(book), WITH)[0]) == ["noor", "lotte"]


def test_a_header_that_is_hidden_is_the_header(telling: Telling) -> None:
    book, sheet = one(("Telephones of the Utrecht site",), HEADER, NOOR)
    sheet.row_dimensions[1].hidden = sheet.row_dimensions[2].hidden = True
    rows, found = telling(saved(book))
    assert ([row.number for row in rows], found.hidden_rows) == ([3], 0)


COLUMNS: Mapping[str, Callable[[Worksheet], None]] = {
    "hidden": lambda sheet: setattr(sheet.column_dimensions["C"], "hidden", True),
    "a hair's breadth": lambda sheet: setattr(sheet.column_dimensions["C"], "width", 0.1),
    "a group that is closed": lambda sheet: sheet.column_dimensions.group("C", "C", hidden=True),
}


@pytest.mark.parametrize("how", COLUMNS)
def test_hidden_columns_are_left_out_and_named(telling: Telling, how: str) -> None:
    """The office number of the report: nobody saw it, and it was written."""
    book, sheet = one(("UPN", "Mobile", "Office", "Site"), (*NOOR[:2], "020 7654321", "Utrecht"), ("lotte@b.example", "", "020 7654322"))
    COLUMNS[how](sheet)
    content = saved(book)
    rows, found = telling(content)
    assert rows[0].wishes == (Wish(PhoneType.MOBILE, "+31 612345678"),)
    assert "asks for nothing" in rows[1].problem
    assert (found.hidden_columns, found.hidden_matter, found.hidden_rows) == (("Office",), (), 0)
    rows, found = telling(content, WITH)
    assert [len(row.wishes) for row in rows] == [2, 1]
    assert found.hidden_columns == ("Office",)


def test_a_row_with_hidden_cells_only_is_nobodys(telling: Telling) -> None:
    book, sheet = one(HEADER, NOOR, (None, None, "old site"))
    sheet.column_dimensions["C"].hidden = True
    rows, found = telling(saved(book))
    assert (users(rows), found.hidden_rows, found.hidden_columns) == (["noor"], 0, ("Site",))


@pytest.mark.parametrize(
    "name",
    ["Object ID", "SamAccountName", "DisplayName", "Last name", "Achternaam", "Country", "UsageLocation", "Land", "c", "Action", 
     "ForcedRemoval", "Skip", "Approved", "Status", "Remarks", "Opmerking", "Start date", "Ingangsdatum", "Do not change", "Tenant"],
)  # fmt: skip
def test_a_hidden_column_that_decides_is_asked_about(telling: Telling, name: str) -> None:
    book, sheet = one(("UPN", "Mobile", name), NOOR, LOTTE)
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[3].hidden = True
    rows, found = telling(saved(book))
    assert rows == []
    assert (found.hidden_matter, found.hidden_columns, found.hidden_rows) == ((name,), (name,), 1)
    assert open_questions(found, NO_ANSWERS) == (Question.HIDDEN,)
    rows, found = telling(saved(book), WITHOUT)
    assert (users(rows), open_questions(found, WITHOUT)) == (["noor"], ())


def test_a_hidden_column_that_finds_the_person_is_never_dropped_unasked(telling: Telling) -> None:
    book, sheet = one(("Row", *HEADER), ("1", *NOOR))
    sheet.column_dimensions["B"].hidden = True
    assert telling(saved(book))[1].hidden_matter == ("UPN",)
    assert users(telling(saved(book), WITH)[0]) == ["noor"]
    with pytest.raises(Refusal, match="one that says who it is"):
        telling(saved(book), WITHOUT)


def test_where_all_that_is_to_change_is_hidden_it_is_asked_about(telling: Telling) -> None:
    book, sheet = one(("UPN", "Site", "Mobile"), ("noor@b.example", "Utrecht", "+31 6 12345678"))
    sheet.column_dimensions["C"].hidden = True
    rows, found = telling(saved(book))
    assert (rows, found.hidden_matter, open_questions(found, NO_ANSWERS)) == ([], ("Mobile",), (Question.HIDDEN,))
    assert users(telling(saved(book), WITH)[0]) == ["noor"]


@pytest.mark.parametrize("name", ["Office", "Site", "Department", "Manager", "City", "Job title"])
def test_other_hidden_columns_are_no_question(telling: Telling, name: str) -> None:
    book, sheet = one(("UPN", "Mobile", name), NOOR)
    sheet.column_dimensions["C"].hidden = True
    _, found = telling(saved(book))
    assert (found.hidden_columns, found.hidden_matter) == ((name,), ())


def test_passwords_are_passwords_when_they_are_hidden(telling: Telling) -> None:
    book, sheet = one(("UPN", "Mobile", "Password"), NOOR)
    sheet.column_dimensions["C"].hidden = True
    with pytest.raises(Refusal) as refused:
        telling(saved(book))
    assert refused.value.code == "file_secrets"


COLS = [
    ("<cols><col min='2' max='16384' hidden='1'/></cols>", ("Mobile", "Office")),
    ("<cols><col min='3' max='3' hidden='true'/></cols>", ("Office",)),
    ("<cols><col min='3' max='3' width='0' customWidth='1'/></cols>", ("Office",)),
    ("<sheetFormatPr defaultColWidth='0'/><cols><col min='1' max='2' width='9'/></cols>", ("Office",)),
    ("<cols><col min='1' max='3' hidden='0' width='9'/></cols>", ()),
]


@pytest.mark.parametrize(("xml", "hidden"), COLS)
def test_columns_as_programs_write_them(telling: Telling, xml: str, hidden: tuple[str, ...]) -> None:
    rows = table(("UPN", "Mobile", "Office"), ("a@b.example", "06 12345678", "020 7654321"))
    assert telling(by_hand(xml + rows), WITH)[1].hidden_columns == hidden


@pytest.mark.parametrize("column", ["min='x'", "max='3'", "min='1' max='2' width='wide'"])
def test_columns_that_are_damaged(telling: Telling, column: str) -> None:
    with pytest.raises(Refusal) as refused:
        telling(by_hand(f"<cols><col {column}/></cols>" + table(HEADER, NOOR)))
    assert refused.value.code == "file_damaged"


def several(**sheets: tuple[str, ...]) -> openpyxl.Workbook:
    """A workbook with a sheet for each: one with this person, or with these cells only."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, cells in sheets.items():
        filled(book.create_sheet(name), *((HEADER, cells) if "@" in "".join(cells) else (cells,)))
    return book


def test_the_one_sheet_with_people_is_read_wherever_it_is(telling: Telling) -> None:
    book = several(Notes=("How to use this file",), Utrecht=NOOR, Sites=("Site", "Street"))
    rows, found = telling(saved(book))
    assert users(rows) == ["noor"]
    assert (found.sheet, found.sheets) == ("Utrecht", (Sheet("Notes"), Sheet("Utrecht", people=True), Sheet("Sites")))
    assert open_questions(found, NO_ANSWERS) == ()


def test_of_several_sheets_with_people_none_is_read_before_it_is_said_which(telling: Telling) -> None:
    """As it was reported: Noor on the first, Lotte on the second, which was open when the file was saved."""
    book = several(Utrecht=NOOR, Breda=LOTTE)
    book.active = 1
    rows, found = telling(saved(book))
    assert (rows, found.sheet) == ([], "")
    assert found.sheets == (Sheet("Utrecht", people=True), Sheet("Breda", people=True))
    assert open_questions(found, NO_ANSWERS) == (Question.SHEET,)
    for name, user in (("Utrecht", "noor"), ("Breda", "lotte")):
        answers = NO_ANSWERS.answering(Question.SHEET, name)
        rows, found = telling(saved(book), answers)
        assert (users(rows), found.sheet, open_questions(found, answers)) == ([user], name, ())


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_named_and_read_only_if_it_is_asked_for(telling: Telling, state: Literal["hidden", "veryHidden"]) -> None:
    book = several(Old=LOTTE, Utrecht=NOOR)
    book["Old"].sheet_state = state
    rows, found = telling(saved(book))
    assert (users(rows), found.sheet, open_questions(found, NO_ANSWERS)) == (["noor"], "Utrecht", ())
    assert found.sheets[0] == Sheet("Old", people=True, hidden=True)
    rows, found = telling(saved(book), Answers(sheet="Old"))
    assert (users(rows), found.sheet) == (["lotte"], "Old")


def test_people_on_hidden_sheets_alone_are_pointed_at(telling: Telling) -> None:
    book = several(Notes=("How to", "use this"), Utrecht=NOOR)
    book["Utrecht"].sheet_state = "hidden"
    with pytest.raises(Refusal, match="I know none of the columns") as refused:
        telling(saved(book))
    assert "People are on another sheet: “Utrecht”" in refused.value.hint


def test_a_sheet_that_is_not_there(telling: Telling) -> None:
    with pytest.raises(Refusal, match="no sheet “Ede”") as refused:
        telling(saved(several(Utrecht=NOOR, Breda=LOTTE)), Answers(sheet="Ede"))
    assert refused.value.hint == "It has “Utrecht”, “Breda”."


def test_a_sheet_whose_columns_are_not_clear_says_so_when_it_is_asked_for(telling: Telling) -> None:
    book = several(Utrecht=NOOR)
    filled(book.create_sheet("Breda"), ("UPN", "Telefoon"), LOTTE)
    assert telling(saved(book))[1].sheets[1] == Sheet("Breda")
    with pytest.raises(Refusal, match="does not say which phone"):
        telling(saved(book), Answers(sheet="Breda"))


NOBODY: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "a header alone": (HEADER,),
    "the example alone": (HEADER, ("example@example.invalid", "06 12345678")),
    "names without numbers": (("UPN", "Site"), ("a@b.example", "Utrecht")),
    "numbers without names": (("Mobile", "Site"), ("06 12345678", "Utrecht")),
    "rows without a header": (("a@b.example", "06 12345678"), ("b@b.example", "06 12345679")),
    "nothing": (),
}


@pytest.mark.parametrize("what", NOBODY)
def test_a_sheet_without_people_is_no_question(telling: Telling, what: str) -> None:
    book = several(Utrecht=NOOR)
    filled(book.create_sheet("Other", 0), *NOBODY[what])
    rows, found = telling(saved(book))
    assert (users(rows), found.sheets[0]) == (["noor"], Sheet("Other"))


def test_a_sheet_has_people_though_all_are_hidden_or_stand_far_below(telling: Telling) -> None:
    book = several(Utrecht=NOOR, Breda=LOTTE)
    book["Breda"].row_dimensions[2].hidden = True
    assert telling(saved(book))[1].sheets[1].people
    book = several(Utrecht=NOOR)
    far = filled(book.create_sheet("Breda"), ("Telephones",), (), ("As of 29-11-2026 10:57",), (), HEADER)
    for column, cell in enumerate(LOTTE, 1):
        far.cell(5_000, column, cell)
    assert telling(saved(book))[1].sheets[1].people


def test_passwords_on_another_sheet_are_passwords(telling: Telling) -> None:
    book = several(Utrecht=NOOR)
    filled(book.create_sheet("Breda"), ("UPN", "Mobile", "Password"), LOTTE)
    with pytest.raises(Refusal) as refused:
        telling(saved(book))
    assert refused.value.code == "file_secrets"


def test_what_is_wrong_with_a_sheet_that_is_not_read_does_not_matter(telling: Telling) -> None:
    book = several(Utrecht=NOOR)
    filled(book.create_sheet("Wide"), tuple(map(str, range(500))))
    rows, found = telling(saved(book))
    assert (users(rows), found.sheets[1]) == (["noor"], Sheet("Wide"))


def test_more_sheets_than_are_looked_at(telling: Telling) -> None:
    with pytest.raises(Refusal, match="more than 100 sheets"):
        telling(saved(several(**{f"S{number}": ("x",) for number in range(101)})))
    book = several(**{f"S{number}": ("x",) for number in range(99)}, People=NOOR)
    assert users(telling(saved(book))[0]) == ["noor"]


def test_hidden_rows_by_hand(telling: Telling) -> None:
    """`zeroHeight` hides the rows that nobody wrote; those that are there say it themselves."""
    rows = f"<row r='1'>{inline('A1', 'UPN')}{inline('B1', 'Mobile')}</row>" + "".join(
        f"<row r='{number}' {how}>{inline(f'A{number}', f'p{number}@b.example')}{inline(f'B{number}', '06 12345678')}</row>"
        for number, how in enumerate(("", "hidden='0'", "hidden='true'", "ht='0' customHeight='1'", "ht='15'"), 2)
    )
    told, found = telling(by_hand(f"<sheetFormatPr zeroHeight='1'/><sheetData>{rows}</sheetData>"))
    assert (users(told), found.hidden_rows) == (["p2", "p3", "p6"], 2)
