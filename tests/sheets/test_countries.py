"""Of which country a number without a country code is: its row's, as columns say it, or else the file's."""

from __future__ import annotations

from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.file_found import NO_ANSWERS, Answers, Found
from bot.languages.countries import Countries, calling_regions
from bot.sheets.apart import ReaderProcesses
from bot.sheets.read import read
from tests.sheets.conftest import Reader, found

FRENCH, DUTCH = "+33 612345678", "+31 612345678"
_COUNTRIES = Countries()


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Country", "FR"), ("UsageLocation", "FR"), ("c", "fr"), ("co", "France"), ("Land", "Frankrijk"), ("ISO", "FRA"),
        ("Region", "France"), ("Nation", "FR"), ("Country or region", "France"), ("Country/Region", "FR"),
        ("countryCode", "FR"), ("Landcode", "FRA"),
        ("country", "FRANCE (FR)"), ("countryCode", "+33"), ("countryCode", "0033"), ("countryCode", "33"), ("countryCode", "250"),
    ],
)  # fmt: skip
def test_the_column_says_of_which_country_a_number_is(tmp_path: Path, column: str, cell: str) -> None:
    (row,), end = found(tmp_path / "file", f"UPN,{column},Mobile\na@b.example,{cell},06 12 34 56 78\n")
    assert [wish.value for wish in row.wishes] == [FRENCH]
    assert (end.national, end.region, end.unused) == (0, "", ())


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("NL", "NL"), ("nld", "NL"), ("Netherlands", "NL"), ("The Netherlands", "NL"), ("Netherlands, The", "NL"), ("Nederland", "NL"),
        ("Holland", "NL"), ("Duitsland", "DE"), ("Deutschland", "DE"), ("Sverige", "SE"), ("Zweden", "SE"), ("België", "BE"),
        ("Belgique", "BE"), ("Belgie", "BE"), ("Österreich", "AT"), ("España", "ES"), ("日本", "JP"), ("Ελλάδα", "GR"), ("مصر", "EG"),
        ("UK", "GB"), ("England", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("VS", "US"), ("Czech Republic", "CZ"), ("Tsjechië", "CZ"),
        ("Turkey", "TR"), ("Türkiye", "TR"), ("Korea, Republic of", "KR"), ("BE - Belgium", "BE"), ("Guinea-Bissau", "GW"),
        ("EMEA", ""), ("Noord-Holland", ""), ("North", ""), ("EU", ""), ("Congo", ""), ("Georgia (US)", ""), ("31", ""), ("", ""),
        ("=B2", ""), ("x" * 500, ""),
    ],
)  # fmt: skip
def test_countries_as_people_write_them(cell: str, region: str) -> None:
    assert _COUNTRIES.region(cell) == region


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from([str.upper, str.lower]))
def test_every_code_is_its_country(region: str, case: object) -> None:
    assert _COUNTRIES.region(region.lower() if case is str.lower else region) == region


@settings(deadline=None)  # names are loaded at the first
@given(st.text(max_size=30))
def test_any_text_is_a_country_or_none(cell: str) -> None:
    assert _COUNTRIES.region(cell) in {"", *phonenumbers.SUPPORTED_REGIONS}


@pytest.mark.parametrize(
    ("cell", "regions"),
    [
        ("+31", ("NL",)), ("0031", ("NL",)), ("31", ("NL", "AZ")), ("528", ("NL",)), ("40", ("RO", "AT")), ("+40", ("RO",)),
        ("999", ()), ("x", ()),
    ],
)  # fmt: skip
def test_digits_for_a_country_may_be_two_countries(cell: str, regions: tuple[str, ...]) -> None:
    assert calling_regions(cell) == regions


def test_a_number_that_could_be_of_either_country_is_not_read(tmp_path: Path) -> None:
    (chile, only), _ = found(tmp_path / "file", "UPN,countryCode,Mobile\na@b.example,32,011 2345678\nb@b.example,32,0470 12 34 56\n")
    assert not only.problem
    assert only.wishes[0].value == "+32 470123456"
    assert chile.problem or chile.wishes[0].value.startswith("+")


@pytest.mark.parametrize("country", ["FR", "Narnia", "US", ""])
@pytest.mark.parametrize("number", ["+31 612345678", "0031612345678", "(+31) 6 12345678", "31612345678"])
def test_a_number_with_its_own_country_is_left_as_it_is(tmp_path: Path, country: str, number: str) -> None:
    (row,), end = found(tmp_path / "file", f"UPN,Country,Mobile\na@b.example,{country},{number}\n")
    assert [wish.value for wish in row.wishes] == [DUTCH]
    assert end.national == 0


@pytest.mark.parametrize(
    ("names", "cells", "says"),
    [
        ("Country", "Narnia", "“Narnia” under “Country” is no country"),
        ("Region", "EMEA", "“EMEA” under “Region” is no country"),
        ("Country", "=B2", "is no country"),
        ("c,co", "FR,Nederland", "“FR” under “c” and “Nederland” under “co” are two countries"),
        ("Country,Region", "FR,NL", "two countries"),
        ("c,countryCode", "FR,31", "two countries"),
        ("Country,usageLocation", "FR,Narnia", "“Narnia” under “usageLocation”"),
    ],
)
def test_a_country_that_cannot_be_told_matters_for_a_national_number_only(tmp_path: Path, names: str, cells: str, says: str) -> None:
    rows, end = found(tmp_path / "file", f"UPN,{names},Mobile\na@b.example,{cells},06 12 34 56 78\nb@b.example,{cells},+31612345679\n")
    assert says in rows[0].problem
    assert (rows[1].problem, end.national) == ("", 0)


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        ("c,co", "FR,Frankrijk"),
        ("c,co,countryCode", "FR,France,250"),
        ("usageLocation,country", "FR,France"),
        ("Country,Region", "FR,Île-de-France"),
    ],
)
def test_columns_that_agree(tmp_path: Path, names: str, cells: str) -> None:
    (row,), _ = found(tmp_path / "file", f"UPN,{names},Mobile\na@b.example,{cells},06 12 34 56 78\n")
    assert [wish.value for wish in row.wishes] == [FRENCH]


def test_a_country_of_the_row_may_lack_where_the_number_does_not_exist_there(reading: Reader) -> None:
    (row,) = reading("UPN,Country,Mobile\na@b.example,NO,06 12 34 56 78\n")
    assert "Norway" in row.problem


def test_numbers_without_a_country_are_counted(tmp_path: Path) -> None:
    cells = ("06 12345678", "612345679", "+31612345680", "0031612345681", "31612345682", "x1", "")
    lines = "".join(f"p{at}@b.example,,{cell},020 123456{at}\n" for at, cell in enumerate(cells))
    rows, end = found(tmp_path / "file", f"UPN,Country,Mobile,Office\n{lines}q@b.example,NL,06 12345699,\n")
    assert (end.national, end.region) == (2 + 7, "NL")
    assert [bool(row.problem) for row in rows] == [False] * 5 + [True, False, False]


def test_a_swedish_file_is_counted_as_taken_for_dutch(tmp_path: Path) -> None:
    content = "E-mail;Mfa;Phone\na@b.example;Register mobile phone number for MFA;070-123 45 67\n"
    (row,), end = found(tmp_path / "file", content)
    assert ([wish.value for wish in row.wishes], end.national, end.region) == (["+31 701234567"], 1, "NL")
    (row,), end = found(tmp_path / "file", content, answers=Answers(region="SE"))
    assert ([wish.value for wish in row.wishes], end.national, end.region) == (["+46 701234567"], 1, "SE")


@pytest.mark.parametrize("cell", ["", "-", "n/a", "NULL", "geen"])
def test_a_sign_for_nothing_is_no_country(tmp_path: Path, cell: str) -> None:
    (row,), end = found(tmp_path / "file", f"UPN,Country,Mobile\na@b.example,{cell},06 12345678\n")
    assert (row.problem, end.national) == ("", 1)


def test_without_a_region_they_are_counted_and_the_hint_asks_for_it(tmp_path: Path) -> None:
    content = "UPN,Mobile\na@b.example,06 12345678\nb@b.example,612345678\nc@b.example,31612345679\nd@b.example,12\n"
    rows, end = found(tmp_path / "file", content, region="")
    assert (end.national, end.region) == (2, "")
    assert [("which country" in row.problem and "answer with it" in row.problem) for row in rows] == [True, True, False, False]


def test_another_country_is_the_answer_only_where_the_row_says_none(tmp_path: Path) -> None:
    rows, _ = found(
        tmp_path / "file", "UPN,Country,Mobile\na@b.example,FR,0612345678\nb@b.example,,0470 12 34 56\n", answers=Answers(region="BE")
    )
    assert [row.wishes[0].value for row in rows] == [FRENCH, "+32 470123456"]


async def test_names_in_every_language_and_columns_of_any_name_fit_into_the_process_that_reads(tmp_path: Path) -> None:
    path = tmp_path / "file"
    wide = ";".join(f"{'名' * 80}{n}" for n in range(190))
    path.write_text(f"UPN;Country;Mobile;{wide}\na@b.example;日本;090-1234-5678{';値' * 190}\nb@b.example;Narnia;0612345678{';値' * 190}\n")
    said = [each async for each in ReaderProcesses().rows(path, "file", "NL", NO_ANSWERS)]
    rows, end = said[0], said[-1]
    assert isinstance(rows, list)
    assert isinstance(end, Found)
    assert [[wish.value for wish in row.wishes] for row in rows] == [["+81 9012345678"], []]
    assert len(end.unused) == 190


def test_a_country_for_each_row_costs_little(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("UPN,Country,Mobile\n" + "".join(f"p{n}@b.example,nowhere {n},+31612345678\n" for n in range(3_000)))
    assert sum(1 for _ in read(path, "file", default_region="NL")) == 3_001
