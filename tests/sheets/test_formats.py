"""What a workbook says of its cells and parts: formats that make dates of numbers, places and names that programs choose as they like."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from bot.domain.file_found import NO_ANSWERS
from bot.sheets.workbook import opened
from tests.sheets.conftest import MAIN, Reader, by_hand, inline, saved, table
from tests.sheets.hostile import OFFICE, PACKAGE, ROWS

CODES = (
    "General", "0", "0.00", "@", "#,##0", "0%", "yyyy-mm-dd", "d/m/yy", "[$-413]d mmmm yyyy", "hh:mm:ss", "[h]:mm:ss", "[Red]0", '"day" 0',
    '0 "sms"', "\\d0", "0_d", "* 0", "dd\\-mm\\-yyyy", "mm:ss.0", "yyyy;@", '0;"d"', "[$€-2] #,##0.00", "[m]",
)  # fmt: skip


def cells(tmp_path: Path, content: bytes) -> list[tuple[str, ...]]:
    """The cells of every row that has any."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with opened(path, NO_ANSWERS) as source:
        assert source.records is not None
        return [record.cells for record in source.records if record.cells]


@pytest.mark.parametrize("from_1904", [False, True])
def test_values_are_shown_as_they_were_written(tmp_path: Path, from_1904: bool) -> None:
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    values: list[tuple[object, str]] = [
        (datetime(2034, 12, 6, 13, 5), "2034-12-06 13:05:00"),  # noqa: DTZ001
        (date(2034, 12, 6), "2034-12-06 00:00:00"),
        (time(13, 5), "13:05:00"),
        (timedelta(days=1, hours=2), "1 day, 2:00:00"),
        (31612345678, "31612345678"),
        (0.5, "0.5"),
        (1e300, "1e+300"),
        (-7, "-7"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("  zoë ", "zoë"),
        ("=A1", "=A1"),
        ("#N/A", "#N/A"),
    ]
    for value, _ in values:
        sheet.append([value])
    assert cells(tmp_path, saved(book)) == [(text,) for _, text in values]


@pytest.mark.parametrize("code", CODES)
def test_which_formats_make_a_date_of_a_number(tmp_path: Path, code: str) -> None:
    """As others see it who read workbooks."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([45000.25])
    sheet["A1"].number_format = code
    ((shown,),) = cells(tmp_path, saved(book))
    assert (shown == "45000.25") is not is_date_format(code)


def test_a_date_that_cannot_be(tmp_path: Path) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    sheet = "<sheetData><row><c s='1'><v>31612345678</v></c><c s='1'><v>59</v></c><c s='1'><v>61</v></c></row></sheetData>"
    assert cells(tmp_path, by_hand(sheet, more={"xl/styles.xml": styles.encode()})) == [
        ("#VALUE!", "1900-02-28 00:00:00", "1900-03-01 00:00:00")
    ]


def related(*targets: tuple[str, str]) -> bytes:
    """Relationships of the workbook."""
    each = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(targets, 1))
    return f'<Relationships xmlns="{PACKAGE}">{each}</Relationships>'.encode()


TARGETS = ("/xl/odd/People.bin", "odd/people.bin", "../xl/odd/people.bin", "\\xl\\odd\\people.bin", "./odd//people.bin")


@pytest.mark.parametrize("target", TARGETS)
def test_a_part_may_have_any_name_and_place(reading: Reader, target: str) -> None:
    sheet = f'<worksheet xmlns="{MAIN}">{ROWS}</worksheet>'.encode()
    parts = {"xl/_rels/workbook.xml.rels": related(("worksheet", target)), "xl/odd/people.bin": sheet}
    assert [row.user for row in reading(by_hand("<sheetData/>", more=parts))] == ["a@b.example"]


def test_texts_are_found_by_their_relationship(reading: Reader) -> None:
    sheet = table(("UPN", "Mobile")).replace("</sheetData>", f"<row><c t='s'><v>0</v></c>{inline('B2', '06 12345678')}</row></sheetData>")
    texts = f'<sst xmlns="{MAIN}"><si><t>z@b.example</t></si></sst>'.encode()
    parts = {"xl/_rels/workbook.xml.rels": related(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "t.dat")), "xl/t.dat": texts}
    assert [row.user for row in reading(by_hand(sheet, strings=["<t>not this</t>"], more=parts))] == ["z@b.example"]


def test_the_strict_kind_of_workbook_is_read(reading: Reader) -> None:
    """Excel's other way of saving the same: https://learn.microsoft.com/openspecs/office_standards/ms-oi29500/"""
    strict = by_hand(ROWS, more={"xl/worksheets/sheet1.xml": f'<x:worksheet xmlns:x="{"http://purl.oclc.org/ooxml/spreadsheetml/main"}">'
        f"{ROWS.replace('<', '<x:').replace('<x:/', '</x:')}</x:worksheet>".encode()})  # fmt: skip
    assert [row.user for row in reading(strict)] == ["a@b.example"]
