"""Columns that are not used: all of them are told, and those that look as if they mattered are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.file_found import NO_ANSWERS as NONE
from bot.domain.file_found import Doubt, Unused, open_questions
from bot.sheets.columns import matters
from tests.sheets.conftest import found, workbook

BRAKE, TENANT, NUMBERS = Doubt.BRAKE, Doubt.TENANT, Doubt.NUMBERS


@pytest.mark.parametrize(
    ("name", "cell", "doubt"),
    [
        ("Skip", "yes", BRAKE), ("Skip?", "no", BRAKE), ("Skip", "", Doubt.NONE), ("Process", "no", BRAKE), ("Approved", "no", BRAKE),
        ("Verified", "no", BRAKE), ("Enabled", "FALSE", BRAKE), ("Status", "Do not change", BRAKE), ("Status", "ok", BRAKE),
        ("Active", "1", BRAKE), ("On hold", "x", BRAKE), ("Excluded", "x", BRAKE), ("Ignore", "x", BRAKE), ("Pending", "x", BRAKE),
        ("Do not migrate", "x", BRAKE), ("Start date", "2027-03-01", BRAKE), ("startDate", "2027-03-01", BRAKE),
        ("Effective", "1 March", BRAKE), ("Valid until", "2027", BRAKE), ("From", "2027", BRAKE), ("Per datum", "1-3-2027", BRAKE),
        ("Overslaan", "ja", BRAKE), ("Goedgekeurd", "nee", BRAKE), ("Verwerken", "nee", BRAKE), ("Niet wijzigen", "x", BRAKE),
        ("Ingangsdatum", "1-3-2027", BRAKE), ("Actief", "nee", BRAKE), ("DefaultMethod", "voice", BRAKE),
        ("Default MFA method", "push", BRAKE), ("Voorkeursmethode", "sms", BRAKE),
        ("Remarks", "wrong number - do not use", BRAKE), ("Comment", "old number?", BRAKE), ("Opmerking", "niet gebruiken", BRAKE),
        ("Note", "left the company", BRAKE), ("Remarks", "sits in Utrecht", Doubt.NONE), ("Info", "DO_NOT_USE", BRAKE),
        ("Department", "do not touch", BRAKE), ("Afdeling", "Verkoop", Doubt.NONE),
        ("Tenant", "adatum.example", TENANT), ("Tenant ID", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", TENANT),
        ("Organisation", "adatum.example", TENANT), ("Organisation", "Sales", Doubt.NONE), ("Company domain", "adatum.example", TENANT),
        ("Company", "Fabrikam", Doubt.NONE),
        ("New number", "06 87654321", NUMBERS), ("New number", "31687654321", NUMBERS), ("Previous", "+31 687654321", NUMBERS),
        ("Pager", "0687654321", NUMBERS), ("", "+31 687654321", NUMBERS), ("Fax", "(030) 2345678", NUMBERS),
        ("Department", "Sales", Doubt.NONE), ("Site", "Utrecht", Doubt.NONE), ("Job title", "Clerk", Doubt.NONE),
        ("Manager", "eva@b.example", Doubt.NONE), ("Location", "NL", Doubt.NONE), ("City", "Breda", Doubt.NONE),
        ("Employee ID", "0012345", Doubt.NONE), ("Employee ID", "61234567", Doubt.NONE), ("Cost center", "4711", Doubt.NONE),
        ("Birthday", "1980-01-02", Doubt.NONE), ("Postal code", "1234 AB", Doubt.NONE), ("Badge number", "31612345678", Doubt.NONE),
        ("Cell block", "B", None),
    ],
)  # fmt: skip
def test_what_is_asked_about(tmp_path: Path, name: str, cell: str, doubt: Doubt | None) -> None:
    content = f"UPN,Mobile,{name}\na@b.example,+31612345678,\nb@b.example,+31612345679,{cell}\n"
    if doubt is None:  # it may be meant for us: refused as ever
        with pytest.raises(Exception, match="may be one that matters"):
            found(tmp_path / "file", content)
        return
    rows, end = found(tmp_path / "file", content)
    assert [(column.name, column.doubt, column.place) for column in end.unused] == [(name, doubt, "" if name else "C")]
    assert bool(open_questions(end, NONE)) == bool(doubt)
    assert [row.problem for row in rows] == ["", ""]


def test_all_are_told_in_their_order_and_numbers_are_masked(tmp_path: Path) -> None:
    header = "Site,UPN,Remarks,Mobile,,Old,,Department"
    lines = "Utrecht,a@b.example,wrong: it was +31 687654321,+31612345678,,0687654321,seen,Sales\n"
    _, end = found(tmp_path / "file", f"{header}\n{lines}")
    assert end.unused == (
        Unused("Site"),
        Unused("Remarks", BRAKE, "wrong: it was +31 •••••••21"),
        Unused("Old", NUMBERS, "••••••••21"),
        Unused("", place="G"),
        Unused("Department"),
    )


def test_numbers_are_those_of_most_cells(tmp_path: Path) -> None:
    lines = "".join(f"p{n}@b.example,+3161234567{n},{cell}\n" for n, cell in enumerate(["0687654321", "none", "-", "0687654322", "desk"]))
    _, end = found(tmp_path / "file", f"UPN,Mobile,Previous\n{lines}")
    assert end.unused[0].doubt is NUMBERS
    lines = "".join(f"p{n}@b.example,+3161234567{n},{cell}\n" for n, cell in enumerate(["0687654321", "east", "west", "north"]))
    _, end = found(tmp_path / "file", f"UPN,Mobile,Wing\n{lines}")
    assert end.unused[0].doubt is Doubt.NONE


def test_the_last_row_counts_too(tmp_path: Path) -> None:
    lines = "".join(f"p{n}@b.example,on,fine\n" for n in range(2_000))
    _, end = found(tmp_path / "file", f"UPN,SMS,Remarks\n{lines}z@b.example,on,do not use\n")
    assert end.unused == (Unused("Remarks", BRAKE, "do not use"),)


def test_a_number_is_judged_by_the_country_of_its_row(tmp_path: Path) -> None:
    _, end = found(tmp_path / "file", "UPN,Country,Mobile,Previous\na@b.example,FR,0612345678,06 98 76 54 32\n", region="")
    assert end.unused[0].doubt is NUMBERS


def test_long_names_and_cells_are_cut(tmp_path: Path) -> None:
    _, end = found(tmp_path / "file", f"UPN,Mobile,Skip {'x' * 300}\na@b.example,+31612345678,{'y' * 300}\n")
    assert (len(end.unused[0].name), len(end.unused[0].example)) == (64, 64)


def test_as_many_columns_as_there_may_be(tmp_path: Path) -> None:
    names = ["UPN", "Mobile", *(f"列{'名' * 80}{n}" for n in range(198))]
    _, end = found(tmp_path / "file", workbook([names, ["a@b.example", "+31612345678", *["値" * 80] * 198]]))
    assert len(end.unused) == 198


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UPN", True), ("E-mail", True), ("DisplayName", True), ("Country", True), ("Landcode", True), ("Skip", True), ("Start date", True),
        ("Primary Country Code", True), ("PhoneType", True), ("Office", False), ("Department", False), ("Site", False),
    ],
)  # fmt: skip
def test_which_must_not_be_left_out_unseen(name: str, expected: bool) -> None:
    assert matters(name) is expected
