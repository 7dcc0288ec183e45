"""Who a row is about: the surest column finds, the others and the names go with it to be checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sheets.conftest import Reader, found, refusal

UPN, ID = "noor.dekker@fabrikam.example", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


@pytest.mark.parametrize(
    ("names", "cells", "user", "also", "name"),
    [
        ("DisplayName,UPN", f"Omar Farouk,{UPN}", UPN, (), "Omar Farouk"),
        ("UPN,Name", f"{UPN},Noor Dekker", UPN, (), "Noor Dekker"),
        ("UPN,Last name,tussenvoegsel,First name", f"{UPN},Dijk,van,Noor", UPN, (), "Noor van Dijk"),
        ("Voornaam,Achternaam,UPN", f"Noor,Dekker,{UPN}", UPN, (), "Noor Dekker"),
        ("DisplayName,givenName,surname,UPN", f"Noor Dekker,Noor,Dekker,{UPN}", UPN, (), "Noor Dekker"),
        ("Weergavenaam,UPN", f"-,{UPN}", UPN, (), ""),
        ("DisplayName,UPN", f"=A2&B2,{UPN}", UPN, (), ""),
        ("Name,UPN", f"omar@fabrikam.example,{UPN}", UPN, ("omar@fabrikam.example",), ""),
        ("User,UPN", f"Noor Dekker,{UPN}", UPN, (), "Noor Dekker"),
        ("User,UPN", f"Noor,{UPN}", UPN, (), "Noor"),
        ("User,UPN", f"ndekker,{UPN}", UPN, ("ndekker",), ""),
        ("UPN,User", f"{UPN},omar@fabrikam.example", UPN, ("omar@fabrikam.example",), ""),
        ("mail,UPN", f"n.dekker@fabrikam.example,{UPN}", UPN, ("n.dekker@fabrikam.example",), ""),
        ("mail,UPN", f"{UPN.upper()},{UPN}", UPN, (), ""),
        ("mail,UPN", "n@fabrikam.example,", "n@fabrikam.example", (), ""),
        ("UPN,ObjectId", f"{UPN},{ID}", ID, (UPN,), ""),
        ("UPN,id", f"{UPN},17", UPN, (), ""),
        ("UPN,id", f"{UPN},{ID}", ID, (UPN,), ""),
        ("SamAccountName,mail,UPN,ObjectId", f"ndekker,n@fabrikam.example,{UPN},{ID}", ID, (UPN, "n@fabrikam.example", "ndekker"), ""),
        ("Username,Email", f"FABRIKAM\\ndekker,{UPN}", UPN, ("FABRIKAM\\ndekker",), ""),
        ("UPN,SamAccountName", f"{UPN},12345", UPN, ("12345",), ""),
    ],
)
def test_the_surest_column_finds(reading: Reader, names: str, cells: str, user: str, also: tuple[str, ...], name: str) -> None:
    (row,) = reading(f"{names},Mobile\n{cells},+31612345678\n")
    assert (row.problem, row.user, row.also, row.name) == ("", user, also, name)


def test_two_names_of_two_people_in_one_row(reading: Reader) -> None:
    (row,) = reading(f"DisplayName,First name,Last name,UPN,Mobile\nOmar Farouk,Noor,Dekker,{UPN},+31612345678\n")
    assert "both “Omar Farouk” and “Noor Dekker”" in row.problem


def test_names_in_two_scripts_are_not_compared(reading: Reader) -> None:
    (row,) = reading(f"DisplayName,First name,Last name,UPN,Mobile\n山田 太郎,Taro,Yamada,{UPN},+31612345678\n")
    assert row.problem == ""


def test_a_number_in_a_list_is_told_as_not_used(tmp_path: Path) -> None:
    _, end = found(tmp_path / "file", f"id,UPN,Mobile\n1,{UPN},+31612345678\n2,a@b.example,+31612345679\n")
    assert [column.name for column in end.unused] == ["id"]


@pytest.mark.parametrize("names", ["SamAccountName,Mobile", "sAMAccountName,DisplayName,Mobile"])
def test_a_name_inside_a_domain_alone_finds_nobody(reading: Reader, names: str) -> None:
    assert "may be one that matters" in refusal(reading, f"{names}\nndekker,+31612345678,\n").text


@pytest.mark.parametrize("names", ["Name,Mobile", "DisplayName,Mobile", "First name,Last name,Mobile"])
def test_a_name_alone_finds_nobody(reading: Reader, names: str) -> None:
    assert refusal(reading, f"{names}\nNoor,+31612345678,x\n").code == "file_column_missing"


@pytest.mark.parametrize("cell", ["=A1", "#N/A"])
def test_what_a_spreadsheet_computes_is_no_further_name(reading: Reader, cell: str) -> None:
    (row,) = reading(f"UPN,mail,Mobile\n{UPN},{cell},+31612345678\n")
    assert "under mail" in row.problem


def test_long_cells_are_cut(reading: Reader) -> None:
    (row,) = reading(f"UPN,User name,DisplayName,Mobile\n{UPN},{'x' * 900},{'Noor ' * 300},+31612345678\n")
    assert (len(row.also[0]), len(row.name) <= 320) == (320, True)
