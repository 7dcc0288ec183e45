"""Rows with fewer cells than there are columns."""

from __future__ import annotations

import pytest

from tests.sheets.conftest import Reader, workbook

UPN = "noor.dekker@fabrikam.example"
MOBILE, ALTERNATE, OFFICE = "+31 612345678", "+31 687654321", "+31 20 7654321"
WHOLE = {
    "UPN,Department,Mobile,Office": f"w@b.example,Sales,+31612345699,{OFFICE}",
    "UPN,Mobile,Office": f"w@b.example,+31612345699,{OFFICE}",
    "UPN,Mobile,Alternate mobile,Office": f"w@b.example,+31612345699,+31687654399,{OFFICE}",
    "UPN,Mobile,Alternate mobile": "w@b.example,+31612345699,+31687654399",
    "UPN,Mobile,Department,City": "w@b.example,+31612345699,Sales,Breda",
    "Department,UPN,Country,Mobile": "Sales,w@b.example,NL,+31612345699",
    "UPN,Action,Mobile,SMS": "w@b.example,set,+31612345699,on",
}


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        ("UPN,Department,Mobile,Office", f"{UPN},{MOBILE},{OFFICE}"),  # without its department
        ("UPN,Department,Mobile,Office", f"{UPN},Sales,{OFFICE}"),  # without its mobile
        ("UPN,Department,Mobile,Office", f"Sales,{MOBILE},{OFFICE}"),  # without its person
        ("UPN,Department,Mobile,Office", f"{UPN},{OFFICE}"),
        ("UPN,Department,Mobile,Office", f"{MOBILE},{OFFICE}"),
        ("UPN,Mobile,Office", f"{UPN},{OFFICE}"),
        ("UPN,Mobile,Office", f"{MOBILE},{OFFICE}"),
        ("UPN,Mobile,Alternate mobile,Office", f"{UPN},{ALTERNATE},{OFFICE}"),
        ("UPN,Mobile,Alternate mobile,Office", f"{UPN},{ALTERNATE}"),
        ("UPN,Mobile,Alternate mobile", f"{UPN},{ALTERNATE}"),
        ("Department,UPN,Country,Mobile", f"Sales,{UPN},0612345678"),
        ("Department,UPN,Country,Mobile", f"{UPN},NL,0612345678"),
        ("UPN,Action,Mobile,SMS", f"{UPN},{MOBILE},on"),
        ("UPN,Action,Mobile,SMS", f"{UPN},remove,x"),  # the mobile, or SMS sign-in
        ("UPN,Mobile,Department,City", UPN.replace("@", " at ") + ",Sales"),
    ],
)
def test_what_a_gap_has_moved_is_not_read(reading: Reader, names: str, cells: str) -> None:
    (short, whole) = reading(f"{names}\n{cells}\n{WHOLE[names]}\n")
    assert "fewer cells" in short.problem or "no user principal name" in short.problem
    assert not short.wishes
    assert not whole.problem


@pytest.mark.parametrize(
    ("names", "cells", "values"),
    [
        ("UPN,Department,Mobile,Office", f"{UPN},Sales,{MOBILE}", ["+31 612345678"]),
        ("UPN,Department,Mobile,Office", f"{UPN},,{MOBILE}", ["+31 612345678"]),
        ("UPN,Mobile,Office", f"{UPN},{MOBILE}", ["+31 612345678"]),
        ("UPN,Mobile,Department,City", f"{UPN},{MOBILE}", ["+31 612345678"]),
        ("UPN,Mobile,Department,City", f"{UPN},{MOBILE},Sales", ["+31 612345678"]),
        ("UPN,Action,Mobile,SMS", f"{UPN},set,{MOBILE}", ["+31 612345678"]),
    ],
)
@pytest.mark.parametrize("others", [True, False])
def test_a_row_that_lacks_its_end_only_is_read(reading: Reader, names: str, cells: str, values: list[str], others: bool) -> None:
    row, *_ = reading(f"{names}\n{cells}\n" + (f"{WHOLE[names]}\n" if others else ""))
    assert (row.problem, [wish.value for wish in row.wishes]) == ("", values)


def test_tools_leave_away_empty_cells_at_the_end_of_every_row(reading: Reader) -> None:
    rows = reading(f"UPN,Mobile,Alternate mobile\n{UPN},{MOBILE}\na@b.example,+31612345679\n")
    assert [row.problem for row in rows] == ["", ""]


SPARSE = [f"p{n}@b.example,+3161234560{n}" + (f",+3168765430{n}" if n % 3 == 0 else "") for n in range(9)]


def test_so_they_do_where_other_rows_have_all_cells(reading: Reader) -> None:
    """No row ends with an empty cell: whoever wrote the file leaves them away."""
    rows = reading("UPN,Mobile,Alternate mobile\n" + "\n".join(SPARSE) + "\n")
    assert [(row.problem, len(row.wishes)) for row in rows] == [("", 2 if n % 3 == 0 else 1) for n in range(9)]


def test_what_is_odd_in_its_column_is_not_read_even_there(reading: Reader) -> None:
    lines = [f"p{n}@b.example,Sales,+3161234560{n}" for n in range(4)]
    lines += [f"w@b.example,Sales,+31612345699,{OFFICE}", f"{UPN},{MOBILE},{OFFICE}"]
    *others, odd = reading("UPN,Department,Mobile,Office\n" + "\n".join(lines) + "\n")
    assert ([row.problem for row in others], "fewer cells" in odd.problem) == ([""] * 5, True)


def test_where_empty_cells_stand_at_the_end_a_short_row_has_lost_one(reading: Reader) -> None:
    rows = reading("UPN,Mobile,Alternate mobile\n" + "\n".join([*SPARSE, "z@b.example,+31612345699,"]) + "\n")
    assert ["fewer cells" in row.problem for row in rows] == [n % 3 != 0 for n in range(9)] + [False]


def test_one_or_two_short_rows_may_be_a_slip(reading: Reader) -> None:
    rows = reading("UPN,Mobile,Alternate mobile\n" + "\n".join([SPARSE[0], SPARSE[1], SPARSE[3], SPARSE[4], SPARSE[6]]) + "\n")
    assert ["fewer cells" in row.problem for row in rows] == [False, True, False, True, False]


@pytest.mark.parametrize(("moved", "read"), [(0, True), (1, False)])
def test_excel_leaves_them_away_in_blocks_of_sixteen_rows(reading: Reader, moved: int, read: bool) -> None:
    """Rows of a block end where the longest of them does; a block with rows of two lengths is not of its making."""
    lines = ["UPN,Mobile,Alternate mobile"] + [f"p{n}@b.example,+316123456{n:02}," for n in range(15)]
    lines += [f"q{n}@b.example,+316123457{n:02}" for n in range(16 - moved)] + [f"r{n}@b.example,+316123458{n:02}," for n in range(16)]
    rows = reading("\n".join(lines) + "\n")
    assert [bool(row.problem) for row in rows] == [False] * 15 + [not read] * (16 - moved) + [False] * 16


def test_a_workbook_says_where_its_cells_are(reading: Reader) -> None:
    names = ["UPN", "Mobile", "Alternate mobile", "Manager", "Office", "Site"]
    whole = [UPN, MOBILE, ALTERNATE, "eva@b.example", OFFICE, "Breda"]
    rows: list[list[str | None]] = [[*whole], ["a@b.example", "+31612345679"], ["c@b.example", "+31 30 2345678", None, "eva@b.example"]]
    read = reading(workbook([names, *rows]))
    assert [(row.problem, len(row.wishes)) for row in read] == [("", 3), ("", 1), ("", 1)]


def test_a_cell_that_is_not_there_takes_nothing_away(reading: Reader) -> None:
    (row,) = reading(f"UPN,ForcedRemoval,Mobile,Office\n{UPN},true,{MOBILE}\n")
    assert "fewer cells" in row.problem
    (row,) = reading(f"UPN,ForcedRemoval,Mobile,Office\n{UPN},true,{MOBILE},\n")
    assert [wish.value for wish in row.wishes] == ["+31 612345678", ""]


def test_a_row_with_too_many_cells_is_not_read(reading: Reader) -> None:
    (row,) = reading(f"UPN,Mobile\n{UPN},{MOBILE},x\n")
    assert "more cells" in row.problem
