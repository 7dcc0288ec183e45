"""Excel's damage: repaired where one reading is possible, otherwise an error of that row."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.methods import PhoneType
from bot.domain.phone import parse_number
from bot.errors import InvalidNumber
from bot.sheets.numbers import Reading, read_number

ALICE = "+31 612345678"


@pytest.mark.parametrize(
    ("cell", "region", "value"),
    [
        ("+31 6 12345678", "", ALICE),
        ("0031612345678", "", ALICE),
        ("06-12345678", "NL", ALICE),
        ("(206) 555-5555", "US", "+1 2065555555"),
        ("6465551234", "US", "+1 6465551234"),  # as Americans write it, though with a plus it is a number in New Zealand
        ("20 12 34 56", "DK", "+45 20123456"),
        ("011 31 6 12345678", "US", ALICE),
        ("+٣١ ٦ ١٢٣٤٥٦٧٨", "", ALICE),
        ("۰۶ ۱۲۳۴۵۶۷۸", "NL", ALICE),
        ("०६१२३४५६७८", "NL", ALICE),
        ("＋３１６１２３４５６７８", "", ALICE),
    ],
)
def test_what_is_whole_is_not_repaired(cell: str, region: str, value: str) -> None:
    reading = read_number(cell, PhoneType.MOBILE, default_region=region)
    assert (reading.value, reading.repaired) == (value, "")


@pytest.mark.parametrize(
    ("cell", "region", "value", "says"),
    [
        ("31612345678", "", ALICE, "plus sign was lost"),
        ("31612345678", "NL", ALICE, "plus sign was lost"),
        ("31612345678", "BE", ALICE, "plus sign was lost"),
        ("31 6 12345678", "BE", ALICE, "plus sign was lost"),
        ("612345678", "NL", ALICE, "leading zero was lost"),
        ("612345678", "nl", ALICE, "leading zero was lost"),
        ("7400123456", "GB", "+44 7400123456", "leading zero was lost"),
        ("31612345678.0", "NL", ALICE, "decimals"),
        ("31612345678,00", "", ALICE, "decimals"),
        ("3.1612345678E+10", "", ALICE, "exponent"),
        ("3,1612345678E+10", "NL", ALICE, "exponent"),
        ("6.12345678E+08", "NL", ALICE, "exponent"),
        ("31,612,345,678", "", ALICE, "thousands"),
        ("٣١٦١٢٣٤٥٦٧٨", "", ALICE, "plus sign was lost"),
        ("۶۱۲۳۴۵۶۷۸", "NL", ALICE, "leading zero was lost"),
    ],
)
def test_repairs_what_can_be_read_in_one_way_only(cell: str, region: str, value: str, says: str) -> None:
    reading = read_number(cell, PhoneType.MOBILE, default_region=region)
    assert reading.value == value
    assert says in reading.repaired
    assert "12345678" not in reading.repaired


@pytest.mark.parametrize(
    "cell",
    ["+31207654321;ext=12", "+31 20 7654321 toestel 12", "+31 20 7654321,,12#", "020 7654321 tst. 12", "0207654321p12", "020-7654321,12"],
)
def test_an_office_number_may_have_an_extension(cell: str) -> None:
    assert read_number(cell, PhoneType.OFFICE, default_region="NL") == Reading("+31 207654321x12")
    with pytest.raises(InvalidNumber, match="Only an office phone can have an extension"):
        read_number(cell, PhoneType.MOBILE, default_region="NL")


@pytest.mark.parametrize("cell", ["(203) 234-5678", "432-555-0199", "453 234 5678", "(507) 234-5678", "609 234-5678"])
@pytest.mark.parametrize("region", ["NL", ""])
def test_what_is_written_in_groups_did_not_lose_a_plus(cell: str, region: str) -> None:
    with pytest.raises(InvalidNumber):
        read_number(cell, PhoneType.MOBILE, default_region=region)


@pytest.mark.parametrize("cell", ["31 6 12345678", "31-6-12345678", "316 12345678", "(31) 612345678"])
def test_its_country_code_may_stand_there_without_one(cell: str) -> None:
    assert read_number(cell, PhoneType.MOBILE, default_region="NL").value == ALICE


def test_an_extension_and_a_beginning_that_was_lost() -> None:
    reading = read_number("31207654321 toestel 12", PhoneType.OFFICE, default_region="")
    assert (reading.value, "plus sign was lost" in reading.repaired) == ("+31 207654321x12", True)
    assert read_number("0207654321,00", PhoneType.OFFICE, default_region="NL").value == "+31 207654321"


@pytest.mark.parametrize(
    ("cell", "region", "says"),
    [
        ("3.16E+10", "NL", "shortened the number to 3.16E+10"),
        ("3,16E+10", "", "the other digits are lost"),
        ("3.1612345678E+12", "", "lost"),
        ("1E+999", "", "lost"),
        ("1.5E+0", "", "no phone number"),
        ("06-12-2034", "NL", "a date of the number"),
        ("2034-12-06 00:00:00", "NL", "a date of the number"),
        ("6-dec", "NL", "a date of the number"),
        ("dec-34", "NL", "a date of the number"),
        ("12:30", "NL", "a date of the number"),
        ("-12345653", "NL", "begins with a minus"),
        ("612345678", "", "which country"),
        ("12345", "NL", "too short"),
        ("=A1", "NL", "formula"),
        ("#NAME?", "NL", "could not show"),
        ("TRUE", "NL", "letters"),
        ("9" * 500, "NL", "far too long"),
    ],
)
def test_says_what_happened_to_a_number_that_is_lost(cell: str, region: str, says: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        read_number(cell, PhoneType.MOBILE, default_region=region)
    assert says in refused.value.text
    assert refused.value.hint


@pytest.mark.parametrize(("cell", "region"), [("20-12-2034", "DK"), ("6.465551234E+09", "US"), ("6465551234.0", "US")])
def test_two_possible_numbers_are_both_named_and_neither_is_taken(cell: str, region: str) -> None:
    with pytest.raises(InvalidNumber, match=r"It may be .* or ") as refused:
        read_number(cell, PhoneType.MOBILE, default_region=region)
    assert "••" in refused.value.text
    assert "with + and its country code" in refused.value.hint


REGIONS = ("NL", "US", "GB", "DE", "DK", "IT", "FR", "")
damaged = st.one_of(
    st.from_regex(r"[1-9][0-9]{5,13}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{5,13}\.0", fullmatch=True),
    st.from_regex(r"[1-9]\.[0-9]{6,12}E\+[01][0-9]", fullmatch=True),
    st.from_regex(r"[0-3]?[0-9][-/.][01]?[0-9][-/.][0-9]{4}", fullmatch=True),
    st.text(alphabet="0123456789+-.,/ E:x'=#", max_size=24),
    st.text(max_size=30),
)


def attempt(cell: str, phone: PhoneType, region: str) -> Reading | InvalidNumber:
    """The number, or the refusal."""
    try:
        return read_number(cell, phone, default_region=region)
    except InvalidNumber as refused:
        return refused


@settings(deadline=None)
@given(damaged, st.sampled_from(list(PhoneType)), st.sampled_from(REGIONS))
def test_a_number_or_a_reason_and_never_a_number_that_does_not_exist(cell: str, phone: PhoneType, region: str) -> None:
    read = attempt(cell, phone, region)
    if isinstance(read, InvalidNumber):
        assert read.text.endswith(".")
    else:
        assert parse_number(read.value, extension_allowed=True).graph == read.value


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A number that exists, without its plus or its leading zero, and a region."""
    region = draw(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    national = phonenumbers.national_significant_number(example) if example else "612345678"
    tail = draw(st.integers(0, 9999))
    national = f"{national[:-4]}{tail:04}".lstrip("0") or "1"
    code = example.country_code if example else 31
    return draw(st.sampled_from([national, f"{code}{national}"])), draw(st.sampled_from([region, "", "NL", "US"]))


@settings(deadline=None)
@given(numbers(), st.sampled_from(["", ".0"]))
def test_a_repair_is_the_only_reading_that_exists(number: tuple[str, str], zeros: str) -> None:
    digits, region = number
    reading = attempt(digits + zeros, PhoneType.MOBILE, region)
    if isinstance(reading, InvalidNumber):
        return
    readings = set()
    for typed in (digits, f"0{digits}", f"+{digits}"):
        try:
            readings.add(parse_number(typed, default_region=region).graph)
        except InvalidNumber:
            continue
    assert reading.value in readings
    assert not reading.repaired or readings == {reading.value}
