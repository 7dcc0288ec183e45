"""The header of a file: which column is which, under the names people use."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from bot.domain.said import say, say_each, together
from bot.errors import Refusal
from bot.sheets import vocabulary
from bot.sheets.doubts import is_brake, may_be_asked_about
from bot.sheets.vocabulary import COLUMNS, NAMES, PHONES, Column, Person, squash

__all__ = ["NAMES", "TO_CHANGE", "Column", "Columns", "is_long", "matters", "meaning", "part_of_number", "recognise", "short"]

TO_CHANGE = (*PHONES, Column.SMS)
_NEEDED = say_each({"user": "one that says who it is, such as `UPN`", "change": "one with what to change, such as `mobile`"})
_TEMPLATE = say("The first row has to name the columns. Type `bulk template` for a file to begin with.")
_COUNTRIES = vocabulary.COUNTRY | vocabulary.COUNTRY_OR_AREA | vocabulary.COUNTRY_CODE
#: What a name that nearly is one may be meant for; short ones are near to too much.
_NEAR = {name: column.value for name, column in COLUMNS.items()} | {name: "country" for name in _COUNTRIES if len(name) > 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a record each column stands.

    Attributes:
        header: the names.
        places: of each column of which there is one; the user's is that of the surest column for the person.
        persons: all columns for the person, the surest first.
        names: what the row calls the person, all of it.
        parts: first name, what is between, last name.
        countries: of the numbers in the row.
        areas: the same, or something else; they count where no other column says the country.
        codes: the same, or the calling code of the number.
        calling: the calling code of one phone.
        extensions: the extension of one phone.
        phone_type: in a file with a row for each phone, which of them it is; its number stands in the place of the mobile.
        unused: all others, in their order; those without a name too.
    """

    header: tuple[str, ...]
    places: Mapping[Column, int]
    persons: tuple[tuple[Person, int], ...] = ()
    names: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()
    countries: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()
    calling: Mapping[Column, int] = field(default_factory=dict)
    extensions: Mapping[Column, int] = field(default_factory=dict)
    phone_type: int | None = None
    unused: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """How many there are."""
        return len(self.header)

    def cell(self, column: Column, cells: Sequence[str]) -> str:
        """The cell of a record; empty where there is none."""
        return at(cells, self.places.get(column))

    def __contains__(self, column: Column) -> bool:
        return column in self.places


def at(cells: Sequence[str], place: int | None) -> str:
    """The cell in a place; empty where there is none."""
    return cells[place] if place is not None and place < len(cells) else ""


def meaning(name: str) -> Column | None:
    """Which column has this name; None when it is none of those that every file may have."""
    return COLUMNS.get(squash(name))


def matters(name: str) -> bool:
    """Whether a column must not be left out unseen: it finds or names the person, gives a number its meaning, says what to do with a row,
    or looks as if it held rows back."""
    squashed, column = squash(name), meaning(name)
    if column is not None and column not in TO_CHANGE:
        return True
    named = vocabulary.ACCOUNTS_ONLY | vocabulary.FULL_NAMES | _COUNTRIES
    if squashed in named or vocabulary.is_country_of_something(name) or any(squashed in part for part in vocabulary.NAME_PARTS):
        return True
    of_number = squashed in vocabulary.PART_OF_NUMBER | vocabulary.PHONE_TYPE or _of_phone(squashed) is not None
    return of_number or may_be_asked_about(name)


def is_long(header: Sequence[str]) -> tuple[int, int] | None:
    """The places of a phone's type and of its number, where each phone has a row of its own."""
    names = [squash(name) for name in header]
    numbers = [place for place, name in enumerate(names) if name in vocabulary.ONE_NUMBER]
    others = any(COLUMNS.get(name) in PHONES and name not in vocabulary.ONE_NUMBER for name in names)
    if len(numbers) != 1 or others:
        return None
    types = [place for place, name in enumerate(names) if name in vocabulary.PHONE_TYPE]
    if not types and names[numbers[0]] in vocabulary.WHICH_PHONE:
        types = [place for place, name in enumerate(names) if name in vocabulary.ANY_TYPE]
    return (types[0], numbers[0]) if len(types) == 1 else None


def recognise(header: Sequence[str], no_action: Set[int] = frozenset()) -> Columns:
    """The columns by their names.

    Columns that are about something else are left alone, but not those that might be about a phone.

    Args:
        no_action: columns that say nothing of what to do, whatever their names.

    Raises:
        Refusal: it is no header, a column is missing, unclear or there twice.
    """
    header = tuple(header)
    places: dict[Column, int] = {}
    persons: list[tuple[Person, int]] = []
    rest: list[int] = []
    long = is_long(header)
    if long:
        places[Column.MOBILE] = long[1]
    for place, name in enumerate(header):
        squashed = squash(name)
        column = COLUMNS.get(squashed) if place not in no_action else None
        if long and place in long:
            continue
        if column is Column.USER or squashed in vocabulary.ACCOUNTS_ONLY:
            _refuse_twice(Column.USER, header, next((other for _, other in persons if squash(header[other]) == squashed), None), place)
            persons.append((vocabulary.person(squashed), place))
        elif column is None:
            rest.append(place)
        else:
            _refuse_twice(column, header, places.get(column), place)
            places[column] = place
    persons.sort(key=lambda person: (list(Person).index(person[0]), squash(header[person[1]])))
    if all(squash(header[place]) in vocabulary.ACCOUNTS_ONLY for _, place in persons):
        rest = sorted(rest + [place for _, place in persons])
        persons = []
    if persons:
        places = {Column.USER: persons[0][1]} | places
    if not places:
        _refuse_missing_header(header)
    columns = _with_the_rest(header, places, persons, rest, long)
    for place in columns.unused:
        # In a directory `telephoneNumber` is the office phone: beside a mobile it is asked about, as any column with numbers is.
        if header[place] and not (Column.MOBILE in places and squash(header[place]) == "telephonenumber"):
            _refuse_unclear(header[place])
    _refuse_missing(header, places)
    if Column.ACTION in places and (Column.FORCED_UPDATE in places or Column.FORCED_REMOVAL in places):
        raise Refusal(
            say("The file says in two ways what to do: in an `action` column and in the columns of the old script."),
            say("Keep `action`, or keep `ForcedUpdate` and `ForcedRemoval`."),
            code="file_column_twice",
        )
    return columns


def _with_the_rest(
    header: tuple[str, ...], places: Mapping[Column, int], persons: list[tuple[Person, int]], rest: list[int], long: tuple[int, int] | None
) -> Columns:
    """Names, countries and parts of numbers among the columns that are left."""
    named: list[int] = []
    parts: list[tuple[int, int]] = []
    countries: list[int] = []
    areas: list[int] = []
    codes: list[int] = []
    of_phones: dict[str, dict[Column, int]] = {"code": {}, "extension": {}}
    unused: list[int] = []
    for place in rest:
        squashed = squash(header[place])
        part = next((order for order, names in enumerate(vocabulary.NAME_PARTS) if squashed in names), None)
        of_phone = _of_phone(squashed)
        if squashed in vocabulary.FULL_NAMES:
            named.append(place)
        elif part is not None:
            parts.append((part, place))
        elif squashed in vocabulary.COUNTRY:
            countries.append(place)
        elif squashed in vocabulary.COUNTRY_CODE:
            codes.append(place)
        elif squashed in vocabulary.COUNTRY_OR_AREA or (of_phone is None and vocabulary.is_country_of_something(header[place])):
            areas.append(place)
        elif of_phone and of_phone[1] in places:
            what, phone = of_phone
            _refuse_twice(phone, header, of_phones[what].get(phone), place)
            of_phones[what][phone] = place
        elif of_phone:
            raise part_of_number(header[place])
        else:
            unused.append(place)
    return Columns(
        header=header,
        places=places,
        persons=tuple(persons),
        names=tuple(sorted(named, key=lambda place: squash(header[place]))),
        parts=tuple(place for _, place in sorted(parts, key=lambda part: (part[0], squash(header[part[1]])))),
        countries=tuple(countries),
        areas=tuple(areas),
        codes=tuple(codes),
        calling=of_phones["code"],
        extensions=of_phones["extension"],
        phone_type=long[0] if long else None,
        unused=tuple(unused),
    )


def _of_phone(squashed: str) -> tuple[str, Column] | None:
    """A column for a part of the number in another one: `Primary Country Code`, `Office extension`."""
    for what, parts in (("code", vocabulary.CODE_OF_PHONE), ("extension", vocabulary.EXTENSION_OF_PHONE)):
        for part in parts:
            for phone in (squashed.removesuffix(part), squashed.removeprefix(part)):
                column = vocabulary.PHONE_SHORT.get(phone) or COLUMNS.get(phone)
                if phone != squashed and column in PHONES:
                    return what, column
    return None


def _refuse_twice(column: Column, header: Sequence[str], one: int | None, other: int) -> None:
    if one is not None:
        raise Refusal(
            say(
                "The columns “{one}” and “{other}” both say the same: {what}.",
                one=short(header[one]),
                other=short(header[other]),
                what=column.value,
            ),
            say("Keep one of them and send the file again."),
            code="file_column_twice",
        )


def _refuse_missing_header(header: Sequence[str]) -> None:
    """Nothing is recognised: rows without a header, or another file altogether."""
    if any("@" in cell or sum(map(str.isdigit, cell)) > 6 for cell in header):
        raise Refusal(
            say("The first row of the file has no names of columns: it looks like somebody's data."), _TEMPLATE, code="file_no_header"
        )
    if not any(header):
        raise Refusal(say("The file has no columns."), _TEMPLATE, code="file_no_header")
    raise Refusal(say("I know none of the columns in the first row: {found}.", found=_found(header)), _TEMPLATE, code="file_no_header")


def part_of_number(name: str) -> Refusal:
    """A column has a part of a number, and it cannot be told of which."""
    return Refusal(
        say("The column “{name}” is a part of a phone number, and I read whole numbers only.", name=short(name)),
        say("Write each number with its country code in one cell, such as `+31 6 12345678`, and take the column out."),
        code="file_column_unclear",
    )


def _refuse_unclear(name: str) -> None:
    """A column that may be meant for us must not be left out silently."""
    squashed = squash(name)
    if squashed in vocabulary.WHICH_PHONE:
        raise Refusal(
            say("The column “{name}” does not say which phone it is.", name=short(name)),
            say("Call it `mobile`, `alternate mobile` or `office`, and send the file again."),
            code="file_column_unclear",
        )
    if squashed in vocabulary.PART_OF_NUMBER:
        raise part_of_number(name)
    if squashed in vocabulary.NOT_MEANT:
        return
    near = difflib.get_close_matches(squashed, _NEAR, n=1, cutoff=0.86) if len(squashed) > 3 and not is_brake(name) else []
    if near or vocabulary.LIKE_PHONE.search(squashed):
        hint = (
            say("Call it `{meant}` if that is what it is, otherwise take it out.", meant=_NEAR[near[0]])
            if near
            else say("Call it `mobile`, `alternate mobile`, `office` or `sms sign-in` if it is one of these, otherwise take it out.")
        )
        text = say("I do not know the column “{name}”, and it may be one that matters.", name=short(name))
        raise Refusal(text, hint, code="file_column_unclear")


def _refuse_missing(header: Sequence[str], places: Mapping[Column, int]) -> None:
    missing = [] if Column.USER in places else [_NEEDED["user"]]
    if not any(column in places for column in TO_CHANGE):
        missing.append(_NEEDED["change"])
    if missing:
        raise Refusal(
            say("A column is missing: {missing}. The file has {found}.", missing=together(missing), found=_found(header)),
            _TEMPLATE,
            code="file_column_missing",
        )


def _found(header: Sequence[str]) -> str:
    names = [f"“{short(name)}”" for name in header if name]
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def short(name: str) -> str:
    """A name of a stranger's, fit for a sentence."""
    return name if len(name) <= 40 else name[:39] + "…"
