"""Names of people and accounts: which words stand in them, whether two share one, and whether two are the same name. Pure.

Case, accents, order, blanks and scripts do not count; what stands in brackets ("(ext)") says where somebody belongs, not who they are.
Nothing is guessed: a nickname is another word, and an initial is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from anyascii import anyascii

from bot.domain.people import Person

_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]|[\[［][^\[\]［］]*[\]］]|\{[^{}]*\}|<[^<>]*>")
_JOINED = re.compile(r"[-'’‘`´ʼ‐‑]")
#: How some letters are also written where a keyboard or a system has them not; `anyascii` knows the other way.
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
#: Scripts in which one sign is a syllable or a word, with or without blanks between them.
_SYLLABLES = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "HANGUL SYLLABLE")
#: Words that many names have; two people who share nothing else share no name.
_PARTICLES = (
    "af al av ben bin bint da das de del della den der des di do dos du el en et het ibn la las le los te ten ter und van vom von zu zum"
)
_TITLES = "dr drs ing ir jr miss mr mrs ms prof sr ii iii admin ext extern external guest team"
_OF_MANY = frozenset(_PARTICLES.split()) | frozenset(_TITLES.split())


def without_brackets(text: str) -> str:
    """The name without what stands in brackets; the whole as it is where there are none, or nothing else."""
    bare, before = text, ""
    while bare != before:  # one pair inside another
        bare, before = _IN_BRACKETS.sub(" ", bare), bare
    return " ".join(bare.split()) if bare != text and re.search(r"\w", bare) else text


@lru_cache(maxsize=4096)
def words(name: str) -> frozenset[str]:
    """The words of at least two letters, folded; those with other spellings in each of them."""
    return frozenset(form for word in _letters(without_brackets(name)) for form in _forms(word) if len(form) > 1)


def share(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names, by their words, have one in common; what many names have counts only where a name has nothing else."""
    telling, others = one - _OF_MANY, other - _OF_MANY
    return not telling.isdisjoint(others) if telling and others else not one.isdisjoint(other)


def same(one: str, other: str) -> bool:
    """Whether two names are the same one, in whatever order and spelling: "Eva Lind", "Lind, Eva" and "eva  lind (ext)" are."""
    return not _spellings(one).isdisjoint(_spellings(other))


def words_of(person: Person) -> frozenset[str]:
    """The words of all the names of an account: display name, given name, surname, and what stands before the @ of its addresses."""
    address, mail = person.upn.partition("@")[0], person.mail.partition("@")[0]
    return frozenset[str]().union(*map(words, (person.name.partition("@")[0], person.given_name, person.surname, address, mail)))


@lru_cache(maxsize=4096)
def _spellings(name: str) -> frozenset[tuple[str, ...]]:
    bare = without_brackets(name).casefold()
    return frozenset(
        made for text in (bare, bare.translate(_SPELT_OUT)) if (made := tuple(sorted(filter(None, map(_folded, _tokens(text))))))
    )


def _tokens(text: str) -> list[str]:
    """What stands between blanks and signs, figures included."""
    kept = (char if unicodedata.category(char)[0] in "LMN" else "" if char in "'’‘`´ʼ" else " " for char in text)
    return "".join(kept).split()


def _letters(text: str) -> Iterator[str]:
    """Each word, and of words that are joined by a hyphen or an apostrophe the parts too."""
    for written in text.split():
        for each in {written, _JOINED.sub("", written), _JOINED.sub(" ", written)}:
            yield from "".join(char if unicodedata.category(char)[0] in "LM" else " " for char in each).split()


def _forms(word: str) -> Iterator[str]:
    small = word.casefold()
    yield _folded(small)
    yield _folded(small.translate(_SPELT_OUT))
    if any(unicodedata.name(char, "").startswith(_SYLLABLES) for char in word):
        yield from map(_folded, word)


def _folded(word: str) -> str:
    """In the letters a to z, and figures."""
    return "".join(char for char in anyascii(unicodedata.normalize("NFKC", word)) if char.isalnum()).casefold()
