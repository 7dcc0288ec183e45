"""Files for people: safe to open, masked, and read back as they were."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.life import State
from bot.domain.methods import PhoneType
from bot.domain.people import Person
from bot.domain.plan import Warned
from bot.domain.rows import Mode, Row, RowKind
from bot.domain.said import say
from bot.sheets.cells import tidy
from bot.sheets.write import lines, safe, template
from tests.sheets.conftest import Reader, refusal

ALICE = Person("1", "Alice Jansen", "alice@contoso.example")
CHANGES = (
    Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678"),
    Change(ChangeKind.SMS_SIGN_IN, None, Switch.OFF, Switch.ON),
    Change(ChangeKind.REMOVE_PHONE, PhoneType.OFFICE, "+31 201234567", None),
)
DONE = Row(
    number=12, user="alice@contoso.example", mode=Mode.SET, kind=RowKind.UPDATE, target=ALICE, changes=CHANGES, state=State.SUCCEEDED,
    warned=(Warned("disabled", say("It is disabled.")),),
    repaired=(say("Read as {number}.", number="+31 •••••••78"),), outcome=say("The number is +31 6 12345678 now."),
)  # fmt: skip
LOST = Row(number=13, user="0612345678", kind=RowKind.UNREADABLE, reason=say("The row does not say who it is."))


def cells(rows: Iterable[Row], *, full: bool, result: bool) -> list[list[str]]:
    """What a spreadsheet makes of the file."""
    content = b"".join(lines(rows, job_id="7Q2F", full_numbers=full, result=result))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def test_the_preview_says_what_each_row_would_do() -> None:
    header, done, lost = cells([DONE, LOST], full=False, result=False)
    assert header == ["Row", "User", "Name", "User principal name", "What", "Changes", "Warnings", "Why", "Repaired"]
    changes = "Mobile phone: none → +31 •••••••78; SMS sign-in: off → on; Office phone: +31 •••••••67 → none"
    assert done == ["12", ALICE.upn, ALICE.name, ALICE.upn, "update", changes, "It is disabled.", "", "Read as +31 •••••••78."]
    assert lost == ["13", "••••••••78", "", "", "unreadable", "", "", "The row does not say who it is.", ""]


def test_what_is_to_be_typed_stands_in_quotation_marks() -> None:
    refused = replace(LOST, user="al`i`ce", reason=say("First type `set mobile for {upn} <number>`.", upn=ALICE.upn))
    _, row = cells([refused], full=True, result=False)
    assert row[7] == f"First type “set mobile for {ALICE.upn} <number>”."
    assert row[1] == "al`i`ce"  # the sender's own


def test_the_result_says_how_each_row_ended_and_its_operation() -> None:
    right = replace(DONE, number=14, kind=RowKind.NO_CHANGE, changes=(), state=None, outcome="")
    header, done, lost, so_already = cells([DONE, LOST, right], full=False, result=True)
    assert header[-3:] == ["Result", "Outcome", "Operation"]
    assert done[-3:] == ["done", "The number is +31 •••••••78 now.", "7Q2F-12"]
    assert lost[-3:] == ["left out", "", ""]
    assert so_already[-3:] == ["nothing to do", "", ""]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_cells_are_apart_as_in_the_file_that_came_in(delimiter: str) -> None:
    """Whatever stands in them, and also where the list separator of who opens it is another one."""
    evil = replace(LOST, user=f"x{delimiter}=cmd|' /C calc'!A0", reason='a "word"; and |=1,+2\t@3\n-4')
    content = b"".join(lines([DONE, evil], job_id="7Q2F", full_numbers=True, result=True, delimiter=delimiter))
    written = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True, delimiter=delimiter))
    assert {len(row) for row in written} == {12}
    assert written[1] == cells([DONE], full=True, result=True)[1]
    for other in ",;\t|":
        for line in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=other):
            assert not [cell for cell in line if cell.strip(' "').startswith(("=", "+", "-", "@"))]


def test_numbers_stand_in_full_only_where_they_may() -> None:
    assert "612345678" not in str(cells([DONE, LOST], full=False, result=True))
    assert "Mobile phone: none → +31 612345678" in str(cells([DONE], full=True, result=True))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", " =", "'"])
def test_no_cell_is_computed(start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    row = Row(number=2, user=evil, target=Person("1", evil, evil), reason=evil, kind=RowKind.REFUSED)
    _, written = cells([row], full=True, result=True)
    assert [cell[0] for cell in written if "calc" in cell] == ["'"] * 4


@given(st.text(alphabet=st.one_of(st.sampled_from("=+-@;,\t\r\n\"' |a1＝"), st.characters(codec="utf-8")), max_size=30))
def test_nothing_dangerous_begins_a_cell_whatever_the_list_separator(text: str) -> None:
    written = safe(text)
    assert not re.search(r"(?:^|[;,\t|\r\n\"])\s*[=+\-@|%＝＋－＠]", written) or written.startswith("'")
    assert not re.search(r"[;,\t|\r\n\"]\s*[=+\-@|%＝＋－＠]", written)


@given(st.text(alphabet="=+-@'abc.1 ", max_size=20).map(lambda text: tidy(text.strip()).removeprefix("'").strip()))
def test_the_reader_takes_the_apostrophe_away_again(text: str) -> None:
    if not text.startswith("'"):
        assert tidy(safe(text)) == tidy(f"'{text}")


def test_many_rows_are_written_as_they_come() -> None:
    asked = 0

    def rows() -> Iterable[Row]:
        nonlocal asked
        for number in range(2, 10_002):
            asked = number
            yield Row(number=number, user=f"p{number}@contoso.example")

    written = lines(rows(), job_id="7Q2F", full_numbers=False, result=False)
    next(written)
    next(written)
    assert asked < 1000
    assert sum(chunk.count(b"\r\n") for chunk in written) > 9000


def test_the_template_is_ready_to_be_filled_in(reading: Reader) -> None:
    assert template().isascii()
    assert refusal(reading, template()).code == "file_empty"  # its example is nobody
    (row,) = reading(template() + b"alice@contoso.example;06 12345678;;;on;add\r\n")
    assert (row.user, row.mode, len(row.wishes), row.problem) == ("alice@contoso.example", Mode.ADD, 2, "")
