"""Files to read: written on the spot, so that a test shows what is in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

import openpyxl
import pytest

from bot.domain.file_found import NO_ANSWERS, Answers, Found
from bot.domain.rows import FileRow
from bot.errors import Refusal
from bot.sheets.read import read

Reader = Callable[..., list[FileRow]]

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def reading(tmp_path: Path) -> Reader:
    """Reads bytes or text as a file."""

    def read_all(content: bytes | str, region: str = "NL", name: str = "people.csv") -> list[FileRow]:
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [each for each in read(path, name, default_region=region) if isinstance(each, FileRow)]

    return read_all


class Telling(Protocol):
    """Reads bytes or text as a file, and tells all that was found."""

    def __call__(self, content: bytes | str, answers: Answers = NO_ANSWERS, region: str = "NL") -> tuple[list[FileRow], Found]: ...


@pytest.fixture
def telling(tmp_path: Path) -> Telling:
    """The rows of a file, and what else it was found to hold."""

    def tell(content: bytes | str, answers: Answers = NO_ANSWERS, region: str = "NL") -> tuple[list[FileRow], Found]:
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        *rows, found = read(path, "people", default_region=region, answers=answers)
        assert isinstance(found, Found)
        return [row for row in rows if isinstance(row, FileRow)], found

    return tell


def found(path: Path, content: bytes | str, region: str = "NL", answers: Answers = NO_ANSWERS) -> tuple[list[FileRow], Found]:
    """All rows of a file, and what else it holds."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    *rows, end = read(path, "people.csv", default_region=region, answers=answers)
    assert isinstance(end, Found)
    return [row for row in rows if isinstance(row, FileRow)], end


def refusal(reading: Reader, content: bytes | str, name: str = "people.csv") -> Refusal:
    """Why the file is refused."""
    with pytest.raises(Refusal) as refused:
        reading(content, name=name)
    assert refused.value.text.endswith("."), refused.value.text
    assert refused.value.hint.endswith("."), refused.value.hint
    return refused.value


def workbook(rows: Iterable[Iterable[object]]) -> bytes:
    """A workbook as a library writes it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_hand(sheet: str, *, strings: Iterable[str] = (), more: Mapping[str, bytes] | None = None, doctype: str = "") -> bytes:
    """A workbook of just the parts that Excel needs, with this XML in its sheet."""
    shared = "".join(f"<si>{text}</si>" for text in strings)
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
    root = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    sheets = f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs count="1"><xf/></cellXfs></styleSheet>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">{root}</Relationships>',
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{sheets}</Relationships>',
        "xl/sharedStrings.xml": f'{doctype}<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/styles.xml": styles,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(more or {})}.items():
            archive.writestr(name, content)
    return out.getvalue()


def inline(reference: str, text: str) -> str:
    """A cell with its text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def table(*rows: tuple[str, ...]) -> str:
    """Sheet data of cells with their text in them."""
    lines = (
        f'<row r="{number}">{"".join(inline(f"{chr(65 + column)}{number}", cell) for column, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    return f"<sheetData>{''.join(lines)}</sheetData>"
