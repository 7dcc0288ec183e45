"""Rows become files: the preview, the result, and the template."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from bot.domain.change import Change, ChangeKind, value_in_words
from bot.domain.change_values import Switch
from bot.domain.characters import in_quotation_marks
from bot.domain.life import State
from bot.domain.phone import mask_text
from bot.domain.rows import Row, RowKind, row_operation_id
from bot.domain.said import join, say, say_each, spoken
from bot.sheets.cells import EXAMPLE_USER

BATCH = 500

#: https://owasp.org/www-community/attacks/CSV_Injection; the reader takes the apostrophe away again, so what begins with one gets another.
_DANGEROUS_START = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "|", "%", "＝", "＋", "－", "＠")
#: Where the list separator of the reader's Excel is another one, cells end elsewhere.
_DANGEROUS_INSIDE = re.compile(r"([;,\t|\r\n\"]\s*)(?=[=+\-@|%＝＋－＠])")

#: Places of columns.
_WHAT, _WHY = 4, 7

_ENDINGS = say_each(
    {
        State.QUEUED: "waiting",
        State.RUNNING: "running",
        State.SUCCEEDED: "done",
        State.PARTIAL: "partly done",
        State.FAILED: "failed",
        State.STALE: "changed meanwhile",
        State.CANCELLED: "cancelled",
    }
)


def template() -> bytes:
    """The file to begin with: every column, and one row that shows how and is passed over when the file is read.

    It is plain ASCII, and its first line tells every Excel the delimiter, whatever the country.
    """
    header = ("user", "mobile", "alternate mobile", "office", "sms sign-in", "action")
    example = (EXAMPLE_USER, "0031 6 12345678", "", "0031 20 1234567 x12", "", "set")
    return "".join(f"{line}\r\n" for line in ("sep=;", ";".join(header), ";".join(example))).encode("ascii")


def lines(
    rows: Iterable[Row], *, job_id: str, full_numbers: bool, result: bool, delimiter: str = ",", notes: Iterable[str] = ()
) -> Iterator[bytes]:
    """The rows as a CSV file in UTF-8 that is safe to open in a spreadsheet, in the reader's language (`said.speaking`).

    Args:
        rows: in any order; they are taken one by one.
        job_id: id of the job.
        full_numbers: numbers stand as they are; otherwise everything that looks like one is masked.
        result: also how each row ended, and the id by which the trail knows it.
        delimiter: between the cells, as in the file that came in.
        notes: what is to be said of the file as a whole, each in a line without the number of a row.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    header = [say("Row"), say("User"), say("Name"), say("User principal name")]
    header += [say("What"), say("Changes"), say("Warnings"), say("Why"), say("Repaired")]
    if result:
        header += [say("Result"), say("Outcome"), say("Operation")]
    writer.writerow(map(spoken, header))
    yield b"\xef\xbb\xbf" + taken(file)
    for count, row in enumerate(rows, 1):
        cells = _cells(row, full_numbers)
        if result:
            outcome = row.outcome if full_numbers else mask_text(row.outcome)
            ran = row.state is not None
            untried = say("nothing to do") if row.kind is RowKind.NO_CHANGE else say("left out")
            cells += [_ENDINGS.get(row.state, "") if row.state else untried, outcome]
            cells.append(row_operation_id(job_id, row.number) if ran else "")
        writer.writerow(_written(cells))
        if count % BATCH == 0:
            yield taken(file)
    for note in notes:
        cells = [""] * len(header)
        cells[_WHAT], cells[_WHY] = say("note"), note
        writer.writerow(_written(cells))
    if rest := taken(file):
        yield rest


def safe(cell: str) -> str:
    """The cell as no spreadsheet computes it."""
    cell = _DANGEROUS_INSIDE.sub(r"\1'", cell.replace("\0", ""))
    return f"'{cell}" if cell.lstrip(" ").startswith(_DANGEROUS_START) else cell


def _written(cells: list[str]) -> list[str]:
    """The cells in the reader's language; from `_WHAT` on they are ours, before that the sender's."""
    said = map(spoken, cells)
    return [safe(cell if column < _WHAT else in_quotation_marks(cell)) for column, cell in enumerate(said)]


def taken(file: io.StringIO) -> bytes:
    """What was written since the last time, which is then forgotten."""
    text = file.getvalue()
    file.seek(0)
    file.truncate()
    return text.encode("utf-8", "replace")


def _cells(row: Row, full_numbers: bool) -> list[str]:
    changes = row.changes if full_numbers else tuple(change.masked() for change in row.changes)
    user = row.user if full_numbers or "@" in row.user or "-" in row.user else mask_text(row.user)
    return [
        str(row.number),
        user,
        row.target.name if row.target else "",
        row.target.upn if row.target else "",
        row.kind.in_words if row.kind else "",
        join("; ", map(_in_words, changes)),
        join(" ", (each.text for each in row.warned)) if row.kind and row.kind.changes else "",
        row.reason if full_numbers else mask_text(row.reason),
        join(" ", (each if full_numbers else mask_text(each) for each in row.repaired)),
    ]


def _in_words(change: Change) -> str:
    none = Switch.OFF if change.kind is ChangeKind.SMS_SIGN_IN else say("none")
    before, after = (value_in_words(value or none) for value in (change.before, change.after))
    return say("{label}: {before} → {after}", label=change.label, before=before, after=after)
