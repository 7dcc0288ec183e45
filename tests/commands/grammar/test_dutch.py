"""Dutch words for commands: each means exactly its English one, and none takes a piece of a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from bot.commands import COMMANDS
from bot.commands.grammar.dutch import DUTCH
from bot.commands.grammar.kinds import Choice, Optional, Part, Word
from bot.commands.grammar.times import WEEKDAYS
from bot.commands.parser import parse

#: Words between others, and those that are no `Word` of a declaration.
_BETWEEN = {"because", "today", "tomorrow", *WEEKDAYS, "her", "him", "them"}


def words(parts: Sequence[Part]) -> Iterator[Word]:
    for part in parts:
        match part:
            case Word():
                yield part
            case Choice(options=options):
                yield from (word for word, _ in options)
            case Optional():
                yield from words(part.parts)


@pytest.mark.parametrize("english", sorted(set(DUTCH) - _BETWEEN))
def test_every_word_of_the_table_is_one_of_some_command(english: str) -> None:
    assert english in {word.text for command in COMMANDS for word in words(command.pattern)}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_an_example_in_dutch_reads_as_the_english_one(command: object) -> None:
    example = command.example  # type: ignore[attr-defined]
    dutch = example
    for english in sorted(DUTCH, key=len, reverse=True):
        if english in {word.text for word in words(command.pattern)}:  # type: ignore[attr-defined]
            dutch = f" {dutch} ".replace(f" {english} ", f" {DUTCH[english][0]} ", 1).strip()
    if "policy test" not in example:  # whose line is kept as it was typed
        assert (parse(dutch).command, parse(dutch).args) == (parse(example).command, parse(example).args)


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("set mobile for Anna op den Camp +31612345678", "Anna op den Camp"),
        ("zet mobiel voor Anna op den Camp op +31612345678", "Anna op den Camp"),
        ("zet mobiel voor jan van dijk naar +31612345678", "jan van dijk"),
        ("toon Els van der Voort", "Els van der Voort"),
        ("remove mobile for Als Aan de Stegge", "Als Aan de Stegge"),
    ],
)
def test_names_keep_their_words(line: str, who: str) -> None:
    found = parse(line).who
    assert found is not None
    assert found.text == who


def test_reasons_and_lengths_of_time() -> None:
    said = parse("bevries omar voor 2 dagen ticket INC1 omdat er iemand anders belde")
    assert (said.args["time"], said.ticket, said.reason) == (timedelta(days=2), "INC1", "er iemand anders belde")
    assert parse("freeze omar voor 24 uur").args["time"] == timedelta(hours=24)
    assert parse("freeze omar for 90 minuten").args["time"] == timedelta(minutes=90)
