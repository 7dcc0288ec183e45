"""Whatever the bytes: rows or a refusal, in little memory."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.rows import FileRow
from bot.errors import Refusal
from bot.sheets.read import read
from tests.sheets.conftest import by_hand, table

WORKBOOK = by_hand(table(("UPN", "Mobile"), ("a@b.example", "06 12345678")))


def outcome(content: bytes) -> list[FileRow] | Refusal:
    """What comes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        try:
            return [each for each in read(path, "file", default_region="NL") if isinstance(each, FileRow)]
        except Refusal as refused:
            return refused


def check(content: bytes) -> None:
    """A row that can be read asks for something, and every other one says why."""
    came = outcome(content)
    if isinstance(came, Refusal):
        assert came.text
        assert came.hint
        return
    assert came
    assert [row.number for row in came] == sorted({row.number for row in came})
    for row in came:
        assert bool(row.wishes) != bool(row.problem)


cell = st.one_of(
    st.sampled_from(["a@b.example", "0612345678", "31612345678", "x", "on", "remove", '"', "=1", "", "\r", "\n", "\u00a0"]),
    st.text(max_size=12),
)
sheets = st.lists(st.lists(cell, max_size=7).map(";".join), max_size=8).map("\r\n".join)


@settings(deadline=None)
@given(st.binary(max_size=400))
@example(b"\xff\xfe\xfe")
@example(b'upn,mobile\n"')
def test_any_bytes(content: bytes) -> None:
    check(content)


@settings(deadline=None)
@given(sheets, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]))
def test_any_table(rows: str, encoding: str) -> None:
    check(("upn;mobile;office;alternate;sms;action\r\n" + rows).encode(encoding, "replace"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_damage_to_a_workbook(spots: list[tuple[int, int]]) -> None:
    content = bytearray(WORKBOOK)
    for at, value in spots:
        content[at] = value
    check(bytes(content))


fragments = st.sampled_from([
    "<row>", "</row>", "<row r='3'>", "<c t='s'>", "<c t='n'>", "<c t='d'>", "<c t='b'>", "<c t='e'>", "<c r='A3'>", "<c>", "</c>", "<f>",
    "</f>", "<f t='shared' si='0'>", "<f t='array' ref='A1'>", "<f t='dataTable'>", "<v>", "</v>", "<v>1</v>", "<is><t>", "</t></is>",
    "1e400", "nan", "7", "text", "<mergeCells count='x'/>", "<cols><col min='x'/></cols>", "<sheetViews/>",
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(fragments, max_size=12).map("".join))
def test_any_xml_in_a_sheet(xml: str) -> None:
    check(by_hand(table(("UPN", "Mobile"), ("a@b.example", "06 12345678")).replace("</sheetData>", f"{xml}</sheetData>")))


def as_csv(rows: int) -> bytes:
    """Different people."""
    return b"upn,sms\n" + b"".join(b"person%d@contoso.example,on\n" % number for number in range(rows))


def as_workbook(rows: int) -> bytes:
    """The same as Excel writes it: every text among those that cells share."""
    strings = ["<t>UPN</t>", "<t>SMS</t>", *(f"<t>person{number}@contoso.example</t>" for number in range(rows))]
    lines = "".join(f'<row><c t="s"><v>{number + 2}</v></c><c t="b"><v>1</v></c></row>' for number in range(rows))
    header = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    return by_hand(f"<sheetData>{header}{lines}</sheetData>", strings=strings)


@pytest.mark.parametrize(("make", "bytes_a_row"), [(as_csv, 0), (as_workbook, 8)])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, make: Callable[[int], bytes], bytes_a_row: int) -> None:
    """Of a workbook it is remembered where each shared text lies."""
    peaks = []  # the first time loads what is loaded once
    for rows in (1_000, 4_000, 16_000):
        path = tmp_path / str(rows)
        path.write_bytes(make(rows))
        tracemalloc.start()
        assert sum(isinstance(each, FileRow) for each in read(path, "people", default_region="")) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.25 * peaks[1] + bytes_a_row * 12_000
