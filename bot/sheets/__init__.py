"""Files of bulk jobs, read and written; the only importer of openpyxl.

`read.read` makes a file into rows, `write.lines` makes rows into a file, and `write.template` is the file to begin with. A file is
somebody's: its bytes are never trusted, it is never held in memory as a whole, and what cannot be used is refused in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.bulk import FileRow, Row
from bot.sheets import write
from bot.sheets.read import read


@dataclass(frozen=True, slots=True)
class Spreadsheets:
    """`bot.ports.Sheets`.

    Args:
        default_region: of national numbers; empty for none.
        full_numbers: whether files that are given out show numbers in full.
    """

    default_region: str
    full_numbers: bool

    def read(self, path: Path, name: str) -> Iterator[FileRow]:
        """See `bot.ports.Sheets`."""
        return read(path, name, default_region=self.default_region)

    def template(self) -> bytes:
        """See `bot.ports.Sheets`."""
        return write.template()

    def lines(self, rows: Iterable[Row], job_id: str, *, result: bool) -> Iterator[bytes]:
        """See `bot.ports.Sheets`."""
        return write.lines(rows, job_id=job_id, full_numbers=self.full_numbers, result=result)
