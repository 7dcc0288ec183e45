"""A workbook as what it is, a zip archive of XML: whether it is safe and sane enough to be read.

https://learn.microsoft.com/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
"""

from __future__ import annotations

import zipfile
import zlib
from array import array
from pathlib import Path
from typing import IO
from xml.parsers import expat

from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.cells import MOST_CHARACTERS, MOST_COLUMNS
from bot.sheets.text import too_long, too_many_columns

MOST_PARTS = 1000
MOST_UNPACKED = 256 * 1024 * 1024
MOST_STRINGS = 128 * 1024 * 1024  # of the texts that cells share
MOST_OTHER = 16 * 1024 * 1024  # of any other part but sheets; styles are some 100 KB
MOST_RATIO = 100  # sheets shrink to a tenth, the dullest ones to a thirtieth
#: https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
MOST_DEPTH = 64
MOST_MARKUP = 1024 * 1024  # of one tag or comment
MOST_ASIDE = 4 * 1024 * 1024  # characters that stand in no row: headers, lists of allowed values
_CHUNK = 1 << 16
_AS_XLSX = say("In Excel choose Save As and the type “Excel Workbook (.xlsx)”, and send that file.")


class Strings:
    """The texts that cells share, in their order: on disk, since there are as many as a file has."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        """Takes the next one."""
        stored = text.encode("utf-8", "replace")
        self._file.write(stored)
        self._ends.append(self._ends[-1] + len(stored))

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self._ends) - 1:
            raise IndexError(index)
        self._file.seek(self._ends[index])
        return self._file.read(self._ends[index + 1] - self._ends[index]).decode()


def check(path: Path, strings: Strings) -> None:
    """Passes what openpyxl may read.

    Args:
        strings: takes the texts that cells share.

    Raises:
        Refusal: it may not.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive.infolist())
            for part in archive.infolist():
                name = part.filename.lower()
                if not name.endswith((".xml", ".rels", ".vml")):
                    continue
                with archive.open(part) as stream:
                    shared = name.rpartition("/")[2] == "sharedstrings.xml"
                    (_SharedStrings(stream, strings) if shared else _Sheet(stream)).check()
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as problem:
        raise damaged() from problem


def damaged() -> Refusal:
    """What is there cannot be read as a workbook."""
    return Refusal(
        say("I cannot read this workbook: it is damaged, or a program wrote it that does not keep to the format."),
        _AS_XLSX,
        code="file_damaged",
    )


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise with_macros()
    if "xl/workbook.bin" in names:
        raise Refusal(say("This is a binary workbook (.xlsb), which I cannot read."), _AS_XLSX, code="file_unknown")
    if "content.xml" in names and "mimetype" in names:
        raise Refusal(say("This is an OpenDocument spreadsheet (.ods), which I cannot read."), _AS_XLSX, code="file_unknown")
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refusal(
            say("This is an archive and no Excel workbook."), say("Unpack it and send the CSV or .xlsx file."), code="file_unknown"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise encrypted()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    too_large = any(
        part.file_size > (MOST_STRINGS if "sharedstrings" in part.filename.lower() else MOST_OTHER)
        for part in parts
        if not part.filename.lower().startswith("xl/worksheets/")
    )
    odd = any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > max(packed * MOST_RATIO, 4 << 20) or too_large or odd:
        raise Refusal(
            say("This workbook unpacks to far more than a table of people: I do not open it."),
            say("Copy the table into a new workbook, or save it as CSV, and send that."),
            code="file_bomb",
        )


def with_macros() -> Refusal:
    """Programs may be in it."""
    return Refusal(say("This workbook has macros in it, and I do not open such files."), _AS_XLSX, code="file_macros")


def encrypted() -> Refusal:
    """Nobody can read it without a password."""
    return Refusal(
        say("This file is protected by a password, so I cannot read it."),
        say("Save it without the password and send it again."),
        code="file_encrypted",
    )


class _Part:
    """One part of XML, read once from beginning to end and not kept."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._depth = 0

    def check(self) -> None:
        """Passes sane XML.

        Raises:
            Refusal, ExpatError: it is not.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        fed = 0
        while chunk := self._stream.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MOST_MARKUP:
                raise damaged()
        parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        """No spreadsheet program writes one; entities are declared there."""
        raise damaged()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise damaged()

    def _end(self, name: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        """Text of an element, perhaps not all of it."""


class _SharedStrings(_Part):
    """The texts that cells share: https://learn.microsoft.com/office/open-xml/spreadsheet/working-with-the-shared-string-table"""

    def __init__(self, stream: IO[bytes], strings: Strings) -> None:
        super().__init__(stream)
        self._strings = strings
        self._kept: list[str] = []
        self._length = 0
        self._in_text = False
        self._phonetic = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        super()._start(name, attributes)
        local = name.rpartition(" ")[2]
        if local == "si":
            self._kept, self._length = [], 0
        elif local == "rPh":
            self._phonetic += 1
        self._in_text = local == "t" and not self._phonetic

    def _text(self, text: str) -> None:
        if self._in_text:
            self._length += len(text)
            if self._length > MOST_CHARACTERS:
                raise too_long(1)
            self._kept.append(text)

    def _end(self, name: str) -> None:
        super()._end(name)
        local = name.rpartition(" ")[2]
        self._in_text = False
        if local == "si":
            self._strings.add("".join(self._kept))
        elif local == "rPh":
            self._phonetic -= 1


class _Sheet(_Part):
    """A part that may be a sheet, whatever its name: https://learn.microsoft.com/office/open-xml/spreadsheet/working-with-sheets"""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._is_sheet = self._in_row = False
        self._row = self._column = self._characters = self._aside = 0
        self._columns: dict[str, int] = {}

    def _text(self, text: str) -> None:
        if self._in_row:
            self._characters += len(text)
            if self._characters > MOST_CHARACTERS * 2:  # blanks between the tags too
                raise too_long(self._row)
        elif self._is_sheet:
            self._aside += len(text)
            if self._aside > MOST_ASIDE:
                raise damaged()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        super()._start(name, attributes)
        local = name.rpartition(" ")[2]
        if self._depth == 1:
            self._is_sheet = local == "worksheet"
        if not self._is_sheet:
            return
        if local == "row":
            number = int(attributes.get("r", self._row + 1))
            if not self._row < number <= SHEET_ROWS:
                raise damaged()
            self._row, self._column, self._characters, self._in_row = number, 0, 0, True
        elif local == "c" and self._in_row:
            column = self._column_of(attributes["r"]) if "r" in attributes else self._column + 1
            if column <= self._column:
                raise damaged()
            if column > SHEET_COLUMNS:
                raise too_many_columns(self._row)
            self._column = column
        elif local in ("v", "is", "f") and self._in_row and self._column > MOST_COLUMNS:
            raise too_many_columns(self._row)

    def _end(self, name: str) -> None:
        super()._end(name)
        if self._in_row and name.endswith(" row"):
            self._in_row = False

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters:
                if not "A" <= letter <= "Z" or column > SHEET_COLUMNS:
                    raise damaged()
                column = column * 26 + ord(letter) - 64
            if not 0 < column <= SHEET_COLUMNS:
                raise damaged()
            self._columns[letters] = column
        return column
