"""Other people's words: inert, short, and without telephone numbers where others read along."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain import read_back
from bot.domain.life import State
from bot.domain.phone import mask_text
from bot.domain.remarks import Remark
from bot.domain.replies import ApprovalShown, History, LogEntry, OperationShown, Pending, PersonShown
from cards import render
from cards.size import LIMIT, size
from cards.untrusted import inert, plain
from tests.cards.card_samples import DOSSIER, EVENTS, NEED, NEW, NOW, OLD, PROPOSED, UPDATE, hostile, in_state
from tests.cards.card_schema import elements, problems, strings

NASTY = (
    "**bold** _it_ `code` ~~gone~~ # head",
    "[click](https://evil.example) ![x](http://evil.example/x.png)",
    "<at>Everyone</at> &lt;at&gt;all&lt;/at&gt;",
    "{{DATE(2026-01-01T00:00:00Z)}} {{{TIME(2026-01-01T00:00:00Z)}}}",
    "\u202egnp.exe\u2066 a\u200bb\u00adc\ufeff\u2069",
    "one\r\n\n# two\n- three\t\x00\x1b[31m",
    "- list", "+ list", "# head", "1. one", "2) two", "--- ", "> quote", "= under",
    "https://evil.example www.evil.example HTTP://EVIL.example",
    "Z" + "\u0301" * 500,
    "\u3164\u2800\u200b",
    "\ud800 lone",
    "😀" * 1000,
    "x" * 1000,
    "\\*" * 500,
)  # fmt: skip
CROWD = tuple(f"29:{n:070}" for n in range(60))  # the most and longest ids that refresh takes
PIECES = st.sampled_from(
    [*NASTY, "*", "_", "[", "](", "<at>", "</at>", "{", "{{TIME(", "}}", "http", "://", "&", "amp;", "www.", "\u202e", " "]
)
HOSTILE = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=8).map("".join))

_MARKDOWN = re.compile(r"[*`~|\\\[\]<>]|(?<![^\W_])_|_(?![^\W_])")
_LIST_START = re.compile(r"[-+#=]|\d+[.)]")
_DANGER = re.compile(r"\{\{|</?at\b|://|&#?\w+;|(?<![A-Za-z0-9])www\.\S", re.IGNORECASE)


def _assert_visible(text: str) -> None:
    for character in text:
        assert unicodedata.category(character)[0] != "C", hex(ord(character))


@given(HOSTILE, st.integers(1, 400))
@example("{" * 50, 300)
@example("a:" + "//" * 10, 300)
def test_plain_text_has_nothing_hidden_and_nothing_that_works(text: str, limit: int) -> None:
    cleaned = plain(text, limit)
    _assert_visible(cleaned)
    assert len(cleaned) <= limit
    assert "\n" not in cleaned
    assert not _DANGER.search(cleaned)
    assert plain(cleaned, limit) == cleaned


@given(HOSTILE, st.integers(1, 400))
def test_inert_text_means_nothing_in_markdown(text: str, limit: int) -> None:
    cleaned = inert(text, limit)
    assert len(cleaned) <= limit
    assert not _MARKDOWN.search(cleaned)
    assert not _LIST_START.match(cleaned)
    assert not _DANGER.search(cleaned)


@pytest.mark.parametrize(
    "name",
    [
        "Alice Jansen",
        "Mia O'Brien",
        "gus.taylor_adatum.example#EXT#@fabrikam.example",
        "Łukasz Żółć",
        "山田 太郎",
        "R&D",
        "שרה כהן",
        "José (Sales)",
    ],
)
def test_honest_names_stay_as_they_are(name: str) -> None:
    assert plain(name) == name
    assert inert(name) == name


def test_what_is_cut_says_so() -> None:
    assert plain("x" * 10_000, 20) == "x" * 19 + "…"


def _assert_inert(card: dict[str, Any]) -> None:
    ours = [entity["text"] for entity in card["msteams"].get("entities", ())]  # mentions, each of one of `mentioned`
    for name in ours:
        assert not _MARKDOWN.search(name.removeprefix("<at>").removesuffix("</at>"))
    for each in elements(card["body"]):
        match each.get("type"):
            case "TextRun":
                assert not _DANGER.search(each["text"])
                _assert_visible(each["text"])
            case "TextBlock":
                shown = re.sub(r"\{\{(DATE\([0-9TZ:-]{20},SHORT\)|TIME\([0-9TZ:-]{20}\))\}\}", "", each["text"])
                for name in ours:
                    shown = shown.replace(name, "")
                assert not _MARKDOWN.search(shown)
                assert not _DANGER.search(shown)
            case "FactSet" | "Fact":
                pytest.fail("FactSets read Markdown")
        if "value" in each and "title" in each:
            assert not _MARKDOWN.search(each["title"])
    assert not _MARKDOWN.search(card["fallbackText"])


@settings(max_examples=100, deadline=None)
@given(HOSTILE, st.sampled_from(sorted(hostile(""))))
def test_a_card_stays_small_valid_and_inert_whatever_people_write(text: str, kind: str) -> None:
    rendered = render(hostile(text)[kind], refresh_for=CROWD)
    assert size(rendered.card) < LIMIT
    assert problems(rendered.card) == []
    _assert_inert(rendered.card)
    assert len(rendered.summary) <= 300
    assert not _MARKDOWN.search(rendered.summary)


@pytest.mark.parametrize("text", [*NASTY, "\u0600" * 1000, '"' * 1000], ids=range(len(NASTY) + 2))
def test_every_card_stays_small_and_inert_for_known_tricks(text: str) -> None:
    for name, reply in hostile(text).items():
        rendered = render(reply, refresh_for=CROWD)
        assert size(rendered.card) < LIMIT, name
        _assert_inert(rendered.card)
        json.dumps(rendered.card, ensure_ascii=False).encode()  # no broken character is left
        rendered.summary.encode()


COUNTRY = st.sampled_from(["+31 6", "+1 ", "+44 7", "+353 8", "+49 1"])
NUMBERS = st.builds(lambda code, rest: f"{code}{rest}", COUNTRY, st.text("0123456789", min_size=8, max_size=10))


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _assert_hidden(number: str, *texts: str) -> None:
    """Not with its country code, and not without, however it is spaced."""
    for text in texts:
        closed = re.sub(r"[\s().-]", "", text)
        assert _digits(number) not in closed
        assert _digits(number)[3:] not in closed


@settings(deadline=None, max_examples=25)
@given(NUMBERS, NUMBERS)
def test_no_number_is_readable_where_others_read_along(old: str, new: str) -> None:
    told = f"The number is now {new}, it was {old.replace(' ', '-')}."
    operation = replace(
        PROPOSED,
        changes=(replace(UPDATE, before=old, after=new),),
        notes=(told,),
        warnings=(told,),
        reason=told,
        ticket=new,
        text=f"set mobile for alice {new}",
        outcome=told,
    )
    for state in State:
        moved = in_state(state, operation, told)
        others = render(OperationShown(moved, NOW, own=False))
        own = render(OperationShown(moved, NOW, own=True))
        log = render(LogEntry(moved))  # forgot to mask
        approvers = render(ApprovalShown(replace(moved, need=NEED), NOW))
        listed = render(Pending((moved,), (moved,), NOW))
        texts = [text for card in (others.card, log.card, approvers.card, listed.card) for text in strings(card)]
        for number in (old, new):
            summaries = (rendered.summary for rendered in (approvers, listed, others, own, log))
            _assert_hidden(number, *texts, *summaries, own.card["fallbackText"])
            assert read_back.number(number) in list(strings(own.card))
    phones = {type: replace(phone, number=new) for type, phone in DOSSIER.phones.items()}
    event = replace(EVENTS[3], facts={"text": f"set mobile for alice {new}", "changes": [told], "reason": told})
    for reply in (PersonShown(replace(DOSSIER, phones=phones)), Remark(told, told), History(told, (event,))):
        rendered = render(reply)
        _assert_hidden(new, rendered.summary, rendered.card["fallbackText"])
    _assert_hidden(new, *strings(render(History(told, (event,))).card["body"]))


@pytest.mark.parametrize(
    "text",
    [
        "INC0012345",
        "on 2027-09-30 at 14:30",
        "by 30 September 2027",
        "7QXF",
        "8c1e0000-1234-4321-9999-aaaaaaaaaaaa",
        "0031612345678@fabrikam.example",
        "until 01-02-2027",
        "room 12.34",
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "text", [NEW, OLD, "0031 6 1234 5678", "06-12345678", "(425) 555-0100", "+1 (425) 555-0100", "tel:+31612345678", "0612345678."]
)
def test_numbers_are_hidden_however_they_are_written(text: str) -> None:
    assert len(_digits(mask_text(f"call {text}, please"))) <= 5
