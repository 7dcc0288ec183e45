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
    assert "do not know the action" in row.problem
