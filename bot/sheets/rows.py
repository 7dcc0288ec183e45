"""A record becomes what one person's row asks for, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.methods import PhoneType
from bot.domain.rows import FileRow, Mode, Wish
from bot.domain.said import join, say
from bot.errors import Refusal
from bot.sheets.cells import Record, is_error, is_formula
from bot.sheets.columns import Columns, at, short
from bot.sheets.header import comment_mark
from bot.sheets.origin import Origin, Origins
from bot.sheets.person import Who, who
from bot.sheets.shape import Shape
from bot.sheets.values import is_nothing, is_switch, read_forced, read_mode, read_removal, read_switch
from bot.sheets.vocabulary import PHONE_TYPES, Column, squash

#: In this order Graph takes them: an alternate mobile only beside a mobile.
PHONES = ((Column.MOBILE, PhoneType.MOBILE), (Column.ALTERNATE, PhoneType.ALTERNATE_MOBILE), (Column.OFFICE, PhoneType.OFFICE))
_PHONE_OF = dict(PHONES)


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads the rows of one file."""

    columns: Columns
    shape: Shape
    origins: Origins

    def origin(self, record: Record) -> Origin:
        """Of which country the numbers of a record are.

        Raises:
            Refusal: the file as a whole cannot be used.
        """
        return self.origins.of_row(record.cells)

    def read(self, record: Record, origin: Origin) -> FileRow:
        """One row."""
        one = who(self.columns, record.cells)
        if problem := record.problem or _commented_out(record.cells):
            return FileRow(record.number, one.user, problem=problem)
        try:
            self.shape.check(record.cells, self.origins.likely(origin))
            self._check_cells(record.cells)
            if one.problem:
                raise one.problem
            mode, removing = self._mode(record.cells)
            if removing:
                self.shape.check_whole(record.cells)
            phones = self._phones(record.cells)
        except Refusal as refusal:
            return FileRow(record.number, one.user, problem=_sentence(refusal))
        problems: list[str] = []
        repaired: list[str] = []
        wishes: list[Wish] = []
        for column, phone in phones.items():
            try:
                wish, put_right = self._wish(record.cells, column, phone, mode, removing, origin)
            except Refusal as refusal:
                problems.append(say("{Phone}: {text}", phone=phone.noun, text=_sentence(refusal)))
                continue
            wishes += [wish] if wish else []
            repaired += [say("{Phone}: {text}", phone=phone.noun, text=put_right)] if put_right else []
        try:
            switch = self.columns.cell(Column.SMS, record.cells)
            if nothing := "" if is_switch(switch) else _nothing_there(switch):
                repaired.append(say("SMS sign-in: {text}", text=nothing))
            else:
                wishes += _sms(switch, mode)
        except Refusal as refusal:
            problems.append(say("SMS sign-in: {text}", text=_sentence(refusal)))
        if not wishes and not problems:
            problems.append(_nothing(mode))
        if problems:
            return _row(record, one, mode, problem=join(" ", problems))
        if removing and not any(wish.value for wish in wishes):
            mode = Mode.REMOVE
        return _row(record, one, mode, wishes=tuple(wishes), repaired=tuple(repaired))

    def _phones(self, cells: Sequence[str]) -> Mapping[Column, PhoneType]:
        """Which phone each column's number is."""
        if self.columns.phone_type is None:
            return {column: phone for column, phone in PHONES if column in self.columns}
        cell = at(cells, self.columns.phone_type)
        column = PHONE_TYPES.get(squash(cell))
        if column is None:
            raise Refusal(
                say("“{cell}” under “{column}” does not say which phone it is.", cell=short(cell), column=short(self._type)),
                say("Write mobile, alternate mobile or office."),
            )
        return {Column.MOBILE: _PHONE_OF[column]}

    @property
    def _type(self) -> str:
        place = self.columns.phone_type
        return "" if place is None else self.columns.header[place]

    def _wish(
        self, cells: Sequence[str], column: Column, phone: PhoneType, mode: Mode, removing: bool, origin: Origin
    ) -> tuple[Wish | None, str]:
        """What a cell asks for, if anything, and what was put right."""
        cell = self.columns.cell(column, cells)
        if mode is Mode.REMOVE:
            goes = read_removal(cell)
            return (Wish(phone) if goes else None), "" if goes or is_switch(cell) else _nothing_there(cell)
        if removing and is_nothing(cell):
            raise Refusal(
                say("I cannot tell from “{word}” whether this phone is to be removed.", word=cell[:40]),
                say("Leave the cell empty to remove the phone, or write its number."),
            )
        if nothing := _nothing_there(cell):
            return None, nothing
        if cell:
            reading = self.origins.read(cell, column, phone, cells, origin)
            return Wish(phone, reading.value), reading.repaired
        return (Wish(phone) if removing else None), ""

    def _check_cells(self, cells: Sequence[str]) -> None:
        """Whether what is read stands there."""
        for column in self.columns.places:
            cell = self.columns.cell(column, cells)
            if is_formula(cell):
                raise Refusal(
                    say("The cell under {column} has a formula, and only what is written can be trusted.", column=column.value),
                    say("Copy the column and paste it as values only."),
                )
            if is_error(cell):
                raise Refusal(
                    say("The cell under {column} shows an error of the spreadsheet.", column=column.value), say("Write what was meant.")
                )

    def _mode(self, cells: Sequence[str]) -> tuple[Mode, bool]:
        """What the row does with what it names, and whether its empty cells remove."""
        columns = self.columns
        if Column.FORCED_UPDATE not in columns and Column.FORCED_REMOVAL not in columns:
            return read_mode(columns.cell(Column.ACTION, cells)), False
        removing = read_forced(columns.cell(Column.FORCED_REMOVAL, cells))
        if Column.FORCED_UPDATE not in columns or read_forced(columns.cell(Column.FORCED_UPDATE, cells)):
            return Mode.SET, removing
        return Mode.ADD, removing


def together(rows: Iterator[FileRow]) -> Iterator[FileRow]:
    """Rows with a phone each: those of one person, which stand one below the other (`gathered`), are one row."""
    first: FileRow | None = None
    for row in rows:
        if first is not None and row.user and row.user.casefold() == first.user.casefold():
            first = _both(first, row)
            continue
        if first is not None:
            yield first
        first = row
    if first is not None:
        yield first


def _both(one: FileRow, other: FileRow) -> FileRow:
    problem = ""
    if one.problem or other.problem:
        said = [say("Row {row}: {text}", row=str(row.number), text=row.problem) for row in (one, other) if row.problem]
        problem = one.problem if one.problem and not other.problem else join(" ", said[-1:] if not one.problem else [one.problem, said[-1]])
    elif one.mode is not other.mode:
        problem = say("Row {row} is about the same person, and has another action.", row=str(other.number))
    elif one.name.casefold() != other.name.casefold() or set(one.also) != set(other.also):
        problem = say("Row {row} is about the same person, and calls them otherwise.", row=str(other.number))
    elif len({wish.phone for wish in (*one.wishes, *other.wishes)}) < len({*one.wishes, *other.wishes}):
        problem = say("Row {row} is about the same phone of the same person, and says something else.", row=str(other.number))
    if problem:
        return FileRow(one.number, one.user, one.mode, problem=problem, name=one.name, also=one.also)
    order = [phone for _, phone in PHONES]
    wishes = sorted({*one.wishes, *other.wishes}, key=lambda wish: len(order) if wish.phone is None else order.index(wish.phone))
    repaired = tuple(dict.fromkeys((*one.repaired, *other.repaired)))
    return FileRow(one.number, one.user, one.mode, tuple(wishes), repaired, name=one.name, also=one.also)


def _row(
    record: Record, one: Who, mode: Mode, *, wishes: tuple[Wish, ...] = (), repaired: tuple[str, ...] = (), problem: str = ""
) -> FileRow:
    return FileRow(record.number, one.user, mode, wishes, repaired, problem, one.name, one.also)


def _commented_out(cells: Sequence[str]) -> str:
    """Why a row that somebody has made a comment is left out, in a sentence; empty for any other."""
    mark = comment_mark(at(cells, 0))
    if not mark:
        return ""
    return say("The row is commented out: it begins with {mark}. Take the sign away if the row is to be done.", mark=mark)


def _nothing_there(cell: str) -> str:
    """What to say of a cell in which a sign for nothing stands; empty for any other."""
    return say("“{word}” was taken for nothing.", word=cell[:40]) if cell and is_nothing(cell) else ""


def _sentence(refusal: Refusal) -> str:
    return join(" ", (refusal.text, refusal.hint))


def _sms(cell: str, mode: Mode) -> list[Wish]:
    if not cell:
        return []
    on = read_switch(cell)
    if on and mode is Mode.REMOVE:
        raise Refusal(say("The row removes, so it cannot switch SMS sign-in on."), say("Give it a row of its own, with the action set."))
    return [Wish(None, "on" if on else "off")]


def _nothing(mode: Mode) -> str:
    if mode is Mode.REMOVE:
        return say("The row does not say what to remove. Write x under each phone that goes.")
    return say("The row asks for nothing: it has no number. To remove a phone, write remove as the action and x under the phone.")
