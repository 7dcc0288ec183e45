"""Columns in the languages of those who make the files: brakes, countries and names are no ornament there either."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.file_found import NO_ANSWERS as NONE
from bot.domain.file_found import Doubt, Question, open_questions
from tests.sheets.conftest import Reader, found, refusal


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Gesperrt", "ja"), ("Überspringen", "x"), ("Freigegeben", "nein"), ("Nicht ändern", "x"), ("Ausschließen", "x"),
        ("Gültig ab", "2027-03-01"), ("Bemerkung", "falsche Nummer"), ("Kommentar", "nicht verwenden"), ("Abteilung", "nicht verwenden"),
        ("Approuvé", "en cours"), ("Statut", "ne pas modifier"), ("Date d'effet", "01/03/2027"), ("Remarque", "mauvais numéro"),
        ("Aprobado", "pronto"), ("Estado", "pendiente"), ("Fecha de inicio", "01/03/2027"), ("Oficina", "no usar"),
        ("Godkänd", "snart"), ("Hoppa över", "x"), ("Anmärkning", "använd inte"), ("Stato", "sospeso"),
        ("Gearchiveerd", "sinds mei"), ("Uitstellen", "x"), ("Terminated", "2026-01-01"), ("Decision", "later"), ("Date", "2027-03-01"),
        ("Site", "DoNotUse"), ("Site", "NOT THIS ONE"), ("Site", "stop"), ("Site", "leave alone"), ("Department", "left the company"),
        ("VIP", "yes"), ("Gezien", "nee"), ("Vu", "non"), ("Tillstånd", "nej"), ("☑", "✗"),
    ],
)  # fmt: skip
def test_what_may_hold_a_row_back_is_asked_about(tmp_path: Path, name: str, cell: str) -> None:
    _, end = found(tmp_path / "file", f"UPN,Mobile,{name}\na@b.example,+31612345678,\nb@b.example,+31612345679,{cell}\n")
    assert [(column.name, column.doubt) for column in end.unused] == [(name, Doubt.BRAKE)]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Department", "Stopgap"), ("Site", "Note"), ("Team", "Inter"), ("directorySynced", "TRUE"), ("isAdmin", "no"),
        ("Abteilung", "Vertrieb"),
        ("Licensed", "yes"),
    ],
)  # fmt: skip
def test_what_holds_nothing_back_is_not(tmp_path: Path, name: str, cell: str) -> None:
    _, end = found(tmp_path / "file", f"UPN,Mobile,{name}\na@b.example,+31612345678,{cell}\n")
    assert open_questions(end, NONE) == ()


@pytest.mark.parametrize(
    "name",
    ["Pays", "País", "Staat", "Paese", "Ländercode", "Landskod", "Code pays", "International code", "Site country", "Land vestiging",
     "location.country", "Address: Country", "countryLetterCode"],
)  # fmt: skip
def test_a_country_by_any_name_counts(reading: Reader, name: str) -> None:
    (row,) = reading(f"UPN,{name},Mobile\na@b.example,FR,06 12 34 56 78\n")
    assert [wish.value for wish in row.wishes] == ["+33 612345678"], row.problem


@pytest.mark.parametrize("name", ["Vorwahl", "Indicatif", "Prefijo", "Riktnummer"])
def test_a_part_of_a_number_is_none(reading: Reader, name: str) -> None:
    assert refusal(reading, f"UPN,{name},Mobile\na@b.example,+33,06 12 34 56 78\n").code == "file_column_unclear"


@pytest.mark.parametrize(("cell", "asked"), [("FR", True), ("France", True), ("+33", True), ("NL", False), ("Utrecht", False)])
def test_a_column_of_countries_that_is_not_used_is_asked_about(tmp_path: Path, cell: str, asked: bool) -> None:
    lines = f"UPN,Where,Mobile\na@b.example,{cell},"
    _, end = found(tmp_path / "file", lines + "06 12 34 56 78\n")
    assert (end.unused[0].doubt is Doubt.COUNTRIES, open_questions(end, NONE) == (Question.COLUMNS,)) == (asked, asked)
    _, end = found(tmp_path / "file", lines + "+31 6 12 34 56 78\n")  # the numbers say it themselves
    assert not end.unused[0].doubt


@pytest.mark.parametrize("names", ["Nachname,Vorname", "Nom,Prénom", "Apellidos,Nombre", "Efternamn,Förnamn", "Last,First"])
def test_first_and_last_names_are_the_persons(reading: Reader, names: str) -> None:
    (row,) = reading(f"UPN,{names},Mobile\na@b.example,Farouk,Omar,+31612345678\n")
    assert row.name == "Omar Farouk"


@pytest.mark.parametrize("name", ["Worker", "User display name", "Anzeigename", "Nom complet", "Visningsnamn", "姓名"])
def test_a_name_by_any_name_is_the_persons(reading: Reader, name: str) -> None:
    (row,) = reading(f"UPN,{name},Mobile\na@b.example,Omar Farouk,+31612345678\n")
    assert row.name == "Omar Farouk"


def test_another_address_has_to_be_the_persons(reading: Reader) -> None:
    (row,) = reading("UPN,Work email,Mobile\na@b.example,omar@b.example,+31612345678\n")
    assert row.also == ("omar@b.example",)


def test_the_id_of_a_domain_is_no_object_id(reading: Reader) -> None:
    (row,) = reading("UPN,ObjectGUID,Mobile\na@b.example,3f2504e0-4f89-11d3-9a0c-0305e82c3301,+31612345678\n")
    assert (row.user, row.also, row.problem) == ("a@b.example", (), "")
