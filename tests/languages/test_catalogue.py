"""One catalogue: whatever can be said stands in it, in every language, with the same parts, and nothing else."""

from __future__ import annotations

import ast
import re
from typing import get_args, get_type_hints

import pytest

from bot.commands import COMMANDS
from bot.commands.grammar.dutch import DUTCH
from bot.commands.parser import parse
from bot.languages import LANGUAGES, NAMES, catalogue, language_of, read_po
from bot.settings.environment import Settings
from tests.languages.templates import ROOT, all_templates, calls, places, written_in

OTHERS = [language for language in LANGUAGES if language != "en"]


def test_the_languages_are_those_that_can_be_set() -> None:
    assert {"en", "nl"} == set(LANGUAGES) == set(NAMES) == set(get_args(get_type_hints(Settings)["language"]))


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_missing_and_nothing_is_left_over(language: str) -> None:
    sayable, translated = all_templates(), set(catalogue(language))
    assert sorted(sayable - translated) == [], "add these to the catalogue"
    assert sorted(translated - sayable) == [], "nothing says these any more"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_parts_the_commands_and_the_edges_of_its_sentence(language: str) -> None:
    for english, translated in catalogue(language).items():
        assert places(english) == places(translated), english
        assert (english[:1] == " ", english[-1:] == " ") == (translated[:1] == " ", translated[-1:] == " "), english
        assert english.count("`") == translated.count("`"), english


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_typed_is_not_translated_unless_that_is_understood(language: str) -> None:
    for english, translated in catalogue(language).items():
        if "omdat de" not in translated:  # a reason is written in the reader's own words
            typed, shown = re.findall(r"`[^`]+`", english), re.findall(r"`[^`]+`", translated)
            assert not [each for each in shown if each not in typed and not understood(each)], english


def understood(typed: str) -> bool:
    """Whether it consists of Dutch words that may be typed, and of figures and what is filled in."""
    rest = re.sub(r"\{\w+\}|[0-9:]+|…", " ", typed.strip("`"))
    for word in sorted({*(word for words in DUTCH.values() for word in words), "uur", "minuten", "dagen"}, key=len, reverse=True):
        rest = re.sub(rf"\b{re.escape(word)}\b", " ", rest)
    return not rest.strip()


@pytest.mark.parametrize("language", OTHERS)
def test_an_example_in_another_language_says_the_same(language: str) -> None:
    for command in COMMANDS:
        assert parse(catalogue(language)[command.example]).command is command, command.example


def test_every_sentence_gets_the_parts_it_names() -> None:
    for where, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        if call.func.id == "say_each" or None in given:  # type: ignore[attr-defined]
            continue
        for template in written_in(call):
            missing = places(template) - given - ({"count"} if call.func.id == "say_count" else set())  # type: ignore[attr-defined]
            assert not missing, f"{where}: {template}"


#: What these are given is read by people.
SPEAKING = {"Refusal", "UsageError", "InvalidNumber", "Forbidden", "Incomplete", "Decision", "Remark", "LogNote", "Ending", "Strength"}
#: Arguments of theirs that are for machines.
SILENT = {"code", "reference", "commands", "typed", "tone", "rules", "ticket", "grave", "line"}


def test_no_sentence_escapes_the_catalogue() -> None:
    escaped = []
    for file in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKING):
                continue
            given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg not in SILENT)]
            escaped += [f"{file.relative_to(ROOT)}:{part.lineno}" for part in given if _is_text(part)]
    assert escaped == [], "say() these"


def _is_text(part: ast.expr) -> bool:
    if isinstance(part, ast.Constant):
        return isinstance(part.value, str) and any(map(str.isalpha, part.value))
    return isinstance(part, ast.JoinedStr)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("nl-NL", "nl"), ("nl", "nl"), ("NL_be", "nl"), ("en-GB", "en"), ("de-DE", ""), ("", ""), (None, ""), ("../nl", "")],
)
def test_the_language_of_a_locale(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


def test_a_catalogue_is_read_as_translators_write_it() -> None:
    text = '# A comment\nmsgid ""\nmsgstr ""\n"Language: xx\\n"\n\nmsgid "a “{b}”"\nmsgstr ""\n"eerst "\n"dan {b}\\n"\n\n'
    text += 'msgid "{count} day"\nmsgid_plural "{count} days"\nmsgstr[0] "{count} dag"\nmsgstr[1] "{count} dagen"\n'
    assert read_po(text) == {"a “{b}”": "eerst dan {b}\n", "{count} day": "{count} dag", "{count} days": "{count} dagen"}


@pytest.mark.parametrize("text", ['msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', 'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n'])
def test_a_catalogue_that_cannot_be_trusted_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"twice|not understood"):
        read_po(text)
