"""A file becomes rows."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.domain.bulk import MOST_BYTES, MOST_ROWS, FileRow, Mode, Wish
from bot.domain.file_found import NO_ANSWERS, Answers, Found
from bot.domain.methods import PhoneType
from bot.domain.said import join, say
from bot.errors import Refusal
from bot.sheets import archive, text, workbook
from bot.sheets.cells import EXAMPLE_USER, Record, is_error, is_formula
from bot.sheets.columns import Column, Columns, recognise
from bot.sheets.numbers import read_number
from bot.sheets.sheet import SHEET_ROWS
from bot.sheets.values import read_forced, read_mode, read_removal, read_switch

MOST_RECORDS = SHEET_ROWS  # blank ones too

#: In this order Graph takes them: an alternate mobile only beside a mobile.
_PHONES = ((Column.MOBILE, PhoneType.MOBILE), (Column.ALTERNATE, PhoneType.ALTERNATE_MOBILE), (Column.OFFICE, PhoneType.OFFICE))
_USER = re.compile(r"[^\s@,;\"<>]{1,64}@[^\s@,;\"<>]{1,255}|\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)

_SEND = say("Send a CSV file or an Excel workbook (.xlsx). Type `bulk template` for a file to begin with.")
#: What other files begin with.
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"MZ", b"\x7fELF")
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|table|\?xml|head|body|script)\b", re.IGNORECASE)


def read(path: Path, name: str, *, default_region: str, answers: Answers = NO_ANSWERS) -> Iterator[FileRow | Found]:
    """The rows of a file, in their order, as they are read; at last what else it was found to hold.

    Args:
        name: as the sender calls it; only its ending counts, and only against it: what a file is, its bytes say.
        default_region: ISO 3166 region of numbers without country code, or empty.
        answers: what the sender has answered so far.

    Raises:
        Refusal: the file as a whole cannot be used; also in the middle of it, so nothing may be done before the end is reached.
    """
    columns: Columns | None = None
    rows = 0
    for record in _records(path, name):
        if record.number > MOST_RECORDS:
            raise _too_many_rows()
        if record.blank:
            continue
        if columns is None:
            shim_name, shim_also, record = _shim(record)
            columns = _header(record)
            continue
        if columns.cell(Column.USER, record.cells) == EXAMPLE_USER:
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise _too_many_rows()
        made = _row(record, columns, default_region)
        cells = [*record.cells, *[""] * 50]
        called = " ".join(cells[place] for place in shim_name if cells[place])
        yield replace(made, name=called, also=tuple(cells[place] for place in shim_also if cells[place]))
    if columns is None:
        raise Refusal(say("The file is empty."), _SEND, code="file_empty")
    if not rows:
        raise Refusal(say("There is nobody in the file: it has no rows below the names of the columns."), _SEND, code="file_empty")
    yield Found()


def _records(path: Path, name: str) -> Iterator[Record]:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Refusal(
            say("The file is larger than {most} MB.", most=MOST_BYTES // 1024 // 1024),
            say("Divide it into several files."),
            code="file_too_large",
        )
    if not size:
        raise Refusal(say("The file is empty."), _SEND, code="file_empty")
    with path.open("rb") as file:
        head = file.read(512)
    if name.lower().endswith((".xlsm", ".xltm", ".xlam", ".xlsb")) and head.startswith(_ZIP):
        raise archive.with_macros()
    if head.startswith(_ZIP):
        return workbook.records(path)
    if head.startswith(_OLE):
        raise (
            archive.encrypted()
            if _is_encrypted(path)
            else Refusal(
                say("This is an Excel file of the old kind (.xls) or another Office document, which I cannot read."),
                say("In Excel choose Save As and the type “Excel Workbook (.xlsx)” or “CSV UTF-8”, and send that file."),
                code="file_unknown",
            )
        )
    if head.startswith(_OTHER) or _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refusal(say("This file is no table."), _SEND, code="file_unknown")
    return text.records(path)


def _is_encrypted(path: Path) -> bool:
    """A workbook with a password is a compound file with a stream of this name.

    https://learn.microsoft.com/openspecs/office_file_formats/ms-offcrypto/
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find("EncryptedPackage".encode("utf-16-le")) >= 0


def _shim(record: Record) -> tuple[list[int], list[int], Record]:
    """LOCAL, to be dropped."""
    names = [at for at, cell in enumerate(record.cells) if cell.strip().lower() in ("displayname", "first name", "last name")]
    also = [at for at, cell in enumerate(record.cells) if cell.strip().lower() in ("samaccountname", "e-mail", "objectid", "username")]
    cells = ["remark" if at in (*names, *also) else cell for at, cell in enumerate(record.cells)]
    return names, also, replace(record, cells=tuple(cells))


def _header(record: Record) -> Columns:
    if record.problem:
        raise Refusal(record.problem, _SEND, code="file_no_header")
    return recognise(record.cells)


def _too_many_rows() -> Refusal:
    return Refusal(say("The file has more than {most} rows.", most=MOST_ROWS), say("Divide it into several files."), code="file_too_large")


def _row(record: Record, columns: Columns, region: str) -> FileRow:
    """One person's row, or why it cannot be read."""
    user = columns.cell(Column.USER, record.cells)[:320]
    if record.problem:
        return FileRow(record.number, user, problem=record.problem)
    try:
        _check_shape(record, columns, user)
        mode, removing = _mode(columns, record)
    except Refusal as refusal:
        return FileRow(record.number, user, problem=_sentence(refusal))
    problems: list[str] = []
    repaired: list[str] = []
    wishes: list[Wish] = []
    for column, phone in _PHONES:
        if column not in columns:
            continue
        try:
            wish, put_right = _wish(columns.cell(column, record.cells), phone, mode, removing, region)
        except Refusal as refusal:
            problems.append(say("{Phone}: {text}", phone=phone.noun, text=_sentence(refusal)))
            continue
        wishes += [wish] if wish else []
        repaired += [say("{Phone}: {text}", phone=phone.noun, text=put_right)] if put_right else []
    try:
        wishes += _sms(columns.cell(Column.SMS, record.cells), mode)
    except Refusal as refusal:
        problems.append(say("SMS sign-in: {text}", text=_sentence(refusal)))
    if not wishes and not problems:
        problems.append(_nothing(mode))
    if problems:
        return FileRow(record.number, user, mode, problem=join(" ", problems))
    if removing and not any(wish.value for wish in wishes):
        mode = Mode.REMOVE
    return FileRow(record.number, user, mode, tuple(wishes), tuple(repaired))


def _wish(cell: str, phone: PhoneType, mode: Mode, removing: bool, region: str) -> tuple[Wish | None, str]:
    """What a cell asks for, if anything, and what was put right."""
    if mode is Mode.REMOVE:
        return (Wish(phone) if read_removal(cell) else None), ""
    if cell:
        reading = read_number(cell, phone, default_region=region)
        return Wish(phone, reading.value), reading.repaired
    return (Wish(phone) if removing else None), ""


def _sentence(refusal: Refusal) -> str:
    return join(" ", (refusal.text, refusal.hint))


def _check_shape(record: Record, columns: Columns, user: str) -> None:
    """Whether the cells are where their columns are, and somebody is named."""
    if any(record.cells[columns.width :]):
        raise Refusal(
            say("The row has more cells than there are columns, so some may stand in the wrong place."),
            say("Put quotation marks around a cell that has the delimiter in it."),
        )
    for column in columns.places:
        cell = columns.cell(column, record.cells)
        if is_formula(cell):
            raise Refusal(
                say("The cell under {column} has a formula, and only what is written can be trusted.", column=column.value),
                say("Copy the column and paste it as values only."),
            )
        if is_error(cell):
            raise Refusal(
                say("The cell under {column} shows an error of the spreadsheet.", column=column.value), say("Write what was meant.")
            )
    if not user:
        raise Refusal(say("The row does not say who it is."), say("Write the user principal name, mail address or object id."))
    if not _USER.fullmatch(user):
        raise Refusal(
            say("“{user}” is no user principal name, mail address or object id.", user=user[:64]),
            say("Write it in full, such as alice@contoso.example."),
        )


def _mode(columns: Columns, record: Record) -> tuple[Mode, bool]:
    """What the row does with what it names, and whether its empty cells remove."""
    if Column.FORCED_UPDATE not in columns and Column.FORCED_REMOVAL not in columns:
        return read_mode(columns.cell(Column.ACTION, record.cells)), False
    removing = read_forced(columns.cell(Column.FORCED_REMOVAL, record.cells))
    if Column.FORCED_UPDATE not in columns or read_forced(columns.cell(Column.FORCED_UPDATE, record.cells)):
        return Mode.SET, removing
    return Mode.ADD, removing


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
