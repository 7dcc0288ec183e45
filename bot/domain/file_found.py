"""What a file was found to hold beside its rows, what its sender is asked about it, and what they answered. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum

#: Places of what is not used (`Unused.place`). Stored words.
SHEET_NAME, FILE_NAME = "sheet", "file"


class Question(StrEnum):
    """What a sender answers about a file. Stored words, the verbs of cards and the names in the trail: never rename one."""

    SHEET = "sheet"  # which of several sheets with people
    COLUMNS = "columns"  # columns that are not used, and look as if they mattered: without them?
    HIDDEN = "hidden"  # what the sender does not see, or sees struck through: with it, or without it?
    REGION = "region"  # of numbers without a country
    NAMES = "names"  # rows that call the person otherwise than Entra ID does: included?


class Doubt(StrEnum):
    """Why a column that is not used is asked about. Stored words."""

    NONE = ""
    BRAKE = "brake"  # it looks as if it held rows back: Skip, Approved, Start date
    TENANT = "tenant"  # it names an organisation
    COUNTRIES = "countries"  # its cells are countries, and numbers of the file say nothing of theirs
    NUMBERS = "numbers"  # its cells read as telephone numbers
    COMMENTS = "comments"  # cells have one
    ELSEWHERE = "elsewhere"  # it names another country than the one that numbers were read for


@dataclass(frozen=True, slots=True)
class Unused:
    """A column that was not used, or something beside the table that looks as if it mattered.

    Attributes:
        name: as it stands in the header: untrusted text. Empty where `place` says what it is.
        example: the first cell that raised the doubt, masked; empty without one.
        place: of a column without a name its letters (C), of a row its number, of comments how many cells have one; `SHEET_NAME`,
            `FILE_NAME`.
    """

    name: str
    doubt: Doubt = Doubt.NONE
    example: str = ""
    place: str = ""

    @property
    def is_column(self) -> bool:
        """It is a column, and nothing beside the table."""
        return not self.place or self.place.isupper()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        name: untrusted text.
        people: it has a header that names people, and rows.
        hidden: it is not shown.
    """

    name: str
    people: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file was found to hold.

    Attributes:
        sheet: the one that was read; empty for a text file, and while it is not known which.
        sheets: all of a workbook, in their order.
        unused: the columns that were not used, in their order; those that are hidden are among `hidden_columns` instead.
        hidden_rows: how many rows are not shown, or not what matters in them; counted whether they are read or not.
        struck_rows: and of those that are shown, in how many the person, a number or what gives it its meaning is struck through.
        hidden_columns: names of the columns that are not shown, masked.
        hidden_matter: those of them that find the person, give a number its meaning or look like a brake.
        national: how many numbers were read with `region`, since nothing in their row says of which country they are.
        region: ISO 3166 code by which those were read; empty when there is none, and then `national` counts numbers that cannot be read.
        delimiter: between the cells of a text file; empty for a workbook.
    """

    sheet: str = ""
    sheets: tuple[Sheet, ...] = ()
    unused: tuple[Unused, ...] = ()
    hidden_rows: int = 0
    struck_rows: int = 0
    hidden_columns: tuple[str, ...] = ()
    hidden_matter: tuple[str, ...] = ()
    national: int = 0
    region: str = ""
    delimiter: str = ""

    @property
    def doubtful(self) -> tuple[Unused, ...]:
        """The columns that are asked about."""
        return tuple(column for column in self.unused if column.doubt)

    @property
    def unseen(self) -> bool:
        """Something is there that its sender does not see, or sees struck through."""
        return bool(self.hidden_rows or self.struck_rows or self.hidden_columns)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the sender answered; an agreement is bound to it.

    Attributes:
        sheet: name of the one to read; empty while nobody has said.
        columns: the columns asked about are left out.
        hidden: rows and columns that are not shown, and rows that are struck through, are read too (True), or left out (False); None while
            nobody has said, which leaves them out unless one of the columns matters.
        region: ISO 3166 code of numbers without a country; empty for `DEFAULT_REGION`.
        names: rows that call the person otherwise than Entra ID does are included.
    """

    sheet: str = ""
    columns: bool = False
    hidden: bool | None = None
    region: str = ""
    names: bool = False

    def answering(self, question: Question, answer: str | bool) -> Answers:
        """With one more answer. What is seen anew by it is asked anew: another sheet has other columns and other rows."""
        match question:
            case Question.SHEET:
                return Answers(sheet=str(answer), region=self.region)
            case Question.HIDDEN:
                return replace(self, hidden=bool(answer), columns=False, names=False)
            case Question.COLUMNS:
                return replace(self, columns=bool(answer))
            case Question.REGION:
                return replace(self, region=str(answer))
            case Question.NAMES:
                return replace(self, names=bool(answer))


NO_ANSWERS = Answers()


def telling(found: Found | None, answers: Answers) -> dict[str, dict[str, object]]:
    """What was read and answered, as far as there is anything to tell: of a file that is its rows alone, nothing.

    The delimiter decides nothing, and neither does a region that no number was read with.
    """
    told = {name: value for name, value in asdict(found or Found()).items() if value and name != "delimiter"}
    if "national" not in told:
        told.pop("region", None)
    usual = asdict(NO_ANSWERS)
    said = {name: value for name, value in asdict(answers).items() if value != usual[name]}
    return {name: part for name, part in (("answers", said), ("found", told)) if part}


def open_questions(found: Found, answers: Answers) -> tuple[Question, ...]:
    """What has to be answered before anything is checked, the first question first."""
    people = [sheet.name for sheet in found.sheets if sheet.people and not sheet.hidden]
    if len(people) > 1 and answers.sheet not in {sheet.name for sheet in found.sheets if sheet.people}:
        return (Question.SHEET,)
    asked = []
    if found.hidden_matter and answers.hidden is None:
        asked.append(Question.HIDDEN)
    if found.doubtful and not answers.columns:
        asked.append(Question.COLUMNS)
    return tuple(asked)
