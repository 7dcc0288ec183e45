"""What stands above a refusal."""

from __future__ import annotations

import ast
from pathlib import Path

from bot.domain.policy import Reason
from bot.domain.refused import CODES, kind_of_refusal
from bot.domain.remarks import Refused

BOT = Path(__file__).parents[2] / "bot"
#: Where a code is handed to a function that raises.
RAISING = ("_undelivered",)


def codes() -> dict[str, str]:
    """Every code that the source refuses with, and where."""
    found: dict[str, str] = {}
    for file in sorted(BOT.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            given = [keyword.value for keyword in call.keywords if keyword.arg == "code"] if call.func.id == "Refusal" else []
            given += call.args[1:2] if call.func.id in RAISING else []
            found |= {
                code.value: f"{file}:{call.lineno}" for code in given if isinstance(code, ast.Constant) and isinstance(code.value, str)
            }
    return found


def test_every_code_of_a_refusal_was_thought_of() -> None:
    written = codes()
    assert {"nothing_to_do", "download_slow"} <= written.keys(), "the codes are not found any more"
    assert {code: where for code, where in written.items() if code not in CODES} == {}
    assert {reason for reason in Reason if reason not in CODES} == {Reason.ALLOWED}


def test_no_code_stands_there_that_nothing_is_refused_with() -> None:
    made_by_errors = {"refused", "usage", "missing", "invalid_number", "too_often", "several_readings"}
    assert CODES - codes().keys() - set(Reason) - made_by_errors == set()


def test_what_is_unknown_is_called_not_possible() -> None:
    assert kind_of_refusal("never heard of") is Refused.NOT_POSSIBLE
