"""Files in the shape of Microsoft's own tools."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from bot.domain.file_found import Doubt
from bot.domain.methods import PhoneType
from bot.domain.rows import FileRow, Mode
from bot.sheets.read import read
from tests.sheets.conftest import Reader, found, refusal

UPN, ID = "noor.dekker@fabrikam.example", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
MOBILE, ALTERNATE, OFFICE = PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE
#: https://learn.microsoft.com/entra/identity/users/users-bulk-download
PORTAL = (
    "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,"
    "state,country,physicalDeliveryOfficeName,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,ageGroup,"
    "consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,invitationState,identityIssuer,"
    "createdDateTime"
)


def portal(enabled: str = "True", telephone: str = "030 2345678", usage: str = "FR", country: str = "France") -> str:
    """Its export of one person."""
    return (
        f"{PORTAL}\n{UPN},Noor Dekker,Dekker,{UPN},Noor,{ID},Member,Clerk,Sales,{enabled},{usage},Rue 1,Lyon,{country},HQ,Lyon,69001,"
        f"{telephone},06 12 34 56 78,noor@home.example,Adult,,,Fabrikam,,True,,fabrikam.example,2020-01-01T00:00:00Z\n"
    )


def test_the_portals_export(tmp_path: Path) -> None:
    (row,), end = found(tmp_path / "file", portal())
    assert (row.problem, row.user, row.also, row.name) == ("", ID, (UPN,), "Noor Dekker")
    assert [(wish.phone, wish.value) for wish in row.wishes] == [(MOBILE, "+33 612345678")]
    assert len(end.unused) == 20


@pytest.mark.parametrize(
    ("asked", "content"),
    [
        ([], portal(telephone="")),
        ([("telephoneNumber", Doubt.NUMBERS)], portal(telephone="+33 4 72 00 00 00")),
        ([("accountEnabled", Doubt.BRAKE)], portal(telephone="", enabled="False")),
    ],
)
def test_what_the_portals_export_is_asked_about(tmp_path: Path, asked: list[tuple[str, Doubt]], content: str) -> None:
    _, end = found(tmp_path / "file", content)
    assert [(column.name, column.doubt) for column in end.doubtful] == asked


#: `Get-ADUser -Filter * -Properties mobile,telephoneNumber | Export-Csv`, and some of what it has by itself.
DIRECTORY = """#TYPE Microsoft.ActiveDirectory.Management.ADUser
"DistinguishedName","Enabled","GivenName","mobile","Name","ObjectClass","ObjectGUID","SamAccountName","SID","Surname","telephoneNumber","UserPrincipalName"
"""


def directory(telephone: str) -> str:
    """Its export of one person."""
    cells = ("CN=Noor Dekker,DC=b", "True", "Noor", "06 12345678", "Noor Dekker", "user", ID, "ndekker", "S-1-5", "Dekker", telephone, UPN)
    return DIRECTORY + ",".join(f'"{cell}"' for cell in cells) + "\n"


@pytest.mark.parametrize(("telephone", "doubt"), [("030 2345678", Doubt.NUMBERS), ("2345", Doubt.NONE), ("", Doubt.NONE)])
def test_in_a_directory_the_telephone_number_is_the_office(tmp_path: Path, telephone: str, doubt: Doubt) -> None:
    (row,), end = found(tmp_path / "file", directory(telephone))
    assert (row.problem, row.user, row.also, row.name) == ("", UPN, ("ndekker",), "Noor Dekker")
    assert [(wish.phone, wish.value) for wish in row.wishes] == [(MOBILE, "+31 612345678")]
    assert [column.doubt for column in end.unused if column.name == "telephoneNumber"] == [doubt]
    (row,), end = found(tmp_path / "file", f"DisplayName,UserPrincipalName,mobile,telephoneNumber\nN,{UPN},06 12345678,{telephone}\n")
    assert ([(column.name, column.doubt) for column in end.unused], row.problem) == ([("telephoneNumber", doubt)], "")


@pytest.mark.parametrize("names", ["UPN,telephoneNumber", "UPN,alternate mobile,telephoneNumber", "UPN,mobile,Telefoon"])
def test_elsewhere_a_telephone_number_does_not_say_which(reading: Reader, names: str) -> None:
    assert "which phone" in refusal(reading, f"{names}\n{UPN},+31612345678,\n").text


MFA_SERVER = "Username,Email,Primary Country Code,Primary Phone,Primary Extension,Backup Country Code,Backup Phone,Backup Extension"


@pytest.mark.parametrize(
    ("cells", "wishes"),
    [
        ("31,612345678,,,,", [(MOBILE, "+31 612345678")]),
        ("+31,0612345678,,,,", [(MOBILE, "+31 612345678")]),
        ("0031,6 12345678,,44,7400123456,", [(MOBILE, "+31 612345678"), (ALTERNATE, "+44 7400123456")]),
        ("1,2065550100,,1,(416) 555-0123,", [(MOBILE, "+1 2065550100"), (ALTERNATE, "+1 4165550123")]),
        ("31,+44 7400 123456,,,,", [(MOBILE, "+44 7400123456")]),
        ("31,31612345678,,,,", [(MOBILE, "+31 612345678")]),
        ("33,612345678,,,,", [(MOBILE, "+33 612345678")]),
        ("39,3123456789,,,,", [(MOBILE, "+39 3123456789")]),
        ("NL,612345678,,,,", [(MOBILE, "+31 612345678")]),
    ],
)
def test_the_mfa_servers_export(tmp_path: Path, cells: str, wishes: list[tuple[PhoneType, str]]) -> None:
    (row,), end = found(tmp_path / "file", f"{MFA_SERVER}\nndekker,{UPN},{cells}\n", region="BE")
    assert (row.problem, row.user, row.also) == ("", UPN, ("ndekker",))
    assert [(wish.phone, wish.value) for wish in row.wishes] == wishes
    assert (end.national, end.unused) == (0, ())


MODES = ("Phone Call", "Text Message", "Mobile App", "Oath Token", "PhoneCall", "Text Message (OTP)", "Mobile App + PIN")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("phone", ["Primary Phone", "Mobile"])
def test_an_mfa_servers_mode_is_no_action(tmp_path: Path, mode: str, phone: str) -> None:
    """It says how somebody signs in by default, which is asked about like every such column."""
    lines = f"Username,Email,{phone},Mode\nndekker,{UPN},06 12345678,\nofarouk,o@b.example,06 12345679,{mode}\n"
    rows, end = found(tmp_path / "file", lines)
    assert [(row.problem, row.mode, len(row.wishes)) for row in rows] == [("", Mode.SET, 1)] * 2
    assert [(column.name, column.doubt, column.example) for column in end.unused] == [("Mode", Doubt.BRAKE, mode)]


def test_elsewhere_mode_is_what_to_do(reading: Reader) -> None:
    add, other = reading(f"UPN,Mobile,Mode\n{UPN},06 12345678,add\na@b.example,06 12345679,fast\n")
    assert (add.mode, "do not know the action" in other.problem) == (Mode.ADD, True)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("31,612345678,12,,,", "Only an office phone can have an extension"),
        ("999,612345678,,,,", "“999” under “Primary Country Code” is no country"),
        ("44,612345678,,,,", "Mobile phone:"),
        ("31,447400123456,,,,", "does not fit its country code under “Primary Country Code”"),
    ],
)
def test_a_part_of_a_number_is_never_dropped(reading: Reader, cells: str, says: str) -> None:
    (row,) = reading(f"{MFA_SERVER}\nndekker,{UPN},{cells}\n")
    assert says in row.problem


def test_no_calling_code_is_as_no_country(tmp_path: Path) -> None:
    (row,), end = found(tmp_path / "file", f"{MFA_SERVER}\nndekker,{UPN},,0612345678,,,,\n")
    assert (row.wishes[0].value, end.national, end.region) == ("+31 612345678", 1, "NL")


@pytest.mark.parametrize(("extension", "value"), [("12", "+31 201234567x12"), ("", "+31 201234567")])
def test_an_extension_beside_its_phone(reading: Reader, extension: str, value: str) -> None:
    (row,) = reading(f"UPN,Office phone,Office phone extension\n{UPN},+31 20 1234567,{extension}\n")
    assert [wish.value for wish in row.wishes] == [value]
    (wrong,) = reading(f"UPN,Office phone,Office phone extension\n{UPN},+31 20 1234567,twelve\n")
    assert "is no extension" in wrong.problem


@pytest.mark.parametrize(
    ("names", "word", "phone"),
    [
        ("UPN,PhoneType,PhoneNumber", "mobile", MOBILE),
        ("UPN,PhoneType,PhoneNumber", "Alternate Mobile", ALTERNATE),
        ("UPN,Phone type,Number", "alternateMobile", ALTERNATE),
        ("UPN,Type,Telephone number", "office", OFFICE),
        ("UPN,Soort telefoon,Telefoonnummer", "mobiel", MOBILE),
        ("UPN,Soort,Nummer", "kantoor", OFFICE),
        ("UPN,Telefoontype,Nummer", "alternatief mobiel", ALTERNATE),
        ("UPN,PhoneType,Phone", "Work phone", OFFICE),
    ],
)
def test_a_row_for_each_phone(reading: Reader, names: str, word: str, phone: PhoneType) -> None:
    (row,) = reading(f"{names}\n{UPN},{word},+31 20 7654321\n")
    assert (row.problem, [wish.phone for wish in row.wishes]) == ("", [phone])


@pytest.mark.parametrize("word", ["", "pager", "phone", "fax", "0"])
def test_a_word_that_names_no_phone(reading: Reader, word: str) -> None:
    (row,) = reading(f"UPN,PhoneType,PhoneNumber\n{UPN},{word},+31612345678\n")
    assert "does not say which phone it is" in row.problem


LONG = "UPN,DisplayName,PhoneType,PhoneNumber,Action\n"


def test_rows_of_one_person_one_below_the_other_are_one(reading: Reader) -> None:
    lines = (f"{UPN},N,office,+31 20 7654321,", f"{UPN.upper()},N,mobile,06 12345678,", f"{UPN},n,alternate,+31687654321,")
    row, after = reading(LONG + "\n".join(lines) + "\na@b.example,,mobile,+31612345679,\n")
    assert (row.number, row.problem, row.name) == (2, "", "N")
    wishes = [(MOBILE, "+31 612345678"), (ALTERNATE, "+31 687654321"), (OFFICE, "+31 207654321")]
    assert [(wish.phone, wish.value) for wish in row.wishes] == wishes
    assert (after.number, after.user) == (5, "a@b.example")


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (f"{UPN},N,mobile,+31612345679,", "Row 3 is about the same phone"),
        (f"{UPN},N,office,+31 20,", "Row 3: Office phone"),
        (f"{UPN},N,office,+31 20 7654321,add", "Row 3 is about the same person, and has another action"),
        (f"{UPN},Omar,office,+31 20 7654321,", "Row 3 is about the same person, and calls them otherwise"),
    ],
)
def test_rows_of_one_person_that_do_not_go_together(reading: Reader, other: str, says: str) -> None:
    (row,) = reading(f"{LONG}{UPN},N,mobile,+31612345678,\n{other}\n")
    assert says in row.problem
    assert not row.wishes


OTHERS = ("a@b.example,,mobile,+31612345679,", "b@b.example,,mobile,+31612345680,")


def test_rows_of_one_person_stand_anywhere(reading: Reader) -> None:
    """Sorted by the kind of phone, as reports are."""
    office = ("a@b.example,,office,+31 20 7654322,", f"{UPN.upper()},,office,+31 20 7654321,")
    lines = (OTHERS[0], f"{UPN},,mobile,+31612345678,", OTHERS[1], *office)
    apart = reading(LONG + "\n".join(lines) + "\n")
    assert [(row.number, row.user, row.problem, len(row.wishes)) for row in apart] == [
        (2, "a@b.example", "", 2), (3, UPN, "", 2), (4, "b@b.example", "", 1)
    ]  # fmt: skip
    together = reading(LONG + "\n".join(sorted(lines, key=str.casefold)) + "\n")
    assert {(row.user.casefold(), row.wishes) for row in apart} == {(row.user.casefold(), row.wishes) for row in together}


def test_two_numbers_for_one_phone_are_a_conflict_wherever_they_stand(reading: Reader) -> None:
    lines = (f"{UPN},,mobile,+31612345678,", OTHERS[0], f"{UPN},,mobile,+31612345677,", f"{UPN},,office,+31 20 7654321,")
    one, other = reading(LONG + "\n".join(lines) + "\n")
    assert "Row 4 is about the same phone of the same person" in one.problem
    assert (one.wishes, other.problem) == ((), "")


def test_rows_of_nobody_stay_where_they_are(reading: Reader) -> None:
    nobody = (",,mobile,+31612345678,", OTHERS[0], ",,office,+31 20 7654321,")
    lines = (*nobody, f"#{UPN},,mobile,+31612345677,", f"{UPN},,office,+31 20 7654322,")
    rows = reading(LONG + "\n".join(lines) + "\n")
    assert [(row.number, bool(row.problem)) for row in rows] == [(2, True), (3, False), (4, True), (5, True), (6, False)]


def test_a_long_file_is_set_aside_on_disk(tmp_path: Path) -> None:
    """Every person's rows are as far apart as they can be."""
    peaks = []
    for people in (250, 1_000, 4_000):
        path = tmp_path / str(people)
        kinds = ("mobile,+31612345678", "office,+31207654321")
        path.write_text("UPN,PhoneType,PhoneNumber\n" + "".join(f"p{n}@b.example,{kind}\n" for kind in kinds for n in range(people)))
        tracemalloc.start()
        assert sum(isinstance(row, FileRow) and len(row.wishes) == 2 for row in read(path, "people", default_region="")) == people
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.25 * peaks[1] + 200 * 3_000  # of each person it is remembered where
