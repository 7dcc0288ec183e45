"""Cards in a language in which every text of the catalogue stands in marks: letters outside them are somebody's data, or a mistake."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from enum import Enum
from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.domain import read_back
from bot.domain.operation import Operation
from bot.domain.phone import mask_text
from bot.domain.recovery import Recovery
from bot.domain.replies import Reply
from bot.domain.said import Reader, Said
from bot.domain.secret import Secret
from bot.domain.stop import Stop
from bot.languages import catalogue
from cards import render
from cards.bulk_words import short
from cards.instructions import steps
from cards.untrusted import inert, plain
from tests.cards.card_samples import PAUSE, THREAT, replies
from tests.languages.templates import PLACE, has_words

SAMPLES = replies()
OPEN, CLOSE = "⟦", "⟧"
#: What stands on cards and is no text of ours: names of things, words to type, functions of time, mentions, one first name, and the
#: end of what a large card cuts off.
ALLOWED = re.compile(
    r"\{\{(?:DATE|TIME)\([^)]*\)\}\}|Doorman|<at>|</at>|\bwhy\b|set mobile for \S* \+31 6 12345678|English|Nederlands"
    r"|aka\.ms/mysecurityinfo|\bHanna\b|\d\d:\d\d UTC|x•••|ℹ|\w+…$"
)
_READ = ("text", "title", "legend", "label", "errorMessage", "tooltip", "fallbackText", "placeholder")


class Marked(dict[str, str]):
    """A catalogue that knows every text."""

    def get(self, key: str, default: Any = None) -> Any:
        if not has_words(key):
            return key
        # A sentence may be cut at its parts, so each piece of it has marks of its own.
        pieces = enumerate(PLACE.split(key))
        return "".join(f"{{{each}}}" if index % 2 else f"{OPEN}{each}{CLOSE}" if each else "" for index, each in pieces)

    def __bool__(self) -> bool:
        return True


MARKED = Reader(Marked(), UTC)


def strings(thing: object) -> Iterator[str]:
    """Everything in a reply that somebody else wrote."""
    match thing:
        case Said():
            for part in thing.parts.values():
                yield from strings(part)
        case Enum():
            return
        case str() if re.fullmatch(r"[0-9a-f]{64}", thing):  # of a digest a part is shown
            yield short(thing)
        case str():
            # Codes lose their underscores, numbers are masked, and headings take look-alikes.
            yield from (
                thing,
                thing.replace("_", " "),
                thing.replace("`", ""),
                mask_text(thing),
                inert(thing, 1000),
                plain(thing, 1000),
                read_back.number(thing),
            )
        case Mapping():
            for key, value in thing.items():
                yield from (*strings(key), *strings(value))
        case list() | tuple() | set() | frozenset():
            for each in thing:
                yield from strings(each)
        case Secret():
            yield from (thing.value, *thing.value, *(group for group, _ in read_back.spelling(thing.value)))
        case Operation(recovery=Recovery() as case):  # what the person is told, in that person's language
            yield from steps(case.situation, thing.target.upn, case.language)
            yield from strings([(one.name, one.device) for one in case.found])
            yield from strings(dataclasses.replace(thing, recovery=None))
        case _ if dataclasses.is_dataclass(thing):
            for field in dataclasses.fields(thing):
                yield from strings(getattr(thing, field.name))


def words(node: Any) -> Iterator[str]:
    """Everything on a card that people read or hear."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _READ and isinstance(value, str):
                yield value
            elif key not in ("data", "verb", "msteams"):
                yield from words(value)
    elif isinstance(node, list):
        for each in node:
            yield from words(each)


def outside(text: str) -> str:
    """What stands outside all marks; an end that was cut off closes them."""
    kept, depth = [], 0
    for char in text:
        depth += (char == OPEN) - (char == CLOSE)
        if depth == 0:
            kept.append("\n" if char == CLOSE else char)
    return "".join(kept)


#: Of which less fits where words are longer: rows, or the photo.
FULL = ("pending-many", "person-told-all")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_word_on_a_card_is_in_the_catalogue(name: str) -> None:
    reply, refresh_for = SAMPLES[name]
    rendered = render(reply, refresh_for=refresh_for, stop=Stop(PAUSE, threat=THREAT), reader=MARKED)
    found = {each for each in strings((reply, PAUSE, THREAT)) if any(map(str.isalpha, each))}
    data = re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in sorted(found, key=len, reverse=True)))
    for text in (*words(rendered.card), rendered.summary):
        left = ALLOWED.sub("", data.sub("", outside(text.replace("\u200b", "").replace("\u00a0", " "))))
        assert not any(map(str.isalpha, left)), f"{left!r} in {text!r}"


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in FULL])
def test_a_dutch_card_has_the_shape_of_the_english_one(name: str) -> None:
    reply, refresh_for = SAMPLES[name]
    dutch = render(reply, refresh_for=refresh_for, reader=Reader(catalogue("nl")))
    english = render(reply, refresh_for=refresh_for)
    assert _shape(dutch.card) == _shape(english.card)


def _shape(node: Any) -> Any:
    """The card without what is read: the same buttons, verbs, ids, values and styles."""
    if isinstance(node, dict):
        runs = node.get("type") == "RichTextBlock"  # another language may put the parts of a sentence in another order
        return {key: _shape(value) for key, value in node.items() if key not in _READ and not (runs and key == "inlines")}
    return [_shape(each) for each in node] if isinstance(node, list) else node


def test_the_marks_find_what_was_forgotten() -> None:
    assert outside(f"{OPEN}By {OPEN}somebody{CLOSE}{CLOSE} at home, {OPEN}cut o") == "\n at home, "


def test_commands_are_never_in_marks() -> None:
    """What people type stays as it is."""
    reply: Reply = SAMPLES["help"][0]
    shown = " ".join(words(render(reply, reader=MARKED).card))
    assert all(command.syntax not in shown or f"{OPEN}{command.syntax}" not in shown for command in COMMANDS)
