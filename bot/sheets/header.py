"""Where a table begins: exports put a title, a comment or the day of the report above the names of the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from bot.sheets.cells import OBJECT_ID, Record, is_error
from bot.sheets.columns import Column, meaning
from bot.sheets.values import is_nothing

#: So many lines may stand above the header, with itself.
MOST_ABOVE = 20

_COMMENT = ("#", "//", "--")
#: The number in a list, or of a ticket: `#1`, `#4711`.
_NUMBERED = re.compile(r"#\s*\d{1,9}")
_PERSON = re.compile(r"[^\s@]+@[^\s@]+|" + OBJECT_ID.pattern, re.IGNORECASE)
#: Digits of a title: days, times, and what is stuck to letters, such as INC0012345.
_NO_NUMBER = re.compile(
    r"(?<![\d./-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{2,4})(?![\d./-])"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?!\d)|[^\W\d_]+[-_]?\d+"
)
_DIGITS_OF_A_NUMBER = 6  # a title has no more


def begun(records: Iterator[Record]) -> tuple[Record | None, list[Record], Iterator[Record]]:
    """The names of the columns, what stands above them and what below; no names when there is nothing at all.

    They stand in the first line that names the person's column; nothing below a row of somebody's data is taken for names. Where no line
    does, the first one with a known name comes, or the very first, for whoever says what is wrong with it.
    """
    seen: list[Record] = []
    at = None
    for record in records:
        if record.blank:
            continue
        seen.append(record)
        if is_header(record.cells):
            at = len(seen) - 1
            break
        if record.problem or is_data(record.cells):
            break
        if len(seen) == MOST_ABOVE:
            break
    if not seen:
        return None, [], records
    if at is None:
        at = next((index for index, record in enumerate(seen) if any(meaning(cell) for cell in record.cells if cell)), 0)
    return seen[at], seen[:at], chain(seen[at + 1 :], records)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a line names the columns of a table: one of them is the person's, and it is not the only one."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and any(meaning(cell) is Column.USER for cell in filled)


def is_data(cells: Sequence[str]) -> bool:
    """Whether a line may be about somebody, so that it is no title."""
    first = next((cell for cell in cells if cell), "")
    if comment_mark(first):
        return any(_PERSON.fullmatch(cell.lstrip("#/- ")) for cell in cells)
    return any("@" in cell or _PERSON.fullmatch(cell) or _digits(cell) > _DIGITS_OF_A_NUMBER for cell in cells)


def comment_mark(cell: str) -> str:
    """The sign by which a line that begins with this cell is a comment; empty when it is none."""
    if not cell.startswith(_COMMENT) or is_error(cell) or is_nothing(cell) or _NUMBERED.fullmatch(cell):
        return ""
    return next(mark for mark in _COMMENT if cell.startswith(mark))


def _digits(cell: str) -> int:
    return sum(map(str.isdigit, _NO_NUMBER.sub("", cell)))
