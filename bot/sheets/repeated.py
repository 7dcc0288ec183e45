"""Names of columns that stand below the header once more: lists are printed in pages, and joined one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.cells import Record
from bot.sheets.columns import TO_CHANGE, Column, Columns, meaning
from bot.sheets.header import is_data
from bot.sheets.vocabulary import squash


def repeated(record: Record, columns: Columns) -> bool:
    """Whether a row has the names of the columns again, so that it is about nobody.

    Raises:
        Refusal: it names them otherwise: what stands below would be read as what it is not.
    """
    if any("@" in cell for cell in record.cells):  # as in nearly all rows
        return False
    meant = [meaning(cell) for cell in record.cells if cell]
    if Column.USER not in meant or not any(column in TO_CHANGE for column in meant) or is_data(record.cells):
        return False
    if _meanings(record.cells) == _meanings(columns.header):
        return True
    raise Refusal(
        say("Row {row} names the columns anew, and not as the first ones: another table begins there.", row=record.number),
        say("Send each table as a file of its own."),
        code="file_two_tables",
    )


def _meanings(names: Sequence[str]) -> list[str]:
    """What each column is about; the names of those that are about something else."""
    said = [meaning(name) or squash(name) for name in names]
    while said and not said[-1]:
        said.pop()
    return said
