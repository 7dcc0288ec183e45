"""Numbers in cells, and what spreadsheets do to them.

Excel takes `+31612345678` for a calculation and `0612345678` for a quantity, shortens long quantities to `3.16E+10`, and makes dates of
what looks like one. Such damage is repaired only where what was typed can be told for certain: where all readings that are numbers at all
are the same number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import phonenumbers

from bot.domain.characters import plain_digits
from bot.domain.methods import PhoneType
from bot.domain.phone import MAX_TYPED, mask, parse_number, without_extension
from bot.domain.said import alternatives, say
from bot.errors import InvalidNumber
from bot.sheets.cells import is_error, is_formula

_SCIENTIFIC = re.compile(r"([0-9]+)(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,3})")
_TAIL_OF_ZEROS = re.compile(r"([0-9]{5,})[.,]0{1,2}")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}([,'])[0-9]{3}(?:\1[0-9]{3})*")
_TIME = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?)?"
_DAY_OR_MONTH_FIRST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_TIME}")
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
#: `6-dec`, `dec-34`, `6-dec-34`: months as Excel shortens them in English and Dutch.
_MONTH_NAMED = re.compile(
    r"(?:[0-9]{1,2}[- ])?(?:jan|feb|mar|mrt|apr|may|mei|jun|jul|aug|sep|oct|okt|nov|dec)[a-z]*\.?(?:[- ][0-9]{2,4})?", re.IGNORECASE
)
#: Three digits for the area, three and four: no country code stands before them.
_NORTH_AMERICAN = re.compile(r"\(?[2-9][0-9]{2}\)?[ .-]+[2-9][0-9]{2}[ .-]+[0-9]{4}")
_CLOCK = re.compile(r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp][Mm])?")
#: Day 0 of spreadsheets: https://support.microsoft.com/office/date-function-e36c0c8c-4104-49da-ab83-82328b832349
_DAY_ZERO = date(1899, 12, 30)
_NOT_DIGITS = re.compile(r"[^0-9]")

#: No country has shorter ones that are somebody's own and written with its code.
FEWEST_DIGITS = 7

_AS_TEXT = say("Format the column as text, write the number again with + and its country code, and send the file again.")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as it was read.

    Attributes:
        value: as Graph writes it.
        repaired: what was put right, in a sentence with the number masked; empty when nothing was.
    """

    value: str
    repaired: str = ""


def read_number(cell: str, phone: PhoneType, *, default_region: str) -> Reading:
    """The number in a cell.

    Args:
        cell: tidy and not empty; cells of workbooks as text.
        default_region: of numbers without country code, or empty.

    Raises:
        InvalidNumber: there is none, or more than one that it could be; the text does not name the phone.
    """
    cell = plain_digits(cell)
    if is_formula(cell):
        raise InvalidNumber(say("There is a formula in the cell, not a number."), say("Copy the column and paste it as values only."))
    if is_error(cell):
        raise InvalidNumber(say("The spreadsheet could not show what is in the cell."), _AS_TEXT)
    if cell.startswith(("-", "−", "–")):
        raise InvalidNumber(say("The number begins with a minus: a spreadsheet has calculated with it."), _AS_TEXT)
    if scientific := _SCIENTIFIC.fullmatch(cell):
        return _read_scientific(scientific, phone, default_region)
    if _MONTH_NAMED.fullmatch(cell) or _CLOCK.fullmatch(cell):
        raise _is_date()
    if dates := list(_orders(cell)):
        return _read_date(dates, phone, default_region)
    if tail := _TAIL_OF_ZEROS.fullmatch(cell):
        reading = _read_digits(tail[1], phone, default_region, say("the spreadsheet had put decimals behind it"))
        other = parse_or_none(cell, phone, default_region)  # the mark may be a separator
        return reading if other in (None, reading.value) else _only(sorted((reading.value, str(other))))
    if _THOUSANDS.fullmatch(cell):
        plain = _NOT_DIGITS.sub("", cell)
        return _read_digits(plain, phone, default_region, say("the spreadsheet had put marks between its thousands"))
    return _read_digits(cell, phone, default_region)


def _read_digits(cell: str, phone: PhoneType, region: str, already: str = "") -> Reading:
    """A number as people type it, or one that lost its beginning; `already` says how else a spreadsheet has surely changed it."""
    if cell.lstrip(" (").startswith(("+", "0", "＋")) or (not already and _is_ordinary(cell, phone, region)):
        value = parse_number(cell, default_region=region, extension_allowed=phone is PhoneType.OFFICE).graph
        return Reading(value, _repaired(value, already) if already else "")
    if not region and sum(map(str.isdigit, cell)) < FEWEST_DIGITS:  # `parse_number` would look in every country whom one calls there
        raise InvalidNumber(say("That number is too short."), _AS_TEXT)
    found = [value for value in _valid(_typed(cell), phone, region) if not _is_apart(cell, value, region)]
    zero = parse_or_none("0" + cell, phone, region) if region else None
    lost = say("its leading zero was lost") if zero and zero in found else say("its plus sign was lost")
    return _only(found, _refusal(cell, phone, region), already or lost)


def _read_scientific(found: re.Match[str], phone: PhoneType, region: str) -> Reading:
    decimals = found[2] or ""
    if len(decimals) < int(found[3]):
        raise InvalidNumber(
            say("A spreadsheet has shortened the number to {shown}, and the other digits are lost.", shown=found[0]), _AS_TEXT
        )
    exact = Decimal(f"{found[1]}.{decimals}e{found[3]}")
    if exact != exact.to_integral_value() or len(found[1]) + int(found[3]) > MAX_TYPED:
        raise InvalidNumber(say("{shown} is no phone number.", shown=found[0][:MAX_TYPED]), _AS_TEXT)
    return _read_digits(str(int(exact)), phone, region, say("the spreadsheet had written it with an exponent"))


def _read_date(orders: list[str], phone: PhoneType, region: str) -> Reading:
    return _only(_valid(orders, phone, region), None, say("the spreadsheet had made a date of it"))


def _is_date() -> InvalidNumber:
    return InvalidNumber(say("A spreadsheet has made a date of the number, and what it was cannot be told."), _AS_TEXT)


def _orders(cell: str) -> Iterator[str]:
    """What may have been typed where a date stands now; nothing when there is none."""
    if found := _YEAR_FIRST.fullmatch(cell):
        year, days = found[1], [(found[4], found[3])]
    elif found := _DAY_OR_MONTH_FIRST.fullmatch(cell):
        year, days = found[4], [(found[1], found[3]), (found[3], found[1])]
    else:
        return
    for day, month in days:
        try:
            real = date(int(year), int(month), int(day))
        except ValueError:
            continue
        yield str((real - _DAY_ZERO).days)
        for years in (year, year[2:]):
            for days_written in {day, str(int(day)), day.zfill(2)}:
                for months_written in {month, str(int(month)), month.zfill(2)}:
                    yield from (
                        days_written + months_written + years, months_written + days_written + years, years + months_written + days_written
                    )  # fmt: skip


def _typed(cell: str) -> tuple[str, ...]:
    """What may have been typed before a spreadsheet took the beginning away."""
    return cell, "0" + cell, "+" + cell


def _is_apart(cell: str, value: str, region: str) -> bool:
    """Whether a number's country code is no group of its own in what people wrote in groups: `(203) 234-5678` did not lose a plus.

    Spreadsheets take the plus from digits alone; people leave it away, mostly that of their own country.
    """
    groups, code = re.findall(r"[0-9]+", without_extension(cell)), value[1:].partition(" ")[0]
    if len(groups) < 2 or groups[0] == code:
        return _NORTH_AMERICAN.fullmatch(cell) is not None
    own = str(phonenumbers.country_code_for_region(region)) if region else ""
    return code != own


def _valid(readings: tuple[str, ...] | list[str] | set[str], phone: PhoneType, region: str) -> list[str]:
    """Those numbers among the readings that exist, each once, in Graph's form."""
    return sorted({value for reading in set(readings) if (value := parse_or_none(reading, phone, region))})


def parse_or_none(reading: str, phone: PhoneType, region: str) -> str | None:
    """The number in Graph's form, or None when there is no such number."""
    try:
        return parse_number(reading, default_region=region, extension_allowed=phone is PhoneType.OFFICE).graph
    except InvalidNumber:
        return None


def _is_ordinary(cell: str, phone: PhoneType, region: str) -> bool:
    """It stands there as people in the region write their numbers, so there is no reason to think of damage."""
    value = parse_or_none(cell, phone, region) if region else None
    if value is None:
        return False
    number = phonenumbers.parse(value.partition("x")[0])
    if region.upper() not in phonenumbers.region_codes_for_country_code(number.country_code or 0):
        return False
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return _NOT_DIGITS.sub("", national) == _NOT_DIGITS.sub("", without_extension(cell))


def _refusal(cell: str, phone: PhoneType, region: str) -> InvalidNumber:
    """Why what stands there is no number."""
    try:
        parse_number(cell, default_region=region, extension_allowed=phone is PhoneType.OFFICE)
    except InvalidNumber as refused:
        return refused
    return InvalidNumber(say("That is no phone number."), _AS_TEXT)


def _only(found: list[str], otherwise: InvalidNumber | None = None, lost: str = "") -> Reading:
    if not found:
        raise otherwise or _is_date()
    if len(found) > 1:
        numbers = alternatives(map(mask, found[:3]))
        raise InvalidNumber(say("It may be {numbers}: a spreadsheet has taken away what would tell.", numbers=numbers), _AS_TEXT)
    return Reading(found[0], _repaired(found[0], lost))


def _repaired(value: str, lost: str) -> str:
    return say("Read as {number}: {lost}.", number=mask(value), lost=lost)
