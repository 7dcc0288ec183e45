"""What stands in the columns of a file that are not used, from its first row to its last, without any of it being kept."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.file_found import Unused
from bot.domain.phone import mask_text
from bot.sheets.cells import MOST_OF_A_NAME
from bot.sheets.columns import Columns, at
from bot.sheets.doubts import Watch, letter
from bot.sheets.person import is_user
from bot.sheets.vocabulary import Person


class Unread:
    """The columns that are not used.

    Args:
        columns: of the file.
    """

    def __init__(self, columns: Columns) -> None:
        names = columns.header
        self._watches = {place: Watch(names[place], letter(place)) for place in columns.unused}
        #: A number in a list or of an employee finds nobody: such a column is not used either, as long as nothing else stands in it.
        several = columns.persons if len(columns.persons) > 1 else ()
        self._numbered = {place for kind, place in several if kind in (Person.OBJECT_ID, Person.ANY)}
        self._names = names

    def inspect(self, cells: Sequence[str], region: str) -> None:
        """A row; `region` is that of its numbers."""
        for place, watch in self._watches.items():
            if place < len(cells):
                watch.inspect(cells[place], region)
        for place in tuple(self._numbered):
            if (cell := at(cells, place)) and (is_user(cell) or not cell.isdigit()):
                self._numbered.discard(place)

    def told(self, *, national: bool) -> tuple[Unused, ...]:
        """The columns, in their order; `national`: numbers of the file say nothing of their country."""
        found = {place: told for place, watch in self._watches.items() if (told := watch.told(national=national))}
        found |= {place: Unused(mask_text(self._names[place])[:MOST_OF_A_NAME]) for place in self._numbered}
        return tuple(found[place] for place in sorted(found))
