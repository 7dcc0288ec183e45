"""A file becomes rows."""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.domain.bulk import MOST_BYTES, MOST_ROWS
from bot.domain.file_found import NO_ANSWERS, Answers, Found
from bot.domain.rows import FileRow
from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets import archive, text, workbook
from bot.sheets.cells import EXAMPLE_USER, Record, Source
from bot.sheets.columns import Columns, at
from bot.sheets.ends import may_lack_a_cell
from bot.sheets.gathered import gathered
from bot.sheets.origin import Origins
from bot.sheets.person import who
from bot.sheets.repeated import repeated
from bot.sheets.rows import Rows, together
from bot.sheets.shape import Shape
from bot.sheets.table import SEND, Table, too_many_rows
from bot.sheets.titles import other_countries
from bot.sheets.watching import Unread

#: What other files begin with.
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"MZ", b"\x7fELF")
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|table|\?xml|head|body|script)\b", re.IGNORECASE)


def read(path: Path, name: str, *, default_region: str, answers: Answers = NO_ANSWERS) -> Iterator[FileRow | Found]:
    """The rows of a file, in their order, as they are read; at last what else it was found to hold.

    Args:
        name: as the sender calls it; its ending counts only against it, since what a file is, its bytes say, and a country in it is told.
        default_region: ISO 3166 region of numbers without country code, or empty.
        answers: what the sender has answered so far.

    Raises:
        Refusal: the file as a whole cannot be used; also in the middle of it, so nothing may be done before the end is reached.
    """
    with _opened(path, name, answers) as source:
        if source.records is None:
            yield Found(sheets=source.sheets)
            return
        table = Table(source, answers)
        if table.asks:
            for _ in table.rows():  # they are counted
                pass
            yield table.found()
            return
        columns = table.columns()
        origins, unread = Origins(columns, answers.region or default_region), Unread(columns)
        shape = Shape(columns, _may_lack_a_cell(path, source, table.begins, columns.width))
        rows = _rows(table, Rows(columns, shape, origins), unread)
        yield from rows if columns.phone_type is None else together(rows)
        national = origins.national
        unused = (*table.held, *unread.told(national=bool(national)))
        if national and origins.region and not answers.region:
            unused = (*other_countries(table.above, source.sheet, name, origins.region), *unused)
        yield replace(table.found(), unused=unused, national=national, region=origins.region if national else "")


def _rows(table: Table, rows: Rows, unread: Unread) -> Iterator[FileRow]:
    records = _records(table, rows.columns)
    if rows.columns.phone_type is not None:
        records = gathered(records, lambda record: who(rows.columns, record.cells).user)
    for record in records:
        origin = rows.origin(record)
        unread.inspect(record.cells, rows.origins.likely(origin))
        yield rows.read(record, origin)
    table.look_for_merged(rows.columns)


def _records(table: Table, columns: Columns) -> Iterator[Record]:
    """The records that are about somebody."""
    count = 0
    for record in table.rows():
        if any(at(record.cells, place) == EXAMPLE_USER for _, place in columns.persons) or repeated(record, columns):
            continue
        count += 1
        if count > MOST_ROWS:
            raise too_many_rows()
        yield record
    if not count:
        raise table.nobody()


def _may_lack_a_cell(path: Path, source: Source, header: int, width: int) -> Callable[[], bool] | None:
    """Whether a short row of a text file may have lost a cell in its middle; None for a workbook."""

    def looked_up() -> bool:
        with text.opened(path) as again:
            return may_lack_a_cell(again.records or (), header, width)

    return cache(looked_up) if source.delimiter else None


def _opened(path: Path, name: str, answers: Answers) -> AbstractContextManager[Source]:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Refusal(
            say("The file is larger than {most} MB.", most=MOST_BYTES // 1024 // 1024),
            say("Divide it into several files."),
            code="file_too_large",
        )
    if not size:
        raise Refusal(say("The file is empty."), SEND, code="file_empty")
    with path.open("rb") as file:
        head = file.read(512)
    if name.lower().endswith((".xlsm", ".xltm", ".xlam", ".xlsb")) and head.startswith(_ZIP):
        raise archive.with_macros()
    if head.startswith(_ZIP):
        return workbook.opened(path, answers)
    if head.startswith(_OLE):
        raise (
            archive.encrypted()
            if _is_encrypted(path)
            else Refusal(
                say("This is an Excel file of the old kind (.xls) or another Office document, which I cannot read."),
                say("In Excel choose Save As and the type “Excel Workbook (.xlsx)” or “CSV UTF-8”, and send that file."),
                code="file_unknown",
            )
        )
    if head.startswith(_OTHER) or _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refusal(say("This file is no table."), SEND, code="file_unknown")
    return text.opened(path)


def _is_encrypted(path: Path) -> bool:
    """A workbook with a password is a compound file with a stream of this name.

    https://learn.microsoft.com/openspecs/office_file_formats/ms-offcrypto/
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find("EncryptedPackage".encode("utf-16-le")) >= 0
