"""Cells that are struck through, or that nobody can read: their rows are left out like hidden ones, and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Color, Font, GradientFill, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from bot.domain.file_found import NO_ANSWERS, Answers, Question, open_questions
from bot.errors import Refusal
from tests.sheets.conftest import MAIN, Telling, by_hand, saved

HEADER = ("DisplayName", "UPN", "Mobile", "Site")
ROWS = tuple((f"P {n}", f"p{n}@b.example", f"06 1234567{n}", "Utrecht") for n in (2, 3, 4))
WITH = Answers(hidden=True)


def one() -> tuple[openpyxl.Workbook, Worksheet]:
    """Three people in the rows 2 to 4."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (HEADER, *ROWS):
        sheet.append(row)
    return book, sheet


def look(cell: Cell | MergedCell, font: Font | None = None, fill: PatternFill | GradientFill | None = None, code: str = "") -> None:
    """Gives a cell this look."""
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    if code:
        cell.number_format = code


def numbers(rows: Sequence[object]) -> list[int]:
    """Which rows they are."""
    return [int(getattr(row, "number", 0)) for row in rows]


@pytest.mark.parametrize("cell", ["A3", "B3", "C3"])
def test_a_row_that_is_struck_through_is_left_out_and_counted(telling: Telling, cell: str) -> None:
    book, sheet = one()
    look(sheet[cell], Font(strike=True))
    content = saved(book)
    rows, found = telling(content)
    assert (numbers(rows), found.struck_rows, found.hidden_rows, open_questions(found, NO_ANSWERS)) == ([2, 4], 1, 0, ())
    rows, found = telling(content, WITH)
    assert (numbers(rows), found.struck_rows) == ([2, 3, 4], 1)


def solid(colour: str) -> PatternFill:
    """A cell of this colour."""
    return PatternFill("solid", fgColor=colour)


UNSEEN: Mapping[str, Callable[[Cell], None]] = {
    "white on nothing": lambda cell: look(cell, Font(color="FFFFFFFF")),
    "white of the theme": lambda cell: look(cell, Font(color=Color(theme=0))),
    "white of the old palette": lambda cell: look(cell, Font(color=Color(indexed=9))),
    "nearly white": lambda cell: look(cell, Font(color="FFF2F2F2")),
    "a little darker than the theme's": lambda cell: look(cell, Font(color=Color(theme=0, tint=-0.05))),
    "white on white": lambda cell: look(cell, Font(color="FFFFFFFF"), solid("FFFFFFFF")),
    "black on black": lambda cell: look(cell, None, solid("FF000000")),
    "blue on blue": lambda cell: look(cell, Font(color="FF1F4E78"), solid("FF1F4E78")),
    "letters of one point": lambda cell: look(cell, Font(sz=1)),
    "a format that shows nothing": lambda cell: look(cell, code=";;;"),
    "another": lambda cell: look(cell, code='[Red] ;"";_-;\\ '),
}


@pytest.mark.parametrize("how", UNSEEN)
@pytest.mark.parametrize("cell", ["B3", "C3"])
def test_a_row_with_a_cell_that_nobody_can_read_is_hidden(telling: Telling, how: str, cell: str) -> None:
    book, sheet = one()
    UNSEEN[how](sheet[cell])
    rows, found = telling(saved(book))
    assert (numbers(rows), found.hidden_rows, found.struck_rows) == ([2, 4], 1, 0)
    assert numbers(telling(saved(book), WITH)[0]) == [2, 3, 4]


@pytest.mark.parametrize(("code", "shown"), [(";;;", False), (";;", False), ("0;;;", True), ("General", True), ('"+"0', True), ("@", True)])
def test_a_format_that_shows_no_numbers(telling: Telling, code: str, shown: bool) -> None:
    book, sheet = one()
    sheet["C3"] = 31612345673
    look(sheet["C3"], code=code)
    assert numbers(telling(saved(book))[0]) == ([2, 3, 4] if shown else [2, 4])


SEEN: Mapping[str, Callable[[Cell], None]] = {
    "white on blue": lambda cell: look(cell, Font(color="FFFFFFFF"), solid("FF1F4E78")),
    "white of the theme on its colours": lambda cell: look(cell, Font(color=Color(theme=0)), PatternFill("solid", fgColor=Color(theme=4))),
    "white on a pattern": lambda cell: look(cell, Font(color="FFFFFFFF"), PatternFill("darkGrid")),
    "white on a gradient": lambda cell: look(cell, Font(color="FFFFFFFF"), GradientFill(stop=("FF000000", "FF111111"))),
    "red": lambda cell: look(cell, Font(color="FFFF0000")),
    "grey": lambda cell: look(cell, Font(color="FFBFBFBF")),
    "bold and underlined": lambda cell: look(cell, Font(b=True, u="single", strike=False)),
    "texts, though no numbers": lambda cell: look(cell, code=";;"),
    "black of the theme": lambda cell: look(cell, Font(color=Color(theme=1))),
    "black by itself": lambda cell: look(cell, Font(color=Color(auto=True))),
}


@pytest.mark.parametrize("how", SEEN)
def test_other_looks_mean_nothing(telling: Telling, how: str) -> None:
    book, sheet = one()
    SEEN[how](sheet["C3"])
    rows, found = telling(saved(book))
    assert (numbers(rows), found.unseen) == ([2, 3, 4], False)


def test_what_is_not_used_may_look_as_it_likes(telling: Telling) -> None:
    book, sheet = one()
    look(sheet["D3"], Font(strike=True, color="FFFFFFFF"))
    rows, found = telling(saved(book))
    assert (numbers(rows), found.unseen) == ([2, 3, 4], False)


PART: Mapping[str, tuple[InlineFont, bool]] = {
    "struck": (InlineFont(strike=True), False),
    "white": (InlineFont(color=Color("FFFFFFFF")), False),
    "bold": (InlineFont(b=True, strike=False), True),
}


@pytest.mark.parametrize("how", PART)
@pytest.mark.parametrize("shared", [True, False])
def test_a_part_of_a_text_counts(telling: Telling, how: str, shared: bool) -> None:
    font, shown = PART[how]
    properties = {"struck": "<strike/>", "white": "<color rgb='FFFFFFFF'/>", "bold": "<b/><strike val='0'/>"}[how]
    if shared:
        texts = ["<t>UPN</t>", "<t>Mobile</t>", "<t>p2@b.example</t>", f"<r><t>p3@b.</t></r><r><rPr>{properties}</rPr><t>example</t></r>"]
        number = '<c t="inlineStr"><is><t>06 1234567{}</t></is></c>'
        lines = "".join(f'<row r="{n}"><c t="s"><v>{n}</v></c>{number.format(n)}</row>' for n in (2, 3))
        content = by_hand(f'<sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>{lines}</sheetData>', strings=texts)
        expected = [2, 3]
    else:
        book, sheet = one()
        sheet["C3"] = CellRichText("06 ", TextBlock(font, "12345673"))
        content, expected = saved(book), [2, 3, 4]
    rows, found = telling(content)
    assert numbers(rows) == [n for n in expected if shown or n != 3]
    assert found.unseen is not shown


def test_white_letters_in_a_text_on_a_dark_cell_are_seen(telling: Telling) -> None:
    book, sheet = one()
    sheet["C3"] = CellRichText(TextBlock(InlineFont(color=Color("FFFFFFFF")), "06 12345673"))
    look(sheet["C3"], None, solid("FF1F4E78"))
    assert numbers(telling(saved(book))[0]) == [2, 3, 4]


def test_a_row_that_is_hidden_and_struck_through_is_counted_once(telling: Telling) -> None:
    book, sheet = one()
    look(sheet["C3"], Font(strike=True))
    sheet.row_dimensions[3].hidden = True
    _, found = telling(saved(book))
    assert (found.hidden_rows, found.struck_rows) == (1, 0)


def test_all_rows_struck_through_is_said(telling: Telling) -> None:
    book, sheet = one()
    for row in (2, 3, 4):
        look(sheet.cell(row, 3), Font(strike=True))
    with pytest.raises(Refusal, match="all 3 rows below the names of the columns are struck through") as refused:
        telling(saved(book))
    assert "Take the line out" in refused.value.hint
    assert numbers(telling(saved(book), WITH)[0]) == [2, 3, 4]


@pytest.mark.parametrize("font", [Font(strike=True), Font(color="FFFFFFFF")])
def test_a_column_whose_name_is_struck_through_is_hidden(telling: Telling, font: Font) -> None:
    book, sheet = one()
    sheet["D1"] = "Office"
    look(sheet["D1"], font)
    _, found = telling(saved(book))
    assert (found.hidden_columns, found.hidden_matter) == (("Office",), ())
    sheet["D1"] = "Country"
    _, found = telling(saved(book))
    assert (found.hidden_matter, open_questions(found, NO_ANSWERS)) == (("Country",), (Question.HIDDEN,))


def test_names_that_all_look_so_are_those_of_a_table_in_colour(telling: Telling) -> None:
    """White on the blue of a table, whose format is not in its cells."""
    book, sheet = one()
    for cell in sheet[1]:
        look(cell, Font(color="FFFFFFFF"))
    rows, found = telling(saved(book))
    assert (numbers(rows), found.unseen) == ([2, 3, 4], False)


def test_what_stands_in_formats_for_other_things_means_nothing(telling: Telling) -> None:
    """Conditional formats have fonts of their own, and so have the styles that cells are made from."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts><font><sz val="11"/></font></fonts><fills><fill/></fills><cellStyleXfs><xf fontId="0"/>'
        '</cellStyleXfs><cellXfs><xf fontId="0" fillId="0"/><xf fontId="7" fillId="9"/></cellXfs><dxfs><dxf><font><strike/></font></dxf>'
        "</dxfs></styleSheet>"
    )
    cell = '<c s="{}" t="inlineStr"><is><t>{}</t></is></c>'
    lines = f"<row>{cell.format(0, 'UPN')}{cell.format(0, 'Mobile')}</row>"
    lines += f"<row>{cell.format(1, 'a@b.example')}{cell.format(1, '0612345678')}</row>"
    rows, found = telling(by_hand(f"<sheetData>{lines}</sheetData>", more={"xl/styles.xml": styles.encode()}))
    assert (len(rows), found.unseen) == (1, False)


@pytest.mark.parametrize("font", ["<sz val='big'/>", "<color theme='0' tint='x'/>", "<color theme='0' tint='nan'/>"])
def test_fonts_that_are_damaged(telling: Telling, font: str) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><fonts><font>{font}</font></fonts><cellXfs><xf/></cellXfs></styleSheet>'
    with pytest.raises(Refusal) as refused:
        telling(by_hand("<sheetData/>", more={"xl/styles.xml": styles.encode()}))
    assert refused.value.code == "file_damaged"
