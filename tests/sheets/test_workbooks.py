"""Workbooks: what is in their cells, and what no table of people does."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest

from bot.domain.methods import PhoneType
from bot.domain.rows import Wish
from tests.sheets.conftest import Reader, by_hand, inline, refusal, saved, table, workbook

ALICE = Wish(PhoneType.MOBILE, "+31 612345678")
HEADER = ("UPN", "Mobile")
ROWS = table(HEADER, ("a@b.example", "06 12345678"))


@pytest.mark.parametrize(
    ("cell", "repaired"),
    [
        ("06 12345678", False),
        ("+31 6 12345678", False),
        ("'+31 6 12345678", False),
        (31612345678, True),
        (612345678, True),
        (31612345678.0, True),
    ],
)
def test_text_and_number_cells(reading: Reader, cell: object, repaired: bool) -> None:
    (row,) = reading(workbook([HEADER, ("a@b.example", cell)]), name="people.xlsx")
    assert row.wishes == (ALICE,)
    assert bool(row.repaired) is repaired


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("=A1", "under mobile has a formula"),
        ("=31612345678", "under mobile has a formula"),
        ("#REF!", "under mobile shows an error"),
        (datetime(2034, 12, 6), "a date of the number"),  # noqa: DTZ001
        (0.5, "Mobile phone: "),
        (True, "letters"),
    ],
)
def test_cells_that_are_no_number(reading: Reader, cell: object, says: str) -> None:
    spoilt, good = reading(workbook([HEADER, ("a@b.example", cell), ("b@b.example", "06 12345678")]))
    assert says in spoilt.problem
    assert good.wishes == (ALICE,)


@pytest.mark.parametrize(
    ("form", "number", "value"),
    [
        ('"+33 "0', 612345678, "+33 612345678"),
        ("\\+33 0 00 00 00 00", 612345678, "+33 612345678"),
        ("+#", 33612345678, "+33 612345678"),
        ('"0033"000000000', 612345678, "+33 612345678"),
        ("[$+33]\\ 0", 612345678, "+33 612345678"),
        ("0000000000", 612345678, "+31 612345678"),
        ('0#" "##" "##" "##" "##', 612345678, "+31 612345678"),
        ('"+33 "0;"+44 "0', 612345678, "+33 612345678"),
        ("#,##0", 31612345678, "+31 612345678"),
        ("0.00", 31612345678, "+31 612345678"),
        ("0.00E+00", 31612345678, "+31 612345678"),
        ("[<=9999999]###-####;(###) ###-####", 612345678, "+31 612345678"),
    ],
)
def test_what_a_format_puts_before_a_number_counts(reading: Reader, form: str, number: int, value: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["UPN", "Mobile"])
    sheet.append(["a@b.example", number])
    sheet["B2"].number_format = form
    (row,) = reading(saved(book))
    assert [wish.value for wish in row.wishes] == [value], row.problem


def test_switches_may_be_truth_values(reading: Reader) -> None:
    (row,) = reading(workbook([("UPN", "SMS sign-in"), ("a@b.example", True)]))
    assert row.wishes == (Wish(None, "on"),)


def test_a_formula_in_a_column_that_is_not_ours_does_not_matter(reading: Reader) -> None:
    (row,) = reading(workbook([("UPN", "Mobile", "Name"), ("a@b.example", "06 12345678", '=CONCATENATE("a","b")')]))
    assert row.wishes == (ALICE,)


def test_the_first_sheet_that_can_be_seen_is_read(reading: Reader) -> None:
    book = openpyxl.Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["nothing", "here"])
    hidden.sheet_state = "hidden"
    people = book.create_sheet("People")
    people.append(HEADER)
    people.append(["a@b.example", "06 12345678"])
    book.create_sheet("Later").append(["other"])
    assert [row.user for row in reading(saved(book))] == ["a@b.example"]


def test_rows_are_numbered_as_the_sheet_numbers_them(reading: Reader) -> None:
    content = workbook([(), HEADER, (), (None, " "), ("a@b.example", "06 12345678")])
    assert [row.number for row in reading(content)] == [5]


def test_shared_texts_with_their_formats(reading: Reader) -> None:
    rich = '<r><t>06 </t></r><r><rPr><b/></rPr><t>12345678</t></r><rPh sb="0" eb="1"><t>99</t></rPh>'
    cells = [f'<c t="s"><v>{index}</v></c>' for index in range(4)]
    sheet = f"<sheetData><row>{cells[0]}{cells[1]}</row><row>{cells[2]}{cells[3]}</row></sheetData>"
    strings = ("<t>UPN</t>", "<t>Mobile</t>", "<t>zoë@b.example</t>", rich)
    (row,) = reading(by_hand(sheet, strings=strings))
    assert (row.user, row.wishes) == ("zoë@b.example", (ALICE,))


@pytest.mark.parametrize("size", ["A1", "A1:XFD1048576", "A1:A1"])
def test_what_a_sheet_says_of_its_size_is_not_believed(reading: Reader, size: str) -> None:
    assert len(reading(by_hand(f'<dimension ref="{size}"/>{ROWS}'))) == 1


def billion_laughs() -> str:
    """Entities of entities."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    return f"<!DOCTYPE sst [{entities}]>"


def encrypted_member() -> bytes:
    """A workbook whose parts have a password, as zip programs do it."""
    content = bytearray(by_hand(ROWS))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            struct.pack_into("<H", content, at + offset, 1)
    return bytes(content)


def zipped(**parts: bytes) -> bytes:
    """An archive of something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def sheet_of(row: str) -> bytes:
    """A table with one more row."""
    return by_hand(ROWS.replace("</sheetData>", f"{row}</sheetData>"))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: by_hand(ROWS, more={"xl/vbaProject.bin": b"macro"}), "file_macros"),
        (encrypted_member, "file_encrypted"),
        (lambda: zipped(letter_txt=b"hello"), "file_unknown"),
        (lambda: zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_xml=b"<x/>"), "file_unknown"),
        (lambda: zipped(xl__workbook_bin=b"..."), "file_unknown"),
        (lambda: zipped(word__document_xml=b"<x/>"), "file_unknown"),
        (lambda: b"PK\x05\x06" + bytes(18), "file_unknown"),
        (lambda: b"PK\x03\x04" + bytes(100), "file_damaged"),
        (lambda: by_hand(ROWS)[:-200], "file_damaged"),
        (lambda: by_hand("<sheetData><row>"), "file_damaged"),
        (lambda: by_hand(ROWS, doctype=billion_laughs()), "file_damaged"),
        (lambda: by_hand(ROWS, doctype='<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "file_damaged"),
        (lambda: by_hand("<x>" * 100 + "</x>" * 100), "file_damaged"),
        (lambda: by_hand(ROWS, more={"xl/media/zeros.bin": bytes(12 << 20)}), "file_bomb"),
        (lambda: by_hand(ROWS, more={"xl/worksheets/sheet2.xml": b" " * (260 << 20)}), "file_bomb"),
        (lambda: by_hand(ROWS, more={f"xl/media/{number}.png": b"" for number in range(1001)}), "file_bomb"),
        (lambda: sheet_of('<row r="2000000"/>'), "file_damaged"),
        (lambda: sheet_of('<row r="99999999999999"/>'), "file_damaged"),
        (lambda: sheet_of('<row r="1"/>'), "file_damaged"),
        (lambda: sheet_of('<row r="x"/>'), "file_damaged"),
        (lambda: sheet_of(f"<row r='3'>{inline('B3', 'x')}{inline('A3', 'y')}</row>"), "file_damaged"),
        (lambda: sheet_of(f"<row r='3'>{inline('ZZZZZZ3', 'x')}</row>"), "file_damaged"),
        (lambda: sheet_of("<row r='3'><c t='s'><v>7</v></c></row>"), "file_damaged"),
        (lambda: sheet_of("<row r='3'><c t='s'><v>-1</v></c></row>"), "file_damaged"),
        (lambda: sheet_of("<row r='3'><c t='n'><v>many</v></c></row>"), "file_damaged"),
        (lambda: sheet_of(f"<row r='3'>{inline('XFD3', 'x')}</row>"), "file_too_wide"),
        (lambda: sheet_of(f"<row r='3'>{'<c><v>1</v></c>' * 20_000}</row>"), "file_too_wide"),
        (lambda: sheet_of(f"<row r='3'>{'<c/>' * 1_000_000}</row>"), "file_too_wide"),
        (lambda: sheet_of(f"<row r='3'>{inline('A3', 'x' * (1 << 20))}</row>"), "file_row_too_long"),
        (lambda: sheet_of(f"<row r='3'>{''.join(inline(f'{c}3', 'x' * 30_000) for c in 'ABC')}</row>"), "file_row_too_long"),
        (lambda: by_hand(ROWS.replace('r="2"', 'r="2" x="' + "y" * (3 << 20) + '"')), "file_damaged"),
        (lambda: by_hand("<sheetData/>"), "file_empty"),
        (lambda: by_hand(table(HEADER)), "file_empty"),
        (lambda: by_hand(ROWS, more={"xl/workbook.xml": b"<x/>"}), "file_empty"),
    ],
)
def test_a_workbook_that_is_not_safe_or_sane_is_refused(reading: Reader, make: Callable[[], bytes], code: str) -> None:
    assert refusal(reading, make(), "people.xlsx").code == code


def test_a_macro_workbook_is_known_by_its_name_too(reading: Reader) -> None:
    assert refusal(reading, by_hand(ROWS), "people.XLSM").code == "file_macros"


def test_more_rows_than_may_be(reading: Reader) -> None:
    row = "<row><c t='str'><v>a@b.example</v></c></row>"
    content = by_hand(f"<sheetData><row>{inline('A1', 'UPN')}{inline('B1', 'Mobile')}</row>{row * 100_001}</sheetData>")
    assert refusal(reading, content).code in ("file_too_large", "file_bomb")
