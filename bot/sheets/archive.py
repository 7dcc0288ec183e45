"""A workbook as what it is, a zip archive: which parts it has, and whether it unpacks to something sane.

https://learn.microsoft.com/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import IO

from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.markup import AS_XLSX, damaged

MOST_PARTS = 1000
MOST_UNPACKED = 256 * 1024 * 1024
MOST_STRINGS = 128 * 1024 * 1024  # of the texts that cells share
MOST_OTHER = 16 * 1024 * 1024  # of any other part that is read, but the sheet; styles are some 100 KB
MOST_RATIO = 100  # sheets shrink to a tenth, the dullest ones to a thirtieth


class Archive:
    """The parts of a workbook. Only those that are asked for are ever unpacked.

    Args:
        size: of the whole file.

    Raises:
        Refusal: it is no workbook, or unpacks to too much.
    """

    def __init__(self, file: zipfile.ZipFile, size: int) -> None:
        self._file = file
        self._parts = _checked(file.infolist(), size)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def open(self, name: str, most: int = MOST_OTHER) -> IO[bytes]:
        """A part as a stream of at most so many bytes.

        Raises:
            Refusal: there is none, or it is larger.
        """
        part = self._parts.get(name.lower())
        if part is None:
            raise damaged()
        if part.file_size > most:
            raise _bomb()
        return self._file.open(part)  # reads no more than `file_size`, whatever follows


def _checked(parts: list[zipfile.ZipInfo], size: int) -> Mapping[str, zipfile.ZipInfo]:
    found = {part.filename.lower(): part for part in parts}
    if any(name.endswith("vbaproject.bin") for name in found):
        raise with_macros()
    if "xl/workbook.bin" in found:
        raise Refusal(say("This is a binary workbook (.xlsb), which I cannot read."), AS_XLSX, code="file_unknown")
    if "content.xml" in found and "mimetype" in found:
        raise Refusal(say("This is an OpenDocument spreadsheet (.ods), which I cannot read."), AS_XLSX, code="file_unknown")
    if "[content_types].xml" not in found or not any(name.startswith("xl/") for name in found):
        raise Refusal(
            say("This is an archive and no Excel workbook."), say("Unpack it and send the CSV or .xlsx file."), code="file_unknown"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise encrypted()
    unpacked = sum(part.file_size for part in parts)
    odd = any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts)
    # The file's own size: what the directory says of packed sizes is the sender's word, and parts may lie upon each other.
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > max(size * MOST_RATIO, 4 << 20) or odd:
        raise _bomb()
    if len(found) < len(parts):
        raise damaged()  # two parts of one name: programs would not agree on what stands in the file
    return found


def _bomb() -> Refusal:
    return Refusal(
        say("This workbook unpacks to far more than a table of people: I do not open it."),
        say("Copy the table into a new workbook, or save it as CSV, and send that."),
        code="file_bomb",
    )


def with_macros() -> Refusal:
    """Programs may be in it."""
    return Refusal(say("This workbook has macros in it, and I do not open such files."), AS_XLSX, code="file_macros")


def encrypted() -> Refusal:
    """Nobody can read it without a password."""
    return Refusal(
        say("This file is protected by a password, so I cannot read it."),
        say("Save it without the password and send it again."),
        code="file_encrypted",
    )
