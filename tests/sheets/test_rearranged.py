"""Whatever the order of rows and columns, and whatever else stands beside them: the same rows are asked for."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.file_found import Found
from bot.domain.rows import FileRow
from bot.sheets.read import read

#: One column of each kind, and what may stand in it.
COLUMNS = {
    "DisplayName": ["Noor Dekker", "Omar Farouk", "-", ""],
    "UPN": ["noor@b.example", "omar@b.example", "nobody", ""],
    "E-mail": ["noor@b.example", "o.farouk@b.example", ""],
    "SamAccountName": ["ndekker", "omar", ""],
    "Surname": ["Dekker", "Farouk", ""],
    "Country": ["NL", "France", "Narnia", ""],
    "c": ["NL", "FR", ""],
    "Region": ["EMEA", "NL", ""],
    "Mobile": ["+31 612345678", "06 12345678", "0612345679", "612345678", "31612345678", "x", "070-123 45 67", ""],
    "Office": ["+31 20 7654321", "020 7654321", "0033 1 23 45 67 89", ""],
    "Action": ["set", "add", "remove", ""],
}
HARMLESS = {"Department": ["Sales", "", "12"], "City": ["Utrecht", ""], "Job title": ["Clerk", ""], "Cost center": ["4711", "A-1", ""]}
BRAKES = {"Skip": ["yes", "no", ""], "Remarks": ["do not use", "fine", ""], "Previous": ["0687654321", ""], "Tenant": ["b.example", ""]}


def written(header: list[str], rows: list[list[str]]) -> tuple[list[FileRow], Found]:
    """What a file is read as."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text(file.getvalue(), encoding="utf-8")
        *read_rows, end = read(path, "file", default_region="NL")
    assert isinstance(end, Found)
    return [row for row in read_rows if isinstance(row, FileRow)], end


def plain(rows: list[FileRow]) -> list[FileRow]:
    """Rows without where they stand."""
    return [replace(row, number=1) for row in rows]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Who, a number, and some of the others."""
    others = draw(st.lists(st.sampled_from(sorted(set(COLUMNS) - {"UPN", "Mobile"})), unique=True, max_size=6))
    header = ["UPN", "Mobile", *others]
    cell = st.tuples(*(st.sampled_from(COLUMNS[name]) for name in header)).map(list)
    return header, draw(st.lists(cell.filter(any), min_size=1, max_size=6))


@settings(max_examples=40, deadline=None)
@given(tables(), st.data())
def test_order_and_harmless_columns_change_nothing(table: tuple[list[str], list[list[str]]], data: st.DataObject) -> None:
    header, rows = table
    before, found = written(header, rows)
    order = data.draw(st.permutations(range(len(rows))))
    wide = header + data.draw(st.lists(st.sampled_from(sorted(HARMLESS)), unique=True, max_size=3))
    filled = [rows[at] + [data.draw(st.sampled_from(HARMLESS[name])) for name in wide[len(header) :]] for at in order]
    places = data.draw(st.permutations(range(len(wide))))
    after, found_after = written([wide[at] for at in places], [[row[at] for at in places] for row in filled])
    assert _told(after) == _told([before[at] for at in order])
    assert (found_after.national, found_after.region) == (found.national, found.region)
    assert [column.name for column in found_after.unused] == [wide[at] for at in places if wide[at] in HARMLESS]
    assert not found_after.doubtful


@settings(max_examples=25, deadline=None)
@given(tables(), st.data())
def test_a_column_that_is_not_used_is_told_or_asked_about(table: tuple[list[str], list[list[str]]], data: st.DataObject) -> None:
    header, rows = table
    name = data.draw(st.sampled_from(sorted(BRAKES)))
    cells = [data.draw(st.sampled_from(BRAKES[name])) for _ in rows]
    before, _ = written(header, rows)
    after, found = written([name, *header], [[cell, *row] for cell, row in zip(cells, rows, strict=True)])
    assert _told(after) == _told(before)
    (column,) = found.unused
    assert bool(column.doubt) == any(cell not in ("", "fine") for cell in cells)


@settings(max_examples=40, deadline=None)
@given(tables(), st.data())
def test_cells_that_are_lost_change_nothing_or_are_told(table: tuple[list[str], list[list[str]]], data: st.DataObject) -> None:
    """A cell goes from the middle of a row, and all after it move to the left; another row has all of them."""
    header, rows = table
    whole = ["z@b.example" if name == "UPN" else "" for name in header]
    at = data.draw(st.integers(0, len(rows) - 1))
    gap = data.draw(st.integers(0, len(header) - 1))
    kept, _ = written(header, [*rows, whole])
    short = [row if number != at else row[:gap] + row[gap + 1 :] for number, row in enumerate(rows)]
    if not any(short[at]):
        return
    lost, _ = written(header, [*short, whole])
    (one,), (other,) = plain(lost[at : at + 1]), plain(kept[at : at + 1])
    asked = {(wish.phone, wish.value) for wish in one.wishes}
    assert one.problem or asked <= {(wish.phone, wish.value) for wish in other.wishes} or other.problem


def _told(rows: list[FileRow]) -> list[tuple[object, ...]]:
    """What rows ask for; a sentence may name columns in their order."""
    return [(row.user, row.mode, set(row.wishes), row.name, set(row.also), bool(row.problem)) for row in rows]
