"""A sheet, row by row: https://learn.microsoft.com/office/open-xml/spreadsheet/working-with-sheets

Rows and cells come in order, as every spreadsheet program writes them; a formula comes as its text, which begins with `=`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Set
from itertools import islice
from typing import IO

from bot.sheets.appearance import STRUCK, UNSEEN, Appearances
from bot.sheets.cells import MOST_CHARACTERS, MOST_COLUMNS, Record, tidy
from bot.sheets.markup import Part, damaged
from bot.sheets.strings import Strings, Texts
from bot.sheets.styles import Dates
from bot.sheets.text import too_long, too_many_columns

#: https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
SHEET_ROWS = 1_048_576
#: Of one row: each of its cells with what is in it, and one with a font for every word.
MOST_IN_A_ROW = 4_000
#: Rows and columns that were drawn together are as good as hidden: nothing in them can be read. In points, and in characters.
UNSEEN_HEIGHT, UNSEEN_WIDTH = 2.0, 0.5
_COLUMN = re.compile(r"([A-Z]{1,3})[0-9]*")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")
_TRUE, _FALSE = ("1", "true"), ("0", "false")
_NONE: Set[int] = frozenset()


class Sheet(Part):
    """The part of a sheet.

    Args:
        strings: the texts that cells share.
        dates: what cells with a format show.
        appearances: and how they look; without, all look as usual.

    Attributes:
        hidden: the columns that are not shown, the first one being 0; all of them are known by the first row.
        merged: columns with cells that are merged with those below, and the last row of them; known at the end.
        ended: it was read to its end.
    """

    def __init__(self, stream: IO[bytes], strings: Strings, dates: Dates, appearances: Appearances = Appearances()) -> None:  # noqa: B008 - never changes
        super().__init__(stream)
        self._strings = strings
        self._dates = dates
        self._appearances = appearances
        self._looked_at = bool(appearances) or strings.marked
        self._columns: dict[str, int] = {}
        self._is_sheet = self._in_rows = self._in_row = self._row_hidden = False
        self.hidden: set[int] = set()
        self.merged: dict[int, int] = {}
        self.ended = False
        self._row = self._column = self._characters = self._others = 0
        self._cells: list[str] = []
        self._marked: dict[int, set[int]] = {STRUCK: set(), UNSEEN: set()}
        self._done: list[Record] = []
        self._cell: dict[str, str] | None = None
        self._within = ""
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._texts = Texts()

    def records(self, pieces: int | None = None) -> Iterator[Record]:
        """The rows, blank ones too as far as they are written down; or those in the first pieces of it.

        Raises:
            Refusal: the sheet is not sane.
            ExpatError: it is no XML.
        """
        for _ in islice(self.pieces(), pieces):
            yield from self._done
            self._done.clear()

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self._in_row:
            self._begin_outside(name, attributes)
            return
        if self.elements > MOST_IN_A_ROW:
            raise damaged()
        if self.depth == 4:
            if name == "c":
                self._begin_cell(attributes)
        elif self._cell is not None:
            if self.depth == 5:
                self._within = name
                if name == "f":
                    self._formula = []
            elif self._within == "is":
                self._texts.begin(name, attributes)

    def end(self, name: str) -> None:
        if not self._in_row:
            self.ended = self.ended or self.depth == 1
            return
        if self.depth == 3:
            self._end_row()
        elif self._cell is not None:
            if self.depth == 4:
                self._end_cell(self._cell)
            elif self.depth == 5:
                self._within = ""
            elif self._within == "is":
                self._texts.end(name)

    def text(self, text: str) -> None:
        if not self._in_row:
            super().text(text)
            return
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS * 2:  # blanks between the tags too
            raise too_long(self._row)
        if self._within == "v":
            self._value.append(text)
        elif self._within == "f" and self._formula is not None:
            self._formula.append(text)
        elif self._within == "is":
            self._texts.text(text)

    def _begin_outside(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth == 1:
            self._is_sheet = name == "worksheet"
        elif self.depth == 2:
            self._in_rows = self._is_sheet and name == "sheetData"
            if name == "sheetFormatPr" and _unseen(attributes.get("defaultColWidth"), UNSEEN_WIDTH):
                self.hidden.update(range(MOST_COLUMNS))  # but those that are shown
        elif self.depth == 3 and self._in_rows and name == "row":
            self._begin_row(attributes)
        elif self.depth == 3 and self._is_sheet and name == "col":
            self._begin_columns(attributes)
        elif self.depth == 3 and self._is_sheet and name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _begin_columns(self, attributes: dict[str, str]) -> None:
        """https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.column"""
        first, last = _whole(attributes.get("min", "")), _whole(attributes.get("max", ""))
        columns = range(first - 1, min(last, MOST_COLUMNS))
        if attributes.get("hidden", "").lower() in _TRUE or _unseen(attributes.get("width"), UNSEEN_WIDTH):
            self.hidden.update(columns)
        else:
            self.hidden.difference_update(columns)

    def _merge(self, reference: str) -> None:
        """https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.mergecell"""
        found = _RANGE.fullmatch(reference)
        if found is None:
            raise damaged()
        first, last = int(found[2]), int(found[4] or found[2])
        if last > first:
            for column in range(self._column_of(found[1]), min(self._column_of(found[3]), MOST_COLUMNS) + 1):
                self.merged[column - 1] = max(last, self.merged.get(column - 1, 0))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < number <= SHEET_ROWS:
            raise damaged()
        self._row, self._column, self._characters, self._cells, self._in_row = number, 0, 0, [], True
        self._row_hidden = attributes.get("hidden", "").lower() in _TRUE or _unseen(attributes.get("ht"), UNSEEN_HEIGHT)
        self._others, self.elements = self.elements - 1, 0  # a row is counted by its number

    def _end_row(self) -> None:
        self._in_row, self.elements = False, self._others
        cells = self._cells
        while cells and not cells[-1]:
            cells.pop()
        if sum(map(len, cells)) > MOST_CHARACTERS:
            raise too_long(self._row)
        self._done.append(Record(self._row, tuple(cells), "", self._row_hidden, self._taken(STRUCK), self._taken(UNSEEN)))

    def _taken(self, appearance: int) -> Set[int]:
        """The columns of the row that look so, which are then forgotten."""
        if not self._marked[appearance]:
            return _NONE
        taken, self._marked[appearance] = self._marked[appearance], set()
        return taken

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        column = self._column_of(attributes["r"]) if "r" in attributes else self._column + 1
        if column <= self._column:
            raise damaged()
        if column > MOST_COLUMNS:
            raise too_many_columns(self._row, only_formatted=True)
        self._column, self._cell = column, attributes
        self._value, self._formula, self._texts = [], None, Texts()

    def _end_cell(self, attributes: dict[str, str]) -> None:
        self._cell, self._within = None, ""
        if text := tidy(self._content(attributes)):
            self._cells += [""] * (self._column - 1 - len(self._cells))
            self._cells.append(text)
            if self._looked_at or self._texts.appearance:
                self._mark(attributes)

    def _mark(self, attributes: dict[str, str]) -> None:
        kind, runs = attributes.get("t", "n"), self._texts.appearance
        if kind == "s" and self._strings.marked and self._value:
            runs = self._strings.appearance(_whole("".join(self._value)))
        appearance = self._appearances.of(_whole(attributes.get("s", "0")), runs, number=kind == "n" and self._formula is None)
        for each, columns in self._marked.items():
            if appearance & each:
                columns.add(self._column - 1)

    def _content(self, attributes: dict[str, str]) -> str:
        """What is in a cell, as a spreadsheet would show it without any format but dates."""
        if self._formula is not None:
            return f"={''.join(self._formula)}"
        kind, value = attributes.get("t", "n"), "".join(self._value)
        if kind == "inlineStr":
            return "".join(self._texts.pieces)
        if not value:
            return ""
        match kind:
            case "n":
                return self._number(value.strip(), _whole(attributes.get("s", "0")))
            case "s":
                try:
                    return self._strings[_whole(value)]
                except IndexError:
                    raise damaged() from None
            case "b" if value.strip() in (*_TRUE, *_FALSE):
                return "TRUE" if value.strip() in _TRUE else "FALSE"
            case "b":
                raise damaged()
        return value  # a text, an error's name, or a date as it is written

    def _number(self, value: str, style: int) -> str:
        whole = _WHOLE.fullmatch(value)
        try:
            number = int(value) if whole else float(value)
            as_float = float(number)
        except (ValueError, OverflowError):
            raise damaged() from None
        if not math.isfinite(as_float):
            raise damaged()
        if (date := self._dates.as_formatted(as_float, style)) is not None:
            return date
        if whole or (as_float.is_integer() and abs(as_float) < 1e15):
            return str(int(number))
        return repr(as_float)

    def _column_of(self, reference: str) -> int:
        found = _COLUMN.fullmatch(reference)
        if found is None:
            raise damaged()
        letters = found[1]
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - 64
            self._columns[letters] = column
        return column


def _unseen(size: str | None, least: float) -> bool:
    if size is None:
        return False
    try:
        return float(size) < least
    except ValueError:
        raise damaged() from None


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        raise damaged()
    return int(text)
