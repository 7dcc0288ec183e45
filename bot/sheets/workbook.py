"""Excel workbooks: looked at as an archive, then read by openpyxl row by row.

openpyxl trusts what it reads: it skips rows that are out of order, counts up to any row number, and holds a row in memory whatever its
size. So `archive` goes over the parts first, and what no spreadsheet program would have written is refused there.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet import _reader as worksheet_reader
from openpyxl.worksheet._reader import ROW_TAG

from bot.sheets import archive
from bot.sheets.cells import MOST_CHARACTERS, MOST_COLUMNS, Record, tidy
from bot.sheets.text import too_long, too_many_columns

# Its warnings are about styles and extensions that we do not use.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def _without_what_was_read(source: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """`iterparse` as openpyxl calls it, but an element is let go of once it was looked at.

    openpyxl empties the rows it has read and leaves them in the tree, some 160 bytes each.
    """
    above: list[Any] = []
    for event, element in _iterparse(source, events=("start", "end")):
        if event == "start":
            above.append(element)
            continue
        above.pop()
        yield event, element
        if element.tag == ROW_TAG and above:
            above[-1].remove(element)


_iterparse = worksheet_reader.iterparse  # type: ignore[attr-defined]
worksheet_reader.iterparse = _without_what_was_read  # type: ignore[attr-defined]


class _Reader(ExcelReader):
    """openpyxl's reader, but for the texts that cells share: it would hold all of them in memory."""

    def __init__(self, file: IO[bytes], strings: archive.Strings) -> None:
        super().__init__(file, read_only=True, keep_links=False)
        self.shared_strings = strings  # type: ignore[assignment]  # nothing is done with them but to look one up

    def read_strings(self) -> None:
        """They were read before."""


def records(path: Path) -> Iterator[Record]:
    """The records of the first sheet that can be seen, blank ones too. A formula comes as its text, which begins with `=`.

    Raises:
        Refusal: it is no workbook, or none that is safe to read.
    """
    with path.open("rb") as file, TemporaryFile() as kept:
        strings = archive.Strings(kept)
        archive.check(path, strings)
        try:
            reader = _Reader(file, strings)
            reader.read()
            sheet = next((each for each in reader.wb.worksheets if each.sheet_state == "visible"), None)
            if sheet:
                sheet.reset_dimensions()  # what the file says of its size need not be true
            rows = sheet.iter_rows() if sheet else iter(())
        except Exception as problem:  # whatever a damaged file makes of it
            raise archive.damaged() from problem
        number = 0
        while True:
            number += 1
            try:
                row = next(rows, None)
            except Exception as problem:
                raise archive.damaged() from problem
            if row is None:
                return
            yield _record(number, row)


def _record(number: int, row: tuple[Any, ...]) -> Record:
    width = len(row)
    while width and row[width - 1].value is None:
        width -= 1
    if width > MOST_COLUMNS:
        raise too_many_columns(number)
    cells = tuple(tidy(_text(cell.value)) for cell in row[:width])
    if sum(map(len, cells)) > MOST_CHARACTERS:
        raise too_long(number)
    return Record(number, cells)


def _text(value: object) -> str:
    """As a spreadsheet would show it without any format."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime() | date() | time():
            return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
        case int():
            return str(value)
    return "=" if hasattr(value, "ref") else str(value)  # a formula over several cells
