"""Countries as people write them: ISO codes, and names in English, Dutch and the country's own language.

Names are Unicode's (CLDR), which Babel carries: https://cldr.unicode.org. They are loaded only for a cell that is no code, and those of
other languages only for one that is neither English nor Dutch, since the process that reads files has little time and memory.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

import phonenumbers

from bot.domain.countries import COUNTRIES

#: Beside the names that CLDR has; `UK` and the alpha-3 codes are among its aliases.
_OTHER_NAMES = {
    "NL": "Holland; Kingdom of the Netherlands",
    "GB": "Great Britain; Britain; England; Scotland; Wales; Northern Ireland; Engeland; Groot-Brittannië; Schotland; Noord-Ierland; "
    "United Kingdom of Great Britain and Northern Ireland; U.K.",
    "US": "United States of America; U.S.A.; U.S.; America; Amerika; Verenigde Staten van Amerika; VS",
    "CZ": "Czech Republic; Tsjechische Republiek",
    "TR": "Turkey",
    "RU": "Russian Federation",
    "KR": "Korea, Republic of; Republic of Korea",
    "KP": "Korea, Democratic People's Republic of",
    "HK": "Hong Kong; Hongkong",
    "MO": "Macau; Macao",
    "CI": "Ivory Coast; Cote d'Ivoire",
    "CV": "Cape Verde",
    "MK": "Macedonia; Macedonië",
    "MM": "Burma; Birma",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "VN": "Viet Nam",
    "IR": "Iran, Islamic Republic of",
    "SY": "Syrian Arab Republic",
    "TW": "Taiwan, Province of China",
    "TZ": "Tanzania, United Republic of",
    "MD": "Moldova, Republic of; Republic of Moldova",
    "BO": "Bolivia, Plurinational State of",
    "VE": "Venezuela, Bolivarian Republic of",
    "LA": "Lao People's Democratic Republic",
    "BN": "Brunei Darussalam",
    "SK": "Slovak Republic",
    "IE": "Republic of Ireland",
    "DE": "Federal Republic of Germany; Bundesrepublik Deutschland; BRD",
    "AE": "UAE; VAE",
    "GR": "EL",  # as the European Union writes it: https://publications.europa.eu/code/en/en-5000600.htm
}
_TWO_COUNTRIES = {"congo"}
_CODE = re.compile(r"[A-Za-z]{2,3}")
_BETWEEN = re.compile(r"[()\[\]/|;:–—-]")
#: A country's name is not longer; the cells of other columns are.
MOST_OF_A_NAME = 80
#: Different cells of which it is kept what they are; a file has few countries.
_MOST_KEPT = 2_000
_LANGUAGES_TOGETHER = 8
_CALLING_CODE = re.compile(r"(?:\+|00)\s*([1-9][0-9]{0,2})|0{0,2}([1-9][0-9]{0,2})")
_ARTICLE = re.compile(r"^(?:de|het)\s+", re.IGNORECASE)
#: In titles: what separates words in names of files does not matter.
_IN_A_TITLE = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 4
_SHORT = ("UK", "USA")
#: What stands in titles and is no country there: Active Directory, IT, HR, a company …
_OTHER_CAPITALS = {
    "AD", "AG", "AI", "AM", "AS", "BI", "CC", "CD", "CO", "DM", "DO", "GM", "HR", "ID", "IM", "IN", "IO", "IS", "IT", "LA", "MA", "MD",
    "ME", "MS", "NA", "NO", "PA", "PM", "PR", "PS", "SA", "SC", "SD", "SM", "SO", "TO", "TV",
}  # fmt: skip
_MARKED = re.compile(r"\s*(?:\+|00)")


class Countries:
    """Reads cells; one for each file."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def region(self, cell: str) -> str:
        """ISO 3166 code of the country that a cell names; empty when it names none that has phone numbers.

        `Netherlands (NL)` and `BE - Belgium` are one country, since all of their parts are.
        """
        if cell not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[cell] = self._read(cell)
        return self._kept[cell]

    def _read(self, cell: str) -> str:
        if not cell or len(cell) > MOST_OF_A_NAME:
            return ""
        if found := self._whole(cell):
            return found
        parts = {self._whole(part.strip()) for part in _BETWEEN.split(cell) if part.strip()}
        return parts.pop() if len(parts) == 1 else ""

    def _whole(self, text: str) -> str:
        if _CODE.fullmatch(text) and (found := _of_code(text.upper())):
            return found
        name = _folded(text)
        known = _names().get(name)
        if known is not None:
            return known
        return _own_names().get(name, "") if name and not name.isdigit() else ""


def region_called(text: str) -> str:
    """ISO 3166 code of the country that somebody means who types its name, a code or a calling code; empty when it is none."""
    said = " ".join(text.split())
    code = said.removeprefix("+").removeprefix("00")
    if code.isascii() and code.isdigit() and len(code) <= 3:
        region = str(phonenumbers.region_code_for_country_code(int(code)))
        return region if region in COUNTRIES else ""
    return Countries().region(_ARTICLE.sub("", said.rstrip("."), count=1))


def named_in(text: str) -> frozenset[str]:
    """ISO 3166 codes of the countries that a title names, in English or Dutch, or by a code of two capital letters among small ones."""
    words = _IN_A_TITLE.findall(text)
    found: set[str] = set()
    if not text.isupper():
        found = {_of_code(word) for word in words if word in phonenumbers.SUPPORTED_REGIONS or word in _SHORT} - _OTHER_CAPITALS
    for length in range(1, _MOST_WORDS + 1):
        for first in range(len(words) - length + 1):
            name = _folded(" ".join(words[first : first + length]))
            if len(name) > 3 and (region := _names().get(name)):
                found.add(region)
    return frozenset(found)


def calling_regions(cell: str) -> tuple[str, ...]:
    """The countries that digits in a column for country codes may mean: a calling code such as `+31`, or ISO 3166's number such as `528`.

    One that begins with + or 00 is a calling code; without, it may be both: `40` is Romania's calling code, and Austria in ISO 3166.
    """
    found = _CALLING_CODE.fullmatch(cell.strip())
    if found is None:
        return ()
    code = found[1] or found[2]
    regions: list[str] = [str(phonenumbers.region_code_for_country_code(int(code)))]
    if not _MARKED.match(cell):
        regions.append(_of_code(code.zfill(3)))
    return tuple(dict.fromkeys(region for region in regions if region in phonenumbers.SUPPORTED_REGIONS))


def _of_code(code: str) -> str:
    if code in phonenumbers.SUPPORTED_REGIONS:
        return code
    from babel.core import get_global  # noqa: PLC0415 - see the module

    known = get_global("territory_aliases").get(code, ())
    return str(known[0]) if len(known) == 1 and known[0] in phonenumbers.SUPPORTED_REGIONS else ""


@cache
def _names() -> dict[str, str]:
    """In English and Dutch."""
    return _unlike(_in_english_and_dutch())


@cache
def _own_names() -> dict[str, str]:
    """Each country's in its own languages."""
    return _unlike(_in_their_own())


def _in_english_and_dutch() -> Iterator[tuple[str, str]]:
    from babel import Locale  # noqa: PLC0415

    for region, name in COUNTRIES.items():
        yield _folded(name), region
    for region, names in _OTHER_NAMES.items():
        for name in names.split(";"):
            yield _folded(name), region
    for language in ("en", "nl"):
        for region, name in Locale(language).territories.items():
            if region in phonenumbers.SUPPORTED_REGIONS:
                yield _folded(name), region


def _in_their_own() -> Iterator[tuple[str, str]]:
    from babel import Locale, localedata  # noqa: PLC0415
    from babel.languages import get_official_languages  # noqa: PLC0415

    spoken: dict[str, list[str]] = {}
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for language in get_official_languages(region, de_facto=True):
            spoken.setdefault(language, []).append(region)
    for count, (language, regions) in enumerate(spoken.items(), 1):
        if not localedata.exists(language):
            continue
        territories = Locale.parse(language).territories
        for region in regions:
            if region in territories:
                yield _folded(territories[region]), region
        if count % _LANGUAGES_TOGETHER == 0:
            localedata.clear_caches()  # a megabyte each


def _unlike(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The names that mean one country only; of the others none."""
    found: dict[str, str] = {}
    for name, region in names:
        if name:
            found[name] = region if found.get(name, region) == region else ""
    return found | dict.fromkeys(_TWO_COUNTRIES & found.keys(), "")


def _folded(name: str) -> str:
    """Letters and digits, small, without accents and article."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(char))
    words = re.findall(r"\w+", plain.replace(".", "").replace("'", "").replace("’", ""))
    return "".join(word for word in words if word not in ("the", "and", "en")) if len(words) > 1 else "".join(words)
