"""Which formats make a date of a number, put digits round it, or hide what is there: all that is wanted of a workbook's styles.

https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.numberingformat
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import IO

from bot.sheets.appearance import Appearances, Fonts
from bot.sheets.markup import Part

#: ECMA-376 part 1, 18.8.30: formats that every workbook has without naming them, 46 being the hours of a span.
_BUILT_IN_DATES = frozenset((*range(14, 23), 45, 47))
_BUILT_IN_SPANS = frozenset({46})
#: What stands in a format to be shown as it is: in quotation marks, behind a backslash, as filling; and countries and colours.
_AS_IT_IS = re.compile(r'"[^"]*"?|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_SPAN = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
MOST_OF_A_FORMAT = 255
#: One piece of a format: a text, a character as it is, a currency, a blank or a filling, a digit, or any other character.
_PIECE = re.compile(r'"([^"]*)"?|\\(.)|\[\$([^\]-]*)[^\]]*\]|([_*].)|([0#?])|(.)', re.DOTALL)
_BARE = frozenset("+-() 123456789")
#: https://learn.microsoft.com/office/troubleshoot/excel/1900-and-1904-date-system
_FROM_1900, _FROM_1904 = datetime(1899, 12, 30, tzinfo=UTC), datetime(1904, 1, 1, tzinfo=UTC)
_NO_LEAP_DAY = 60  # before it, Excel's days are one more than they should be: it takes 1900 for a leap year


class Dates:
    """What cells with a format show.

    Args:
        numbers: by style, the pieces of a format that shows more digits of a number than it has (`_digits_of`).
        from_1904: days are counted from 1904.
    """

    def __init__(
        self, dates: frozenset[int], spans: frozenset[int], numbers: Mapping[int, tuple[str, ...]] | None = None, *, from_1904: bool
    ) -> None:
        self._dates = dates
        self._spans = spans
        self._numbers = numbers or {}
        self._zero = _FROM_1904 if from_1904 else _FROM_1900

    def as_formatted(self, number: float, style: int) -> str | None:
        """The date, the time, the span or the longer number that a cell of this style shows; None when it shows the number as such."""
        if style in self._numbers and number >= 0 and number.is_integer() and number < 1e15:
            return _with_digits(self._numbers[style], str(int(number)))
        if style not in self._dates and style not in self._spans:
            return None
        try:
            whole = timedelta(milliseconds=round(number * 86_400_000))
            if style in self._spans:
                return str(whole)
            if 0 <= number < 1:
                return str((self._zero + whole).time())
            if 0 < number < _NO_LEAP_DAY and self._zero is _FROM_1900:
                whole += timedelta(days=1)
            return (self._zero + whole).replace(tzinfo=None).isoformat(" ")
        except (OverflowError, ValueError):
            return "#VALUE!"  # as a spreadsheet shows it, more or less


class Styles(Part):
    """The part in which formats stand. Its reader is made for the styles' `xf`, whose place is what cells name."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []  # by style
        self._drawn: list[tuple[int, int]] = []  # and its font and fill
        self._fonts = Fonts()
        self._within = ""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth == 2:
            self._within = name
        elif name == "numFmt" and self._within == "numFmts":
            self._codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")[:MOST_OF_A_FORMAT]
        elif name == "xf" and self._within == "cellXfs" and self.depth == 3:
            self._formats.append(int(attributes.get("numFmtId", 0)))
            self._drawn.append((int(attributes.get("fontId", 0)), int(attributes.get("fillId", 0))))
        else:
            self._fonts.take(self._within, self.depth, name, attributes)

    def appearances(self) -> Appearances:
        """How cells look, after the part was read."""
        codes = (self._codes.get(code, "") for code in self._formats)
        return self._fonts.appearances([(font, fill, code) for (font, fill), code in zip(self._drawn, codes, strict=True)])

    def dates(self, *, from_1904: bool) -> Dates:
        """What was found, after the part was read."""
        spans = {code for code, text in self._codes.items() if _SPAN.search(_of_a_number(text))}
        dates = {code for code, text in self._codes.items() if _DATE.search(_of_a_number(text))} - spans
        plain = self._codes.keys() - spans - dates  # a file may give the numbers of built-in formats a meaning of its own
        dates |= _BUILT_IN_DATES - plain - spans
        spans |= _BUILT_IN_SPANS - plain - dates
        return Dates(
            frozenset(style for style, code in enumerate(self._formats) if code in dates),
            frozenset(style for style, code in enumerate(self._formats) if code in spans),
            {style: pieces for style, code in enumerate(self._formats) if (pieces := _digits_of(self._codes.get(code, "")))},
            from_1904=from_1904,
        )


def _of_a_number(code: str) -> str:
    """What of a format shows a number: its first section, which is for positive ones, without what is shown as it is."""
    return _AS_IT_IS.sub("", code).partition(";")[0]


def _digits_of(code: str) -> tuple[str, ...]:
    """The pieces of a format that puts a plus sign or digits before a number, or zeros; a single digit's place is `0`, `#` or `?`.

    Empty for any other: what it shows is the number, with marks that mean nothing here.
    """
    pieces: list[str] = []
    for text, escaped, currency, blank, place, other in _PIECE.findall(code):
        if other == ";":
            break
        if other and other not in _BARE:
            return ()
        pieces += [place] if place else [f"={text or escaped or currency or other}"] if not blank else []
    literal = "".join(piece for piece in pieces if piece.startswith("="))
    longer = "+" in literal or any(map(str.isdigit, literal)) or pieces.count("0") > 1
    return tuple(pieces) if longer else ()


def _with_digits(pieces: tuple[str, ...], digits: str) -> str:
    """A number as such a format shows it: its digits fill the places from the right, and those left over stand in the first one."""
    places = [index for index, piece in enumerate(pieces) if not piece.startswith("=")]
    written: list[str] = []
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece.startswith("="):
            written.append(piece[1:])
            continue
        taken = digits if index == places[0] else digits[-1:]
        written.append(taken or ("0" if piece == "0" else ""))
        digits = digits[: -len(taken)] if taken else digits
    return "".join(reversed(written))
