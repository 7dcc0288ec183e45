"""The rows of a file: what each asks for, what it would do, and how it ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.change import Change
from bot.domain.life import Fate, State
from bot.domain.methods import PhoneType
from bot.domain.people import Person
from bot.domain.plan import Warned
from bot.domain.said import say_each

#: A person's own numbers; the office phone of two people is often the same one.
OWN_PHONES = frozenset({PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE})


class Mode(StrEnum):
    """The `action` of a row. A stored word: never rename one."""

    SET = "set"  # whatever is there
    ADD = "add"  # only where there is none
    UPDATE = "update"  # only where there is one
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a row asks for.

    Attributes:
        phone: which phone; None for SMS sign-in.
        value: the number as Graph writes it (`+31 612345678`), empty to remove it; of SMS sign-in "on" or "off".
    """

    phone: PhoneType | None
    value: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row as it stands in the file.

    Attributes:
        number: as a spreadsheet counts rows: the header is row 1.
        user: user principal name, mail or object id, as written.
        wishes: in any order; none when the row asks for nothing.
        repaired: what was put right (Excel's damage), one sentence each.
        problem: why the row cannot be read, in a sentence; empty when it can.
        name: what the row calls the person beside that; empty when it does not.
        also: in further columns for the person, what stands there: each has to be the same account as `user`.
    """

    number: int
    user: str
    mode: Mode = Mode.SET
    wishes: tuple[Wish, ...] = ()
    repaired: tuple[str, ...] = ()
    problem: str = ""
    name: str = ""
    also: tuple[str, ...] = ()


class RowKind(StrEnum):
    """What a row would do, or why it does nothing. A stored word: never rename one."""

    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"
    NO_CHANGE = "no_change"
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    PROTECTED = "protected"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    OTHER_NAME = "other_name"

    @property
    def changes(self) -> bool:
        """Something is to be written."""
        return self in (RowKind.ADD, RowKind.UPDATE, RowKind.REMOVE)

    @property
    def in_words(self) -> str:
        """As people say it."""
        return _KINDS[self]


_KINDS = say_each(
    {
        RowKind.ADD: "add",
        RowKind.UPDATE: "update",
        RowKind.REMOVE: "remove",
        RowKind.NO_CHANGE: "no change",
        RowKind.CONFLICT: "conflict",
        RowKind.NOT_FOUND: "not found",
        RowKind.AMBIGUOUS: "ambiguous",
        RowKind.PROTECTED: "protected",
        RowKind.REFUSED: "refused",
        RowKind.UNREADABLE: "unreadable",
        RowKind.OTHER_NAME: "another name",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a job, as it is stored.

    Attributes:
        kind: None until it was checked.
        reason: why it is of this kind, in a sentence; empty where the kind says it all.
        target: whose account; None where nobody was found.
        changes: in the order they are made.
        state: where it is, in the words of operations: QUEUED, RUNNING, then SUCCEEDED, PARTIAL, FAILED, STALE or CANCELLED. None for
            a row that changes nothing.
        outcome: how it ended, in a sentence.
        code: the machine's word for what went wrong; empty when nothing did.
        name, also: see `FileRow`.
        warned: what is worth knowing before it is done.
        fates: what became of each change, once it has ended.
    """

    number: int
    user: str
    mode: Mode = Mode.SET
    wishes: tuple[Wish, ...] = ()
    repaired: tuple[str, ...] = ()
    name: str = ""
    also: tuple[str, ...] = ()
    warned: tuple[Warned, ...] = ()
    kind: RowKind | None = None
    reason: str = ""
    target: Person | None = None
    changes: tuple[Change, ...] = ()
    state: State | None = None
    outcome: str = ""
    code: str = ""
    fates: tuple[Fate, ...] = ()


def row_operation_id(job_id: str, number: int) -> str:
    """The id by which the trail knows one row of a job: `7Q2F-12`."""
    return f"{job_id}-{number}"


@dataclass(frozen=True, slots=True)
class RowEnd:
    """How one row ended; see `Row` for what the words mean."""

    state: State
    outcome: str
    code: str = ""
    request_ids: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is to be carried out; `cut_off`: an earlier attempt died on the way, and may have written."""

    row: Row
    cut_off: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of one kind, for a card; masked."""

    kind: RowKind
    rows: tuple[Row, ...]


def masked(row: Row) -> Row:
    """The row fit for everybody's eyes."""
    return replace(row, wishes=(), changes=tuple(change.masked() for change in row.changes))
