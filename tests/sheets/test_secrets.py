"""Columns whose names speak of codes: what stands in them says whether they are secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sheets.conftest import Reader, found, refusal


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Store code", ["0412", "0413"]), ("Site code", ["AMS-01", "UTR-02"]), ("Employee code", ["E-1042", "88213"]),
        ("Winkelcode", ["412", "413"]), ("Medewerkerscode", ["X12", "X13"]), ("Vestigingscode", ["NL 01"]), ("Post code", ["1234 AB"]),
        ("Language code", ["nl-NL"]), ("Department code", ["SALES-EMEA-01"]), ("Team code", ["A1"]), ("Colour code", ["12"]),
        ("Currency code", ["EUR"]), ("Barcode", ["8712345678906"]), ("Zip code", ["98052-1234"]), ("Passport holder", ["yes"]),
        ("Password", ["", ""]), ("PIN", [""]), ("TAP", [""]), ("Recovery code", [""]), ("code", [""]),
    ],
)  # fmt: skip
def test_labels_and_empty_columns_are_no_secrets(tmp_path: Path, name: str, cells: list[str]) -> None:
    lines = "".join(f"p{at}@b.example,+3161234567{at},{cell}\n" for at, cell in enumerate(cells))
    _, end = found(tmp_path / "file", f"UPN,Mobile,{name}\n{lines}")
    assert [column.name for column in end.unused] == [name]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Password", "x"), ("PIN", "1"), ("TAP", "abc"), ("Recovery code", "1"), ("Wachtwoord", "a"), ("code", "12"), ("Codes", "A"),
        ("Access code", "0412"), ("Login code", "12"), ("MFA code", "123456"), ("Door code", "12"), ("Toegangscode", "12"),
        ("Backup codes", "12"), ("Employee PIN", "1234"), ("Discount code", "48291034"), ("Colour code", "hUy7!k"),
        ("Site code", "aB3dEf6h9"), ("Store code", "P@ssw0rd!"), ("Winkelcode", "Zomer2024x"), ("Inlogcode", "1"),
    ],
)  # fmt: skip
def test_secrets_refuse_the_file_in_whatever_row_they_are(reading: Reader, name: str, cell: str) -> None:
    lines = "".join(f"p{at}@b.example,+3161234567{at},\n" for at in range(5))
    refused = refusal(reading, f"UPN,Mobile,{name}\n{lines}z@b.example,+31612345690,{cell}\n")
    assert (refused.code, f"“{name}”" in refused.text) == ("file_secrets", True)
    assert cell not in refused.text.replace(name, "") or len(cell) < 3


def test_passwords_are_said_whatever_else_is_wrong_with_the_file(reading: Reader) -> None:
    assert refusal(reading, "user,password\nalice@contoso.example,Winter2026!\n").code == "file_secrets"
