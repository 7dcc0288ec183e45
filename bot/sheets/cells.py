"""What both kinds of file come to: records of cells, all of them text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from bot.domain.characters import UNSEEN
from bot.domain.file_found import Sheet

MOST_COLUMNS = 200
MOST_CHARACTERS = 64 * 1024  # of one record
MOST_OF_A_NAME = 64  # of a column or a sheet, where it is told
MOST_OF_A_USER = 320  # of what stands for a person, and of a name
MOST_ALSO = 8  # further columns that name the person
DELIMITERS = ",;\t|"
#: Whose row in the template is nobody's: `read` passes over it. https://www.rfc-editor.org/rfc/rfc2606
EXAMPLE_USER = "example@example.invalid"

OBJECT_ID = re.compile(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)

_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
#: ECMA-376 part 1, 18.17.3 (error constants), and the ##### of a column that was too narrow when the sheet was copied.
_ERROR = re.compile(r"#(?:N/A|NAME\?|[A-Z0-9/_]+!|#+)")


def word_set(words: str) -> frozenset[str]:
    """The words, which stand in one text with blanks between them."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a file.

    Attributes:
        number: as a spreadsheet counts rows.
        cells: tidy (`tidy`).
        problem: why the row as such cannot be read, in a sentence; empty when it can.
        hidden: whoever looks at the file does not see it.
        struck: the columns whose cells are struck through, the first one being 0.
        unseen: those whose cells nobody can read.
    """

    number: int
    cells: tuple[str, ...]
    problem: str = ""
    hidden: bool = False
    struck: Set[int] = frozenset()
    unseen: Set[int] = frozenset()

    @property
    def blank(self) -> bool:
        """Nothing is in it."""
        return not self.problem and not any(self.cells)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a cell of this row, as far as it is told: untrusted text."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened.

    Attributes:
        records: of the sheet that is meant, blank and hidden ones too; None while nobody has said which of several sheets is.
        hidden: the columns that are not shown, the first one being 0; all of them are known by the first record.
        sheet: name of the sheet that is read; empty for a text file.
        sheets: all of a workbook.
        delimiter: between the cells of a text file; empty for a workbook.
        comments: on cells of the sheet that is read, one for each, from the top.
        merged: columns with cells that are merged with those below, and the last row of them; known after the last record.
    """

    records: Iterator[Record] | None
    hidden: Set[int] = frozenset()
    sheet: str = ""
    sheets: tuple[Sheet, ...] = ()
    delimiter: str = ""
    merged: Mapping[int, int] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()


def tidy(cell: str) -> str:
    """The cell without what nobody sees: strange spaces, invisible marks, and the apostrophe with which spreadsheets mark text.

    Excel's way of writing text that looks like a number, `="0612345678"`, comes back as that text.
    """
    if not cell.isascii():
        cell = cell.translate(UNSEEN)
        cell = "".join(" " if char.isspace() else char for char in cell if char.isspace() or unicodedata.category(char) != "Cf")
    cell = cell.strip().removeprefix("'").strip()
    quoted = _QUOTED_FORMULA.fullmatch(cell)
    return quoted[1].strip() if quoted else cell


def is_formula(cell: str) -> bool:
    """A spreadsheet would compute it, so what is meant does not stand there."""
    return cell.startswith(("=", "{="))


def is_error(cell: str) -> bool:
    """A spreadsheet could not compute it or not show it."""
    return _ERROR.fullmatch(cell) is not None
