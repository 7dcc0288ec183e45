"""CSV: encodings, delimiters, quoting, and what is no table at all."""

from __future__ import annotations

import codecs

import pytest

from bot.domain.methods import PhoneType
from bot.domain.rows import FileRow, Mode, Wish
from tests.sheets.conftest import Reader, refusal

ALICE = Wish(PhoneType.MOBILE, "+31 612345678")
TABLE = "UPN;Mobile;Naam\r\nalice@contoso.example;+31 6 12345678;Zoë\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        codecs.BOM_UTF8 + TABLE.encode(),
        codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.encode("cp1252"),
        TABLE.replace(";", ",").encode(),
        TABLE.replace(";", "\t").encode(),
        TABLE.replace("\r\n", "\n").encode(),
        TABLE.replace("\r\n", "\r").encode(),
        TABLE.rstrip().encode(),
        b"sep=;\r\n" + TABLE.encode(),
        b"SEP=|\r\n" + TABLE.replace(";", "|").encode(),
        TABLE.replace(";", '";"').replace("\r\n", '"\r\n"').removesuffix('"').replace("UPN", '"UPN').encode(),
        TABLE.replace(";", " ; ").encode(),
        TABLE.replace("alice", " \u00a0alice").replace("12345678", "123\u00a045678\u200b").encode(),
        TABLE.replace("+31", "'+31").encode(),
        TABLE.replace("Zoë", '"two\r\nlines; and a ""word"""').encode(),
    ],
)
def test_the_same_table_however_it_is_written(reading: Reader, content: bytes) -> None:
    (row,) = reading(content)
    assert row == FileRow(2, "alice@contoso.example", Mode.SET, (ALICE,), name=row.name)
    assert row.name in ("Zoë", 'two lines; and a "word"')


def test_one_strange_letter_at_the_far_end_makes_it_windows_1252(reading: Reader) -> None:
    filler = "bob@contoso.example;06 12345678;\r\n" * 3000
    assert len(reading(b"upn;mobile;name\r\n" + filler.encode() + b"zo\xeb@contoso.example;06 12345678;Zo\xeb\r\n")) == 3001


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(reading: Reader) -> None:
    content = 'sep=,\n\nupn,mobile,note\n\n,,\na@b.example,06 12345678,"two\nlines"\n  \nb@b.example,06 12345678,\n\n'
    assert [row.number for row in reading(content)] == [5, 7]


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "file_empty", "empty"),
        (b"\r\n\r\n", "file_empty", "empty"),
        (codecs.BOM_UTF8, "file_empty", "empty"),
        (b"upn,mobile\n", "file_empty", "nobody in the file"),
        (b"%PDF-1.7 ...", "file_unknown", "no table"),
        (b"\x89PNG\r\n\x1a\n\0\0", "file_unknown", "no table"),
        (b"<!DOCTYPE html><table><tr><td>UPN", "file_unknown", "no table"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file_unknown", "no table"),
        (b"upn,mobile\na@b.example,0612345678\0\n", "file_unknown", "neither a CSV"),
        (b"\x01\x02\0\0\0\xff\xfe", "file_unknown", "neither a CSV"),
        (codecs.BOM_UTF32_LE + "upn".encode("utf-32-le"), "file_unknown", "neither a CSV"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8x\x00", "file_unknown", "neither a CSV"),
        (b"upn,mobile\na\x81@b.example,\xe9\n", "file_unknown", "neither a CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_unknown", "old kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "file_encrypted", "password"),
        (b"upn,mobile\n" + b"a" * (1 << 20) + b",1\n", "file_row_too_long", "Row 2 is longer"),
        (b"x" * (1 << 20), "file_row_too_long", "Row 1 is longer"),
        (b'upn,mobile\na@b.example,"06\n' + b"b@b.example,0612345678\n" * 9000, "file_row_too_long", "Row 2"),
        (b'upn,mobile\na@b.example,"06\nb@b.example,0612345678\n', "file_quotes", "Row 2".lower()),
        (b'upn,mobile\na@b.example,"06\nb@b.example,"0612345678"\n', "file_quotes", "row 2"),
        (b"upn,mobile\n" + b"," * 1000 + b"\n", "file_too_wide", "Row 2 has more than 200"),
        (b"," * 50_000, "file_too_wide", "Row 1 has more than 200"),
        (b"upn,mobile\n" + b"a@b.example,\n" * 100_001, "file_too_large", "more than 100000 rows"),
        (b"upn,mobile\n" + b"\n" * 1_100_000, "file_too_large", "more than 100000 rows"),
        (b"upn,mobile\n" + b"a@b.example,\n" * 1_700_000, "file_too_large", "20 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(reading: Reader, content: bytes, code: str, says: str) -> None:
    refused = refusal(reading, content)
    assert refused.code == code
    assert says in refused.text


def test_a_stray_quotation_mark_spoils_its_own_row_only(reading: Reader) -> None:
    spoilt, good = reading('upn,mobile\na@b.example,"06" 12345678\nb@b.example,06 12345678\n')
    assert "quotation mark" in spoilt.problem
    assert good.wishes == (ALICE,)


def test_a_row_with_too_many_cells_is_not_guessed_at(reading: Reader) -> None:
    (row,) = reading("upn,mobile\na@b.example,06 12345678,06 87654321\n")
    assert "more cells than there are columns" in row.problem
    assert not row.wishes
    assert reading("upn,mobile\na@b.example,06 12345678,,,\n")[0].wishes == (ALICE,)
