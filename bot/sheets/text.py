"""Text files: which encoding, which delimiter, and their records, one after the other."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.cells import DELIMITERS, MOST_CHARACTERS, MOST_COLUMNS, Record, Source, tidy
from bot.sheets.columns import meaning
from bot.sheets.header import MOST_ABOVE, is_header

#: Lines that are looked at for the header, blank ones too.
_LOOKED_AT = 100
_CHUNK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, ""),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: The first line of files by which Excel is told the delimiter; Excel takes it away and does not count it.
_DELIMITER_LINE = re.compile(r'"?sep=([,;|\t])"?\s*', re.IGNORECASE)
_SAVE_AS = say("In Excel choose Save As and the type “CSV UTF-8 (Comma delimited)”.")


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The records of a text file, blank ones too.

    Raises:
        Refusal: it is no text, or not readable as a table; reading its records raises the same.
    """
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="strict", newline=None) as file:
        lines = _Lines(file)
        try:
            above, delimiter = _begun(lines)
        except UnicodeError:
            raise _no_text() from None
        yield Source(_records(lines, above, delimiter), delimiter=delimiter)


def encoding_of(path: Path) -> str:
    """The encoding, of which nothing in the file is an exception.

    Raises:
        Refusal: there is none among those we read.
    """
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                if not encoding:
                    raise _no_text()
                return encoding
        if encoding := _utf_16_without_mark(head):
            return encoding
        decoder, is_utf_8 = codecs.getincrementaldecoder("utf-8")(), True
        chunk = head
        while chunk:
            if b"\0" in chunk:
                raise _no_text()
            if is_utf_8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf_8 = False
            chunk = file.read(_CHUNK)
        if is_utf_8:
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                is_utf_8 = False
    return "utf-8" if is_utf_8 else "cp1252"


def _utf_16_without_mark(head: bytes) -> str:
    """UTF-16 shows by its zeros: a table of names and numbers is mostly Latin."""
    pairs = len(head) // 2
    high, low = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if pairs and low > pairs * 0.6 and high == 0:
        return "utf-16-le"
    if pairs and high > pairs * 0.6 and low == 0:
        return "utf-16-be"
    return ""


def delimiter_of(lines: Sequence[str]) -> str:
    """The delimiter that makes a header of one of the lines, or else the most columns of the first; a comma when it is one column."""
    for line in lines:
        tables = [(delimiter, tuple(map(tidy, _split(line, delimiter)))) for delimiter in DELIMITERS]
        if headers := [(delimiter, cells) for delimiter, cells in tables if is_header(cells)]:
            return max(headers, key=lambda header: (sum(meaning(cell) is not None for cell in header[1]), len(header[1])))[0]
    return max(DELIMITERS, key=lambda delimiter: len(_split(lines[0], delimiter))) if lines else DELIMITERS[0]


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _begun(lines: _Lines) -> tuple[int, str]:
    """How many blank lines begin the file, and the delimiter; every line from the first one with anything on comes again."""
    blank, first = 0, next(lines, None)
    told = _DELIMITER_LINE.fullmatch(first) if first is not None else None
    if told:
        first = next(lines, None)
    while first is not None and not first.strip():
        blank += 1
        first = next(lines, None)
    seen, filled = [] if first is None else [first], 1
    if told is None:
        while first is not None and len(seen) < _LOOKED_AT and filled < MOST_ABOVE and not _any_header(seen[-1]):
            lines.begin(blank + len(seen) + 1)
            if (line := next(lines, None)) is None:
                break
            seen.append(line)
            filled += bool(line.strip())
    lines.again.extend(seen)
    return blank, told[1] if told else delimiter_of(seen)


def _any_header(line: str) -> bool:
    return any(is_header(tuple(map(tidy, _split(line, delimiter)))) for delimiter in DELIMITERS)


def _records(lines: _Lines, number: int, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        while True:
            number += 1
            lines.begin(number)
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                if lines.in_record > 1 or "unexpected end" in str(problem):
                    raise Refusal(
                        say("The quotation marks in row {row} are not in pairs, so I cannot tell where the row ends.", row=number),
                        say("Take the quotation mark out of row {row}, save the file and send it again.", row=number),
                        code="file_quotes",
                    ) from None
                yield Record(number, (), say("A quotation mark stands in the middle of a cell. Take the quotation marks out of this row."))
                continue
            if len(cells) > MOST_COLUMNS:
                raise too_many_columns(number)
            yield Record(number, tuple(map(tidy, cells)))
    except UnicodeError:
        raise _no_text() from None


class _Lines:
    """The lines of a file, none of them and no record of them longer than what a record may have.

    Attributes:
        again: lines to hand out once more.
        in_record: how many lines the present record has so far.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._length = 0
        self._number = 1
        self.again: deque[str] = deque()
        self.in_record = 0

    def begin(self, number: int) -> None:
        """What comes now is the record of this number."""
        self._number, self._length, self.in_record = number, 0, 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self._file.readline(MOST_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self._length += len(line)
        self.in_record += 1
        if self._length > MOST_CHARACTERS:
            raise too_long(self._number)
        return line


def too_long(number: int) -> Refusal:
    """A record is longer than any person's."""
    return Refusal(
        say("Row {row} is longer than {most} characters: that is no row of people and numbers.", row=number, most=MOST_CHARACTERS),
        say("A quotation mark that is never closed does this. Look at the row, save the file and send it again."),
        code="file_row_too_long",
    )


def too_many_columns(number: int, *, only_formatted: bool = False) -> Refusal:
    """A record has more cells than any table of people; `only_formatted`: those without anything in them count, too."""
    text = say("Row {row} has more than {most} columns.", row=number, most=MOST_COLUMNS)
    if only_formatted:
        hint = say("Cells that only have a format count, too: delete the columns to the right of the table, and send it again.")
        return Refusal(text, hint, code="file_too_wide")
    return Refusal(
        text,
        say("Keep the columns that are needed: who, which numbers, and the action. Type `bulk template` for a file to begin with."),
        code="file_too_wide",
    )


def _no_text() -> Refusal:
    return Refusal(say("I cannot read this file: it is neither a CSV file nor an Excel workbook (.xlsx)."), _SAVE_AS, code="file_unknown")
