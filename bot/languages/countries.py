"""Countries as people type them: a name in a language that we speak, an ISO 3166 code, or a calling code."""

from __future__ import annotations

from functools import cache

import phonenumbers

from bot.domain.countries import COUNTRIES
from bot.languages import LANGUAGES, catalogue

#: How a name stands in the middle of a sentence, and nobody types it so.
_ARTICLES = ("the ", "de ", "het ")


def region_called(text: str) -> str:
    """The ISO 3166 code of the country that is meant, or empty."""
    said = _folded(text)
    code = said.removeprefix("+").removeprefix("00")
    if code.isascii() and code.isdigit() and len(code) <= 3:
        region = phonenumbers.region_code_for_country_code(int(code))
        return region if region in COUNTRIES else ""
    if said.upper() in COUNTRIES:
        return said.upper()
    return _names().get(said, "")


@cache
def _names() -> dict[str, str]:
    named = {"uk": "GB", "usa": "US"}
    for language in LANGUAGES:
        words = catalogue(language)
        named |= {_folded(words.get(str(name), str(name))): region for region, name in COUNTRIES.items()}
    return named


def _folded(text: str) -> str:
    said = " ".join(text.split()).casefold().rstrip(".")
    for article in _ARTICLES:
        said = said.removeprefix(article)
    return said
