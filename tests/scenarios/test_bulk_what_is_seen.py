"""What a file says is what happens: rows that nobody sees, signs of nothing, numbers as people write them, the delimiter of the file."""

from __future__ import annotations

import csv
import io

import openpyxl

from tests.desk import BRAM, HANNA, Answer, Desk
from tests.scenarios.bulking import BARE, allowed, approvers_card, drop_bytes, offered, rows, said_to, states

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
