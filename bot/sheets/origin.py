"""Of which country the numbers of a row are: what columns for countries and calling codes say of those without one of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

from bot.domain.methods import PhoneType
from bot.domain.phone import MAX_EXTENSION, mask, parse_number
from bot.domain.said import alternatives, say
from bot.errors import InvalidNumber, NoCountry
from bot.languages.countries import Countries, calling_regions
from bot.sheets.columns import Columns, at, part_of_number, short
from bot.sheets.numbers import FEWEST_DIGITS, Reading, parse_or_none, read_number
from bot.sheets.values import is_nothing
from bot.sheets.vocabulary import PHONES, Column

_INTERNATIONAL = re.compile(r"[\s(]*(?:[+＋]|00)")
_NOT_DIGITS = re.compile(r"[^0-9]")
_EMPTY_OR_TAKE_OUT = say("Begin the number with + and its country code, or put the country right.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where numbers without a country code are from.

    Attributes:
        regions: ISO 3166 codes, one of which it is; none when nothing says so.
        problem: why it cannot be told, in a sentence; empty when it can.
    """

    regions: tuple[str, ...] = ()
    problem: str = ""


class Origins:
    """Reads the numbers of one file, and counts.

    Args:
        columns: of the file.
        default_region: of numbers without country code in rows without a country; empty for none.

    Attributes:
        national: how many numbers were read with that region, or could not be without one.
    """

    def __init__(self, columns: Columns, default_region: str) -> None:
        region = default_region.upper()
        self.region = region if region in phonenumbers.SUPPORTED_REGIONS else ""
        self.national = 0
        self._columns = columns
        self._countries = Countries()

    def of_row(self, cells: Sequence[str]) -> Origin:
        """What the columns for countries say of a row.

        Raises:
            Refusal: a column has calling codes, and it cannot be told of which number.
        """
        columns = self._columns
        known: dict[str, int] = {}  # region -> the column that said so first
        for place in columns.countries:
            if cell := _said(cells, place):
                known.setdefault(self._countries.region(cell), place)
        several: tuple[str, ...] = ()
        for place in columns.codes:
            if cell := _said(cells, place):
                regions = self._of_code(place, cell)
                several = several or (regions if len(regions) > 1 else ())
                if len(regions) < 2:
                    known.setdefault(regions[0] if regions else "", place)
        sure = "" in known or any(known) or bool(several)
        for place in columns.areas:
            if (cell := _said(cells, place)) and ((region := self._countries.region(cell)) or not sure):
                known.setdefault(region, place)
        said = [region for region in known if region]
        if "" in known:
            return Origin(problem=self._no_country(known[""], at(cells, known[""])))
        if len(said) > 1 or (several and said and said[0] not in several):
            other = known[said[1]] if len(said) > 1 else columns.codes[0]
            return Origin(problem=self._contradiction([known[said[0]], other], cells))
        return Origin(tuple(said) or several)

    def read(self, cell: str, column: Column, phone: PhoneType, cells: Sequence[str], origin: Origin) -> Reading:
        """A number, in the country that its own columns, its row or the default say.

        Raises:
            InvalidNumber: it is none, or it cannot be told which.
        """
        cell = self._with_extension(cell, column, phone, cells)
        if _INTERNATIONAL.match(cell):
            return read_number(cell, phone, default_region=self.region)
        own = self._own(column, cells)
        origin = own or origin
        if origin.problem:
            return self._without_country(cell, phone, origin.problem)
        if origin.regions:
            reading = _one_of(cell, phone, origin.regions)
            return reading if own is None else self._of_its_code(reading, cell, phone, column, origin.regions[0])
        return self._national(cell, phone)

    def likely(self, origin: Origin) -> str:
        """The region by which to judge whether something in a row is a number."""
        return origin.regions[0] if origin.regions else self.region

    def _of_code(self, place: int, cell: str) -> tuple[str, ...]:
        if not cell:
            return ()
        if region := self._countries.region(cell):
            return (region,)
        regions = calling_regions(cell)
        calling = len(regions) > 1 or bool(regions and _INTERNATIONAL.match(cell))
        if calling and sum(phone in self._columns for phone in PHONES) > 1:
            raise part_of_number(self._columns.header[place])
        return regions

    def _own(self, column: Column, cells: Sequence[str]) -> Origin | None:
        """What the column for the calling code of a phone says of its number."""
        place = self._columns.calling.get(column)
        cell = _said(cells, place)
        if place is None or not cell:
            return None
        regions = calling_regions(cell)[:1]
        if not regions and (region := self._countries.region(cell)):
            regions = (region,)
        return Origin(regions) if regions else Origin(problem=self._no_country(place, cell))

    def _of_its_code(self, reading: Reading, cell: str, phone: PhoneType, column: Column, region: str) -> Reading:
        """A number beside its calling code is of that code; what is put before it then is no repair."""
        code = phonenumbers.country_code_for_region(region)
        if not reading.value.startswith(f"+{code} "):
            name = short(self._columns.header[self._columns.calling[column]])
            raise InvalidNumber(say("The number does not fit its country code under “{column}”.", column=name), _EMPTY_OR_TAKE_OUT)
        return Reading(reading.value) if parse_or_none(f"+{code} {cell}", phone, "") == reading.value else reading

    def _with_extension(self, cell: str, column: Column, phone: PhoneType, cells: Sequence[str]) -> str:
        place = self._columns.extensions.get(column)
        extension = _said(cells, place)
        if place is None or not extension:
            return cell
        if phone is not PhoneType.OFFICE:
            raise InvalidNumber(
                say("Only an office phone can have an extension."),
                say("Empty the cell under “{column}”, or give the number as the office phone.", column=short(self._columns.header[place])),
            )
        if not extension.isascii() or not extension.isdigit() or len(extension) > MAX_EXTENSION:
            raise InvalidNumber(
                say("“{extension}” is no extension.", extension=extension[:40]),
                say("Write its digits only: {most} at most.", most=MAX_EXTENSION),
            )
        return f"{cell} x{extension}"

    def _national(self, cell: str, phone: PhoneType) -> Reading:
        """Without a country in its row."""
        try:
            reading = read_number(cell, phone, default_region=self.region)
        except InvalidNumber as refused:
            if not self.region and len(_NOT_DIGITS.sub("", cell)) >= FEWEST_DIGITS and _lacks_country(cell, phone):
                self.national += 1
                raise InvalidNumber(
                    refused.text, say("Begin with + and the country code; or, if all such numbers are of one country, answer with it.")
                ) from None
            raise
        if self.region and _decided(cell, phone, reading.value, self.region):
            self.national += 1
        return reading

    def _without_country(self, cell: str, phone: PhoneType, problem: str) -> Reading:
        """A number that lost its plus is read where it begins as our own region's do; all else might be of anywhere."""
        code = str(phonenumbers.country_code_for_region(self.region)) if self.region else ""
        if code and _NOT_DIGITS.sub("", cell).startswith(code):
            try:
                reading = read_number(cell, phone, default_region="")
            except InvalidNumber:
                pass
            else:
                if reading.value.startswith(f"+{code} "):
                    return reading
        raise InvalidNumber(problem, _EMPTY_OR_TAKE_OUT)

    def _no_country(self, place: int, cell: str) -> str:
        column = short(self._columns.header[place])
        return say(
            "“{cell}” under “{column}” is no country that I know, so I cannot tell of where the number is.", cell=short(cell), column=column
        )

    def _contradiction(self, places: Sequence[int], cells: Sequence[str]) -> str:
        one, other = places
        return say(
            "“{cell}” under “{column}” and “{cell2}” under “{column2}” are two countries, so I cannot tell of where the number is.",
            cell=short(at(cells, one)), column=short(self._columns.header[one]),
            cell2=short(at(cells, other)), column2=short(self._columns.header[other]),
        )  # fmt: skip


def _said(cells: Sequence[str], place: int | None) -> str:
    """What a cell says; a sign for nothing says nothing."""
    cell = at(cells, place)
    return "" if is_nothing(cell) else cell


def _one_of(cell: str, phone: PhoneType, regions: tuple[str, ...]) -> Reading:
    """The number, where it is one in one of the countries only."""
    found: dict[str, Reading] = {}
    refused: InvalidNumber | None = None
    for region in regions:
        try:
            reading = read_number(cell, phone, default_region=region)
            found.setdefault(reading.value, reading)
        except InvalidNumber as refusal:
            refused = refused or refusal
    if len(found) > 1:
        raise InvalidNumber(
            say("It may be {numbers}: its country code may be of two countries.", numbers=alternatives(map(mask, found))),
            _EMPTY_OR_TAKE_OUT,
        )
    if not found:
        assert refused is not None, "there is a region"
        raise refused
    return next(iter(found.values()))


def _lacks_country(cell: str, phone: PhoneType) -> bool:
    """Whether what stands in the way is that no country is known."""
    try:
        parse_number(cell, extension_allowed=phone is PhoneType.OFFICE)
    except InvalidNumber as refused:
        return isinstance(refused, NoCountry)
    return False


def _decided(cell: str, phone: PhoneType, value: str, region: str) -> bool:
    """Whether the region has made the number what it is: without it, it would be none, or another one."""
    if not value.startswith(f"+{phonenumbers.country_code_for_region(region)} "):
        return False
    if cell.startswith("0"):
        return True
    try:
        return read_number(cell, phone, default_region="").value != value
    except InvalidNumber:
        return True
