"""Names with figures or words of commands, and numbers as people write them, through the front door."""

from __future__ import annotations

import unicodedata

import pytest

from simulator import cast
from tests.desk import HANNA, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUOTE = "in quotation marks"


@pytest.mark.parametrize(
    "line",
    [
        "set mobile for Agent 007 +31 6 12345678",
        "set mobile for Room 12 0612345678",
        "mobile Agent 47 +31612345678",
        "show Agent 007",
        "show For Alice",
        "block To Be",
        "sign out By Night",
        "remove mobile for Kamer 101 +31 6 12345678",
        "pass for Room for Rest",
        "freeze Bar at Noonday",
    ],
)
async def test_a_name_with_figures_or_words_of_commands_gets_the_hint_to_quote(asked: Desk, line: str) -> None:
    answer = await asked.say(HANNA, line)
    assert QUOTE in answer.text
    assert "confirm" not in answer.verbs


async def test_a_quoted_name_needs_no_hint(asked: Desk) -> None:
    answer = await asked.say(HANNA, 'set mobile for "Agent 007" +31 6 12345678')
    assert "nobody called “Agent 007”" in answer.text
    assert QUOTE not in answer.text
    assert "more than one number" in (await asked.say(HANNA, 'set mobile for "Agent 7" 44 +31 6 12345678')).text


@pytest.mark.parametrize(
    "number", ["+٣١ ٦ ١٢٣٤٥٦٧٨", "+۳۱ ۶ ۱۲۳۴۵۶۷۸", "+३१ ६ १२३४५६७८", "+৩১ ৬ ১২৩৪৫৬৭৮", "+𝟑𝟏𝟔𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "＋３１６１２３４５６７８"]
)
async def test_figures_of_every_script_are_read(asked: Desk, number: str) -> None:
    assert "+31 6 1234 5678" in (await asked.say(HANNA, f"set mobile for omar {number}")).text


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+54 11 6677-3399", "write it as +54 9"),
        ("+52 1 55 1234 5678", "no longer have a 1 behind the country code"),
        ("+52 044 55 1234 5678", "no longer have a 1 behind the country code"),
        ("+55 11 8123-4567", "have a 9 before their last eight digits"),
        ("+225 07 12 34 56", "have ten digits today"),
        ("+229 90 12 34 56", "01 stands before the eight"),
        ("+237 77 12 34 56", "a 6 stands before the eight"),
        ("+84 168 123 4567", "have one digit less today"),
    ],
)
async def test_numbers_of_before_get_the_hint(asked: Desk, number: str, said: str) -> None:
    assert said in (await asked.say(HANNA, f"set mobile for omar {number}")).text


@pytest.mark.parametrize(
    "number",
    [
        "+44 70 1234 5678",  # personal numbers
        "+49 700 12345678",
        "+1 500 222 1234",
        "+41 878 123 456",
        "+44 56 1234 5678",  # calls by internet
        "+33 9 12 34 56 78",
        "+44 55 1234 5678",  # a whole company
        "+31 88 1234567",
        "+31 20 1234567",  # a landline
        "+800 1234 5678",  # free of charge
        "+882 16 1234 5678",
    ],
)
async def test_what_receives_no_texts_is_not_good_for_them(asked: Desk, number: str) -> None:
    answer = await asked.say(HANNA, f"set mobile for omar {number}")
    assert "text messages are unlikely to arrive" in answer.text
    assert "Good for text messages" not in answer.text


@pytest.mark.parametrize("number", ["+31 6 12345679", "+44 7400 123456", "+54 9 11 6677-3399", "+52 55 1234 5678", "+1 415 555 2671"])
async def test_mobile_lines_are(asked: Desk, number: str) -> None:
    assert "Good for text messages" in (await asked.say(HANNA, f"set mobile for omar {number}")).text


def spelt(name: str) -> list[str]:
    """The name in full width, with its accents apart, and without them."""
    apart = unicodedata.normalize("NFD", name)
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else "\u3000" if char == " " else char for char in name)
    return [wide, apart, "".join(char for char in apart if not unicodedata.combining(char))]


@pytest.mark.parametrize("person", cast.HELPDESK + cast.PEOPLE + cast.RECOVERY, ids=lambda person: person.upn)
async def test_everybody_of_the_cast_can_be_typed_in_any_spelling(asked: Desk, person: cast.Member) -> None:
    for spelling in spelt(person.name):
        answer = await asked.say(HANNA, f'show "{spelling}"')
        assert person.upn in answer.text, spelling
        assert "nobody called" not in answer.text
