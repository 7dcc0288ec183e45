"""Bulk jobs: what makes an operation one, what it was agreed to do, and how far it has come. Pure.

A bulk job is an operation whose change is a file: it is confirmed, approved and cancelled like every other one. Its rows (`rows`) are
stored beside it, one person each, and each ends by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.change import ChangeKind
from bot.domain.change_values import Switch
from bot.domain.file_found import NO_ANSWERS, Answers, Found, Question, open_questions, telling
from bot.domain.hindrance import Hindrance
from bot.domain.life import State
from bot.domain.methods import PhoneType
from bot.domain.rows import Row, RowKind
from bot.domain.said import say, say_count

#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 has no limit of its own; these are ours.
MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
#: Files of one person that are read, stand as a preview before them, or run; what waits for approval waits for somebody else.
MOST_OF_ONE = 3

#: Characters of `Bulk.mark`.
MARK = 12

#: How a dry run ends.
DRY_RUN_DONE = say("This was a dry run: nothing was changed.")

#: What a job's requester is told of beside its card: its check took long and is done; it asks something (with the hold's word behind);
#: it is over. And how occasions begin on which its card alone follows.
CHECKED, ASKS, OVER, PROGRESS = "checked", "asks-", "over", "progress-"


class Hold(StrEnum):
    """Why a job stands still. A stored word: never rename one."""

    NONE = ""
    PAUSED = "paused"  # somebody pressed Pause
    CANARY = "canary"  # the first rows are done, and its requester is asked before the rest
    FAILING = "failing"  # too many of the last rows failed for one reason
    ALL_PAUSED = "stopped"  # Doorman as a whole is paused; goes on by itself
    ASKING = "asking"  # nothing is checked before its sender has said what the file means
    ENDING = "ending"  # somebody stopped the rest; it is over when what was under way has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What makes an operation a bulk job; what was agreed to stands in it and does not change any more after the check.

    Attributes:
        file: its name: untrusted text.
        sha256: of its bytes, in hex; empty until they are here.
        rows: how many there are, counted while the file is read.
        read: every row is stored.
        dry_run: nobody can confirm it: it ends with the preview, once its sender has said of the file whatever may be said.
        counts: how many rows there are of each kind; empty until all were checked.
        repaired: in how many rows something was put right.
        plan: digest of what every row would do (`plan_digest`).
        retry_of: id of the job whose failures these are; empty for a file.
        seconds: how long it is expected to take.
        answers: what its requester answered about the file.
        found: what the file was found to hold beside its rows; None until it was read, and for a retry.
        warned: in how many rows that change something there is a warning, by its code (`Warned`).
    """

    file: str
    sha256: str
    rows: int = 0
    read: bool = False
    dry_run: bool = False
    counts: Mapping[RowKind, int] = field(default_factory=dict)
    repaired: int = 0
    plan: str = ""
    retry_of: str = ""
    seconds: int = 0
    answers: Answers = NO_ANSWERS
    found: Found | None = None
    warned: Mapping[str, int] = field(default_factory=dict)

    @property
    def to_change(self) -> int:
        """How many rows write something."""
        return sum(count for kind, count in self.counts.items() if kind.changes)

    @property
    def looked_at(self) -> bool:
        """It is a dry run that has shown what it was for, however it ends."""
        return self.dry_run and bool(self.counts)

    @property
    def mark(self) -> str:
        """As much of the plan's digest as Confirm carries, so that nobody confirms another plan than the one on the card."""
        return self.plan[:MARK]

    @property
    def asks(self) -> tuple[Question, ...]:
        """What has to be answered before its rows are checked; nothing while it is being read, and once it is read."""
        return () if self.read or self.found is None else open_questions(self.found, self.answers)

    @property
    def answerable(self) -> tuple[Question, ...]:
        """What its sender may say of the file while nothing is decided: what is asked, or once it is checked what was taken to be so."""
        if self.found is None or self.retry_of:
            return ()
        if not self.read:
            return self.asks
        may = {
            Question.SHEET: sum(sheet.people for sheet in self.found.sheets) > 1,
            Question.HIDDEN: self.found.unseen,
            Question.REGION: bool(self.found.national or self.answers.region),  # a wrong one may have left no number readable
            Question.NAMES: self.answers.names or bool(self.counts.get(RowKind.OTHER_NAME)),
        }
        return tuple(question for question, true in may.items() if true)

    @property
    def may_yet_change(self) -> bool:
        """No row changes anything, and another answer about the file may alter that."""
        found, answers = self.found, self.answers
        if found is None or self.to_change:
            return False
        unread = found.unseen and not answers.hidden
        named = bool(self.counts.get(RowKind.OTHER_NAME)) and not answers.names
        countries = bool(found.national and not found.region) or bool(answers.region)
        return unread or named or countries or Question.SHEET in self.answerable

    def answered(self, answers: Answers) -> Bulk:
        """The same file, to be read anew with these answers."""
        return Bulk(file=self.file, sha256=self.sha256, dry_run=self.dry_run, answers=answers)


@dataclass(frozen=True, slots=True)
class Telling:
    """How many people of a job were told of it by mail.

    Attributes:
        told, untold, waiting: so many were; so many cannot be; so many will be.
        held_until: those who wait do so because the mailbox may send no more before this moment; None when it may.
    """

    told: int = 0
    untold: int = 0
    waiting: int = 0
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job has come.

    Attributes:
        checked: rows whose kind is known.
        ended: how many of the rows that change something have ended, by state.
        running: how many are under way now.
        codes: how many failed, by what went wrong, the most first, each with a sentence.
        rate: rows a minute of late; 0 when nothing is known.
        hold, held_by, held_why: why it stands still, who made it (a name, or empty), and what about.
        hindrance: what keeps it from going on as fast as it might; None when nothing does.
        telling: how far the mails are.
    """

    checked: int = 0
    ended: Mapping[State, int] = field(default_factory=dict)
    running: int = 0
    codes: tuple[tuple[str, int], ...] = ()
    rate: float = 0.0
    hold: Hold = Hold.NONE
    held_by: str = ""
    held_why: str = ""
    hindrance: Hindrance | None = None
    telling: Telling = Telling()

    @property
    def done(self) -> int:
        """Rows that have ended, well or not."""
        return sum(self.ended.values())


@dataclass(frozen=True, slots=True)
class BulkRules:
    """What an administrator sets for bulk jobs.

    Attributes:
        canary: so many rows run first, and then the requester is asked; 0 for none.
        failing_percent: a job stops by itself when more than so much of the last `FAILING_WINDOW` rows failed for one reason.
    """

    canary: int = 10
    failing_percent: int = 5


FAILING_WINDOW = 50


def too_many(last: Iterable[tuple[str, str]], percent: int) -> tuple[int, str] | None:
    """Whether a job pauses itself: how many of its last rows failed for one reason, and which; None when that is not too many.

    Args:
        last: code and outcome of each of `FAILING_WINDOW` rows, the newest first; the code of one that went well is empty.
        percent: more than so much of the window is too many.
    """
    reasons: dict[str, list[str]] = {}
    for code, outcome in last:
        if code:
            reasons.setdefault(code, []).append(outcome)
    worst = max(reasons.values(), key=len, default=[])
    return (len(worst), worst[0]) if len(worst) * 100 > percent * FAILING_WINDOW else None


def first_rows_note(canary: int, to_change: int) -> str:
    """What the question says about the first rows; empty where all of them run at once."""
    if not 0 < canary < to_change:
        return ""
    return say_count(
        canary,
        "The first row that changes something runs alone, then I ask before the rest.",
        "The first {count} rows that change something run alone, then I ask before the rest.",
    )


class PlanDigest:
    """A digest of what every row of a job would do, fed in the order of the rows: approval is bound to it.

    Args:
        job: whose file was read so; of one that is its rows alone, as every file once was, nothing else is taken in.

    Attributes:
        writes: how many changes that are, all rows together.
        follow: in how many rows SMS sign-in follows from the number, by how it ends: on, or off where it is switched off again.
        signs_in_by_sms: in some row SMS sign-in is switched on.
        asked_on: in how many rows that is asked for.
        numbers: how many are set, by which phone they are for.
        warned: in how many rows there is a warning, by its code.
    """

    def __init__(self, job: Bulk | None = None) -> None:
        self._digest = hashlib.sha256()
        if job and (told := telling(job.found, job.answers)):
            self._digest.update(json.dumps(told, separators=(",", ":")).encode() + b"\n")
        self.writes = 0
        self.follow = Counter[Switch]()
        self.signs_in_by_sms = False
        self.asked_on = 0
        self.numbers = Counter[PhoneType]()
        self.warned = Counter[str]()

    def add(self, rows: Iterable[Row]) -> None:
        """Takes in the next rows."""
        for row in rows:
            if row.kind and row.kind.changes:
                self.writes += len(row.changes)
                self.warned.update({each.code for each in row.warned})
                self.follow.update(Switch.of(change.after is Switch.ON) for change in row.changes if change.follows)
                for change in row.changes:
                    if change.kind is ChangeKind.SET_PHONE and change.phone:
                        self.numbers[change.phone] += 1
                    on = change.after is Switch.ON
                    self.signs_in_by_sms |= on
                    self.asked_on += on and not change.follows
            changes = [[change.kind.value, change.phone, change.before, change.after] for change in row.changes]
            told = [row.number, row.kind, row.target.id if row.target else "", changes]
            self._digest.update(json.dumps(told, separators=(",", ":")).encode() + b"\n")

    def hex(self) -> str:
        """The digest, in hex."""
        return self._digest.hexdigest()
