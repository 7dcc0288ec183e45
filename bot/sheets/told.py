"""Rows and refusals as lines of JSON: what the process that reads a file tells the bot.

The file is a stranger's, and whoever reads it may be in that stranger's hands. So what comes back is data of a few shapes, and each of
them is looked at here before it is believed.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bot.domain.bulk import FileRow, Mode, Wish
from bot.domain.methods import PhoneType
from bot.domain.said import from_store, to_store
from bot.errors import Refusal
from bot.sheets.sheet import SHEET_ROWS

#: Of one line; a row's sentences name two or three of its cells, cut short.
MOST_OF_A_LINE = 64 * 1024
MOST_OF_A_USER = 320
_END = "end"
_NUMBER = re.compile(r"\+[0-9]{1,3} [0-9]{1,20}(?:x[0-9]{1,20})?")
_SWITCH = ("on", "off")
_MOST_WISHES = len(PhoneType) + 1


class Unbelievable(Exception):
    """It is nothing that the reader of a file says."""


def row_line(row: FileRow) -> bytes:
    """A row."""
    wishes = [[wish.phone.value if wish.phone else None, wish.value] for wish in row.wishes]
    return _line([row.number, row.user, row.mode.value, wishes, list(map(to_store, row.repaired)), to_store(row.problem)])


def refusal_line(refusal: Refusal) -> bytes:
    """The file as a whole cannot be used."""
    return _line({"text": to_store(refusal.text), "hint": to_store(refusal.hint), "code": refusal.code})


def end_line() -> bytes:
    """There are no more rows."""
    return _line(_END)


def heard(line: bytes) -> FileRow | Refusal | None:
    """What a line says; None for the end.

    Raises:
        Unbelievable: nothing that is ever said.
    """
    try:
        match json.loads(line):
            case [int(number), str(user), str(mode), list(wishes), list(repaired), problem]:
                said = tuple(map(_sentence, repaired))
                return _row(FileRow(number, user, Mode(mode), tuple(map(_wish, wishes)), said, _sentence(problem)))
            case {"text": text, "hint": hint, "code": str(code)} if re.fullmatch(r"\w{1,40}", code):
                return Refusal(_sentence(text), _sentence(hint), code=code)
            case str(end) if end == _END:
                return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise Unbelievable from problem
    raise Unbelievable


def _row(row: FileRow) -> FileRow:
    known = 0 < row.number <= SHEET_ROWS and len(row.user) <= MOST_OF_A_USER and len(row.wishes) <= _MOST_WISHES
    if not known or isinstance(row.number, bool) or bool(row.wishes) == bool(row.problem):
        raise Unbelievable
    return row


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
