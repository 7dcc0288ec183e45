"""Files of bulk jobs, in and out. What reads and writes them is loaded with the first file: a bot can serve for weeks without one."""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.file_found import Answers, Found
from bot.domain.report import Registered
from bot.domain.retirement import Retirement
from bot.domain.rows import FileRow, Row

if TYPE_CHECKING:
    from bot.sheets.apart import ReaderProcesses


class Spreadsheets:
    """`bot.ports.Sheets`.

    Args:
        default_region: of national numbers; empty for none.
        full_numbers: whether files that are given out show numbers in full.
    """

    def __init__(self, default_region: str, *, full_numbers: bool) -> None:
        self._default_region = default_region
        self._full_numbers = full_numbers

    @cached_property
    def _processes(self) -> ReaderProcesses:
        from bot.sheets.apart import ReaderProcesses

        return ReaderProcesses()

    def read(self, path: Path, name: str, answers: Answers) -> AsyncGenerator[list[FileRow] | Found, None]:
        """See `bot.ports.Sheets`."""
        return self._processes.rows(path, name, self._default_region, answers)

    def template(self) -> bytes:
        """See `bot.ports.Sheets`."""
        from bot.sheets import write

        return write.template()

    def lines(self, rows: Iterable[Row], job_id: str, *, result: bool, delimiter: str = "", notes: Sequence[str] = ()) -> Iterator[bytes]:
        """See `bot.ports.Sheets`."""
        from bot.sheets import write

        full = self._full_numbers
        return write.lines(rows, job_id=job_id, full_numbers=full, result=result, delimiter=delimiter or ",", notes=notes)

    def people(self, found: AsyncIterator[Registered], retirement: Retirement) -> AsyncIterator[bytes]:
        """See `bot.ports.Sheets`."""
        from bot.sheets import people

        return people.lines(found, retirement)
