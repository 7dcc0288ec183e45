"""Excel workbooks: of all the parts that one may have, the few are read that say what stands in its first sheet, each as a stream.

What a library for spreadsheets would make of the rest (themes, properties, links, pivots, a tree of every sheet) is never made. See
docs/decisions/0017-workbooks-without-a-library.md.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from bot.errors import Refusal
from bot.sheets.archive import MOST_STRINGS, MOST_UNPACKED, Archive
from bot.sheets.cells import Record
from bot.sheets.markup import damaged
from bot.sheets.package import Named, named
from bot.sheets.sheet import Sheet
from bot.sheets.strings import SharedStrings, Strings
from bot.sheets.styles import Dates, Styles


def records(path: Path) -> Iterator[Record]:
    """The records of the first sheet that can be seen, blank ones too. A formula comes as its text, which begins with `=`.

    Raises:
        Refusal: it is no workbook, or none that is safe to read.
    """
    try:
        with zipfile.ZipFile(path) as file, TemporaryFile() as kept:
            archive = Archive(file, path.stat().st_size)
            parts = named(archive)
            strings = Strings(kept)
            if parts.strings:
                with archive.open(parts.strings, MOST_STRINGS) as stream:
                    SharedStrings(stream, strings).read()
            dates = _dates(archive, parts)
            if parts.sheet:
                with archive.open(parts.sheet, MOST_UNPACKED) as stream:
                    yield from Sheet(stream, strings, dates).records()
    except (Refusal, MemoryError):
        raise
    except Exception as problem:  # whatever a damaged file makes of it
        raise damaged() from problem


def _dates(archive: Archive, parts: Named) -> Dates:
    if not parts.styles:
        return Dates(frozenset(), frozenset(), from_1904=parts.from_1904)
    with archive.open(parts.styles) as stream:
        styles = Styles(stream)
        styles.read()
    return styles.dates(from_1904=parts.from_1904)
