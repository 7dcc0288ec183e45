"""Countries that are named beside the table alone: in lines above it, in the name of its sheet and of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import phonenumbers

from bot.domain.file_found import FILE_NAME, SHEET_NAME, Doubt, Unused
from bot.domain.phone import mask_text
from bot.languages.countries import named_in
from bot.sheets.cells import MOST_OF_A_NAME
from bot.sheets.table import MOST_HELD

_MOST_OF_A_TITLE = 200
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")


def other_countries(above: Iterable[tuple[int, str]], sheet: str, file: str, region: str) -> tuple[Unused, ...]:
    """Where another country is named than the one whose numbers those without a country were taken for.

    Args:
        above: what stands above the header, with the number of its row.
        region: ISO 3166 code of that country.
    """
    code = phonenumbers.country_code_for_region(region)
    found = []
    for place, text in _titles(above, sheet, file):
        said = named_in(_CAMEL.sub(" ", text[:_MOST_OF_A_TITLE]))
        if any(phonenumbers.country_code_for_region(each) != code for each in said):
            found.append(Unused("", Doubt.ELSEWHERE, mask_text(text)[:MOST_OF_A_NAME], place))
    return tuple(found[: MOST_HELD - 1])


def _titles(above: Iterable[tuple[int, str]], sheet: str, file: str) -> Iterator[tuple[str, str]]:
    yield from ((str(row), cell) for row, cell in above)
    yield SHEET_NAME, sheet
    yield FILE_NAME, file.rpartition(".")[0] or file
