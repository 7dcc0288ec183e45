"""What is read out on the telephone and read back: numbers in groups that the ear can hold, and codes letter by letter. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from bot.domain.said import Said, join, say, say_each

#: More digits in a row than these are divided.
_LONG = re.compile(r"[0-9]{6,}")
_MOST = 4
#: How many characters of a code are heard at once.
_OF_A_CODE = 4


def number(text: str) -> str:
    """A telephone number such as `+31 6 1234 5678`: the international way of writing it, its long groups divided.

    What is no number with a country code, or masked, comes back as it is.
    """
    main, _, extension = text.partition("x")
    if not main.startswith("+") or "•" in main:
        return text
    grouped = _grouped(main)
    if not grouped:
        return text
    return grouped + (f" ext. {extension}" if extension else "")


@lru_cache(64)  # a request's cards follow each other within seconds, and each reads it out several times
def _grouped(main: str) -> str:
    try:
        written = phonenumbers.format_number(phonenumbers.parse(main), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return ""
    return _LONG.sub(_divided, written)


def _divided(found: re.Match[str]) -> str:
    """The digits in groups as equal as can be, the shorter ones first."""
    digits = found.group()
    groups = -(-len(digits) // _MOST)
    size, longer = divmod(len(digits), groups)
    ends = [size * (index + 1) + max(0, index + 1 - groups + longer) for index in range(groups)]
    return " ".join(digits[start:end] for start, end in zip([0, *ends], ends, strict=False))


def spelling(code: str) -> tuple[tuple[str, Said], ...]:
    """A code in groups, each with its spelling: "Du2Q" and "capital D, small u, two, capital Q"."""
    groups = (code[start : start + _OF_A_CODE] for start in range(0, len(code), _OF_A_CODE))
    return tuple((group, join(", ", map(_named, group))) for group in groups)


def _named(character: str) -> str:
    if character in _NAMES:
        return _NAMES[character]
    if character.isalpha() and character.isupper():
        return say("capital {letter}", letter=character)
    return say("small {letter}", letter=character) if character.isalpha() else character


_NAMES = say_each(
    {
        "0": "zero",
        "1": "one",
        "2": "two",
        "3": "three",
        "4": "four",
        "5": "five",
        "6": "six",
        "7": "seven",
        "8": "eight",
        "9": "nine",
        "-": "hyphen",
        "_": "underscore",
        "+": "plus",
        "=": "equals sign",
        "*": "asterisk",
        "#": "hash",
        "@": "at sign",
        "&": "ampersand",
        "%": "percent sign",
        "$": "dollar sign",
        "^": "caret",
        "~": "tilde",
        "!": "exclamation mark",
        "?": "question mark",
        ".": "full stop",
        ",": "comma",
        ":": "colon",
        ";": "semicolon",
        "/": "slash",
        "(": "opening bracket",
        ")": "closing bracket",
    }
)
