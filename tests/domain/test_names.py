"""Names: which words they have, whether two share one, and when two are the same name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.names import same, share, without_brackets, words, words_of
from bot.domain.people import Person

NOOR = Person("1", "Noor Dekker", "n.dekker@fabrikam.example", "noor.dekker@fabrikam.example", given_name="Noor", surname="Dekker")

#: Words of names: of several scripts, with and without accents.
OF_NAMES = "Eva Lind Noor Dekker Omar Zoë Müller José Núñez Åsa Øberg Strauß Łukasz İpek Фарук Елена Παπάς 田中 김 李明 O'Brien Anne-Marie"
WORDS = st.sampled_from(OF_NAMES.split())
NAMES = st.lists(WORDS, min_size=1, max_size=4)
SUFFIXES = st.sampled_from(["", " (ext)", " [Guest]", " (Adatum (NL))", " {x}", " （外部）"])
CASES = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def bare(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))


@CASES
@given(NAMES, st.randoms(use_true_random=False), SUFFIXES, st.sampled_from([str.upper, str.lower, bare, str]))
def test_order_case_accents_blanks_and_brackets_do_not_matter(
    parts: list[str], random: Random, suffix: str, written: Callable[[str], str]
) -> None:
    name = " ".join(parts)
    mixed = random.sample(parts, len(parts))
    for other in (" ".join(mixed), "  ".join(mixed), ", ".join(mixed), unicodedata.normalize("NFD", " ".join(mixed))):
        assert same(name, written(other) + suffix), (name, written(other) + suffix)
        assert share(words(name), words(written(other) + suffix))


@CASES
@given(NAMES, NAMES)
def test_it_does_not_matter_which_is_asked_about_which(some: list[str], others: list[str]) -> None:
    one, other = " ".join(some), " ".join(others)
    assert same(one, other) == same(other, one)
    assert share(words(one), words(other)) == share(words(other), words(one))
    if same(one, other):
        assert share(words(one), words(other))


@CASES
@given(NAMES, NAMES)
def test_one_word_more_is_another_name(parts: list[str], more: list[str]) -> None:
    assume(" ".join(parts))
    assert not same(" ".join(parts), " ".join([*parts, *more]))


@pytest.mark.parametrize(
    "name",
    [
        "Noor Dekker", "DEKKER, NOOR", "dekker", "Mw. N. Dekker", "Noor de Vries-Dekker", "Noor (HR)", "Noor", "Nóór", "n.dekker",
        "Ноор Деккер",
    ],
)  # fmt: skip
def test_what_the_account_is_called_too(name: str) -> None:
    assert share(words(name), words_of(NOOR)), name


@pytest.mark.parametrize("name", ["Omar Farouk", "N. D.", "Noortje Bakker", "Dekkers", "Omar (Dekker)", "Doorman", "Robert", "N"])
def test_what_the_account_is_not_called(name: str) -> None:
    assert not share(words(name), words_of(NOOR)), name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë Müller", "Zoe Mueller"), ("Strauß", "Strauss"), ("Søren Ærø", "Soren Aeroe"), ("Омар", "Omar"), ("李明", "Ming Li"),
        ("田中 健二", "田中健二"), ("김철수", "김 철수"), ("Mia O’Brien", "OBrien"), ("Le Van Anh", "Anh"), ("Le", "Anh Le"),
        ("d'Angelo", "Angelo"), ("Anne-Marie", "AnneMarie"), ("Ｅｖａ", "Eva"),
    ],
)  # fmt: skip
def test_other_letters_for_one_name(one: str, other: str) -> None:
    assert share(words(one), words(other))


@pytest.mark.parametrize(("one", "other"), [("Eva van Berg", "Omar van Dijk"), ("Dr. Eva Lind", "Dr. Omar Farouk"), ("Jan 2", "Piet 2")])
def test_words_that_many_have_tell_nothing(one: str, other: str) -> None:
    assert not share(words(one), words(other))


def test_names_with_figures_are_told_apart_by_them() -> None:
    assert not same("Agent 007", "Agent 008")
    assert same("Room 12", "12 room (2nd floor)")
    assert not same("", "")
    assert not same("(ext)", "(int)")


def test_what_stands_in_brackets_alone_is_the_name() -> None:
    assert without_brackets("(Eva)") == "(Eva)"
    assert without_brackets("Eva  Lind (ext) [x (y)]") == "Eva Lind"
    assert words("(Eva)") == {"eva"}
