"""The table in a file: the names of its columns and the rows below them, without what its sender does not see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain, islice

from bot.domain.bulk import MOST_ROWS
from bot.domain.file_found import Answers, Doubt, Found, Unused
from bot.domain.phone import mask_text
from bot.domain.said import join, say, say_count
from bot.errors import Refusal
from bot.sheets.cells import MOST_OF_A_NAME, Record, Source
from bot.sheets.columns import Columns, at, matters, meaning, recognise
from bot.sheets.doubts import holds_back
from bot.sheets.header import begun, is_data, is_header
from bot.sheets.secrets import look_for_secrets, secrets_of
from bot.sheets.sheet import SHEET_ROWS
from bot.sheets.vocabulary import SIGN_IN_MODES, squash

#: Of the lines that look as if they held rows back, so many are told.
MOST_HELD = 8
#: Rows in which it is looked for what a column of an unclear name is about.
_LOOKED_AT = 50

SEND = say("Send a CSV file or an Excel workbook (.xlsx). Type `bulk template` for a file to begin with.")


class Table:
    """What a file holds, as far as it is read.

    Args:
        source: the file, opened; with its records.
        answers: hidden rows and columns are left out unless the sender wants them.

    Attributes:
        asks: a column that is hidden decides what the rows mean, so none is to be read before its sender has said with it or without it.
        held: lines above the header and between the rows that look as if they held rows back, and comments on cells.
        above: what stands above the header, with the number of its row.

    Raises:
        Refusal: it holds nothing, or passwords.
    """

    def __init__(self, source: Source, answers: Answers) -> None:
        assert source.records is not None, "it is known which sheet is meant"
        header, above, self._below = begun(source.records)
        if header is None:
            raise Refusal(say("The file is empty."), SEND, code="file_empty")
        self._source, self._header = source, header
        self._with_hidden = answers.hidden is True
        names = header.cells
        unseen = frozenset(source.hidden) | _marked(header)
        self._out = frozenset[int]() if self._with_hidden else unseen
        hidden = [names[index] for index in sorted(unseen) if index < len(names) and names[index]]
        matter = [name for name in hidden if matters(name)]
        if hidden and not matter and not _is_table(left_out(names, self._out)) and _is_table(names):
            matter = [name for name in hidden if meaning(name)]  # without them nothing is left to change
        self.asks = bool(matter) and answers.hidden is None
        self._hidden_columns, self._hidden_matter = (tuple(mask_text(name)[:MOST_OF_A_NAME] for name in each) for each in (hidden, matter))
        self._hidden_rows = self._struck_rows = 0
        self._used: Set[int] = frozenset(range(len(names)))  # until it is known which are
        self._secrets = secrets_of(names)
        self.above = [(record.number, cell) for record in above for cell in record.cells if cell]
        self.held: list[Unused] = []
        for record in above:
            self._look_for_brakes(record)
        self._look_for_comments()

    def columns(self) -> Columns:
        """Which columns are read.

        Raises:
            Refusal: they are not those of a table of people, or passwords stand below them.
        """
        if self._header.problem:
            raise Refusal(self._header.problem, SEND, code="file_no_header")
        names = left_out(self._header.cells, self._out)
        no_action = self._no_action(names)
        try:
            columns = recognise(names, no_action)
        except Refusal as refusal:
            if self._secrets:
                for _ in self.rows():  # whatever else is wrong with the file: a password in it is said
                    pass
            elsewhere = [sheet.name for sheet in self._source.sheets if sheet.people and sheet.name != self._source.sheet]
            if not elsewhere:
                raise
            sheets = ", ".join(f"“{name}”" for name in elsewhere[:12])
            hint = say("People are on another sheet: {sheets}. If you mean that one, show it and send the file again.", sheets=sheets)
            raise Refusal(refusal.text, join(" ", (refusal.hint, hint)), code=refusal.code) from None
        self._used = frozenset(range(columns.width)).difference(columns.unused)
        return columns

    def _no_action(self, names: Sequence[str]) -> Set[int]:
        """The columns that say how people sign in, and are called as if they said what to do: `Mode` of an MFA Server's export."""
        places = [place for place, name in enumerate(names) if squash(name) == "mode"]
        if not places:
            return frozenset()
        first = list(islice(self._below, _LOOKED_AT))
        self._below = chain(first, self._below)
        return {place for place in places if any(squash(at(row.cells, place)).startswith(SIGN_IN_MODES) for row in first)}

    @property
    def begins(self) -> int:
        """The number of the row with the names."""
        return self._header.number

    def rows(self) -> Iterator[Record]:
        """The rows below the header that have something in them, without what is left out.

        Raises:
            Refusal: there are more of them than a spreadsheet has, or passwords stand beside the people.
        """
        for record in self._below:
            if record.number > SHEET_ROWS:
                raise too_many_rows()
            if record.blank:
                continue
            look_for_secrets(self._secrets, record.cells)  # they are no less there where they are hidden
            if self._is_out(record):
                continue
            self._look_for_brakes(record)
            seen = replace(record, cells=left_out(record.cells, self._out)) if self._out else record
            if not seen.blank:
                yield seen

    def _is_out(self, record: Record) -> bool:
        """Counts a row that its sender does not see, or not as one that is to be done; whether it is left out."""
        if record.hidden or not record.unseen.isdisjoint(self._used):
            self._hidden_rows += 1
        elif not record.struck.isdisjoint(self._used):
            self._struck_rows += 1
        else:
            return False
        return not self._with_hidden

    def _look_for_comments(self) -> None:
        """What is said beside the rows may be said of them; beside names it mostly says how to fill the table in."""
        below = [comment for comment in self._source.comments if comment.row > self.begins]
        for comment in self._source.comments:
            if comment.row <= self.begins and holds_back(comment.text) and len(self.held) < MOST_HELD:
                self.held.append(Unused("", Doubt.BRAKE, mask_text(comment.text)[:MOST_OF_A_NAME], str(comment.row)))
        if below:
            self.held.append(Unused("", Doubt.COMMENTS, mask_text(below[0].text)[:MOST_OF_A_NAME], str(len(below))))

    def _look_for_brakes(self, record: Record) -> None:
        """A line that is about nobody may say of the others that they are not to be changed."""
        above = record.number < self.begins
        if not above and sum(map(bool, record.cells)) != 1:
            return
        filled = [cell for cell in record.cells if cell]
        if len(self.held) < MOST_HELD and not is_data(filled):
            held = next((cell for cell in filled if holds_back(cell)), None)
            if held is not None:
                self.held.append(Unused("", Doubt.BRAKE, mask_text(held)[:MOST_OF_A_NAME], str(record.number)))

    def look_for_merged(self, columns: Columns) -> None:
        """After the last row: whether cells that are read are merged with those below, which then are empty but do not look it.

        Raises:
            Refusal: some are.
        """
        for place, last in sorted(self._source.merged.items()):
            if last > self.begins and place < columns.width and place not in columns.unused:
                raise Refusal(
                    say("Cells under “{column}” are merged with those below, so other rows seem to say what they do not.",
                        column=columns.header[place][:MOST_OF_A_NAME]),
                    say("Unmerge the cells, write in each row what is meant, and send the file again."),
                    code="file_merged",
                )  # fmt: skip

    def nobody(self) -> Refusal:
        """Why there are no rows."""
        if self._struck_rows and not self._with_hidden:
            return Refusal(
                say_count(
                    self._hidden_rows + self._struck_rows,
                    "Nobody is left in the file: the one row below the names of the columns is struck through.",
                    "Nobody is left in the file: all {count} rows below the names of the columns are struck through or hidden.",
                ),
                say("Take the line out of the rows that you mean, save the file and send it again."),
                code="file_empty",
            )
        if self._hidden_rows and not self._with_hidden:
            return Refusal(
                say_count(
                    self._hidden_rows,
                    "Nobody can be seen in the file: the one row below the names of the columns is hidden.",
                    "Nobody can be seen in the file: all {count} rows below the names of the columns are hidden.",
                ),
                say("A filter may do that. Show the rows that you mean, save the file and send it again."),
                code="file_empty",
            )
        return Refusal(say("There is nobody in the file: it has no rows below the names of the columns."), SEND, code="file_empty")

    def found(self) -> Found:
        """What the file was found to hold; its rows are counted as far as they were read."""
        return Found(
            sheet=self._source.sheet,
            sheets=self._source.sheets,
            hidden_rows=self._hidden_rows,
            struck_rows=self._struck_rows,
            hidden_columns=self._hidden_columns,
            hidden_matter=self._hidden_matter,
            delimiter=self._source.delimiter,
        )


def _marked(header: Record) -> Set[int]:
    """The columns whose names are struck through, or cannot be read; none where that is so of all names, as of a row that is hidden."""
    marked = frozenset(header.struck | header.unseen)
    return marked if any(cell and place not in marked for place, cell in enumerate(header.cells)) else frozenset()


def too_many_rows() -> Refusal:
    """More than any job has."""
    return Refusal(say("The file has more than {most} rows.", most=MOST_ROWS), say("Divide it into several files."), code="file_too_large")


def left_out(cells: Sequence[str], columns: Set[int]) -> tuple[str, ...]:
    """The cells without those of some columns."""
    return tuple("" if index in columns else cell for index, cell in enumerate(cells)) if columns else tuple(cells)


def names_people(names: Sequence[str], hidden: Set[int]) -> bool:
    """Whether these are the names of columns of a table of people, all of them or those that are shown."""
    if not is_header(names):
        return False
    return any(_is_table(left_out(names, columns)) for columns in (frozenset[int](), hidden))


def _is_table(names: Sequence[str]) -> bool:
    try:
        recognise(names)
    except Refusal:
        return False
    return True
