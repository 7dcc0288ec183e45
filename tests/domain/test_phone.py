"""Phone numbers: what people type, what Graph gets, what everybody else sees."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.countries import COUNTRIES
from bot.domain.phone import PhoneNumber, digits, mask, mask_text, parse_number, region_of
from bot.errors import InvalidNumber

ALICE = "+31 612345678"


@pytest.mark.parametrize(
    ("typed", "region", "graph"),
    [
        ("+31 6 12345678", "", ALICE),
        ("+31612345678", "", ALICE),
        ("0031 6 1234 5678", "", ALICE),
        ("+31 (0)6 12345678", "", ALICE),
        ("+31 ( 0 ) 6-12.34.56.78", "", ALICE),
        ("+31\u00a06\u00a012345678", "", ALICE),
        ("\u202a+31 6 12345678\u202c", "", ALICE),
        ("(+31) 612345678", "", ALICE),
        ("tel:+31612345678", "", ALICE),
        ("＋３１６１２３４５６７８", "", ALICE),
        ("+31 6 – 1234 – 5678", "", ALICE),
        ("06 12345678", "NL", ALICE),
        ("06-12345678", "nl", ALICE),
        ("0031612345678", "NL", ALICE),
        ("011 31 6 12345678", "US", ALICE),
        ("(206) 555-5555", "US", "+1 2065555555"),
        ("+34 (0)912 345 678", "", "+34 912345678"),
        ("+39 (0)6 1234 5678", "", "+39 0612345678"),
        ("030/1234567", "DE", "+49 301234567"),
        ("+353 85 123 4567", "NL", "+353 851234567"),
    ],
)
def test_reads_what_people_type(typed: str, region: str, graph: str) -> None:
    assert parse_number(typed, default_region=region).graph == graph


EXTENSIONS = (
    " x12", "x12", " x 12", " ext. 12", " ext 12", " extn 12", ", extension 12", " #12", ";ext=12", ";EXT=12", ";ext=12;", " toestel 12",
    " Toestel: 12", " toestelnr. 12", " tst. 12", " tst 12", " doorkies 12", " DW 12", " Durchwahl 12", " poste 12", ",,12#", ",,12",
    ", , 12 #", ",12#", ",12", ";12", "p12", " p12", "P12", "w12", ",,,12#", "x12#", "\uff0c\uff0c\uff11\uff12\uff03",
)  # fmt: skip


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_extension_as_people_and_telephones_write_it(extension: str) -> None:
    for number in ("+31 20 1234567", "+31201234567", "020 1234567", "(020) 1234567"):
        typed = f"{number}{extension.rstrip(';')}"
        assert parse_number(typed, default_region="NL", extension_allowed=True).graph == "+31 201234567x12"
        with pytest.raises(InvalidNumber, match="Only an office phone can have an extension") as refused:
            parse_number(typed, default_region="NL")
        assert "12" in refused.value.hint


@pytest.mark.parametrize(
    "typed",
    ["020 1234567, 020 7654321", "020 1234567,7654321", "020-1234567, 68", "020 1234567 toestel", "020 1234567,,12345678", "020 1234567,,",
     "020 1234567 kamer 12", "020 1234567,00"],
)  # fmt: skip
def test_what_is_no_extension(typed: str) -> None:
    with pytest.raises(InvalidNumber):
        parse_number(typed, default_region="NL", extension_allowed=True)


#: Zeros of scripts: Arabic, Persian, Devanagari, Bengali, Thai, Tibetan, Myanmar, N'Ko, full-width, mathematical bold.
ZEROS = "\u0660\u06f0\u0966\u09e6\u0e50\u0f20\u1040\u07c0\uff10\U0001d7ce"


@pytest.mark.parametrize("zero", ZEROS)
@pytest.mark.parametrize(
    ("typed", "region"), [("+31 6 12345678", ""), ("06-12345678", "NL"), ("0031612345678", ""), ("(06) 1234 5678", "NL")]
)
def test_digits_of_every_script_are_digits(typed: str, region: str, zero: str) -> None:
    assert parse_number(in_script(typed, zero), default_region=region).graph == ALICE


def in_script(typed: str, zero: str) -> str:
    """The same with other digits."""
    return "".join(chr(ord(zero) + int(char)) if char in "0123456789" else char for char in typed)


@settings(deadline=None)
@given(st.from_regex(r"(?:\+|0)[0-9 ()x-]{0,30}", fullmatch=True), st.sampled_from(ZEROS), st.sampled_from(["", "NL", "US"]))
def test_the_script_of_the_digits_changes_nothing(typed: str, zero: str, region: str) -> None:
    plain, other = read(typed, region, True), read(in_script(typed, zero), region, True)
    assert plain == other if isinstance(plain, PhoneNumber) else isinstance(other, InvalidNumber)


UNSEEN = "\ufe0d\ufe0f\U000e0100\u3164\u115f\u1160\uffa0\u2800\u034f\u180b\u200b\u00ad\u2066\u20e3\U000e0020"


marked = st.lists(st.tuples(st.integers(0, 18), st.sampled_from(UNSEEN)))


@settings(deadline=None)
@given(st.sampled_from(["+31 6 12345678", "06 12345678", "+31 20 1234567 x12"]), marked)
def test_what_nobody_sees_changes_nothing(typed: str, marks: list[tuple[int, str]]) -> None:
    spoilt = typed
    for at, mark in marks[:8]:
        spoilt = spoilt[:at] + mark + spoilt[at:]
    assert read(spoilt, "NL", True) == read(typed, "NL", True)


@pytest.mark.parametrize(
    "typed", ["+31 20 1234567 x12", "+31 20 1234567x12", "+31201234567 ext. 12", "020 1234567 #12", "020-1234567, extension 12"]
)
def test_an_office_phone_may_have_an_extension(typed: str) -> None:
    assert parse_number(typed, default_region="NL", extension_allowed=True).graph == "+31 201234567x12"


@pytest.mark.parametrize(
    ("typed", "region", "says"),
    [
        ("", "", "There is no phone number"),
        ("   ", "", "There is no phone number"),
        ("+", "", "no digits"),
        ("06 12345678", "", "which country"),
        ("+31 6 123", "", "too short for the Netherlands"),
        ("+31 6 1234567890123", "", "too long for the Netherlands"),
        ("+31 1", "", "too short"),
        ("+44 1", "", "too short"),
        ("+31 312345678", "", "does not exist in the Netherlands"),
        ("030 1234567", "US", "does not exist in the United States"),
        ("+999 1234567", "", "No country code begins like +999"),
        ("+0031612345678", "", "No country code begins with 0"),
        ("+31 900 1234567", "", "premium-rate number in the Netherlands"),
        ("0900-1234567", "NL", "premium-rate number in the Netherlands"),
        ("+49 180 1 2345", "", "shared-cost number in Germany"),
        ("112", "NL", "emergency"),
        ("112", "", "emergency"),
        ("911", "US", "emergency"),
        ("+31 112", "", "emergency"),
        ("1400", "", "which country"),
        ("1400", "NL", "short service number"),
        ("+1 611", "", "short service number"),
        ("1-800-FLOWERS", "US", "letters"),
        ("call me", "NL", "letters"),
        ("+31 6 12345678 x12", "", "Only an office phone"),
        ("+31 6 12345678 #12", "", "Only an office phone"),
        ("+31 20 1234567 x", "", "nothing after the extension"),
        ("+31 6 12345678, +31 6 87654321", "", "more than one number"),
        ("+31 6 12345678 +31 6 87654321", "", "more than one number"),
        ("06 12345678 or 06 87654321", "NL", "more than one number"),
        ("📞 +31 6 12345678", "", "I cannot read “📞”"),
        ("+52 1 33 1234 5678", "", "no longer have a 1 behind the country code"),
        ("9" * 10_000, "NL", "far too long"),
        ("++31612345678", "", "I cannot read “+”"),
    ],
)
def test_refuses_with_the_reason(typed: str, region: str, says: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        parse_number(typed, default_region=region)
    assert says in refused.value.text
    assert refused.value.hint


def test_an_extension_can_be_too_long() -> None:
    with pytest.raises(InvalidNumber, match="too long"):
        parse_number("+31 20 1234567 x12345678", extension_allowed=True)


#: A landline, a number that is free to call, personal, by internet, of a company, a pager.
NO_MOBILE = (
    "+31 20 1234567", "+31 800 1351", "+44 70 1234 5678", "+1 500 234 5678", "+31 85 123 4567", "+31 88 123 4567", "+44 76 4012 3456",
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "unlikely"),
    [("+31 6 12345678", False), ("+1 206 555 5555", False), ("+44 7400 123456", False), *((number, True) for number in NO_MOBILE)],
)
def test_tells_when_a_text_message_will_hardly_arrive(typed: str, unlikely: bool) -> None:
    assert parse_number(typed).unlikely_sms is unlikely


@pytest.mark.parametrize(
    ("typed", "lacks"),
    [("+54 11 6677-3399", True), ("+54 9 11 6677-3399", False), ("+54 800 555 1234", False), ("+52 33 1234 5678", False), (ALICE, False)],
)
def test_argentinas_mobile_numbers_have_a_9(typed: str, lacks: bool) -> None:
    assert parse_number(typed).lacks_a_9 is lacks


def test_a_wrong_number_comes_with_the_shape_of_a_right_one() -> None:
    with pytest.raises(InvalidNumber) as refused:
        parse_number("06 123", default_region="NL")
    assert "+31 6 xxxxxxxx" in refused.value.hint
    assert "another country" in refused.value.hint


def test_every_region_has_a_name() -> None:
    assert set(phonenumbers.SUPPORTED_REGIONS) == set(COUNTRIES)
    assert all(name and name == name.strip() for name in COUNTRIES.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [("+31 612345678", "+31612345678"), ("+31 20 123 4567x12", "+31 201234567X12"), ("+1 (206) 555-5555", "+12065555555")],
)
def test_the_same_number_has_the_same_digits(one: str, other: str) -> None:
    assert digits(one) == digits(other)


def test_another_extension_is_another_number() -> None:
    assert len({digits(number) for number in ("+31 201234567", "+31 201234567x1", "+31 201234567x2", "+31 2012345671")}) == 4


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+31 612345678", "+31 •••••••78"),
        ("+31612345678", "+31 •••••••78"),
        ("+1 2065555555", "+1 ••••••••55"),
        ("+353 851234567", "+353 •••••••67"),
        ("+31 201234567x123", "+31 •••••••67 x•••"),
        ("0612345678", "••••••••78"),
        ("+99 912345678", "•••••••••78"),
        ("12345", "••••"),
        ("", "••••"),
        ("no number", "••••"),
    ],
)
def test_masks(number: str, masked: str) -> None:
    assert mask(number) == masked


def test_masks_numbers_inside_a_sentence_and_nothing_else() -> None:
    sentence = "set mobile for alice +31 6 1234 5678 ticket INC0012345 because 06-12345678 was stolen on 12 May"
    assert mask_text(sentence) == "set mobile for alice +31 •••••••78 ticket INC0012345 because ••••••••78 was stolen on 12 May"


@pytest.mark.parametrize(
    ("number", "region"), [("+31 612345678", "NL"), ("+1 2042345678", "CA"), ("+999 1", ""), ("", ""), ("x" * 1000, "")]
)
def test_tells_the_country_of_a_registered_number(number: str, region: str) -> None:
    assert region_of(number) == region


typed_numbers = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="+0123456789 ()-./x#,\u00a0", max_size=40),
    st.integers(1, 10**15).map(lambda number: f"+{number}"),
)
regions = st.sampled_from(["", "NL", "US", "BR", "IT", "ZZ", "nl", "001"])


def read(typed: str, region: str, extension: bool) -> PhoneNumber | InvalidNumber:
    """The number, or the refusal."""
    try:
        return parse_number(typed, default_region=region, extension_allowed=extension)
    except InvalidNumber as refused:
        return refused


@settings(deadline=None)
@given(typed_numbers, regions, st.booleans())
def test_reading_ends_in_a_number_or_a_reason(typed: str, region: str, extension: bool) -> None:
    answer = read(typed, region, extension)
    if isinstance(answer, InvalidNumber):
        assert answer.text.endswith(".")
    else:
        assert answer.graph.count(" ") == 1
        assert answer.graph.startswith(f"+{answer.country_code} ")
        assert read(answer.graph, "", True) == answer


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_graphs_and_the_pretty_form_read_back_as_the_same_number(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
    assert example is not None
    number = parse_number(f"+{example.country_code} {phonenumbers.national_significant_number(example)} x12", extension_allowed=True)
    for form in (number.graph, number.pretty):
        assert parse_number(form, extension_allowed=True) == number
    assert digits(number.graph) == digits(number.graph.replace(" ", ""))


@given(st.one_of(st.text(), st.from_regex(r"\+?[0-9 ()x-]{0,30}", fullmatch=True)))
def test_a_mask_shows_two_digits_of_the_number_at_most(text: str) -> None:
    masked = mask(text)
    code = masked.split(" ", 1)[0] if masked.startswith("+") else ""
    shown = [char for char in masked.removeprefix(code) if char.isdigit()]
    assert len(shown) <= 2
    if code:
        assert int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    assert mask(masked) == masked
    assert len(masked) <= 30
