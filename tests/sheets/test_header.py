"""Where the table begins, and what stands between its cells."""

from __future__ import annotations

import openpyxl
import pytest

from bot.sheets.cells import DELIMITERS
from tests.sheets.conftest import Reader, Telling, refusal, saved

PEOPLE = "UPN;Mobile\nnoor@b.example;06 12345678\nlotte@b.example;06 12345679\n"
USERS = ["noor@b.example", "lotte@b.example"]

ABOVE = (
    "# exported by HR",
    "# exported by hr@contoso.example on 2026-11-29",
    "// Report of sign-in methods; site Utrecht, and Breda",
    "Telephones of the Utrecht site",
    "\ufeffTelephones",
    "Report generated 2026-11-29 10:57:26",
    "Report generated: 29-11-2026, by the service desk",
    "Change INC0012345678",
    "Users",
    "Employee",
    "\n\nTelephones\n\n\nVersion 2\n",
    "Site;Utrecht\nDate;29/11/2026\nRows;2",
    "\n".join(f"line {number}" for number in range(1, 20)),
)


@pytest.mark.parametrize("above", ABOVE)
def test_lines_above_the_header_are_passed_over(telling: Telling, above: str) -> None:
    lines = above.count("\n") + 1
    rows, found = telling(f"{above}\n{PEOPLE}")
    assert [(row.number, row.user) for row in rows] == [(lines + 2, USERS[0]), (lines + 3, USERS[1])]
    assert found.delimiter == ";"


@pytest.mark.parametrize("above", [above for above in ABOVE if "\ufeff" not in above])
def test_so_they_are_in_workbooks(telling: Telling, above: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in f"{above}\n{PEOPLE}".splitlines():
        sheet.append(line.split(";"))
    rows, found = telling(saved(book))
    assert [row.user for row in rows] == USERS
    assert (found.delimiter, found.sheets[0].people) == ("", True)


DATA = (
    "kenji@b.example;06 12345690",
    "kenji@b.example",
    "exported by;kenji@b.example",
    "Kenji Ito;06 12345690",
    "#kenji@b.example;06 12345690",
    "# kenji@b.example",
    "Kenji <kenji@b.example>;x",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301;x",
    "Kenji;06-12-34-56-78",
)


@pytest.mark.parametrize("above", DATA)
@pytest.mark.parametrize("title", ["", "Telephones\n"])
def test_somebodys_data_is_never_taken_for_a_title(reading: Reader, above: str, title: str) -> None:
    """A sorted header, for one: whoever stands above it would be lost unsaid."""
    assert refusal(reading, f"{title}{above}\n{PEOPLE}").code == "file_no_header"


def test_the_header_is_among_the_first_lines(reading: Reader) -> None:
    assert refusal(reading, "\n".join(f"line {number}" for number in range(20)) + f"\n{PEOPLE}").code == "file_no_header"


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_what_stands_between_cells_is_told(telling: Telling, delimiter: str) -> None:
    for content in (PEOPLE, f"# by HR\n{PEOPLE}", PEOPLE.replace("UPN;", "UPN;Site / street;").replace("le;", "le;x;")):
        rows, found = telling(content.replace(";", delimiter))
        assert ([row.user for row in rows], found.delimiter) == (USERS, delimiter)


def test_what_the_first_line_says_of_it_counts(telling: Telling) -> None:
    rows, found = telling(f"sep=|\n# by HR\n{PEOPLE.replace(';', '|')}")
    assert ([row.user for row in rows], found.delimiter) == (USERS, "|")


def test_the_header_decides_and_not_the_title(telling: Telling) -> None:
    rows, found = telling(f"Sites: Utrecht, Breda, Ede, Assen, Tiel\n{PEOPLE}")
    assert ([row.user for row in rows], found.delimiter) == (USERS, ";")
