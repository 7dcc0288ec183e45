"""A sentence is its English text, and can be said in another language, in another zone, masked, stored and read back."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import Actor
from bot.domain.phone import mask_text
from bot.domain.said import (
    NOBODY,
    Reader,
    Said,
    alternatives,
    from_store,
    join,
    number,
    said_at,
    said_day,
    say,
    say_count,
    speaking,
    spoken,
    to_column,
    to_store,
    together,
)
from bot.languages import Readers, catalogue
from cards.elements import line, moment, run, woven

AT = datetime(2026, 9, 14, 22, 30, tzinfo=UTC)
DUTCH = Reader(catalogue("nl"), ZoneInfo("Europe/Amsterdam"))


def dutch(text: str) -> str:
    with speaking(DUTCH):
        return spoken(text)


def test_a_sentence_is_its_english_text() -> None:
    said = say("{Task} for {name}", task=say("Remove {phone}", phone=say("mobile phone")), name="Alice {name}")
    assert said == "Remove mobile phone for Alice {name}"
    assert json.dumps(said) == '"Remove mobile phone for Alice {name}"'
    assert f"{said}" == said == copy.deepcopy(said)
    assert dutch(said) == "Mobiele telefoon verwijderen voor Alice {name}"


def test_within_a_card_an_f_string_speaks_the_readers_language() -> None:
    with speaking(DUTCH):
        assert f"{say('Cancelled')}!" == "Geannuleerd!"
    assert f"{say('Cancelled')}!" == "Cancelled!"


@pytest.mark.parametrize(("count", "english", "translated"), [(0, "0 days", "0 dagen"), (1, "1 day", "1 dag"), (2, "2 days", "2 dagen")])
def test_counting(count: int, english: str, translated: str) -> None:
    said = say_count(count, "{count} day", "{count} days")
    assert (said, dutch(said)) == (english, translated)


def test_lists() -> None:
    assert (together("abc"), alternatives("abc"), together("a"), alternatives(())) == ("a, b and c", "a, b or c", "a", "")
    assert dutch(together("abc")) == "a, b en c"
    assert join(" · ", ("a", "", say("Cancelled"))) == "a · Cancelled"


def test_times_are_said_in_the_readers_zone() -> None:
    assert say("It ends by itself on {at}.", at=AT) == "It ends by itself on 14 September, 22:30 UTC."
    assert dutch(said_at(AT)) == "15 september, 00:30 CEST"
    assert (said_day(AT), dutch(said_day(date(2027, 2, 1)))) == ("14 September 2026", "1 februari 2027")


def test_a_card_leaves_times_to_the_client() -> None:
    stamp = "{{DATE(2026-09-14T22:30:00Z,SHORT)}}, {{TIME(2026-09-14T22:30:00Z)}}"
    assert line(run(say("frozen by {name}, {at}", name="*{{DATE(x)}}*", at=AT)))["text"] == f"frozen by ∗{{ {{DATE(x)}}}}∗, {stamp}"
    assert moment(say("Finished at {at}", at=AT))["text"] == "Finished at {{TIME(2026-09-14T22:30:00Z)}}"
    assert line(say("Cancelled"))["type"] == "RichTextBlock"


def test_no_function_is_made_of_two_parts() -> None:
    made = line(run(join("", ("{", "{TIME(2026-09-14T22:30:00Z)}}", said_at(AT)))))["text"]
    assert made.count("{{TIME(") == 1


def test_a_woven_sentence_has_the_order_of_its_language() -> None:
    said = say("Only {name} can confirm or cancel.", name="a")
    with speaking(DUTCH):
        assert [each["text"] for each in woven(said, name={"bold": True})] == ["Alleen ", "a", " kan bevestigen of annuleren."]


def test_masking_keeps_the_sentence() -> None:
    said = say("Cancelled by {name}.", name="Eve +31 6 12345678")
    assert mask_text(said) == "Cancelled by Eve +31 •••••••78."
    assert dutch(mask_text(said)) == "Geannuleerd door Eve +31 •••••••78."
    assert isinstance(mask_text(say("Cancelled.")), Said)


def test_a_number_in_two_parts_is_masked_too() -> None:
    said = join("", ("+31 61234", "5678"))
    assert dutch(mask_text(said)) == mask_text(said) == "+31 •••••••78"


NESTED = st.recursive(
    st.text(max_size=20) | st.integers(0, 99) | st.datetimes(timezones=st.just(UTC)) | st.dates(),
    lambda parts: st.dictionaries(st.sampled_from(("a", "b", "c")), parts, max_size=3).map(
        lambda given: Said(" – ".join(f"{{{name}}}" for name in given) + "!", given)
    ),
    max_leaves=6,
)


@given(NESTED)
def test_what_is_stored_is_read_back_as_it_was(part: object) -> None:
    said = Said("So: {part}", {"part": part})  # type: ignore[dict-item]
    for back in (from_store(json.loads(json.dumps(to_store(said)))), from_store(to_column(said))):
        assert (back, to_store(back)) == (said, to_store(said))


@pytest.mark.parametrize("plain", ["", "Cancelled long ago.", "{name}", '{"sa'])
def test_plain_text_is_stored_and_read_as_it_is(plain: str) -> None:
    assert from_store(to_column(plain)) == plain
    assert from_store(to_store(plain)) == plain


def test_who_reads_what() -> None:
    readers = Readers("nl")
    assert readers.of() == Reader(catalogue("nl"))
    assert readers.of(Actor("1", "t", "Hanna", language="en")) == NOBODY
    assert readers.of(Actor("1", "t", "Hanna", zone="Europe/Amsterdam")) == DUTCH


@pytest.mark.parametrize(
    ("count", "english", "other"), [(0, "0", "0"), (999, "999", "999"), (12_000, "12,000", "12.000"), (1_000_020, "1,000,020", "1.000.020")]
)
def test_thousands_stand_apart_as_the_language_has_them(count: int, english: str, other: str) -> None:
    told = say("{count} rows", count=number(count))
    assert from_store(to_column(told)) == told == f"{english} rows"
    with speaking(Reader({"{thousands},{rest}": "{thousands}.{rest}", "{count} rows": "{count} rijen"})):
        assert spoken(told) == f"{other} rijen"
        assert spoken(from_store(to_column(told))) == f"{other} rijen"
