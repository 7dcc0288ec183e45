"""Columns by name, and what each cell of a row asks for."""

from __future__ import annotations

import pytest

from bot.domain.methods import PhoneType
from bot.domain.rows import Mode, Wish
from bot.domain.said import Reader as Reads
from bot.domain.said import say, speaking, spoken
from bot.languages import LANGUAGES, catalogue
from bot.sheets.columns import Column, recognise
from tests.sheets.conftest import Reader, refusal

MOBILE, ALTERNATE, OFFICE = PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE
NUMBER = "+31 612345678"
_COLUMN_OF = {MOBILE: Column.MOBILE, ALTERNATE: Column.ALTERNATE, OFFICE: Column.OFFICE}


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        ("UPN,Mobile,OfficePhone,AlternateMobile,ForcedUpdate,ForcedRemoval", "user mobile office alternate forced_update forced_removal"),
        ("action,sms sign-in,office,alternate mobile,mobile,user", "action sms office alternate mobile user"),
        ("User_Principal_Name,MOBILE-PHONE", "user mobile"),
        ("e-mail,cell", "user mobile"),
        ("Object ID,Phone", "user mobile"),
        ("Gebruiker,Mobiel nummer,Kantoor,Actie", "user mobile office action"),
        ("E-mailadres,Vaste telefoon", "user office"),
        ("Medewerker,06-nummer,Tweede mobiel nummer,Kantoornummer,Sms-aanmelding,Handeling", "user mobile alternate office sms action"),
        ("UPN,SMS Sign-in", "user sms"),
        ("displayName,UPN,department,postcode,cost code,mobile", ". user . . . mobile"),
        ("UPN,,Mobile", "user . mobile"),
    ],
)
def test_columns_in_any_order_under_the_names_people_use(names: str, columns: str) -> None:
    found = recognise(names.split(","))
    places = {Column[name.upper()]: index for index, name in enumerate(columns.split()) if name != "."}
    assert found.places == places


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cards_call_a_phone_names_its_column_in_every_language(language: str) -> None:
    with speaking(Reads(catalogue(language))):
        header = [spoken(say("User")), *(spoken(phone.noun) for phone in PhoneType), spoken(say("SMS sign-in"))]
    assert list(recognise(header).places) == [Column.USER, *(_COLUMN_OF[phone] for phone in PhoneType), Column.SMS]


def test_a_column_that_may_be_any_phone_is_not_taken_for_the_mobile(reading: Reader) -> None:
    assert "`mobile`, `alternate mobile`, `office` or `sms sign-in`" in refusal(reading, "UPN,mobile,extra gsm\n").hint


@pytest.mark.parametrize(
    ("names", "code", "says"),
    [
        ("UPN", "file_column_missing", "one with what to change"),
        ("UPN,action", "file_column_missing", "one with what to change"),
        ("mobile,department", "file_column_missing", "“department”"),
        ("alice@contoso.example,+31 6 12345678", "file_no_header", "no names of columns"),
        ("alice,0612345678", "file_no_header", "no names of columns"),
        ("first,second", "file_no_header", "“first”, “second”"),
        ("UPN,mobile,Mobile", "file_column_twice", "“mobile” and “Mobile”"),
        ("UPN,mobile,upn", "file_column_twice", "“UPN” and “upn”"),
        ("SamAccountName,mobile", "file_column_unclear", "“SamAccountName”"),
        ("UPN,mobile,Coutry", "file_column_unclear", "“Coutry”"),
        ("UPN,mobile,action,ForcedUpdate", "file_column_twice", "two ways"),
        ("UPN,mobile,Password", "file_secrets", "“Password”"),
        ("UPN,mobile,TAP", "file_secrets", "“TAP”"),
        ("UPN,mobile,TapCode", "file_secrets", "“TapCode”"),
        ("UPN,mobile,temporary access pass", "file_secrets", "“temporary access pass”"),
        ("UPN,mobile,initial_pwd", "file_secrets", "“initial_pwd”"),
        ("UPN,mobile,pin", "file_secrets", "“pin”"),
        ("UPN,mobile,Pincode", "file_secrets", "“Pincode”"),
        ("UPN,mobile,code", "file_secrets", "“code”"),
        ("UPN,mobile,client secret", "file_secrets", "“client secret”"),
        ("UPN,mobile,wachtwoord", "file_secrets", "“wachtwoord”"),
        ("UPN,mobile,Tijdelijke toegangspas", "file_secrets", "toegangspas"),
        ("UPN,telephone number", "file_column_unclear", "which phone"),
        ("UPN,mobile,calling code", "file_column_unclear", "part of a phone number"),
        ("UPN,mobile,country code,office", "file_column_unclear", "part of a phone number"),
        ("UPN,mobile,office country code", "file_column_unclear", "part of a phone number"),
        ("UPN,mobile,extension", "file_column_unclear", "part of a phone number"),
        ("UPN,mobille,office", "file_column_unclear", "“mobille”"),
        ("UPN,home phone,mobile", "file_column_unclear", "“home phone”"),
    ],
)
def test_a_header_that_cannot_be_trusted_refuses_the_file(reading: Reader, names: str, code: str, says: str) -> None:
    refused = refusal(reading, f"{names}\na@b.example,06 12345678,31\n")
    assert refused.code == code
    assert says in refused.text


def test_ordinary_words_are_no_secrets() -> None:
    found = recognise(["UPN", "mobile", "Passport holder", "Compass", "Opinion", "Postcode", "Country", "Department code", "Status"])
    assert set(found.places) == {Column.USER, Column.MOBILE}


HEADER = "user,mobile,alternate mobile,office,sms sign-in,action\n"


@pytest.mark.parametrize(
    ("cells", "mode", "wishes"),
    [
        ("06 12345678,,,,", Mode.SET, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,,set", Mode.SET, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,,Change", Mode.SET, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,,ADD", Mode.ADD, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,,toevoegen", Mode.ADD, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,,update", Mode.UPDATE, [Wish(MOBILE, NUMBER)]),
        (",,020 1234567 x12,,", Mode.SET, [Wish(OFFICE, "+31 201234567x12")]),
        ("06 12345678,06 87654321,,,", Mode.SET, [Wish(MOBILE, NUMBER), Wish(ALTERNATE, "+31 687654321")]),
        (",,,on,", Mode.SET, [Wish(None, "on")]),
        (",,,UIT,", Mode.SET, [Wish(None, "off")]),
        (",,,1,", Mode.SET, [Wish(None, "on")]),
        ("06 12345678,,,,remove", Mode.REMOVE, [Wish(MOBILE)]),
        ("x,,yes,,delete", Mode.REMOVE, [Wish(MOBILE), Wish(OFFICE)]),
        ("x,no,0,off,verwijderen", Mode.REMOVE, [Wish(MOBILE), Wish(None, "off")]),
    ],
)
def test_what_a_row_asks_for(reading: Reader, cells: str, mode: Mode, wishes: list[Wish]) -> None:
    (row,) = reading(f"{HEADER}a@b.example,{cells}\n")
    assert (row.problem, row.mode, list(row.wishes), row.repaired) == ("", mode, wishes, ())


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("a@b.example,,,,,", "asks for nothing"),
        ("a@b.example,,,,,remove", "does not say what to remove"),
        ("a@b.example,06 12345678,,,,destroy", "do not know the action “destroy”"),
        ("a@b.example,06 12345678,,,maybe,", "SMS sign-in: “maybe” is neither on nor off"),
        ("a@b.example,x,,,on,remove", "cannot switch SMS sign-in on"),
        ("a@b.example,soon,,,,remove", "Mobile phone: I cannot tell from “soon”"),
        ("a@b.example,06 12345678 x12,,,,", "Mobile phone: Only an office phone can have an extension"),
        ("a@b.example,06 123,,,,", "too short for the Netherlands"),
        ("a@b.example,06 12345678 or 06 87654321,,,,", "more than one number"),
        (",06 12345678,,,,", "does not say who it is"),
        ("alice,06 12345678,,,,", "“alice” is no user principal name"),
        ("a@b.example c@d.example,06 12345678,,,,", "is no user principal name"),
        ("=cmd|' /C calc'!A0,06 12345678,,,,", "under user has a formula"),
        ("a@b.example,=A1,,,,", "under mobile has a formula"),
        ("a@b.example,#N/A,,,,", "under mobile shows an error"),
        ("a@b.example,####,,,,", "under mobile shows an error"),
    ],
)
def test_a_row_that_cannot_be_read_says_why_and_asks_for_nothing(reading: Reader, cells: str, says: str) -> None:
    row, after = reading(f"{HEADER}{cells}\nb@b.example,06 12345678,,,,\n")
    assert says in row.problem
    assert row.problem.endswith(".")
    assert not row.wishes
    assert after.wishes == (Wish(MOBILE, NUMBER),)


def test_people_by_object_id(reading: Reader) -> None:
    (row,) = reading("id,mobile\n3f2504e0-4f89-11d3-9a0c-0305e82c3301,06 12345678\n")
    assert (row.user, row.problem) == ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "")


@pytest.mark.parametrize(
    ("cells", "mode", "wishes"),
    [
        ("06 12345678,,,true,", Mode.SET, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,,", Mode.ADD, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,FALSE,FALSE", Mode.ADD, [Wish(MOBILE, NUMBER)]),
        ("06 12345678,,,true,true", Mode.SET, [Wish(MOBILE, NUMBER), Wish(ALTERNATE), Wish(OFFICE)]),
        (",,,,true", Mode.REMOVE, [Wish(MOBILE), Wish(ALTERNATE), Wish(OFFICE)]),
    ],
)
def test_the_file_of_the_old_script(reading: Reader, cells: str, mode: Mode, wishes: list[Wish]) -> None:
    (row,) = reading(f"UPN,Mobile,OfficePhone,AlternateMobile,ForcedUpdate,ForcedRemoval\na@b.example,{cells}\n")
    assert (row.problem, row.mode, list(row.wishes)) == ("", mode, wishes)


def test_the_old_script_removes_only_what_has_a_column(reading: Reader) -> None:
    (row,) = reading("UPN,Mobile,ForcedRemoval\na@b.example,,yes\n")
    assert (row.mode, row.wishes) == (Mode.REMOVE, (Wish(MOBILE),))
    (asks_nothing,) = reading("UPN,Mobile,ForcedRemoval\na@b.example,,\n")
    assert "asks for nothing" in asks_nothing.problem
