"""What a file says is what happens: rows that nobody sees, signs of nothing, numbers as people write them, the delimiter of the file."""

from __future__ import annotations

import csv
import io

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.desk import BRAM, HANNA, Answer, Desk
from tests.scenarios.bulking import BARE, allowed, approvers_card, drop_bytes, offered, query, rows, said_to, states

FIRST, SECOND, THIRD = BARE[:3]


def workbook() -> bytes:
    """As it was reported: a filter on the site hides a row, and a column of office numbers is hidden."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Telephones as of 29-11-2026 10:57"])
    sheet.append(["UPN", "Mobile", "Office", "Site"])
    for person, site, last in ((FIRST, "Utrecht", 1), (SECOND, "Breda", 2), (THIRD, "Utrecht", 3)):
        sheet.append([person.upn, f"06 1234567{last}", f"020 765432{last}", site])
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def through(desk: Desk, content: bytes, name: str) -> Answer:
    """Drops a file, confirms, approves, and waits for its end."""
    own = await drop_bytes(desk, content, name=name)
    await desk.settled(own, "Waiting for your confirmation")
    await desk.press(HANNA, own, "confirm")
    card = await approvers_card(desk, own.operation_id)
    await desk.press(BRAM, card, "approve")
    return await desk.settled(own, "Done")


async def test_what_nobody_sees_is_not_written(desk: Desk) -> None:
    own = await through(desk, workbook(), "people.xlsx")
    assert list(rows(desk, own.operation_id)) == [3, 5]
    assert [desk.phones(person) for person in (FIRST, SECOND, THIRD)] == [{"mobile": "+31 612345671"}, {}, {"mobile": "+31 612345673"}]


async def test_numbers_as_people_write_them_and_the_result_in_the_delimiter_of_the_file(desk: Desk) -> None:
    lines = (
        "# exported by HR",
        "UPN|Mobile|Office",
        f"{FIRST.upn}|+٣١ ٦ ١٢٣٤٥٦٧٨|none",
        f"{SECOND.upn}|06 123\ufe0d45\u3164679|020 7654321 toestel 12",
        f"{THIRD.upn}|06 12345690|System.String[]",
    )
    own = await through(desk, "\n".join(lines).encode(), "people.csv")
    assert states(desk, own.operation_id) == ["succeeded"] * 3
    mobiles = [desk.phones(person) for person in (FIRST, SECOND, THIRD)]
    assert mobiles == [
        {"mobile": "+31 612345678"},
        {"mobile": "+31 612345679", "office": "+31 207654321x12"},
        {"mobile": "+31 612345690"},
    ]
    since = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "result")
    text = await allowed(desk, HANNA, await offered(desk, HANNA, since))
    written = [row for row in csv.DictReader(io.StringIO(text), delimiter="|") if row["Row"]]  # others are about the whole file
    assert [row["Row"] for row in written] == ["3", "4", "5"]
    assert [row["Repaired"] for row in written] == [
        "Office phone: “none” was taken for nothing.", "", "Office phone: “System.String[]” was taken for nothing."
    ]  # fmt: skip


def marked() -> bytes:
    """Somebody struck a row through, made the number of another white, and wrote a comment beside the third."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["UPN", "", "Mobile"])
    for person, last in ((FIRST, 1), (SECOND, 2), (THIRD, 3)):
        sheet.append([person.upn, "+31 20 7654321", f"06 1234567{last}"])
    sheet["A2"].font = Font(strike=True)
    sheet["C3"].font = Font(color="FFFFFFFF")
    sheet["C4"].comment = Comment("call first: +31 6 12345699", "Hanna")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def test_what_is_struck_through_or_commented_is_not_written_unasked(desk: Desk) -> None:
    own = await drop_bytes(desk, marked(), name="people.xlsx")
    await desk.settled(own, "Your answer is needed", "1 cell with a comment", "such as “call first: +31 •••••••99”", "column B")
    assert own.verbs == ["columns", "cancel"]
    await desk.press(HANNA, own, "columns")
    left = "Left out, since the file does not show it: 1 row. Left out, since it is struck through: 1 row."
    await desk.settled(own, left, "Include both")
    assert list(rows(desk, own.operation_id)) == [4]
    await desk.press(HANNA, own, "hidden")
    await desk.settled(own, "Your answer is needed")
    await desk.press(HANNA, own, "columns")
    await desk.settled(own, "Read too, though it is struck through: 1 row.", "Leave out both", "Passed over: 1 cell with a comment")
    assert list(rows(desk, own.operation_id)) == [2, 3, 4]


async def test_what_has_no_name_is_said_in_the_language_of_whoever_reads(desk: Desk) -> None:
    desk.teams.speak(HANNA, "nl-NL")
    own = await drop_bytes(desk, marked(), name="people.xlsx")
    await desk.settled(own, "kolom B", "1 cel met een opmerking")
    lines = f"Niet wijzigen!\nUPN,Mobile\n{FIRST.upn},+31 6 12345671\n"
    own = await drop_bytes(desk, lines.encode())
    await desk.settled(own, "rij 1", "zoals “Niet wijzigen!”")


async def test_a_country_above_the_table_is_asked_about(desk: Desk) -> None:
    own = await drop_bytes(desk, f"Employees France\nUPN,Mobile\n{FIRST.upn},06 12345671\n".encode())
    await desk.settled(own, "Your answer is needed", "row 1", "it names another country", "such as “Employees France”")
    await desk.press(HANNA, own, "columns")
    await desk.settled(own, "taken for one of the Netherlands (+31)", "Another country", "Passed over: row 1")
    assert rows(desk, own.operation_id)


async def test_rows_that_say_themselves_that_nothing_is_to_be_done(desk: Desk) -> None:
    lines = ("UPN,Mobile,Action", f"#{FIRST.upn},+31 6 12345671,", f"{SECOND.upn},+31 6 12345672,none", f"{THIRD.upn},+31 6 12345673,")
    own = await through(desk, "\n".join(lines).encode(), "people.csv")
    assert [desk.phones(person) for person in (FIRST, SECOND, THIRD)] == [{}, {}, {"mobile": "+31 612345673"}]
    since = len(said_to(desk, HANNA))
    await desk.press(HANNA, own, "result")
    text = await allowed(desk, HANNA, await offered(desk, HANNA, since))
    why = [row["Why"] for row in csv.DictReader(io.StringIO(text)) if row["Row"]]
    assert [each.partition(".")[0] for each in why] == [
        "The row is commented out: it begins with #", "Its action is “none”, so nothing is done", ""
    ]  # fmt: skip


async def test_a_hidden_column_that_is_called_after_a_number_is_masked(desk: Desk) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["UPN", "Mobile", "was +31 6 12345678"])
    sheet.append([FIRST.upn, "+31 6 12345671", "x"])
    sheet.column_dimensions["C"].hidden = True
    out = io.BytesIO()
    book.save(out)
    own = await drop_bytes(desk, out.getvalue(), name="people.xlsx")
    await desk.settled(own, "the column “was +31 •••••••78”")
    (stored,) = query(desk, "SELECT bulk FROM operations WHERE id = :id", id=own.operation_id)
    assert "12345678" not in str(stored)
