"""Whether the cells of a row stand where their columns are.

A row of a text file that lost a cell in its middle has all that follows one column too far to the left, and may look like one whose last
cells are merely empty: tools leave those away. So a short row is believed only where nothing in it is odd in its column; and where no tool
has done so, since other rows have all of their cells, only where its cells could stand nowhere else (`ends`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import cached_property

from bot.domain.phone import parse_number
from bot.domain.said import say
from bot.errors import InvalidNumber, Refusal
from bot.sheets import vocabulary
from bot.sheets.cells import word_set
from bot.sheets.columns import Columns
from bot.sheets.doubts import may_have_numbers, reads_as_number
from bot.sheets.person import is_user
from bot.sheets.values import read_mode, read_removal, read_switch
from bot.sheets.vocabulary import Column

#: In the name of a column where addresses of other people may stand.
_PEOPLE = word_set(
    "manager approver owner supervisor contact mail email address adres by door leidinggevende chef eigenaar sponsor requester aanvrager "
    "proxy alias alternate private prive personal sip im account user"
)


class _Kind(Enum):
    """What may stand in a column."""

    PERSON = "person"
    OWN_PHONE = "own phone"
    OFFICE = "office"
    SWITCH = "switch"
    ACTION = "action"
    NAME = "name"
    TEXT = "text"
    NUMBERS = "text or numbers"
    ANYTHING = "anything"


class _Seen:
    """A cell, and what it looks like: looked at once, however many columns it might stand in."""

    def __init__(self, cell: str, region: str) -> None:
        self.cell, self._region = cell, region

    @cached_property
    def is_user(self) -> bool:
        return is_user(self.cell)

    @cached_property
    def is_number(self) -> bool:
        return reads_as_number(self.cell, self._region, whole=not self.cell.isdigit() or len(self.cell) > 8)

    @cached_property
    def is_mobile(self) -> bool | None:
        try:
            return parse_number(self.cell, default_region=self._region, extension_allowed=True).is_mobile_line
        except InvalidNumber:
            return None  # that is told of the number itself


class Shape:
    """Judges the rows of one file.

    Args:
        columns: of the file.
        may_lack: whether a short row of a text file may have lost a cell in its middle; asked only where it matters. None for a workbook,
            whose cells say where they are.
    """

    def __init__(self, columns: Columns, may_lack: Callable[[], bool] | None) -> None:
        self._columns = columns
        self._may_lack = may_lack
        self._kinds = [self._kind(place) for place in range(columns.width)]
        idle = {*columns.unused, *columns.names, *columns.parts}
        self._matters = [place not in idle for place in range(columns.width)]

    def check(self, cells: Sequence[str], region: str) -> None:
        """Whether a row is as it should be; `region`: that of its numbers.

        Raises:
            Refusal: cells stand, or may stand, in the wrong columns.
        """
        width = self._columns.width
        if any(cells[width:]):
            raise Refusal(
                say("The row has more cells than there are columns, so some may stand in the wrong place."),
                say("Put quotation marks around a cell that has the delimiter in it."),
            )
        if len(cells) >= width:
            return
        seen = [_Seen(cell, region) for cell in cells]
        odd = not all(self._fits(one, place) for place, one in enumerate(seen))
        if odd or (self._may_lack is not None and self._may_lack() and self._may_be_shifted(seen)):
            raise _too_few()

    def check_whole(self, cells: Sequence[str]) -> None:
        """Whether a row has all of its cells, where those that are empty take something away.

        Raises:
            Refusal: some are not there at all.
        """
        if self._may_lack is not None and len(cells) < self._columns.width:
            raise _too_few()

    def _kind(self, place: int) -> _Kind:
        columns, name = self._columns, self._columns.header[place]
        if any(place == person for _, person in columns.persons):
            return _Kind.PERSON
        column = next((column for column, where in columns.places.items() if where == place), None)
        if column in (Column.MOBILE, Column.ALTERNATE):
            return _Kind.ANYTHING if columns.phone_type is not None else _Kind.OWN_PHONE
        if column is Column.OFFICE:
            return _Kind.OFFICE
        if column in (Column.SMS, Column.FORCED_REMOVAL, Column.FORCED_UPDATE):
            return _Kind.SWITCH
        if column is Column.ACTION:
            return _Kind.ACTION
        if place in (*columns.codes, *columns.calling.values(), *columns.extensions.values()):
            return _Kind.NUMBERS
        if place in (*columns.names, *columns.parts):
            return _Kind.NAME
        if place in columns.unused and (not name or may_have_numbers(name)):
            return _Kind.ANYTHING
        if place in columns.unused and set(vocabulary.words(name)) & _PEOPLE:
            return _Kind.NUMBERS
        return _Kind.TEXT

    def _fits(self, seen: _Seen, place: int) -> bool:
        """Whether nothing is odd about a cell in a place."""
        kind = self._kinds[place]
        if not seen.cell or kind is _Kind.ANYTHING:
            return True
        match kind:
            case _Kind.PERSON:  # that somebody is not named as they should be is told otherwise
                return seen.is_user or not seen.is_number
            case _Kind.OWN_PHONE | _Kind.OFFICE:
                return not seen.is_user and self._is_of(kind, seen)
            case _Kind.SWITCH:
                return _can(read_switch, seen.cell)
            case _Kind.ACTION:
                return _can(read_mode, seen.cell)
        return kind in (_Kind.NAME, _Kind.NUMBERS) if seen.is_user else not seen.is_number

    def _is_of(self, kind: _Kind, seen: _Seen) -> bool:
        """A cell under a phone: in a text file a landline is odd under a mobile beside an office phone, and the other way round."""
        if sum(map(str.isdigit, seen.cell)) < 6:
            return _can(read_removal, seen.cell) or not any(map(str.isalpha, seen.cell))
        if sum(map(str.isalpha, seen.cell)) > 9:
            return False
        if self._may_lack is None or Column.OFFICE not in self._columns:
            return True
        mobile = seen.is_mobile
        return mobile is None or mobile is (kind is _Kind.OWN_PHONE)

    def _may_be_shifted(self, seen: Sequence[_Seen]) -> bool:
        """Whether the cells could stand in other columns just as well, and one of those that are read would be another."""
        gaps = self._columns.width - len(seen)
        fits = [[self._fits(one, first + gap) for gap in range(gaps + 1)] for first, one in enumerate(seen)]
        # ends[n][g]: cell n and those after it can stand g places to the right at the least
        ends = [[False] * (gaps + 1) for _ in seen] + [[True] * (gaps + 1)]
        for number in range(len(seen) - 1, -1, -1):
            for gap in range(gaps, -1, -1):
                ends[number][gap] = fits[number][gap] and any(ends[number + 1][gap:])
        reached = [True] * (gaps + 1)
        for number, one in enumerate(seen):
            here = [reached[gap] and fits[number][gap] for gap in range(gaps + 1)]
            for gap in range(1, gaps + 1):
                if here[gap] and ends[number][gap] and one.cell and (self._matters[number] or self._matters[number + gap]):
                    return True
            reached = [any(here[: gap + 1]) for gap in range(gaps + 1)]
        return False


def _too_few() -> Refusal:
    return Refusal(
        say("The row has fewer cells than there are columns, so some may stand in the wrong place."),
        say("Put the cells where they belong; leave a cell empty where there is nothing, and keep its delimiter."),
    )


def _can(read: Callable[[str], object], cell: str) -> bool:
    try:
        read(cell)
    except Refusal:
        return False
    return True
