"""Rows and refusals as lines of JSON: what the process that reads a file tells the bot.

The file is a stranger's, and whoever reads it may be in that stranger's hands. So what comes back is data of a few shapes, and each of
them is looked at here before it is believed.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from bot.domain.file_found import FILE_NAME, SHEET_NAME, Doubt, Found, Sheet, Unused
from bot.domain.methods import PhoneType
from bot.domain.rows import FileRow, Mode, Wish
from bot.domain.said import from_store, to_store
from bot.errors import Refusal
from bot.sheets.cells import DELIMITERS, MOST_ALSO, MOST_OF_A_NAME, MOST_OF_A_USER
from bot.sheets.sheet import SHEET_ROWS
from bot.sheets.table import MOST_HELD

#: Of one line: a row's sentences name two or three of its cells, cut short; what was found names every column, at six bytes a letter.
MOST_OF_A_LINE = 256 * 1024
#: A workbook may have more sheets, a table no more columns.
MOST_NAMES = 200
#: And what stands beside it, some of each kind.
MOST_UNUSED = MOST_NAMES + 2 * MOST_HELD
_NUMBER = re.compile(r"\+[0-9]{1,3} [0-9]{1,20}(?:x[0-9]{1,20})?")
_SWITCH = ("on", "off")
_PLACE = re.compile(rf"[A-Z]{{0,3}}|[0-9]{{1,7}}|{SHEET_NAME}|{FILE_NAME}")
_MOST_WISHES = len(PhoneType) + 1


class Unbelievable(Exception):
    """It is nothing that the reader of a file says."""


def row_line(row: FileRow) -> bytes:
    """A row."""
    wishes = [[wish.phone.value if wish.phone else None, wish.value] for wish in row.wishes]
    said = list(map(to_store, row.repaired))
    return _line([row.number, row.user, row.mode.value, wishes, said, to_store(row.problem), row.name, row.also])


def refusal_line(refusal: Refusal) -> bytes:
    """The file as a whole cannot be used."""
    return _line({"text": to_store(refusal.text), "hint": to_store(refusal.hint), "code": refusal.code})


def found_line(found: Found) -> bytes:
    """There are no more rows, and this is what else the file holds."""
    return _line({"found": asdict(found)})


def heard(line: bytes) -> FileRow | Refusal | Found:
    """What a line says; what was found is the end.

    Raises:
        Unbelievable: nothing that is ever said.
    """
    try:
        match json.loads(line):
            case [int(number), str(user), str(mode), list(wishes), list(repaired), problem, str(name), list(also)]:
                said = tuple(map(_sentence, repaired))
                row = FileRow(number, user, Mode(mode), tuple(map(_wish, wishes)), said, _sentence(problem), name, tuple(also))
                return _row(row)
            case {"text": text, "hint": hint, "code": str(code)} if re.fullmatch(r"\w{1,40}", code):
                return Refusal(_sentence(text), _sentence(hint), code=code)
            case {"found": dict(found)}:
                return _found(found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise Unbelievable from problem
    raise Unbelievable


def _row(row: FileRow) -> FileRow:
    known = 0 < row.number <= SHEET_ROWS and len(row.user) <= MOST_OF_A_USER and len(row.wishes) <= _MOST_WISHES
    known = known and len(row.name) <= MOST_OF_A_USER and len(row.also) <= MOST_ALSO and all(map(_is_user, row.also))
    if not known or isinstance(row.number, bool) or bool(row.wishes) == bool(row.problem):
        raise Unbelievable
    return row


def _is_user(told: Any) -> bool:
    return isinstance(told, str) and 0 < len(told) <= MOST_OF_A_USER


def _found(told: dict[str, Any]) -> Found:
    match told:
        case {
            "sheet": str(sheet), "sheets": list(sheets), "unused": list(unused), "hidden_rows": int(rows), "struck_rows": int(struck),
            "national": int(national),
            "hidden_columns": list(columns), "hidden_matter": list(matter), "region": str(region), "delimiter": str(delimiter),
        }:  # fmt: skip
            for name in (*columns, *matter, sheet):
                _name(name)
            many = max(map(len, (columns, matter, sheets))) > MOST_NAMES or len(unused) > MOST_UNUSED
            if many or not re.fullmatch(r"(?:[A-Z]{2})?", region):
                raise Unbelievable
            return Found(
                sheet=sheet,
                sheets=tuple(Sheet(_name(each["name"]), each["people"] is True, each["hidden"] is True) for each in sheets),
                unused=tuple(map(_unused, unused)),
                hidden_rows=_count(rows),
                struck_rows=_count(struck),
                hidden_columns=tuple(columns),
                hidden_matter=tuple(matter),
                national=_count(national),
                region=region,
                delimiter=delimiter if delimiter in tuple(DELIMITERS) else "",
            )
    raise Unbelievable


def _unused(told: Any) -> Unused:
    if not _PLACE.fullmatch(place := told["place"]):
        raise Unbelievable
    return Unused(_name(told["name"]), Doubt(told["doubt"]), _name(told["example"]), place)


def _name(told: Any) -> str:
    if not isinstance(told, str) or len(told) > MOST_OF_A_NAME:
        raise Unbelievable
    return told


def _count(told: Any) -> int:
    if isinstance(told, bool) or not 0 <= told <= SHEET_ROWS * 4:
        raise Unbelievable
    return int(told)


def _wish(told: Any) -> Wish:
    phone, value = told
    wish = Wish(None if phone is None else PhoneType(phone), value)
    if not (value in _SWITCH if wish.phone is None else value == "" or _NUMBER.fullmatch(value)):
        raise Unbelievable
    return wish


def _sentence(told: Any) -> str:
    sentence = from_store(told)
    if not isinstance(sentence, str):
        raise Unbelievable
    return sentence


def _line(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
