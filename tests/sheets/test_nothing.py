"""Signs of nothing: what reports, databases and people write where there is no number."""

from __future__ import annotations

import pytest

from bot.domain.methods import PhoneType
from bot.domain.rows import Mode, Wish
from tests.sheets.conftest import Reader, workbook

NOOR = Wish(PhoneType.MOBILE, "+31 612345678")
NOTHING = (
    "-", "–", "—", "--", "none", "None", "NULL", "null", "(null)", "<null>", "n/a", "N/A", "NA", "nvt", "n.v.t.", "N.v.t", "geen", "leeg",
    "undefined", "{}", "[]", "{ }", "''", "'\"\"", "0", "unknown", "onbekend", "not set", "niet van toepassing", "?", ".", "(-)", "NaN",
    "System.String[]", "System.Object[]", "System.Collections.Generic.List`1[System.String]",
    "Microsoft.Graph.PowerShell.Models.MicrosoftGraphPhoneAuthenticationMethod",
)  # fmt: skip


@pytest.mark.parametrize("sign", NOTHING)
def test_a_sign_of_nothing_is_an_empty_cell_and_said(reading: Reader, sign: str) -> None:
    (row,) = reading(f"UPN;Mobile;Office;Alternate mobile\nnoor@b.example;06 12345678;{sign};\n".replace('"', '""""'))
    assert (row.problem, row.wishes) == ("", (NOOR,))
    (note,) = row.repaired
    assert note.startswith("Office phone: “")
    assert note.endswith("” was taken for nothing.")


def test_the_table_of_the_report(reading: Reader) -> None:
    rows = reading(
        "UPN,Mobile,Office\nnoor@b.example,+31 612345678,none\nlotte@b.example,+31 612345679,-\nkenji@b.example,+31 612345690,NULL\n"
    )
    assert [row.wishes[0].value for row in rows] == ["+31 612345678", "+31 612345679", "+31 612345690"]
    assert [row.repaired[0].partition(": ")[2] for row in rows] == [f"“{sign}” was taken for nothing." for sign in ("none", "-", "NULL")]


def test_so_it_is_in_a_workbook_where_a_lookup_gives_zero(reading: Reader) -> None:
    (row,) = reading(workbook([("UPN", "Mobile", "Office"), ("noor@b.example", "06 12345678", 0)]))
    assert row.wishes == (NOOR,)


def test_a_row_of_nothing_asks_for_nothing(reading: Reader) -> None:
    (row,) = reading("UPN,Mobile,Office\nnoor@b.example,-,NULL\n")
    assert "asks for nothing" in row.problem


@pytest.mark.parametrize("cell", ["#N/A", "#N/B", "-06 12345678", "nobody", "n", "System", "Microsoft", "{0612345678}", "see note", "=A1"])
def test_what_may_be_something_is_not_taken_for_nothing(reading: Reader, cell: str) -> None:
    (row,) = reading(f"UPN,Mobile,Office\nnoor@b.example,06 12345678,{cell}\n")
    assert row.problem


@pytest.mark.parametrize(
    ("sign", "goes"), [("-", True), ("none", True), ("–", True), ("geen", True), ("NULL", False), ("n/a", False), ("nvt", False)]
)
def test_in_a_row_that_removes_a_dash_may_say_which(reading: Reader, sign: str, goes: bool) -> None:
    (row,) = reading(f"UPN,Mobile,Office,Action\nnoor@b.example,x,{sign},remove\n")
    assert (row.mode, row.problem) == (Mode.REMOVE, "")
    assert [wish.phone for wish in row.wishes] == [PhoneType.MOBILE, *([PhoneType.OFFICE] if goes else [])]
    assert bool(row.repaired) is not goes


@pytest.mark.parametrize("sign", ["-", "none", "NULL", "n/a"])
def test_where_an_empty_cell_removes_a_sign_is_not_guessed_at(reading: Reader, sign: str) -> None:
    (row,) = reading(f"UPN,MobilePhone,Office,ForcedUpdate,ForcedRemoval\nnoor@b.example,06 12345678,{sign},true,true\n")
    assert "whether this phone is to be removed" in row.problem


@pytest.mark.parametrize("sign", ["-", "NULL", "n/a"])
def test_a_switch_may_be_nothing_and_an_action_may_not(reading: Reader, sign: str) -> None:
    (row,) = reading(f"UPN,Mobile,SMS sign-in\nnoor@b.example,06 12345678,{sign}\n")
    assert (row.wishes, row.repaired) == ((NOOR,), (f"SMS sign-in: “{sign}” was taken for nothing.",))
    (row,) = reading(f"UPN,Mobile,SMS sign-in\nnoor@b.example,{sign},0\n")
    assert row.wishes == (Wish(None, "off"),)
    (row,) = reading(f"UPN,Mobile,Action\nnoor@b.example,06 12345678,{sign}\n")
    assert row.wishes == ()


NO_ACTION = ("-", "none", "None", "NULL", "n/a", "(none)", "geen", "nvt", "skip", "No action", "no change", "overslaan", "0")


@pytest.mark.parametrize("word", NO_ACTION)
def test_a_row_whose_action_is_nothing_is_left_out(reading: Reader, word: str) -> None:
    left, row = reading(f"UPN,Mobile,Action\nlotte@b.example,06 12345679,{word}\nnoor@b.example,06 12345678,\n")
    assert left.problem.startswith(f"Its action is “{word}”, so nothing is done.")
    assert (left.wishes, row.problem, row.wishes) == ((), "", (NOOR,))


@pytest.mark.parametrize("mark", ["#", "# ", "//", "// ", "--", "-- "])
@pytest.mark.parametrize("names", ["UPN,Mobile", "Department,UPN,Mobile", "DisplayName,UPN,Mobile"])
def test_a_row_that_is_commented_out_is_left_out_and_said_to_be(reading: Reader, mark: str, names: str) -> None:
    first = "" if names.startswith("UPN") else "Noor,"
    out, row = reading(f"{names}\n{mark}{first}lotte@b.example,06 12345679\n{first}noor@b.example,06 12345678\n")
    assert out.problem.startswith(f"The row is commented out: it begins with {mark.strip()}.")
    assert (out.wishes, row.problem, row.wishes) == ((), "", (NOOR,))


def test_so_it_is_in_a_workbook(reading: Reader) -> None:
    out, row = reading(workbook([("UPN", "Mobile"), ("#lotte@b.example", "06 12345679"), ("noor@b.example", "06 12345678")]))
    assert ("commented out" in out.problem, row.wishes) == (True, (NOOR,))


@pytest.mark.parametrize("first", ["#1", "# 12", "#4711", "-", "--", "#N/A", "C#"])
def test_other_rows_are_not_commented_out(reading: Reader, first: str) -> None:
    (row,) = reading(f"#,UPN,Mobile\n{first},noor@b.example,06 12345678\n")
    assert (row.problem, row.wishes) == ("", (NOOR,))
