"""Bulk jobs: their rows, how they are doing, and the files they came from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bot.domain.audit import AuditEvent
from bot.domain.bulk import Bulk, Hold, PlanDigest, Progress
from bot.domain.conversations import ConversationRef
from bot.domain.hindrance import Hindrance
from bot.domain.life import State
from bot.domain.limits import SetBefore
from bot.domain.need import Need
from bot.domain.operation import Operation
from bot.domain.people import Person
from bot.domain.plan import Warned
from bot.domain.rows import FileRow, Row, RowEnd, RowKind, Sample, Taken

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JobAtWork:
    """A bulk job that is being checked or carried out.

    Attributes:
        read: all of its rows are stored.
        requester_id: in small letters.
        hindrance: what its card says that hinders it.
    """

    id: str
    requester_id: str
    state: State
    read: bool
    hold: Hold
    hindrance: Hindrance | None


class BulkJobs(Protocol):
    """The rows of bulk jobs and how each job is doing, for all replicas. May raise `StoreUnavailable`; each is one transaction.

    A process takes rows, works on them and lets go of them; what a dead one had taken is given to others.
    """

    async def begin(self, operation: Operation, event: AuditEvent) -> Operation | tuple[str, ...]:
        """Stores a new job under a fresh id (the one given is ignored); this process is going to add its rows.

        Returns:
            The ids of the requester's jobs under way where those are `bulk.MOST_OF_ONE`; then nothing was stored.
        """

    async def add_rows(self, job_id: str, rows: Sequence[FileRow]) -> bool:
        """Stores rows as the file has them; False when nobody wants them any more."""

    async def rows_read(self, job_id: str, bulk: Bulk) -> None:
        """Every row is stored, so they can be checked."""

    async def retry(self, job_id: str, of: str) -> int:
        """Adds the rows of another job that were not done; returns how many those are."""

    async def at_work(self) -> tuple[JobAtWork, ...]:
        """The jobs that are being checked or carried out, held or not."""

    async def abandoned(self) -> tuple[str, ...]:
        """Jobs whose file nobody goes on reading, because the process that did died; lets go of the rows dead processes had taken."""

    async def started_anew(self) -> tuple[str, ...]:
        """As `abandoned`, for the start of the only process there can be."""

    async def take_unchecked(self, job_id: str, most: int) -> tuple[Row, ...]:
        """Takes rows that are to be looked at."""

    async def checked(self, job_id: str, rows: Sequence[Row]) -> None:
        """Stores what rows would do, and lets go of them."""

    async def let_go(self, job_id: str, numbers: Sequence[int]) -> None:
        """These could not be looked at now; somebody has to later."""

    async def let_go_of_own(self, job_id: str) -> None:
        """What this process had taken is nobody's: it does not work on the job at the moment."""

    async def unchecked(self, job_id: str) -> int:
        """How many rows nobody has looked at yet."""

    async def doubles(self, job_id: str) -> tuple[dict[int, int], dict[int, int]]:
        """Rows about a person, and rows with a number, that stand in the file more than once: each with another such row's number."""

    async def set_before(self, job_id: str) -> dict[int, SetBefore]:
        """Rows that would set a number which was set for somebody else before, alone or by another job."""

    async def leave_out(self, job_id: str, kind: RowKind, said: dict[int, str]) -> None:
        """None of these rows is done; the sentence says why."""

    async def warn(self, job_id: str, warned: dict[int, Warned]) -> None:
        """One more warning for each of these rows."""

    async def totals(self, job_id: str) -> tuple[dict[RowKind, int], int, PlanDigest]:
        """Rows of each kind, rows in which something was put right, and the digest of what all of them would do."""

    async def digest(self, job_id: str) -> str:
        """The digest of what all rows would do, as they stand now."""

    async def preview(
        self,
        job_id: str,
        bulk: Bulk,
        to: State,
        event: AuditEvent,
        *,
        need: Need,
        expires_at: datetime,
        approvals_in: ConversationRef | None = None,
        notes: Sequence[str] = (),
        outcome: str = "",
    ) -> Operation | None:
        """Compare-and-set: the check is over, whatever came of it; None when somebody was quicker, or has cancelled it."""

    async def prepare_run(self, job_id: str, first: int) -> None:
        """The job begins: so many rows run before its requester is asked (-1: all of them). Does nothing the second time."""

    async def changed(self, job_id: str, object_ids: Collection[str]) -> tuple[Person, ...]:
        """Those of these people whose account a row of the job is to change, or has changed."""

    async def take(self, job_id: str, most: int, at: datetime) -> tuple[Taken, ...]:
        """Takes rows that are to be carried out, none while the job is held; what each is about to do is recorded first."""

    async def give_back(self, job_id: str, rows: Sequence[Row], at: datetime) -> None:
        """Nothing was written for these after all; they wait as before."""

    async def ended(self, job_id: str, ends: Sequence[tuple[Row, RowEnd]], at: datetime, percent: int) -> tuple[int, str] | None:
        """Stores how rows ended, each once.

        Returns:
            How many of the last rows failed for one reason, and the sentence of one, when they are more than `percent` of a window.
        """

    async def left_alone(self, job_id: str, at: datetime) -> bool:
        """Records the next page of rows that change nothing; False when all are recorded."""

    async def first_left(self, job_id: str) -> int:
        """How many rows may still be taken before its requester is asked; -1 when that is over."""

    async def hold(self, job_id: str, hold: Hold, event: AuditEvent, *, why: str = "") -> bool:
        """Makes a job stand still; False when it does already. Its card follows."""

    async def go_on(self, job_id: str, seen: Hold, event: AuditEvent) -> bool:
        """Ends this very hold; False when it was ended or changed meanwhile. Its card follows."""

    async def cancel_rest(self, job_id: str, event: AuditEvent, *, why: str = "") -> bool:
        """What nobody works on will not be done, and the job ends once the rest has; False when it is not under way."""

    async def show_progress(self, job_id: str, now: datetime, *, at_once: bool = False) -> None:
        """Has the requester's card follow, unless it did a moment ago; `at_once` for what should stand there now."""

    async def hindered(self, job_id: str, by: Hindrance | None) -> None:
        """This hinders a job that is under way, or nothing any longer; its card says so."""

    async def progress(self, job_id: str, now: datetime) -> Progress:
        """How far a job has come."""

    async def samples(self, job_id: str, each: int) -> tuple[Sample, ...]:
        """The first rows of every kind, masked."""

    async def first_ended(self, job_id: str, most: int) -> tuple[Row, ...]:
        """The first rows that were carried out."""

    async def states(self, job_id: str) -> dict[str, int]:
        """How many of the rows that change something are in each state."""

    async def with_rows(self, job_id: str, use: Callable[[Iterator[Row]], T]) -> T:
        """What `use` makes of all rows in order, on a thread of its own; no more than a page of them is in memory."""


class BulkFiles(Protocol):
    """Files of bulk jobs as long as their senders may still say what they mean. May raise `StoreUnavailable`; each is one transaction.

    Whatever decides a job, or ends it, removes its file in the same transaction.
    """

    async def keep(self, job_id: str, piece: int, content: bytes) -> bool:
        """Stores a piece of a file, counted from 0; False when nobody wants it any more."""

    async def piece(self, job_id: str, piece: int) -> bytes:
        """A piece of a file; empty behind the last one, and of a file that is not kept."""

    async def ask(self, job_id: str, bulk: Bulk, at: datetime, expires_at: datetime) -> None:
        """The file was read, and what it means has to be said before its rows are checked; the job's card asks."""

    async def answer(self, seen: Operation, bulk: Bulk, event: AuditEvent, expires_at: datetime) -> Operation | None:
        """Compare-and-set: the file is to be read anew by this process; its rows, and what was found and demanded, are forgotten.

        Returns:
            The job as it is now; None when it is no longer as it was seen, or its time was over.
        """

    async def again(self, job_id: str, *, alone: bool) -> Operation | None:
        """This process reads the file instead of one that died over it; None when it is not kept, or others are at it."""
